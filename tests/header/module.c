/* With modules switched on, an import fails unless the module map is there and covers the headers. */
#pragma clang module import CFilestack

const filestack_status module_status = FILESTACK_OK;

/* The helpers for the tasks belong to the module as well. */
filestack_status module_task(filestack_transformation *transformation, filestack_error **error)
{
    const filestack_resize_args args = {.width = filestack_int(300), .fit = FILESTACK_RESIZE_FIT_CROP};
    return filestack_add_resize(transformation, &args, error);
}
