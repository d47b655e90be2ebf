/* As much JSON as the tests need: whether a text is one, and what a member of an object holds. */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>

bool json_is_object(const char *text);

/*
 * The value of a member of the outermost object, or NULL when there is none: texts without their quotes and with
 * their escapes resolved (those of ASCII), everything else as it is written. A path such as "a.b" leads into inner
 * objects. free() it.
 */
char *json_get(const char *text, const char *path);

/* The value at an index of a list, as json_get() gives it, or NULL when the list is shorter or none; free() it. */
char *json_item(const char *text, size_t index);

#endif
