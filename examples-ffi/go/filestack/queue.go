package filestack

// #include <filestack/filestack.h>
import "C"

import (
	"context"
	"errors"
	"runtime"
	"sync"
)

// queue is where the operations of a client, its files and their transformations arrive when they have ended. One
// goroutine takes them for all, so that those which wait hold no threads. It goes when the collector finds that all these
// objects have gone.
type queue struct {
	object *C.filestack_queue
	table  *table
}

// table has the operations that have not ended, by their tags. The goroutine that takes knows this only, and not the
// queue, which the collector would not find otherwise.
type table struct {
	mutex  sync.Mutex
	last   uint64
	ended  map[uint64]chan struct{}
	closed chan struct{} // When the goroutine has gone.
}

// operation is a call that has ended well. Its result is asked for by the functions of C that its start names.
type operation struct {
	object *C.filestack_operation
}

// start is what functions of C take last whose names end with _start.
type start struct {
	queue   *C.filestack_queue
	tag     C.uint64_t
	made    *C.filestack_operation
	failure *C.filestack_error
}

func newQueue() (*queue, error) {
	var failure *C.filestack_error
	var object *C.filestack_queue
	if C.filestack_queue_new(&object, &failure) != C.FILESTACK_OK {
		return nil, taken(failure)
	}
	q := &queue{object, &table{ended: map[uint64]chan struct{}{}, closed: make(chan struct{})}}
	go q.table.take(object)
	runtime.SetFinalizer(q, (*queue).wake)
	return q, nil
}

// wake ends the goroutine. Nothing runs any more: calls keep the queue until they have ended.
func (q *queue) wake() {
	C.filestack_queue_wake(q.object)
}

// take tells of the operations that end, until the queue is woken.
func (t *table) take(object *C.filestack_queue) {
	defer close(t.closed)
	defer C.filestack_queue_release(object)
	var tag C.uint64_t
	for C.filestack_queue_take(object, -1, &tag, nil, nil) == C.FILESTACK_OK {
		close(t.remove(uint64(tag)))
	}
}

func (t *table) add() (uint64, chan struct{}) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.last++
	ended := make(chan struct{})
	t.ended[t.last] = ended
	return t.last, ended
}

func (t *table) remove(tag uint64) chan struct{} {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	ended := t.ended[tag]
	delete(t.ended, tag)
	return ended
}

// run starts an operation and waits until it has ended. When the context is done, the operation is cancelled; run
// returns all the same when it has ended, so that nothing of it goes on.
func (q *queue) run(ctx context.Context, begin func(*start)) (*operation, error) {
	defer runtime.KeepAlive(q)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	// Before the start: the operation may end, and be taken, at once.
	tag, ended := q.table.add()
	started := &start{queue: q.object, tag: C.uint64_t(tag)}
	begin(started)
	if started.made == nil {
		q.table.remove(tag)
		return nil, taken(started.failure)
	}
	done := &operation{started.made}
	select {
	case <-ended:
	case <-ctx.Done():
		C.filestack_operation_cancel(done.object)
		<-ended
	}
	var failure *C.filestack_error
	if C.filestack_operation_outcome(done.object, &failure) != C.FILESTACK_OK {
		done.release()
		return nil, because(taken(failure), ErrCancelled, ctx.Err())
	}
	return done, nil
}

// do is run for calls without a result.
func (q *queue) do(ctx context.Context, begin func(*start)) error {
	done, err := q.run(ctx, begin)
	if err == nil {
		done.release()
	}
	return err
}

// because adds what has led to a failure with this code.
func because(err error, code int, cause error) error {
	var failure *Error
	if errors.As(err, &failure) && failure.Code == code {
		failure.cause = cause
	}
	return err
}

// file is the result of an upload, and ends the operation.
func (o *operation) file(q *queue) (*File, error) {
	defer o.release()
	var failure *C.filestack_error
	var made *C.filestack_filelink
	C.filestack_operation_filelink(o.object, &made, &failure)
	return newFile(q, made, failure)
}

// content is the result of a download to memory, and ends the operation.
func (o *operation) content() ([]byte, error) {
	defer o.release()
	var failure *C.filestack_error
	var buffer *C.filestack_buffer
	C.filestack_operation_take_content(o.object, &buffer, &failure)
	return content(buffer, failure)
}

// text is the answer of the service, and ends the operation.
func (o *operation) text() (string, error) {
	defer o.release()
	var failure *C.filestack_error
	var answer *C.char
	C.filestack_operation_json(o.object, &answer, &failure)
	return owned(answer), taken(failure)
}

// size is the number of bytes of a download, and ends the operation.
func (o *operation) size() (int64, error) {
	defer o.release()
	var failure *C.filestack_error
	var size C.uint64_t
	C.filestack_operation_size_bytes(o.object, &size, &failure)
	return int64(size), taken(failure)
}

func (o *operation) release() {
	C.filestack_operation_release(o.object)
}
