/* Nothing stands before the header, so it needs nothing; the second time it does no harm. */
#include <filestack/tasks.h>
#include <filestack/tasks.h>

/* The helpers are used as C and C++ of every version can: members are set one by one. */
filestack_status header_add(filestack_transformation *transformation, filestack_error **error);

filestack_status header_add(filestack_transformation *transformation, filestack_error **error)
{
    static const filestack_resize_args nothing = {
        {0, 0}, {0, 0}, FILESTACK_RESIZE_FIT_UNSET, {FILESTACK_PLACE_UNSET, FILESTACK_PLACE_UNSET}, NULL};
    filestack_resize_args resize = nothing;
    resize.width = filestack_int(300);
    resize.fit = FILESTACK_RESIZE_FIT_CROP;
    resize.align = filestack_at_corner(FILESTACK_PLACE_TOP, FILESTACK_PLACE_LEFT);
    filestack_add_resize(transformation, &resize, error);
    return filestack_add_sepia(transformation, NULL, error);
}
