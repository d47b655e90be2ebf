// Package filestack is the part of libfilestack that the quickstart needs, for Go.
//
// Where the header and the library are is said when the program is built, by CGO_CFLAGS and CGO_LDFLAGS.
//
// Clients and files may be used by any goroutine, a Transformation by one at a time. Each is given back by Close, or
// when the collector finds it.
package filestack

// #cgo LDFLAGS: -lfilestack
// #include <stdlib.h>
// #include <filestack/filestack.h>
import "C"

import (
	"encoding/json"
	"fmt"
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
}

// Codes that programs often ask for. filestack.h has them all.
const (
	ErrParamRange = int(C.FILESTACK_E_PARAM_RANGE)
	ErrAuth       = int(C.FILESTACK_E_AUTH)
	ErrNotFound   = int(C.FILESTACK_E_NOT_FOUND)
)

func (e *Error) Error() string {
	return fmt.Sprintf("%s: %s", C.GoString(C.filestack_status_name(C.filestack_status(e.Code))), e.Message)
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
	key := text(apiKey)
	defer free(key)
	client := &Client{}
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

// Upload sends the file at path.
func (c *Client) Upload(path string) (*File, error) {
	var failure *C.filestack_error
	var made *C.filestack_filelink
	from := C.CString(path)
	defer free(from)
	C.filestack_client_upload_path(c.object, from, nil, &made, &failure)
	runtime.KeepAlive(c)
	return newFile(made, failure)
}

// Filelink is the file with this handle. It contacts nobody.
func (c *Client) Filelink(handle string) (*File, error) {
	var failure *C.filestack_error
	var made *C.filestack_filelink
	name := C.CString(handle)
	defer free(name)
	C.filestack_client_filelink(c.object, name, nil, &made, &failure)
	runtime.KeepAlive(c)
	return newFile(made, failure)
}
