/* What went wrong: a part of filestack.hpp. */

#ifndef FILESTACK_CPP_ERROR_HPP
#define FILESTACK_CPP_ERROR_HPP

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "../filestack.h"

namespace filestack {

/** What went wrong. Immutable; copies are cheap and never fail. Texts live as long as the last copy. */
class error : public std::exception {
public:
    /** A failure that the library does not know of; `message` is one line. */
    error(filestack_status code, const std::string &message) : own_(std::make_shared<const own>(code, message)) {}
    error(const error &other) noexcept : native_(filestack_error_retain(other.native_)), own_(other.own_) {}
    error &operator=(const error &other) noexcept
    {
        filestack_error *const before = std::exchange(native_, filestack_error_retain(other.native_));
        own_ = other.own_;
        filestack_error_release(before);
        return *this;
    }
    ~error() override { filestack_error_release(native_); }

    /** Takes over an error of the C library. */
    static error adopt(filestack_error *native) noexcept { return error(native); }

    /** One of FILESTACK_E_*, and its name. */
    filestack_status code() const noexcept { return own_ ? own_->code : filestack_error_code(native_); }
    std::string_view name() const noexcept { return filestack_status_name(code()); }
    /** One line that says what failed, on what, and what to do. Never a secret. */
    std::string_view message() const noexcept { return what(); }
    const char *what() const noexcept override
    {
        return own_ ? own_->message.c_str() : filestack_error_message(native_);
    }
    /** The HTTP status of the service's reply, when there was one. */
    std::optional<int> http_status() const noexcept
    {
        const std::int32_t status = filestack_error_http_status(native_);
        return status != 0 ? std::optional<int>(status) : std::nullopt;
    }
    /** The service's own error text. */
    std::optional<std::string_view> service_text() const noexcept
    {
        return view(filestack_error_service_text(native_));
    }
    /** Whether the same call may succeed later without a change. */
    bool retryable() const noexcept { return filestack_error_retryable(native_); }
    /** How long the service asks to wait before the next try. */
    std::optional<std::chrono::milliseconds> retry_after() const noexcept
    {
        const std::uint64_t wait = filestack_error_retry_after_ms(native_);
        return wait != 0 ? std::optional(std::chrono::milliseconds(static_cast<std::int64_t>(wait))) : std::nullopt;
    }
    /** The operating system's number of the failure (errno). */
    std::optional<int> os_code() const noexcept
    {
        const std::int32_t code = filestack_error_os_code(native_);
        return code != 0 ? std::optional<int>(code) : std::nullopt;
    }
    /** For a report to Filestack's support. */
    std::optional<std::string_view> request_id() const noexcept { return view(filestack_error_request_id(native_)); }
    /** The whole error as a JSON object. */
    std::string_view json() const noexcept
    {
        return own_ ? std::string_view(own_->json) : filestack_error_json(native_);
    }

    /** The C object, or NULL for a failure that this header found. */
    filestack_error *get() const noexcept { return native_; }

private:
    struct own {
        own(filestack_status status, const std::string &text) : code(status), message(text)
        {
            json = "{\"code\":" + std::to_string(code) + ",\"message\":\"";
            for (const char c : message) {
                if (static_cast<unsigned char>(c) < 0x20) {
                    json += ' ';
                    continue;
                }
                if (c == '"' || c == '\\')
                    json += '\\';
                json += c;
            }
            json += "\",\"retryable\":false}";
        }
        filestack_status code;
        std::string message;
        std::string json;
    };

    explicit error(filestack_error *native) noexcept : native_(native) {}
    static std::optional<std::string_view> view(const char *text) noexcept
    {
        return text ? std::optional<std::string_view>(text) : std::nullopt;
    }

    filestack_error *native_ = nullptr;
    std::shared_ptr<const own> own_;
};

} // namespace filestack

#endif /* FILESTACK_CPP_ERROR_HPP */
