// Package filestack is the part of libfilestack that the quickstart needs, for Go.
//
// Where the header and the library are is said when the program is built, by CGO_CFLAGS and CGO_LDFLAGS.
//
// Clients and files may be used by any goroutine, a Transformation by one at a time. Each is given back by Close, or
// when the collector finds it.
//
// Calls to the service take a context. When that is done, they are cancelled; they return when nothing of them goes on
// any more, with an *Error for which errors.Is finds the context's. A goroutine that waits in a call holds no thread, so
// any number of calls may be made at a time: what is too much for now waits in the library.
package filestack

// #cgo LDFLAGS: -lfilestack
// #include <stdlib.h>
// #include <filestack/filestack.h>
import "C"

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"unsafe"
)

// Error is a failure of the library or of the service.
type Error struct {
	Code       int    `json:"code"` // One of FILESTACK_E_*.
	Message    string `json:"message"`
	HTTPStatus int    `json:"http_status"` // 0 without a reply.
	Retryable  bool   `json:"retryable"`
	RequestID  string `json:"request_id"`

	cause error
}

// Codes that programs often ask for. filestack.h has them all.
const (
	ErrParamRange = int(C.FILESTACK_E_PARAM_RANGE)
	ErrAuth       = int(C.FILESTACK_E_AUTH)
	ErrNotFound   = int(C.FILESTACK_E_NOT_FOUND)
	ErrIO         = int(C.FILESTACK_E_IO)
	ErrCancelled  = int(C.FILESTACK_E_CANCELLED)
	ErrCallback   = int(C.FILESTACK_E_CALLBACK)
)

func (e *Error) Error() string {
	told := fmt.Sprintf("%s: %s", C.GoString(C.filestack_status_name(C.filestack_status(e.Code))), e.Message)
	if e.cause != nil {
		told += ": " + e.cause.Error()
	}
	return told
}

// Unwrap is the context's error in a call that was cancelled, and what a reader or writer has failed with.
func (e *Error) Unwrap() error {
	return e.cause
}

// taken makes a Go error of what a call has left, and frees it. Errors are objects of the caller, so it does not matter
// which thread the goroutine runs on.
func taken(failure *C.filestack_error) error {
	if failure == nil {
		return nil
	}
	defer C.filestack_error_release(failure)
	taken := &Error{}
	if err := json.Unmarshal([]byte(C.GoString(C.filestack_error_json(failure))), taken); err != nil {
		return err
	}
	return taken
}

// text makes a C string, which the caller frees. An empty one is NULL: not given.
func text(value string) *C.char {
	if value == "" {
		return nil
	}
	return C.CString(value)
}

func free(value *C.char) {
	C.free(unsafe.Pointer(value))
}

// owned makes a Go string of one that the library hands over.
func owned(value *C.char) string {
	defer C.filestack_string_free(value)
	return C.GoString(value)
}

// Options say how a client works. Everything may be left empty.
type Options struct {
	BaseURL string // All services at one address, such as that of filestack-local.
	Policy  string // The JSON of a policy, which signs every call together with Secret.
	Secret  string
}

// Client has the key, the credentials and the connections of an application. Programs make one and keep it.
type Client struct {
	object *C.filestack_client
	queue  *queue
}

// NewClient contacts nobody.
func NewClient(apiKey string, options Options) (*Client, error) {
	var failure *C.filestack_error
	made := C.filestack_client_options_new()
	defer C.filestack_client_options_free(made)
	if options.BaseURL != "" {
		url := text(options.BaseURL)
		defer free(url)
		if C.filestack_client_options_set_base_url(made, url, &failure) != C.FILESTACK_OK {
			return nil, taken(failure)
		}
	}
	if options.Secret != "" {
		var security *C.filestack_security
		policy, secret := text(options.Policy), text(options.Secret)
		defer free(policy)
		defer free(secret)
		if C.filestack_security_new(policy, secret, &security, &failure) != C.FILESTACK_OK {
			return nil, taken(failure)
		}
		defer C.filestack_security_release(security)
		if C.filestack_client_options_set_security(made, security, &failure) != C.FILESTACK_OK {
			return nil, taken(failure)
		}
	}
	queue, err := newQueue()
	if err != nil {
		return nil, err
	}
	key := text(apiKey)
	defer free(key)
	client := &Client{queue: queue}
	if C.filestack_client_new(key, made, &client.object, &failure) != C.FILESTACK_OK {
		return nil, taken(failure)
	}
	runtime.SetFinalizer(client, (*Client).Close)
	return client, nil
}

// Close gives the client back. Files of it stay usable.
func (c *Client) Close() {
	C.filestack_client_release(c.object)
	c.object = nil
	runtime.SetFinalizer(c, nil)
}

// Upload sends the file at path, which is opened when it is its turn.
func (c *Client) Upload(ctx context.Context, path string) (*File, error) {
	from := C.CString(path)
	defer free(from)
	done, err := c.queue.run(ctx, func(s *start) {
		C.filestack_client_upload_path_start(c.object, from, nil, s.queue, s.tag, &s.made, &s.failure)
		runtime.KeepAlive(c)
	})
	if err != nil {
		return nil, err
	}
	return done.file(c.queue)
}

// UploadReader sends what the reader gives, under a name. Readers without Len are first copied to a temporary file.
//
// A Read that blocks holds up the call's end, also when the context is done.
func (c *Client) UploadReader(ctx context.Context, reader io.Reader, name string) (*File, error) {
	from := &stream{reader: reader}
	source, err := from.source()
	if err != nil {
		return nil, err
	}
	defer C.filestack_source_release(source)
	options, err := uploadOptions(name)
	defer C.filestack_upload_options_free(options)
	if err != nil {
		return nil, err
	}
	done, err := c.queue.run(ctx, func(s *start) {
		C.filestack_client_upload_start(c.object, source, options, s.queue, s.tag, &s.made, &s.failure)
		runtime.KeepAlive(c)
	})
	if err != nil {
		return nil, because(err, ErrCallback, from.err)
	}
	return done.file(c.queue)
}

// uploadOptions are to be freed, also on failure.
func uploadOptions(name string) (*C.filestack_upload_options, error) {
	var failure *C.filestack_error
	options, store, filename := C.filestack_upload_options_new(), C.filestack_store_options_new(), C.CString(name)
	defer C.filestack_store_options_free(store)
	defer free(filename)
	if C.filestack_store_options_set_filename(store, filename, &failure) == C.FILESTACK_OK {
		C.filestack_upload_options_set_store(options, store, &failure)
	}
	return options, taken(failure)
}

// Filelink is the file with this handle. It contacts nobody.
func (c *Client) Filelink(handle string) (*File, error) {
	var failure *C.filestack_error
	var made *C.filestack_filelink
	name := C.CString(handle)
	defer free(name)
	C.filestack_client_filelink(c.object, name, nil, &made, &failure)
	runtime.KeepAlive(c)
	return newFile(c.queue, made, failure)
}
