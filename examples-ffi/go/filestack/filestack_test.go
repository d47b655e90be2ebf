package filestack

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// picture is a PNG with a gradient.
func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	made := image.NewRGBA(image.Rect(0, 0, width, height))
	for x := 0; x < width; x++ {
		for y := 0; y < height; y++ {
			made.Set(x, y, color.RGBA{uint8(x), uint8(y), 128, 255})
		}
	}
	var encoded bytes.Buffer
	if err := png.Encode(&encoded, made); err != nil {
		t.Fatal(err)
	}
	return encoded.Bytes()
}

// local is a client of the filestack-local that the tests run in.
func local(t *testing.T, secret string) *Client {
	t.Helper()
	url := os.Getenv("FILESTACK_LOCAL_URL")
	if url == "" {
		t.Skip("needs filestack-local")
	}
	client, err := NewClient(os.Getenv("FILESTACK_LOCAL_API_KEY"),
		Options{BaseURL: url, Policy: `{"expiry": 4102444800}`, Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func uploaded(t *testing.T, client *Client, content []byte) *File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gradient.png")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := client.Upload(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(file.Close)
	return file
}

func code(t *testing.T, err error) int {
	t.Helper()
	var failure *Error
	if !errors.As(err, &failure) {
		t.Fatalf("no error of the library: %v", err)
	}
	return failure.Code
}

func TestAFileComesBackAsItWasSent(t *testing.T) {
	client, sent := local(t, os.Getenv("FILESTACK_LOCAL_APP_SECRET")), picture(t, 60, 40)
	file := uploaded(t, client, sent)
	received, err := file.Content(context.Background())
	if err != nil || !bytes.Equal(sent, received) {
		t.Fatalf("%d bytes came back as %d: %v", len(sent), len(received), err)
	}
	metadata, err := file.Metadata(context.Background(), "size", "mimetype", "md5", "width", "height")
	if err != nil {
		t.Fatal(err)
	}
	sum := md5.Sum(sent)
	if expected := (Metadata{int64(len(sent)), "image/png", "", hex.EncodeToString(sum[:]), 60, 40}); *metadata != expected {
		t.Errorf("the metadata is %+v, not %+v", *metadata, expected)
	}
	if err := file.Delete(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := file.Content(context.Background()); code(t, err) != ErrNotFound {
		t.Errorf("a deleted file gives %v", err)
	}
}

func TestAResultIsStoredAndDownloaded(t *testing.T) {
	file := uploaded(t, local(t, os.Getenv("FILESTACK_LOCAL_APP_SECRET")), picture(t, 60, 40))
	transformation := file.Transform().Resize(Resize{Width: 30, Height: 10, Fit: FitScale}).Monochrome()
	defer transformation.Close()
	url, err := transformation.URL()
	if err != nil || !strings.Contains(url, "/resize=fit:scale,height:10,width:30/monochrome/") {
		t.Fatal(url, err)
	}
	content, err := transformation.Content(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	stored, err := transformation.Store(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer stored.Close()
	path := filepath.Join(t.TempDir(), "small.png")
	if err := stored.Download(context.Background(), path); err != nil {
		t.Fatal(err)
	}
	downloaded, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(content, downloaded) {
		t.Fatalf("the download differs from the result: %v", err)
	}
	decoded, err := png.Decode(bytes.NewReader(downloaded))
	if err != nil {
		t.Fatal(err)
	}
	if size := decoded.Bounds().Size(); size != image.Pt(30, 10) {
		t.Errorf("the result has %v pixels", size)
	}
	if r, g, b, _ := decoded.At(20, 5).RGBA(); r != g || g != b {
		t.Errorf("the result is not gray: %d %d %d", r, g, b)
	}
}

func TestTheFirstRefusalIsReportedAtTheEnd(t *testing.T) {
	client, err := NewClient("KEY", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Upload(context.Background(), "missing.png"); err == nil || !strings.Contains(err.Error(), "missing.png") {
		t.Errorf("a missing file gives %v", err)
	}
	file, err := client.Filelink("5aYkEQJSQCmYShsoCnZN")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	_, err = file.Transform().Resize(Resize{Width: 30, Fit: "crob"}).Rotate(Rotate{Degrees: 1000}).URL()
	if code(t, err) != ErrParamRange || !strings.Contains(err.Error(), "did you mean 'crop'?") {
		t.Errorf("a wrong word gives %v", err)
	}
}

func TestCredentialsAreNeededWhereTheServiceAsksForThem(t *testing.T) {
	file := uploaded(t, local(t, os.Getenv("FILESTACK_LOCAL_APP_SECRET")), picture(t, 4, 4))
	again, err := local(t, "").Filelink(file.Handle())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Content(context.Background()); code(t, err) != ErrAuth {
		t.Errorf("no credentials give %v", err)
	}
}

// Goroutines change threads between calls and the collector frees what they leave behind.
func TestGoroutinesShareAClient(t *testing.T) {
	file := uploaded(t, local(t, os.Getenv("FILESTACK_LOCAL_APP_SECRET")), picture(t, 60, 40))
	var group sync.WaitGroup
	for width := 1; width <= 16; width++ {
		group.Add(1)
		go func(width int) {
			defer group.Done()
			content, err := file.Transform().Resize(Resize{Width: width, Height: 3, Fit: FitScale}).Content(context.Background())
			if err != nil {
				t.Error(err)
				return
			}
			runtime.GC()
			config, err := png.DecodeConfig(bytes.NewReader(content))
			if err != nil || config.Width != width || config.Height != 3 {
				t.Errorf("%d pixels became %d x %d: %v", width, config.Width, config.Height, err)
			}
		}(width)
	}
	group.Wait()
}
