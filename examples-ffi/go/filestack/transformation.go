package filestack

// #include <filestack/filestack.h>
import "C"

import (
	"context"
	"encoding/json"
	"runtime"
)

// Transformation is a chain of tasks over a file. A task that is refused is remembered: what the chain is asked for
// then fails with that error, so tasks need no look at their own.
type Transformation struct {
	object *C.filestack_transformation
	queue  *queue
	failed error
}

// Transform begins a chain. Nothing happens before its result is asked for.
func (f *File) Transform() *Transformation {
	var failure *C.filestack_error
	t := &Transformation{queue: f.queue}
	C.filestack_filelink_transform(f.object, &t.object, &failure)
	runtime.KeepAlive(f)
	t.failed = taken(failure)
	runtime.SetFinalizer(t, (*Transformation).Close)
	return t
}

// Close gives the chain back.
func (t *Transformation) Close() {
	C.filestack_transformation_free(t.object)
	t.object = nil
	runtime.SetFinalizer(t, nil)
}

// Add adds any task of the catalogue. The parameters are encoded as a JSON object, nil stands for none.
func (t *Transformation) Add(task string, parameters any) *Transformation {
	if t.failed != nil {
		return t
	}
	encoded := []byte("{}")
	if parameters != nil {
		if encoded, t.failed = json.Marshal(parameters); t.failed != nil {
			return t
		}
	}
	var failure *C.filestack_error
	name, object := C.CString(task), C.CString(string(encoded))
	defer free(name)
	defer free(object)
	C.filestack_transformation_add_json(t.object, name, object, &failure)
	t.failed = taken(failure)
	return t
}

// Fit says how a picture fits into the box of Resize.
type Fit string

// The ways to fit.
const (
	FitClip  Fit = "clip"
	FitCrop  Fit = "crop"
	FitScale Fit = "scale"
	FitMax   Fit = "max"
)

// Resize are the parameters of the task resize. What is empty is not sent.
type Resize struct {
	Width  int `json:"width,omitempty"`
	Height int `json:"height,omitempty"`
	Fit    Fit `json:"fit,omitempty"`
}

// Resize changes width and height.
func (t *Transformation) Resize(parameters Resize) *Transformation {
	return t.Add("resize", parameters)
}

// Rotate are the parameters of the task rotate.
type Rotate struct {
	Degrees    int    `json:"deg,omitempty"`
	Background string `json:"background,omitempty"`
}

// Rotate turns clockwise.
func (t *Transformation) Rotate(parameters Rotate) *Transformation {
	return t.Add("rotate", parameters)
}

// Monochrome leaves shades of gray.
func (t *Transformation) Monochrome() *Transformation {
	return t.Add("monochrome", nil)
}

// URL is where the service delivers the result, without credentials.
func (t *Transformation) URL() (string, error) {
	if t.failed != nil {
		return "", t.failed
	}
	var failure *C.filestack_error
	var url *C.char
	C.filestack_transformation_url(t.object, &url, &failure)
	runtime.KeepAlive(t)
	return owned(url), taken(failure)
}

// Content reads the whole result.
func (t *Transformation) Content(ctx context.Context) ([]byte, error) {
	if t.failed != nil {
		return nil, t.failed
	}
	done, err := t.queue.run(ctx, func(s *start) {
		C.filestack_transformation_get_content_start(t.object, nil, s.queue, s.tag, &s.made, &s.failure)
		runtime.KeepAlive(t)
	})
	if err != nil {
		return nil, err
	}
	return done.content()
}

// Store keeps the result as a new file.
func (t *Transformation) Store(ctx context.Context) (*File, error) {
	if t.failed != nil {
		return nil, t.failed
	}
	done, err := t.queue.run(ctx, func(s *start) {
		C.filestack_transformation_store_start(t.object, nil, nil, s.queue, s.tag, &s.made, &s.failure)
		runtime.KeepAlive(t)
	})
	if err != nil {
		return nil, err
	}
	return done.file(t.queue)
}
