// A first program: upload a picture, transform it, store the result and download it. Ctrl-C cancels what it does.
//
//	FILESTACK_API_KEY=... FILESTACK_APP_SECRET=... quickstart picture.png
//
// With filestack-local, which needs no account and says by environment variables where it is:
//
//	filestack-local --secret demo-secret -- quickstart picture.png
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/png"
	"log"
	"os"
	"os/signal"
	"time"

	"filestack.example/quickstart/filestack"
)

// newClient makes a client of filestack-local or of Filestack, as the environment says.
func newClient() (*filestack.Client, error) {
	prefix := "FILESTACK_"
	if os.Getenv("FILESTACK_LOCAL_API_KEY") != "" {
		prefix = "FILESTACK_LOCAL_"
	}
	return filestack.NewClient(os.Getenv(prefix+"API_KEY"), filestack.Options{
		BaseURL: os.Getenv("FILESTACK_LOCAL_URL"),
		// Without "call" everything is allowed. Programs for end users get policies from a server: signing needs the secret.
		Policy: fmt.Sprintf(`{"expiry": %d}`, time.Now().Add(time.Hour).Unix()),
		Secret: os.Getenv(prefix + "APP_SECRET"),
	})
}

// stored keeps a smaller, gray copy and downloads it to path.
func stored(ctx context.Context, file *filestack.File, path string) error {
	transformation := file.Transform().Resize(filestack.Resize{Width: 480, Fit: filestack.FitMax}).Monochrome()
	defer transformation.Close()
	url, err := transformation.URL()
	if err != nil {
		return err
	}
	fmt.Println("transformed:", url)
	copied, err := transformation.Store(ctx)
	if err != nil {
		return err
	}
	defer copied.Close()
	return copied.Download(ctx, path)
}

// checked looks at what was downloaded.
func checked(path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		return err
	}
	fmt.Printf("downloaded:  %s, %s of %d x %d pixels, %d bytes\n", path, format, config.Width, config.Height, len(content))
	if config.Width > 480 {
		return fmt.Errorf("%s is %d pixels wide, not 480 or less", path, config.Width)
	}
	return nil
}

func run(ctx context.Context, path string) error {
	client, err := newClient()
	if err != nil {
		return err
	}
	defer client.Close()
	file, err := client.Upload(ctx, path)
	if err != nil {
		return err
	}
	defer file.Close()
	metadata, err := file.Metadata(ctx, "size", "mimetype", "md5", "width", "height")
	if err != nil {
		return err
	}
	fmt.Printf("uploaded:    %+v\n", *metadata)

	if err := stored(ctx, file, "transformed.png"); err != nil {
		return err
	}
	return checked("transformed.png")
}

func main() {
	log.SetFlags(0)
	path := "picture.png"
	if len(os.Args) > 1 {
		path = os.Args[1]
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, path)
	// A failure of the library has a code that programs can ask for.
	var failure *filestack.Error
	if errors.As(err, &failure) && failure.Code == filestack.ErrAuth {
		log.Fatal("the credentials were refused: ", failure)
	}
	if err != nil {
		log.Fatal(err)
	}
}
