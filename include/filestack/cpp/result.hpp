/* What functions of both styles return: a part of filestack.hpp. */

#ifndef FILESTACK_CPP_RESULT_HPP
#define FILESTACK_CPP_RESULT_HPP

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "error.hpp"
#include "style.hpp"

namespace filestack {
inline namespace FILESTACK_STYLE {

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
        if (value_)
            return;
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
        if (!failure_)
            return;
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
              class = std::enable_if_t<sizeof(Byte) == 1 && std::is_trivially_copyable_v<Byte>
                                       && !std::is_convertible_v<const Container &, std::string_view>>,
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

/** What a reader or a writer returns that has nothing to do yet: `ready` of its source or sink has it called again. */
inline constexpr std::int64_t would_block = FILESTACK_WOULD_BLOCK;

} // namespace FILESTACK_STYLE
} // namespace filestack

#endif /* FILESTACK_CPP_RESULT_HPP */
