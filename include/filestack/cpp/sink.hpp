/* Destinations of downloads: a part of filestack.hpp. */

#ifndef FILESTACK_CPP_SINK_HPP
#define FILESTACK_CPP_SINK_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include "calls.hpp"

namespace filestack {
inline namespace FILESTACK_STYLE {

/** The destination of a download: a descriptor, or a function. One download uses it at a time. */
class sink : public detail::shared<filestack_sink, filestack_sink_retain, filestack_sink_release> {
public:
    static sink adopt(filestack_sink *native) noexcept { return sink(native); }

    /** An open descriptor, which is duplicated: a file, a pipe, a stream socket or a terminal. */
    static outcome<sink> from_fd(std::int32_t fd)
    {
        return detail::deliver(detail::call().object<sink>(
            [&](filestack_sink **out, filestack_error **failure) { return filestack_sink_from_fd(fd, out, failure); }));
    }

    /**
     * A function that is given the bytes in order, on a thread of the library; it lives until after its last use.
     *
     * `write(const void *data, std::size_t size)` takes bytes from the front and returns how many, at least one; or
     * returns nothing when it has taken all. It fails when it throws or returns 0 or less. The download then fails with
     * FILESTACK_E_CALLBACK, or throws what the function threw.
     */
    template <class Write> static outcome<sink> from_writer(Write write)
    {
        using functions = writer<Write>;
        auto thrown = std::make_shared<detail::thrown>();
        filestack_writer c_writer = FILESTACK_WRITER_INIT;
        c_writer.write = functions::c_write;
        c_writer.destroy = detail::destroy<functions>;
        c_writer.user = new functions{std::move(write), thrown};
        result<sink> made = detail::call().object<sink>([&](filestack_sink **out, filestack_error **failure) {
            return filestack_sink_from_writer(&c_writer, out, failure);
        });
        if (made)
            made->thrown_ = std::move(thrown);
        return detail::deliver(std::move(made));
    }

private:
    friend class client;
    friend class filelink;
    friend class transformation;

    template <class Write> struct writer {
        Write write;
        std::shared_ptr<detail::thrown> thrown;

        static std::int64_t c_write(void *user, const void *data, std::size_t size) noexcept
        {
            writer &self = *static_cast<writer *>(user);
            return self.thrown->template run<std::int64_t>(-1, [&] {
                if constexpr (std::is_void_v<decltype(self.write(data, size))>) {
                    self.write(data, size);
                    return static_cast<std::int64_t>(size);
                } else {
                    return static_cast<std::int64_t>(self.write(data, size));
                }
            });
        }
    };

    explicit sink(filestack_sink *native) noexcept : shared(native) {}

    /* Throws what a writer has thrown when the call has failed because of that. */
    template <class T> result<T> after_use(result<T> made) const
    {
        return thrown_ ? thrown_->after_use(std::move(made)) : std::move(made);
    }

    std::shared_ptr<detail::thrown> thrown_;
};

} // namespace FILESTACK_STYLE
} // namespace filestack

#endif /* FILESTACK_CPP_SINK_HPP */
