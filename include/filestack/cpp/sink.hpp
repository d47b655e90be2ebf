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
        return detail::deliver(detail::call().run<sink>(filestack_sink_from_fd, fd));
    }

    /**
     * A function that is given the bytes in order, on a thread of the library; it lives until after its last use.
     *
     * `write(const void *data, std::size_t size)` takes bytes from the front and returns how many, at least one; or
     * returns nothing when it has taken all; or `would_block` when it can take none until `ready` is called. It fails
     * when it throws, or returns 0 or another negative number. The download then fails with FILESTACK_E_CALLBACK, or
     * throws what the function threw.
     */
    template <class Write> static outcome<sink> from_writer(Write write)
    {
        using functions = writer<Write>;
        auto runner = std::make_shared<detail::function_runner>();
        filestack_writer c_writer = FILESTACK_WRITER_INIT;
        c_writer.write = functions::c_write;
        c_writer.destroy = detail::destroy<functions>;
        c_writer.user = new functions{std::move(write), runner};
        result<sink> made = detail::call().run<sink>(filestack_sink_from_writer, &c_writer);
        if (made)
            made->functions_ = std::move(runner);
        return detail::deliver(std::move(made));
    }

    /** Has a writer called again that has returned `would_block`, or is about to. From any thread and callback. */
    void ready() const noexcept { filestack_sink_ready(get()); }

private:
    friend class client;
    friend class filelink;
    friend class transformation;

    template <class Write> struct writer {
        Write write;
        std::shared_ptr<detail::function_runner> runner;

        static std::int64_t c_write(void *user, const void *data, std::size_t size) noexcept
        {
            writer &self = *static_cast<writer *>(user);
            return self.runner->template run<std::int64_t>(-1, [&] {
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

    std::shared_ptr<detail::function_runner> functions_;
};

} // namespace FILESTACK_STYLE
} // namespace filestack

#endif /* FILESTACK_CPP_SINK_HPP */
