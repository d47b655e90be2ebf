/* What the C++ programs share: the support of the C tests, and clients through the wrapper. */
#ifndef SUPPORT_HPP
#define SUPPORT_HPP

#include <filestack/filestack.hpp>

#include <cstdlib>
#include <string>
#include <vector>

extern "C" {
#include "support/check.h"
#include "support/control.h"
#include "support/folder.h"
#include "support/json.h"
#include "support/picture.h"
#include "support/service.h"
#include "support/stored.h"
}

inline void check_text(std::string_view expected, std::string_view actual, const char *text, const char *file, int line)
{
    check_string(std::string(expected).c_str(), std::string(actual).c_str(), text, file, line);
}
#define CHECK_TEXT(expected, actual) check_text((expected), (actual), #actual, __FILE__, __LINE__)

/* Fails where nothing should come. */
#define CHECK_NEVER(text) check_true(false, text, __FILE__, __LINE__)

/* Options that reach the service around this program, with credentials for everything. */
inline filestack::client_options options_here()
{
    filestack::client_options options;
    options.base_url = service_url();
    options.retry_delay = filestack::retry_delays{std::chrono::milliseconds(1), std::chrono::milliseconds(20)};
    if (filestack_security *security = service_security())
        options.security = filestack::security::adopt(security);
    return options;
}

/* Bytes that repeat nowhere near. */
inline std::string content_of(std::size_t size, std::uint64_t seed)
{
    std::uint8_t *const made = content_new(size, seed);
    std::string content(reinterpret_cast<const char *>(made), size);
    std::free(made);
    return content;
}

/* A gray picture as PNG. */
inline std::string picture_of(std::uint32_t width, std::uint32_t height)
{
    std::size_t size = 0;
    std::uint8_t *const made = picture_new(width, height, &size);
    std::string picture(reinterpret_cast<const char *>(made), size);
    std::free(made);
    return picture;
}

inline std::string in_folder(const char *name)
{
    char *const made = folder_path(name);
    std::string path(made);
    std::free(made);
    return path;
}

inline std::string content_at(const std::string &path)
{
    std::size_t size = 0;
    std::uint8_t *const read = file_read(path.c_str(), &size);
    std::string content(reinterpret_cast<const char *>(read), size);
    std::free(read);
    return content;
}

inline std::string member_of(std::string_view json, const char *path)
{
    char *const found = json_get(std::string(json).c_str(), path);
    std::string value(found ? found : "(none)");
    std::free(found);
    return value;
}

/* Checks that the service has these bytes. */
inline void check_stored_is(const filestack::filelink &filelink, std::string_view bytes)
{
    check_stored(filelink.get(), bytes.data(), bytes.size());
}

/* Counts its calls, or how often it was destroyed while it had the counter. */
class counted {
public:
    explicit counted(int &count) : count_(&count) {}
    counted(counted &&other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
    counted &operator=(counted &&) = delete;
    ~counted()
    {
        if (count_)
            ++*count_;
    }

private:
    int *count_;
};

#if defined(__cpp_exceptions)

/* Runs a test that may throw: what it throws is a failed check. */
template <void (*Test)()> void without_throwing()
{
    try {
        Test();
    } catch (const std::exception &exception) {
        check_true(false, exception.what(), "an exception", 0);
    }
}
#define CPP_TEST(function) {#function, without_throwing<function>}

#if !defined(FILESTACK_NO_EXCEPTIONS)

inline filestack::client client_here()
{
    return filestack::client(service_api_key(), options_here());
}

/* The error that a call throws, and one of FILESTACK_OK when it throws none, which is a failed check. */
template <class Call> filestack::error failure_of(Call call)
{
    try {
        call();
    } catch (const filestack::error &failure) {
        return failure;
    }
    CHECK_NEVER("the call succeeded");
    return filestack::error(FILESTACK_OK, "");
}

#endif
#endif

#endif
