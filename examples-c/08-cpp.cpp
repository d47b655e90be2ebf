/*
 * The first program in C++17: upload a picture, transform it, store and download the result.
 *
 *   c++ -std=c++17 08-cpp.cpp -lfilestack -o quickstart
 *   FILESTACK_API_KEY=... FILESTACK_APP_SECRET=... ./quickstart picture.png
 *
 * Everything is freed by itself, and what fails throws filestack::error.
 */
#include <filestack/filestack.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>

/* A client of filestack-local or of Filestack, as the environment says. Programs make one and keep it. */
static filestack::client make_client()
{
    const char *const url = std::getenv("FILESTACK_LOCAL_URL");
    const bool is_local = std::getenv("FILESTACK_LOCAL_API_KEY") != nullptr;
    const char *const api_key = std::getenv(is_local ? "FILESTACK_LOCAL_API_KEY" : "FILESTACK_API_KEY");
    const char *const secret = std::getenv(is_local ? "FILESTACK_LOCAL_APP_SECRET" : "FILESTACK_APP_SECRET");
    filestack::client_options options;

    if (url)
        options.base_url = url;
    if (secret) {
        /* Credentials for the next hour. A policy without any calls allows them all. */
        filestack::policy policy;
        policy.expiry = std::chrono::system_clock::now() + std::chrono::hours(1);
        options.security = filestack::security(policy, secret);
    }
    return filestack::client(api_key ? api_key : "", options);
}

static void run(const std::string &path)
{
    using namespace filestack;
    const client client = make_client();

    const filelink picture = client.upload_path(path);
    std::printf("uploaded:    %s\n", picture.url().c_str());

    /* Tasks are methods, and their parameters aggregates. C++20 can write resize({.width = 300, .fit = fit::crop}). */
    resize_args size;
    size.width = 300;
    size.height = 200;
    size.fit = fit::crop;
    const filelink small = picture.resize(size).sepia().store();
    std::printf("stored:      %s\n", small.url().c_str());
    std::printf("downloaded:  small.png, %lu bytes\n", static_cast<unsigned long>(small.download("small.png")));

    /* Args structs have setters, for chains without variables. The service is asked by the last call only. */
    const buffer tilted = picture.rotate(rotate_args().with_deg(12).with_background("white")).flip().get_content();
    std::printf("in memory:   %lu bytes\n", static_cast<unsigned long>(tilted.size()));

    /* A source is a file, memory, or functions that read. What they own lives until the last use. */
    const std::string text = "three lines\nthat a function\nreads\n";
    const auto read = [text, at = std::size_t(0)](void *to, std::size_t room) mutable {
        const std::size_t count = text.copy(static_cast<char *>(to), room, at);
        at += count;
        return count;
    };
    const filelink note = client.upload(source::from_reader(read));
    std::printf("from reader: %s\n", note.get_content().str() == text ? "the same text" : "another text");

    /* Every call that blocks can be started instead. The queue gives what has ended, in any order. */
    const queue ended;
    for (std::uint64_t number = 1; number <= 3; ++number)
        client.upload_start("note " + std::to_string(number), {}, {ended, number});
    for (int left = 3; left > 0; --left) {
        const finished one = ended.take().value();
        std::printf("started:     note %lu: %s\n", static_cast<unsigned long>(one.tag()),
                    one.as<filelink>().get().url().c_str());
    }

    /* A task that is refused throws at once, and says which words are right. */
    try {
        picture.transform().task("resize", {{"widht", 300}});
    } catch (const error &failure) {
        std::printf("refused:     %s: %s\n", std::string(failure.name()).c_str(), failure.what());
    }
}

int main(int argc, char **argv)
{
    try {
        run(argc > 1 ? argv[1] : "picture.png");
    } catch (const std::exception &failure) {
        std::fprintf(stderr, "%s\n", failure.what());
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
