/*
 * tasks.hpp - the transformation tasks for C++17. Include filestack.hpp, which includes it.
 *
 * Generated from catalogue/tasks.toml by `make headers`: edit that, not this file.
 *
 *     img.resize({.width = 300, .fit = fit::crop}).sepia();                               // C++20
 *     img.resize(resize_args().with_width(300).with_fit(fit::crop)).sepia();              // C++17
 *
 * A task's parameters are the members of an aggregate that is named after the method. What is not set is not sent:
 *
 *  - Numbers, booleans and texts are std::optional. Colors, URLs, handles, times "HH:MM:SS" and storage locations are
 *    texts. A color is 3, 6 or 8 hexadecimal digits without '#', a name such as "white", or "gray0" to "gray100".
 *  - Words are enumerators: of one enum class for each name of a parameter, over all tasks. The library refuses a word
 *    that is another task's.
 *  - A number or a word: `.deg = 90`, `.deg = word::exif`.
 *  - A place in a picture: `.align = place::top`, `.align = position(place::top, place::left)`.
 *  - Faces: `.faces = faces::all()`, `.faces = 1`, `.faces = faces({1, 3})`.
 *  - Lists are std::vector; an empty one is not set. Ranges of pages: `.pages = {3, {5, 7}, page_range::from(9)}`.
 *
 * A name that C++ reserves ends with '_'.
 */

#ifndef FILESTACK_TASKS_HPP
#define FILESTACK_TASKS_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "filestack.h"

namespace filestack {

namespace task_detail {

/* The text of an enumerator; empty for an unknown number, which the library refuses with the parameter's name. */
template <std::size_t Count>
constexpr const char *word_at(const char *const (&words)[Count], unsigned index) noexcept
{
    return index < Count ? words[index] : "";
}

} // namespace task_detail

/*---------------------------------------------------------------------------------------------------------------------
 * Values
 *--------------------------------------------------------------------------------------------------------------------*/

@places@
/** A place in a picture, or two that name a corner: first from top to bottom, then from left to right. */
class position {
public:
    position(place only) noexcept : first_(only) {}
    position(place first, place second) noexcept : first_(first), second_(second) {}

    place first() const noexcept { return first_; }
    std::optional<place> second() const noexcept { return second_; }

private:
    place first_;
    std::optional<place> second_;
};

/** An area of a picture in pixels, from its upper left corner. */
struct box {
    std::int64_t x = 0;
    std::int64_t y = 0;
    std::int64_t width = 0;
    std::int64_t height = 0;
};

/** A way in a picture in pixels, to the right and down. */
struct offset {
    std::int64_t x = 0;
    std::int64_t y = 0;
};

/** Numbers from one to another. */
struct interval {
    std::int64_t start = 0;
    std::int64_t end = 0;
};

/** Faces in a picture: all, one by its number from 1 on, or several. */
class faces {
public:
    static faces all() { return faces(std::vector<std::int64_t>()); }
    faces(std::int64_t number) : numbers_{number} {}
    explicit faces(std::vector<std::int64_t> numbers) : numbers_(std::move(numbers)) {}

    /** Empty for all faces. */
    const std::vector<std::int64_t> &numbers() const noexcept { return numbers_; }

private:
    std::vector<std::int64_t> numbers_;
};

/** A page, or a range of pages that includes both ends. */
class page_range {
public:
    page_range(std::int64_t page) : text_(std::to_string(page)) {}
    page_range(std::int64_t first, std::int64_t last) : text_(std::to_string(first) + "-" + std::to_string(last)) {}
    static page_range from(std::int64_t first) { return page_range(std::to_string(first) + "-"); }
    static page_range up_to(std::int64_t last) { return page_range("-" + std::to_string(last)); }

    /** As it is sent: "3", "5-7", "9-", "-2". */
    const std::string &text() const noexcept { return text_; }

private:
    explicit page_range(std::string text) : text_(std::move(text)) {}

    std::string text_;
};

@words@
/** A whole number or a word. */
class int_or_word {
public:
    int_or_word(std::int64_t number) noexcept : number_(number) {}
    int_or_word(filestack::word instead) noexcept : word_(instead) {}

    std::int64_t number() const noexcept { return number_; }
    std::optional<filestack::word> word() const noexcept { return word_; }

private:
    std::int64_t number_ = 0;
    std::optional<filestack::word> word_;
};

/*---------------------------------------------------------------------------------------------------------------------
 * How members become parameters; used by this header and filestack.hpp only
 *--------------------------------------------------------------------------------------------------------------------*/

namespace task_detail {

/* The parameters of a task. What they point to belongs to the arguments, which live until the task is added, or to
 * the list. */
class param_list {
public:
    const filestack_param *data() const noexcept { return params_.data(); }
    std::size_t size() const noexcept { return params_.size(); }

    /* The parameter whose text has a NUL in it, or nothing. */
    const char *with_nul() const noexcept { return with_nul_; }
    void refuse_nul(const char *name, std::string_view text) noexcept
    {
        if (!with_nul_ && text.find('\0') != std::string_view::npos) with_nul_ = name;
    }

    void put_bool(const char *name, bool value) { next(name, FILESTACK_PARAM_BOOL).i = value ? 1 : 0; }
    void put_int(const char *name, std::int64_t value) { next(name, FILESTACK_PARAM_INT).i = value; }
    void put_number(const char *name, double value) { next(name, FILESTACK_PARAM_NUMBER).f = value; }
    void put_word(const char *name, const char *word)
    {
        put_list(name, FILESTACK_PARAM_STRING, word, FILESTACK_NUL_TERMINATED);
    }
    void put_text(const char *name, const std::string &value) { put_bytes(name, FILESTACK_PARAM_STRING, value); }
    void put_json(const char *name, const std::string &value) { put_bytes(name, FILESTACK_PARAM_JSON, value); }

    void put_ints(const char *name, std::vector<std::int64_t> values)
    {
        ints_.push_back(std::move(values));
        put_list(name, FILESTACK_PARAM_INTS, ints_.back().data(), ints_.back().size());
    }

    template <class Items, class TextOf> void put_texts(const char *name, const Items &items, TextOf text_of)
    {
        std::vector<const char *> texts;
        texts.reserve(items.size());
        for (const auto &item : items) {
            const std::string &text = text_of(item);
            refuse_nul(name, text);
            texts.push_back(text.c_str());
        }
        texts_.push_back(std::move(texts));
        put_list(name, FILESTACK_PARAM_STRINGS, texts_.back().data(), texts_.back().size());
    }

    /* What follows is called with the members of the args structs and puts those that are set. */

    void put(const char *name, const std::optional<bool> &value)
    {
        if (value) put_bool(name, *value);
    }
    void put(const char *name, const std::optional<std::int64_t> &value)
    {
        if (value) put_int(name, *value);
    }
    void put(const char *name, const std::optional<double> &value)
    {
        if (value) put_number(name, *value);
    }
    void put(const char *name, const std::optional<std::string> &value)
    {
        if (value) put_text(name, *value);
    }
    void put(const char *name, const std::optional<int_or_word> &value)
    {
        if (value && value->word()) {
            put_word(name, word_of(*value->word()));
        } else if (value) {
            put_int(name, value->number());
        }
    }
    void put(const char *name, const std::optional<position> &value)
    {
        if (value && value->second()) {
            texts_.push_back({word_of(value->first()), word_of(*value->second())});
            put_list(name, FILESTACK_PARAM_STRINGS, texts_.back().data(), texts_.back().size());
        } else if (value) {
            put_word(name, word_of(value->first()));
        }
    }
    void put(const char *name, const std::optional<faces> &value)
    {
        if (!value) return;
        switch (value->numbers().size()) {
        case 0: put_word(name, "all"); break;
        case 1: put_int(name, value->numbers().front()); break;
        default: put_ints(name, value->numbers());
        }
    }
    void put(const char *name, const std::optional<box> &value)
    {
        if (value) put_ints(name, {value->x, value->y, value->width, value->height});
    }
    void put(const char *name, const std::optional<offset> &value)
    {
        if (value) put_ints(name, {value->x, value->y});
    }
    void put(const char *name, const std::optional<interval> &value)
    {
        if (value) put_ints(name, {value->start, value->end});
    }
    void put(const char *name, const std::vector<box> &values)
    {
        std::vector<std::int64_t> ints;
        for (const box &area : values) {
            ints.insert(ints.end(), {area.x, area.y, area.width, area.height});
        }
        if (!values.empty()) put_ints(name, std::move(ints));
    }
    void put(const char *name, const std::vector<std::string> &values)
    {
        if (!values.empty()) {
            put_texts(name, values, [](const std::string &value) -> const std::string & { return value; });
        }
    }
    void put(const char *name, const std::vector<page_range> &values)
    {
        if (!values.empty()) {
            put_texts(name, values, [](const page_range &value) -> const std::string & { return value.text(); });
        }
    }
    template <class Word> void put(const char *name, const std::optional<Word> &value)
    {
        if (value) put_word(name, word_of(*value));
    }

private:
    filestack_param &next(const char *name, std::uint32_t kind)
    {
        filestack_param param = {};
        param.name = name;
        param.kind = kind;
        params_.push_back(param);
        return params_.back();
    }
    void put_bytes(const char *name, std::uint32_t kind, const std::string &value)
    {
        refuse_nul(name, value);
        put_list(name, kind, value.data(), value.size());
    }
    void put_list(const char *name, std::uint32_t kind, const void *values, std::size_t count)
    {
        filestack_param &param = next(name, kind);
        param.p = values;
        param.len = count;
    }

    std::vector<filestack_param> params_;
    std::vector<std::vector<std::int64_t>> ints_;
    std::vector<std::vector<const char *>> texts_;
    const char *with_nul_ = nullptr;
};

} // namespace task_detail

/*---------------------------------------------------------------------------------------------------------------------
 * Words
 *--------------------------------------------------------------------------------------------------------------------*/
