/* With modules switched on, an import fails unless the module map is there and covers the header. */
#pragma clang module import CFilestack

const filestack_status module_status = FILESTACK_OK;
