/* How calls are made. Not for users: a part of filestack.hpp. */

#ifndef FILESTACK_CPP_CALLS_HPP
#define FILESTACK_CPP_CALLS_HPP

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../tasks.hpp"
#include "callbacks.hpp"
#include "result.hpp"

namespace filestack {
inline namespace FILESTACK_STYLE {

template <class T> class operation;
struct delivery;

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
/* A time to wait, as the C library takes it. */
inline std::int64_t wait_ms(std::chrono::milliseconds timeout) noexcept
{
    return timeout.count() < 0 ? -1 : timeout.count();
}

/* What a function of the C library writes for a T, and how it becomes one. */
template <class T, class = void> struct output {
    using type = typename T::native_type *;
    static T take(type out) { return T::adopt(out); }
};
template <> struct output<void> {
    using type = void;
};
template <> struct output<std::string> {
    using type = char *;
    static std::string take(type out)
    {
        const c_string owner(out);
        return text_of(out);
    }
};
template <> struct output<std::uint64_t> {
    using type = std::uint64_t;
    static std::uint64_t take(type out) noexcept { return out; }
};
template <class T> struct output<T, std::enable_if_t<std::is_enum_v<T>>> {
    using type = std::int32_t;
    static T take(type out) noexcept { return static_cast<T>(out); }
};

/* How a call of the service is made by a function that returns at its end. The others are given a delivery. */
struct blocking {};

/* What the one gives, and the other. */
template <class How, class T>
using given = std::conditional_t<std::is_same_v<How, blocking>, outcome<T>, outcome<operation<T>>>;

/* A call of the C library with all that it needs. The first failure on the way keeps the rest from happening. */
class call {
public:
    call() = default;
    explicit call(const std::optional<error> &failure) : failure_(failure) {}
    explicit call(const detail::callbacks &callbacks) : callbacks_(callbacks) {}

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
    void refuse(const std::string &why, filestack_status code = FILESTACK_E_ARGUMENT)
    {
        if (!failure_)
            failure_.emplace(code, why);
    }
    void refuse_nul(const std::string &name) { refuse("'" + name + "' must not have a NUL in it"); }

    template <class Call> void step(Call make)
    {
        if (failure_)
            return;
        filestack_error *failure = nullptr;
        if (make(&failure) != FILESTACK_OK)
            failure_.emplace(error::adopt(failure));
        if (failure_)
            callbacks_.rethrow(*failure_);
    }
    /* The call uses a source or a sink, whose functions may throw. */
    void uses(const std::shared_ptr<function_runner> &functions)
    {
        if (functions)
            callbacks_.functions = functions->begin_use();
    }
    /* Where the progress function of the call leaves what it throws. */
    const std::shared_ptr<thrown> &progress_thrown()
    {
        if (!callbacks_.progress)
            callbacks_.progress = std::make_shared<thrown>();
        return callbacks_.progress;
    }

    /* Calls a function whose inputs come first, then its output, and the error last. */
    template <class T, class Function, class... Inputs> result<T> run(Function function, Inputs... inputs)
    {
        if constexpr (std::is_void_v<T>) {
            step([&](filestack_error **failure) { return function(inputs..., failure); });
            if (failure_)
                return *failure_;
            return {};
        } else {
            typename output<T>::type out = {};
            step([&](filestack_error **failure) { return function(inputs..., &out, failure); });
            if (failure_)
                return *failure_;
            return output<T>::take(out);
        }
    }
    /* Makes a call of the service: by a function that blocks, or by one that starts an operation. */
    template <class T, class Function, class... Inputs>
    outcome<T> perform(blocking, Function function, Inputs... inputs)
    {
        return deliver(run<T>(function, inputs...));
    }
    template <class T, class Start, class... Inputs>
    outcome<operation<T>> perform(const delivery &to, Start start, Inputs... inputs);

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

    std::optional<error> failure_;
    detail::callbacks callbacks_;
};

} // namespace detail

} // namespace FILESTACK_STYLE
} // namespace filestack

#endif /* FILESTACK_CPP_CALLS_HPP */
