/* Nothing stands before the header, so it needs nothing; the second time it does no harm. */
#include <filestack/filestack.h>
#include <filestack/filestack.h>

/* Macros are compiled only where they are used. */
filestack_log header_log = FILESTACK_LOG_INIT;
filestack_reader header_reader = FILESTACK_READER_INIT;

#if FILESTACK_VERSION_NUMBER                                                                                           \
    != FILESTACK_VERSION_MAJOR * 10000 + FILESTACK_VERSION_MINOR * 100 + FILESTACK_VERSION_PATCH
#error "the version macros do not agree"
#endif
