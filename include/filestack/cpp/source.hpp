/* What is uploaded and what is downloaded: a part of filestack.hpp. */

#ifndef FILESTACK_CPP_SOURCE_HPP
#define FILESTACK_CPP_SOURCE_HPP

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "calls.hpp"

namespace filestack {
inline namespace FILESTACK_STYLE {

/** What is uploaded: a file, memory, or what functions read. One upload uses it at a time. */
class source : public detail::shared<filestack_source, filestack_source_retain, filestack_source_release> {
public:
    static source adopt(filestack_source *native) noexcept { return source(native); }

    /** The file at `path`, opened now. */
    static outcome<source> from_path(std::string_view path)
    {
        detail::call call;
        const std::string c_path = call.text("path", path);
        return detail::deliver(call.run<source>(filestack_source_from_path, c_path.c_str()));
    }

    /**
     * An open descriptor, duplicated: a regular file from `offset` (its present position without one) on, `size` bytes
     * or all; or a pipe or socket, which has no offset.
     */
    static outcome<source> from_fd(int fd, std::optional<std::uint64_t> offset = {},
                                   std::optional<std::uint64_t> size = {})
    {
        const auto number = [](std::optional<std::uint64_t> count) {
            return count ? static_cast<std::int64_t>(*count) : std::int64_t{-1};
        };
        return detail::deliver(detail::call().run<source>(filestack_source_from_fd, fd, number(offset), number(size)));
    }

    /** A copy of these bytes. */
    static outcome<source> from_memory(bytes content) { return borrowed(content, nullptr, nullptr); }

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
     * `read(void *buffer, std::size_t size)` returns how many bytes it has written to `buffer`, 0 at the end, and
     * `would_block` when it has none until `ready` is called.
     * `seek(std::uint64_t offset)` goes to a byte; without it the source serves one upload. `size()` returns the number
     * of bytes; without it, or when it returns a negative number, the content is first copied to a temporary file. A
     * function fails when it throws, `read` also by another negative number, `seek` by false. The upload then fails
     * with FILESTACK_E_CALLBACK, or throws what the function threw.
     */
    template <class Read, class Seek = std::nullptr_t, class Size = std::nullptr_t>
    static outcome<source> from_reader(Read read, Seek seek = nullptr, Size size = nullptr)
    {
        using functions = reader<Read, Seek, Size>;
        auto runner = std::make_shared<detail::function_runner>();
        filestack_reader c_reader = FILESTACK_READER_INIT;
        c_reader.read = functions::c_read;
        if constexpr (!std::is_null_pointer_v<Seek>)
            c_reader.seek = functions::c_seek;
        if constexpr (!std::is_null_pointer_v<Size>)
            c_reader.size = functions::c_size;
        c_reader.destroy = detail::destroy<functions>;
        c_reader.user = new functions{std::move(read), std::move(seek), std::move(size), runner, false};
        result<source> made = detail::call().run<source>(filestack_source_from_reader, &c_reader);
        if (made)
            made->functions_ = std::move(runner);
        return detail::deliver(std::move(made));
    }

    /** Has a reader called again that has returned `would_block`, or is about to. From any thread and callback. */
    void ready() const noexcept { filestack_source_ready(get()); }

private:
    friend class client;
    friend class filelink;

    template <class Read, class Seek, class Size> struct reader {
        Read read;
        Seek seek;
        Size size;
        std::shared_ptr<detail::function_runner> runner;
        bool size_failed = false;

        static std::int64_t c_read(void *user, void *buffer, std::size_t room) noexcept
        {
            reader &self = *static_cast<reader *>(user);
            if (self.size_failed)
                return -1;
            return self.runner->template run<std::int64_t>(
                -1, [&] { return static_cast<std::int64_t>(self.read(buffer, room)); });
        }
        static std::int32_t c_seek(void *user, std::uint64_t offset) noexcept
        {
            reader &self = *static_cast<reader *>(user);
            if (self.size_failed)
                return -1;
            return self.runner->template run<std::int32_t>(-1, [&] {
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
            return self.runner->template run<std::int64_t>(-1, [&] {
                const auto total = static_cast<std::int64_t>(self.size());
                self.size_failed = false;
                return total;
            });
        }
    };

    explicit source(filestack_source *native) noexcept : shared(native) {}

    static outcome<source> borrowed(bytes content, filestack_destroy destroy, void *user)
    {
        return detail::deliver(
            detail::call().run<source>(filestack_source_from_memory, content.data(), content.size(), destroy, user));
    }

    std::shared_ptr<detail::function_runner> functions_;
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

} // namespace FILESTACK_STYLE
} // namespace filestack

#endif /* FILESTACK_CPP_SOURCE_HPP */
