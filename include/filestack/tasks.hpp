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


/** Places in a picture. */
enum class place : unsigned {
    top, middle, bottom, left, center, right, faces
};

/** The text of a place. */
inline const char *word_of(place value) noexcept
{
    static constexpr const char *const words[] = {
        "top", "middle", "bottom", "left", "center", "right", "faces"
    };
    return task_detail::word_at(words, static_cast<unsigned>(value));
}
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


/**
 * Words that stand instead of a number: rotate (deg) takes exif; round_corners (radius) takes max; animate (width)
 * takes max; animate (height) takes max; filetype_conversion (quality) takes input; cache (expiry) takes max.
 */
enum class word : unsigned {
    exif, max, input
};

/** The text of a word. */
inline const char *word_of(word value) noexcept
{
    static constexpr const char *const words[] = {
        "exif", "max", "input"
    };
    return task_detail::word_at(words, static_cast<unsigned>(value));
}
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

/** Words for fit: resize takes clip, crop, scale, max; collage takes auto, crop; animate takes clip, scale, crop. */
enum class fit : unsigned {
    clip, crop, scale, max, auto_
};

/** The text of a fit. */
inline const char *word_of(fit value) noexcept
{
    static constexpr const char *const words[] = {
        "clip", "crop", "scale", "max", "auto"
    };
    return task_detail::word_at(words, static_cast<unsigned>(value));
}

/**
 * Words for mode: crop_faces takes thumb, crop, fill; smart_crop takes auto, face, object; urlscreenshot takes all,
 * window.
 */
enum class mode : unsigned {
    thumb, crop, fill, auto_, face, object, all, window
};

/** The text of a mode. */
inline const char *word_of(mode value) noexcept
{
    static constexpr const char *const words[] = {
        "thumb", "crop", "fill", "auto", "face", "object", "all", "window"
    };
    return task_detail::word_at(words, static_cast<unsigned>(value));
}

/**
 * Words for type: pixelate_faces takes rect, oval; blur_faces takes rect, oval; partial_pixelate takes rect, oval;
 * partial_blur takes rect, oval.
 */
enum class type : unsigned {
    rect, oval
};

/** The text of a type. */
inline const char *word_of(type value) noexcept
{
    static constexpr const char *const words[] = {
        "rect", "oval"
    };
    return task_detail::word_at(words, static_cast<unsigned>(value));
}

/** Words for blurmode: vignette takes linear, gaussian. */
enum class blurmode : unsigned {
    linear, gaussian
};

/** The text of a blurmode. */
inline const char *word_of(blurmode value) noexcept
{
    static constexpr const char *const words[] = {
        "linear", "gaussian"
    };
    return task_detail::word_at(words, static_cast<unsigned>(value));
}

/** Words for noise: upscale takes none, low, medium, high. */
enum class noise : unsigned {
    none, low, medium, high
};

/** The text of a noise. */
inline const char *word_of(noise value) noexcept
{
    static constexpr const char *const words[] = {
        "none", "low", "medium", "high"
    };
    return task_detail::word_at(words, static_cast<unsigned>(value));
}

/** Words for style: upscale takes photo, artwork. */
enum class style : unsigned {
    photo, artwork
};

/** The text of a style. */
inline const char *word_of(style value) noexcept
{
    static constexpr const char *const words[] = {
        "photo", "artwork"
    };
    return task_detail::word_at(words, static_cast<unsigned>(value));
}

/**
 * Words for preset: enhance takes auto, vivid, beautify, beautify_plus, fix_dark, fix_noise, fix_tint, outdoor,
 * fireworks; av_convert takes h264, h264.hi, webm, webm.hi, ogg, ogg.hi, hls.variant, hls.variant.audio,
 * hls.variant.playlist, mp3, oga, m4a, aac, thumbnail; video_playlist takes h264, h264.hi, webm, webm.hi, ogg, ogg.hi,
 * hls.variant, hls.variant.audio, hls.variant.playlist, mp3, oga, m4a, aac, thumbnail.
 */
enum class preset : unsigned {
    auto_, vivid, beautify, beautify_plus, fix_dark, fix_noise, fix_tint, outdoor, fireworks, h264, h264_hi, webm,
    webm_hi, ogg, ogg_hi, hls_variant, hls_variant_audio, hls_variant_playlist, mp3, oga, m4a, aac, thumbnail
};

/** The text of a preset. */
inline const char *word_of(preset value) noexcept
{
    static constexpr const char *const words[] = {
        "auto", "vivid", "beautify", "beautify_plus", "fix_dark", "fix_noise", "fix_tint", "outdoor", "fireworks",
        "h264", "h264.hi", "webm", "webm.hi", "ogg", "ogg.hi", "hls.variant", "hls.variant.audio",
        "hls.variant.playlist", "mp3", "oga", "m4a", "aac", "thumbnail"
    };
    return task_detail::word_at(words, static_cast<unsigned>(value));
}

/** Words for error_correction: qr takes L, M, Q, H. */
enum class error_correction : unsigned {
    L, M, Q, H
};

/** The text of a error_correction. */
inline const char *word_of(error_correction value) noexcept
{
    static constexpr const char *const words[] = {
        "L", "M", "Q", "H"
    };
    return task_detail::word_at(words, static_cast<unsigned>(value));
}

/**
 * Words for format: filetype_conversion takes bmp, doc, docx, gif, html, jpeg, jpg, odp, ods, odt, pjpg, pdf, png, ppt,
 * pptx, svg, tiff, txt, webp, xls, xlsx; doc_to_images takes png, jpg.
 */
enum class format : unsigned {
    bmp, doc, docx, gif, html, jpeg, jpg, odp, ods, odt, pjpg, pdf, png, ppt, pptx, svg, tiff, txt, webp, xls, xlsx
};

/** The text of a format. */
inline const char *word_of(format value) noexcept
{
    static constexpr const char *const words[] = {
        "bmp", "doc", "docx", "gif", "html", "jpeg", "jpg", "odp", "ods", "odt", "pjpg", "pdf", "png", "ppt", "pptx",
        "svg", "tiff", "txt", "webp", "xls", "xlsx"
    };
    return task_detail::word_at(words, static_cast<unsigned>(value));
}

/** Words for colorspace: filetype_conversion takes rgb, cmyk, input. */
enum class colorspace : unsigned {
    rgb, cmyk, input
};

/** The text of a colorspace. */
inline const char *word_of(colorspace value) noexcept
{
    static constexpr const char *const words[] = {
        "rgb", "cmyk", "input"
    };
    return task_detail::word_at(words, static_cast<unsigned>(value));
}

/**
 * Words for pageformat: filetype_conversion takes a2, a3, a4, a5, b4, b5, letter, legal, tabloid; pdf_convert takes a2,
 * a3, a4, a5, b4, b5, letter, legal, tabloid.
 */
enum class pageformat : unsigned {
    a2, a3, a4, a5, b4, b5, letter, legal, tabloid
};

/** The text of a pageformat. */
inline const char *word_of(pageformat value) noexcept
{
    static constexpr const char *const words[] = {
        "a2", "a3", "a4", "a5", "b4", "b5", "letter", "legal", "tabloid"
    };
    return task_detail::word_at(words, static_cast<unsigned>(value));
}

/** Words for pageorientation: filetype_conversion takes portrait, landscape; pdf_convert takes portrait, landscape. */
enum class pageorientation : unsigned {
    portrait, landscape
};

/** The text of a pageorientation. */
inline const char *word_of(pageorientation value) noexcept
{
    static constexpr const char *const words[] = {
        "portrait", "landscape"
    };
    return task_detail::word_at(words, static_cast<unsigned>(value));
}

/** Words for agent: urlscreenshot takes desktop, mobile. */
enum class agent : unsigned {
    desktop, mobile
};

/** The text of a agent. */
inline const char *word_of(agent value) noexcept
{
    static constexpr const char *const words[] = {
        "desktop", "mobile"
    };
    return task_detail::word_at(words, static_cast<unsigned>(value));
}

/** Words for orientation: urlscreenshot takes portrait, landscape. */
enum class orientation : unsigned {
    portrait, landscape
};

/** The text of a orientation. */
inline const char *word_of(orientation value) noexcept
{
    static constexpr const char *const words[] = {
        "portrait", "landscape"
    };
    return task_detail::word_at(words, static_cast<unsigned>(value));
}

/**
 * Words for aspect_mode: av_convert takes letterbox, pad, crop, preserve, constrain; video_playlist takes letterbox,
 * pad, crop, preserve, constrain.
 */
enum class aspect_mode : unsigned {
    letterbox, pad, crop, preserve, constrain
};

/** The text of a aspect_mode. */
inline const char *word_of(aspect_mode value) noexcept
{
    static constexpr const char *const words[] = {
        "letterbox", "pad", "crop", "preserve", "constrain"
    };
    return task_detail::word_at(words, static_cast<unsigned>(value));
}

/**
 * Words for access: av_convert takes public, private; video_playlist takes public, private; store takes public,
 * private.
 */
enum class access : unsigned {
    public_, private_
};

/** The text of a access. */
inline const char *word_of(access value) noexcept
{
    static constexpr const char *const words[] = {
        "public", "private"
    };
    return task_detail::word_at(words, static_cast<unsigned>(value));
}

/** Words for language: text_sentiment takes auto, en, es, fr, de, it, pt, ar, hi, ja, ko, zh, zh-TW. */
enum class language : unsigned {
    auto_, en, es, fr, de, it, pt, ar, hi, ja, ko, zh, zh_TW
};

/** The text of a language. */
inline const char *word_of(language value) noexcept
{
    static constexpr const char *const words[] = {
        "auto", "en", "es", "fr", "de", "it", "pt", "ar", "hi", "ja", "ko", "zh", "zh-TW"
    };
    return task_detail::word_at(words, static_cast<unsigned>(value));
}

/*---------------------------------------------------------------------------------------------------------------------
 * Arguments of tasks
 *--------------------------------------------------------------------------------------------------------------------*/

/** Changes width and height. Needs width or height. */
struct resize_args {
    /** Width of the box in pixels; 0 leaves it open. Width, height or both are needed. Range: 0 to 10000. */
    std::optional<std::int64_t> width{};
    /** Height of the box in pixels; 0 leaves it open. Range: 0 to 10000. */
    std::optional<std::int64_t> height{};
    /**
     * How the picture fits into the box: `clip` keeps it whole, `crop` fills the box and cuts the rest, `scale`
     * distorts, `max` keeps it whole and never enlarges. Default: clip.
     */
    std::optional<filestack::fit> fit{};
    /** Which part stays when the picture is cropped. Default: center. */
    std::optional<filestack::position> align{};
    /** Name of the resampling filter. */
    std::optional<std::string> filter{};

    resize_args &with_width(std::int64_t given) { width = given; return *this; }
    resize_args &with_height(std::int64_t given) { height = given; return *this; }
    resize_args &with_fit(filestack::fit given) { fit = given; return *this; }
    resize_args &with_align(filestack::position given) { align = given; return *this; }
    resize_args &with_filter(std::string given) { filter = std::move(given); return *this; }
};

namespace task_detail {
constexpr const char *task_of(const resize_args &) noexcept { return "resize"; }
inline void put(param_list &list, const resize_args &args)
{
    list.put("width", args.width);
    list.put("height", args.height);
    list.put("fit", args.fit);
    list.put("align", args.align);
    list.put("filter", args.filter);
}
} // namespace task_detail

/** Cuts an area out. */
struct crop_args {
    /**
     * The area, `[x,y,width,height]` in pixels from the upper left corner; width and height are at least 1. Range: 0 to
     * 100000. Required.
     */
    std::optional<box> dim{};

    crop_args &with_dim(box given) { dim = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const crop_args &) noexcept { return "crop"; }
inline void put(param_list &list, const crop_args &args)
{
    list.put("dim", args.dim);
}
} // namespace task_detail

/** Turns clockwise. */
struct rotate_args {
    /** Angle in degrees, or `exif` for what the EXIF orientation says. Range: 0 to 359. */
    std::optional<int_or_word> deg{};
    /** `false` ignores the EXIF orientation. */
    std::optional<bool> exif{};
    /** Color of the corners that become free. Default: FFFFFFFF. */
    std::optional<std::string> background{};
    /** Color of the corners that become free; another name of background. */
    std::optional<std::string> color{};

    rotate_args &with_deg(int_or_word given) { deg = given; return *this; }
    rotate_args &with_exif(bool given) { exif = given; return *this; }
    rotate_args &with_background(std::string given) { background = std::move(given); return *this; }
    rotate_args &with_color(std::string given) { color = std::move(given); return *this; }
};

namespace task_detail {
constexpr const char *task_of(const rotate_args &) noexcept { return "rotate"; }
inline void put(param_list &list, const rotate_args &args)
{
    list.put("deg", args.deg);
    list.put("exif", args.exif);
    list.put("background", args.background);
    list.put("color", args.color);
}
} // namespace task_detail

/** Lays another picture over this one. */
struct watermark_args {
    /** The other picture. Required. */
    std::optional<std::string> file{};
    /** Its size in percent of this picture. Range: 0 to 500. */
    std::optional<std::int64_t> size{};
    /** Where it is laid. Default: center. */
    std::optional<filestack::position> position{};

    watermark_args &with_file(std::string given) { file = std::move(given); return *this; }
    watermark_args &with_size(std::int64_t given) { size = given; return *this; }
    watermark_args &with_position(filestack::position given) { position = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const watermark_args &) noexcept { return "watermark"; }
inline void put(param_list &list, const watermark_args &args)
{
    list.put("file", args.file);
    list.put("size", args.size);
    list.put("position", args.position);
}
} // namespace task_detail

/** Marks the faces in a picture, or tells where they are. With export no task can follow. */
struct detect_faces_args {
    /**
     * Smallest face that counts: up to 1 a share of the picture, above that pixels. Range: 0 to 10000. Default: 0.35.
     */
    std::optional<double> minsize{};
    /**
     * Largest face that counts: up to 1 a share of the picture, above that pixels. Range: 0 to 10000. Default: 0.35.
     */
    std::optional<double> maxsize{};
    /** Color of the marks. Default: 000000FF. */
    std::optional<std::string> color{};
    /** Answer with the boxes of the faces as JSON instead of a picture. Default: false. */
    std::optional<bool> export_{};

    detect_faces_args &with_minsize(double given) { minsize = given; return *this; }
    detect_faces_args &with_maxsize(double given) { maxsize = given; return *this; }
    detect_faces_args &with_color(std::string given) { color = std::move(given); return *this; }
    detect_faces_args &with_export(bool given) { export_ = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const detect_faces_args &) noexcept { return "detect_faces"; }
inline void put(param_list &list, const detect_faces_args &args)
{
    list.put("minsize", args.minsize);
    list.put("maxsize", args.maxsize);
    list.put("color", args.color);
    list.put("export", args.export_);
}
} // namespace task_detail

/** Cuts the picture so that faces are in the middle. */
struct crop_faces_args {
    /** How: `thumb` cuts around the face, `crop` keeps the asked size, `fill` keeps as much as fits. Default: thumb. */
    std::optional<filestack::mode> mode{};
    /** Width of the result in pixels. Range: 1 to 10000. */
    std::optional<std::int64_t> width{};
    /** Height of the result in pixels. Range: 1 to 10000. */
    std::optional<std::int64_t> height{};
    /** Which of the detected faces: `all`, an index from 1 on, or a list of indexes. Default: 1. */
    std::optional<filestack::faces> faces{};
    /**
     * Smallest face that counts: up to 1 a share of the picture, above that pixels. Range: 0 to 10000. Default: 0.35.
     */
    std::optional<double> minsize{};
    /**
     * Largest face that counts: up to 1 a share of the picture, above that pixels. Range: 0 to 10000. Default: 0.35.
     */
    std::optional<double> maxsize{};
    /** Pixels around each face that belong to it. Range: 0 to 10000. */
    std::optional<std::int64_t> buffer{};

    crop_faces_args &with_mode(filestack::mode given) { mode = given; return *this; }
    crop_faces_args &with_width(std::int64_t given) { width = given; return *this; }
    crop_faces_args &with_height(std::int64_t given) { height = given; return *this; }
    crop_faces_args &with_faces(filestack::faces given) { faces = std::move(given); return *this; }
    crop_faces_args &with_minsize(double given) { minsize = given; return *this; }
    crop_faces_args &with_maxsize(double given) { maxsize = given; return *this; }
    crop_faces_args &with_buffer(std::int64_t given) { buffer = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const crop_faces_args &) noexcept { return "crop_faces"; }
inline void put(param_list &list, const crop_faces_args &args)
{
    list.put("mode", args.mode);
    list.put("width", args.width);
    list.put("height", args.height);
    list.put("faces", args.faces);
    list.put("minsize", args.minsize);
    list.put("maxsize", args.maxsize);
    list.put("buffer", args.buffer);
}
} // namespace task_detail

/** Makes faces unrecognisable by large blocks. */
struct pixelate_faces_args {
    /** Which of the detected faces: `all`, an index from 1 on, or a list of indexes. Default: all. */
    std::optional<filestack::faces> faces{};
    /**
     * Smallest face that counts: up to 1 a share of the picture, above that pixels. Range: 0 to 10000. Default: 0.35.
     */
    std::optional<double> minsize{};
    /**
     * Largest face that counts: up to 1 a share of the picture, above that pixels. Range: 0 to 10000. Default: 0.35.
     */
    std::optional<double> maxsize{};
    /** Pixels around each face that belong to it. Range: 0 to 10000. */
    std::optional<std::int64_t> buffer{};
    /** Side of the blocks. Range: 2 to 100. Default: 10. */
    std::optional<std::int64_t> amount{};
    /** How soft the edges of the areas are. Range: 0 to 20. Default: 4. */
    std::optional<double> blur{};
    /** Shape of the areas. Default: rect. */
    std::optional<filestack::type> type{};

    pixelate_faces_args &with_faces(filestack::faces given) { faces = std::move(given); return *this; }
    pixelate_faces_args &with_minsize(double given) { minsize = given; return *this; }
    pixelate_faces_args &with_maxsize(double given) { maxsize = given; return *this; }
    pixelate_faces_args &with_buffer(std::int64_t given) { buffer = given; return *this; }
    pixelate_faces_args &with_amount(std::int64_t given) { amount = given; return *this; }
    pixelate_faces_args &with_blur(double given) { blur = given; return *this; }
    pixelate_faces_args &with_type(filestack::type given) { type = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const pixelate_faces_args &) noexcept { return "pixelate_faces"; }
inline void put(param_list &list, const pixelate_faces_args &args)
{
    list.put("faces", args.faces);
    list.put("minsize", args.minsize);
    list.put("maxsize", args.maxsize);
    list.put("buffer", args.buffer);
    list.put("amount", args.amount);
    list.put("blur", args.blur);
    list.put("type", args.type);
}
} // namespace task_detail

/** Makes faces unrecognisable by blurring. */
struct blur_faces_args {
    /** Which of the detected faces: `all`, an index from 1 on, or a list of indexes. Default: all. */
    std::optional<filestack::faces> faces{};
    /**
     * Smallest face that counts: up to 1 a share of the picture, above that pixels. Range: 0 to 10000. Default: 0.35.
     */
    std::optional<double> minsize{};
    /**
     * Largest face that counts: up to 1 a share of the picture, above that pixels. Range: 0 to 10000. Default: 0.35.
     */
    std::optional<double> maxsize{};
    /** Pixels around each face that belong to it. Range: 0 to 10000. */
    std::optional<std::int64_t> buffer{};
    /** How strong the blur is. Range: 0 to 10. Default: 10. */
    std::optional<double> amount{};
    /** How soft the edges of the areas are. Range: 0 to 20. Default: 4. */
    std::optional<double> blur{};
    /** Shape of the areas. Default: rect. */
    std::optional<filestack::type> type{};

    blur_faces_args &with_faces(filestack::faces given) { faces = std::move(given); return *this; }
    blur_faces_args &with_minsize(double given) { minsize = given; return *this; }
    blur_faces_args &with_maxsize(double given) { maxsize = given; return *this; }
    blur_faces_args &with_buffer(std::int64_t given) { buffer = given; return *this; }
    blur_faces_args &with_amount(double given) { amount = given; return *this; }
    blur_faces_args &with_blur(double given) { blur = given; return *this; }
    blur_faces_args &with_type(filestack::type given) { type = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const blur_faces_args &) noexcept { return "blur_faces"; }
inline void put(param_list &list, const blur_faces_args &args)
{
    list.put("faces", args.faces);
    list.put("minsize", args.minsize);
    list.put("maxsize", args.maxsize);
    list.put("buffer", args.buffer);
    list.put("amount", args.amount);
    list.put("blur", args.blur);
    list.put("type", args.type);
}
} // namespace task_detail

/** Rounds the corners. Sends the task `rounded_corners`. */
struct round_corners_args {
    /** Radius in pixels, or `max` for half of the shorter side. Range: 1 to 10000. */
    std::optional<int_or_word> radius{};
    /** How soft the edge is. Range: 0 to 20. Default: 0.3. */
    std::optional<double> blur{};
    /** Color behind the corners. */
    std::optional<std::string> background{};

    round_corners_args &with_radius(int_or_word given) { radius = given; return *this; }
    round_corners_args &with_blur(double given) { blur = given; return *this; }
    round_corners_args &with_background(std::string given) { background = std::move(given); return *this; }
};

namespace task_detail {
constexpr const char *task_of(const round_corners_args &) noexcept { return "rounded_corners"; }
inline void put(param_list &list, const round_corners_args &args)
{
    list.put("radius", args.radius);
    list.put("blur", args.blur);
    list.put("background", args.background);
}
} // namespace task_detail

/** Darkens or colors the border. */
struct vignette_args {
    /** Strength in percent. Range: 0 to 100. Default: 20. */
    std::optional<std::int64_t> amount{};
    /** How the border fades. Default: gaussian. */
    std::optional<filestack::blurmode> blurmode{};
    /** Color of the border. */
    std::optional<std::string> background{};

    vignette_args &with_amount(std::int64_t given) { amount = given; return *this; }
    vignette_args &with_blurmode(filestack::blurmode given) { blurmode = given; return *this; }
    vignette_args &with_background(std::string given) { background = std::move(given); return *this; }
};

namespace task_detail {
constexpr const char *task_of(const vignette_args &) noexcept { return "vignette"; }
inline void put(param_list &list, const vignette_args &args)
{
    list.put("amount", args.amount);
    list.put("blurmode", args.blurmode);
    list.put("background", args.background);
}
} // namespace task_detail

/** Frames the picture like an instant photograph. */
struct polaroid_args {
    /** Color of the frame. Default: snow. */
    std::optional<std::string> color{};
    /** Clockwise angle in degrees. Range: 0 to 359. */
    std::optional<std::int64_t> rotate{};
    /** Color behind the frame. */
    std::optional<std::string> background{};

    polaroid_args &with_color(std::string given) { color = std::move(given); return *this; }
    polaroid_args &with_rotate(std::int64_t given) { rotate = given; return *this; }
    polaroid_args &with_background(std::string given) { background = std::move(given); return *this; }
};

namespace task_detail {
constexpr const char *task_of(const polaroid_args &) noexcept { return "polaroid"; }
inline void put(param_list &list, const polaroid_args &args)
{
    list.put("color", args.color);
    list.put("rotate", args.rotate);
    list.put("background", args.background);
}
} // namespace task_detail

/** Makes the edges look torn. */
struct torn_edges_args {
    /** Shortest and longest tear in pixels, `[start,end]`. Range: 1 to 10000. Default: [1,10]. */
    std::optional<interval> spread{};
    /** Color behind the edges. */
    std::optional<std::string> background{};

    torn_edges_args &with_spread(interval given) { spread = given; return *this; }
    torn_edges_args &with_background(std::string given) { background = std::move(given); return *this; }
};

namespace task_detail {
constexpr const char *task_of(const torn_edges_args &) noexcept { return "torn_edges"; }
inline void put(param_list &list, const torn_edges_args &args)
{
    list.put("spread", args.spread);
    list.put("background", args.background);
}
} // namespace task_detail

/** Adds a drop shadow. */
struct shadow_args {
    /** How soft the shadow is. Range: 0 to 20. Default: 4. */
    std::optional<double> blur{};
    /** Opacity of the shadow in percent. Range: 0 to 100. Default: 60. */
    std::optional<std::int64_t> opacity{};
    /** Offset of the shadow in pixels, `[x,y]`. Range: -1000 to 1000. Default: [4,4]. */
    std::optional<offset> vector{};
    /** Color of the shadow. */
    std::optional<std::string> color{};
    /** Color behind the picture. */
    std::optional<std::string> background{};

    shadow_args &with_blur(double given) { blur = given; return *this; }
    shadow_args &with_opacity(std::int64_t given) { opacity = given; return *this; }
    shadow_args &with_vector(offset given) { vector = given; return *this; }
    shadow_args &with_color(std::string given) { color = std::move(given); return *this; }
    shadow_args &with_background(std::string given) { background = std::move(given); return *this; }
};

namespace task_detail {
constexpr const char *task_of(const shadow_args &) noexcept { return "shadow"; }
inline void put(param_list &list, const shadow_args &args)
{
    list.put("blur", args.blur);
    list.put("opacity", args.opacity);
    list.put("vector", args.vector);
    list.put("color", args.color);
    list.put("background", args.background);
}
} // namespace task_detail

/** Cuts a circle out of the middle. */
struct circle_args {
    /** Color around the circle. */
    std::optional<std::string> background{};

    circle_args &with_background(std::string given) { background = std::move(given); return *this; }
};

namespace task_detail {
constexpr const char *task_of(const circle_args &) noexcept { return "circle"; }
inline void put(param_list &list, const circle_args &args)
{
    list.put("background", args.background);
}
} // namespace task_detail

/** Adds a border. */
struct border_args {
    /** Width of the border in pixels. Range: 0 to 1000. */
    std::optional<std::int64_t> width{};
    /** Color of the border. */
    std::optional<std::string> color{};
    /** Color behind a transparent picture. */
    std::optional<std::string> background{};

    border_args &with_width(std::int64_t given) { width = given; return *this; }
    border_args &with_color(std::string given) { color = std::move(given); return *this; }
    border_args &with_background(std::string given) { background = std::move(given); return *this; }
};

namespace task_detail {
constexpr const char *task_of(const border_args &) noexcept { return "border"; }
inline void put(param_list &list, const border_args &args)
{
    list.put("width", args.width);
    list.put("color", args.color);
    list.put("background", args.background);
}
} // namespace task_detail

/** Sharpens. */
struct sharpen_args {
    /** Strength. Range: 0 to 20. Default: 2. */
    std::optional<std::int64_t> amount{};

    sharpen_args &with_amount(std::int64_t given) { amount = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const sharpen_args &) noexcept { return "sharpen"; }
inline void put(param_list &list, const sharpen_args &args)
{
    list.put("amount", args.amount);
}
} // namespace task_detail

/** Blurs. */
struct blur_args {
    /** Strength. Range: 0 to 20. Default: 2. */
    std::optional<std::int64_t> amount{};

    blur_args &with_amount(std::int64_t given) { amount = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const blur_args &) noexcept { return "blur"; }
inline void put(param_list &list, const blur_args &args)
{
    list.put("amount", args.amount);
}
} // namespace task_detail

/** Leaves only black and white. */
struct blackwhite_args {
    /** Brightness in percent from which on a pixel becomes white. Range: 0 to 100. Default: 50. */
    std::optional<std::int64_t> threshold{};

    blackwhite_args &with_threshold(std::int64_t given) { threshold = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const blackwhite_args &) noexcept { return "blackwhite"; }
inline void put(param_list &list, const blackwhite_args &args)
{
    list.put("threshold", args.threshold);
}
} // namespace task_detail

/** Tints like an old photograph. */
struct sepia_args {
    /** Strength in percent. Range: 0 to 100. Default: 80. */
    std::optional<std::int64_t> tone{};

    sepia_args &with_tone(std::int64_t given) { tone = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const sepia_args &) noexcept { return "sepia"; }
inline void put(param_list &list, const sepia_args &args)
{
    list.put("tone", args.tone);
}
} // namespace task_detail

/** Turns the picture into large blocks. */
struct pixelate_args {
    /** Side of the blocks in pixels. Range: 2 to 100. Default: 2. */
    std::optional<std::int64_t> amount{};

    pixelate_args &with_amount(std::int64_t given) { amount = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const pixelate_args &) noexcept { return "pixelate"; }
inline void put(param_list &list, const pixelate_args &args)
{
    list.put("amount", args.amount);
}
} // namespace task_detail

/** Makes the picture look painted in oil. */
struct oil_paint_args {
    /** Size of the brush in pixels. Range: 1 to 100. Default: 2. */
    std::optional<std::int64_t> amount{};

    oil_paint_args &with_amount(std::int64_t given) { amount = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const oil_paint_args &) noexcept { return "oil_paint"; }
inline void put(param_list &list, const oil_paint_args &args)
{
    list.put("amount", args.amount);
}
} // namespace task_detail

/** Changes brightness, hue and saturation. */
struct modulate_args {
    /** Brightness in percent of the source. Range: 0 to 10000. Default: 100. */
    std::optional<std::int64_t> brightness{};
    /** Rotation of the hue in degrees. Range: 0 to 359. Default: 0. */
    std::optional<std::int64_t> hue{};
    /** Saturation in percent of the source. Range: 0 to 10000. Default: 100. */
    std::optional<std::int64_t> saturation{};

    modulate_args &with_brightness(std::int64_t given) { brightness = given; return *this; }
    modulate_args &with_hue(std::int64_t given) { hue = given; return *this; }
    modulate_args &with_saturation(std::int64_t given) { saturation = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const modulate_args &) noexcept { return "modulate"; }
inline void put(param_list &list, const modulate_args &args)
{
    list.put("brightness", args.brightness);
    list.put("hue", args.hue);
    list.put("saturation", args.saturation);
}
} // namespace task_detail

/** Turns areas of the picture into large blocks. */
struct partial_pixelate_args {
    /** The areas, each `[x,y,width,height]` in pixels from the upper left corner. Range: 0 to 10000. Required. */
    std::vector<box> objects{};
    /** Side of the blocks in pixels. Range: 2 to 100. Default: 10. */
    std::optional<double> amount{};
    /** How soft the edges of the areas are. Range: 0 to 20. Default: 4. */
    std::optional<double> blur{};
    /** Shape of the areas. Default: rect. */
    std::optional<filestack::type> type{};

    partial_pixelate_args &with_objects(std::vector<box> given) { objects = std::move(given); return *this; }
    partial_pixelate_args &with_amount(double given) { amount = given; return *this; }
    partial_pixelate_args &with_blur(double given) { blur = given; return *this; }
    partial_pixelate_args &with_type(filestack::type given) { type = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const partial_pixelate_args &) noexcept { return "partial_pixelate"; }
inline void put(param_list &list, const partial_pixelate_args &args)
{
    list.put("objects", args.objects);
    list.put("amount", args.amount);
    list.put("blur", args.blur);
    list.put("type", args.type);
}
} // namespace task_detail

/** Blurs areas of the picture. */
struct partial_blur_args {
    /** The areas, each `[x,y,width,height]` in pixels from the upper left corner. Range: 0 to 10000. Required. */
    std::vector<box> objects{};
    /** Strength. Range: 0 to 20. Default: 10. */
    std::optional<double> amount{};
    /** How soft the edges of the areas are. Range: 0 to 20. Default: 4. */
    std::optional<double> blur{};
    /** Shape of the areas. Default: rect. */
    std::optional<filestack::type> type{};

    partial_blur_args &with_objects(std::vector<box> given) { objects = std::move(given); return *this; }
    partial_blur_args &with_amount(double given) { amount = given; return *this; }
    partial_blur_args &with_blur(double given) { blur = given; return *this; }
    partial_blur_args &with_type(filestack::type given) { type = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const partial_blur_args &) noexcept { return "partial_blur"; }
inline void put(param_list &list, const partial_blur_args &args)
{
    list.put("objects", args.objects);
    list.put("amount", args.amount);
    list.put("blur", args.blur);
    list.put("type", args.type);
}
} // namespace task_detail

/** Puts several pictures into one; the source is the first of them. */
struct collage_args {
    /** The further pictures, handles or URLs. Required. */
    std::vector<std::string> files{};
    /** Space between the pictures in pixels. Range: 1 to 100. Default: 10. */
    std::optional<std::int64_t> margin{};
    /** Width of the result in pixels. Range: 0 to 10000. Required. */
    std::optional<std::int64_t> width{};
    /** Height of the result in pixels. Range: 0 to 10000. Required. */
    std::optional<std::int64_t> height{};
    /** Color of the space. Default: FFFFFFFF. */
    std::optional<std::string> color{};
    /** How each picture fits into its place: `auto` keeps it whole, `crop` fills the place. Default: auto. */
    std::optional<filestack::fit> fit{};
    /** Turn pictures as their EXIF orientation says. Default: false. */
    std::optional<bool> autorotate{};

    collage_args &with_files(std::vector<std::string> given) { files = std::move(given); return *this; }
    collage_args &with_margin(std::int64_t given) { margin = given; return *this; }
    collage_args &with_width(std::int64_t given) { width = given; return *this; }
    collage_args &with_height(std::int64_t given) { height = given; return *this; }
    collage_args &with_color(std::string given) { color = std::move(given); return *this; }
    collage_args &with_fit(filestack::fit given) { fit = given; return *this; }
    collage_args &with_autorotate(bool given) { autorotate = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const collage_args &) noexcept { return "collage"; }
inline void put(param_list &list, const collage_args &args)
{
    list.put("files", args.files);
    list.put("margin", args.margin);
    list.put("width", args.width);
    list.put("height", args.height);
    list.put("color", args.color);
    list.put("fit", args.fit);
    list.put("autorotate", args.autorotate);
}
} // namespace task_detail

/** Doubles width and height with a model that adds detail. */
struct upscale_args {
    /** `false` only removes noise. Default: true. */
    std::optional<bool> upscale{};
    /** How much noise is removed. Default: none. */
    std::optional<filestack::noise> noise{};
    /** Kind of picture. Default: photo. */
    std::optional<filestack::style> style{};

    upscale_args &with_upscale(bool given) { upscale = given; return *this; }
    upscale_args &with_noise(filestack::noise given) { noise = given; return *this; }
    upscale_args &with_style(filestack::style given) { style = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const upscale_args &) noexcept { return "upscale"; }
inline void put(param_list &list, const upscale_args &args)
{
    list.put("upscale", args.upscale);
    list.put("noise", args.noise);
    list.put("style", args.style);
}
} // namespace task_detail

/** Improves a photograph automatically. */
struct enhance_args {
    /** What is improved. Default: auto. */
    std::optional<filestack::preset> preset{};

    enhance_args &with_preset(filestack::preset given) { preset = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const enhance_args &) noexcept { return "enhance"; }
inline void put(param_list &list, const enhance_args &args)
{
    list.put("preset", args.preset);
}
} // namespace task_detail

/** Draws the picture with characters. */
struct ascii_args {
    /** Color behind the characters. Default: FFFFFFFF. */
    std::optional<std::string> background{};
    /** Color of the characters. Default: 000000FF. */
    std::optional<std::string> foreground{};
    /** Give each character the color of its place. Default: false. */
    std::optional<bool> colored{};
    /** Size in percent. Range: 10 to 100. Default: 100. */
    std::optional<std::int64_t> size{};
    /** Exchange light and dark. Default: false. */
    std::optional<bool> reverse{};

    ascii_args &with_background(std::string given) { background = std::move(given); return *this; }
    ascii_args &with_foreground(std::string given) { foreground = std::move(given); return *this; }
    ascii_args &with_colored(bool given) { colored = given; return *this; }
    ascii_args &with_size(std::int64_t given) { size = given; return *this; }
    ascii_args &with_reverse(bool given) { reverse = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const ascii_args &) noexcept { return "ascii"; }
inline void put(param_list &list, const ascii_args &args)
{
    list.put("background", args.background);
    list.put("foreground", args.foreground);
    list.put("colored", args.colored);
    list.put("size", args.size);
    list.put("reverse", args.reverse);
}
} // namespace task_detail

/** Cuts to the part of the picture that matters. With coords no task can follow. */
struct smart_crop_args {
    /** What matters. Default: auto. */
    std::optional<filestack::mode> mode{};
    /** Name of the object, for mode `object`. */
    std::optional<std::string> object{};
    /** Width of the result in pixels. Range: 0 to 10000. */
    std::optional<std::int64_t> width{};
    /** Height of the result in pixels. Range: 0 to 10000. */
    std::optional<std::int64_t> height{};
    /** Color of what the picture does not fill. */
    std::optional<std::string> fill_color{};
    /** Answer with the coordinates as JSON instead of a picture. Default: false. */
    std::optional<bool> coords{};

    smart_crop_args &with_mode(filestack::mode given) { mode = given; return *this; }
    smart_crop_args &with_object(std::string given) { object = std::move(given); return *this; }
    smart_crop_args &with_width(std::int64_t given) { width = given; return *this; }
    smart_crop_args &with_height(std::int64_t given) { height = given; return *this; }
    smart_crop_args &with_fill_color(std::string given) { fill_color = std::move(given); return *this; }
    smart_crop_args &with_coords(bool given) { coords = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const smart_crop_args &) noexcept { return "smart_crop"; }
inline void put(param_list &list, const smart_crop_args &args)
{
    list.put("mode", args.mode);
    list.put("object", args.object);
    list.put("width", args.width);
    list.put("height", args.height);
    list.put("fill_color", args.fill_color);
    list.put("coords", args.coords);
}
} // namespace task_detail

/** Turns into a progressive JPEG. */
struct pjpg_args {
    /** JPEG quality. Range: 0 to 100. */
    std::optional<std::int64_t> quality{};
    /** Keep the metadata. Default: false. */
    std::optional<bool> metadata{};

    pjpg_args &with_quality(std::int64_t given) { quality = given; return *this; }
    pjpg_args &with_metadata(bool given) { metadata = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const pjpg_args &) noexcept { return "pjpg"; }
inline void put(param_list &list, const pjpg_args &args)
{
    list.put("quality", args.quality);
    list.put("metadata", args.metadata);
}
} // namespace task_detail

/** Makes the file smaller. */
struct compress_args {
    /** Keep the metadata. Default: false. */
    std::optional<bool> metadata{};

    compress_args &with_metadata(bool given) { metadata = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const compress_args &) noexcept { return "compress"; }
inline void put(param_list &list, const compress_args &args)
{
    list.put("metadata", args.metadata);
}
} // namespace task_detail

/** Sets the quality of a JPEG. */
struct quality_args {
    /** JPEG quality. Range: 1 to 100. Required. */
    std::optional<std::int64_t> value{};

    quality_args &with_value(std::int64_t given) { value = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const quality_args &) noexcept { return "quality"; }
inline void put(param_list &list, const quality_args &args)
{
    list.put("value", args.value);
}
} // namespace task_detail

/** Makes an animated GIF of the sources. Works on one or more sources. */
struct animate_args {
    /** Time between two frames in milliseconds. Range: 0 to 10000. Default: 1000. */
    std::optional<std::int64_t> delay{};
    /** How often it plays; 0 is without end. Range: 0 to 1000. Default: 0. */
    std::optional<std::int64_t> loop{};
    /** Width of the result in pixels, or `max` for that of the widest source. Range: 1 to 1800. */
    std::optional<int_or_word> width{};
    /** Height of the result in pixels, or `max` for that of the highest source. Range: 1 to 1800. */
    std::optional<int_or_word> height{};
    /** How each source fits into the result. Default: clip. */
    std::optional<filestack::fit> fit{};
    /** Where a smaller source lies. Default: center. */
    std::optional<filestack::position> align{};
    /** Color of what a source does not fill. Default: transparent. */
    std::optional<std::string> background{};

    animate_args &with_delay(std::int64_t given) { delay = given; return *this; }
    animate_args &with_loop(std::int64_t given) { loop = given; return *this; }
    animate_args &with_width(int_or_word given) { width = given; return *this; }
    animate_args &with_height(int_or_word given) { height = given; return *this; }
    animate_args &with_fit(filestack::fit given) { fit = given; return *this; }
    animate_args &with_align(filestack::position given) { align = given; return *this; }
    animate_args &with_background(std::string given) { background = std::move(given); return *this; }
};

namespace task_detail {
constexpr const char *task_of(const animate_args &) noexcept { return "animate"; }
inline void put(param_list &list, const animate_args &args)
{
    list.put("delay", args.delay);
    list.put("loop", args.loop);
    list.put("width", args.width);
    list.put("height", args.height);
    list.put("fit", args.fit);
    list.put("align", args.align);
    list.put("background", args.background);
}
} // namespace task_detail

/** Writes the source as a QR code. */
struct qr_args {
    /** Size class of the code. */
    std::optional<std::int64_t> version{};
    /** How much of the code may be damaged: `L` is least, `H` most. */
    std::optional<filestack::error_correction> error_correction{};
    /** Format of the picture. */
    std::optional<std::string> format{};

    qr_args &with_version(std::int64_t given) { version = given; return *this; }
    qr_args &with_error_correction(filestack::error_correction given) { error_correction = given; return *this; }
    qr_args &with_format(std::string given) { format = std::move(given); return *this; }
};

namespace task_detail {
constexpr const char *task_of(const qr_args &) noexcept { return "qr"; }
inline void put(param_list &list, const qr_args &args)
{
    list.put("version", args.version);
    list.put("error_correction", args.error_correction);
    list.put("format", args.format);
}
} // namespace task_detail

/** Converts to another format. Sends the task `output`. With docinfo no task can follow. */
struct filetype_conversion_args {
    /** The format. */
    std::optional<filestack::format> format{};
    /** Page of the document, from 1 on. Range: 1 to 99999. */
    std::optional<std::int64_t> page{};
    /** Resolution in dots per inch at which documents are drawn. Range: 1 to 500. */
    std::optional<std::int64_t> density{};
    /** Make the result smaller. Default: false. */
    std::optional<bool> compress{};
    /** JPEG quality, or `input` for that of the source. Range: 1 to 100. Default: 95. */
    std::optional<int_or_word> quality{};
    /** Remove scripts from HTML and SVG. Default: false. */
    std::optional<bool> secure{};
    /** Answer with number and size of the pages as JSON instead of a file. Default: false. */
    std::optional<bool> docinfo{};
    /** Remove metadata. Default: false. */
    std::optional<bool> strip{};
    /** Color space of the result; `input` is that of the source. Default: rgb. */
    std::optional<filestack::colorspace> colorspace{};
    /** Color behind transparent parts. */
    std::optional<std::string> background{};
    /** Paper size. */
    std::optional<filestack::pageformat> pageformat{};
    /** Orientation of the pages. */
    std::optional<filestack::pageorientation> pageorientation{};

    filetype_conversion_args &with_format(filestack::format given) { format = given; return *this; }
    filetype_conversion_args &with_page(std::int64_t given) { page = given; return *this; }
    filetype_conversion_args &with_density(std::int64_t given) { density = given; return *this; }
    filetype_conversion_args &with_compress(bool given) { compress = given; return *this; }
    filetype_conversion_args &with_quality(int_or_word given) { quality = given; return *this; }
    filetype_conversion_args &with_secure(bool given) { secure = given; return *this; }
    filetype_conversion_args &with_docinfo(bool given) { docinfo = given; return *this; }
    filetype_conversion_args &with_strip(bool given) { strip = given; return *this; }
    filetype_conversion_args &with_colorspace(filestack::colorspace given) { colorspace = given; return *this; }
    filetype_conversion_args &with_background(std::string given) { background = std::move(given); return *this; }
    filetype_conversion_args &with_pageformat(filestack::pageformat given) { pageformat = given; return *this; }
    filetype_conversion_args &with_pageorientation(filestack::pageorientation given)
    {
        pageorientation = given;
        return *this;
    }
};

namespace task_detail {
constexpr const char *task_of(const filetype_conversion_args &) noexcept { return "output"; }
inline void put(param_list &list, const filetype_conversion_args &args)
{
    list.put("format", args.format);
    list.put("page", args.page);
    list.put("density", args.density);
    list.put("compress", args.compress);
    list.put("quality", args.quality);
    list.put("secure", args.secure);
    list.put("docinfo", args.docinfo);
    list.put("strip", args.strip);
    list.put("colorspace", args.colorspace);
    list.put("background", args.background);
    list.put("pageformat", args.pageformat);
    list.put("pageorientation", args.pageorientation);
}
} // namespace task_detail

/** Tells about a PDF. Sends the task `pdfinfo`. Answers JSON, after which no task can follow. */
struct pdf_info_args {
    /** Tell about its colors as well. Default: false. */
    std::optional<bool> colorinfo{};

    pdf_info_args &with_colorinfo(bool given) { colorinfo = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const pdf_info_args &) noexcept { return "pdfinfo"; }
inline void put(param_list &list, const pdf_info_args &args)
{
    list.put("colorinfo", args.colorinfo);
}
} // namespace task_detail

/** Changes pages of a PDF. Sends the task `pdfconvert`. */
struct pdf_convert_args {
    /** Orientation of the pages. */
    std::optional<filestack::pageorientation> pageorientation{};
    /** Paper size. */
    std::optional<filestack::pageformat> pageformat{};
    /** The pages that stay. */
    std::vector<page_range> pages{};
    /** Keep the metadata. */
    std::optional<bool> metadata{};

    pdf_convert_args &with_pageorientation(filestack::pageorientation given) { pageorientation = given; return *this; }
    pdf_convert_args &with_pageformat(filestack::pageformat given) { pageformat = given; return *this; }
    pdf_convert_args &with_pages(std::vector<page_range> given) { pages = std::move(given); return *this; }
    pdf_convert_args &with_metadata(bool given) { metadata = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const pdf_convert_args &) noexcept { return "pdfconvert"; }
inline void put(param_list &list, const pdf_convert_args &args)
{
    list.put("pageorientation", args.pageorientation);
    list.put("pageformat", args.pageformat);
    list.put("pages", args.pages);
    list.put("metadata", args.metadata);
}
} // namespace task_detail

/** Joins the sources into one PDF. Works on one or more sources. */
struct pdfcreate_args {
    /** Name of the program that does it. */
    std::optional<std::string> engine{};

    pdfcreate_args &with_engine(std::string given) { engine = std::move(given); return *this; }
};

namespace task_detail {
constexpr const char *task_of(const pdfcreate_args &) noexcept { return "pdfcreate"; }
inline void put(param_list &list, const pdfcreate_args &args)
{
    list.put("engine", args.engine);
}
} // namespace task_detail

/**
 * Turns the pages of a document into pictures. Answers JSON, after which no task can follow; doc_to_images@N is page N
 * as a file.
 */
struct doc_to_images_args {
    /** The pages. */
    std::vector<page_range> pages{};
    /** Name of the program that does it. */
    std::optional<std::string> engine{};
    /** Format of the pictures. */
    std::optional<filestack::format> format{};
    /** JPEG quality. Range: 1 to 100. */
    std::optional<std::int64_t> quality{};
    /** Resolution in dots per inch. Range: 1 to 500. */
    std::optional<std::int64_t> density{};
    /** Draw hidden slides as well. Default: false. */
    std::optional<bool> hidden_slides{};

    doc_to_images_args &with_pages(std::vector<page_range> given) { pages = std::move(given); return *this; }
    doc_to_images_args &with_engine(std::string given) { engine = std::move(given); return *this; }
    doc_to_images_args &with_format(filestack::format given) { format = given; return *this; }
    doc_to_images_args &with_quality(std::int64_t given) { quality = given; return *this; }
    doc_to_images_args &with_density(std::int64_t given) { density = given; return *this; }
    doc_to_images_args &with_hidden_slides(bool given) { hidden_slides = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const doc_to_images_args &) noexcept { return "doc_to_images"; }
inline void put(param_list &list, const doc_to_images_args &args)
{
    list.put("pages", args.pages);
    list.put("engine", args.engine);
    list.put("format", args.format);
    list.put("quality", args.quality);
    list.put("density", args.density);
    list.put("hidden_slides", args.hidden_slides);
}
} // namespace task_detail

/** Makes an HTML slide show of the sources. Works on one or more sources. */
struct slide_args {
    /** Name of the look. */
    std::optional<std::string> theme{};
    /** Name of the program that does it. */
    std::optional<std::string> engine{};

    slide_args &with_theme(std::string given) { theme = std::move(given); return *this; }
    slide_args &with_engine(std::string given) { engine = std::move(given); return *this; }
};

namespace task_detail {
constexpr const char *task_of(const slide_args &) noexcept { return "slide"; }
inline void put(param_list &list, const slide_args &args)
{
    list.put("theme", args.theme);
    list.put("engine", args.engine);
}
} // namespace task_detail

/** Shows a document in an HTML page. Answers a web page, after which no task can follow. */
struct preview_args {
    /** URL of a style sheet for that page. */
    std::optional<std::string> css{};

    preview_args &with_css(std::string given) { css = std::move(given); return *this; }
};

namespace task_detail {
constexpr const char *task_of(const preview_args &) noexcept { return "preview"; }
inline void put(param_list &list, const preview_args &args)
{
    list.put("css", args.css);
}
} // namespace task_detail

/** Makes JavaScript shorter. */
struct minify_js_args {
    /** Compress the result. */
    std::optional<bool> gzip{};
    /** Add Babel's polyfill. */
    std::optional<bool> use_babel_polyfill{};
    /** Keep the names of functions. */
    std::optional<bool> keep_fn_name{};
    /** Keep the names of classes. */
    std::optional<bool> keep_class_name{};
    /** Shorten the names of variables. */
    std::optional<bool> mangle{};
    /** Join declarations of variables. */
    std::optional<bool> merge_vars{};
    /** Remove calls of console. */
    std::optional<bool> remove_console{};
    /** Remove undefined where it is not needed. */
    std::optional<bool> remove_undefined{};
    /** Browsers that the result is for, as a browserslist query. */
    std::optional<std::string> targets{};
    /** Shorten booleans. */
    std::optional<bool> booleans{};
    /** Shorten names of built-in functions. */
    std::optional<bool> builtIns{};
    /** Join additions in a row. */
    std::optional<bool> consecutiveAdds{};
    /** Remove code that is never reached. */
    std::optional<bool> deadcode{};
    /** Evaluate constant expressions. */
    std::optional<bool> evaluate{};
    /** Turn comparisons round where that is shorter. */
    std::optional<bool> flipComparisons{};
    /** Turn conditions into short-circuit expressions. */
    std::optional<bool> guards{};
    /** Write Infinity as a division. */
    std::optional<bool> infinity{};
    /** Write members with a dot where that is shorter. */
    std::optional<bool> memberExpressions{};
    /** Join declarations of variables; another name of merge_vars. */
    std::optional<bool> mergeVars{};
    /** Shorten numbers. */
    std::optional<bool> numericLiterals{};
    /** Remove quotes of property names. */
    std::optional<bool> propertyLiterals{};
    /** Write regular expressions as literals. */
    std::optional<bool> regexpConstructors{};
    /** Remove calls of console; another name of remove_console. */
    std::optional<bool> removeConsole{};
    /** Remove debugger statements. */
    std::optional<bool> removeDebugger{};
    /** Remove undefined where it is not needed; another name of remove_undefined. */
    std::optional<bool> removeUndefined{};
    /** Simplify statements. */
    std::optional<bool> simplify{};
    /** Use == where === is not needed. */
    std::optional<bool> simplifyComparisons{};
    /** Shorten calls of type constructors. */
    std::optional<bool> typeConstructors{};
    /** Write undefined as void 0. */
    std::optional<bool> undefinedToVoid{};

    minify_js_args &with_gzip(bool given) { gzip = given; return *this; }
    minify_js_args &with_use_babel_polyfill(bool given) { use_babel_polyfill = given; return *this; }
    minify_js_args &with_keep_fn_name(bool given) { keep_fn_name = given; return *this; }
    minify_js_args &with_keep_class_name(bool given) { keep_class_name = given; return *this; }
    minify_js_args &with_mangle(bool given) { mangle = given; return *this; }
    minify_js_args &with_merge_vars(bool given) { merge_vars = given; return *this; }
    minify_js_args &with_remove_console(bool given) { remove_console = given; return *this; }
    minify_js_args &with_remove_undefined(bool given) { remove_undefined = given; return *this; }
    minify_js_args &with_targets(std::string given) { targets = std::move(given); return *this; }
    minify_js_args &with_booleans(bool given) { booleans = given; return *this; }
    minify_js_args &with_builtIns(bool given) { builtIns = given; return *this; }
    minify_js_args &with_consecutiveAdds(bool given) { consecutiveAdds = given; return *this; }
    minify_js_args &with_deadcode(bool given) { deadcode = given; return *this; }
    minify_js_args &with_evaluate(bool given) { evaluate = given; return *this; }
    minify_js_args &with_flipComparisons(bool given) { flipComparisons = given; return *this; }
    minify_js_args &with_guards(bool given) { guards = given; return *this; }
    minify_js_args &with_infinity(bool given) { infinity = given; return *this; }
    minify_js_args &with_memberExpressions(bool given) { memberExpressions = given; return *this; }
    minify_js_args &with_mergeVars(bool given) { mergeVars = given; return *this; }
    minify_js_args &with_numericLiterals(bool given) { numericLiterals = given; return *this; }
    minify_js_args &with_propertyLiterals(bool given) { propertyLiterals = given; return *this; }
    minify_js_args &with_regexpConstructors(bool given) { regexpConstructors = given; return *this; }
    minify_js_args &with_removeConsole(bool given) { removeConsole = given; return *this; }
    minify_js_args &with_removeDebugger(bool given) { removeDebugger = given; return *this; }
    minify_js_args &with_removeUndefined(bool given) { removeUndefined = given; return *this; }
    minify_js_args &with_simplify(bool given) { simplify = given; return *this; }
    minify_js_args &with_simplifyComparisons(bool given) { simplifyComparisons = given; return *this; }
    minify_js_args &with_typeConstructors(bool given) { typeConstructors = given; return *this; }
    minify_js_args &with_undefinedToVoid(bool given) { undefinedToVoid = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const minify_js_args &) noexcept { return "minify_js"; }
inline void put(param_list &list, const minify_js_args &args)
{
    list.put("gzip", args.gzip);
    list.put("use_babel_polyfill", args.use_babel_polyfill);
    list.put("keep_fn_name", args.keep_fn_name);
    list.put("keep_class_name", args.keep_class_name);
    list.put("mangle", args.mangle);
    list.put("merge_vars", args.merge_vars);
    list.put("remove_console", args.remove_console);
    list.put("remove_undefined", args.remove_undefined);
    list.put("targets", args.targets);
    list.put("booleans", args.booleans);
    list.put("builtIns", args.builtIns);
    list.put("consecutiveAdds", args.consecutiveAdds);
    list.put("deadcode", args.deadcode);
    list.put("evaluate", args.evaluate);
    list.put("flipComparisons", args.flipComparisons);
    list.put("guards", args.guards);
    list.put("infinity", args.infinity);
    list.put("memberExpressions", args.memberExpressions);
    list.put("mergeVars", args.mergeVars);
    list.put("numericLiterals", args.numericLiterals);
    list.put("propertyLiterals", args.propertyLiterals);
    list.put("regexpConstructors", args.regexpConstructors);
    list.put("removeConsole", args.removeConsole);
    list.put("removeDebugger", args.removeDebugger);
    list.put("removeUndefined", args.removeUndefined);
    list.put("simplify", args.simplify);
    list.put("simplifyComparisons", args.simplifyComparisons);
    list.put("typeConstructors", args.typeConstructors);
    list.put("undefinedToVoid", args.undefinedToVoid);
}
} // namespace task_detail

/** Makes CSS shorter. */
struct minify_css_args {
    /** How far it goes. Range: 1 to 2. */
    std::optional<std::int64_t> level{};
    /** Compress the result. */
    std::optional<bool> gzip{};

    minify_css_args &with_level(std::int64_t given) { level = given; return *this; }
    minify_css_args &with_gzip(bool given) { gzip = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const minify_css_args &) noexcept { return "minify_css"; }
inline void put(param_list &list, const minify_css_args &args)
{
    list.put("level", args.level);
    list.put("gzip", args.gzip);
}
} // namespace task_detail

/** Takes a picture of a web page. Works on a web page, given by its URL. */
struct urlscreenshot_args {
    /** Kind of browser. Default: desktop. */
    std::optional<filestack::agent> agent{};
    /** The whole page, or the window. Default: all. */
    std::optional<filestack::mode> mode{};
    /** Width of the window in pixels. Range: 1 to 1920. Default: 1024. */
    std::optional<std::int64_t> width{};
    /** Height of the window in pixels. Range: 1 to 8000. Default: 768. */
    std::optional<std::int64_t> height{};
    /** Time to wait for the page in milliseconds. Range: 0 to 20000. Default: 1000. */
    std::optional<std::int64_t> delay{};
    /** Orientation of the device. Default: portrait. */
    std::optional<filestack::orientation> orientation{};
    /** Name of a device whose browser is imitated. */
    std::optional<std::string> device{};

    urlscreenshot_args &with_agent(filestack::agent given) { agent = given; return *this; }
    urlscreenshot_args &with_mode(filestack::mode given) { mode = given; return *this; }
    urlscreenshot_args &with_width(std::int64_t given) { width = given; return *this; }
    urlscreenshot_args &with_height(std::int64_t given) { height = given; return *this; }
    urlscreenshot_args &with_delay(std::int64_t given) { delay = given; return *this; }
    urlscreenshot_args &with_orientation(filestack::orientation given) { orientation = given; return *this; }
    urlscreenshot_args &with_device(std::string given) { device = std::move(given); return *this; }
};

namespace task_detail {
constexpr const char *task_of(const urlscreenshot_args &) noexcept { return "urlscreenshot"; }
inline void put(param_list &list, const urlscreenshot_args &args)
{
    list.put("agent", args.agent);
    list.put("mode", args.mode);
    list.put("width", args.width);
    list.put("height", args.height);
    list.put("delay", args.delay);
    list.put("orientation", args.orientation);
    list.put("device", args.device);
}
} // namespace task_detail

/** Converts audio or video. Sends the task `video_convert`. Answers a job, after which no task can follow. */
struct av_convert_args {
    /** Format and codecs of the result. */
    std::optional<filestack::preset> preset{};
    /** Start the conversion again although there is a job for it. */
    std::optional<bool> force{};
    /** Title in the metadata of the result. */
    std::optional<std::string> title{};
    /** Extension of the file name of the result, with or without the dot. */
    std::optional<std::string> extname{};
    /** File name of the result. */
    std::optional<std::string> filename{};
    /** Width of the result in pixels. Range: 1 to 4096. */
    std::optional<std::int64_t> width{};
    /** Height of the result in pixels. Range: 1 to 4096. */
    std::optional<std::int64_t> height{};
    /** Whether the result may be larger than the source. Default: true. */
    std::optional<bool> upscale{};
    /** How a picture of another shape fits into width and height. Default: letterbox. */
    std::optional<filestack::aspect_mode> aspect_mode{};
    /** Encode in two passes: better quality in more time. Default: false. */
    std::optional<bool> two_pass{};
    /** Bit rate of the video in kbit/s. Range: 1 to 5000. */
    std::optional<std::int64_t> video_bitrate{};
    /** Frames per second. Range: 1 to 300. */
    std::optional<std::int64_t> fps{};
    /** Frames between two key frames. Range: only 250. Default: 250. */
    std::optional<std::int64_t> keyframe_interval{};
    /** Bit rate of the audio in kbit/s. Range: 0 to 999. */
    std::optional<std::int64_t> audio_bitrate{};
    /** Sample rate of the audio in Hz. Range: 1 to 99999. */
    std::optional<std::int64_t> audio_sample_rate{};
    /** Number of audio channels. Range: 1 to 12. */
    std::optional<std::int64_t> audio_channels{};
    /** Codec of the audio. */
    std::optional<std::string> audio_codec{};
    /** Length of the part that is converted. HH:MM:SS. */
    std::optional<std::string> clip_length{};
    /** Where in the source the conversion starts. HH:MM:SS. */
    std::optional<std::string> clip_offset{};
    /** Picture that is laid over the video. */
    std::optional<std::string> watermark_url{};
    /** Distance of that picture from the top, in pixels. Range: 0 to 9999. */
    std::optional<std::int64_t> watermark_top{};
    /** Distance of that picture from the bottom, in pixels. Range: 0 to 9999. */
    std::optional<std::int64_t> watermark_bottom{};
    /** Distance of that picture from the left edge, in pixels. Range: 0 to 9999. */
    std::optional<std::int64_t> watermark_left{};
    /** Distance of that picture from the right edge, in pixels. Range: 0 to 9999. */
    std::optional<std::int64_t> watermark_right{};
    /** Width of that picture in pixels. */
    std::optional<std::int64_t> watermark_width{};
    /** Height of that picture in pixels. */
    std::optional<std::int64_t> watermark_height{};
    /** Number of frames in a thumbnail. Range: only 1. Default: 1. */
    std::optional<std::int64_t> frame_count{};
    /** Storage provider of the result. */
    std::optional<std::string> location{};
    /** Path of the result in its storage. */
    std::optional<std::string> path{};
    /** Container or bucket of the result. */
    std::optional<std::string> container{};
    /** Who may read the result in its storage. Default: public. */
    std::optional<filestack::access> access{};

    av_convert_args &with_preset(filestack::preset given) { preset = given; return *this; }
    av_convert_args &with_force(bool given) { force = given; return *this; }
    av_convert_args &with_title(std::string given) { title = std::move(given); return *this; }
    av_convert_args &with_extname(std::string given) { extname = std::move(given); return *this; }
    av_convert_args &with_filename(std::string given) { filename = std::move(given); return *this; }
    av_convert_args &with_width(std::int64_t given) { width = given; return *this; }
    av_convert_args &with_height(std::int64_t given) { height = given; return *this; }
    av_convert_args &with_upscale(bool given) { upscale = given; return *this; }
    av_convert_args &with_aspect_mode(filestack::aspect_mode given) { aspect_mode = given; return *this; }
    av_convert_args &with_two_pass(bool given) { two_pass = given; return *this; }
    av_convert_args &with_video_bitrate(std::int64_t given) { video_bitrate = given; return *this; }
    av_convert_args &with_fps(std::int64_t given) { fps = given; return *this; }
    av_convert_args &with_keyframe_interval(std::int64_t given) { keyframe_interval = given; return *this; }
    av_convert_args &with_audio_bitrate(std::int64_t given) { audio_bitrate = given; return *this; }
    av_convert_args &with_audio_sample_rate(std::int64_t given) { audio_sample_rate = given; return *this; }
    av_convert_args &with_audio_channels(std::int64_t given) { audio_channels = given; return *this; }
    av_convert_args &with_audio_codec(std::string given) { audio_codec = std::move(given); return *this; }
    av_convert_args &with_clip_length(std::string given) { clip_length = std::move(given); return *this; }
    av_convert_args &with_clip_offset(std::string given) { clip_offset = std::move(given); return *this; }
    av_convert_args &with_watermark_url(std::string given) { watermark_url = std::move(given); return *this; }
    av_convert_args &with_watermark_top(std::int64_t given) { watermark_top = given; return *this; }
    av_convert_args &with_watermark_bottom(std::int64_t given) { watermark_bottom = given; return *this; }
    av_convert_args &with_watermark_left(std::int64_t given) { watermark_left = given; return *this; }
    av_convert_args &with_watermark_right(std::int64_t given) { watermark_right = given; return *this; }
    av_convert_args &with_watermark_width(std::int64_t given) { watermark_width = given; return *this; }
    av_convert_args &with_watermark_height(std::int64_t given) { watermark_height = given; return *this; }
    av_convert_args &with_frame_count(std::int64_t given) { frame_count = given; return *this; }
    av_convert_args &with_location(std::string given) { location = std::move(given); return *this; }
    av_convert_args &with_path(std::string given) { path = std::move(given); return *this; }
    av_convert_args &with_container(std::string given) { container = std::move(given); return *this; }
    av_convert_args &with_access(filestack::access given) { access = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const av_convert_args &) noexcept { return "video_convert"; }
inline void put(param_list &list, const av_convert_args &args)
{
    list.put("preset", args.preset);
    list.put("force", args.force);
    list.put("title", args.title);
    list.put("extname", args.extname);
    list.put("filename", args.filename);
    list.put("width", args.width);
    list.put("height", args.height);
    list.put("upscale", args.upscale);
    list.put("aspect_mode", args.aspect_mode);
    list.put("two_pass", args.two_pass);
    list.put("video_bitrate", args.video_bitrate);
    list.put("fps", args.fps);
    list.put("keyframe_interval", args.keyframe_interval);
    list.put("audio_bitrate", args.audio_bitrate);
    list.put("audio_sample_rate", args.audio_sample_rate);
    list.put("audio_channels", args.audio_channels);
    list.put("audio_codec", args.audio_codec);
    list.put("clip_length", args.clip_length);
    list.put("clip_offset", args.clip_offset);
    list.put("watermark_url", args.watermark_url);
    list.put("watermark_top", args.watermark_top);
    list.put("watermark_bottom", args.watermark_bottom);
    list.put("watermark_left", args.watermark_left);
    list.put("watermark_right", args.watermark_right);
    list.put("watermark_width", args.watermark_width);
    list.put("watermark_height", args.watermark_height);
    list.put("frame_count", args.frame_count);
    list.put("location", args.location);
    list.put("path", args.path);
    list.put("container", args.container);
    list.put("access", args.access);
}
} // namespace task_detail

/** Makes a playlist of streams of several qualities. Answers a job, after which no task can follow. */
struct video_playlist_args {
    /** Format and codecs of the result. */
    std::optional<filestack::preset> preset{};
    /** Start the conversion again although there is a job for it. */
    std::optional<bool> force{};
    /** Title in the metadata of the result. */
    std::optional<std::string> title{};
    /** Extension of the file name of the result, with or without the dot. */
    std::optional<std::string> extname{};
    /** File name of the result. */
    std::optional<std::string> filename{};
    /** Width of the result in pixels. Range: 1 to 4096. */
    std::optional<std::int64_t> width{};
    /** Height of the result in pixels. Range: 1 to 4096. */
    std::optional<std::int64_t> height{};
    /** Whether the result may be larger than the source. Default: true. */
    std::optional<bool> upscale{};
    /** How a picture of another shape fits into width and height. Default: letterbox. */
    std::optional<filestack::aspect_mode> aspect_mode{};
    /** Encode in two passes: better quality in more time. Default: false. */
    std::optional<bool> two_pass{};
    /** Bit rate of the video in kbit/s. Range: 1 to 5000. */
    std::optional<std::int64_t> video_bitrate{};
    /** Frames per second. Range: 1 to 300. */
    std::optional<std::int64_t> fps{};
    /** Frames between two key frames. Range: only 250. Default: 250. */
    std::optional<std::int64_t> keyframe_interval{};
    /** Bit rate of the audio in kbit/s. Range: 0 to 999. */
    std::optional<std::int64_t> audio_bitrate{};
    /** Sample rate of the audio in Hz. Range: 1 to 99999. */
    std::optional<std::int64_t> audio_sample_rate{};
    /** Number of audio channels. Range: 1 to 12. */
    std::optional<std::int64_t> audio_channels{};
    /** Length of the part that is converted. HH:MM:SS. */
    std::optional<std::string> clip_length{};
    /** Where in the source the conversion starts. HH:MM:SS. */
    std::optional<std::string> clip_offset{};
    /** Picture that is laid over the video. */
    std::optional<std::string> watermark_url{};
    /** Distance of that picture from the top, in pixels. Range: 0 to 9999. */
    std::optional<std::int64_t> watermark_top{};
    /** Distance of that picture from the bottom, in pixels. Range: 0 to 9999. */
    std::optional<std::int64_t> watermark_bottom{};
    /** Distance of that picture from the left edge, in pixels. Range: 0 to 9999. */
    std::optional<std::int64_t> watermark_left{};
    /** Distance of that picture from the right edge, in pixels. Range: 0 to 9999. */
    std::optional<std::int64_t> watermark_right{};
    /** Number of frames in a thumbnail. Range: only 1. Default: 1. */
    std::optional<std::int64_t> frame_count{};
    /** Storage provider of the result. */
    std::optional<std::string> location{};
    /** Path of the result in its storage. */
    std::optional<std::string> path{};
    /** Container or bucket of the result. */
    std::optional<std::string> container{};
    /** Who may read the result in its storage. Default: public. */
    std::optional<filestack::access> access{};

    video_playlist_args &with_preset(filestack::preset given) { preset = given; return *this; }
    video_playlist_args &with_force(bool given) { force = given; return *this; }
    video_playlist_args &with_title(std::string given) { title = std::move(given); return *this; }
    video_playlist_args &with_extname(std::string given) { extname = std::move(given); return *this; }
    video_playlist_args &with_filename(std::string given) { filename = std::move(given); return *this; }
    video_playlist_args &with_width(std::int64_t given) { width = given; return *this; }
    video_playlist_args &with_height(std::int64_t given) { height = given; return *this; }
    video_playlist_args &with_upscale(bool given) { upscale = given; return *this; }
    video_playlist_args &with_aspect_mode(filestack::aspect_mode given) { aspect_mode = given; return *this; }
    video_playlist_args &with_two_pass(bool given) { two_pass = given; return *this; }
    video_playlist_args &with_video_bitrate(std::int64_t given) { video_bitrate = given; return *this; }
    video_playlist_args &with_fps(std::int64_t given) { fps = given; return *this; }
    video_playlist_args &with_keyframe_interval(std::int64_t given) { keyframe_interval = given; return *this; }
    video_playlist_args &with_audio_bitrate(std::int64_t given) { audio_bitrate = given; return *this; }
    video_playlist_args &with_audio_sample_rate(std::int64_t given) { audio_sample_rate = given; return *this; }
    video_playlist_args &with_audio_channels(std::int64_t given) { audio_channels = given; return *this; }
    video_playlist_args &with_clip_length(std::string given) { clip_length = std::move(given); return *this; }
    video_playlist_args &with_clip_offset(std::string given) { clip_offset = std::move(given); return *this; }
    video_playlist_args &with_watermark_url(std::string given) { watermark_url = std::move(given); return *this; }
    video_playlist_args &with_watermark_top(std::int64_t given) { watermark_top = given; return *this; }
    video_playlist_args &with_watermark_bottom(std::int64_t given) { watermark_bottom = given; return *this; }
    video_playlist_args &with_watermark_left(std::int64_t given) { watermark_left = given; return *this; }
    video_playlist_args &with_watermark_right(std::int64_t given) { watermark_right = given; return *this; }
    video_playlist_args &with_frame_count(std::int64_t given) { frame_count = given; return *this; }
    video_playlist_args &with_location(std::string given) { location = std::move(given); return *this; }
    video_playlist_args &with_path(std::string given) { path = std::move(given); return *this; }
    video_playlist_args &with_container(std::string given) { container = std::move(given); return *this; }
    video_playlist_args &with_access(filestack::access given) { access = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const video_playlist_args &) noexcept { return "video_playlist"; }
inline void put(param_list &list, const video_playlist_args &args)
{
    list.put("preset", args.preset);
    list.put("force", args.force);
    list.put("title", args.title);
    list.put("extname", args.extname);
    list.put("filename", args.filename);
    list.put("width", args.width);
    list.put("height", args.height);
    list.put("upscale", args.upscale);
    list.put("aspect_mode", args.aspect_mode);
    list.put("two_pass", args.two_pass);
    list.put("video_bitrate", args.video_bitrate);
    list.put("fps", args.fps);
    list.put("keyframe_interval", args.keyframe_interval);
    list.put("audio_bitrate", args.audio_bitrate);
    list.put("audio_sample_rate", args.audio_sample_rate);
    list.put("audio_channels", args.audio_channels);
    list.put("clip_length", args.clip_length);
    list.put("clip_offset", args.clip_offset);
    list.put("watermark_url", args.watermark_url);
    list.put("watermark_top", args.watermark_top);
    list.put("watermark_bottom", args.watermark_bottom);
    list.put("watermark_left", args.watermark_left);
    list.put("watermark_right", args.watermark_right);
    list.put("frame_count", args.frame_count);
    list.put("location", args.location);
    list.put("path", args.path);
    list.put("container", args.container);
    list.put("access", args.access);
}
} // namespace task_detail

/**
 * Tells what a picture shows, in words. Answers JSON, after which no task can follow. Needs a security object, also for
 * applications that are otherwise open.
 */
struct tags_args {
    /** Version of the model. Range: 1 to 2. Default: 2. */
    std::optional<std::int64_t> version{};

    tags_args &with_version(std::int64_t given) { version = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const tags_args &) noexcept { return "tags"; }
inline void put(param_list &list, const tags_args &args)
{
    list.put("version", args.version);
}
} // namespace task_detail

/**
 * Finds a document in a photograph and cuts it out. With coords no task can follow. Needs a security object, also for
 * applications that are otherwise open.
 */
struct doc_detection_args {
    /** Answer with the coordinates as JSON instead of a picture. Default: false. */
    std::optional<bool> coords{};
    /** Correct distortion and contrast. Default: true. */
    std::optional<bool> preprocess{};

    doc_detection_args &with_coords(bool given) { coords = given; return *this; }
    doc_detection_args &with_preprocess(bool given) { preprocess = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const doc_detection_args &) noexcept { return "doc_detection"; }
inline void put(param_list &list, const doc_detection_args &args)
{
    list.put("coords", args.coords);
    list.put("preprocess", args.preprocess);
}
} // namespace task_detail

/**
 * Tells the feeling of a text; needs no source. Works on no source. Answers JSON, after which no task can follow. Needs
 * a security object, also for applications that are otherwise open.
 */
struct text_sentiment_args {
    /** The text. Required. */
    std::optional<std::string> text{};
    /** Language of the text. Default: auto. */
    std::optional<filestack::language> language{};

    text_sentiment_args &with_text(std::string given) { text = std::move(given); return *this; }
    text_sentiment_args &with_language(filestack::language given) { language = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const text_sentiment_args &) noexcept { return "text_sentiment"; }
inline void put(param_list &list, const text_sentiment_args &args)
{
    list.put("text", args.text);
    list.put("language", args.language);
}
} // namespace task_detail

/** Stores the result as a new file. Answers JSON, after which no task can follow. */
struct store_args {
    /** File name of the new file. */
    std::optional<std::string> filename{};
    /** Storage provider. Default: s3. */
    std::optional<std::string> location{};
    /** Path in the storage; one that ends with a slash is a folder. */
    std::optional<std::string> path{};
    /** Container or bucket. */
    std::optional<std::string> container{};
    /** Region of the storage. */
    std::optional<std::string> region{};
    /** Who may read the file in its storage. Default: private. */
    std::optional<filestack::access> access{};
    /** Decode the content from base64. Default: false. */
    std::optional<bool> base64decode{};
    /** Workflows to run on the new file, by their ids. At most 20. */
    std::vector<std::string> workflows{};

    store_args &with_filename(std::string given) { filename = std::move(given); return *this; }
    store_args &with_location(std::string given) { location = std::move(given); return *this; }
    store_args &with_path(std::string given) { path = std::move(given); return *this; }
    store_args &with_container(std::string given) { container = std::move(given); return *this; }
    store_args &with_region(std::string given) { region = std::move(given); return *this; }
    store_args &with_access(filestack::access given) { access = given; return *this; }
    store_args &with_base64decode(bool given) { base64decode = given; return *this; }
    store_args &with_workflows(std::vector<std::string> given) { workflows = std::move(given); return *this; }
};

namespace task_detail {
constexpr const char *task_of(const store_args &) noexcept { return "store"; }
inline void put(param_list &list, const store_args &args)
{
    list.put("filename", args.filename);
    list.put("location", args.location);
    list.put("path", args.path);
    list.put("container", args.container);
    list.put("region", args.region);
    list.put("access", args.access);
    list.put("base64decode", args.base64decode);
    list.put("workflows", args.workflows);
}
} // namespace task_detail

/** Says how long the result may be cached. */
struct cache_args {
    /** Bypass the cache. */
    bool false_{};
    /** Time in seconds, or `max` for a year. Range: 1 to 31536000. */
    std::optional<int_or_word> expiry{};

    cache_args &with_false(bool given) { false_ = given; return *this; }
    cache_args &with_expiry(int_or_word given) { expiry = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const cache_args &) noexcept { return "cache"; }
inline void put(param_list &list, const cache_args &args)
{
    if (args.false_) list.put_bool("false", true);
    list.put("expiry", args.expiry);
}
} // namespace task_detail

/** Names a file that is delivered when the source or a task fails. */
struct fallback_args {
    /** The file; this or file is needed. */
    std::optional<std::string> handle{};
    /** How long it may be cached, in seconds. Range: 1 to 31536000. */
    std::optional<std::int64_t> cache{};

    fallback_args &with_handle(std::string given) { handle = std::move(given); return *this; }
    fallback_args &with_cache(std::int64_t given) { cache = given; return *this; }
};

namespace task_detail {
constexpr const char *task_of(const fallback_args &) noexcept { return "fallback"; }
inline void put(param_list &list, const fallback_args &args)
{
    list.put("handle", args.handle);
    list.put("cache", args.cache);
}
} // namespace task_detail

/** Sets file name and type of the delivered result. */
struct content_args {
    /** The file name. */
    std::optional<std::string> filename{};
    /** The MIME type. */
    std::optional<std::string> type{};

    content_args &with_filename(std::string given) { filename = std::move(given); return *this; }
    content_args &with_type(std::string given) { type = std::move(given); return *this; }
};

namespace task_detail {
constexpr const char *task_of(const content_args &) noexcept { return "content"; }
inline void put(param_list &list, const content_args &args)
{
    list.put("filename", args.filename);
    list.put("type", args.type);
}
} // namespace task_detail

/** Tells about a file. Answers JSON, after which no task can follow. */
struct metadata_args {
    /**
     * What is to be told. Of size, mimetype, filename, width, height, uploaded, writeable, cloud, source_url, md5,
     * sha1, sha224, sha256, sha384, sha512, location, path, container, key, exif, status.
     */
    std::vector<std::string> fields{};

    metadata_args &with_fields(std::vector<std::string> given) { fields = std::move(given); return *this; }
};

namespace task_detail {
constexpr const char *task_of(const metadata_args &) noexcept { return "metadata"; }
inline void put(param_list &list, const metadata_args &args)
{
    list.put("fields", args.fields);
}
} // namespace task_detail

/**
 * Runs a workflow on the source. Answers JSON, after which no task can follow. Needs a security object, also for
 * applications that are otherwise open.
 */
struct run_workflow_args {
    /** Id of the workflow. Required. */
    std::optional<std::string> id{};

    run_workflow_args &with_id(std::string given) { id = std::move(given); return *this; }
};

namespace task_detail {
constexpr const char *task_of(const run_workflow_args &) noexcept { return "run_workflow"; }
inline void put(param_list &list, const run_workflow_args &args)
{
    list.put("id", args.id);
}
} // namespace task_detail

/**
 * Tells how far a run of a workflow is. Works on no source. Answers JSON, after which no task can follow. Needs a
 * security object, also for applications that are otherwise open.
 */
struct workflow_status_args {
    /** Id of the run. Required. */
    std::optional<std::string> job_id{};

    workflow_status_args &with_job_id(std::string given) { job_id = std::move(given); return *this; }
};

namespace task_detail {
constexpr const char *task_of(const workflow_status_args &) noexcept { return "workflow_status"; }
inline void put(param_list &list, const workflow_status_args &args)
{
    list.put("job_id", args.job_id);
}
} // namespace task_detail

/*---------------------------------------------------------------------------------------------------------------------
 * Methods of tasks
 *--------------------------------------------------------------------------------------------------------------------*/

namespace task_detail {

/* The tasks as methods of a transformation: each adds its task, and what `task` of transformation says holds. */
template <class Chain> class adds_tasks {
public:

    /** Changes width and height. Needs width or height. */
    Chain &resize(const resize_args &args) & { return add(args); }
    Chain resize(const resize_args &args) && { return std::move(add(args)); }

    /** Cuts an area out. */
    Chain &crop(const crop_args &args) & { return add(args); }
    Chain crop(const crop_args &args) && { return std::move(add(args)); }

    /** Turns clockwise. */
    Chain &rotate(const rotate_args &args = {}) & { return add(args); }
    Chain rotate(const rotate_args &args = {}) && { return std::move(add(args)); }

    /** Mirrors from top to bottom. */
    Chain &flip() & { return add("flip"); }
    Chain flip() && { return std::move(add("flip")); }

    /** Mirrors from left to right. */
    Chain &flop() & { return add("flop"); }
    Chain flop() && { return std::move(add("flop")); }

    /** Lays another picture over this one. */
    Chain &watermark(const watermark_args &args) & { return add(args); }
    Chain watermark(const watermark_args &args) && { return std::move(add(args)); }

    /** Marks the faces in a picture, or tells where they are. With export no task can follow. */
    Chain &detect_faces(const detect_faces_args &args = {}) & { return add(args); }
    Chain detect_faces(const detect_faces_args &args = {}) && { return std::move(add(args)); }

    /** Cuts the picture so that faces are in the middle. */
    Chain &crop_faces(const crop_faces_args &args = {}) & { return add(args); }
    Chain crop_faces(const crop_faces_args &args = {}) && { return std::move(add(args)); }

    /** Makes faces unrecognisable by large blocks. */
    Chain &pixelate_faces(const pixelate_faces_args &args = {}) & { return add(args); }
    Chain pixelate_faces(const pixelate_faces_args &args = {}) && { return std::move(add(args)); }

    /** Makes faces unrecognisable by blurring. */
    Chain &blur_faces(const blur_faces_args &args = {}) & { return add(args); }
    Chain blur_faces(const blur_faces_args &args = {}) && { return std::move(add(args)); }

    /** Rounds the corners. Sends the task `rounded_corners`. */
    Chain &round_corners(const round_corners_args &args = {}) & { return add(args); }
    Chain round_corners(const round_corners_args &args = {}) && { return std::move(add(args)); }

    /** Darkens or colors the border. */
    Chain &vignette(const vignette_args &args = {}) & { return add(args); }
    Chain vignette(const vignette_args &args = {}) && { return std::move(add(args)); }

    /** Frames the picture like an instant photograph. */
    Chain &polaroid(const polaroid_args &args = {}) & { return add(args); }
    Chain polaroid(const polaroid_args &args = {}) && { return std::move(add(args)); }

    /** Makes the edges look torn. */
    Chain &torn_edges(const torn_edges_args &args = {}) & { return add(args); }
    Chain torn_edges(const torn_edges_args &args = {}) && { return std::move(add(args)); }

    /** Adds a drop shadow. */
    Chain &shadow(const shadow_args &args = {}) & { return add(args); }
    Chain shadow(const shadow_args &args = {}) && { return std::move(add(args)); }

    /** Cuts a circle out of the middle. */
    Chain &circle(const circle_args &args = {}) & { return add(args); }
    Chain circle(const circle_args &args = {}) && { return std::move(add(args)); }

    /** Adds a border. */
    Chain &border(const border_args &args = {}) & { return add(args); }
    Chain border(const border_args &args = {}) && { return std::move(add(args)); }

    /** Sharpens. */
    Chain &sharpen(const sharpen_args &args = {}) & { return add(args); }
    Chain sharpen(const sharpen_args &args = {}) && { return std::move(add(args)); }

    /** Blurs. */
    Chain &blur(const blur_args &args = {}) & { return add(args); }
    Chain blur(const blur_args &args = {}) && { return std::move(add(args)); }

    /** Turns colors into shades of gray. */
    Chain &monochrome() & { return add("monochrome"); }
    Chain monochrome() && { return std::move(add("monochrome")); }

    /** Leaves only black and white. */
    Chain &blackwhite(const blackwhite_args &args = {}) & { return add(args); }
    Chain blackwhite(const blackwhite_args &args = {}) && { return std::move(add(args)); }

    /** Tints like an old photograph. */
    Chain &sepia(const sepia_args &args = {}) & { return add(args); }
    Chain sepia(const sepia_args &args = {}) && { return std::move(add(args)); }

    /** Turns the picture into large blocks. */
    Chain &pixelate(const pixelate_args &args = {}) & { return add(args); }
    Chain pixelate(const pixelate_args &args = {}) && { return std::move(add(args)); }

    /** Makes the picture look painted in oil. */
    Chain &oil_paint(const oil_paint_args &args = {}) & { return add(args); }
    Chain oil_paint(const oil_paint_args &args = {}) && { return std::move(add(args)); }

    /** Inverts the colors. */
    Chain &negative() & { return add("negative"); }
    Chain negative() && { return std::move(add("negative")); }

    /** Changes brightness, hue and saturation. */
    Chain &modulate(const modulate_args &args = {}) & { return add(args); }
    Chain modulate(const modulate_args &args = {}) && { return std::move(add(args)); }

    /** Turns areas of the picture into large blocks. */
    Chain &partial_pixelate(const partial_pixelate_args &args) & { return add(args); }
    Chain partial_pixelate(const partial_pixelate_args &args) && { return std::move(add(args)); }

    /** Blurs areas of the picture. */
    Chain &partial_blur(const partial_blur_args &args) & { return add(args); }
    Chain partial_blur(const partial_blur_args &args) && { return std::move(add(args)); }

    /** Puts several pictures into one; the source is the first of them. */
    Chain &collage(const collage_args &args) & { return add(args); }
    Chain collage(const collage_args &args) && { return std::move(add(args)); }

    /** Doubles width and height with a model that adds detail. */
    Chain &upscale(const upscale_args &args = {}) & { return add(args); }
    Chain upscale(const upscale_args &args = {}) && { return std::move(add(args)); }

    /** Improves a photograph automatically. */
    Chain &enhance(const enhance_args &args = {}) & { return add(args); }
    Chain enhance(const enhance_args &args = {}) && { return std::move(add(args)); }

    /** Removes red eyes. */
    Chain &redeye() & { return add("redeye"); }
    Chain redeye() && { return std::move(add("redeye")); }

    /** Draws the picture with characters. */
    Chain &ascii(const ascii_args &args = {}) & { return add(args); }
    Chain ascii(const ascii_args &args = {}) && { return std::move(add(args)); }

    /** Cuts to the part of the picture that matters. With coords no task can follow. */
    Chain &smart_crop(const smart_crop_args &args = {}) & { return add(args); }
    Chain smart_crop(const smart_crop_args &args = {}) && { return std::move(add(args)); }

    /** Delivers in the best format that the requesting browser takes. */
    Chain &auto_image() & { return add("auto_image"); }
    Chain auto_image() && { return std::move(add("auto_image")); }

    /** Turns into a progressive JPEG. */
    Chain &pjpg(const pjpg_args &args = {}) & { return add(args); }
    Chain pjpg(const pjpg_args &args = {}) && { return std::move(add(args)); }

    /** Makes the file smaller. */
    Chain &compress(const compress_args &args = {}) & { return add(args); }
    Chain compress(const compress_args &args = {}) && { return std::move(add(args)); }

    /** Sets the quality of a JPEG. */
    Chain &quality(const quality_args &args) & { return add(args); }
    Chain quality(const quality_args &args) && { return std::move(add(args)); }

    /** Removes metadata such as EXIF. */
    Chain &no_metadata() & { return add("no_metadata"); }
    Chain no_metadata() && { return std::move(add("no_metadata")); }

    /** Makes an animated GIF of the sources. Works on one or more sources. */
    Chain &animate(const animate_args &args = {}) & { return add(args); }
    Chain animate(const animate_args &args = {}) && { return std::move(add(args)); }

    /** Tells width and height. Answers JSON, after which no task can follow. */
    Chain &imagesize() & { return add("imagesize"); }
    Chain imagesize() && { return std::move(add("imagesize")); }

    /** Writes the source as a QR code. */
    Chain &qr(const qr_args &args = {}) & { return add(args); }
    Chain qr(const qr_args &args = {}) && { return std::move(add(args)); }

    /** Converts to another format. Sends the task `output`. With docinfo no task can follow. */
    Chain &filetype_conversion(const filetype_conversion_args &args) & { return add(args); }
    Chain filetype_conversion(const filetype_conversion_args &args) && { return std::move(add(args)); }

    /** Tells about a PDF. Sends the task `pdfinfo`. Answers JSON, after which no task can follow. */
    Chain &pdf_info(const pdf_info_args &args = {}) & { return add(args); }
    Chain pdf_info(const pdf_info_args &args = {}) && { return std::move(add(args)); }

    /** Changes pages of a PDF. Sends the task `pdfconvert`. */
    Chain &pdf_convert(const pdf_convert_args &args = {}) & { return add(args); }
    Chain pdf_convert(const pdf_convert_args &args = {}) && { return std::move(add(args)); }

    /** Joins the sources into one PDF. Works on one or more sources. */
    Chain &pdfcreate(const pdfcreate_args &args = {}) & { return add(args); }
    Chain pdfcreate(const pdfcreate_args &args = {}) && { return std::move(add(args)); }

    /**
     * Turns the pages of a document into pictures. Answers JSON, after which no task can follow; doc_to_images@N is
     * page N as a file.
     */
    Chain &doc_to_images(const doc_to_images_args &args = {}) & { return add(args); }
    Chain doc_to_images(const doc_to_images_args &args = {}) && { return std::move(add(args)); }

    /** Makes an HTML slide show of the sources. Works on one or more sources. */
    Chain &slide(const slide_args &args = {}) & { return add(args); }
    Chain slide(const slide_args &args = {}) && { return std::move(add(args)); }

    /** Shows a document in an HTML page. Answers a web page, after which no task can follow. */
    Chain &preview(const preview_args &args = {}) & { return add(args); }
    Chain preview(const preview_args &args = {}) && { return std::move(add(args)); }

    /** Makes JavaScript shorter. */
    Chain &minify_js(const minify_js_args &args = {}) & { return add(args); }
    Chain minify_js(const minify_js_args &args = {}) && { return std::move(add(args)); }

    /** Makes CSS shorter. */
    Chain &minify_css(const minify_css_args &args = {}) & { return add(args); }
    Chain minify_css(const minify_css_args &args = {}) && { return std::move(add(args)); }

    /** Packs the sources into a ZIP archive. Works on one or more sources. */
    Chain &zip() & { return add("zip"); }
    Chain zip() && { return std::move(add("zip")); }

    /** Takes a picture of a web page. Works on a web page, given by its URL. */
    Chain &urlscreenshot(const urlscreenshot_args &args = {}) & { return add(args); }
    Chain urlscreenshot(const urlscreenshot_args &args = {}) && { return std::move(add(args)); }

    /** Makes a playlist of streams of several qualities. Answers a job, after which no task can follow. */
    Chain &video_playlist(const video_playlist_args &args = {}) & { return add(args); }
    Chain video_playlist(const video_playlist_args &args = {}) && { return std::move(add(args)); }

    /**
     * Describes a picture in a sentence. Answers JSON, after which no task can follow. Needs a security object, also
     * for applications that are otherwise open.
     */
    Chain &caption() & { return add("caption"); }
    Chain caption() && { return std::move(add("caption")); }

    /**
     * Tells whether a picture is a known photograph with a license. Answers JSON, after which no task can follow. Needs
     * a security object, also for applications that are otherwise open.
     */
    Chain &copyright() & { return add("copyright"); }
    Chain copyright() && { return std::move(add("copyright")); }

    /**
     * Finds a document in a photograph and cuts it out. With coords no task can follow. Needs a security object, also
     * for applications that are otherwise open.
     */
    Chain &doc_detection(const doc_detection_args &args = {}) & { return add(args); }
    Chain doc_detection(const doc_detection_args &args = {}) && { return std::move(add(args)); }

    /**
     * Tells the feelings that faces in a picture show. Answers JSON, after which no task can follow. Needs a security
     * object, also for applications that are otherwise open.
     */
    Chain &image_sentiment() & { return add("image_sentiment"); }
    Chain image_sentiment() && { return std::move(add("image_sentiment")); }

    /**
     * Tells the feeling of a text; needs no source. Works on no source. Answers JSON, after which no task can follow.
     * Needs a security object, also for applications that are otherwise open.
     */
    Chain &text_sentiment(const text_sentiment_args &args) & { return add(args); }
    Chain text_sentiment(const text_sentiment_args &args) && { return std::move(add(args)); }

    /**
     * Looks for malware. Answers JSON, after which no task can follow. Needs a security object, also for applications
     * that are otherwise open.
     */
    Chain &virus_detection() & { return add("virus_detection"); }
    Chain virus_detection() && { return std::move(add("virus_detection")); }

    /**
     * Looks for links to phishing sites. Answers JSON, after which no task can follow. Needs a security object, also
     * for applications that are otherwise open.
     */
    Chain &phishing_detection() & { return add("phishing_detection"); }
    Chain phishing_detection() && { return std::move(add("phishing_detection")); }

    /**
     * Tells whether a video is safe for work. Answers JSON, after which no task can follow. Needs a security object,
     * also for applications that are otherwise open.
     */
    Chain &video_sfw() & { return add("video_sfw"); }
    Chain video_sfw() && { return std::move(add("video_sfw")); }

    /**
     * Tells what a video shows, in words. Answers JSON, after which no task can follow. Needs a security object, also
     * for applications that are otherwise open.
     */
    Chain &video_tagging() & { return add("video_tagging"); }
    Chain video_tagging() && { return std::move(add("video_tagging")); }

    /** Says how long the result may be cached. */
    Chain &cache(const cache_args &args = {}) & { return add(args); }
    Chain cache(const cache_args &args = {}) && { return std::move(add(args)); }

    /** Names a file that is delivered when the source or a task fails. */
    Chain &fallback(const fallback_args &args) & { return add(args); }
    Chain fallback(const fallback_args &args) && { return std::move(add(args)); }

    /** Sets file name and type of the delivered result. */
    Chain &content(const content_args &args = {}) & { return add(args); }
    Chain content(const content_args &args = {}) && { return std::move(add(args)); }

    /** Makes the service explain the request instead of running it. The answer is JSON. */
    Chain &debug() & { return add("debug"); }
    Chain debug() && { return std::move(add("debug")); }

    /** Writes tasks and source in the base64 form. */
    Chain &b64() & { return add("b64"); }
    Chain b64() && { return std::move(add("b64")); }

    /** Tells about a file. Answers JSON, after which no task can follow. */
    Chain &metadata(const metadata_args &args = {}) & { return add(args); }
    Chain metadata(const metadata_args &args = {}) && { return std::move(add(args)); }

    /**
     * Runs a workflow on the source. Answers JSON, after which no task can follow. Needs a security object, also for
     * applications that are otherwise open.
     */
    Chain &run_workflow(const run_workflow_args &args) & { return add(args); }
    Chain run_workflow(const run_workflow_args &args) && { return std::move(add(args)); }

    /**
     * Tells how far a run of a workflow is. Works on no source. Answers JSON, after which no task can follow. Needs a
     * security object, also for applications that are otherwise open.
     */
    Chain &workflow_status(const workflow_status_args &args) & { return add(args); }
    Chain workflow_status(const workflow_status_args &args) && { return std::move(add(args)); }

private:
    template <class Task> Chain &add(const Task &task) { return static_cast<Chain &>(*this).task(task); }
};

/* The tasks as methods of a file: each begins a transformation of it. */
template <class File, class Chain> class begins_tasks {
public:

    /** Changes width and height. Needs width or height. */
    Chain resize(const resize_args &args) const { return start(args); }

    /** Cuts an area out. */
    Chain crop(const crop_args &args) const { return start(args); }

    /** Turns clockwise. */
    Chain rotate(const rotate_args &args = {}) const { return start(args); }

    /** Mirrors from top to bottom. */
    Chain flip() const { return start("flip"); }

    /** Mirrors from left to right. */
    Chain flop() const { return start("flop"); }

    /** Lays another picture over this one. */
    Chain watermark(const watermark_args &args) const { return start(args); }

    /** Marks the faces in a picture, or tells where they are. With export no task can follow. */
    Chain detect_faces(const detect_faces_args &args = {}) const { return start(args); }

    /** Cuts the picture so that faces are in the middle. */
    Chain crop_faces(const crop_faces_args &args = {}) const { return start(args); }

    /** Makes faces unrecognisable by large blocks. */
    Chain pixelate_faces(const pixelate_faces_args &args = {}) const { return start(args); }

    /** Makes faces unrecognisable by blurring. */
    Chain blur_faces(const blur_faces_args &args = {}) const { return start(args); }

    /** Rounds the corners. Sends the task `rounded_corners`. */
    Chain round_corners(const round_corners_args &args = {}) const { return start(args); }

    /** Darkens or colors the border. */
    Chain vignette(const vignette_args &args = {}) const { return start(args); }

    /** Frames the picture like an instant photograph. */
    Chain polaroid(const polaroid_args &args = {}) const { return start(args); }

    /** Makes the edges look torn. */
    Chain torn_edges(const torn_edges_args &args = {}) const { return start(args); }

    /** Adds a drop shadow. */
    Chain shadow(const shadow_args &args = {}) const { return start(args); }

    /** Cuts a circle out of the middle. */
    Chain circle(const circle_args &args = {}) const { return start(args); }

    /** Adds a border. */
    Chain border(const border_args &args = {}) const { return start(args); }

    /** Sharpens. */
    Chain sharpen(const sharpen_args &args = {}) const { return start(args); }

    /** Blurs. */
    Chain blur(const blur_args &args = {}) const { return start(args); }

    /** Turns colors into shades of gray. */
    Chain monochrome() const { return start("monochrome"); }

    /** Leaves only black and white. */
    Chain blackwhite(const blackwhite_args &args = {}) const { return start(args); }

    /** Tints like an old photograph. */
    Chain sepia(const sepia_args &args = {}) const { return start(args); }

    /** Turns the picture into large blocks. */
    Chain pixelate(const pixelate_args &args = {}) const { return start(args); }

    /** Makes the picture look painted in oil. */
    Chain oil_paint(const oil_paint_args &args = {}) const { return start(args); }

    /** Inverts the colors. */
    Chain negative() const { return start("negative"); }

    /** Changes brightness, hue and saturation. */
    Chain modulate(const modulate_args &args = {}) const { return start(args); }

    /** Turns areas of the picture into large blocks. */
    Chain partial_pixelate(const partial_pixelate_args &args) const { return start(args); }

    /** Blurs areas of the picture. */
    Chain partial_blur(const partial_blur_args &args) const { return start(args); }

    /** Puts several pictures into one; the source is the first of them. */
    Chain collage(const collage_args &args) const { return start(args); }

    /** Doubles width and height with a model that adds detail. */
    Chain upscale(const upscale_args &args = {}) const { return start(args); }

    /** Improves a photograph automatically. */
    Chain enhance(const enhance_args &args = {}) const { return start(args); }

    /** Removes red eyes. */
    Chain redeye() const { return start("redeye"); }

    /** Draws the picture with characters. */
    Chain ascii(const ascii_args &args = {}) const { return start(args); }

    /** Cuts to the part of the picture that matters. With coords no task can follow. */
    Chain smart_crop(const smart_crop_args &args = {}) const { return start(args); }

    /** Delivers in the best format that the requesting browser takes. */
    Chain auto_image() const { return start("auto_image"); }

    /** Turns into a progressive JPEG. */
    Chain pjpg(const pjpg_args &args = {}) const { return start(args); }

    /** Makes the file smaller. */
    Chain compress(const compress_args &args = {}) const { return start(args); }

    /** Sets the quality of a JPEG. */
    Chain quality(const quality_args &args) const { return start(args); }

    /** Removes metadata such as EXIF. */
    Chain no_metadata() const { return start("no_metadata"); }

    /** Makes an animated GIF of the sources. Works on one or more sources. */
    Chain animate(const animate_args &args = {}) const { return start(args); }

    /** Tells width and height. Answers JSON, after which no task can follow. */
    Chain imagesize() const { return start("imagesize"); }

    /** Writes the source as a QR code. */
    Chain qr(const qr_args &args = {}) const { return start(args); }

    /** Converts to another format. Sends the task `output`. With docinfo no task can follow. */
    Chain filetype_conversion(const filetype_conversion_args &args) const { return start(args); }

    /** Tells about a PDF. Sends the task `pdfinfo`. Answers JSON, after which no task can follow. */
    Chain pdf_info(const pdf_info_args &args = {}) const { return start(args); }

    /** Changes pages of a PDF. Sends the task `pdfconvert`. */
    Chain pdf_convert(const pdf_convert_args &args = {}) const { return start(args); }

    /** Joins the sources into one PDF. Works on one or more sources. */
    Chain pdfcreate(const pdfcreate_args &args = {}) const { return start(args); }

    /**
     * Turns the pages of a document into pictures. Answers JSON, after which no task can follow; doc_to_images@N is
     * page N as a file.
     */
    Chain doc_to_images(const doc_to_images_args &args = {}) const { return start(args); }

    /** Makes an HTML slide show of the sources. Works on one or more sources. */
    Chain slide(const slide_args &args = {}) const { return start(args); }

    /** Shows a document in an HTML page. Answers a web page, after which no task can follow. */
    Chain preview(const preview_args &args = {}) const { return start(args); }

    /** Makes JavaScript shorter. */
    Chain minify_js(const minify_js_args &args = {}) const { return start(args); }

    /** Makes CSS shorter. */
    Chain minify_css(const minify_css_args &args = {}) const { return start(args); }

    /** Packs the sources into a ZIP archive. Works on one or more sources. */
    Chain zip() const { return start("zip"); }

    /** Takes a picture of a web page. Works on a web page, given by its URL. */
    Chain urlscreenshot(const urlscreenshot_args &args = {}) const { return start(args); }

    /** Makes a playlist of streams of several qualities. Answers a job, after which no task can follow. */
    Chain video_playlist(const video_playlist_args &args = {}) const { return start(args); }

    /**
     * Describes a picture in a sentence. Answers JSON, after which no task can follow. Needs a security object, also
     * for applications that are otherwise open.
     */
    Chain caption() const { return start("caption"); }

    /**
     * Tells whether a picture is a known photograph with a license. Answers JSON, after which no task can follow. Needs
     * a security object, also for applications that are otherwise open.
     */
    Chain copyright() const { return start("copyright"); }

    /**
     * Finds a document in a photograph and cuts it out. With coords no task can follow. Needs a security object, also
     * for applications that are otherwise open.
     */
    Chain doc_detection(const doc_detection_args &args = {}) const { return start(args); }

    /**
     * Tells the feelings that faces in a picture show. Answers JSON, after which no task can follow. Needs a security
     * object, also for applications that are otherwise open.
     */
    Chain image_sentiment() const { return start("image_sentiment"); }

    /**
     * Tells the feeling of a text; needs no source. Works on no source. Answers JSON, after which no task can follow.
     * Needs a security object, also for applications that are otherwise open.
     */
    Chain text_sentiment(const text_sentiment_args &args) const { return start(args); }

    /**
     * Looks for malware. Answers JSON, after which no task can follow. Needs a security object, also for applications
     * that are otherwise open.
     */
    Chain virus_detection() const { return start("virus_detection"); }

    /**
     * Looks for links to phishing sites. Answers JSON, after which no task can follow. Needs a security object, also
     * for applications that are otherwise open.
     */
    Chain phishing_detection() const { return start("phishing_detection"); }

    /**
     * Tells whether a video is safe for work. Answers JSON, after which no task can follow. Needs a security object,
     * also for applications that are otherwise open.
     */
    Chain video_sfw() const { return start("video_sfw"); }

    /**
     * Tells what a video shows, in words. Answers JSON, after which no task can follow. Needs a security object, also
     * for applications that are otherwise open.
     */
    Chain video_tagging() const { return start("video_tagging"); }

    /** Says how long the result may be cached. */
    Chain cache(const cache_args &args = {}) const { return start(args); }

    /** Names a file that is delivered when the source or a task fails. */
    Chain fallback(const fallback_args &args) const { return start(args); }

    /** Sets file name and type of the delivered result. */
    Chain content(const content_args &args = {}) const { return start(args); }

    /** Makes the service explain the request instead of running it. The answer is JSON. */
    Chain debug() const { return start("debug"); }

    /** Writes tasks and source in the base64 form. */
    Chain b64() const { return start("b64"); }

    /**
     * Tells how far a run of a workflow is. Works on no source. Answers JSON, after which no task can follow. Needs a
     * security object, also for applications that are otherwise open.
     */
    Chain workflow_status(const workflow_status_args &args) const { return start(args); }

private:
    template <class Task> Chain start(const Task &task) const
    {
        return static_cast<const File &>(*this).transform().task(task);
    }
};

} // namespace task_detail

} // namespace filestack

#endif /* FILESTACK_TASKS_HPP */
