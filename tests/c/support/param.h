/* Parameters of tasks, each by its name and a value of one kind. Values are borrowed. */
#ifndef PARAM_H
#define PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filestack/filestack.h"

filestack_param of_int(const char *name, int64_t value);
filestack_param of_bool(const char *name, bool value);
filestack_param of_number(const char *name, double value);
filestack_param of_text(const char *name, const char *value);
filestack_param of_ints(const char *name, const int64_t *values, size_t count);
filestack_param of_texts(const char *name, const char *const *values, size_t count);
filestack_param of_json(const char *name, const char *value);

#endif
