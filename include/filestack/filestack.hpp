/*
 * filestack.hpp - the Filestack SDK for C++17 and later: a layer over filestack.h, in headers only.
 *
 *     filestack::client client("YOUR_API_KEY");
 *     filestack::filelink img = client.upload_path("photo.jpg");
 *     filestack::filelink small = img.resize({.width = 300, .fit = filestack::fit::crop}).sepia().store();
 *
 * What a function does, its units and its errors are those of the C function that it calls: filestack.h documents
 * them. This comment lists the differences.
 *
 *  - Errors. A function that fails throws filestack::error. Where FILESTACK_NO_EXCEPTIONS is defined before this
 *    header, or the compiler has no exceptions, it returns a filestack::result<T> instead of a T, and constructors
 *    that can fail are replaced by `create`. In this text outcome<T> is what the style in use returns.
 *  - Ownership. client, security, filelink, source, sink, av_job, operation and queue are shared: a copy is another
 *    reference to the same object, and any thread may use it. A copy of a transformation is one of its own. Whatever
 *    was moved from may be assigned or destroyed; every call of it fails with FILESTACK_E_NULL. `get` lends the C
 *    object - `native` that of an operation -, `release` gives it away, and `adopt` takes one over.
 *  - Operations. Every function that blocks has a twin X_start, which takes the same and a delivery, and returns an
 *    operation<T> at once. `get` waits for its end and gives the T. A queue gives the operations that have ended:
 *
 *        filestack::queue ended;
 *        client.upload_path_start("photo.jpg", {}, {.queue = ended, .tag = 7});      // C++17: {}, {ended, 7});
 *        const filestack::finished one = ended.take().value();
 *        std::cout << one.tag() << ": " << one.as<filestack::filelink>().get().handle() << '\n';
 *
 *  - Options are aggregates of std::optional: what is not set is left to the library.
 *  - Texts may be std::string_view, and those handed out are std::string: unlike those of the library, such copies are
 *    not wiped. A text with a NUL in it is refused with FILESTACK_E_ARGUMENT. Bytes are whatever has data() and size().
 *  - Callbacks may throw: the exception never reaches the library. That of a reader, a writer or a progress function
 *    ends the call, and is thrown again by it, or by `get` of the operation; that of a log function is dropped. They
 *    may not call a function that blocks.
 *  - A transformation remembers the first task that could not be added, and every later call fails with its error.
 *    With exceptions the task itself throws already; without them chains need no checks: the error comes at the end.
 *
 * Files of both styles may be linked into one program, but cannot hand the objects of one style to the other.
 */

#ifndef FILESTACK_FILESTACK_HPP
#define FILESTACK_FILESTACK_HPP

#include "cpp/av_job.hpp"
#include "cpp/callbacks.hpp"
#include "cpp/calls.hpp"
#include "cpp/client.hpp"
#include "cpp/error.hpp"
#include "cpp/filelink.hpp"
#include "cpp/library.hpp"
#include "cpp/operation.hpp"
#include "cpp/options.hpp"
#include "cpp/param.hpp"
#include "cpp/result.hpp"
#include "cpp/security.hpp"
#include "cpp/sink.hpp"
#include "cpp/source.hpp"
#include "cpp/transformation.hpp"
#include "filestack.h"
#include "tasks.hpp"

#endif /* FILESTACK_FILESTACK_HPP */
