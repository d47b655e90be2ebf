package filestack

// #include <stdlib.h>
// #include <filestack/filestack.h>
import "C"

import (
	"encoding/json"
	"runtime"
	"unsafe"
)

// File is a file of the service.
type File struct {
	object *C.filestack_filelink
}

func newFile(object *C.filestack_filelink, failure *C.filestack_error) (*File, error) {
	if object == nil {
		return nil, taken(failure)
	}
	file := &File{object}
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
	MD5      string `json:"md5"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
}

// Metadata asks for the fields, by the names that they have in the JSON.
func (f *File) Metadata(fields ...string) (*Metadata, error) {
	var failure *C.filestack_error
	var reply *C.char
	names := newTexts(fields)
	defer names.free()
	C.filestack_filelink_metadata(f.object, names.first(), C.size_t(len(fields)), nil, &reply, &failure)
	runtime.KeepAlive(f)
	if reply == nil {
		return nil, taken(failure)
	}
	metadata := &Metadata{}
	return metadata, json.Unmarshal([]byte(owned(reply)), metadata)
}

// Content reads the whole file.
func (f *File) Content() ([]byte, error) {
	var failure *C.filestack_error
	var buffer *C.filestack_buffer
	C.filestack_filelink_get_content(f.object, nil, &buffer, &failure)
	runtime.KeepAlive(f)
	return content(buffer, failure)
}

// Download writes the file to path, where it appears when it is whole.
func (f *File) Download(path string) error {
	var failure *C.filestack_error
	to := C.CString(path)
	defer free(to)
	C.filestack_filelink_download(f.object, to, nil, nil, &failure)
	runtime.KeepAlive(f)
	return taken(failure)
}

// Delete removes the file from the service.
func (f *File) Delete() error {
	var failure *C.filestack_error
	C.filestack_filelink_delete(f.object, nil, &failure)
	runtime.KeepAlive(f)
	return taken(failure)
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
