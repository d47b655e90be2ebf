package filestack

// #include "stream.h"
import "C"

import (
	"io"
	"runtime/cgo"
	"unsafe"
)

// stream is what an upload reads from, or a download writes to. The library's threads call it, one at a time; how their
// memory follows the goroutine's is up to cgo, which the race detector knows.
type stream struct {
	reader io.Reader
	writer io.Writer
	err    error // What the reader or writer has failed with.
}

// source makes a source of the reader.
func (s *stream) source() (*C.filestack_source, error) {
	var failure *C.filestack_error
	var made *C.filestack_source
	C.filestack_go_source(C.uintptr_t(cgo.NewHandle(s)), &made, &failure)
	return made, taken(failure)
}

// sink makes a sink of the writer.
func (s *stream) sink() (*C.filestack_sink, error) {
	var failure *C.filestack_error
	var made *C.filestack_sink
	C.filestack_go_sink(C.uintptr_t(cgo.NewHandle(s)), &made, &failure)
	return made, taken(failure)
}

func streamOf(handle C.uintptr_t) *stream {
	return cgo.Handle(handle).Value().(*stream)
}

//export filestackGoRead
func filestackGoRead(handle C.uintptr_t, buffer unsafe.Pointer, size C.size_t) C.int64_t {
	s := streamOf(handle)
	// Readers of Go may read nothing; for the library that is the end.
	count, err := io.ReadAtLeast(s.reader, unsafe.Slice((*byte)(buffer), int(size)), 1)
	if err != nil && err != io.EOF {
		s.err = err
		return -1
	}
	return C.int64_t(count)
}

//export filestackGoSize
func filestackGoSize(handle C.uintptr_t) C.int64_t {
	// As net/http does it: buffers and readers of memory know.
	if sized, ok := streamOf(handle).reader.(interface{ Len() int }); ok {
		return C.int64_t(sized.Len())
	}
	return -1
}

//export filestackGoWrite
func filestackGoWrite(handle C.uintptr_t, data unsafe.Pointer, size C.size_t) C.int64_t {
	s := streamOf(handle)
	count, err := s.writer.Write(unsafe.Slice((*byte)(data), int(size)))
	if err != nil {
		s.err = err
		return -1
	}
	return C.int64_t(count)
}

//export filestackGoForget
func filestackGoForget(handle C.uintptr_t) {
	cgo.Handle(handle).Delete()
}
