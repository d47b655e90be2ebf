/* Version, catalogue, log and webhooks: a part of filestack.hpp. */

#ifndef FILESTACK_CPP_LIBRARY_HPP
#define FILESTACK_CPP_LIBRARY_HPP

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "calls.hpp"

namespace filestack {
inline namespace FILESTACK_STYLE {

/** The version of the running library, "0.1.0", and as a number: major * 10000 + minor * 100 + patch. */
inline std::string_view version() noexcept
{
    return filestack_version();
}
inline std::uint32_t version_number() noexcept
{
    return filestack_version_number();
}

/** How many threads the library makes at its first network call; 0 = the default. */
inline outcome<void> configure_runtime(std::uint32_t io_threads, std::uint32_t worker_threads)
{
    return detail::deliver(detail::call().run<void>(filestack_runtime_configure, io_threads, worker_threads));
}

/** Ends every call as cancelled and joins the library's threads; a negative timeout is no limit. Waits. */
inline outcome<void> shutdown(std::chrono::milliseconds timeout)
{
    return detail::deliver(detail::call().run<void>(filestack_shutdown, detail::wait_ms(timeout)));
}

/** Every task that the library knows, as JSON. */
inline std::string_view catalogue_json() noexcept
{
    return filestack_catalogue_json();
}

enum class log_level : std::int32_t {
    error = FILESTACK_LOG_ERROR,
    warn = FILESTACK_LOG_WARN,
    info = FILESTACK_LOG_INFO,
    debug = FILESTACK_LOG_DEBUG,
    trace = FILESTACK_LOG_TRACE
};

/** An event of the log. Its texts are valid during the call only; the fields are a JSON object. */
struct log_event {
    log_level level;
    std::string_view target;
    std::string_view message;
    std::string_view fields_json;
};

/**
 * Sends the library's log events up to `most_detailed` to `write(const log_event &)`, which is called on any thread,
 * several at a time. It takes the place of the one before, and is destroyed after its last call.
 */
template <class Write> outcome<void> set_log(log_level most_detailed, Write write)
{
    filestack_log log = FILESTACK_LOG_INIT;
    log.level = static_cast<std::int32_t>(most_detailed);
    log.user = new Write(std::move(write));
    log.destroy = detail::destroy<Write>;
    log.write = [](void *user, std::int32_t level, const char *target, const char *message, const char *fields) {
        const log_event event{static_cast<log_level>(level), target, message, fields};
        detail::fenced(
            0,
            [&] {
                (*static_cast<Write *>(user))(event);
                return 0;
            },
            [] {});
    };
    return detail::deliver(detail::call().run<void>(filestack_set_log, &log));
}

/** Sends the library's log events nowhere, as it is at first. */
inline outcome<void> clear_log()
{
    return detail::deliver(detail::call().run<void>(filestack_set_log, nullptr));
}

/** Fails with FILESTACK_E_SIGNATURE when a webhook does not come from Filestack. A tolerance of 0: sent at any time. */
inline outcome<void> webhook_verify(std::string_view secret, bytes body, std::string_view timestamp,
                                    std::string_view signature,
                                    std::chrono::seconds tolerance = std::chrono::seconds(0))
{
    detail::call call;
    const std::string c_secret = call.text("secret", secret), c_timestamp = call.text("timestamp", timestamp),
                      c_signature = call.text("signature", signature);
    return detail::deliver(call.run<void>(filestack_webhook_verify, c_secret.c_str(), body.data(), body.size(),
                                          c_timestamp.c_str(), c_signature.c_str(), tolerance.count()));
}

/** The same with timestamp and signature taken from the request's headers. */
inline outcome<void> webhook_verify_headers(std::string_view secret, bytes body,
                                            const std::vector<std::pair<std::string, std::string>> &headers,
                                            std::chrono::seconds tolerance = std::chrono::seconds(0))
{
    detail::call call;
    const std::string c_secret = call.text("secret", secret);
    std::vector<std::string> texts;
    std::vector<const char *> names, values;
    texts.reserve(headers.size() * 2);
    for (const auto &header : headers) {
        names.push_back(texts.emplace_back(call.text("names", header.first)).c_str());
        values.push_back(texts.emplace_back(call.text("values", header.second)).c_str());
    }
    return detail::deliver(call.run<void>(filestack_webhook_verify_headers, c_secret.c_str(), body.data(), body.size(),
                                          names.data(), values.data(), names.size(), tolerance.count()));
}

} // namespace FILESTACK_STYLE
} // namespace filestack

#endif /* FILESTACK_CPP_LIBRARY_HPP */
