/* Calls that run while their caller goes on, and where they are taken: a part of filestack.hpp. */

#ifndef FILESTACK_CPP_OPERATION_HPP
#define FILESTACK_CPP_OPERATION_HPP

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "calls.hpp"

namespace filestack {
inline namespace FILESTACK_STYLE {

/** What an operation is doing. One that waits, waits for others to end. */
enum class state : std::int32_t {
    waiting = FILESTACK_STATE_WAITING,
    running = FILESTACK_STATE_RUNNING,
    paused = FILESTACK_STATE_PAUSED,
    done = FILESTACK_STATE_DONE
};

namespace detail {

/* What an operation is asked for its result, by the type that it writes. */
template <class Output> inline constexpr auto result_getter = nullptr;
template <> inline constexpr auto result_getter<void> = filestack_operation_outcome;
template <> inline constexpr auto result_getter<filestack_filelink *> = filestack_operation_filelink;
template <> inline constexpr auto result_getter<char *> = filestack_operation_json;
template <> inline constexpr auto result_getter<std::uint64_t> = filestack_operation_size_bytes;
template <> inline constexpr auto result_getter<filestack_buffer *> = filestack_operation_take_content;
template <> inline constexpr auto result_getter<filestack_av_job *> = filestack_operation_av_job;
template <> inline constexpr auto result_getter<std::int32_t> = filestack_operation_av_status;

} // namespace detail

/**
 * A call that was started, by a function whose name ends with _start, and what it gives: a T. Shared: a copy is another
 * reference to the same operation, and any thread may use it. The operation goes on without its references.
 *
 * `get` gives the result, so `native` lends the C object here.
 */
template <class T>
class operation : private detail::shared<filestack_operation, filestack_operation_retain, filestack_operation_release> {
    using handle = detail::shared<filestack_operation, filestack_operation_retain, filestack_operation_release>;

public:
    using native_type = filestack_operation;
    /** Takes over an operation that gives a T. One that gives something else fails in `get`. */
    static operation adopt(filestack_operation *object) noexcept { return operation(object); }

    /** The C object, which stays this object's. NULL when it was moved from. */
    filestack_operation *native() const noexcept { return handle::get(); }
    using handle::release;
    using handle::operator bool;

    /**
     * Waits until the operation has ended, and returns its result, or fails as the blocking call would. Can be called
     * any number of times, but a buffer can be taken once. Blocks.
     */
    outcome<T> get() const
    {
        detail::call call(callbacks_);
        call.step([&](filestack_error **failure) { return filestack_operation_wait(native(), -1, failure); });
        return detail::deliver(call.run<T>(detail::result_getter<typename detail::output<T>::type>, native()));
    }
    /**
     * Waits until the operation has ended; false when it runs still, which in a result<bool> is a value, too. A timeout
     * of 0 does not wait, a negative one is no limit. Blocks.
     */
    outcome<bool> wait_for(std::chrono::milliseconds timeout) const
    {
        const result<void> ended =
            detail::call().run<void>(filestack_operation_wait, native(), detail::wait_ms(timeout));
        const bool is_failure = !ended && ended.error().code() != FILESTACK_E_PENDING;
        return detail::deliver(is_failure ? result<bool>(ended.error()) : result<bool>(ended.has_value()));
    }
    /** Whether the operation has ended, whatever its outcome. */
    bool done() const noexcept { return state() == filestack::state::done; }
    filestack::state state() const noexcept
    {
        return static_cast<filestack::state>(filestack_operation_state(native()));
    }
    /** How far it is. */
    filestack_progress progress() const noexcept
    {
        filestack_progress now = FILESTACK_PROGRESS_INIT;
        filestack_operation_progress(native(), &now, nullptr);
        return now;
    }
    /** What it has cost so far, as a JSON object. */
    outcome<std::string> stats_json() const
    {
        return detail::deliver(detail::call().run<std::string>(filestack_operation_stats_json, native()));
    }
    /** The number that it was started with. */
    std::uint64_t tag() const noexcept { return filestack_operation_tag(native()); }

    /** Ends it with FILESTACK_E_CANCELLED, unless it has ended by itself. From any thread and callback. */
    void cancel() const noexcept { filestack_operation_cancel(native()); }
    /** Lets an upload or a download stand still; its time stops, too. Fails with FILESTACK_E_UNSUPPORTED for others. */
    outcome<void> pause() const
    {
        return detail::deliver(detail::call().run<void>(filestack_operation_pause, native()));
    }
    outcome<void> resume() const
    {
        return detail::deliver(detail::call().run<void>(filestack_operation_resume, native()));
    }

private:
    friend class detail::call;

    explicit operation(filestack_operation *object) noexcept : handle(object) {}

    detail::callbacks callbacks_;
};

/** An operation that a queue has given: it has ended. */
class finished : public detail::shared<filestack_operation, filestack_operation_retain, filestack_operation_release> {
public:
    static finished adopt(filestack_operation *native) noexcept { return finished(native); }

    /** The number that it was started with. */
    std::uint64_t tag() const noexcept { return filestack_operation_tag(get()); }
    /**
     * The same as an operation that gives a T: what the function that has started it returns. Its `get` fails with
     * FILESTACK_E_STATE when it gives something else; a T of void is right for all. What a callback has thrown only
     * the operation throws that its start has returned; this one has the error.
     */
    template <class T> operation<T> as() const { return operation<T>::adopt(filestack_operation_retain(get())); }

private:
    explicit finished(filestack_operation *native) noexcept : shared(native) {}
};

/**
 * Where operations that were started with it arrive when they have ended, each once. Several threads may take. The last
 * reference discards what waits; operations that run go on.
 */
class queue : public detail::shared<filestack_queue, filestack_queue_retain, filestack_queue_release> {
public:
    static queue adopt(filestack_queue *native) noexcept { return queue(native); }

#if !defined(FILESTACK_NO_EXCEPTIONS)
    queue() : queue(create()) {}
#endif
    static outcome<queue> create() { return detail::deliver(detail::call().run<queue>(filestack_queue_new)); }

    /** A descriptor that is readable while something can be taken, only to wait for; -1 where the system has none. */
    int fd() const noexcept { return filestack_queue_fd(get()); }
    /**
     * Takes an operation that has ended; nothing when none came in time, or because of `wake`. A timeout of 0 does not
     * wait, a negative one is no limit. Blocks.
     */
    outcome<std::optional<finished>> take(std::chrono::milliseconds timeout = std::chrono::milliseconds(-1)) const
    {
        result<finished> taken =
            detail::call().run<finished>(filestack_queue_take, get(), detail::wait_ms(timeout), nullptr);
        return detail::deliver(unless_pending(std::move(taken)));
    }
    /** Lets one `take` return nothing: one that waits, or else a later one. From any thread and callback. */
    void wake() const noexcept { filestack_queue_wake(get()); }
    /** Cancels all that was started with the queue and runs. They arrive as ever. From any thread and callback. */
    void cancel_all() const noexcept { filestack_queue_cancel_all(get()); }

private:
    explicit queue(filestack_queue *native) noexcept : shared(native) {}

    static result<std::optional<finished>> unless_pending(result<finished> taken)
    {
        if (taken)
            return std::optional<finished>(*std::move(taken));
        if (taken.error().code() == FILESTACK_E_PENDING)
            return std::optional<finished>();
        return taken.error();
    }
};

/** Where an operation arrives when it has ended, by default nowhere, and a number of your choice that it then has. */
struct delivery {
    std::optional<filestack::queue> queue{};
    std::uint64_t tag = 0;
};

namespace detail {

template <class T, class Start, class... Inputs>
outcome<operation<T>> call::perform(const delivery &to, Start start, Inputs... inputs)
{
    if (to.queue && !*to.queue)
        refuse("the queue of the delivery was moved from", FILESTACK_E_NULL);
    result<operation<T>> made = run<operation<T>>(start, inputs..., native_of(to.queue), to.tag);
    if (made)
        made->callbacks_ = callbacks_;
    return deliver(std::move(made));
}

} // namespace detail

} // namespace FILESTACK_STYLE
} // namespace filestack

#endif /* FILESTACK_CPP_OPERATION_HPP */
