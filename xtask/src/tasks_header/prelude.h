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
@places@
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
    static const char *const places[] = { @place_words@ };
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
