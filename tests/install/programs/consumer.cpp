// A program in C++ that is linked to the library.
#include <filestack/filestack.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>

int main()
try {
    const std::string content = "what a consumer of the installed library has to say";
    filestack::client client(std::getenv("FILESTACK_LOCAL_APIKEY"), {.base_url = std::getenv("FILESTACK_LOCAL_URL")});
    filestack::filelink file = client.upload(content);
    std::printf("%s stored %s\n", filestack_version(), file.handle().c_str());
    return file.get_content().view() == content ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (const filestack::error &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
}
