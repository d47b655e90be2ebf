#include "param.h"

filestack_param of_int(const char *name, int64_t value)
{
    filestack_param param = {name, FILESTACK_PARAM_INT, 0, value, 0, NULL, 0};
    return param;
}

filestack_param of_bool(const char *name, bool value)
{
    filestack_param param = {name, FILESTACK_PARAM_BOOL, 0, value, 0, NULL, 0};
    return param;
}

filestack_param of_number(const char *name, double value)
{
    filestack_param param = {name, FILESTACK_PARAM_NUMBER, 0, 0, value, NULL, 0};
    return param;
}

filestack_param of_text(const char *name, const char *value)
{
    filestack_param param = {name, FILESTACK_PARAM_STRING, 0, 0, 0, value, FILESTACK_NUL_TERMINATED};
    return param;
}

filestack_param of_ints(const char *name, const int64_t *values, size_t count)
{
    filestack_param param = {name, FILESTACK_PARAM_INTS, 0, 0, 0, values, count};
    return param;
}

filestack_param of_texts(const char *name, const char *const *values, size_t count)
{
    filestack_param param = {name, FILESTACK_PARAM_STRINGS, 0, 0, 0, values, count};
    return param;
}

filestack_param of_json(const char *name, const char *value)
{
    filestack_param param = {name, FILESTACK_PARAM_JSON, 0, 0, 0, value, FILESTACK_NUL_TERMINATED};
    return param;
}
