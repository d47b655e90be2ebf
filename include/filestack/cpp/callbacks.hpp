/* What callbacks throw, and how it reaches their caller. Not for users: a part of filestack.hpp. */

#ifndef FILESTACK_CPP_CALLBACKS_HPP
#define FILESTACK_CPP_CALLBACKS_HPP

#include <exception>
#include <memory>
#include <mutex>
#include <utility>

#include "error.hpp"
#include "style.hpp"

namespace filestack {
inline namespace FILESTACK_STYLE {

namespace detail {

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

/* Where a callback leaves what it threw, for the call that it belongs to. */
class thrown {
public:
    void leave(std::exception_ptr exception) noexcept
    {
        const std::lock_guard<std::mutex> hold(lock_);
        exception_ = std::move(exception);
    }
    /* Throws what was left, when something was. */
    void rethrow() const
    {
#if !defined(FILESTACK_NO_EXCEPTIONS)
        if (const std::exception_ptr exception = left())
            std::rethrow_exception(exception);
#endif
    }

private:
    std::exception_ptr left() const noexcept
    {
        const std::lock_guard<std::mutex> hold(lock_);
        return exception_;
    }

    mutable std::mutex lock_;
    std::exception_ptr exception_;
};

/* Runs the functions of a source or a sink, and keeps what they throw for the call that uses it. */
class function_runner {
public:
    /* A call begins. The exceptions of one do not reach the next, and those of the next not the one before. */
    std::shared_ptr<thrown> begin_use()
    {
        auto fresh = std::make_shared<thrown>();
        const std::lock_guard<std::mutex> hold(lock_);
        thrown_ = fresh;
        return fresh;
    }
    template <class Value, class Callback> Value run(Value failed, Callback callback) noexcept
    {
        const std::shared_ptr<thrown> kept = present_use();
        kept->leave(nullptr);
        return fenced<Value>(failed, callback, [&kept] { kept->leave(std::current_exception()); });
    }

private:
    std::shared_ptr<thrown> present_use() const noexcept
    {
        const std::lock_guard<std::mutex> hold(lock_);
        return thrown_;
    }

    mutable std::mutex lock_;
    std::shared_ptr<thrown> thrown_ = std::make_shared<thrown>();
};

/* What the callbacks of a call throw. */
struct callbacks {
    /* Those of its source or sink, which end it as FILESTACK_E_CALLBACK. */
    std::shared_ptr<thrown> functions{};
    /* Its progress function, which cancels it. */
    std::shared_ptr<thrown> progress{};

    /* Throws what has made the call fail. */
    void rethrow(const error &failure) const
    {
        if (functions && failure.code() == FILESTACK_E_CALLBACK)
            functions->rethrow();
        if (progress && failure.code() == FILESTACK_E_CANCELLED)
            progress->rethrow();
    }
};

/* A place for what a callback needs, which the C library destroys. */
template <class State> void destroy(void *user) noexcept
{
    delete static_cast<State *>(user);
}

} // namespace detail

} // namespace FILESTACK_STYLE
} // namespace filestack

#endif /* FILESTACK_CPP_CALLBACKS_HPP */
