package filestack

// #include <stdlib.h>
// #include <filestack/filestack.h>
import "C"

import (
	"context"
	"encoding/json"
	"io"
	"runtime"
	"unsafe"
)

// File is a file of the service.
type File struct {
	object *C.filestack_filelink
	queue  *queue
}

func newFile(q *queue, object *C.filestack_filelink, failure *C.filestack_error) (*File, error) {
	if object == nil {
		return nil, taken(failure)
	}
	file := &File{object, q}
	runtime.SetFinalizer(file, (*File).Close)
	return file, nil
}

// Close gives the object back. The file at the service stays.
func (f *File) Close() {
	C.filestack_filelink_release(f.object)
	f.object = nil
	runtime.SetFinalizer(f, nil)
}

// Handle is the file's name at the service.
func (f *File) Handle() string {
	defer runtime.KeepAlive(f)
	return C.GoString(C.filestack_filelink_handle(f.object))
}

// URL is the file's URL, without credentials.
func (f *File) URL() (string, error) {
	var failure *C.filestack_error
	var url *C.char
	C.filestack_filelink_url(f.object, &url, &failure)
	runtime.KeepAlive(f)
	return owned(url), taken(failure)
}

// Metadata is what the service knows of the file. Only fields that are asked for are filled in.
type Metadata struct {
	Size     int64  `json:"size"`
	MIMEType string `json:"mimetype"`
	Filename string `json:"filename"`
	MD5      string `json:"md5"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
}

// Metadata asks for the fields, by the names that they have in the JSON.
func (f *File) Metadata(ctx context.Context, fields ...string) (*Metadata, error) {
	names := newTexts(fields)
	defer names.free()
	count := C.size_t(len(fields))
	done, err := f.queue.run(ctx, func(s *start) {
		C.filestack_filelink_metadata_start(f.object, names.first(), count, nil, s.queue, s.tag, &s.made, &s.failure)
		runtime.KeepAlive(f)
	})
	if err != nil {
		return nil, err
	}
	reply, err := done.text()
	if err != nil {
		return nil, err
	}
	metadata := &Metadata{}
	return metadata, json.Unmarshal([]byte(reply), metadata)
}

// Content reads the whole file.
func (f *File) Content(ctx context.Context) ([]byte, error) {
	done, err := f.queue.run(ctx, func(s *start) {
		C.filestack_filelink_get_content_start(f.object, nil, s.queue, s.tag, &s.made, &s.failure)
		runtime.KeepAlive(f)
	})
	if err != nil {
		return nil, err
	}
	return done.content()
}

// Download writes the file to path, where it appears when it is whole.
func (f *File) Download(ctx context.Context, path string) error {
	to := C.CString(path)
	defer free(to)
	return f.queue.do(ctx, func(s *start) {
		C.filestack_filelink_download_start(f.object, to, nil, s.queue, s.tag, &s.made, &s.failure)
		runtime.KeepAlive(f)
	})
}

// WriteTo writes the file to a writer as it arrives, and returns how many bytes it has. On failure the writer may have
// a part of it. A Write that blocks holds up the call's end, also when the context is done.
func (f *File) WriteTo(ctx context.Context, writer io.Writer) (int64, error) {
	to := &stream{writer: writer}
	sink, err := to.sink()
	if err != nil {
		return 0, err
	}
	defer C.filestack_sink_release(sink)
	done, err := f.queue.run(ctx, func(s *start) {
		C.filestack_filelink_download_to_start(f.object, sink, nil, s.queue, s.tag, &s.made, &s.failure)
		runtime.KeepAlive(f)
	})
	if err != nil {
		return 0, because(err, ErrCallback, to.err)
	}
	return done.size()
}

// Delete removes the file from the service.
func (f *File) Delete(ctx context.Context) error {
	return f.queue.do(ctx, func(s *start) {
		C.filestack_filelink_delete_start(f.object, nil, s.queue, s.tag, &s.made, &s.failure)
		runtime.KeepAlive(f)
	})
}

// content copies a buffer to Go's memory and frees it.
func content(buffer *C.filestack_buffer, failure *C.filestack_error) ([]byte, error) {
	if buffer == nil {
		return nil, taken(failure)
	}
	defer C.filestack_buffer_free(buffer)
	size := int(C.filestack_buffer_size(buffer))
	bytes := make([]byte, size)
	if size > 0 {
		copy(bytes, unsafe.Slice((*byte)(C.filestack_buffer_data(buffer)), size))
	}
	return bytes, nil
}

// texts are C strings in an array of C: cgo lets no Go memory hold them that C is to read.
type texts struct {
	array unsafe.Pointer
	items []*C.char
}

func newTexts(values []string) texts {
	if len(values) == 0 {
		return texts{}
	}
	array := C.calloc(C.size_t(len(values)), C.size_t(unsafe.Sizeof((*C.char)(nil))))
	items := unsafe.Slice((**C.char)(array), len(values))
	for i, value := range values {
		items[i] = C.CString(value)
	}
	return texts{array, items}
}

func (t texts) first() **C.char {
	return (**C.char)(t.array)
}

func (t texts) free() {
	for _, item := range t.items {
		free(item)
	}
	C.free(t.array)
}
