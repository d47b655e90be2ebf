/*
 * filestack.hpp - the Filestack SDK for C++17 and later: a layer over filestack.h, in headers only.
 *
 *     filestack::client client("YOUR_API_KEY");
 *     filestack::filelink img = client.upload_path("photo.jpg");
 *     filestack::filelink small = img.resize({.width = 300, .fit = filestack::fit::crop}).sepia().store();
 *
 * What a function does, its units and its errors are those of the C function that it calls: filestack.h documents
 * them. Here stands what is different.
 *
 *  - Errors. A function that fails throws filestack::error. Where FILESTACK_NO_EXCEPTIONS is defined before this
 *    header, or the compiler has no exceptions, it returns a filestack::result<T> instead of a T, and constructors
 *    that can fail are replaced by `create`. In this text outcome<T> is what the style in use returns.
 *  - Ownership. client, security, filelink, source and av_job are shared: a copy is another reference to the same
 *    object, and any thread may use it. A copy of a transformation is one of its own. Whatever was moved from may be
 *    assigned or destroyed; every call of it fails with FILESTACK_E_NULL. `get` lends the C object, `release` gives it
 *    away, and `adopt` takes one over.
 *  - Options are aggregates of std::optional: what is not set is left to the library.
 *  - Texts may be std::string_view, and those handed out are std::string: unlike those of the library, such copies are
 *    not wiped. A text with a NUL in it is refused with FILESTACK_E_ARGUMENT. Bytes are whatever has data() and size().
 *  - Callbacks may throw: the exception never reaches the library. A reader's ends the upload and is thrown again by
 *    it; that of a log function is dropped. They may not call a function that blocks.
 *  - A transformation remembers the first task that could not be added, and every later call fails with its error.
 *    With exceptions the task itself throws already; without them chains need no checks: the error comes at the end.
 *
 * Files of both styles may be linked into one program, but cannot hand the objects of one style to the other.
 */

#ifndef FILESTACK_FILESTACK_HPP
#define FILESTACK_FILESTACK_HPP

#if !defined(__cpp_exceptions) && !defined(FILESTACK_NO_EXCEPTIONS)
#define FILESTACK_NO_EXCEPTIONS
#endif

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "filestack.h"
#include "tasks.hpp"

namespace filestack {

/*---------------------------------------------------------------------------------------------------------------------
 * Errors
 *--------------------------------------------------------------------------------------------------------------------*/

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
                if (c == '"' || c == '\\') json += '\\';
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

/* The functions of the two styles differ in what they return, so they must have different names for the linker. */
#if !defined(__cpp_exceptions)
inline namespace without_exceptions {
#elif defined(FILESTACK_NO_EXCEPTIONS)
inline namespace with_results {
#else
inline namespace with_exceptions {
#endif

/** A value, or why there is none. */
template <class T> class [[nodiscard]] result {
public:
    result(T value) : value_(std::move(value)) {}
    result(filestack::error failure) noexcept : failure_(std::move(failure)) {}

    bool has_value() const noexcept { return value_.has_value(); }
    explicit operator bool() const noexcept { return has_value(); }

    /** The value. Where there is none, `value` throws the error, and without exceptions ends the program. */
    T &value() & { return expect(), *value_; }
    const T &value() const & { return expect(), *value_; }
    T &&value() && { return expect(), *std::move(value_); }
    /** The value, which must be there. */
    T &operator*() & noexcept { return *value_; }
    const T &operator*() const & noexcept { return *value_; }
    T &&operator*() && noexcept { return *std::move(value_); }
    T *operator->() noexcept { return &*value_; }
    const T *operator->() const noexcept { return &*value_; }
    template <class Other> T value_or(Other &&other) const & { return value_.value_or(std::forward<Other>(other)); }
    template <class Other> T value_or(Other &&other) &&
    {
        return std::move(value_).value_or(std::forward<Other>(other));
    }

    /** The error, which must be there. */
    const filestack::error &error() const & noexcept { return *failure_; }
    filestack::error error() && noexcept { return *failure_; }

private:
    void expect() const
    {
        if (value_) return;
#if defined(__cpp_exceptions)
        throw *failure_;
#else
        std::abort();
#endif
    }

    std::optional<T> value_;
    std::optional<filestack::error> failure_;
};

/** Success, or why not. */
template <> class [[nodiscard]] result<void> {
public:
    result() noexcept = default;
    result(filestack::error failure) noexcept : failure_(std::move(failure)) {}

    bool has_value() const noexcept { return !failure_; }
    explicit operator bool() const noexcept { return has_value(); }
    /** Throws the error when there is one, and without exceptions ends the program. */
    void value() const
    {
        if (!failure_) return;
#if defined(__cpp_exceptions)
        throw *failure_;
#else
        std::abort();
#endif
    }
    /** The error, which must be there. */
    const filestack::error &error() const & noexcept { return *failure_; }
    filestack::error error() && noexcept { return *failure_; }

private:
    std::optional<filestack::error> failure_;
};

/** What functions that can fail return: a T or an exception, or a result<T>. */
#if defined(FILESTACK_NO_EXCEPTIONS)
template <class T> using outcome = result<T>;
#else
template <class T> using outcome = T;
#endif

/** Bytes that belong to somebody else: a pointer and a size, or anything with data() and size() of bytes. */
class bytes {
public:
    bytes(const void *data, std::size_t size) noexcept : data_(data), size_(size) {}
    bytes(std::string_view text) noexcept : data_(text.data()), size_(text.size()) {}
    template <class Container, class Byte = std::remove_pointer_t<decltype(std::declval<const Container &>().data())>,
              class = std::enable_if_t<sizeof(Byte) == 1 && std::is_trivially_copyable_v<Byte> &&
                                       !std::is_convertible_v<const Container &, std::string_view>>,
              class = decltype(static_cast<std::size_t>(std::declval<const Container &>().size()))>
    bytes(const Container &container) noexcept
        : data_(container.data()), size_(static_cast<std::size_t>(container.size()))
    {
    }
    template <class Text, class = std::enable_if_t<std::is_convertible_v<const Text &, std::string_view>>, class = void,
              class = void, class = void>
    bytes(const Text &text) noexcept : bytes(std::string_view(text))
    {
    }

    /** Not NULL where there are none, as that of an empty vector is: the library would refuse it. */
    const void *data() const noexcept { return size_ == 0 && !data_ ? "" : data_; }
    std::size_t size() const noexcept { return size_; }

private:
    const void *data_;
    std::size_t size_;
};

/*---------------------------------------------------------------------------------------------------------------------
 * How calls are made; not for users
 *--------------------------------------------------------------------------------------------------------------------*/

namespace detail {

/* Hands a result over in the style in use. */
template <class T> outcome<T> deliver(result<T> made)
{
#if defined(FILESTACK_NO_EXCEPTIONS)
    return made;
#else
    return std::move(made).value();
#endif
}
inline outcome<void> deliver(result<void> made)
{
#if defined(FILESTACK_NO_EXCEPTIONS)
    return made;
#else
    made.value();
#endif
}

template <auto Free> struct freer {
    template <class Object> void operator()(Object *object) const noexcept { Free(object); }
};
template <class Object, auto Free> using owned = std::unique_ptr<Object, freer<Free>>;

using c_string = owned<char, filestack_string_free>;
using c_policy = owned<filestack_policy, filestack_policy_free>;
using c_client_options = owned<filestack_client_options, filestack_client_options_free>;
using c_store_options = owned<filestack_store_options, filestack_store_options_free>;
using c_upload_options = owned<filestack_upload_options, filestack_upload_options_free>;
using c_request_options = owned<filestack_request_options, filestack_request_options_free>;

/* A reference to a shared object of the C library. */
template <class Native, auto Retain, auto Release> class shared {
public:
    using native_type = Native;

    shared(const shared &other) noexcept : native_(Retain(other.native_)) {}
    shared(shared &&other) noexcept : native_(other.release()) {}
    shared &operator=(const shared &other) noexcept
    {
        Release(std::exchange(native_, Retain(other.native_)));
        return *this;
    }
    shared &operator=(shared &&other) noexcept
    {
        Native *const taken = other.release();
        Release(std::exchange(native_, taken));
        return *this;
    }
    ~shared() { Release(native_); }

    /** The C object, which stays this object's. NULL when it was moved from. */
    Native *get() const noexcept { return native_; }
    /** Gives the C object away: the caller releases it. */
    [[nodiscard]] Native *release() noexcept { return std::exchange(native_, nullptr); }
    /** Whether there is an object: not when it was moved from. */
    explicit operator bool() const noexcept { return native_ != nullptr; }

protected:
    explicit shared(Native *native) noexcept : native_(native) {}

private:
    Native *native_;
};

inline std::string text_of(const char *borrowed) { return borrowed ? std::string(borrowed) : std::string(); }
inline std::optional<std::string> optional_text_of(const char *borrowed)
{
    return borrowed ? std::optional<std::string>(borrowed) : std::nullopt;
}
template <class Handle> auto native_of(const std::optional<Handle> &handle) noexcept
{
    return handle ? handle->get() : nullptr;
}

/* A call of the C library with all that it needs. The first failure on the way keeps the rest from happening. */
class call {
public:
    call() = default;
    explicit call(const std::optional<error> &failure) : failure_(failure) {}

    const std::optional<error> &failure() const noexcept { return failure_; }

    /* The text as a C string, which has no NUL in it. */
    std::string text(const char *name, std::string_view value)
    {
        if (value.find('\0') != std::string_view::npos) refuse_nul(name);
        return std::string(value);
    }
    std::vector<const char *> texts(const char *name, const std::vector<std::string> &values)
    {
        std::vector<const char *> pointers;
        for (const std::string &value : values) {
            if (value.find('\0') != std::string::npos) refuse_nul(name);
            pointers.push_back(value.c_str());
        }
        return pointers;
    }
    void refuse(const std::string &why)
    {
        if (!failure_) failure_.emplace(FILESTACK_E_ARGUMENT, why);
    }
    void refuse_nul(const std::string &name) { refuse("'" + name + "' must not have a NUL in it"); }

    template <class Call> void step(Call make)
    {
        if (failure_) return;
        filestack_error *failure = nullptr;
        if (make(&failure) != FILESTACK_OK) failure_.emplace(error::adopt(failure));
    }
    template <class Call> result<void> run(Call make)
    {
        step(make);
        if (failure_) return *failure_;
        return {};
    }
    template <class T, class Call> result<T> value(Call make)
    {
        T out = {};
        step([&](filestack_error **failure) { return make(&out, failure); });
        if (failure_) return *failure_;
        return out;
    }
    template <class T, class Call> result<T> object(Call make)
    {
        typename T::native_type *out = nullptr;
        step([&](filestack_error **failure) { return make(&out, failure); });
        if (failure_) return *failure_;
        return T::adopt(out);
    }
    template <class Call> result<std::string> string(Call make)
    {
        char *out = nullptr;
        step([&](filestack_error **failure) { return make(&out, failure); });
        const c_string owner(out);
        if (failure_) return *failure_;
        return text_of(out);
    }

    /* Sets an option that is set. */
    template <auto Set, class Object>
    void set(Object &object, const char *name, const std::optional<std::string> &value)
    {
        if (value) set_text<Set>(object, name, *value);
    }
    template <auto Set, class Object, class Value>
    void set(Object &object, const char *, const std::optional<Value> &value)
    {
        if (!value) return;
        step([&](filestack_error **failure) { return Set(object.get(), c_value(*value), failure); });
    }
    template <auto Set, class Object> void set_text(Object &object, const char *name, std::string_view value)
    {
        const std::string c_text = text(name, value);
        step([&](filestack_error **failure) { return Set(object.get(), c_text.c_str(), failure); });
    }

private:
    static std::int32_t c_value(bool value) noexcept { return value ? 1 : 0; }
    static std::int64_t c_value(std::chrono::milliseconds value) noexcept { return value.count(); }
    static std::int64_t c_value(std::chrono::system_clock::time_point value) noexcept
    {
        return std::chrono::duration_cast<std::chrono::seconds>(value.time_since_epoch()).count();
    }
    template <class Value> static auto c_value(const Value &value) noexcept
    {
        if constexpr (std::is_enum_v<Value>) {
            return static_cast<std::int32_t>(value);
        } else if constexpr (std::is_arithmetic_v<Value>) {
            return value;
        } else {
            return value.get();
        }
    }

    std::optional<error> failure_;
};

/* Where a callback leaves what it threw, for the call that it belongs to. */
class thrown {
public:
    void leave(std::exception_ptr exception) noexcept
    {
        const std::lock_guard<std::mutex> hold(lock_);
        exception_ = std::move(exception);
    }
    std::exception_ptr take() noexcept
    {
        const std::lock_guard<std::mutex> hold(lock_);
        return std::exchange(exception_, nullptr);
    }

private:
    std::mutex lock_;
    std::exception_ptr exception_;
};

/* Runs a callback; what it throws goes no further. */
template <class Value, class Callback, class Caught>
Value fenced(Value failed, Callback callback, Caught caught) noexcept
{
#if defined(__cpp_exceptions)
    try {
        return callback();
    } catch (...) {
        caught();
        return failed;
    }
#else
    static_cast<void>(failed);
    static_cast<void>(caught);
    return callback();
#endif
}

/* A place for what a callback needs, which the C library destroys. */
template <class State> void destroy(void *user) noexcept { delete static_cast<State *>(user); }

} // namespace detail

/*---------------------------------------------------------------------------------------------------------------------
 * The library
 *--------------------------------------------------------------------------------------------------------------------*/

/** The version of the running library, "0.1.0", and as a number: major * 10000 + minor * 100 + patch. */
inline std::string_view version() noexcept { return filestack_version(); }
inline std::uint32_t version_number() noexcept { return filestack_version_number(); }

/** Every task that the library knows, as JSON. */
inline std::string_view catalogue_json() noexcept { return filestack_catalogue_json(); }

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
    return detail::deliver(
        detail::call().run([&](filestack_error **failure) { return filestack_set_log(&log, failure); }));
}

/** Sends the library's log events nowhere, as it is at first. */
inline outcome<void> clear_log()
{
    return detail::deliver(
        detail::call().run([](filestack_error **failure) { return filestack_set_log(nullptr, failure); }));
}

/** Fails with FILESTACK_E_SIGNATURE when a webhook does not come from Filestack. A tolerance of 0: sent at any time. */
inline outcome<void> webhook_verify(std::string_view secret, bytes body, std::string_view timestamp,
                                    std::string_view signature,
                                    std::chrono::seconds tolerance = std::chrono::seconds(0))
{
    detail::call call;
    const std::string c_secret = call.text("secret", secret), c_timestamp = call.text("timestamp", timestamp),
                      c_signature = call.text("signature", signature);
    return detail::deliver(call.run([&](filestack_error **failure) {
        return filestack_webhook_verify(c_secret.c_str(), body.data(), body.size(), c_timestamp.c_str(),
                                        c_signature.c_str(), tolerance.count(), failure);
    }));
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
    return detail::deliver(call.run([&](filestack_error **failure) {
        return filestack_webhook_verify_headers(c_secret.c_str(), body.data(), body.size(), names.data(),
                                                values.data(), names.size(), tolerance.count(), failure);
    }));
}

/*---------------------------------------------------------------------------------------------------------------------
 * Security
 *--------------------------------------------------------------------------------------------------------------------*/

/** What may be done with credentials, and until when. Needs an expiry before it can be signed. */
struct policy {
    std::optional<std::chrono::system_clock::time_point> expiry{};
    /** pick, read, stat, write, writeUrl, store, convert, remove, exif, runWorkflow; none allows all but exif. */
    std::vector<std::string> calls{};
    /** Only the file with this handle. */
    std::optional<std::string> handle{};
    /** Regular expressions that external URLs, storage paths and containers must match. */
    std::optional<std::string> url{};
    std::optional<std::string> path{};
    std::optional<std::string> container{};
    /** Limits of uploads. */
    std::optional<std::int64_t> max_size_bytes{};
    std::optional<std::int64_t> min_size_bytes{};
    /** Any members by their names on the wire, with JSON values. */
    std::vector<std::pair<std::string, std::string>> members{};

    /** The policy as JSON text. */
    outcome<std::string> json() const;
};

/** A policy and its signature. Its texts are secrets; they are borrowed, and live as long as the object. */
class security : public detail::shared<filestack_security, filestack_security_retain, filestack_security_release> {
public:
    static security adopt(filestack_security *native) noexcept { return security(native); }

#if !defined(FILESTACK_NO_EXCEPTIONS)
    security(const policy &unsigned_policy, std::string_view secret) : security(create(unsigned_policy, secret)) {}
#endif
    /** Signs a policy. The secret is not kept. */
    static outcome<security> create(const policy &unsigned_policy, std::string_view secret);
    /** Signs any JSON object, of which nothing is checked. */
    static outcome<security> from_json(std::string_view policy_json, std::string_view secret)
    {
        return make(filestack_security_new, "policy_json", policy_json, "secret", secret);
    }
    /** Signs a policy that another program has encoded in URL-safe base64. */
    static outcome<security> from_encoded(std::string_view policy_b64, std::string_view secret)
    {
        return make(filestack_security_from_encoded, "policy_b64", policy_b64, "secret", secret);
    }
    /** Takes what a server has signed, for programs that must not hold the secret. */
    static outcome<security> from_signed(std::string_view policy_b64, std::string_view signature)
    {
        return make(filestack_security_from_signed, "policy_b64", policy_b64, "signature", signature);
    }

    std::string_view policy_json() const & noexcept { return view(filestack_security_policy(get())); }
    std::string_view policy_b64() const & noexcept { return view(filestack_security_policy_b64(get())); }
    std::string_view signature() const & noexcept { return view(filestack_security_signature(get())); }
    /** The URL segment "security=p:<policy>,s:<signature>". */
    std::string_view url_string() const & noexcept { return view(filestack_security_url_string(get())); }
    void policy_json() && = delete;
    void policy_b64() && = delete;
    void signature() && = delete;
    void url_string() && = delete;

private:
    explicit security(filestack_security *native) noexcept : shared(native) {}

    static std::string_view view(const char *text) noexcept { return text ? std::string_view(text) : ""; }
    template <class Make>
    static outcome<security> make(Make c_function, const char *first_name, std::string_view first,
                                  const char *second_name, std::string_view second)
    {
        detail::call call;
        const std::string c_first = call.text(first_name, first), c_second = call.text(second_name, second);
        return detail::deliver(call.object<security>([&](filestack_security **out, filestack_error **failure) {
            return c_function(c_first.c_str(), c_second.c_str(), out, failure);
        }));
    }
};

/*---------------------------------------------------------------------------------------------------------------------
 * Options
 *--------------------------------------------------------------------------------------------------------------------*/

enum class endpoint : std::int32_t {
    api = FILESTACK_ENDPOINT_API,
    cdn = FILESTACK_ENDPOINT_CDN,
    process = FILESTACK_ENDPOINT_PROCESS,
    upload = FILESTACK_ENDPOINT_UPLOAD,
    cloud = FILESTACK_ENDPOINT_CLOUD
};

enum class intelligent : std::int32_t { off = FILESTACK_INTELLIGENT_OFF, on = FILESTACK_INTELLIGENT_ON };

enum class if_exists : std::int32_t { replace = FILESTACK_IF_EXISTS_REPLACE, fail = FILESTACK_IF_EXISTS_FAIL };

/** The delay before the first retry, and the longest that it grows to. */
struct retry_delays {
    std::chrono::milliseconds first{500};
    std::chrono::milliseconds longest{15000};
};

/** How a client works. */
struct client_options {
    /** The storage of uploads that name none: s3 (the default), gcs, azure, rackspace or dropbox. */
    std::optional<std::string> storage{};
    /** Signs every call that is given no other credentials. */
    std::optional<filestack::security> security{};
    /** Your own domain for every part of the service. */
    std::optional<std::string> cname{};
    /** One origin for every part of the service, such as that of filestack-local. */
    std::optional<std::string> base_url{};
    /** Other URLs for single parts. */
    std::vector<std::pair<endpoint, std::string>> endpoints{};
    /** 15 s, 120 s and no limit by default; 0 = no limit. */
    std::optional<std::chrono::milliseconds> connect_timeout{};
    std::optional<std::chrono::milliseconds> idle_timeout{};
    std::optional<std::chrono::milliseconds> total_timeout{};
    /** 5 by default. */
    std::optional<std::uint32_t> max_retries{};
    std::optional<retry_delays> retry_delay{};
    /** "http://user:password@host:port"; without it the variables of the environment count. */
    std::optional<std::string> proxy{};
    /** Certificates to trust besides the platform's: PEM files and PEM texts. */
    std::vector<std::string> ca_files{};
    std::vector<std::string> ca_pems{};
    std::optional<std::string> user_agent{};
};

/** Where and under which name a file is stored. */
struct store_options {
    std::optional<std::string> filename{};
    std::optional<std::string> mimetype{};
    /** s3, gcs, azure, rackspace or dropbox. */
    std::optional<std::string> location{};
    /** A folder when it ends with a slash, otherwise the exact key. */
    std::optional<std::string> path{};
    std::optional<std::string> container{};
    std::optional<std::string> region{};
    /** access::public_ or access::private_. */
    std::optional<filestack::access> access{};
    std::optional<bool> base64decode{};
    /** Started once the file is stored. */
    std::vector<std::string> workflows{};
    std::vector<std::pair<std::string, std::string>> upload_tags{};
};

/** How a file is uploaded. */
struct upload_options {
    store_options store{};
    std::optional<filestack::intelligent> intelligent{};
    /** 5 MiB to 5 GiB, 8 MiB by default. */
    std::optional<std::uint64_t> part_size_bytes{};
    /** How many parts travel at the same time: 1 to 20, 4 by default. */
    std::optional<std::uint32_t> concurrency{};
    /** Instead of the client's. */
    std::optional<filestack::security> security{};
    std::optional<std::chrono::milliseconds> total_timeout{};
};

/** How one call to the service is made. */
struct request_options {
    /** Instead of the object's. */
    std::optional<filestack::security> security{};
    std::optional<std::chrono::milliseconds> total_timeout{};
    /** 1 GiB for content in memory by default, no limit for files. */
    std::optional<std::uint64_t> max_size_bytes{};
    /** When the destination of a download exists; it is replaced by default. */
    std::optional<filestack::if_exists> if_exists{};
};

namespace detail {

inline c_policy make(call &call, const policy &from)
{
    c_policy made(filestack_policy_new());
    call.set<filestack_policy_set_expiry>(made, "expiry", from.expiry);
    for (const std::string &allowed : from.calls) call.set_text<filestack_policy_add_call>(made, "calls", allowed);
    call.set<filestack_policy_set_handle>(made, "handle", from.handle);
    call.set<filestack_policy_set_url>(made, "url", from.url);
    call.set<filestack_policy_set_path>(made, "path", from.path);
    call.set<filestack_policy_set_container>(made, "container", from.container);
    call.set<filestack_policy_set_max_size>(made, "max_size_bytes", from.max_size_bytes);
    call.set<filestack_policy_set_min_size>(made, "min_size_bytes", from.min_size_bytes);
    for (const auto &member : from.members) {
        const std::string key = call.text("members", member.first), value = call.text("members", member.second);
        call.step([&](filestack_error **failure) {
            return filestack_policy_set(made.get(), key.c_str(), value.c_str(), failure);
        });
    }
    return made;
}

inline c_client_options make(call &call, const client_options &from)
{
    c_client_options made(filestack_client_options_new());
    call.set<filestack_client_options_set_storage>(made, "storage", from.storage);
    call.set<filestack_client_options_set_security>(made, "security", from.security);
    call.set<filestack_client_options_set_cname>(made, "cname", from.cname);
    call.set<filestack_client_options_set_base_url>(made, "base_url", from.base_url);
    for (const auto &part : from.endpoints) {
        const std::string url = call.text("endpoints", part.second);
        call.step([&](filestack_error **failure) {
            return filestack_client_options_set_endpoint(made.get(), static_cast<std::int32_t>(part.first),
                                                         url.c_str(), failure);
        });
    }
    call.set<filestack_client_options_set_connect_timeout_ms>(made, "connect_timeout", from.connect_timeout);
    call.set<filestack_client_options_set_idle_timeout_ms>(made, "idle_timeout", from.idle_timeout);
    call.set<filestack_client_options_set_total_timeout_ms>(made, "total_timeout", from.total_timeout);
    call.set<filestack_client_options_set_max_retries>(made, "max_retries", from.max_retries);
    if (from.retry_delay && (from.retry_delay->first.count() < 0 || from.retry_delay->longest.count() < 0)) {
        call.refuse("'retry_delay' must not be negative");
    } else if (from.retry_delay) {
        call.step([&](filestack_error **failure) {
            return filestack_client_options_set_retry_delay_ms(
                made.get(), static_cast<std::uint64_t>(from.retry_delay->first.count()),
                static_cast<std::uint64_t>(from.retry_delay->longest.count()), failure);
        });
    }
    call.set<filestack_client_options_set_proxy>(made, "proxy", from.proxy);
    for (const std::string &path : from.ca_files) {
        call.set_text<filestack_client_options_set_ca_file>(made, "ca_files", path);
    }
    for (const std::string &pem : from.ca_pems) {
        call.set_text<filestack_client_options_set_ca_pem>(made, "ca_pems", pem);
    }
    call.set<filestack_client_options_set_user_agent>(made, "user_agent", from.user_agent);
    return made;
}

inline c_store_options make(call &call, const store_options &from)
{
    c_store_options made(filestack_store_options_new());
    call.set<filestack_store_options_set_filename>(made, "filename", from.filename);
    call.set<filestack_store_options_set_mimetype>(made, "mimetype", from.mimetype);
    call.set<filestack_store_options_set_location>(made, "location", from.location);
    call.set<filestack_store_options_set_path>(made, "path", from.path);
    call.set<filestack_store_options_set_container>(made, "container", from.container);
    call.set<filestack_store_options_set_region>(made, "region", from.region);
    if (from.access) call.set_text<filestack_store_options_set_access>(made, "access", word_of(*from.access));
    call.set<filestack_store_options_set_base64decode>(made, "base64decode", from.base64decode);
    for (const std::string &id : from.workflows) {
        call.set_text<filestack_store_options_add_workflow>(made, "workflows", id);
    }
    for (const auto &tag : from.upload_tags) {
        const std::string key = call.text("upload_tags", tag.first), value = call.text("upload_tags", tag.second);
        call.step([&](filestack_error **failure) {
            return filestack_store_options_add_upload_tag(made.get(), key.c_str(), value.c_str(), failure);
        });
    }
    return made;
}

inline c_upload_options make(call &call, const upload_options &from)
{
    c_upload_options made(filestack_upload_options_new());
    const c_store_options store = make(call, from.store);
    call.step([&](filestack_error **failure) {
        return filestack_upload_options_set_store(made.get(), store.get(), failure);
    });
    call.set<filestack_upload_options_set_intelligent>(made, "intelligent", from.intelligent);
    call.set<filestack_upload_options_set_part_size_bytes>(made, "part_size_bytes", from.part_size_bytes);
    call.set<filestack_upload_options_set_concurrency>(made, "concurrency", from.concurrency);
    call.set<filestack_upload_options_set_security>(made, "security", from.security);
    call.set<filestack_upload_options_set_total_timeout_ms>(made, "total_timeout", from.total_timeout);
    return made;
}

inline c_request_options make(call &call, const request_options &from)
{
    c_request_options made(filestack_request_options_new());
    call.set<filestack_request_options_set_security>(made, "security", from.security);
    call.set<filestack_request_options_set_total_timeout_ms>(made, "total_timeout", from.total_timeout);
    call.set<filestack_request_options_set_max_size_bytes>(made, "max_size_bytes", from.max_size_bytes);
    call.set<filestack_request_options_set_if_exists>(made, "if_exists", from.if_exists);
    return made;
}

} // namespace detail

inline outcome<std::string> policy::json() const
{
    detail::call call;
    const detail::c_policy made = detail::make(call, *this);
    return detail::deliver(call.string(
        [&](char **out, filestack_error **failure) { return filestack_policy_json(made.get(), out, failure); }));
}

inline outcome<security> security::create(const policy &unsigned_policy, std::string_view secret)
{
    detail::call call;
    const detail::c_policy made = detail::make(call, unsigned_policy);
    const std::string c_secret = call.text("secret", secret);
    return detail::deliver(call.object<security>([&](filestack_security **out, filestack_error **failure) {
        return filestack_security_from_policy(made.get(), c_secret.c_str(), out, failure);
    }));
}

/*---------------------------------------------------------------------------------------------------------------------
 * What is uploaded and what is downloaded
 *--------------------------------------------------------------------------------------------------------------------*/

/** What is uploaded: a file, memory, or what functions read. One upload uses it at a time. */
class source : public detail::shared<filestack_source, filestack_source_retain, filestack_source_release> {
public:
    static source adopt(filestack_source *native) noexcept { return source(native); }

    /** The file at `path`, opened now. */
    static outcome<source> from_path(std::string_view path)
    {
        detail::call call;
        const std::string c_path = call.text("path", path);
        return detail::deliver(call.object<source>([&](filestack_source **out, filestack_error **failure) {
            return filestack_source_from_path(c_path.c_str(), out, failure);
        }));
    }

    /** A copy of these bytes. */
    static outcome<source> from_memory(bytes content)
    {
        return borrowed(content, nullptr, nullptr);
    }

    /** These bytes, borrowed until `destroy()` is called: once, after the last use, also when this call fails. */
    template <class Destroy> static outcome<source> from_memory(bytes content, Destroy destroy)
    {
        const auto called_once = [](void *user) {
            const std::unique_ptr<Destroy> owner(static_cast<Destroy *>(user));
            detail::fenced(
                0,
                [&] {
                    (*owner)();
                    return 0;
                },
                [] {});
        };
        return borrowed(content, called_once, new Destroy(std::move(destroy)));
    }

    /** The bytes of a container, such as a moved std::string or std::vector, which lives until after the last use. */
    template <class Container> static outcome<source> from_container(Container container)
    {
        auto *const kept = new Container(std::move(container));
        return borrowed(bytes(*kept), detail::destroy<Container>, kept);
    }

    /**
     * What functions read, one at a time, on threads of the library; they live until after the last use.
     *
     * `read(void *buffer, std::size_t size)` returns how many bytes it has written to `buffer`, 0 at the end.
     * `seek(std::uint64_t offset)` goes to a byte; without it the source serves one upload. `size()` returns the number
     * of bytes; without it, or when it returns a negative number, the content is first copied to a temporary file. A
     * function fails when it throws, `read` also by a negative number, `seek` by false. The upload then fails with
     * FILESTACK_E_CALLBACK, or throws what the function threw.
     */
    template <class Read, class Seek = std::nullptr_t, class Size = std::nullptr_t>
    static outcome<source> from_reader(Read read, Seek seek = nullptr, Size size = nullptr)
    {
        using functions = reader<Read, Seek, Size>;
        auto thrown = std::make_shared<detail::thrown>();
        filestack_reader c_reader = FILESTACK_READER_INIT;
        c_reader.read = functions::c_read;
        if constexpr (!std::is_null_pointer_v<Seek>) c_reader.seek = functions::c_seek;
        if constexpr (!std::is_null_pointer_v<Size>) c_reader.size = functions::c_size;
        c_reader.destroy = detail::destroy<functions>;
        c_reader.user = new functions{std::move(read), std::move(seek), std::move(size), thrown, false};
        result<source> made = detail::call().object<source>([&](filestack_source **out, filestack_error **failure) {
            return filestack_source_from_reader(&c_reader, out, failure);
        });
        if (made) made->thrown_ = std::move(thrown);
        return detail::deliver(std::move(made));
    }

private:
    friend class client;
    friend class filelink;

    template <class Read, class Seek, class Size> struct reader {
        Read read;
        Seek seek;
        Size size;
        std::shared_ptr<detail::thrown> thrown;
        bool size_failed = false;

        static std::int64_t c_read(void *user, void *buffer, std::size_t room) noexcept
        {
            reader &self = *static_cast<reader *>(user);
            if (self.size_failed) return -1;
            return self.template run<std::int64_t>(-1, [&] {
                return static_cast<std::int64_t>(self.read(buffer, room));
            });
        }
        static std::int32_t c_seek(void *user, std::uint64_t offset) noexcept
        {
            reader &self = *static_cast<reader *>(user);
            if (self.size_failed) return -1;
            return self.template run<std::int32_t>(-1, [&] {
                if constexpr (std::is_void_v<decltype(self.seek(offset))>) {
                    self.seek(offset);
                    return 0;
                } else {
                    return self.seek(offset) ? 0 : -1;
                }
            });
        }
        /* The library takes a negative size for "not known", and reads on: so the next call fails instead. */
        static std::int64_t c_size(void *user) noexcept
        {
            reader &self = *static_cast<reader *>(user);
            self.size_failed = true;
            return self.template run<std::int64_t>(-1, [&] {
                const auto total = static_cast<std::int64_t>(self.size());
                self.size_failed = false;
                return total;
            });
        }
        template <class Value, class Callback> Value run(Value failed, Callback callback) noexcept
        {
            thrown->leave(nullptr);
            return detail::fenced<Value>(failed, callback, [this] { thrown->leave(std::current_exception()); });
        }
    };

    explicit source(filestack_source *native) noexcept : shared(native) {}

    static outcome<source> borrowed(bytes content, filestack_destroy destroy, void *user)
    {
        return detail::deliver(
            detail::call().object<source>([&](filestack_source **out, filestack_error **failure) {
                return filestack_source_from_memory(content.data(), content.size(), destroy, user, out, failure);
            }));
    }

    /* Throws what a reader has thrown when the call has failed because of that. */
    template <class T> result<T> after_use(result<T> made) const
    {
#if !defined(FILESTACK_NO_EXCEPTIONS)
        if (thrown_ && !made && made.error().code() == FILESTACK_E_CALLBACK) {
            if (const std::exception_ptr exception = thrown_->take()) std::rethrow_exception(exception);
        }
#endif
        return made;
    }

    std::shared_ptr<detail::thrown> thrown_;
};

/** Bytes that the library has read. Cannot be copied. */
class buffer {
public:
    using native_type = filestack_buffer;
    static buffer adopt(filestack_buffer *native) noexcept { return buffer(native); }

    const char *data() const noexcept { return static_cast<const char *>(filestack_buffer_data(get())); }
    std::size_t size() const noexcept { return filestack_buffer_size(get()); }
    bool empty() const noexcept { return size() == 0; }
    const char *begin() const noexcept { return data(); }
    const char *end() const noexcept { return data() + size(); }
    /** The same bytes; they live as long as the buffer. */
    std::string_view view() const noexcept { return std::string_view(data(), size()); }
    std::string str() const { return std::string(view()); }

    filestack_buffer *get() const noexcept { return native_.get(); }
    [[nodiscard]] filestack_buffer *release() noexcept { return native_.release(); }

private:
    explicit buffer(filestack_buffer *native) noexcept : native_(native) {}

    detail::owned<filestack_buffer, filestack_buffer_free> native_;
};

/*---------------------------------------------------------------------------------------------------------------------
 * Files
 *--------------------------------------------------------------------------------------------------------------------*/

class av_job;
class transformation;

/**
 * A file of the service. It has a method for every task, which begins a transformation of the file, and calls of its
 * own. What the service said when it stored the file is known only then, and asked by `metadata` otherwise.
 */
class filelink : public detail::shared<filestack_filelink, filestack_filelink_retain, filestack_filelink_release>,
                 public task_detail::begins_tasks<filelink, transformation> {
public:
    static filelink adopt(filestack_filelink *native) noexcept { return filelink(native); }

    std::string handle() const { return detail::text_of(filestack_filelink_handle(get())); }

    std::optional<std::string> filename() const { return detail::optional_text_of(filestack_filelink_filename(get())); }
    std::optional<std::string> mimetype() const { return detail::optional_text_of(filestack_filelink_mimetype(get())); }
    std::optional<std::string> status() const { return detail::optional_text_of(filestack_filelink_status(get())); }
    std::optional<std::string> container() const
    {
        return detail::optional_text_of(filestack_filelink_container(get()));
    }
    std::optional<std::string> key() const { return detail::optional_text_of(filestack_filelink_key(get())); }
    std::optional<std::string> workflows_json() const
    {
        return detail::optional_text_of(filestack_filelink_workflows_json(get()));
    }
    std::optional<std::uint64_t> size_bytes() const noexcept
    {
        const std::uint64_t size = filestack_filelink_size_bytes(get());
        return size != 0 ? std::optional(size) : std::nullopt;
    }
    /** The service's whole reply, as a JSON object. */
    std::optional<std::string> upload_response_json() const
    {
        return detail::optional_text_of(filestack_filelink_upload_response_json(get()));
    }

    /** The file's URL, without credentials. */
    outcome<std::string> url() const
    {
        return detail::deliver(detail::call().string(
            [&](char **out, filestack_error **failure) { return filestack_filelink_url(get(), out, failure); }));
    }
    /** The file's URL with credentials, by default its own. A secret. */
    outcome<std::string> signed_url(const std::optional<security> &signer = std::nullopt) const
    {
        return detail::deliver(detail::call().string([&](char **out, filestack_error **failure) {
            return filestack_filelink_signed_url(get(), detail::native_of(signer), out, failure);
        }));
    }

    /** Begins a transformation of the file. */
    filestack::transformation transform() const;

    /** Stores a copy as a new file. Blocks. */
    outcome<filelink> store(const store_options &store = {}, const request_options &request = {}) const
    {
        detail::call call;
        const auto c_store = detail::make(call, store);
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.object<filelink>([&](filestack_filelink **out, filestack_error **failure) {
            return filestack_filelink_store(get(), c_store.get(), c_request.get(), out, failure);
        }));
    }
    /** Downloads to a file, which appears only when it is whole; returns its size in bytes. Blocks. */
    outcome<std::uint64_t> download(std::string_view path, const request_options &request = {}) const
    {
        detail::call call;
        const std::string c_path = call.text("path", path);
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.value<std::uint64_t>([&](std::uint64_t *out, filestack_error **failure) {
            return filestack_filelink_download(get(), c_path.c_str(), c_request.get(), out, failure);
        }));
    }
    /** Reads the content into memory. Blocks. */
    outcome<buffer> get_content(const request_options &request = {}) const
    {
        detail::call call;
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.object<buffer>([&](filestack_buffer **out, filestack_error **failure) {
            return filestack_filelink_get_content(get(), c_request.get(), out, failure);
        }));
    }
    /** What the service knows of the file, as a JSON object; without fields the service chooses. Blocks. */
    outcome<std::string> metadata(const std::vector<std::string> &fields = {},
                                  const request_options &request = {}) const
    {
        detail::call call;
        const auto c_fields = call.texts("fields", fields);
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.string([&](char **out, filestack_error **failure) {
            return filestack_filelink_metadata(get(), c_fields.data(), c_fields.size(), c_request.get(), out, failure);
        }));
    }
    /** Words for what the picture shows, as a JSON object. Blocks. */
    outcome<std::string> tags(const request_options &request = {}) const
    {
        return json(filestack_filelink_tags, request);
    }
    /** Whether the picture is safe for work, as a JSON object. Blocks. */
    outcome<std::string> sfw(const request_options &request = {}) const
    {
        return json(filestack_filelink_sfw, request);
    }
    /** The text in the picture, as a JSON object. Blocks. */
    outcome<std::string> ocr(const request_options &request = {}) const
    {
        return json(filestack_filelink_ocr, request);
    }
    /** Starts a workflow on the file; returns the service's reply. Blocks. */
    outcome<std::string> run_workflow(std::string_view workflow_id, const request_options &request = {}) const
    {
        detail::call call;
        const std::string c_id = call.text("workflow_id", workflow_id);
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.string([&](char **out, filestack_error **failure) {
            return filestack_filelink_run_workflow(get(), c_id.c_str(), c_request.get(), out, failure);
        }));
    }
    /** Replaces the content; returns the service's reply. The handle stays. Blocks. */
    outcome<std::string> overwrite(const source &content, bool base64decode = false,
                                   const request_options &request = {}) const
    {
        detail::call call;
        const auto c_request = detail::make(call, request);
        return detail::deliver(content.after_use(call.string([&](char **out, filestack_error **failure) {
            return filestack_filelink_overwrite(get(), content.get(), base64decode, c_request.get(), out, failure);
        })));
    }
    /** The same with what the service finds at a URL. Blocks. */
    outcome<std::string> overwrite_url(std::string_view url, bool base64decode = false,
                                       const request_options &request = {}) const
    {
        detail::call call;
        const std::string c_url = call.text("url", url);
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.string([&](char **out, filestack_error **failure) {
            return filestack_filelink_overwrite_url(get(), c_url.c_str(), base64decode, c_request.get(), out, failure);
        }));
    }
    /** Starts a conversion of audio or video at the service. Blocks until it is started. */
    outcome<av_job> av_convert(const av_convert_args &args = {}, const request_options &request = {}) const;
    /** Deletes the file from the service and its storage. Blocks. */
    outcome<void> delete_(const request_options &request = {}) const
    {
        detail::call call;
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.run(
            [&](filestack_error **failure) { return filestack_filelink_delete(get(), c_request.get(), failure); }));
    }

private:
    explicit filelink(filestack_filelink *native) noexcept : shared(native) {}

    template <class Ask> outcome<std::string> json(Ask ask, const request_options &request) const
    {
        detail::call call;
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.string(
            [&](char **out, filestack_error **failure) { return ask(get(), c_request.get(), out, failure); }));
    }
};

enum class av_status : std::int32_t {
    started = FILESTACK_AV_STARTED,
    pending = FILESTACK_AV_PENDING,
    completed = FILESTACK_AV_COMPLETED
};

/** A conversion of audio or video that runs at the service; it goes on without this object. */
class av_job : public detail::shared<filestack_av_job, filestack_av_job_retain, filestack_av_job_release> {
public:
    static av_job adopt(filestack_av_job *native) noexcept { return av_job(native); }

    std::string uuid() const { return detail::text_of(filestack_av_job_uuid(get())); }
    /** When it was started, as the service writes it: seconds since 1970. */
    std::string timestamp() const { return detail::text_of(filestack_av_job_timestamp(get())); }
    /** The service's latest reply about the job, as a JSON object. */
    outcome<std::string> json() const
    {
        return detail::deliver(detail::call().string(
            [&](char **out, filestack_error **failure) { return filestack_av_job_json(get(), out, failure); }));
    }
    /** Asks the service how far the job is. Blocks. */
    outcome<av_status> status(const request_options &request = {}) const
    {
        detail::call call;
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.value<av_status>([&](av_status *out, filestack_error **failure) {
            std::int32_t status = 0;
            const filestack_status made = filestack_av_job_status(get(), c_request.get(), &status, failure);
            *out = static_cast<av_status>(status);
            return made;
        }));
    }
    /** Waits until the job is completed; a timeout of 0 is no limit. Blocks. */
    outcome<void> wait(std::chrono::milliseconds timeout = std::chrono::milliseconds(0),
                       const request_options &request = {}) const
    {
        detail::call call;
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.run([&](filestack_error **failure) {
            return filestack_av_job_wait(get(), timeout.count(), c_request.get(), failure);
        }));
    }
    /** The result of a completed job. */
    outcome<filestack::filelink> filelink() const
    {
        return detail::deliver(
            detail::call().object<filestack::filelink>([&](filestack_filelink **out, filestack_error **failure) {
                return filestack_av_job_filelink(get(), out, failure);
            }));
    }

private:
    explicit av_job(filestack_av_job *native) noexcept : shared(native) {}
};

/*---------------------------------------------------------------------------------------------------------------------
 * Transformations
 *--------------------------------------------------------------------------------------------------------------------*/

/** A parameter of a task by its name, for `transformation::task`. */
class param {
public:
    /** A boolean, a number or a text. */
    template <class Value> param(std::string name, const Value &value) : name_(std::move(name))
    {
        if constexpr (std::is_same_v<Value, bool>) {
            kind_ = FILESTACK_PARAM_BOOL;
            int_ = value ? 1 : 0;
        } else if constexpr (std::is_integral_v<Value>) {
            kind_ = FILESTACK_PARAM_INT;
            int_ = static_cast<std::int64_t>(value);
        } else if constexpr (std::is_floating_point_v<Value>) {
            kind_ = FILESTACK_PARAM_NUMBER;
            number_ = static_cast<double>(value);
        } else {
            kind_ = FILESTACK_PARAM_STRING;
            text_ = std::string(std::string_view(value));
        }
    }
    /** A value of any other type, as JSON. */
    static param json(std::string name, std::string_view value_json)
    {
        param made(std::move(name), value_json);
        made.kind_ = FILESTACK_PARAM_JSON;
        return made;
    }

private:
    friend class transformation;

    void put_to(task_detail::param_list &list) const
    {
        const char *const name = name_.c_str();
        list.refuse_nul("name", name_);
        switch (kind_) {
        case FILESTACK_PARAM_BOOL: list.put_bool(name, int_ != 0); break;
        case FILESTACK_PARAM_INT: list.put_int(name, int_); break;
        case FILESTACK_PARAM_NUMBER: list.put_number(name, number_); break;
        case FILESTACK_PARAM_STRING: list.put_text(name, text_); break;
        default: list.put_json(name, text_);
        }
    }

    std::string name_;
    std::uint32_t kind_ = 0;
    std::int64_t int_ = 0;
    double number_ = 0;
    std::string text_;
};

/**
 * A chain of tasks over one or more sources: a value, of one thread at a time. It has a method for every task, which
 * adds the task, and returns this transformation, or a new one that was moved from it when it was a temporary.
 *
 * The first failure stays, and every later call fails with it.
 */
class transformation : public task_detail::adds_tasks<transformation> {
public:
    using native_type = filestack_transformation;
    static transformation adopt(filestack_transformation *native) noexcept { return transformation(native); }

    transformation(const transformation &other)
        : native_(filestack_transformation_clone(other.get())), failure_(other.failure_)
    {
    }
    transformation(transformation &&other) noexcept
        : native_(std::move(other.native_)), failure_(std::exchange(other.failure_, std::nullopt))
    {
    }
    transformation &operator=(const transformation &other) { return *this = transformation(other); }
    transformation &operator=(transformation &&other) noexcept
    {
        transformation taken(std::move(other));
        native_.swap(taken.native_);
        failure_.swap(taken.failure_);
        return *this;
    }
    ~transformation() = default;

    /** The C object, which stays this object's. NULL when it was moved from. */
    filestack_transformation *get() const noexcept { return native_.get(); }
    /** Gives the C object away: the caller frees it. */
    [[nodiscard]] filestack_transformation *release() noexcept { return native_.release(); }
    /** Whether nothing has failed so far. */
    explicit operator bool() const noexcept { return native_ && !failure_; }
    /** What failed first. */
    const std::optional<error> &failure() const noexcept { return failure_; }

    /** Adds the task of an args struct. The only way for those whose method is a call: tags, sfw, ocr, store. */
    template <class Args, class = decltype(task_detail::task_of(std::declval<const Args &>()))>
    transformation &task(const Args &args) &
    {
        task_detail::param_list list;
        put(list, args);
        return add(task_detail::task_of(args), list);
    }
    template <class Args, class = decltype(task_detail::task_of(std::declval<const Args &>()))>
    transformation task(const Args &args) &&
    {
        return std::move(task(args));
    }

    /** Adds a task by its name, with parameters by theirs: `task("resize", {{"width", 300}, {"fit", "crop"}})`. */
    transformation &task(std::string_view name, const std::vector<param> &params = {}) &
    {
        task_detail::param_list list;
        for (const param &each : params) each.put_to(list);
        return add(name, list);
    }
    transformation task(std::string_view name, const std::vector<param> &params = {}) &&
    {
        return std::move(task(name, params));
    }

    /** Adds a task with its parameters as a JSON object. */
    transformation &task_json(std::string_view name, std::string_view params_json) &
    {
        return add_json(filestack_transformation_add_json, name, params_json);
    }
    transformation task_json(std::string_view name, std::string_view params_json) &&
    {
        return std::move(task_json(name, params_json));
    }

    /** Adds a task that the library does not know yet; nothing is checked but that a URL can hold it. */
    transformation &task_unchecked(std::string_view name, std::string_view params_json = "{}") &
    {
        return add_json(filestack_transformation_add_unchecked, name, params_json);
    }
    transformation task_unchecked(std::string_view name, std::string_view params_json = "{}") &&
    {
        return std::move(task_unchecked(name, params_json));
    }

    /** The URL of the result, without credentials. */
    outcome<std::string> url() const
    {
        return detail::deliver(detail::call(failure_).string(
            [&](char **out, filestack_error **failure) { return filestack_transformation_url(get(), out, failure); }));
    }
    /** The URL of the result with credentials, by default the transformation's. A secret. */
    outcome<std::string> signed_url(const std::optional<security> &signer = std::nullopt) const
    {
        return detail::deliver(detail::call(failure_).string([&](char **out, filestack_error **failure) {
            return filestack_transformation_signed_url(get(), detail::native_of(signer), out, failure);
        }));
    }
    /** Stores the result as a new file. Blocks. */
    outcome<filelink> store(const store_options &store = {}, const request_options &request = {}) const
    {
        detail::call call(failure_);
        const auto c_store = detail::make(call, store);
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.object<filelink>([&](filestack_filelink **out, filestack_error **failure) {
            return filestack_transformation_store(get(), c_store.get(), c_request.get(), out, failure);
        }));
    }
    /** Downloads to a file, which appears only when it is whole; returns its size in bytes. Blocks. */
    outcome<std::uint64_t> download(std::string_view path, const request_options &request = {}) const
    {
        detail::call call(failure_);
        const std::string c_path = call.text("path", path);
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.value<std::uint64_t>([&](std::uint64_t *out, filestack_error **failure) {
            return filestack_transformation_download(get(), c_path.c_str(), c_request.get(), out, failure);
        }));
    }
    /** Reads the result into memory. Blocks. */
    outcome<buffer> get_content(const request_options &request = {}) const
    {
        detail::call call(failure_);
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.object<buffer>([&](filestack_buffer **out, filestack_error **failure) {
            return filestack_transformation_get_content(get(), c_request.get(), out, failure);
        }));
    }
    /** The service's JSON answer to a chain that ends with a task whose reply is no file. Blocks. */
    outcome<std::string> get_json(const request_options &request = {}) const
    {
        return json(filestack_transformation_get_json, request);
    }
    /** Words for what the result shows, as a JSON object. Blocks. */
    outcome<std::string> tags(const request_options &request = {}) const
    {
        return json(filestack_transformation_tags, request);
    }
    /** Whether the result is safe for work, as a JSON object. Blocks. */
    outcome<std::string> sfw(const request_options &request = {}) const
    {
        return json(filestack_transformation_sfw, request);
    }
    /** The text in the result, as a JSON object. Blocks. */
    outcome<std::string> ocr(const request_options &request = {}) const
    {
        return json(filestack_transformation_ocr, request);
    }
    /** Starts a conversion of audio or video at the service. Blocks until it is started. */
    outcome<av_job> av_convert(const av_convert_args &args = {}, const request_options &request = {}) const
    {
        detail::call call(failure_);
        task_detail::param_list list;
        put(list, args);
        if (list.with_nul()) call.refuse_nul(list.with_nul());
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.object<av_job>([&](filestack_av_job **out, filestack_error **failure) {
            return filestack_transformation_av_convert(get(), list.data(), list.size(), c_request.get(), out, failure);
        }));
    }

private:
    friend class client;
    friend class filelink;

    explicit transformation(filestack_transformation *native) noexcept : native_(native) {}

    /* What begins with a failure keeps it, as what fails later does. */
    static transformation begin(result<transformation> made)
    {
#if defined(FILESTACK_NO_EXCEPTIONS)
        if (!made) {
            transformation failed(nullptr);
            failed.failure_ = made.error();
            return failed;
        }
#endif
        return std::move(made).value();
    }

    transformation &add(std::string_view name, const task_detail::param_list &list)
    {
        detail::call call(failure_);
        const std::string c_name = call.text("task", name);
        if (list.with_nul()) call.refuse_nul(list.with_nul());
        call.step([&](filestack_error **failure) {
            return filestack_transformation_add(get(), c_name.c_str(), list.data(), list.size(), failure);
        });
        return keep(call);
    }
    template <class Add> transformation &add_json(Add c_function, std::string_view name, std::string_view params_json)
    {
        detail::call call(failure_);
        const std::string c_name = call.text("task", name), c_params = call.text("params_json", params_json);
        call.step([&](filestack_error **failure) {
            return c_function(get(), c_name.c_str(), c_params.c_str(), failure);
        });
        return keep(call);
    }
    transformation &keep(const detail::call &call)
    {
        failure_ = call.failure();
#if !defined(FILESTACK_NO_EXCEPTIONS)
        if (failure_) throw *failure_;
#endif
        return *this;
    }

    template <class Ask> outcome<std::string> json(Ask ask, const request_options &request) const
    {
        detail::call call(failure_);
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.string(
            [&](char **out, filestack_error **failure) { return ask(get(), c_request.get(), out, failure); }));
    }

    detail::owned<filestack_transformation, filestack_transformation_free> native_;
    std::optional<error> failure_;
};

inline filestack::transformation filelink::transform() const
{
    return filestack::transformation::begin(detail::call().object<filestack::transformation>(
        [&](filestack_transformation **out, filestack_error **failure) {
            return filestack_filelink_transform(get(), out, failure);
        }));
}

inline outcome<av_job> filelink::av_convert(const av_convert_args &args, const request_options &request) const
{
    return transform().av_convert(args, request);
}

/*---------------------------------------------------------------------------------------------------------------------
 * Client
 *--------------------------------------------------------------------------------------------------------------------*/

/** An application's key, credentials and connections. Make one and keep it: its connections are reused. */
class client : public detail::shared<filestack_client, filestack_client_retain, filestack_client_release> {
public:
    static client adopt(filestack_client *native) noexcept { return client(native); }

#if !defined(FILESTACK_NO_EXCEPTIONS)
    explicit client(std::string_view api_key, const client_options &options = {}) : client(create(api_key, options)) {}
#endif
    /** Contacts nobody. Without an API key what needs one says so. */
    static outcome<client> create(std::optional<std::string_view> api_key, const client_options &options = {})
    {
        detail::call call;
        const std::string c_key = call.text("api_key", api_key.value_or(""));
        const auto c_options = detail::make(call, options);
        return detail::deliver(call.object<client>([&](filestack_client **out, filestack_error **failure) {
            return filestack_client_new(api_key ? c_key.c_str() : nullptr, c_options.get(), out, failure);
        }));
    }

    /** A client of the same application, over the same connections, with other credentials or none. */
    outcome<client> with_security(const std::optional<security> &signer) const
    {
        return detail::deliver(detail::call().object<client>([&](filestack_client **out, filestack_error **failure) {
            return filestack_client_with_security(get(), detail::native_of(signer), out, failure);
        }));
    }
    /** The hosts that this client contacts, for allow-lists, as a JSON object. */
    outcome<std::string> hosts_json() const
    {
        return detail::deliver(detail::call().string(
            [&](char **out, filestack_error **failure) { return filestack_client_hosts_json(get(), out, failure); }));
    }

    /** The file with this handle. Contacts nobody. */
    outcome<filestack::filelink> filelink(std::string_view handle,
                                          const std::optional<security> &signer = std::nullopt) const
    {
        detail::call call;
        const std::string c_handle = call.text("handle", handle);
        return detail::deliver(
            call.object<filestack::filelink>([&](filestack_filelink **out, filestack_error **failure) {
                return filestack_client_filelink(get(), c_handle.c_str(), detail::native_of(signer), out, failure);
            }));
    }

    /** Uploads the file at `path`. Blocks. */
    outcome<filestack::filelink> upload_path(std::string_view path, const upload_options &options = {}) const
    {
        detail::call call;
        const std::string c_path = call.text("path", path);
        const auto c_options = detail::make(call, options);
        return detail::deliver(
            call.object<filestack::filelink>([&](filestack_filelink **out, filestack_error **failure) {
                return filestack_client_upload_path(get(), c_path.c_str(), c_options.get(), out, failure);
            }));
    }
    /** Uploads a source. Blocks. */
    outcome<filestack::filelink> upload(const source &content, const upload_options &options = {}) const
    {
        detail::call call;
        const auto c_options = detail::make(call, options);
        return detail::deliver(content.after_use(
            call.object<filestack::filelink>([&](filestack_filelink **out, filestack_error **failure) {
                return filestack_client_upload(get(), content.get(), c_options.get(), out, failure);
            })));
    }
    /** Uploads bytes, which are not copied. Blocks. */
    outcome<filestack::filelink> upload(bytes content, const upload_options &options = {}) const
    {
        detail::call call;
        const auto c_options = detail::make(call, options);
        detail::owned<filestack_source, filestack_source_release> lent;
        call.step([&](filestack_error **failure) {
            filestack_source *out = nullptr;
            const filestack_status made = filestack_source_from_memory(
                content.data(), content.size(), [](void *) {}, nullptr, &out, failure);
            lent.reset(out);
            return made;
        });
        return detail::deliver(
            call.object<filestack::filelink>([&](filestack_filelink **out, filestack_error **failure) {
                return filestack_client_upload(get(), lent.get(), c_options.get(), out, failure);
            }));
    }
    /** Stores the file that the service finds at an external URL. Blocks. */
    outcome<filestack::filelink> upload_url(std::string_view url, const store_options &store = {},
                                            const request_options &request = {}) const
    {
        detail::call call;
        const std::string c_url = call.text("url", url);
        const auto c_store = detail::make(call, store);
        const auto c_request = detail::make(call, request);
        return detail::deliver(
            call.object<filestack::filelink>([&](filestack_filelink **out, filestack_error **failure) {
                return filestack_client_upload_url(get(), c_url.c_str(), c_store.get(), c_request.get(), out, failure);
            }));
    }

    /** A transformation of any number of sources: handles, URLs, storage aliases. */
    transformation transform(const std::vector<std::string> &sources,
                             const std::optional<security> &signer = std::nullopt) const
    {
        detail::call call;
        const auto c_sources = call.texts("sources", sources);
        return transformation::begin(
            call.object<transformation>([&](filestack_transformation **out, filestack_error **failure) {
                return filestack_client_transform(get(), c_sources.data(), c_sources.size(), detail::native_of(signer),
                                                  out, failure);
            }));
    }
    /** A transformation of the file at an external URL. */
    transformation transform_external(std::string_view url,
                                      const std::optional<security> &signer = std::nullopt) const
    {
        detail::call call;
        const std::string c_url = call.text("url", url);
        return transformation::begin(
            call.object<transformation>([&](filestack_transformation **out, filestack_error **failure) {
                return filestack_client_transform_external(get(), c_url.c_str(), detail::native_of(signer), out,
                                                           failure);
            }));
    }
    /** A picture of a web page. */
    transformation urlscreenshot(std::string_view url, const urlscreenshot_args &args = {}) const
    {
        detail::call call;
        const std::string c_url = call.text("url", url);
        task_detail::param_list list;
        put(list, args);
        if (list.with_nul()) call.refuse_nul(list.with_nul());
        return transformation::begin(
            call.object<transformation>([&](filestack_transformation **out, filestack_error **failure) {
                return filestack_client_urlscreenshot(get(), c_url.c_str(), list.data(), list.size(), out, failure);
            }));
    }

    /** Downloads files as one zip archive; returns its size in bytes. Blocks. */
    outcome<std::uint64_t> zip(std::string_view destination_path, const std::vector<std::string> &files,
                               const request_options &request = {}) const
    {
        detail::call call;
        const std::string c_path = call.text("destination_path", destination_path);
        const auto c_files = call.texts("files", files);
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.value<std::uint64_t>([&](std::uint64_t *out, filestack_error **failure) {
            return filestack_client_zip(get(), c_path.c_str(), c_files.data(), c_files.size(), c_request.get(), out,
                                        failure);
        }));
    }
    /** How far a workflow's job is, as a JSON object. Blocks. */
    outcome<std::string> workflow_status(std::string_view job_id, const request_options &request = {}) const
    {
        detail::call call;
        const std::string c_id = call.text("job_id", job_id);
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.string([&](char **out, filestack_error **failure) {
            return filestack_client_workflow_status(get(), c_id.c_str(), c_request.get(), out, failure);
        }));
    }

private:
    explicit client(filestack_client *native) noexcept : shared(native) {}
};

} // inline namespace of the style

} // namespace filestack

#endif /* FILESTACK_FILESTACK_HPP */
