/* The style in use - with exceptions, with results, or without exceptions at all: a part of filestack.hpp. */

#ifndef FILESTACK_CPP_STYLE_HPP
#define FILESTACK_CPP_STYLE_HPP

#if !defined(__cpp_exceptions) && !defined(FILESTACK_NO_EXCEPTIONS)
#define FILESTACK_NO_EXCEPTIONS
#endif

/* The functions of the styles differ in what they return, so they must have different names for the linker. */
#if !defined(__cpp_exceptions)
#define FILESTACK_STYLE without_exceptions
#elif defined(FILESTACK_NO_EXCEPTIONS)
#define FILESTACK_STYLE with_results
#else
#define FILESTACK_STYLE with_exceptions
#endif

#endif /* FILESTACK_CPP_STYLE_HPP */
