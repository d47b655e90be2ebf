/*
 * Sources and sinks over a reader or a writer of Go, which C knows by the number of its cgo.Handle. The number becomes a
 * pointer here and nowhere in Go, where the collector takes small numbers in pointers for a mistake.
 */
#include <filestack/filestack.h>

#include <stdint.h>

filestack_status filestack_go_source(uintptr_t handle, filestack_source **out_source, filestack_error **error);
filestack_status filestack_go_sink(uintptr_t handle, filestack_sink **out_sink, filestack_error **error);
