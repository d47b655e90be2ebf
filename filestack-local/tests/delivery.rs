//! Downloads, ranges, metadata and image tasks over real HTTP.

mod common;

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use common::*;
use filestack_local::Options;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

/// Left half red, right half blue, the upper quarter green.
fn flag(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let pixels = RgbImage::from_fn(width, height, |x, y| match (x < width / 2, y < height / 4) {
        (_, true) => Rgb([0, 255, 0]),
        (true, _) => Rgb([255, 0, 0]),
        (false, _) => Rgb([0, 0, 255]),
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(pixels).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

async fn picture(fixture: &Fixture, path: &str) -> (String, RgbImage) {
    let response = fixture.get(path).await;
    let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
    let (status, bytes) = (response.status(), response.bytes().await.unwrap());
    assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&bytes));
    (content_type, image::load_from_memory(&bytes).unwrap().into_rgb8())
}

#[tokio::test]
async fn downloads_and_heads() {
    let fixture = start(Options::default());
    let bytes = noise(100_000, 1);
    let handle = fixture.store(&bytes, "ein \"Bild\" ü.bin", "application/x-noise").await;
    for path in
        [format!("/{handle}"), format!("/AKEY00z/{handle}"), format!("/api/file/{handle}"), format!("/{handle}+bin")]
    {
        let response = fixture.get(&path).await;
        let headers = response.headers().clone();
        assert_eq!(headers["content-type"], "application/x-noise");
        assert_eq!(headers["content-length"], "100000");
        assert_eq!(headers["x-file-name"], "ein %22Bild%22 %C3%BC.bin");
        assert!(headers["content-disposition"].to_str().unwrap().starts_with("inline;"));
        assert_eq!(sha256(&response.bytes().await.unwrap()), sha256(&bytes));

        let head = fixture.client.head(fixture.url(&path)).send().await.unwrap();
        assert_eq!(head.status(), 200);
        for name in ["content-type", "content-length", "x-file-name", "etag"] {
            assert_eq!(head.headers()[name], headers[name], "{name}");
        }
        assert!(head.bytes().await.unwrap().is_empty());

        let saved = fixture.get(&format!("{path}?dl=true")).await;
        assert!(saved.headers()["content-disposition"].to_str().unwrap().starts_with("attachment;"));
    }
    for path in
        ["/nosuchhandle", "/api/file/nosuchhandle", "/nosuchhandle/metadata", "/..%2f..%2fetc%2fpasswd", "/flip/%00"]
    {
        let (status, text) = read_text(fixture.get(path).await).await;
        assert_eq!((status, text.as_str()), (404, "file not found"), "{path}");
    }
}

#[tokio::test]
async fn ranges() {
    let fixture = start(Options::default());
    let bytes = noise(1000, 2);
    let handle = fixture.store(&bytes, "a.bin", "a/b").await;
    let get =
        |range: &'static str| fixture.client.get(fixture.url(&format!("/{handle}"))).header("range", range).send();
    for (range, content_range, part) in [
        ("bytes=0-99", "bytes 0-99/1000", &bytes[..100]),
        ("bytes=990-", "bytes 990-999/1000", &bytes[990..]),
        ("bytes=-10", "bytes 990-999/1000", &bytes[990..]),
    ] {
        let response = get(range).await.unwrap();
        assert_eq!(response.status(), 206);
        assert_eq!(response.headers()["content-range"], content_range);
        assert_eq!(response.headers()["content-length"], part.len().to_string());
        assert_eq!(sha256(&response.bytes().await.unwrap()), sha256(part));
    }
    let response = get("bytes=1000-").await.unwrap();
    assert_eq!(response.status(), 416);
    assert_eq!(response.headers()["content-range"], "bytes */1000");

    let etag = get("bytes=0-0").await.unwrap().headers()["etag"].clone();
    let request = |version: &str| {
        let request = fixture.client.get(fixture.url(&format!("/{handle}")));
        request.header("range", "bytes=5-").header("if-range", version).send()
    };
    assert_eq!(request(etag.to_str().unwrap()).await.unwrap().status(), 206);
    assert_eq!(request("\"other\"").await.unwrap().status(), 200);
}

#[tokio::test]
async fn metadata_has_real_hashes_and_sizes() {
    let fixture = start(Options::default());
    let bytes = flag(40, 20, ImageFormat::Png);
    let handle = fixture.store(&bytes, "flag.png", "image/png").await;
    let (status, default) = read_json(fixture.get(&format!("/api/file/{handle}/metadata")).await).await;
    assert_eq!(status, 200);
    let mut names: Vec<&str> = default.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    let mut expected =
        ["mimetype", "size", "filename", "uploaded", "writeable", "location", "path", "container", "key"];
    expected.sort_unstable();
    assert_eq!(names, expected);
    assert_eq!(default["size"], bytes.len());
    assert_eq!(default["location"], "S3");
    assert!(default["uploaded"].to_string().contains('.'), "a float: {}", default["uploaded"]);

    let asked = "md5=true&sha1=true&sha224=true&sha256=true&sha384=true&sha512=true&width=true&height=true&size=false&nosuch=true";
    for path in
        [format!("/api/file/{handle}/metadata"), format!("/{handle}/metadata"), format!("/file/{handle}/metadata")]
    {
        let (_, fields) = read_json(fixture.get(&format!("{path}?{asked}")).await).await;
        assert_eq!(fields.as_object().unwrap().len(), 8, "{fields}");
        assert_eq!((&fields["width"], &fields["height"]), (&json!(40), &json!(20)));
        assert_eq!(fields["sha256"], sha256(&bytes));
        assert_eq!(fields["md5"], hex(&<md5::Md5 as md5::Digest>::digest(&bytes)));
        for (name, length) in [("sha1", 40), ("sha224", 56), ("sha384", 96), ("sha512", 128)] {
            assert_eq!(fields[name].as_str().unwrap().len(), length);
        }
    }
    let (_, task) = read_json(fixture.get(&format!("/AKEY00z/metadata/{handle}")).await).await;
    assert_eq!(task, default);

    let text = fixture.store(b"no image", "a.txt", "text/plain").await;
    let (_, fields) = read_json(fixture.get(&format!("/{text}/metadata?width=true&height=true")).await).await;
    assert_eq!(fields, json!({ "width": null, "height": null }));
}

#[tokio::test]
async fn image_tasks_change_pixels_and_keep_the_format() {
    let fixture = start(Options::default());
    for (format, mimetype) in
        [(ImageFormat::Png, "image/png"), (ImageFormat::Jpeg, "image/jpeg"), (ImageFormat::WebP, "image/webp")]
    {
        let handle = fixture.store(&flag(80, 40, format), "flag", mimetype).await;
        let near = |pixel: &Rgb<u8>, expected: [u8; 3]| pixel.0.iter().zip(expected).all(|(a, b)| a.abs_diff(b) < 40);

        let (content_type, small) = picture(&fixture, &format!("/resize=width:40/{handle}")).await;
        assert_eq!((content_type.as_str(), small.dimensions()), (mimetype, (40, 20)));
        let (_, flipped) = picture(&fixture, &format!("/flip/{handle}")).await;
        assert!(near(flipped.get_pixel(10, 38), [0, 255, 0]) && near(flipped.get_pixel(10, 5), [255, 0, 0]));
        let (_, part) = picture(&fixture, &format!("/crop=dim:[40,20,10,15]/{handle}")).await;
        assert_eq!(part.dimensions(), (10, 15));
        assert!(near(part.get_pixel(8, 8), [0, 0, 255]));
        let (_, turned) = picture(&fixture, &format!("/rotate=deg:90/{handle}")).await;
        assert_eq!(turned.dimensions(), (40, 80));
        assert!(near(turned.get_pixel(38, 40), [0, 255, 0]));
        let (_, grey) = picture(&fixture, &format!("/monochrome/{handle}")).await;
        assert!(grey.pixels().all(|pixel| pixel.0[0].abs_diff(pixel.0[1]) < 3 && pixel.0[1].abs_diff(pixel.0[2]) < 3));
        let (_, chained) =
            picture(&fixture, &format!("/AKEY00z/resize=w:20,h:20,f:crop,a:right/rotate=d:270/{handle}")).await;
        assert_eq!(chained.dimensions(), (20, 20));
        assert!(near(chained.get_pixel(15, 10), [0, 0, 255]));

        let (_, size) = read_json(fixture.get(&format!("/imagesize/{handle}")).await).await;
        assert_eq!(size, json!({ "width": 80, "height": 40 }));
        let (_, size) = read_json(fixture.get(&format!("/resize=width:40/imagesize/{handle}")).await).await;
        assert_eq!(size, json!({ "width": 40, "height": 20 }));
    }
}

#[tokio::test]
async fn turning_fills_corners() {
    let fixture = start(Options::default());
    let handle = fixture.store(&flag(40, 40, ImageFormat::Png), "flag.png", "image/png").await;
    let (_, turned) = picture(&fixture, &format!("/rotate=deg:45,background:gold/{handle}")).await;
    assert_eq!(turned.dimensions(), (57, 57));
    assert_eq!(turned.get_pixel(0, 0).0, [255, 215, 0]);
}

/// A JPEG that says it is to be turned by a quarter.
fn sideways() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 95);
    // Little-endian TIFF with one entry: tag 0x112 (Orientation), type SHORT, one value, 6 (turn right).
    let exif = [b"II*\0\x08\0\0\0\x01\0".as_slice(), b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0", b"\0\0\0\0"].concat();
    image::ImageEncoder::set_exif_metadata(&mut encoder, exif).unwrap();
    let pixels = image::load_from_memory(&flag(80, 40, ImageFormat::Png)).unwrap();
    pixels.write_with_encoder(encoder).unwrap();
    bytes
}

#[tokio::test]
async fn exif_orientation_is_kept_applied_or_dropped() {
    let fixture = start(Options::default());
    let handle = fixture.store(&sideways(), "a.jpg", "image/jpeg").await;
    let orientation = |path: String| {
        let fixture = &fixture;
        async move {
            let bytes = fixture.get(&path).await.bytes().await.unwrap();
            let decoded = image::load_from_memory(&bytes).unwrap();
            let copy = fixture.store(&bytes, "b.jpg", "image/jpeg").await;
            let (_, fields) = read_json(fixture.get(&format!("/{copy}/metadata?exif=true")).await).await;
            (decoded.width(), fields["exif"]["Orientation"].as_str().unwrap_or_default().to_owned())
        }
    };
    let turned = "row 0 at right and column 0 at top";
    let upright = "row 0 at top and column 0 at left";
    assert_eq!(orientation(format!("/resize=width:40/{handle}")).await, (40, turned.to_owned()));
    assert_eq!(orientation(format!("/rotate=deg:exif/{handle}")).await, (40, upright.to_owned()));
    assert_eq!(orientation(format!("/rotate=exif:false/{handle}")).await, (80, upright.to_owned()));
}

#[tokio::test]
async fn the_base64_form_gives_the_same_bytes() {
    let fixture = start(Options::default());
    let handle = fixture.store(&flag(80, 40, ImageFormat::Png), "flag.png", "image/png").await;
    let plain = fixture.get(&format!("/resize=width:20/cache=expiry:60/{handle}")).await;
    assert_eq!(plain.headers()["cache-control"], "public, max-age=60");
    let tasks = URL_SAFE.encode(r#"[{"name":"resize","params":{"width":20}}]"#);
    let path = format!("/AKEY00z/b64/{tasks}/b64://{}", URL_SAFE.encode(&handle));
    let encoded = fixture.get(&path).await;
    assert_eq!(encoded.headers()["etag"], plain.headers()["etag"]);
    assert_eq!(encoded.bytes().await.unwrap(), plain.bytes().await.unwrap());
}

#[tokio::test]
async fn refusals_of_transformations() {
    let fixture = start(Options::default());
    let handle = fixture.store(&flag(8, 8, ImageFormat::Png), "flag.png", "image/png").await;
    let text = fixture.store(b"no image", "a.txt", "text/plain").await;
    for (path, status, part) in [
        (format!("/resiz=width:1/{handle}"), 400, "Invalid transformation task"),
        (format!("/resize=widht:1/{handle}"), 400, "Invalid transformation attribute"),
        (format!("/resize=width:ten/{handle}"), 400, "invalid attr value"),
        (format!("/resize=fit:crop/{handle}"), 400, "invalid attr value"),
        (format!("/crop=dim:[9,0,1,1]/{handle}"), 400, "invalid attr value"),
        (format!("/crop=dim:[0,0,1]/{handle}"), 400, "invalid attr value"),
        (format!("/enhance/{handle}"), 501, "the task enhance"),
        (format!("/resize=width:1,align:faces/{handle}"), 501, "align:faces"),
        (format!("/AKEY00z/collage=files:[{text}],width:50,height:50/{handle}"), 400, "conv20 provider error"),
        (format!("/AKEY00z/animate/[{handle},{text}]"), 400, "conv20 provider error"),
        (format!("/AKEY00z/flip/[{handle},{text}]"), 501, "lists of sources"),
        (format!("/flip/zip/[{handle},{text}]"), 501, "lists of sources"),
        (format!("/flip/zip/{handle}"), 400, "Invalid transformation task"),
        (format!("/urlscreenshot/{handle}"), 400, "takes a URL"),
        ("/flip/https://example.com/a.png".to_owned(), 404, "application not found"),
        ("/AKEY00z/flip/src://alias/a.png".to_owned(), 404, "file not found"),
        (format!("/flip/{text}"), 400, "conv20 provider error"),
        (format!("/imagesize/{text}"), 400, "conv20 provider error"),
        (format!("/imagesize/flip/{handle}"), 400, "Invalid transformation task"),
    ] {
        let (got, body) = read_text(fixture.get(&path).await).await;
        assert_eq!(got, status, "{path}: {body}");
        assert!(body.contains(part), "{path}: {body}");
    }
}

#[tokio::test]
async fn debug_explains_and_own_urls_are_served() {
    let fixture = start(Options::default());
    let bytes = flag(8, 8, ImageFormat::Png);
    let handle = fixture.store(&bytes, "flag.png", "image/png").await;
    let (_, explained) = read_json(fixture.get(&format!("/debug/resize=w:4/{handle}")).await).await;
    let task = json!({ "name": "resize", "params": { "width": "4" } });
    assert_eq!(explained, json!({ "apikey": Value::Null, "tasks": [task], "source": handle }));

    let own = fixture.url(&format!("/resize=width:4/{handle}"));
    let (_, turned) = picture(&fixture, &format!("/AKEY00z/resize=width:2/{own}")).await;
    assert_eq!(turned.dimensions(), (2, 2));
    let whole = fixture.get(&format!("/AKEY00z/%22{}%22", fixture.url(&format!("/{handle}")))).await;
    assert_eq!(sha256(&whole.bytes().await.unwrap()), sha256(&bytes));
}
