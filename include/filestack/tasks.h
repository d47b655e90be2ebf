/*
 * tasks.h - typed helpers for the transformation tasks.
 *
 * Generated from catalogue/tasks.toml by `make headers`: edit that, not this file.
 *
 *     filestack_add_resize(t, &(filestack_resize_args){ .width = filestack_int(300),
 *                                                       .fit = FILESTACK_RESIZE_FIT_CROP }, &error);
 *
 * Each helper is compiled into its caller and does nothing but call filestack_transformation_add: none of this is
 * part of the ABI. Its errors and its effect on the transformation are those of that function. A helper has the name
 * of the reference's method; its comment says which task it sends where that is another. `args` may be NULL for a task
 * that may stand without parameters.
 *
 * An args struct of zeros sets nothing. The types of its members:
 *
 *  - Numbers and booleans know whether they are set: filestack_int(300), filestack_number(0.5), filestack_bool(1).
 *  - Strings, colors, URLs, handles, times "HH:MM:SS" and storage locations are const char *; NULL is unset.
 *    A color is 3, 6 or 8 hexadecimal digits without '#', a name such as "white", or "gray0" to "gray100".
 *  - Words are enum constants; 0 is unset.
 *  - A number or a word: filestack_as_int(90), filestack_as_word(FILESTACK_ROTATE_DEG_EXIF).
 *  - A place in a picture: filestack_at(FILESTACK_PLACE_TOP), filestack_at_corner(FILESTACK_PLACE_TOP,
 *    FILESTACK_PLACE_LEFT).
 *  - Faces: filestack_all_faces(), filestack_face(1), filestack_faces_at(numbers, count).
 *  - Lists are a pointer and a count; NULL and 0 are unset. Areas of a picture are filestack_box. Ranges of pages are
 *    strings: "3", "2-5", "7-", "-3".
 *
 * A name that C or C++ reserves ends with '_'.
 */

#ifndef FILESTACK_TASKS_H
#define FILESTACK_TASKS_H

#include "filestack.h"

/*---------------------------------------------------------------------------------------------------------------------
 * Values
 *--------------------------------------------------------------------------------------------------------------------*/

/** A boolean that may be unset. */
typedef struct filestack_optional_bool {
    int32_t is_set;
    int32_t value;
} filestack_optional_bool;

/** A whole number that may be unset. */
typedef struct filestack_optional_int {
    int32_t is_set;
    int64_t value;
} filestack_optional_int;

/** A number that may be unset. */
typedef struct filestack_optional_number {
    int32_t is_set;
    double value;
} filestack_optional_number;

/** A whole number or a word; unset when both are. */
typedef struct filestack_int_or_word {
    filestack_optional_int number;
    const char *word;
} filestack_int_or_word;

/** Places in a picture. */
typedef enum filestack_place {
    FILESTACK_PLACE_UNSET = 0,
    FILESTACK_PLACE_TOP = 1,
    FILESTACK_PLACE_MIDDLE = 2,
    FILESTACK_PLACE_BOTTOM = 3,
    FILESTACK_PLACE_LEFT = 4,
    FILESTACK_PLACE_CENTER = 5,
    FILESTACK_PLACE_RIGHT = 6,
    FILESTACK_PLACE_FACES = 7
} filestack_place;

/** A place in a picture, or two that name a corner: first from top to bottom, then from left to right. */
typedef struct filestack_position {
    filestack_place first;
    filestack_place second;
} filestack_position;

/** Faces in a picture: all, one by its number, or several. */
typedef struct filestack_faces {
    int32_t all;
    filestack_optional_int one;
    const int64_t *several;
    size_t several_count;
} filestack_faces;

/** An area of a picture in pixels, from its upper left corner. */
typedef struct filestack_box {
    int64_t x;
    int64_t y;
    int64_t width;
    int64_t height;
} filestack_box;

/** A boolean that is set; nonzero is true. */
static inline filestack_optional_bool filestack_bool(int32_t value)
{
    filestack_optional_bool made;
    made.is_set = 1;
    made.value = value;
    return made;
}

/** A whole number that is set. */
static inline filestack_optional_int filestack_int(int64_t value)
{
    filestack_optional_int made;
    made.is_set = 1;
    made.value = value;
    return made;
}

/** A number that is set. */
static inline filestack_optional_number filestack_number(double value)
{
    filestack_optional_number made;
    made.is_set = 1;
    made.value = value;
    return made;
}

/** The whole number of "a number or a word". */
static inline filestack_int_or_word filestack_as_int(int64_t value)
{
    filestack_int_or_word made;
    made.number = filestack_int(value);
    made.word = NULL;
    return made;
}

/** The word of "a number or a word". */
static inline filestack_int_or_word filestack_as_word(const char *word)
{
    filestack_int_or_word made;
    made.number.is_set = 0;
    made.number.value = 0;
    made.word = word;
    return made;
}

/** A corner of a picture. */
static inline filestack_position filestack_at_corner(filestack_place first, filestack_place second)
{
    filestack_position made;
    made.first = first;
    made.second = second;
    return made;
}

/** A place in a picture. */
static inline filestack_position filestack_at(filestack_place place)
{
    return filestack_at_corner(place, FILESTACK_PLACE_UNSET);
}

/** Several faces, by their numbers from 1 on. The numbers must live until the task is added. */
static inline filestack_faces filestack_faces_at(const int64_t *numbers, size_t count)
{
    filestack_faces made;
    made.all = 0;
    made.one.is_set = 0;
    made.one.value = 0;
    made.several = numbers;
    made.several_count = count;
    return made;
}

/** All faces. */
static inline filestack_faces filestack_all_faces(void)
{
    filestack_faces made = filestack_faces_at(NULL, 0);
    made.all = 1;
    return made;
}

/** One face, by its number from 1 on. */
static inline filestack_faces filestack_face(int64_t number)
{
    filestack_faces made = filestack_faces_at(NULL, 0);
    made.one = filestack_int(number);
    return made;
}

/*---------------------------------------------------------------------------------------------------------------------
 * How members become parameters; used by the helpers only
 *--------------------------------------------------------------------------------------------------------------------*/

/* The parameters of a task under way. */
typedef struct filestack_task_params {
    filestack_param *list;
    size_t count;
} filestack_task_params;

static inline filestack_param *filestack_task_next(filestack_task_params *params, const char *name, uint32_t kind)
{
    filestack_param *param = &params->list[params->count++];
    param->name = name;
    param->kind = kind;
    param->reserved = 0;
    param->i = 0;
    param->f = 0;
    param->p = NULL;
    param->len = 0;
    return param;
}

static inline void filestack_task_bool(filestack_task_params *params, const char *name, filestack_optional_bool value)
{
    if (value.is_set) {
        filestack_task_next(params, name, FILESTACK_PARAM_BOOL)->i = value.value;
    }
}

static inline void filestack_task_int(filestack_task_params *params, const char *name, filestack_optional_int value)
{
    if (value.is_set) {
        filestack_task_next(params, name, FILESTACK_PARAM_INT)->i = value.value;
    }
}

static inline void filestack_task_number(filestack_task_params *params, const char *name,
                                         filestack_optional_number value)
{
    if (value.is_set) {
        filestack_task_next(params, name, FILESTACK_PARAM_NUMBER)->f = value.value;
    }
}

static inline void filestack_task_text(filestack_task_params *params, const char *name, const char *value)
{
    if (value) {
        filestack_param *param = filestack_task_next(params, name, FILESTACK_PARAM_STRING);
        param->p = value;
        param->len = FILESTACK_NUL_TERMINATED;
    }
}

/* An unknown constant is sent as a number, which the library refuses with the parameter's name. */
static inline void filestack_task_word(filestack_task_params *params, const char *name, const char *const *words,
                                       int64_t word_count, int64_t value)
{
    if (value > 0 && value <= word_count) {
        filestack_task_text(params, name, words[value - 1]);
    } else if (value != 0) {
        filestack_task_int(params, name, filestack_int(value));
    }
}

static inline void filestack_task_int_or_word(filestack_task_params *params, const char *name,
                                              filestack_int_or_word value)
{
    filestack_task_int(params, name, value.number);
    filestack_task_text(params, name, value.word);
}

static inline void filestack_task_list(filestack_task_params *params, const char *name, uint32_t kind,
                                       const void *list, size_t count)
{
    if (list || count > 0) {
        filestack_param *param = filestack_task_next(params, name, kind);
        param->p = list;
        param->len = count;
    }
}

static inline void filestack_task_faces(filestack_task_params *params, const char *name, filestack_faces value)
{
    filestack_task_text(params, name, value.all ? "all" : NULL);
    filestack_task_int(params, name, value.one);
    filestack_task_list(params, name, FILESTACK_PARAM_INTS, value.several, value.several_count);
}

/* `corner` has room for two words and lives until the task is added. */
static inline void filestack_task_position(filestack_task_params *params, const char *name, const char **corner,
                                           filestack_position value)
{
    static const char *const places[] = { "top", "middle", "bottom", "left", "center", "right", "faces" };
    const int64_t place_count = (int64_t)(sizeof places / sizeof places[0]);
    const int64_t first = (int64_t)value.first;
    const int64_t second = (int64_t)value.second;
    if (second == 0) {
        filestack_task_word(params, name, places, place_count, first);
    } else {
        corner[0] = first > 0 && first <= place_count ? places[first - 1] : "";
        corner[1] = second > 0 && second <= place_count ? places[second - 1] : "";
        filestack_task_list(params, name, FILESTACK_PARAM_STRINGS, corner, 2);
    }
}

static inline filestack_status filestack_task_add(filestack_transformation *transformation, const char *task,
                                                  filestack_task_params params, filestack_error **error)
{
    return filestack_transformation_add(transformation, task, params.list, params.count, error);
}

/*---------------------------------------------------------------------------------------------------------------------
 * Tasks
 *--------------------------------------------------------------------------------------------------------------------*/

/** Words for filestack_resize_args.fit. */
typedef enum filestack_resize_fit {
    FILESTACK_RESIZE_FIT_UNSET = 0,
    FILESTACK_RESIZE_FIT_CLIP = 1,
    FILESTACK_RESIZE_FIT_CROP = 2,
    FILESTACK_RESIZE_FIT_SCALE = 3,
    FILESTACK_RESIZE_FIT_MAX = 4
} filestack_resize_fit;

/** Changes width and height. Needs width or height. */
typedef struct filestack_resize_args {
    /** Width of the box in pixels; 0 leaves it open. Width, height or both are needed. Range: 0 to 10000. */
    filestack_optional_int width;
    /** Height of the box in pixels; 0 leaves it open. Range: 0 to 10000. */
    filestack_optional_int height;
    /**
     * How the picture fits into the box: `clip` keeps it whole, `crop` fills the box and cuts the rest, `scale`
     * distorts, `max` keeps it whole and never enlarges. Default: clip.
     */
    filestack_resize_fit fit;
    /** Which part stays when the picture is cropped. Default: center. */
    filestack_position align;
    /** Name of the resampling filter. */
    const char *filter;
} filestack_resize_args;

/** Adds the task `resize`. */
static inline filestack_status filestack_add_resize(
    filestack_transformation *transformation, const filestack_resize_args *args, filestack_error **error)
{
    filestack_param list[5];
    const char *align_corner[2];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_int(&params, "width", args->width);
        filestack_task_int(&params, "height", args->height);
        {
            static const char *const fit_words[] = { "clip", "crop", "scale", "max" };
            filestack_task_word(&params, "fit", fit_words, 4, (int64_t)args->fit);
        }
        filestack_task_position(&params, "align", align_corner, args->align);
        filestack_task_text(&params, "filter", args->filter);
    }
    return filestack_task_add(transformation, "resize", params, error);
}

/** Cuts an area out. */
typedef struct filestack_crop_args {
    /**
     * The area, `[x,y,width,height]` in pixels from the upper left corner; width and height are at least 1. Range: 0 to
     * 100000. Required.
     */
    const int64_t *dim;
    size_t dim_count;
} filestack_crop_args;

/** Adds the task `crop`. */
static inline filestack_status filestack_add_crop(
    filestack_transformation *transformation, const filestack_crop_args *args, filestack_error **error)
{
    filestack_param list[1];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_list(&params, "dim", FILESTACK_PARAM_INTS, args->dim, args->dim_count);
    }
    return filestack_task_add(transformation, "crop", params, error);
}

/** For filestack_as_word in filestack_rotate_args.deg. */
#define FILESTACK_ROTATE_DEG_EXIF "exif"

/** Turns clockwise. */
typedef struct filestack_rotate_args {
    /** Angle in degrees, or `exif` for what the EXIF orientation says. Range: 0 to 359. */
    filestack_int_or_word deg;
    /** `false` ignores the EXIF orientation. */
    filestack_optional_bool exif;
    /** Color of the corners that become free. Default: FFFFFFFF. */
    const char *background;
    /** Color of the corners that become free; another name of background. */
    const char *color;
} filestack_rotate_args;

/** Adds the task `rotate`. */
static inline filestack_status filestack_add_rotate(
    filestack_transformation *transformation, const filestack_rotate_args *args, filestack_error **error)
{
    filestack_param list[4];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_int_or_word(&params, "deg", args->deg);
        filestack_task_bool(&params, "exif", args->exif);
        filestack_task_text(&params, "background", args->background);
        filestack_task_text(&params, "color", args->color);
    }
    return filestack_task_add(transformation, "rotate", params, error);
}

/** Mirrors from top to bottom. */
static inline filestack_status filestack_add_flip(
    filestack_transformation *transformation, filestack_error **error)
{
    return filestack_transformation_add(transformation, "flip", NULL, 0, error);
}

/** Mirrors from left to right. */
static inline filestack_status filestack_add_flop(
    filestack_transformation *transformation, filestack_error **error)
{
    return filestack_transformation_add(transformation, "flop", NULL, 0, error);
}

/** Lays another picture over this one. */
typedef struct filestack_watermark_args {
    /** The other picture. Required. */
    const char *file;
    /** Its size in percent of this picture. Range: 0 to 500. */
    filestack_optional_int size;
    /** Where it is laid. Default: center. */
    filestack_position position;
} filestack_watermark_args;

/** Adds the task `watermark`. */
static inline filestack_status filestack_add_watermark(
    filestack_transformation *transformation, const filestack_watermark_args *args, filestack_error **error)
{
    filestack_param list[3];
    const char *position_corner[2];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_text(&params, "file", args->file);
        filestack_task_int(&params, "size", args->size);
        filestack_task_position(&params, "position", position_corner, args->position);
    }
    return filestack_task_add(transformation, "watermark", params, error);
}

/** Marks the faces in a picture, or tells where they are. With export no task can follow. */
typedef struct filestack_detect_faces_args {
    /**
     * Smallest face that counts: up to 1 a share of the picture, above that pixels. Range: 0 to 10000. Default: 0.35.
     */
    filestack_optional_number minsize;
    /**
     * Largest face that counts: up to 1 a share of the picture, above that pixels. Range: 0 to 10000. Default: 0.35.
     */
    filestack_optional_number maxsize;
    /** Color of the marks. Default: 000000FF. */
    const char *color;
    /** Answer with the boxes of the faces as JSON instead of a picture. Default: false. */
    filestack_optional_bool export_;
} filestack_detect_faces_args;

/** Adds the task `detect_faces`. */
static inline filestack_status filestack_add_detect_faces(
    filestack_transformation *transformation, const filestack_detect_faces_args *args, filestack_error **error)
{
    filestack_param list[4];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_number(&params, "minsize", args->minsize);
        filestack_task_number(&params, "maxsize", args->maxsize);
        filestack_task_text(&params, "color", args->color);
        filestack_task_bool(&params, "export", args->export_);
    }
    return filestack_task_add(transformation, "detect_faces", params, error);
}

/** Words for filestack_crop_faces_args.mode. */
typedef enum filestack_crop_faces_mode {
    FILESTACK_CROP_FACES_MODE_UNSET = 0,
    FILESTACK_CROP_FACES_MODE_THUMB = 1,
    FILESTACK_CROP_FACES_MODE_CROP = 2,
    FILESTACK_CROP_FACES_MODE_FILL = 3
} filestack_crop_faces_mode;

/** Cuts the picture so that faces are in the middle. */
typedef struct filestack_crop_faces_args {
    /** How: `thumb` cuts around the face, `crop` keeps the asked size, `fill` keeps as much as fits. Default: thumb. */
    filestack_crop_faces_mode mode;
    /** Width of the result in pixels. Range: 1 to 10000. */
    filestack_optional_int width;
    /** Height of the result in pixels. Range: 1 to 10000. */
    filestack_optional_int height;
    /** Which of the detected faces: `all`, an index from 1 on, or a list of indexes. Default: 1. */
    filestack_faces faces;
    /**
     * Smallest face that counts: up to 1 a share of the picture, above that pixels. Range: 0 to 10000. Default: 0.35.
     */
    filestack_optional_number minsize;
    /**
     * Largest face that counts: up to 1 a share of the picture, above that pixels. Range: 0 to 10000. Default: 0.35.
     */
    filestack_optional_number maxsize;
    /** Pixels around each face that belong to it. Range: 0 to 10000. */
    filestack_optional_int buffer;
} filestack_crop_faces_args;

/** Adds the task `crop_faces`. */
static inline filestack_status filestack_add_crop_faces(
    filestack_transformation *transformation, const filestack_crop_faces_args *args, filestack_error **error)
{
    filestack_param list[7];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        {
            static const char *const mode_words[] = { "thumb", "crop", "fill" };
            filestack_task_word(&params, "mode", mode_words, 3, (int64_t)args->mode);
        }
        filestack_task_int(&params, "width", args->width);
        filestack_task_int(&params, "height", args->height);
        filestack_task_faces(&params, "faces", args->faces);
        filestack_task_number(&params, "minsize", args->minsize);
        filestack_task_number(&params, "maxsize", args->maxsize);
        filestack_task_int(&params, "buffer", args->buffer);
    }
    return filestack_task_add(transformation, "crop_faces", params, error);
}

/** Words for filestack_pixelate_faces_args.type. */
typedef enum filestack_pixelate_faces_type {
    FILESTACK_PIXELATE_FACES_TYPE_UNSET = 0,
    FILESTACK_PIXELATE_FACES_TYPE_RECT = 1,
    FILESTACK_PIXELATE_FACES_TYPE_OVAL = 2
} filestack_pixelate_faces_type;

/** Makes faces unrecognisable by large blocks. */
typedef struct filestack_pixelate_faces_args {
    /** Which of the detected faces: `all`, an index from 1 on, or a list of indexes. Default: all. */
    filestack_faces faces;
    /**
     * Smallest face that counts: up to 1 a share of the picture, above that pixels. Range: 0 to 10000. Default: 0.35.
     */
    filestack_optional_number minsize;
    /**
     * Largest face that counts: up to 1 a share of the picture, above that pixels. Range: 0 to 10000. Default: 0.35.
     */
    filestack_optional_number maxsize;
    /** Pixels around each face that belong to it. Range: 0 to 10000. */
    filestack_optional_int buffer;
    /** Side of the blocks. Range: 2 to 100. Default: 10. */
    filestack_optional_int amount;
    /** How soft the edges of the areas are. Range: 0 to 20. Default: 4. */
    filestack_optional_number blur;
    /** Shape of the areas. Default: rect. */
    filestack_pixelate_faces_type type;
} filestack_pixelate_faces_args;

/** Adds the task `pixelate_faces`. */
static inline filestack_status filestack_add_pixelate_faces(
    filestack_transformation *transformation, const filestack_pixelate_faces_args *args, filestack_error **error)
{
    filestack_param list[7];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_faces(&params, "faces", args->faces);
        filestack_task_number(&params, "minsize", args->minsize);
        filestack_task_number(&params, "maxsize", args->maxsize);
        filestack_task_int(&params, "buffer", args->buffer);
        filestack_task_int(&params, "amount", args->amount);
        filestack_task_number(&params, "blur", args->blur);
        {
            static const char *const type_words[] = { "rect", "oval" };
            filestack_task_word(&params, "type", type_words, 2, (int64_t)args->type);
        }
    }
    return filestack_task_add(transformation, "pixelate_faces", params, error);
}

/** Words for filestack_blur_faces_args.type. */
typedef enum filestack_blur_faces_type {
    FILESTACK_BLUR_FACES_TYPE_UNSET = 0,
    FILESTACK_BLUR_FACES_TYPE_RECT = 1,
    FILESTACK_BLUR_FACES_TYPE_OVAL = 2
} filestack_blur_faces_type;

/** Makes faces unrecognisable by blurring. */
typedef struct filestack_blur_faces_args {
    /** Which of the detected faces: `all`, an index from 1 on, or a list of indexes. Default: all. */
    filestack_faces faces;
    /**
     * Smallest face that counts: up to 1 a share of the picture, above that pixels. Range: 0 to 10000. Default: 0.35.
     */
    filestack_optional_number minsize;
    /**
     * Largest face that counts: up to 1 a share of the picture, above that pixels. Range: 0 to 10000. Default: 0.35.
     */
    filestack_optional_number maxsize;
    /** Pixels around each face that belong to it. Range: 0 to 10000. */
    filestack_optional_int buffer;
    /** How strong the blur is. Range: 0 to 10. Default: 10. */
    filestack_optional_number amount;
    /** How soft the edges of the areas are. Range: 0 to 20. Default: 4. */
    filestack_optional_number blur;
    /** Shape of the areas. Default: rect. */
    filestack_blur_faces_type type;
} filestack_blur_faces_args;

/** Adds the task `blur_faces`. */
static inline filestack_status filestack_add_blur_faces(
    filestack_transformation *transformation, const filestack_blur_faces_args *args, filestack_error **error)
{
    filestack_param list[7];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_faces(&params, "faces", args->faces);
        filestack_task_number(&params, "minsize", args->minsize);
        filestack_task_number(&params, "maxsize", args->maxsize);
        filestack_task_int(&params, "buffer", args->buffer);
        filestack_task_number(&params, "amount", args->amount);
        filestack_task_number(&params, "blur", args->blur);
        {
            static const char *const type_words[] = { "rect", "oval" };
            filestack_task_word(&params, "type", type_words, 2, (int64_t)args->type);
        }
    }
    return filestack_task_add(transformation, "blur_faces", params, error);
}

/** For filestack_as_word in filestack_round_corners_args.radius. */
#define FILESTACK_ROUND_CORNERS_RADIUS_MAX "max"

/** Rounds the corners. Sends the task `rounded_corners`. */
typedef struct filestack_round_corners_args {
    /** Radius in pixels, or `max` for half of the shorter side. Range: 1 to 10000. */
    filestack_int_or_word radius;
    /** How soft the edge is. Range: 0 to 20. Default: 0.3. */
    filestack_optional_number blur;
    /** Color behind the corners. */
    const char *background;
} filestack_round_corners_args;

/** Adds the task `rounded_corners`. */
static inline filestack_status filestack_add_round_corners(
    filestack_transformation *transformation, const filestack_round_corners_args *args, filestack_error **error)
{
    filestack_param list[3];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_int_or_word(&params, "radius", args->radius);
        filestack_task_number(&params, "blur", args->blur);
        filestack_task_text(&params, "background", args->background);
    }
    return filestack_task_add(transformation, "rounded_corners", params, error);
}

/** Words for filestack_vignette_args.blurmode. */
typedef enum filestack_vignette_blurmode {
    FILESTACK_VIGNETTE_BLURMODE_UNSET = 0,
    FILESTACK_VIGNETTE_BLURMODE_LINEAR = 1,
    FILESTACK_VIGNETTE_BLURMODE_GAUSSIAN = 2
} filestack_vignette_blurmode;

/** Darkens or colors the border. */
typedef struct filestack_vignette_args {
    /** Strength in percent. Range: 0 to 100. Default: 20. */
    filestack_optional_int amount;
    /** How the border fades. Default: gaussian. */
    filestack_vignette_blurmode blurmode;
    /** Color of the border. */
    const char *background;
} filestack_vignette_args;

/** Adds the task `vignette`. */
static inline filestack_status filestack_add_vignette(
    filestack_transformation *transformation, const filestack_vignette_args *args, filestack_error **error)
{
    filestack_param list[3];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_int(&params, "amount", args->amount);
        {
            static const char *const blurmode_words[] = { "linear", "gaussian" };
            filestack_task_word(&params, "blurmode", blurmode_words, 2, (int64_t)args->blurmode);
        }
        filestack_task_text(&params, "background", args->background);
    }
    return filestack_task_add(transformation, "vignette", params, error);
}

/** Frames the picture like an instant photograph. */
typedef struct filestack_polaroid_args {
    /** Color of the frame. Default: snow. */
    const char *color;
    /** Clockwise angle in degrees. Range: 0 to 359. */
    filestack_optional_int rotate;
    /** Color behind the frame. */
    const char *background;
} filestack_polaroid_args;

/** Adds the task `polaroid`. */
static inline filestack_status filestack_add_polaroid(
    filestack_transformation *transformation, const filestack_polaroid_args *args, filestack_error **error)
{
    filestack_param list[3];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_text(&params, "color", args->color);
        filestack_task_int(&params, "rotate", args->rotate);
        filestack_task_text(&params, "background", args->background);
    }
    return filestack_task_add(transformation, "polaroid", params, error);
}

/** Makes the edges look torn. */
typedef struct filestack_torn_edges_args {
    /** Shortest and longest tear in pixels, `[start,end]`. Range: 1 to 10000. Default: [1,10]. */
    const int64_t *spread;
    size_t spread_count;
    /** Color behind the edges. */
    const char *background;
} filestack_torn_edges_args;

/** Adds the task `torn_edges`. */
static inline filestack_status filestack_add_torn_edges(
    filestack_transformation *transformation, const filestack_torn_edges_args *args, filestack_error **error)
{
    filestack_param list[2];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_list(&params, "spread", FILESTACK_PARAM_INTS, args->spread, args->spread_count);
        filestack_task_text(&params, "background", args->background);
    }
    return filestack_task_add(transformation, "torn_edges", params, error);
}

/** Adds a drop shadow. */
typedef struct filestack_shadow_args {
    /** How soft the shadow is. Range: 0 to 20. Default: 4. */
    filestack_optional_number blur;
    /** Opacity of the shadow in percent. Range: 0 to 100. Default: 60. */
    filestack_optional_int opacity;
    /** Offset of the shadow in pixels, `[x,y]`. Range: -1000 to 1000. Default: [4,4]. */
    const int64_t *vector;
    size_t vector_count;
    /** Color of the shadow. */
    const char *color;
    /** Color behind the picture. */
    const char *background;
} filestack_shadow_args;

/** Adds the task `shadow`. */
static inline filestack_status filestack_add_shadow(
    filestack_transformation *transformation, const filestack_shadow_args *args, filestack_error **error)
{
    filestack_param list[5];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_number(&params, "blur", args->blur);
        filestack_task_int(&params, "opacity", args->opacity);
        filestack_task_list(&params, "vector", FILESTACK_PARAM_INTS, args->vector, args->vector_count);
        filestack_task_text(&params, "color", args->color);
        filestack_task_text(&params, "background", args->background);
    }
    return filestack_task_add(transformation, "shadow", params, error);
}

/** Cuts a circle out of the middle. */
typedef struct filestack_circle_args {
    /** Color around the circle. */
    const char *background;
} filestack_circle_args;

/** Adds the task `circle`. */
static inline filestack_status filestack_add_circle(
    filestack_transformation *transformation, const filestack_circle_args *args, filestack_error **error)
{
    filestack_param list[1];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_text(&params, "background", args->background);
    }
    return filestack_task_add(transformation, "circle", params, error);
}

/** Adds a border. */
typedef struct filestack_border_args {
    /** Width of the border in pixels. Range: 0 to 1000. */
    filestack_optional_int width;
    /** Color of the border. */
    const char *color;
    /** Color behind a transparent picture. */
    const char *background;
} filestack_border_args;

/** Adds the task `border`. */
static inline filestack_status filestack_add_border(
    filestack_transformation *transformation, const filestack_border_args *args, filestack_error **error)
{
    filestack_param list[3];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_int(&params, "width", args->width);
        filestack_task_text(&params, "color", args->color);
        filestack_task_text(&params, "background", args->background);
    }
    return filestack_task_add(transformation, "border", params, error);
}

/** Sharpens. */
typedef struct filestack_sharpen_args {
    /** Strength. Range: 0 to 20. Default: 2. */
    filestack_optional_int amount;
} filestack_sharpen_args;

/** Adds the task `sharpen`. */
static inline filestack_status filestack_add_sharpen(
    filestack_transformation *transformation, const filestack_sharpen_args *args, filestack_error **error)
{
    filestack_param list[1];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_int(&params, "amount", args->amount);
    }
    return filestack_task_add(transformation, "sharpen", params, error);
}

/** Blurs. */
typedef struct filestack_blur_args {
    /** Strength. Range: 0 to 20. Default: 2. */
    filestack_optional_int amount;
} filestack_blur_args;

/** Adds the task `blur`. */
static inline filestack_status filestack_add_blur(
    filestack_transformation *transformation, const filestack_blur_args *args, filestack_error **error)
{
    filestack_param list[1];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_int(&params, "amount", args->amount);
    }
    return filestack_task_add(transformation, "blur", params, error);
}

/** Turns colors into shades of gray. */
static inline filestack_status filestack_add_monochrome(
    filestack_transformation *transformation, filestack_error **error)
{
    return filestack_transformation_add(transformation, "monochrome", NULL, 0, error);
}

/** Leaves only black and white. */
typedef struct filestack_blackwhite_args {
    /** Brightness in percent from which on a pixel becomes white. Range: 0 to 100. Default: 50. */
    filestack_optional_int threshold;
} filestack_blackwhite_args;

/** Adds the task `blackwhite`. */
static inline filestack_status filestack_add_blackwhite(
    filestack_transformation *transformation, const filestack_blackwhite_args *args, filestack_error **error)
{
    filestack_param list[1];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_int(&params, "threshold", args->threshold);
    }
    return filestack_task_add(transformation, "blackwhite", params, error);
}

/** Tints like an old photograph. */
typedef struct filestack_sepia_args {
    /** Strength in percent. Range: 0 to 100. Default: 80. */
    filestack_optional_int tone;
} filestack_sepia_args;

/** Adds the task `sepia`. */
static inline filestack_status filestack_add_sepia(
    filestack_transformation *transformation, const filestack_sepia_args *args, filestack_error **error)
{
    filestack_param list[1];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_int(&params, "tone", args->tone);
    }
    return filestack_task_add(transformation, "sepia", params, error);
}

/** Turns the picture into large blocks. */
typedef struct filestack_pixelate_args {
    /** Side of the blocks in pixels. Range: 2 to 100. Default: 2. */
    filestack_optional_int amount;
} filestack_pixelate_args;

/** Adds the task `pixelate`. */
static inline filestack_status filestack_add_pixelate(
    filestack_transformation *transformation, const filestack_pixelate_args *args, filestack_error **error)
{
    filestack_param list[1];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_int(&params, "amount", args->amount);
    }
    return filestack_task_add(transformation, "pixelate", params, error);
}

/** Makes the picture look painted in oil. */
typedef struct filestack_oil_paint_args {
    /** Size of the brush in pixels. Range: 1 to 100. Default: 2. */
    filestack_optional_int amount;
} filestack_oil_paint_args;

/** Adds the task `oil_paint`. */
static inline filestack_status filestack_add_oil_paint(
    filestack_transformation *transformation, const filestack_oil_paint_args *args, filestack_error **error)
{
    filestack_param list[1];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_int(&params, "amount", args->amount);
    }
    return filestack_task_add(transformation, "oil_paint", params, error);
}

/** Inverts the colors. */
static inline filestack_status filestack_add_negative(
    filestack_transformation *transformation, filestack_error **error)
{
    return filestack_transformation_add(transformation, "negative", NULL, 0, error);
}

/** Changes brightness, hue and saturation. */
typedef struct filestack_modulate_args {
    /** Brightness in percent of the source. Range: 0 to 10000. Default: 100. */
    filestack_optional_int brightness;
    /** Rotation of the hue in degrees. Range: 0 to 359. Default: 0. */
    filestack_optional_int hue;
    /** Saturation in percent of the source. Range: 0 to 10000. Default: 100. */
    filestack_optional_int saturation;
} filestack_modulate_args;

/** Adds the task `modulate`. */
static inline filestack_status filestack_add_modulate(
    filestack_transformation *transformation, const filestack_modulate_args *args, filestack_error **error)
{
    filestack_param list[3];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_int(&params, "brightness", args->brightness);
        filestack_task_int(&params, "hue", args->hue);
        filestack_task_int(&params, "saturation", args->saturation);
    }
    return filestack_task_add(transformation, "modulate", params, error);
}

/** Words for filestack_partial_pixelate_args.type. */
typedef enum filestack_partial_pixelate_type {
    FILESTACK_PARTIAL_PIXELATE_TYPE_UNSET = 0,
    FILESTACK_PARTIAL_PIXELATE_TYPE_RECT = 1,
    FILESTACK_PARTIAL_PIXELATE_TYPE_OVAL = 2
} filestack_partial_pixelate_type;

/** Turns areas of the picture into large blocks. */
typedef struct filestack_partial_pixelate_args {
    /** The areas, each `[x,y,width,height]` in pixels from the upper left corner. Range: 0 to 10000. Required. */
    const filestack_box *objects;
    size_t objects_count;
    /** Side of the blocks in pixels. Range: 2 to 100. Default: 10. */
    filestack_optional_number amount;
    /** How soft the edges of the areas are. Range: 0 to 20. Default: 4. */
    filestack_optional_number blur;
    /** Shape of the areas. Default: rect. */
    filestack_partial_pixelate_type type;
} filestack_partial_pixelate_args;

/** Adds the task `partial_pixelate`. */
static inline filestack_status filestack_add_partial_pixelate(
    filestack_transformation *transformation, const filestack_partial_pixelate_args *args, filestack_error **error)
{
    filestack_param list[4];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_list(&params, "objects", FILESTACK_PARAM_INTS, args->objects, args->objects_count * 4);
        filestack_task_number(&params, "amount", args->amount);
        filestack_task_number(&params, "blur", args->blur);
        {
            static const char *const type_words[] = { "rect", "oval" };
            filestack_task_word(&params, "type", type_words, 2, (int64_t)args->type);
        }
    }
    return filestack_task_add(transformation, "partial_pixelate", params, error);
}

/** Words for filestack_partial_blur_args.type. */
typedef enum filestack_partial_blur_type {
    FILESTACK_PARTIAL_BLUR_TYPE_UNSET = 0,
    FILESTACK_PARTIAL_BLUR_TYPE_RECT = 1,
    FILESTACK_PARTIAL_BLUR_TYPE_OVAL = 2
} filestack_partial_blur_type;

/** Blurs areas of the picture. */
typedef struct filestack_partial_blur_args {
    /** The areas, each `[x,y,width,height]` in pixels from the upper left corner. Range: 0 to 10000. Required. */
    const filestack_box *objects;
    size_t objects_count;
    /** Strength. Range: 0 to 20. Default: 10. */
    filestack_optional_number amount;
    /** How soft the edges of the areas are. Range: 0 to 20. Default: 4. */
    filestack_optional_number blur;
    /** Shape of the areas. Default: rect. */
    filestack_partial_blur_type type;
} filestack_partial_blur_args;

/** Adds the task `partial_blur`. */
static inline filestack_status filestack_add_partial_blur(
    filestack_transformation *transformation, const filestack_partial_blur_args *args, filestack_error **error)
{
    filestack_param list[4];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_list(&params, "objects", FILESTACK_PARAM_INTS, args->objects, args->objects_count * 4);
        filestack_task_number(&params, "amount", args->amount);
        filestack_task_number(&params, "blur", args->blur);
        {
            static const char *const type_words[] = { "rect", "oval" };
            filestack_task_word(&params, "type", type_words, 2, (int64_t)args->type);
        }
    }
    return filestack_task_add(transformation, "partial_blur", params, error);
}

/** Words for filestack_collage_args.fit. */
typedef enum filestack_collage_fit {
    FILESTACK_COLLAGE_FIT_UNSET = 0,
    FILESTACK_COLLAGE_FIT_AUTO = 1,
    FILESTACK_COLLAGE_FIT_CROP = 2
} filestack_collage_fit;

/** Puts several pictures into one; the source is the first of them. */
typedef struct filestack_collage_args {
    /** The further pictures, handles or URLs. Required. */
    const char *const *files;
    size_t files_count;
    /** Space between the pictures in pixels. Range: 1 to 100. Default: 10. */
    filestack_optional_int margin;
    /** Width of the result in pixels. Range: 0 to 10000. Required. */
    filestack_optional_int width;
    /** Height of the result in pixels. Range: 0 to 10000. Required. */
    filestack_optional_int height;
    /** Color of the space. Default: FFFFFFFF. */
    const char *color;
    /** How each picture fits into its place: `auto` keeps it whole, `crop` fills the place. Default: auto. */
    filestack_collage_fit fit;
    /** Turn pictures as their EXIF orientation says. Default: false. */
    filestack_optional_bool autorotate;
} filestack_collage_args;

/** Adds the task `collage`. */
static inline filestack_status filestack_add_collage(
    filestack_transformation *transformation, const filestack_collage_args *args, filestack_error **error)
{
    filestack_param list[7];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_list(&params, "files", FILESTACK_PARAM_STRINGS, args->files, args->files_count);
        filestack_task_int(&params, "margin", args->margin);
        filestack_task_int(&params, "width", args->width);
        filestack_task_int(&params, "height", args->height);
        filestack_task_text(&params, "color", args->color);
        {
            static const char *const fit_words[] = { "auto", "crop" };
            filestack_task_word(&params, "fit", fit_words, 2, (int64_t)args->fit);
        }
        filestack_task_bool(&params, "autorotate", args->autorotate);
    }
    return filestack_task_add(transformation, "collage", params, error);
}

/** Words for filestack_upscale_args.noise. */
typedef enum filestack_upscale_noise {
    FILESTACK_UPSCALE_NOISE_UNSET = 0,
    FILESTACK_UPSCALE_NOISE_NONE = 1,
    FILESTACK_UPSCALE_NOISE_LOW = 2,
    FILESTACK_UPSCALE_NOISE_MEDIUM = 3,
    FILESTACK_UPSCALE_NOISE_HIGH = 4
} filestack_upscale_noise;

/** Words for filestack_upscale_args.style. */
typedef enum filestack_upscale_style {
    FILESTACK_UPSCALE_STYLE_UNSET = 0,
    FILESTACK_UPSCALE_STYLE_PHOTO = 1,
    FILESTACK_UPSCALE_STYLE_ARTWORK = 2
} filestack_upscale_style;

/** Doubles width and height with a model that adds detail. */
typedef struct filestack_upscale_args {
    /** `false` only removes noise. Default: true. */
    filestack_optional_bool upscale;
    /** How much noise is removed. Default: none. */
    filestack_upscale_noise noise;
    /** Kind of picture. Default: photo. */
    filestack_upscale_style style;
} filestack_upscale_args;

/** Adds the task `upscale`. */
static inline filestack_status filestack_add_upscale(
    filestack_transformation *transformation, const filestack_upscale_args *args, filestack_error **error)
{
    filestack_param list[3];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_bool(&params, "upscale", args->upscale);
        {
            static const char *const noise_words[] = { "none", "low", "medium", "high" };
            filestack_task_word(&params, "noise", noise_words, 4, (int64_t)args->noise);
        }
        {
            static const char *const style_words[] = { "photo", "artwork" };
            filestack_task_word(&params, "style", style_words, 2, (int64_t)args->style);
        }
    }
    return filestack_task_add(transformation, "upscale", params, error);
}

/** Words for filestack_enhance_args.preset. */
typedef enum filestack_enhance_preset {
    FILESTACK_ENHANCE_PRESET_UNSET = 0,
    FILESTACK_ENHANCE_PRESET_AUTO = 1,
    FILESTACK_ENHANCE_PRESET_VIVID = 2,
    FILESTACK_ENHANCE_PRESET_BEAUTIFY = 3,
    FILESTACK_ENHANCE_PRESET_BEAUTIFY_PLUS = 4,
    FILESTACK_ENHANCE_PRESET_FIX_DARK = 5,
    FILESTACK_ENHANCE_PRESET_FIX_NOISE = 6,
    FILESTACK_ENHANCE_PRESET_FIX_TINT = 7,
    FILESTACK_ENHANCE_PRESET_OUTDOOR = 8,
    FILESTACK_ENHANCE_PRESET_FIREWORKS = 9
} filestack_enhance_preset;

/** Improves a photograph automatically. */
typedef struct filestack_enhance_args {
    /** What is improved. Default: auto. */
    filestack_enhance_preset preset;
} filestack_enhance_args;

/** Adds the task `enhance`. */
static inline filestack_status filestack_add_enhance(
    filestack_transformation *transformation, const filestack_enhance_args *args, filestack_error **error)
{
    filestack_param list[1];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        {
            static const char *const preset_words[] = { "auto", "vivid", "beautify", "beautify_plus", "fix_dark",
            "fix_noise", "fix_tint", "outdoor", "fireworks" };
            filestack_task_word(&params, "preset", preset_words, 9, (int64_t)args->preset);
        }
    }
    return filestack_task_add(transformation, "enhance", params, error);
}

/** Removes red eyes. */
static inline filestack_status filestack_add_redeye(
    filestack_transformation *transformation, filestack_error **error)
{
    return filestack_transformation_add(transformation, "redeye", NULL, 0, error);
}

/** Draws the picture with characters. */
typedef struct filestack_ascii_args {
    /** Color behind the characters. Default: FFFFFFFF. */
    const char *background;
    /** Color of the characters. Default: 000000FF. */
    const char *foreground;
    /** Give each character the color of its place. Default: false. */
    filestack_optional_bool colored;
    /** Size in percent. Range: 10 to 100. Default: 100. */
    filestack_optional_int size;
    /** Exchange light and dark. Default: false. */
    filestack_optional_bool reverse;
} filestack_ascii_args;

/** Adds the task `ascii`. */
static inline filestack_status filestack_add_ascii(
    filestack_transformation *transformation, const filestack_ascii_args *args, filestack_error **error)
{
    filestack_param list[5];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_text(&params, "background", args->background);
        filestack_task_text(&params, "foreground", args->foreground);
        filestack_task_bool(&params, "colored", args->colored);
        filestack_task_int(&params, "size", args->size);
        filestack_task_bool(&params, "reverse", args->reverse);
    }
    return filestack_task_add(transformation, "ascii", params, error);
}

/** Words for filestack_smart_crop_args.mode. */
typedef enum filestack_smart_crop_mode {
    FILESTACK_SMART_CROP_MODE_UNSET = 0,
    FILESTACK_SMART_CROP_MODE_AUTO = 1,
    FILESTACK_SMART_CROP_MODE_FACE = 2,
    FILESTACK_SMART_CROP_MODE_OBJECT = 3
} filestack_smart_crop_mode;

/** Cuts to the part of the picture that matters. With coords no task can follow. */
typedef struct filestack_smart_crop_args {
    /** What matters. Default: auto. */
    filestack_smart_crop_mode mode;
    /** Name of the object, for mode `object`. */
    const char *object;
    /** Width of the result in pixels. Range: 0 to 10000. */
    filestack_optional_int width;
    /** Height of the result in pixels. Range: 0 to 10000. */
    filestack_optional_int height;
    /** Color of what the picture does not fill. */
    const char *fill_color;
    /** Answer with the coordinates as JSON instead of a picture. Default: false. */
    filestack_optional_bool coords;
} filestack_smart_crop_args;

/** Adds the task `smart_crop`. */
static inline filestack_status filestack_add_smart_crop(
    filestack_transformation *transformation, const filestack_smart_crop_args *args, filestack_error **error)
{
    filestack_param list[6];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        {
            static const char *const mode_words[] = { "auto", "face", "object" };
            filestack_task_word(&params, "mode", mode_words, 3, (int64_t)args->mode);
        }
        filestack_task_text(&params, "object", args->object);
        filestack_task_int(&params, "width", args->width);
        filestack_task_int(&params, "height", args->height);
        filestack_task_text(&params, "fill_color", args->fill_color);
        filestack_task_bool(&params, "coords", args->coords);
    }
    return filestack_task_add(transformation, "smart_crop", params, error);
}

/** Delivers in the best format that the requesting browser takes. */
static inline filestack_status filestack_add_auto_image(
    filestack_transformation *transformation, filestack_error **error)
{
    return filestack_transformation_add(transformation, "auto_image", NULL, 0, error);
}

/** Turns into a progressive JPEG. */
typedef struct filestack_pjpg_args {
    /** JPEG quality. Range: 0 to 100. */
    filestack_optional_int quality;
    /** Keep the metadata. Default: false. */
    filestack_optional_bool metadata;
} filestack_pjpg_args;

/** Adds the task `pjpg`. */
static inline filestack_status filestack_add_pjpg(
    filestack_transformation *transformation, const filestack_pjpg_args *args, filestack_error **error)
{
    filestack_param list[2];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_int(&params, "quality", args->quality);
        filestack_task_bool(&params, "metadata", args->metadata);
    }
    return filestack_task_add(transformation, "pjpg", params, error);
}

/** Makes the file smaller. */
typedef struct filestack_compress_args {
    /** Keep the metadata. Default: false. */
    filestack_optional_bool metadata;
} filestack_compress_args;

/** Adds the task `compress`. */
static inline filestack_status filestack_add_compress(
    filestack_transformation *transformation, const filestack_compress_args *args, filestack_error **error)
{
    filestack_param list[1];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_bool(&params, "metadata", args->metadata);
    }
    return filestack_task_add(transformation, "compress", params, error);
}

/** Sets the quality of a JPEG. */
typedef struct filestack_quality_args {
    /** JPEG quality. Range: 1 to 100. Required. */
    filestack_optional_int value;
} filestack_quality_args;

/** Adds the task `quality`. */
static inline filestack_status filestack_add_quality(
    filestack_transformation *transformation, const filestack_quality_args *args, filestack_error **error)
{
    filestack_param list[1];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_int(&params, "value", args->value);
    }
    return filestack_task_add(transformation, "quality", params, error);
}

/** Removes metadata such as EXIF. */
static inline filestack_status filestack_add_no_metadata(
    filestack_transformation *transformation, filestack_error **error)
{
    return filestack_transformation_add(transformation, "no_metadata", NULL, 0, error);
}

/** For filestack_as_word in filestack_animate_args.width. */
#define FILESTACK_ANIMATE_WIDTH_MAX "max"

/** For filestack_as_word in filestack_animate_args.height. */
#define FILESTACK_ANIMATE_HEIGHT_MAX "max"

/** Words for filestack_animate_args.fit. */
typedef enum filestack_animate_fit {
    FILESTACK_ANIMATE_FIT_UNSET = 0,
    FILESTACK_ANIMATE_FIT_CLIP = 1,
    FILESTACK_ANIMATE_FIT_SCALE = 2,
    FILESTACK_ANIMATE_FIT_CROP = 3
} filestack_animate_fit;

/** Makes an animated GIF of the sources. Works on one or more sources. */
typedef struct filestack_animate_args {
    /** Time between two frames in milliseconds. Range: 0 to 10000. Default: 1000. */
    filestack_optional_int delay;
    /** How often it plays; 0 is without end. Range: 0 to 1000. Default: 0. */
    filestack_optional_int loop;
    /** Width of the result in pixels, or `max` for that of the widest source. Range: 1 to 1800. */
    filestack_int_or_word width;
    /** Height of the result in pixels, or `max` for that of the highest source. Range: 1 to 1800. */
    filestack_int_or_word height;
    /** How each source fits into the result. Default: clip. */
    filestack_animate_fit fit;
    /** Where a smaller source lies. Default: center. */
    filestack_position align;
    /** Color of what a source does not fill. Default: transparent. */
    const char *background;
} filestack_animate_args;

/** Adds the task `animate`. */
static inline filestack_status filestack_add_animate(
    filestack_transformation *transformation, const filestack_animate_args *args, filestack_error **error)
{
    filestack_param list[7];
    const char *align_corner[2];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_int(&params, "delay", args->delay);
        filestack_task_int(&params, "loop", args->loop);
        filestack_task_int_or_word(&params, "width", args->width);
        filestack_task_int_or_word(&params, "height", args->height);
        {
            static const char *const fit_words[] = { "clip", "scale", "crop" };
            filestack_task_word(&params, "fit", fit_words, 3, (int64_t)args->fit);
        }
        filestack_task_position(&params, "align", align_corner, args->align);
        filestack_task_text(&params, "background", args->background);
    }
    return filestack_task_add(transformation, "animate", params, error);
}

/** Tells width and height. Answers JSON, after which no task can follow. */
static inline filestack_status filestack_add_imagesize(
    filestack_transformation *transformation, filestack_error **error)
{
    return filestack_transformation_add(transformation, "imagesize", NULL, 0, error);
}

/** Words for filestack_qr_args.error_correction. */
typedef enum filestack_qr_error_correction {
    FILESTACK_QR_ERROR_CORRECTION_UNSET = 0,
    FILESTACK_QR_ERROR_CORRECTION_L = 1,
    FILESTACK_QR_ERROR_CORRECTION_M = 2,
    FILESTACK_QR_ERROR_CORRECTION_Q = 3,
    FILESTACK_QR_ERROR_CORRECTION_H = 4
} filestack_qr_error_correction;

/** Writes the source as a QR code. */
typedef struct filestack_qr_args {
    /** Size class of the code. */
    filestack_optional_int version;
    /** How much of the code may be damaged: `L` is least, `H` most. */
    filestack_qr_error_correction error_correction;
    /** Format of the picture. */
    const char *format;
} filestack_qr_args;

/** Adds the task `qr`. */
static inline filestack_status filestack_add_qr(
    filestack_transformation *transformation, const filestack_qr_args *args, filestack_error **error)
{
    filestack_param list[3];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_int(&params, "version", args->version);
        {
            static const char *const error_correction_words[] = { "L", "M", "Q", "H" };
            filestack_task_word(&params, "error_correction", error_correction_words, 4, (int64_t)args->error_correction);
        }
        filestack_task_text(&params, "format", args->format);
    }
    return filestack_task_add(transformation, "qr", params, error);
}

/** Words for filestack_filetype_conversion_args.format. */
typedef enum filestack_filetype_conversion_format {
    FILESTACK_FILETYPE_CONVERSION_FORMAT_UNSET = 0,
    FILESTACK_FILETYPE_CONVERSION_FORMAT_BMP = 1,
    FILESTACK_FILETYPE_CONVERSION_FORMAT_DOC = 2,
    FILESTACK_FILETYPE_CONVERSION_FORMAT_DOCX = 3,
    FILESTACK_FILETYPE_CONVERSION_FORMAT_GIF = 4,
    FILESTACK_FILETYPE_CONVERSION_FORMAT_HTML = 5,
    FILESTACK_FILETYPE_CONVERSION_FORMAT_JPEG = 6,
    FILESTACK_FILETYPE_CONVERSION_FORMAT_JPG = 7,
    FILESTACK_FILETYPE_CONVERSION_FORMAT_ODP = 8,
    FILESTACK_FILETYPE_CONVERSION_FORMAT_ODS = 9,
    FILESTACK_FILETYPE_CONVERSION_FORMAT_ODT = 10,
    FILESTACK_FILETYPE_CONVERSION_FORMAT_PJPG = 11,
    FILESTACK_FILETYPE_CONVERSION_FORMAT_PDF = 12,
    FILESTACK_FILETYPE_CONVERSION_FORMAT_PNG = 13,
    FILESTACK_FILETYPE_CONVERSION_FORMAT_PPT = 14,
    FILESTACK_FILETYPE_CONVERSION_FORMAT_PPTX = 15,
    FILESTACK_FILETYPE_CONVERSION_FORMAT_SVG = 16,
    FILESTACK_FILETYPE_CONVERSION_FORMAT_TIFF = 17,
    FILESTACK_FILETYPE_CONVERSION_FORMAT_TXT = 18,
    FILESTACK_FILETYPE_CONVERSION_FORMAT_WEBP = 19,
    FILESTACK_FILETYPE_CONVERSION_FORMAT_XLS = 20,
    FILESTACK_FILETYPE_CONVERSION_FORMAT_XLSX = 21
} filestack_filetype_conversion_format;

/** For filestack_as_word in filestack_filetype_conversion_args.quality. */
#define FILESTACK_FILETYPE_CONVERSION_QUALITY_INPUT "input"

/** Words for filestack_filetype_conversion_args.colorspace. */
typedef enum filestack_filetype_conversion_colorspace {
    FILESTACK_FILETYPE_CONVERSION_COLORSPACE_UNSET = 0,
    FILESTACK_FILETYPE_CONVERSION_COLORSPACE_RGB = 1,
    FILESTACK_FILETYPE_CONVERSION_COLORSPACE_CMYK = 2,
    FILESTACK_FILETYPE_CONVERSION_COLORSPACE_INPUT = 3
} filestack_filetype_conversion_colorspace;

/** Words for filestack_filetype_conversion_args.pageformat. */
typedef enum filestack_filetype_conversion_pageformat {
    FILESTACK_FILETYPE_CONVERSION_PAGEFORMAT_UNSET = 0,
    FILESTACK_FILETYPE_CONVERSION_PAGEFORMAT_A2 = 1,
    FILESTACK_FILETYPE_CONVERSION_PAGEFORMAT_A3 = 2,
    FILESTACK_FILETYPE_CONVERSION_PAGEFORMAT_A4 = 3,
    FILESTACK_FILETYPE_CONVERSION_PAGEFORMAT_A5 = 4,
    FILESTACK_FILETYPE_CONVERSION_PAGEFORMAT_B4 = 5,
    FILESTACK_FILETYPE_CONVERSION_PAGEFORMAT_B5 = 6,
    FILESTACK_FILETYPE_CONVERSION_PAGEFORMAT_LETTER = 7,
    FILESTACK_FILETYPE_CONVERSION_PAGEFORMAT_LEGAL = 8,
    FILESTACK_FILETYPE_CONVERSION_PAGEFORMAT_TABLOID = 9
} filestack_filetype_conversion_pageformat;

/** Words for filestack_filetype_conversion_args.pageorientation. */
typedef enum filestack_filetype_conversion_pageorientation {
    FILESTACK_FILETYPE_CONVERSION_PAGEORIENTATION_UNSET = 0,
    FILESTACK_FILETYPE_CONVERSION_PAGEORIENTATION_PORTRAIT = 1,
    FILESTACK_FILETYPE_CONVERSION_PAGEORIENTATION_LANDSCAPE = 2
} filestack_filetype_conversion_pageorientation;

/** Converts to another format. Sends the task `output`. With docinfo no task can follow. */
typedef struct filestack_filetype_conversion_args {
    /** The format. */
    filestack_filetype_conversion_format format;
    /** Page of the document, from 1 on. Range: 1 to 99999. */
    filestack_optional_int page;
    /** Resolution in dots per inch at which documents are drawn. Range: 1 to 500. */
    filestack_optional_int density;
    /** Make the result smaller. Default: false. */
    filestack_optional_bool compress;
    /** JPEG quality, or `input` for that of the source. Range: 1 to 100. Default: 95. */
    filestack_int_or_word quality;
    /** Remove scripts from HTML and SVG. Default: false. */
    filestack_optional_bool secure;
    /** Answer with number and size of the pages as JSON instead of a file. Default: false. */
    filestack_optional_bool docinfo;
    /** Remove metadata. Default: false. */
    filestack_optional_bool strip;
    /** Color space of the result; `input` is that of the source. Default: rgb. */
    filestack_filetype_conversion_colorspace colorspace;
    /** Color behind transparent parts. */
    const char *background;
    /** Paper size. */
    filestack_filetype_conversion_pageformat pageformat;
    /** Orientation of the pages. */
    filestack_filetype_conversion_pageorientation pageorientation;
} filestack_filetype_conversion_args;

/** Adds the task `output`. */
static inline filestack_status filestack_add_filetype_conversion(
    filestack_transformation *transformation, const filestack_filetype_conversion_args *args, filestack_error **error)
{
    filestack_param list[12];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        {
            static const char *const format_words[] = { "bmp", "doc", "docx", "gif", "html", "jpeg", "jpg", "odp",
            "ods", "odt", "pjpg", "pdf", "png", "ppt", "pptx", "svg", "tiff", "txt", "webp", "xls", "xlsx" };
            filestack_task_word(&params, "format", format_words, 21, (int64_t)args->format);
        }
        filestack_task_int(&params, "page", args->page);
        filestack_task_int(&params, "density", args->density);
        filestack_task_bool(&params, "compress", args->compress);
        filestack_task_int_or_word(&params, "quality", args->quality);
        filestack_task_bool(&params, "secure", args->secure);
        filestack_task_bool(&params, "docinfo", args->docinfo);
        filestack_task_bool(&params, "strip", args->strip);
        {
            static const char *const colorspace_words[] = { "rgb", "cmyk", "input" };
            filestack_task_word(&params, "colorspace", colorspace_words, 3, (int64_t)args->colorspace);
        }
        filestack_task_text(&params, "background", args->background);
        {
            static const char *const pageformat_words[] = { "a2", "a3", "a4", "a5", "b4", "b5", "letter", "legal",
            "tabloid" };
            filestack_task_word(&params, "pageformat", pageformat_words, 9, (int64_t)args->pageformat);
        }
        {
            static const char *const pageorientation_words[] = { "portrait", "landscape" };
            filestack_task_word(&params, "pageorientation", pageorientation_words, 2, (int64_t)args->pageorientation);
        }
    }
    return filestack_task_add(transformation, "output", params, error);
}

/** Tells about a PDF. Sends the task `pdfinfo`. Answers JSON, after which no task can follow. */
typedef struct filestack_pdf_info_args {
    /** Tell about its colors as well. Default: false. */
    filestack_optional_bool colorinfo;
} filestack_pdf_info_args;

/** Adds the task `pdfinfo`. */
static inline filestack_status filestack_add_pdf_info(
    filestack_transformation *transformation, const filestack_pdf_info_args *args, filestack_error **error)
{
    filestack_param list[1];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_bool(&params, "colorinfo", args->colorinfo);
    }
    return filestack_task_add(transformation, "pdfinfo", params, error);
}

/** Words for filestack_pdf_convert_args.pageorientation. */
typedef enum filestack_pdf_convert_pageorientation {
    FILESTACK_PDF_CONVERT_PAGEORIENTATION_UNSET = 0,
    FILESTACK_PDF_CONVERT_PAGEORIENTATION_PORTRAIT = 1,
    FILESTACK_PDF_CONVERT_PAGEORIENTATION_LANDSCAPE = 2
} filestack_pdf_convert_pageorientation;

/** Words for filestack_pdf_convert_args.pageformat. */
typedef enum filestack_pdf_convert_pageformat {
    FILESTACK_PDF_CONVERT_PAGEFORMAT_UNSET = 0,
    FILESTACK_PDF_CONVERT_PAGEFORMAT_A2 = 1,
    FILESTACK_PDF_CONVERT_PAGEFORMAT_A3 = 2,
    FILESTACK_PDF_CONVERT_PAGEFORMAT_A4 = 3,
    FILESTACK_PDF_CONVERT_PAGEFORMAT_A5 = 4,
    FILESTACK_PDF_CONVERT_PAGEFORMAT_B4 = 5,
    FILESTACK_PDF_CONVERT_PAGEFORMAT_B5 = 6,
    FILESTACK_PDF_CONVERT_PAGEFORMAT_LETTER = 7,
    FILESTACK_PDF_CONVERT_PAGEFORMAT_LEGAL = 8,
    FILESTACK_PDF_CONVERT_PAGEFORMAT_TABLOID = 9
} filestack_pdf_convert_pageformat;

/** Changes pages of a PDF. Sends the task `pdfconvert`. */
typedef struct filestack_pdf_convert_args {
    /** Orientation of the pages. */
    filestack_pdf_convert_pageorientation pageorientation;
    /** Paper size. */
    filestack_pdf_convert_pageformat pageformat;
    /** The pages that stay. */
    const char *const *pages;
    size_t pages_count;
    /** Keep the metadata. */
    filestack_optional_bool metadata;
} filestack_pdf_convert_args;

/** Adds the task `pdfconvert`. */
static inline filestack_status filestack_add_pdf_convert(
    filestack_transformation *transformation, const filestack_pdf_convert_args *args, filestack_error **error)
{
    filestack_param list[4];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        {
            static const char *const pageorientation_words[] = { "portrait", "landscape" };
            filestack_task_word(&params, "pageorientation", pageorientation_words, 2, (int64_t)args->pageorientation);
        }
        {
            static const char *const pageformat_words[] = { "a2", "a3", "a4", "a5", "b4", "b5", "letter", "legal",
            "tabloid" };
            filestack_task_word(&params, "pageformat", pageformat_words, 9, (int64_t)args->pageformat);
        }
        filestack_task_list(&params, "pages", FILESTACK_PARAM_STRINGS, args->pages, args->pages_count);
        filestack_task_bool(&params, "metadata", args->metadata);
    }
    return filestack_task_add(transformation, "pdfconvert", params, error);
}

/** Joins the sources into one PDF. Works on one or more sources. */
typedef struct filestack_pdfcreate_args {
    /** Name of the program that does it. */
    const char *engine;
} filestack_pdfcreate_args;

/** Adds the task `pdfcreate`. */
static inline filestack_status filestack_add_pdfcreate(
    filestack_transformation *transformation, const filestack_pdfcreate_args *args, filestack_error **error)
{
    filestack_param list[1];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_text(&params, "engine", args->engine);
    }
    return filestack_task_add(transformation, "pdfcreate", params, error);
}

/** Words for filestack_doc_to_images_args.format. */
typedef enum filestack_doc_to_images_format {
    FILESTACK_DOC_TO_IMAGES_FORMAT_UNSET = 0,
    FILESTACK_DOC_TO_IMAGES_FORMAT_PNG = 1,
    FILESTACK_DOC_TO_IMAGES_FORMAT_JPG = 2
} filestack_doc_to_images_format;

/**
 * Turns the pages of a document into pictures. Answers JSON, after which no task can follow; doc_to_images@N is page N
 * as a file.
 */
typedef struct filestack_doc_to_images_args {
    /** The pages. */
    const char *const *pages;
    size_t pages_count;
    /** Name of the program that does it. */
    const char *engine;
    /** Format of the pictures. */
    filestack_doc_to_images_format format;
    /** JPEG quality. Range: 1 to 100. */
    filestack_optional_int quality;
    /** Resolution in dots per inch. Range: 1 to 500. */
    filestack_optional_int density;
    /** Draw hidden slides as well. Default: false. */
    filestack_optional_bool hidden_slides;
} filestack_doc_to_images_args;

/** Adds the task `doc_to_images`. */
static inline filestack_status filestack_add_doc_to_images(
    filestack_transformation *transformation, const filestack_doc_to_images_args *args, filestack_error **error)
{
    filestack_param list[6];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_list(&params, "pages", FILESTACK_PARAM_STRINGS, args->pages, args->pages_count);
        filestack_task_text(&params, "engine", args->engine);
        {
            static const char *const format_words[] = { "png", "jpg" };
            filestack_task_word(&params, "format", format_words, 2, (int64_t)args->format);
        }
        filestack_task_int(&params, "quality", args->quality);
        filestack_task_int(&params, "density", args->density);
        filestack_task_bool(&params, "hidden_slides", args->hidden_slides);
    }
    return filestack_task_add(transformation, "doc_to_images", params, error);
}

/** Makes an HTML slide show of the sources. Works on one or more sources. */
typedef struct filestack_slide_args {
    /** Name of the look. */
    const char *theme;
    /** Name of the program that does it. */
    const char *engine;
} filestack_slide_args;

/** Adds the task `slide`. */
static inline filestack_status filestack_add_slide(
    filestack_transformation *transformation, const filestack_slide_args *args, filestack_error **error)
{
    filestack_param list[2];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_text(&params, "theme", args->theme);
        filestack_task_text(&params, "engine", args->engine);
    }
    return filestack_task_add(transformation, "slide", params, error);
}

/** Shows a document in an HTML page. Answers a web page, after which no task can follow. */
typedef struct filestack_preview_args {
    /** URL of a style sheet for that page. */
    const char *css;
} filestack_preview_args;

/** Adds the task `preview`. */
static inline filestack_status filestack_add_preview(
    filestack_transformation *transformation, const filestack_preview_args *args, filestack_error **error)
{
    filestack_param list[1];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_text(&params, "css", args->css);
    }
    return filestack_task_add(transformation, "preview", params, error);
}

/** Makes JavaScript shorter. */
typedef struct filestack_minify_js_args {
    /** Compress the result. */
    filestack_optional_bool gzip;
    /** Add Babel's polyfill. */
    filestack_optional_bool use_babel_polyfill;
    /** Keep the names of functions. */
    filestack_optional_bool keep_fn_name;
    /** Keep the names of classes. */
    filestack_optional_bool keep_class_name;
    /** Shorten the names of variables. */
    filestack_optional_bool mangle;
    /** Join declarations of variables. */
    filestack_optional_bool merge_vars;
    /** Remove calls of console. */
    filestack_optional_bool remove_console;
    /** Remove undefined where it is not needed. */
    filestack_optional_bool remove_undefined;
    /** Browsers that the result is for, as a browserslist query. */
    const char *targets;
    /** Shorten booleans. */
    filestack_optional_bool booleans;
    /** Shorten names of built-in functions. */
    filestack_optional_bool builtIns;
    /** Join additions in a row. */
    filestack_optional_bool consecutiveAdds;
    /** Remove code that is never reached. */
    filestack_optional_bool deadcode;
    /** Evaluate constant expressions. */
    filestack_optional_bool evaluate;
    /** Turn comparisons round where that is shorter. */
    filestack_optional_bool flipComparisons;
    /** Turn conditions into short-circuit expressions. */
    filestack_optional_bool guards;
    /** Write Infinity as a division. */
    filestack_optional_bool infinity;
    /** Write members with a dot where that is shorter. */
    filestack_optional_bool memberExpressions;
    /** Join declarations of variables; another name of merge_vars. */
    filestack_optional_bool mergeVars;
    /** Shorten numbers. */
    filestack_optional_bool numericLiterals;
    /** Remove quotes of property names. */
    filestack_optional_bool propertyLiterals;
    /** Write regular expressions as literals. */
    filestack_optional_bool regexpConstructors;
    /** Remove calls of console; another name of remove_console. */
    filestack_optional_bool removeConsole;
    /** Remove debugger statements. */
    filestack_optional_bool removeDebugger;
    /** Remove undefined where it is not needed; another name of remove_undefined. */
    filestack_optional_bool removeUndefined;
    /** Simplify statements. */
    filestack_optional_bool simplify;
    /** Use == where === is not needed. */
    filestack_optional_bool simplifyComparisons;
    /** Shorten calls of type constructors. */
    filestack_optional_bool typeConstructors;
    /** Write undefined as void 0. */
    filestack_optional_bool undefinedToVoid;
} filestack_minify_js_args;

/** Adds the task `minify_js`. */
static inline filestack_status filestack_add_minify_js(
    filestack_transformation *transformation, const filestack_minify_js_args *args, filestack_error **error)
{
    filestack_param list[29];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_bool(&params, "gzip", args->gzip);
        filestack_task_bool(&params, "use_babel_polyfill", args->use_babel_polyfill);
        filestack_task_bool(&params, "keep_fn_name", args->keep_fn_name);
        filestack_task_bool(&params, "keep_class_name", args->keep_class_name);
        filestack_task_bool(&params, "mangle", args->mangle);
        filestack_task_bool(&params, "merge_vars", args->merge_vars);
        filestack_task_bool(&params, "remove_console", args->remove_console);
        filestack_task_bool(&params, "remove_undefined", args->remove_undefined);
        filestack_task_text(&params, "targets", args->targets);
        filestack_task_bool(&params, "booleans", args->booleans);
        filestack_task_bool(&params, "builtIns", args->builtIns);
        filestack_task_bool(&params, "consecutiveAdds", args->consecutiveAdds);
        filestack_task_bool(&params, "deadcode", args->deadcode);
        filestack_task_bool(&params, "evaluate", args->evaluate);
        filestack_task_bool(&params, "flipComparisons", args->flipComparisons);
        filestack_task_bool(&params, "guards", args->guards);
        filestack_task_bool(&params, "infinity", args->infinity);
        filestack_task_bool(&params, "memberExpressions", args->memberExpressions);
        filestack_task_bool(&params, "mergeVars", args->mergeVars);
        filestack_task_bool(&params, "numericLiterals", args->numericLiterals);
        filestack_task_bool(&params, "propertyLiterals", args->propertyLiterals);
        filestack_task_bool(&params, "regexpConstructors", args->regexpConstructors);
        filestack_task_bool(&params, "removeConsole", args->removeConsole);
        filestack_task_bool(&params, "removeDebugger", args->removeDebugger);
        filestack_task_bool(&params, "removeUndefined", args->removeUndefined);
        filestack_task_bool(&params, "simplify", args->simplify);
        filestack_task_bool(&params, "simplifyComparisons", args->simplifyComparisons);
        filestack_task_bool(&params, "typeConstructors", args->typeConstructors);
        filestack_task_bool(&params, "undefinedToVoid", args->undefinedToVoid);
    }
    return filestack_task_add(transformation, "minify_js", params, error);
}

/** Makes CSS shorter. */
typedef struct filestack_minify_css_args {
    /** How far it goes. Range: 1 to 2. */
    filestack_optional_int level;
    /** Compress the result. */
    filestack_optional_bool gzip;
} filestack_minify_css_args;

/** Adds the task `minify_css`. */
static inline filestack_status filestack_add_minify_css(
    filestack_transformation *transformation, const filestack_minify_css_args *args, filestack_error **error)
{
    filestack_param list[2];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_int(&params, "level", args->level);
        filestack_task_bool(&params, "gzip", args->gzip);
    }
    return filestack_task_add(transformation, "minify_css", params, error);
}

/** Packs the sources into a ZIP archive. Works on one or more sources. */
static inline filestack_status filestack_add_zip(
    filestack_transformation *transformation, filestack_error **error)
{
    return filestack_transformation_add(transformation, "zip", NULL, 0, error);
}

/** Words for filestack_urlscreenshot_args.agent. */
typedef enum filestack_urlscreenshot_agent {
    FILESTACK_URLSCREENSHOT_AGENT_UNSET = 0,
    FILESTACK_URLSCREENSHOT_AGENT_DESKTOP = 1,
    FILESTACK_URLSCREENSHOT_AGENT_MOBILE = 2
} filestack_urlscreenshot_agent;

/** Words for filestack_urlscreenshot_args.mode. */
typedef enum filestack_urlscreenshot_mode {
    FILESTACK_URLSCREENSHOT_MODE_UNSET = 0,
    FILESTACK_URLSCREENSHOT_MODE_ALL = 1,
    FILESTACK_URLSCREENSHOT_MODE_WINDOW = 2
} filestack_urlscreenshot_mode;

/** Words for filestack_urlscreenshot_args.orientation. */
typedef enum filestack_urlscreenshot_orientation {
    FILESTACK_URLSCREENSHOT_ORIENTATION_UNSET = 0,
    FILESTACK_URLSCREENSHOT_ORIENTATION_PORTRAIT = 1,
    FILESTACK_URLSCREENSHOT_ORIENTATION_LANDSCAPE = 2
} filestack_urlscreenshot_orientation;

/** Takes a picture of a web page. Works on a web page, given by its URL. */
typedef struct filestack_urlscreenshot_args {
    /** Kind of browser. Default: desktop. */
    filestack_urlscreenshot_agent agent;
    /** The whole page, or the window. Default: all. */
    filestack_urlscreenshot_mode mode;
    /** Width of the window in pixels. Range: 1 to 1920. Default: 1024. */
    filestack_optional_int width;
    /** Height of the window in pixels. Range: 1 to 8000. Default: 768. */
    filestack_optional_int height;
    /** Time to wait for the page in milliseconds. Range: 0 to 20000. Default: 1000. */
    filestack_optional_int delay;
    /** Orientation of the device. Default: portrait. */
    filestack_urlscreenshot_orientation orientation;
    /** Name of a device whose browser is imitated. */
    const char *device;
} filestack_urlscreenshot_args;

/** How many parameters filestack_urlscreenshot_params writes at most. */
#define FILESTACK_URLSCREENSHOT_PARAM_COUNT 7

/**
 * Writes the members that are set to `list`, which has room for FILESTACK_URLSCREENSHOT_PARAM_COUNT, and returns their
 * number. They point into `args`.
 */
static inline size_t filestack_urlscreenshot_params(
    const filestack_urlscreenshot_args *args, filestack_param *list)
{
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        {
            static const char *const agent_words[] = { "desktop", "mobile" };
            filestack_task_word(&params, "agent", agent_words, 2, (int64_t)args->agent);
        }
        {
            static const char *const mode_words[] = { "all", "window" };
            filestack_task_word(&params, "mode", mode_words, 2, (int64_t)args->mode);
        }
        filestack_task_int(&params, "width", args->width);
        filestack_task_int(&params, "height", args->height);
        filestack_task_int(&params, "delay", args->delay);
        {
            static const char *const orientation_words[] = { "portrait", "landscape" };
            filestack_task_word(&params, "orientation", orientation_words, 2, (int64_t)args->orientation);
        }
        filestack_task_text(&params, "device", args->device);
    }
    return params.count;
}

/** Adds the task `urlscreenshot`. */
static inline filestack_status filestack_add_urlscreenshot(
    filestack_transformation *transformation, const filestack_urlscreenshot_args *args, filestack_error **error)
{
    filestack_param list[7];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    params.count = filestack_urlscreenshot_params(args, list);
    return filestack_task_add(transformation, "urlscreenshot", params, error);
}

/** Words for filestack_av_convert_args.preset. */
typedef enum filestack_av_convert_preset {
    FILESTACK_AV_CONVERT_PRESET_UNSET = 0,
    FILESTACK_AV_CONVERT_PRESET_H264 = 1,
    FILESTACK_AV_CONVERT_PRESET_H264_HI = 2,
    FILESTACK_AV_CONVERT_PRESET_WEBM = 3,
    FILESTACK_AV_CONVERT_PRESET_WEBM_HI = 4,
    FILESTACK_AV_CONVERT_PRESET_OGG = 5,
    FILESTACK_AV_CONVERT_PRESET_OGG_HI = 6,
    FILESTACK_AV_CONVERT_PRESET_HLS_VARIANT = 7,
    FILESTACK_AV_CONVERT_PRESET_HLS_VARIANT_AUDIO = 8,
    FILESTACK_AV_CONVERT_PRESET_HLS_VARIANT_PLAYLIST = 9,
    FILESTACK_AV_CONVERT_PRESET_MP3 = 10,
    FILESTACK_AV_CONVERT_PRESET_OGA = 11,
    FILESTACK_AV_CONVERT_PRESET_M4A = 12,
    FILESTACK_AV_CONVERT_PRESET_AAC = 13,
    FILESTACK_AV_CONVERT_PRESET_THUMBNAIL = 14
} filestack_av_convert_preset;

/** Words for filestack_av_convert_args.aspect_mode. */
typedef enum filestack_av_convert_aspect_mode {
    FILESTACK_AV_CONVERT_ASPECT_MODE_UNSET = 0,
    FILESTACK_AV_CONVERT_ASPECT_MODE_LETTERBOX = 1,
    FILESTACK_AV_CONVERT_ASPECT_MODE_PAD = 2,
    FILESTACK_AV_CONVERT_ASPECT_MODE_CROP = 3,
    FILESTACK_AV_CONVERT_ASPECT_MODE_PRESERVE = 4,
    FILESTACK_AV_CONVERT_ASPECT_MODE_CONSTRAIN = 5
} filestack_av_convert_aspect_mode;

/** Words for filestack_av_convert_args.access. */
typedef enum filestack_av_convert_access {
    FILESTACK_AV_CONVERT_ACCESS_UNSET = 0,
    FILESTACK_AV_CONVERT_ACCESS_PUBLIC = 1,
    FILESTACK_AV_CONVERT_ACCESS_PRIVATE = 2
} filestack_av_convert_access;

/** Converts audio or video. Sends the task `video_convert`. Answers a job, after which no task can follow. */
typedef struct filestack_av_convert_args {
    /** Format and codecs of the result. */
    filestack_av_convert_preset preset;
    /** Start the conversion again although there is a job for it. */
    filestack_optional_bool force;
    /** Title in the metadata of the result. */
    const char *title;
    /** Extension of the file name of the result, with or without the dot. */
    const char *extname;
    /** File name of the result. */
    const char *filename;
    /** Width of the result in pixels. Range: 1 to 4096. */
    filestack_optional_int width;
    /** Height of the result in pixels. Range: 1 to 4096. */
    filestack_optional_int height;
    /** Whether the result may be larger than the source. Default: true. */
    filestack_optional_bool upscale;
    /** How a picture of another shape fits into width and height. Default: letterbox. */
    filestack_av_convert_aspect_mode aspect_mode;
    /** Encode in two passes: better quality in more time. Default: false. */
    filestack_optional_bool two_pass;
    /** Bit rate of the video in kbit/s. Range: 1 to 5000. */
    filestack_optional_int video_bitrate;
    /** Frames per second. Range: 1 to 300. */
    filestack_optional_int fps;
    /** Frames between two key frames. Range: only 250. Default: 250. */
    filestack_optional_int keyframe_interval;
    /** Bit rate of the audio in kbit/s. Range: 0 to 999. */
    filestack_optional_int audio_bitrate;
    /** Sample rate of the audio in Hz. Range: 1 to 99999. */
    filestack_optional_int audio_sample_rate;
    /** Number of audio channels. Range: 1 to 12. */
    filestack_optional_int audio_channels;
    /** Codec of the audio. */
    const char *audio_codec;
    /** Length of the part that is converted. HH:MM:SS. */
    const char *clip_length;
    /** Where in the source the conversion starts. HH:MM:SS. */
    const char *clip_offset;
    /** Picture that is laid over the video. */
    const char *watermark_url;
    /** Distance of that picture from the top, in pixels. Range: 0 to 9999. */
    filestack_optional_int watermark_top;
    /** Distance of that picture from the bottom, in pixels. Range: 0 to 9999. */
    filestack_optional_int watermark_bottom;
    /** Distance of that picture from the left edge, in pixels. Range: 0 to 9999. */
    filestack_optional_int watermark_left;
    /** Distance of that picture from the right edge, in pixels. Range: 0 to 9999. */
    filestack_optional_int watermark_right;
    /** Width of that picture in pixels. */
    filestack_optional_int watermark_width;
    /** Height of that picture in pixels. */
    filestack_optional_int watermark_height;
    /** Number of frames in a thumbnail. Range: only 1. Default: 1. */
    filestack_optional_int frame_count;
    /** Storage provider of the result. */
    const char *location;
    /** Path of the result in its storage. */
    const char *path;
    /** Container or bucket of the result. */
    const char *container;
    /** Who may read the result in its storage. Default: public. */
    filestack_av_convert_access access;
} filestack_av_convert_args;

/** How many parameters filestack_av_convert_params writes at most. */
#define FILESTACK_AV_CONVERT_PARAM_COUNT 31

/**
 * Writes the members that are set to `list`, which has room for FILESTACK_AV_CONVERT_PARAM_COUNT, and returns their
 * number. They point into `args`.
 */
static inline size_t filestack_av_convert_params(
    const filestack_av_convert_args *args, filestack_param *list)
{
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        {
            static const char *const preset_words[] = { "h264", "h264.hi", "webm", "webm.hi", "ogg", "ogg.hi",
            "hls.variant", "hls.variant.audio", "hls.variant.playlist", "mp3", "oga", "m4a", "aac", "thumbnail" };
            filestack_task_word(&params, "preset", preset_words, 14, (int64_t)args->preset);
        }
        filestack_task_bool(&params, "force", args->force);
        filestack_task_text(&params, "title", args->title);
        filestack_task_text(&params, "extname", args->extname);
        filestack_task_text(&params, "filename", args->filename);
        filestack_task_int(&params, "width", args->width);
        filestack_task_int(&params, "height", args->height);
        filestack_task_bool(&params, "upscale", args->upscale);
        {
            static const char *const aspect_mode_words[] = { "letterbox", "pad", "crop", "preserve", "constrain" };
            filestack_task_word(&params, "aspect_mode", aspect_mode_words, 5, (int64_t)args->aspect_mode);
        }
        filestack_task_bool(&params, "two_pass", args->two_pass);
        filestack_task_int(&params, "video_bitrate", args->video_bitrate);
        filestack_task_int(&params, "fps", args->fps);
        filestack_task_int(&params, "keyframe_interval", args->keyframe_interval);
        filestack_task_int(&params, "audio_bitrate", args->audio_bitrate);
        filestack_task_int(&params, "audio_sample_rate", args->audio_sample_rate);
        filestack_task_int(&params, "audio_channels", args->audio_channels);
        filestack_task_text(&params, "audio_codec", args->audio_codec);
        filestack_task_text(&params, "clip_length", args->clip_length);
        filestack_task_text(&params, "clip_offset", args->clip_offset);
        filestack_task_text(&params, "watermark_url", args->watermark_url);
        filestack_task_int(&params, "watermark_top", args->watermark_top);
        filestack_task_int(&params, "watermark_bottom", args->watermark_bottom);
        filestack_task_int(&params, "watermark_left", args->watermark_left);
        filestack_task_int(&params, "watermark_right", args->watermark_right);
        filestack_task_int(&params, "watermark_width", args->watermark_width);
        filestack_task_int(&params, "watermark_height", args->watermark_height);
        filestack_task_int(&params, "frame_count", args->frame_count);
        filestack_task_text(&params, "location", args->location);
        filestack_task_text(&params, "path", args->path);
        filestack_task_text(&params, "container", args->container);
        {
            static const char *const access_words[] = { "public", "private" };
            filestack_task_word(&params, "access", access_words, 2, (int64_t)args->access);
        }
    }
    return params.count;
}

/** Adds the task `video_convert`. */
static inline filestack_status filestack_add_av_convert(
    filestack_transformation *transformation, const filestack_av_convert_args *args, filestack_error **error)
{
    filestack_param list[31];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    params.count = filestack_av_convert_params(args, list);
    return filestack_task_add(transformation, "video_convert", params, error);
}

/** Words for filestack_video_playlist_args.preset. */
typedef enum filestack_video_playlist_preset {
    FILESTACK_VIDEO_PLAYLIST_PRESET_UNSET = 0,
    FILESTACK_VIDEO_PLAYLIST_PRESET_H264 = 1,
    FILESTACK_VIDEO_PLAYLIST_PRESET_H264_HI = 2,
    FILESTACK_VIDEO_PLAYLIST_PRESET_WEBM = 3,
    FILESTACK_VIDEO_PLAYLIST_PRESET_WEBM_HI = 4,
    FILESTACK_VIDEO_PLAYLIST_PRESET_OGG = 5,
    FILESTACK_VIDEO_PLAYLIST_PRESET_OGG_HI = 6,
    FILESTACK_VIDEO_PLAYLIST_PRESET_HLS_VARIANT = 7,
    FILESTACK_VIDEO_PLAYLIST_PRESET_HLS_VARIANT_AUDIO = 8,
    FILESTACK_VIDEO_PLAYLIST_PRESET_HLS_VARIANT_PLAYLIST = 9,
    FILESTACK_VIDEO_PLAYLIST_PRESET_MP3 = 10,
    FILESTACK_VIDEO_PLAYLIST_PRESET_OGA = 11,
    FILESTACK_VIDEO_PLAYLIST_PRESET_M4A = 12,
    FILESTACK_VIDEO_PLAYLIST_PRESET_AAC = 13,
    FILESTACK_VIDEO_PLAYLIST_PRESET_THUMBNAIL = 14
} filestack_video_playlist_preset;

/** Words for filestack_video_playlist_args.aspect_mode. */
typedef enum filestack_video_playlist_aspect_mode {
    FILESTACK_VIDEO_PLAYLIST_ASPECT_MODE_UNSET = 0,
    FILESTACK_VIDEO_PLAYLIST_ASPECT_MODE_LETTERBOX = 1,
    FILESTACK_VIDEO_PLAYLIST_ASPECT_MODE_PAD = 2,
    FILESTACK_VIDEO_PLAYLIST_ASPECT_MODE_CROP = 3,
    FILESTACK_VIDEO_PLAYLIST_ASPECT_MODE_PRESERVE = 4,
    FILESTACK_VIDEO_PLAYLIST_ASPECT_MODE_CONSTRAIN = 5
} filestack_video_playlist_aspect_mode;

/** Words for filestack_video_playlist_args.access. */
typedef enum filestack_video_playlist_access {
    FILESTACK_VIDEO_PLAYLIST_ACCESS_UNSET = 0,
    FILESTACK_VIDEO_PLAYLIST_ACCESS_PUBLIC = 1,
    FILESTACK_VIDEO_PLAYLIST_ACCESS_PRIVATE = 2
} filestack_video_playlist_access;

/** Makes a playlist of streams of several qualities. Answers a job, after which no task can follow. */
typedef struct filestack_video_playlist_args {
    /** Format and codecs of the result. */
    filestack_video_playlist_preset preset;
    /** Start the conversion again although there is a job for it. */
    filestack_optional_bool force;
    /** Title in the metadata of the result. */
    const char *title;
    /** Extension of the file name of the result, with or without the dot. */
    const char *extname;
    /** File name of the result. */
    const char *filename;
    /** Width of the result in pixels. Range: 1 to 4096. */
    filestack_optional_int width;
    /** Height of the result in pixels. Range: 1 to 4096. */
    filestack_optional_int height;
    /** Whether the result may be larger than the source. Default: true. */
    filestack_optional_bool upscale;
    /** How a picture of another shape fits into width and height. Default: letterbox. */
    filestack_video_playlist_aspect_mode aspect_mode;
    /** Encode in two passes: better quality in more time. Default: false. */
    filestack_optional_bool two_pass;
    /** Bit rate of the video in kbit/s. Range: 1 to 5000. */
    filestack_optional_int video_bitrate;
    /** Frames per second. Range: 1 to 300. */
    filestack_optional_int fps;
    /** Frames between two key frames. Range: only 250. Default: 250. */
    filestack_optional_int keyframe_interval;
    /** Bit rate of the audio in kbit/s. Range: 0 to 999. */
    filestack_optional_int audio_bitrate;
    /** Sample rate of the audio in Hz. Range: 1 to 99999. */
    filestack_optional_int audio_sample_rate;
    /** Number of audio channels. Range: 1 to 12. */
    filestack_optional_int audio_channels;
    /** Length of the part that is converted. HH:MM:SS. */
    const char *clip_length;
    /** Where in the source the conversion starts. HH:MM:SS. */
    const char *clip_offset;
    /** Picture that is laid over the video. */
    const char *watermark_url;
    /** Distance of that picture from the top, in pixels. Range: 0 to 9999. */
    filestack_optional_int watermark_top;
    /** Distance of that picture from the bottom, in pixels. Range: 0 to 9999. */
    filestack_optional_int watermark_bottom;
    /** Distance of that picture from the left edge, in pixels. Range: 0 to 9999. */
    filestack_optional_int watermark_left;
    /** Distance of that picture from the right edge, in pixels. Range: 0 to 9999. */
    filestack_optional_int watermark_right;
    /** Number of frames in a thumbnail. Range: only 1. Default: 1. */
    filestack_optional_int frame_count;
    /** Storage provider of the result. */
    const char *location;
    /** Path of the result in its storage. */
    const char *path;
    /** Container or bucket of the result. */
    const char *container;
    /** Who may read the result in its storage. Default: public. */
    filestack_video_playlist_access access;
} filestack_video_playlist_args;

/** Adds the task `video_playlist`. */
static inline filestack_status filestack_add_video_playlist(
    filestack_transformation *transformation, const filestack_video_playlist_args *args, filestack_error **error)
{
    filestack_param list[28];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        {
            static const char *const preset_words[] = { "h264", "h264.hi", "webm", "webm.hi", "ogg", "ogg.hi",
            "hls.variant", "hls.variant.audio", "hls.variant.playlist", "mp3", "oga", "m4a", "aac", "thumbnail" };
            filestack_task_word(&params, "preset", preset_words, 14, (int64_t)args->preset);
        }
        filestack_task_bool(&params, "force", args->force);
        filestack_task_text(&params, "title", args->title);
        filestack_task_text(&params, "extname", args->extname);
        filestack_task_text(&params, "filename", args->filename);
        filestack_task_int(&params, "width", args->width);
        filestack_task_int(&params, "height", args->height);
        filestack_task_bool(&params, "upscale", args->upscale);
        {
            static const char *const aspect_mode_words[] = { "letterbox", "pad", "crop", "preserve", "constrain" };
            filestack_task_word(&params, "aspect_mode", aspect_mode_words, 5, (int64_t)args->aspect_mode);
        }
        filestack_task_bool(&params, "two_pass", args->two_pass);
        filestack_task_int(&params, "video_bitrate", args->video_bitrate);
        filestack_task_int(&params, "fps", args->fps);
        filestack_task_int(&params, "keyframe_interval", args->keyframe_interval);
        filestack_task_int(&params, "audio_bitrate", args->audio_bitrate);
        filestack_task_int(&params, "audio_sample_rate", args->audio_sample_rate);
        filestack_task_int(&params, "audio_channels", args->audio_channels);
        filestack_task_text(&params, "clip_length", args->clip_length);
        filestack_task_text(&params, "clip_offset", args->clip_offset);
        filestack_task_text(&params, "watermark_url", args->watermark_url);
        filestack_task_int(&params, "watermark_top", args->watermark_top);
        filestack_task_int(&params, "watermark_bottom", args->watermark_bottom);
        filestack_task_int(&params, "watermark_left", args->watermark_left);
        filestack_task_int(&params, "watermark_right", args->watermark_right);
        filestack_task_int(&params, "frame_count", args->frame_count);
        filestack_task_text(&params, "location", args->location);
        filestack_task_text(&params, "path", args->path);
        filestack_task_text(&params, "container", args->container);
        {
            static const char *const access_words[] = { "public", "private" };
            filestack_task_word(&params, "access", access_words, 2, (int64_t)args->access);
        }
    }
    return filestack_task_add(transformation, "video_playlist", params, error);
}

/**
 * Tells what a picture shows, in words. Answers JSON, after which no task can follow. Needs a security object, also for
 * applications that are otherwise open.
 */
typedef struct filestack_tags_args {
    /** Version of the model. Range: 1 to 2. Default: 2. */
    filestack_optional_int version;
} filestack_tags_args;

/** Adds the task `tags`. */
static inline filestack_status filestack_add_tags(
    filestack_transformation *transformation, const filestack_tags_args *args, filestack_error **error)
{
    filestack_param list[1];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_int(&params, "version", args->version);
    }
    return filestack_task_add(transformation, "tags", params, error);
}

/**
 * Tells whether a picture is safe for work. Answers JSON, after which no task can follow. Needs a security object, also
 * for applications that are otherwise open.
 */
static inline filestack_status filestack_add_sfw(
    filestack_transformation *transformation, filestack_error **error)
{
    return filestack_transformation_add(transformation, "sfw", NULL, 0, error);
}

/**
 * Reads the text in a picture. Answers JSON, after which no task can follow. Needs a security object, also for
 * applications that are otherwise open.
 */
static inline filestack_status filestack_add_ocr(
    filestack_transformation *transformation, filestack_error **error)
{
    return filestack_transformation_add(transformation, "ocr", NULL, 0, error);
}

/**
 * Describes a picture in a sentence. Answers JSON, after which no task can follow. Needs a security object, also for
 * applications that are otherwise open.
 */
static inline filestack_status filestack_add_caption(
    filestack_transformation *transformation, filestack_error **error)
{
    return filestack_transformation_add(transformation, "caption", NULL, 0, error);
}

/**
 * Tells whether a picture is a known photograph with a license. Answers JSON, after which no task can follow. Needs a
 * security object, also for applications that are otherwise open.
 */
static inline filestack_status filestack_add_copyright(
    filestack_transformation *transformation, filestack_error **error)
{
    return filestack_transformation_add(transformation, "copyright", NULL, 0, error);
}

/**
 * Finds a document in a photograph and cuts it out. With coords no task can follow. Needs a security object, also for
 * applications that are otherwise open.
 */
typedef struct filestack_doc_detection_args {
    /** Answer with the coordinates as JSON instead of a picture. Default: false. */
    filestack_optional_bool coords;
    /** Correct distortion and contrast. Default: true. */
    filestack_optional_bool preprocess;
} filestack_doc_detection_args;

/** Adds the task `doc_detection`. */
static inline filestack_status filestack_add_doc_detection(
    filestack_transformation *transformation, const filestack_doc_detection_args *args, filestack_error **error)
{
    filestack_param list[2];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_bool(&params, "coords", args->coords);
        filestack_task_bool(&params, "preprocess", args->preprocess);
    }
    return filestack_task_add(transformation, "doc_detection", params, error);
}

/**
 * Tells the feelings that faces in a picture show. Answers JSON, after which no task can follow. Needs a security
 * object, also for applications that are otherwise open.
 */
static inline filestack_status filestack_add_image_sentiment(
    filestack_transformation *transformation, filestack_error **error)
{
    return filestack_transformation_add(transformation, "image_sentiment", NULL, 0, error);
}

/** Words for filestack_text_sentiment_args.language. */
typedef enum filestack_text_sentiment_language {
    FILESTACK_TEXT_SENTIMENT_LANGUAGE_UNSET = 0,
    FILESTACK_TEXT_SENTIMENT_LANGUAGE_AUTO = 1,
    FILESTACK_TEXT_SENTIMENT_LANGUAGE_EN = 2,
    FILESTACK_TEXT_SENTIMENT_LANGUAGE_ES = 3,
    FILESTACK_TEXT_SENTIMENT_LANGUAGE_FR = 4,
    FILESTACK_TEXT_SENTIMENT_LANGUAGE_DE = 5,
    FILESTACK_TEXT_SENTIMENT_LANGUAGE_IT = 6,
    FILESTACK_TEXT_SENTIMENT_LANGUAGE_PT = 7,
    FILESTACK_TEXT_SENTIMENT_LANGUAGE_AR = 8,
    FILESTACK_TEXT_SENTIMENT_LANGUAGE_HI = 9,
    FILESTACK_TEXT_SENTIMENT_LANGUAGE_JA = 10,
    FILESTACK_TEXT_SENTIMENT_LANGUAGE_KO = 11,
    FILESTACK_TEXT_SENTIMENT_LANGUAGE_ZH = 12,
    FILESTACK_TEXT_SENTIMENT_LANGUAGE_ZH_TW = 13
} filestack_text_sentiment_language;

/**
 * Tells the feeling of a text; needs no source. Works on no source. Answers JSON, after which no task can follow. Needs
 * a security object, also for applications that are otherwise open.
 */
typedef struct filestack_text_sentiment_args {
    /** The text. Required. */
    const char *text;
    /** Language of the text. Default: auto. */
    filestack_text_sentiment_language language;
} filestack_text_sentiment_args;

/** Adds the task `text_sentiment`. */
static inline filestack_status filestack_add_text_sentiment(
    filestack_transformation *transformation, const filestack_text_sentiment_args *args, filestack_error **error)
{
    filestack_param list[2];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_text(&params, "text", args->text);
        {
            static const char *const language_words[] = { "auto", "en", "es", "fr", "de", "it", "pt", "ar", "hi", "ja",
            "ko", "zh", "zh-TW" };
            filestack_task_word(&params, "language", language_words, 13, (int64_t)args->language);
        }
    }
    return filestack_task_add(transformation, "text_sentiment", params, error);
}

/**
 * Looks for malware. Answers JSON, after which no task can follow. Needs a security object, also for applications that
 * are otherwise open.
 */
static inline filestack_status filestack_add_virus_detection(
    filestack_transformation *transformation, filestack_error **error)
{
    return filestack_transformation_add(transformation, "virus_detection", NULL, 0, error);
}

/**
 * Looks for links to phishing sites. Answers JSON, after which no task can follow. Needs a security object, also for
 * applications that are otherwise open.
 */
static inline filestack_status filestack_add_phishing_detection(
    filestack_transformation *transformation, filestack_error **error)
{
    return filestack_transformation_add(transformation, "phishing_detection", NULL, 0, error);
}

/**
 * Tells whether a video is safe for work. Answers JSON, after which no task can follow. Needs a security object, also
 * for applications that are otherwise open.
 */
static inline filestack_status filestack_add_video_sfw(
    filestack_transformation *transformation, filestack_error **error)
{
    return filestack_transformation_add(transformation, "video_sfw", NULL, 0, error);
}

/**
 * Tells what a video shows, in words. Answers JSON, after which no task can follow. Needs a security object, also for
 * applications that are otherwise open.
 */
static inline filestack_status filestack_add_video_tagging(
    filestack_transformation *transformation, filestack_error **error)
{
    return filestack_transformation_add(transformation, "video_tagging", NULL, 0, error);
}

/** Words for filestack_store_args.access. */
typedef enum filestack_store_access {
    FILESTACK_STORE_ACCESS_UNSET = 0,
    FILESTACK_STORE_ACCESS_PUBLIC = 1,
    FILESTACK_STORE_ACCESS_PRIVATE = 2
} filestack_store_access;

/** Stores the result as a new file. Answers JSON, after which no task can follow. */
typedef struct filestack_store_args {
    /** File name of the new file. */
    const char *filename;
    /** Storage provider. Default: s3. */
    const char *location;
    /** Path in the storage; one that ends with a slash is a folder. */
    const char *path;
    /** Container or bucket. */
    const char *container;
    /** Region of the storage. */
    const char *region;
    /** Who may read the file in its storage. Default: private. */
    filestack_store_access access;
    /** Decode the content from base64. Default: false. */
    filestack_optional_bool base64decode;
    /** Workflows to run on the new file, by their ids. At most 20. */
    const char *const *workflows;
    size_t workflows_count;
} filestack_store_args;

/** Adds the task `store`. */
static inline filestack_status filestack_add_store(
    filestack_transformation *transformation, const filestack_store_args *args, filestack_error **error)
{
    filestack_param list[8];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_text(&params, "filename", args->filename);
        filestack_task_text(&params, "location", args->location);
        filestack_task_text(&params, "path", args->path);
        filestack_task_text(&params, "container", args->container);
        filestack_task_text(&params, "region", args->region);
        {
            static const char *const access_words[] = { "public", "private" };
            filestack_task_word(&params, "access", access_words, 2, (int64_t)args->access);
        }
        filestack_task_bool(&params, "base64decode", args->base64decode);
        filestack_task_list(&params, "workflows", FILESTACK_PARAM_STRINGS, args->workflows, args->workflows_count);
    }
    return filestack_task_add(transformation, "store", params, error);
}

/** For filestack_as_word in filestack_cache_args.expiry. */
#define FILESTACK_CACHE_EXPIRY_MAX "max"

/** Says how long the result may be cached. */
typedef struct filestack_cache_args {
    /** Bypass the cache. */
    int32_t false_;
    /** Time in seconds, or `max` for a year. Range: 1 to 31536000. */
    filestack_int_or_word expiry;
} filestack_cache_args;

/** Adds the task `cache`. */
static inline filestack_status filestack_add_cache(
    filestack_transformation *transformation, const filestack_cache_args *args, filestack_error **error)
{
    filestack_param list[2];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        if (args->false_) {
            filestack_task_bool(&params, "false", filestack_bool(1));
        }
        filestack_task_int_or_word(&params, "expiry", args->expiry);
    }
    return filestack_task_add(transformation, "cache", params, error);
}

/** Names a file that is delivered when the source or a task fails. */
typedef struct filestack_fallback_args {
    /** The file; this or file is needed. */
    const char *handle;
    /** How long it may be cached, in seconds. Range: 1 to 31536000. */
    filestack_optional_int cache;
} filestack_fallback_args;

/** Adds the task `fallback`. */
static inline filestack_status filestack_add_fallback(
    filestack_transformation *transformation, const filestack_fallback_args *args, filestack_error **error)
{
    filestack_param list[2];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_text(&params, "handle", args->handle);
        filestack_task_int(&params, "cache", args->cache);
    }
    return filestack_task_add(transformation, "fallback", params, error);
}

/** Sets file name and type of the delivered result. */
typedef struct filestack_content_args {
    /** The file name. */
    const char *filename;
    /** The MIME type. */
    const char *type;
} filestack_content_args;

/** Adds the task `content`. */
static inline filestack_status filestack_add_content(
    filestack_transformation *transformation, const filestack_content_args *args, filestack_error **error)
{
    filestack_param list[2];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_text(&params, "filename", args->filename);
        filestack_task_text(&params, "type", args->type);
    }
    return filestack_task_add(transformation, "content", params, error);
}

/** Makes the service explain the request instead of running it. The answer is JSON. */
static inline filestack_status filestack_add_debug(
    filestack_transformation *transformation, filestack_error **error)
{
    return filestack_transformation_add(transformation, "debug", NULL, 0, error);
}

/** Writes tasks and source in the base64 form. */
static inline filestack_status filestack_add_b64(
    filestack_transformation *transformation, filestack_error **error)
{
    return filestack_transformation_add(transformation, "b64", NULL, 0, error);
}

/** Tells about a file. Answers JSON, after which no task can follow. */
typedef struct filestack_metadata_args {
    /**
     * What is to be told. Of size, mimetype, filename, width, height, uploaded, writeable, cloud, source_url, md5,
     * sha1, sha224, sha256, sha384, sha512, location, path, container, key, exif, status.
     */
    const char *const *fields;
    size_t fields_count;
} filestack_metadata_args;

/** Adds the task `metadata`. */
static inline filestack_status filestack_add_metadata(
    filestack_transformation *transformation, const filestack_metadata_args *args, filestack_error **error)
{
    filestack_param list[1];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_list(&params, "fields", FILESTACK_PARAM_STRINGS, args->fields, args->fields_count);
    }
    return filestack_task_add(transformation, "metadata", params, error);
}

/**
 * Runs a workflow on the source. Answers JSON, after which no task can follow. Needs a security object, also for
 * applications that are otherwise open.
 */
typedef struct filestack_run_workflow_args {
    /** Id of the workflow. Required. */
    const char *id;
} filestack_run_workflow_args;

/** Adds the task `run_workflow`. */
static inline filestack_status filestack_add_run_workflow(
    filestack_transformation *transformation, const filestack_run_workflow_args *args, filestack_error **error)
{
    filestack_param list[1];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_text(&params, "id", args->id);
    }
    return filestack_task_add(transformation, "run_workflow", params, error);
}

/**
 * Tells how far a run of a workflow is. Works on no source. Answers JSON, after which no task can follow. Needs a
 * security object, also for applications that are otherwise open.
 */
typedef struct filestack_workflow_status_args {
    /** Id of the run. Required. */
    const char *job_id;
} filestack_workflow_status_args;

/** Adds the task `workflow_status`. */
static inline filestack_status filestack_add_workflow_status(
    filestack_transformation *transformation, const filestack_workflow_status_args *args, filestack_error **error)
{
    filestack_param list[1];
    filestack_task_params params;
    params.list = list;
    params.count = 0;
    if (args) {
        filestack_task_text(&params, "job_id", args->job_id);
    }
    return filestack_task_add(transformation, "workflow_status", params, error);
}

#endif /* FILESTACK_TASKS_H */
