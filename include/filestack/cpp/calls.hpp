/* How calls are made. Not for users: a part of filestack.hpp. */

#ifndef FILESTACK_CPP_CALLS_HPP
#define FILESTACK_CPP_CALLS_HPP

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../tasks.hpp"
#include "result.hpp"

namespace filestack {
inline namespace FILESTACK_STYLE {

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

inline std::string text_of(const char *borrowed)
{
    return borrowed ? std::string(borrowed) : std::string();
}
inline std::optional<std::string> optional_text_of(const char *borrowed)
{
    return borrowed ? std::optional<std::string>(borrowed) : std::nullopt;
}
template <class Handle> auto native_of(const std::optional<Handle> &handle) noexcept
{
    return handle ? handle->get() : nullptr;
}

/* Where a callback leaves what it threw, for the call that it belongs to. */
class thrown {
public:
    void leave(std::exception_ptr exception) noexcept
    {
        const std::lock_guard<std::mutex> hold(lock_);
        exception_ = std::move(exception);
    }
    /* Runs a callback, and keeps what it throws for the call that it belongs to. */
    template <class Value, class Callback> Value run(Value failed, Callback callback) noexcept;
    /* Throws what was kept, when something was. */
    void rethrow()
    {
#if !defined(FILESTACK_NO_EXCEPTIONS)
        if (const std::exception_ptr exception = take())
            std::rethrow_exception(exception);
#endif
    }
    /* Throws what was kept when that is why the call has failed. */
    template <class T> result<T> after_use(result<T> made)
    {
        if (!made && made.error().code() == FILESTACK_E_CALLBACK)
            rethrow();
        return made;
    }

private:
    std::exception_ptr take() noexcept
    {
        const std::lock_guard<std::mutex> hold(lock_);
        return std::exchange(exception_, nullptr);
    }

    std::mutex lock_;
    std::exception_ptr exception_;
};

/* A call of the C library with all that it needs. The first failure on the way keeps the rest from happening. */
class call {
public:
    call() = default;
    explicit call(const std::optional<error> &failure) : failure_(failure) {}

    const std::optional<error> &failure() const noexcept { return failure_; }

    /* The text as a C string, which has no NUL in it. */
    std::string text(const char *name, std::string_view value)
    {
        if (value.find('\0') != std::string_view::npos)
            refuse_nul(name);
        return std::string(value);
    }
    std::vector<const char *> texts(const char *name, const std::vector<std::string> &values)
    {
        std::vector<const char *> pointers;
        for (const std::string &value : values) {
            if (value.find('\0') != std::string::npos)
                refuse_nul(name);
            pointers.push_back(value.c_str());
        }
        return pointers;
    }
    void refuse(const std::string &why)
    {
        if (!failure_)
            failure_.emplace(FILESTACK_E_ARGUMENT, why);
    }
    void refuse_nul(const std::string &name) { refuse("'" + name + "' must not have a NUL in it"); }

    template <class Call> void step(Call make)
    {
        if (failure_)
            return;
        filestack_error *failure = nullptr;
        if (make(&failure) != FILESTACK_OK)
            failure_.emplace(error::adopt(failure));
        rethrow();
    }
    /* Where the progress function of the call leaves what it throws, which cancels the call. */
    const std::shared_ptr<thrown> &progress_thrown()
    {
        if (!progress_thrown_)
            progress_thrown_ = std::make_shared<thrown>();
        return progress_thrown_;
    }
    template <class Call> result<void> run(Call make)
    {
        step(make);
        if (failure_)
            return *failure_;
        return {};
    }
    template <class T, class Call> result<T> value(Call make)
    {
        T out = {};
        step([&](filestack_error **failure) { return make(&out, failure); });
        if (failure_)
            return *failure_;
        return out;
    }
    template <class T, class Call> result<T> object(Call make)
    {
        typename T::native_type *out = nullptr;
        step([&](filestack_error **failure) { return make(&out, failure); });
        if (failure_)
            return *failure_;
        return T::adopt(out);
    }
    template <class Call> result<std::string> string(Call make)
    {
        char *out = nullptr;
        step([&](filestack_error **failure) { return make(&out, failure); });
        const c_string owner(out);
        if (failure_)
            return *failure_;
        return text_of(out);
    }

    /* Sets an option that is set. */
    template <auto Set, class Object>
    void set(Object &object, const char *name, const std::optional<std::string> &value)
    {
        if (value)
            set_text<Set>(object, name, *value);
    }
    template <auto Set, class Object, class Value>
    void set(Object &object, const char *, const std::optional<Value> &value)
    {
        if (!value)
            return;
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

    /* Throws what the progress function has thrown when the call was cancelled because of that. */
    void rethrow()
    {
        if (progress_thrown_ && failure_ && failure_->code() == FILESTACK_E_CANCELLED)
            progress_thrown_->rethrow();
    }

    std::optional<error> failure_;
    std::shared_ptr<thrown> progress_thrown_;
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

template <class Value, class Callback> Value thrown::run(Value failed, Callback callback) noexcept
{
    leave(nullptr);
    return fenced<Value>(failed, callback, [this] { leave(std::current_exception()); });
}

/* A place for what a callback needs, which the C library destroys. */
template <class State> void destroy(void *user) noexcept
{
    delete static_cast<State *>(user);
}

} // namespace detail

} // namespace FILESTACK_STYLE
} // namespace filestack

#endif /* FILESTACK_CPP_CALLS_HPP */
