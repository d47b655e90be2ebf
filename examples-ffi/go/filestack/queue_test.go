package filestack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"
)

// setFaults replaces the rules by which the service misbehaves, until the test ends. They count from now on.
func setFaults(t *testing.T, rules ...string) {
	t.Helper()
	body, err := json.Marshal(rules)
	if err != nil {
		t.Fatal(err)
	}
	send := func(method string, body []byte) {
		t.Helper()
		url := os.Getenv("FILESTACK_LOCAL_URL") + "/local/faults"
		request, err := http.NewRequest(method, url, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil || response.StatusCode/100 != 2 {
			t.Fatal(response, err)
		}
		response.Body.Close()
	}
	send(http.MethodDelete, nil)
	send(http.MethodPost, body)
	t.Cleanup(func() { send(http.MethodDelete, nil) })
}

func secured(t *testing.T) *Client {
	t.Helper()
	return local(t, os.Getenv("FILESTACK_LOCAL_APP_SECRET"))
}

func random(seed int64, size int) []byte {
	content := make([]byte, size)
	rand.New(rand.NewSource(seed)).Read(content)
	return content
}

// plain hides all but Read.
type plain struct {
	io.Reader
}

// eventually collects garbage until the condition holds.
func eventually(condition func() bool) {
	for !condition() {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
}

func TestFiftyGoroutinesUploadAtATime(t *testing.T) {
	client, folder := secured(t), t.TempDir()
	var group sync.WaitGroup
	for number := 0; number < 50; number++ {
		group.Add(1)
		go func(number int) {
			defer group.Done()
			content, name := random(int64(number), 10_000+1_000*number), fmt.Sprint(number, ".bin")
			var file *File
			var err error
			switch number % 3 {
			case 0:
				path := filepath.Join(folder, name)
				if err := os.WriteFile(path, content, 0o600); err != nil {
					t.Error(err)
					return
				}
				file, err = client.Upload(context.Background(), path)
			case 1:
				file, err = client.UploadReader(context.Background(), bytes.NewReader(content), name)
			case 2:
				file, err = client.UploadReader(context.Background(), plain{bytes.NewReader(content)}, name)
			}
			if err != nil {
				t.Error(err)
				return
			}
			defer file.Close()
			var back bytes.Buffer
			size, err := file.WriteTo(context.Background(), &back)
			if err != nil || size != int64(len(content)) || !bytes.Equal(content, back.Bytes()) {
				t.Errorf("%s came back as %d bytes, which differ: %v", name, size, err)
			}
			path := filepath.Join(folder, name+".back")
			if err := file.Download(context.Background(), path); err != nil {
				t.Error(err)
			}
			if downloaded, err := os.ReadFile(path); err != nil || !bytes.Equal(content, downloaded) {
				t.Errorf("%s differs after its download: %v", name, err)
			}
		}(number)
	}
	group.Wait()
}

func TestReadersOfAllKinds(t *testing.T) {
	client, content := secured(t), random(1, 9<<20) // Two parts.
	for name, reader := range map[string]io.Reader{
		"memory":       bytes.NewReader(content),
		"a buffer":     bytes.NewBuffer(content),
		"without size": plain{bytes.NewReader(content)},
		"halves":       iotest.HalfReader(bytes.NewReader(content)),
		"end with it":  iotest.DataErrReader(bytes.NewReader(content)),
		"empty reads":  &hesitant{reader: bytes.NewReader(content)},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := client.UploadReader(context.Background(), reader, "größe.bin")
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			back, err := file.Content(context.Background())
			if err != nil || !bytes.Equal(content, back) {
				t.Errorf("the content differs: %v", err)
			}
			metadata, err := file.Metadata(context.Background(), "filename")
			if err != nil || metadata.Filename != "größe.bin" {
				t.Error(metadata, err)
			}
		})
	}
}

// hesitant gives nothing every other time, which readers may do.
type hesitant struct {
	reader io.Reader
	given  bool
}

func (h *hesitant) Read(p []byte) (int, error) {
	if h.given = !h.given; h.given {
		return 0, nil
	}
	return h.reader.Read(p)
}

// Written without a lock on purpose: the race detector looks at it.
type counting struct {
	io.Writer
	calls, bytes int
}

func (c *counting) Write(p []byte) (int, error) {
	c.calls++
	c.bytes += len(p)
	return c.Writer.Write(p)
}

func TestWhatStreamsFailWithIsTheCause(t *testing.T) {
	client, broken := secured(t), errors.New("the tape is torn")
	reader := io.MultiReader(bytes.NewReader(random(1, 100_000)), iotest.ErrReader(broken))
	_, err := client.UploadReader(context.Background(), reader, "a.bin")
	if code(t, err) != ErrCallback || !errors.Is(err, broken) || !strings.Contains(err.Error(), broken.Error()) {
		t.Errorf("a broken reader gives %v", err)
	}
	file := uploaded(t, client, random(2, 1<<20))
	to, from := io.Pipe()
	go func() {
		_, _ = io.CopyN(io.Discard, to, 1000)
		to.CloseWithError(broken)
	}()
	written := &counting{Writer: from}
	if _, err := file.WriteTo(context.Background(), written); code(t, err) != ErrCallback || !errors.Is(err, broken) {
		t.Errorf("a broken writer gives %v", err)
	}
	if written.calls == 0 {
		t.Error("it was not called")
	}
	written = &counting{Writer: io.Discard}
	if size, err := file.WriteTo(context.Background(), written); err != nil || size != 1<<20 || written.bytes != 1<<20 {
		t.Errorf("%d bytes were written, %d are told: %v", written.bytes, size, err)
	}
}

func TestAnUploadOfAStreamIsDownloadedIntoAnother(t *testing.T) {
	client, content := secured(t), random(3, 1<<20)
	first := uploaded(t, client, content)
	to, from := io.Pipe()
	go func() {
		_, err := first.WriteTo(context.Background(), from)
		from.CloseWithError(err)
	}()
	second, err := client.UploadReader(context.Background(), to, "copy.bin")
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if back, err := second.Content(context.Background()); err != nil || !bytes.Equal(content, back) {
		t.Errorf("the copy differs: %v", err)
	}
}

func TestCancelledCallsEndBeforeTheyReturn(t *testing.T) {
	client, folder := secured(t), t.TempDir()
	file := uploaded(t, client, random(4, 1<<20))
	setFaults(t, "GET */"+file.Handle()+"* 1 drip:65536/50")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	// The bytes stand beside the path until they are whole.
	hasPart := func() bool {
		paths, _ := filepath.Glob(filepath.Join(folder, ".filestack-*"))
		for _, path := range paths {
			if part, err := os.Stat(path); err == nil && part.Size() > 0 {
				return true
			}
		}
		return false
	}
	go func() {
		for ctx.Err() == nil && !hasPart() {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	err := file.Download(ctx, filepath.Join(folder, "slow.bin"))
	// Now, not soon: the library has put away what it had.
	if left, _ := os.ReadDir(folder); len(left) != 0 {
		t.Errorf("%v are left", left)
	}
	if code(t, err) != ErrCancelled || !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled download gives %v", err)
	}
	if _, err := file.Content(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that is done already gives %v", err)
	}
	if err := file.Download(context.Background(), filepath.Join(folder, "fast.bin")); err != nil {
		t.Error(err)
	}
}

func TestDeadlinesCancelToo(t *testing.T) {
	client := secured(t)
	setFaults(t, "POST /multipart/start * hang")
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	var group sync.WaitGroup
	for number := 0; number < 100; number++ {
		group.Add(1)
		go func() {
			defer group.Done()
			// The context may be done before all have begun.
			if _, err := client.UploadReader(ctx, strings.NewReader("text"), "a.txt"); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a deadline gives %v", err)
			}
		}()
	}
	group.Wait()
	if left := len(client.queue.table.ended); left != 0 {
		t.Errorf("%d operations are left", left)
	}
}

// blocking stands still in the first Read until it is let go, and has no end.
type blocking struct {
	once           sync.Once
	entered, leave chan struct{}
	inside         bool
}

func (b *blocking) Read(p []byte) (int, error) {
	b.inside = true
	b.once.Do(func() { close(b.entered) })
	<-b.leave
	b.inside = false
	return len(p), nil
}

func TestNothingIsReadAfterTheCall(t *testing.T) {
	client := secured(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	reader := &blocking{entered: make(chan struct{}), leave: make(chan struct{})}
	go func() {
		<-reader.entered
		cancel()
		close(reader.leave)
	}()
	if _, err := client.UploadReader(ctx, reader, "a.bin"); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled upload gives %v", err)
	}
	if reader.inside {
		t.Error("it is read still")
	}
}

func TestReadersAreForgottenWhenTheCallReturns(t *testing.T) {
	client := secured(t)
	collected := make(chan string, 3)
	send := func(name string, reader io.Reader) {
		watched := &plain{reader}
		runtime.SetFinalizer(watched, func(*plain) { collected <- name })
		file, err := client.UploadReader(context.Background(), watched, name)
		if err == nil {
			file.Close()
		}
	}
	send("", strings.NewReader("text"))
	send("good.txt", strings.NewReader("text"))
	send("bad.txt", iotest.ErrReader(io.ErrUnexpectedEOF))
	eventually(func() bool { return len(collected) == 3 })
}

func TestTheGoroutineEndsWithTheLastObject(t *testing.T) {
	client, err := NewClient("KEY", Options{})
	if err != nil {
		t.Fatal(err)
	}
	closed := client.queue.table.closed
	file, err := client.Filelink("5aYkEQJSQCmYShsoCnZN")
	if err != nil {
		t.Fatal(err)
	}
	client.Close()
	runtime.GC()
	select {
	case <-closed:
		t.Error("a file needs it")
	default:
	}
	runtime.KeepAlive(file)
	eventually(func() bool {
		select {
		case <-closed:
			return true
		default:
			return false
		}
	})
}
