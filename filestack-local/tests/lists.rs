//! Several files in one result, and sources other than handles: aliases, workflow results, fallbacks.

mod common;

use std::fs;
use std::io::{Cursor, Read as _};
use std::os::unix::fs::symlink;

use common::*;
use filestack_local::Options;
use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegEncoder;
use image::metadata::LoopCount;
use image::{AnimationDecoder as _, DynamicImage, Frame, ImageEncoder, ImageFormat, Rgb, RgbImage};
use serde_json::json;

const RED: [u8; 3] = [255, 0, 0];
const GREEN: [u8; 3] = [0, 255, 0];
const BLUE: [u8; 3] = [0, 0, 255];
const WHITE: [u8; 3] = [255, 255, 255];

fn png(width: u32, height: u32, color: [u8; 3]) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(RgbImage::from_pixel(width, height, Rgb(color))).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Left half red, right half blue, to be turned to the right: red is above.
fn turned_jpeg() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
    // Little-endian TIFF with one entry: tag 0x112 (Orientation), type SHORT, one value, 6 (turn right).
    let exif = [b"II*\0\x08\0\0\0\x01\0".as_slice(), b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0", b"\0\0\0\0"].concat();
    encoder.set_exif_metadata(exif).unwrap();
    let pixels = RgbImage::from_fn(80, 40, |x, _| Rgb(if x < 40 { RED } else { BLUE }));
    pixels.write_with_encoder(encoder).unwrap();
    bytes
}

/// A BMP that claims a size; its pixels are missing.
fn huge(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"BM".to_vec();
    bytes.extend([54 + width * height * 3, 0, 54, 40, width, height].into_iter().flat_map(u32::to_le_bytes));
    bytes.extend([1, 0, 24, 0]);
    bytes.extend([0; 24]);
    bytes
}

impl Fixture {
    async fn store_png(&self, width: u32, height: u32, color: [u8; 3]) -> String {
        self.store(&png(width, height, color), "a.png", "image/png").await
    }

    async fn picture(&self, path: &str) -> RgbImage {
        image::load_from_memory(&self.bytes(path).await).unwrap().into_rgb8()
    }

    /// Frames, and how often they are shown; 0 is for ever.
    async fn frames(&self, path: &str) -> (Vec<Frame>, u32) {
        let decoder = GifDecoder::new(Cursor::new(self.bytes(path).await)).unwrap();
        let count = match decoder.loop_count() {
            LoopCount::Infinite => 0,
            LoopCount::Finite(times) => times.get(),
        };
        (decoder.into_frames().collect_frames().unwrap(), count)
    }

    /// The same bytes under `/api/file/`, which counts as a URL elsewhere.
    fn elsewhere(&self, handle: &str) -> String {
        format!("%22{}%22", self.url(&format!("/api/file/{handle}")))
    }
}

/// The smallest rectangle around all pixels of a color: left, top, width, height.
fn area(picture: &RgbImage, color: [u8; 3]) -> Option<(u32, u32, u32, u32)> {
    let hits = || picture.enumerate_pixels().filter(|(_, _, pixel)| pixel.0 == color);
    let (left, right) = (hits().map(|hit| hit.0).min()?, hits().map(|hit| hit.0).max()?);
    let (top, bottom) = (hits().map(|hit| hit.1).min()?, hits().map(|hit| hit.1).max()?);
    Some((left, top, right - left + 1, bottom - top + 1))
}

#[tokio::test]
async fn watermarks_are_where_they_were_asked_for() {
    let fixture = start(Options::default());
    let base = fixture.store_png(100, 60, WHITE).await;
    let mark = fixture.store_png(20, 10, RED).await;
    for (parameters, expected) in [
        ("", (40, 25, 20, 10)),
        (",position:[top,left]", (0, 0, 20, 10)),
        (",position:[top,center]", (40, 0, 20, 10)),
        (",position:[top,right]", (80, 0, 20, 10)),
        (",position:[middle,left]", (0, 25, 20, 10)),
        (",p:[bottom,right]", (80, 50, 20, 10)),
        (",position:bottom", (40, 50, 20, 10)),
        (",position:left", (0, 25, 20, 10)),
        (",size:50,position:[bottom,left]", (0, 55, 10, 5)),
        (",s:200,position:[top,right]", (60, 0, 40, 20)),
        (",size:500", (0, 5, 100, 50)),
    ] {
        let picture = fixture.picture(&format!("/watermark=file:{mark}{parameters}/{base}")).await;
        assert_eq!(picture.dimensions(), (100, 60));
        assert_eq!(area(&picture, RED), Some(expected), "{parameters}");
    }
    assert_eq!(area(&fixture.picture(&format!("/watermark=file:{mark},size:0/{base}")).await, RED), None);
    let path = format!("/resize=width:50/watermark=file:{mark},position:[top,left]/flip/{base}");
    assert_eq!(area(&fixture.picture(&path).await, RED), Some((0, 20, 20, 10)), "tasks before and after it");
    let (status, text) = read_text(fixture.get(&format!("/watermark=file:{mark},position:faces/{base}")).await).await;
    assert!(status == 501 && text.contains("the task watermark with position:faces"), "{text}");
}

#[tokio::test]
async fn watermarks_come_from_anywhere_and_go_on_everything() {
    let fixture = start(Options::default());
    let mark = fixture.store_png(4, 4, RED).await;
    let url = fixture.elsewhere(&mark);
    let (green, blue) = (fixture.store_png(40, 40, GREEN).await, fixture.store_png(40, 40, BLUE).await);
    let moving = format!("/{KEY}/animate/watermark=file:{url},position:[bottom,right]/[{green},{blue}]");
    let (frames, _) = fixture.frames(&moving).await;
    for (frame, color) in frames.iter().zip([GREEN, BLUE]) {
        let frame = DynamicImage::from(frame.buffer().clone()).into_rgb8();
        assert_eq!((area(&frame, RED), frame.get_pixel(0, 0).0), (Some((36, 36, 4, 4)), color));
    }
    assert_eq!(frames.len(), 2);
    // The place is that of the picture as it is seen.
    let turned = fixture.store(&turned_jpeg(), "a.jpg", "image/jpeg").await;
    let green_mark = fixture.store_png(10, 10, GREEN).await;
    let path = format!("/watermark=file:{green_mark},position:[top,left]/output=format:png/{turned}");
    let picture = fixture.picture(&path).await;
    assert_eq!((picture.dimensions(), area(&picture, GREEN)), ((40, 80), Some((0, 0, 10, 10))));
    let grey = fixture
        .store(
            &{
                let mut bytes = Cursor::new(Vec::new());
                DynamicImage::new_luma8(20, 20).write_to(&mut bytes, ImageFormat::Png).unwrap();
                bytes.into_inner()
            },
            "g.png",
            "image/png",
        )
        .await;
    assert_eq!(area(&fixture.picture(&format!("/watermark=file:{mark}/{grey}")).await, RED), Some((8, 8, 4, 4)));
    let text = fixture.store(b"no image", "a.txt", "text/plain").await;
    for (path, status) in [
        (format!("/watermark=file:nosuch/{blue}"), 404),
        (format!("/watermark=file:{text}/{blue}"), 400),
        (format!("/watermark=file:{url}/{blue}"), 404),
        (format!("/watermark=size:3/{blue}"), 400),
    ] {
        assert_eq!(fixture.get(&path).await.status(), status, "{path}");
    }
}

#[tokio::test]
async fn results_change_with_the_files_that_they_are_made_of() {
    let fixture = start(Options::default());
    let base = fixture.store_png(20, 20, WHITE).await;
    let etag = async |mark: &str| {
        let response = fixture.get(&format!("/watermark=file:{mark}/{base}")).await;
        response.headers()["etag"].to_str().unwrap().to_owned()
    };
    let mark = fixture.store_png(4, 4, RED).await;
    let before = etag(&mark).await;
    assert_eq!(before, etag(&mark).await);
    let security = sign_query("any", &json!({ "expiry": FUTURE }));
    let overwritten = fixture.client.post(fixture.url(&format!("/api/file/{mark}?{security}"))).body(png(4, 4, BLUE));
    assert_eq!(overwritten.send().await.unwrap().status(), 200);
    assert_ne!(before, etag(&mark).await);
}

#[tokio::test]
async fn collages_have_their_pictures_in_rows() {
    let fixture = start(Options::default());
    let (red, green, blue) = (
        fixture.store_png(40, 40, RED).await,
        fixture.store_png(80, 40, GREEN).await,
        fixture.store_png(10, 10, BLUE).await,
    );
    let url = fixture.elsewhere(&green);
    let collage = |parameters: &str| format!("/{KEY}/collage=files:[{url},{blue}],{parameters}/{red}");
    let picture = fixture.picture(&collage("width:110,height:110")).await;
    assert_eq!(picture.dimensions(), (110, 110));
    assert_eq!(picture.get_pixel(0, 0).0, WHITE);
    assert_eq!(area(&picture, RED), Some((35, 10, 40, 40)), "the first above, in the middle");
    assert_eq!(area(&picture, GREEN), Some((10, 70, 40, 20)), "whole, with room above and below");
    assert_eq!(area(&picture, BLUE), Some((60, 60, 40, 40)));
    let picture = fixture.picture(&collage("w:110,h:110,i:crop,m:4,c:black")).await;
    assert_eq!(picture.get_pixel(3, 3).0, [0, 0, 0]);
    assert_eq!(area(&picture, RED), Some((4, 4, 102, 49)));
    assert_eq!(area(&picture, GREEN), Some((4, 57, 49, 49)));
    assert_eq!(area(&picture, BLUE), Some((57, 57, 49, 49)));
    let clear = fixture.bytes(&collage("width:110,height:110,color:transparent")).await;
    assert_eq!(image::load_from_memory(&clear).unwrap().into_rgba8().get_pixel(0, 0).0[3], 0);
    let row = fixture.picture(&format!("/collage=files:[{blue}],width:110,height:50/{red}")).await;
    assert_eq!((area(&row, RED), area(&row, BLUE)), (Some((15, 10, 30, 30)), Some((65, 10, 30, 30))));

    let turned = fixture.store(&turned_jpeg(), "a.jpg", "image/jpeg").await;
    for (rotates, size) in [("", (80, 40)), (",autorotate:true", (40, 80)), (",autorotate:false", (80, 40))] {
        let path = format!("/collage=files:[{turned}],width:190,height:100{rotates},color:00ff00/{red}");
        let picture = fixture.picture(&path).await;
        let cell: Vec<_> = (100..180).filter(|x| picture.get_pixel(*x, 50).0 != GREEN).collect();
        assert_eq!(cell.len(), size.0, "{path}");
    }
    for (path, status) in [
        (collage("width:0,height:10"), 400),
        (collage("width:20,height:20,margin:50"), 400),
        (format!("/collage=files:[{red}],width:10/{blue}"), 400),
        (format!("/collage=files:[nosuch],width:100,height:100/{blue}"), 404),
        (format!("/collage=files:[{}],width:100,height:100/{blue}", vec![red.as_str(); 100].join(",")), 400),
    ] {
        assert_eq!(fixture.get(&path).await.status(), status, "{path}");
    }
}

#[tokio::test]
async fn animations_have_frames_delays_and_loops() {
    let fixture = start(Options::default());
    let (red, green, blue) = (
        fixture.store_png(40, 20, RED).await,
        fixture.store_png(20, 40, GREEN).await,
        fixture.store_png(10, 10, BLUE).await,
    );
    let list = format!("[{red},{green},{blue}]");
    let response = fixture.get(&format!("/animate/{list}")).await;
    assert_eq!(
        (&response.headers()["content-type"], &response.headers()["x-file-name"]),
        (&"image/gif".parse().unwrap(), &"filestack.gif".parse().unwrap())
    );
    let (frames, count) = fixture.frames(&format!("/animate/{list}")).await;
    assert_eq!((frames.len(), count), (3, 0));
    for (frame, (color, expected)) in
        frames.iter().zip([(RED, (0, 0, 40, 20)), (GREEN, (15, 0, 10, 20)), (BLUE, (10, 0, 20, 20))])
    {
        assert_eq!(frame.delay().numer_denom_ms(), (1000, 1));
        let pixels = DynamicImage::from(frame.buffer().clone());
        assert_eq!((pixels.width(), area(&pixels.to_rgb8(), color)), (40, Some(expected)));
    }
    assert_eq!(frames[1].buffer().get_pixel(0, 0).0[3], 0, "transparent, with nothing of the frame before");

    let path =
        format!("/animate=delay:250,loop:7,width:30,height:30,align:[bottom,right],background:00ff00/[{red},{blue}]");
    let (frames, count) = fixture.frames(&path).await;
    assert_eq!(count, 7);
    assert_eq!(frames[1].delay().numer_denom_ms(), (250, 1));
    let first = DynamicImage::from(frames[0].buffer().clone()).into_rgb8();
    assert_eq!((area(&first, RED), area(&first, GREEN)), (Some((0, 15, 30, 15)), Some((0, 0, 30, 15))));
    for (parameters, size, of_green) in [
        ("width:max,height:max", (40, 40), (10, 0, 20, 40)),
        ("width:20,height:20,fit:crop", (20, 20), (0, 0, 20, 20)),
        ("width:50,height:10,fit:scale", (50, 10), (0, 0, 50, 10)),
        ("height:10", (20, 10), (7, 0, 5, 10)),
    ] {
        let (frames, _) = fixture.frames(&format!("/animate={parameters}/{list}")).await;
        let second = DynamicImage::from(frames[1].buffer().clone()).into_rgb8();
        assert_eq!((second.dimensions(), area(&second, GREEN)), (size, Some(of_green)), "{parameters}");
    }
    assert_eq!(fixture.frames(&format!("/animate/{red}")).await.0.len(), 1);
    let (_, size) = fixture.ask(&format!("/animate/resize=width:20/imagesize/{list}")).await;
    assert_eq!(size, json!({ "width": 20, "height": 10 }));
    let text = fixture.store(b"no image", "a.txt", "text/plain").await;
    for (path, status) in [
        (format!("/animate=width:1801/{list}"), 400),
        (format!("/animate/[{red},{text}]"), 400),
        (format!("/animate/[{red},nosuch]"), 404),
        (format!("/animate/[{}]", vec![red.as_str(); 101].join(",")), 400),
        (format!("/animate=align:faces/{list}"), 501),
        (format!("/pdfcreate/{list}"), 501),
    ] {
        assert_eq!(fixture.get(&path).await.status(), status, "{path}");
    }
}

#[tokio::test]
async fn all_pictures_of_a_task_share_one_limit() {
    let fixture = start(Options::default());
    let small = fixture.store_png(10, 10, RED).await;
    let (first, second) = (
        fixture.store(&huge(8000, 8000), "a.bmp", "image/bmp").await,
        fixture.store(&huge(8000, 6000), "b.bmp", "image/bmp").await,
    );
    for path in [
        format!("/collage=files:[{first},{second}],width:100,height:100/{small}"),
        format!("/animate/[{first},{second}]"),
    ] {
        let (status, text) = read_text(fixture.get(&path).await).await;
        assert!(status == 400 && text.contains("together exceed the limit of 100000000"), "{path}: {text}");
    }
}

#[tokio::test]
async fn lists_mix_handles_urls_aliases_and_results() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("c d.png"), png(10, 10, BLUE)).unwrap();
    let aliases = vec![("work".to_owned(), folder.path().to_owned())];
    let fixture = start(Options { aliases, ..Options::default() });
    let red = fixture.store_png(10, 10, RED).await;
    let url = fixture.elsewhere(&fixture.store_png(10, 10, GREEN).await);
    let list = format!("[{red},{url},%22src://work/c%20d.png%22]");
    let bytes = fixture.bytes(&format!("/{KEY}/zip/{list}")).await;
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut blue = Vec::new();
    archive.by_name("c d.png").unwrap().read_to_end(&mut blue).unwrap();
    assert_eq!((archive.len(), sha256(&blue)), (3, sha256(&png(10, 10, BLUE))));
    let (frames, _) = fixture.frames(&format!("/{KEY}/animate/{list}")).await;
    let colors: Vec<_> = frames.iter().map(|frame| frame.buffer().get_pixel(5, 5).0[..3].to_vec()).collect();
    assert_eq!(colors, [RED, GREEN, BLUE]);
    let files = format!("[{url},%22src://work/c%20d.png%22]");
    let picture = fixture.picture(&format!("/{KEY}/collage=files:{files},width:70,height:30/{red}")).await;
    assert_eq!((area(&picture, GREEN), area(&picture, BLUE)), (Some((30, 10, 10, 10)), Some((50, 10, 10, 10))));
    assert_eq!(fixture.get(&format!("/zip/{list}")).await.status(), 404, "URLs need a key");
}

#[tokio::test]
async fn policies_are_asked_about_files_in_parameters() {
    let fixture = start(Options { secret: Some("S".to_owned()), ..Options::default() });
    let (policy, signature) = sign("S", &json!({ "expiry": FUTURE }));
    let credentials = json!({ "policy": policy, "signature": signature });
    let base = fixture.upload(&png(20, 20, WHITE), credentials.clone()).await["handle"].as_str().unwrap().to_owned();
    let mark = fixture.upload(&png(4, 4, RED), credentials).await["handle"].as_str().unwrap().to_owned();
    let only = |member: &str, value: &str| sign_task("S", &json!({ "expiry": FUTURE, member: value }));
    let api = format!("%22{}%22", fixture.url("/api/file/x"));
    for (task, security, status) in [
        (format!("watermark=file:{mark}"), only("handle", &base), 403),
        (format!("collage=files:[{base},{mark}],width:50,height:50"), only("handle", &base), 403),
        (format!("watermark=file:{base}"), only("handle", &base), 200),
        (format!("watermark=file:{mark}"), only("path", "x"), 200),
        (format!("watermark=file:{api}"), only("url", "^https://"), 403),
        ("watermark=file:%22src://a/b%22".to_owned(), only("handle", &base), 403),
        ("watermark=file:%22src://a/b%22".to_owned(), only("url", "^https://"), 403),
        ("watermark=file:%22src://a/b%22".to_owned(), only("url", "^src://a/"), 404),
    ] {
        let response = fixture.get(&format!("/{KEY}/{task}/{security}/{base}")).await;
        assert_eq!(response.status(), status, "{task}");
    }
}

#[tokio::test]
async fn a_fallback_takes_the_place_of_what_fails() {
    let fixture = start(Options::default());
    let bytes = png(10, 10, RED);
    let spare = fixture.store(&bytes, "spare.png", "image/png").await;
    let good = fixture.store_png(20, 10, BLUE).await;
    let text = fixture.store(b"no image", "a.txt", "text/plain").await;
    for path in [
        format!("/fallback=handle:{spare},cache:60/nosuch"),
        format!("/fallback=file:{spare},cache:60/resize=width:5/nosuch"),
        format!("/resize=width:5/fallback=cache:60,handle:{spare}/{text}"),
        format!("/{KEY}/fallback=handle:{spare},cache:60/http://127.0.0.1:1/a.png"),
        format!("/{KEY}/fallback=handle:{},cache:60/nosuch", fixture.elsewhere(&spare)),
    ] {
        let response = fixture.get(&path).await;
        assert_eq!(
            (response.status().as_u16(), &response.headers()["cache-control"]),
            (200, &"public, max-age=60".parse().unwrap()),
            "{path}"
        );
        assert_eq!(sha256(&response.bytes().await.unwrap()), sha256(&bytes), "{path}");
    }
    let response = fixture.get(&format!("/fallback=handle:{spare},cache:60/resize=width:10/{good}")).await;
    assert!(response.headers().get("cache-control").is_none(), "only the fallback is cached so");
    assert_eq!(image::load_from_memory(&response.bytes().await.unwrap()).unwrap().width(), 10);
    let (status, stored) = fixture.ask(&format!("/fallback=handle:{spare}/flip/store=filename:b.png/nosuch")).await;
    assert_eq!((status, &stored["filename"], &stored["size"]), (200, &json!("b.png"), &json!(bytes.len())), "{stored}");
    for (path, status) in [
        ("/fallback=handle:nosuch/nosuch2".to_owned(), 404),
        (format!("/fallback=cache:60/{good}"), 400),
        (format!("/fallback=handle:{spare}/upscale/{good}"), 501),
        (format!("/fallback=handle:{spare},cache:0/{good}"), 400),
    ] {
        assert_eq!(fixture.get(&path).await.status(), status, "{path}");
    }
}

#[tokio::test]
async fn a_fallback_has_a_policy_of_its_own() {
    let fixture = start(Options { secret: Some("S".to_owned()), ..Options::default() });
    let (policy, signature) = sign("S", &json!({ "expiry": FUTURE }));
    let spare = fixture.upload(b"spare", json!({ "policy": policy, "signature": signature })).await;
    let spare = spare["handle"].as_str().unwrap();
    let for_handle = |handle: &str| json!({ "expiry": FUTURE, "handle": handle });
    let narrow = sign_task("S", &for_handle("nosuch"));
    assert_eq!(fixture.get(&format!("/fallback=handle:{spare}/{narrow}/nosuch")).await.status(), 404);
    let own = sign_query("S", &for_handle(spare)).replace('=', "%3D").replace('&', "%26");
    let path = format!("/fallback=handle:%22{spare}%3F{own}%22/{narrow}/nosuch");
    assert_eq!(fixture.bytes(&path).await, b"spare");
    let stranger = sign_query("S", &for_handle("other")).replace('=', "%3D").replace('&', "%26");
    assert_eq!(
        fixture.get(&format!("/fallback=handle:%22{spare}%3F{stranger}%22/{narrow}/nosuch")).await.status(),
        404
    );
    // Who may not have the source gets no other file either.
    assert_eq!(fixture.get(&format!("/fallback=handle:{spare}/nosuch")).await.status(), 403);
}

#[tokio::test]
async fn aliases_serve_what_is_below_their_folder() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("inside");
    fs::create_dir_all(inside.join("sub")).unwrap();
    fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    fs::write(inside.join("sub/a.txt"), "first").unwrap();
    fs::write(inside.join("p.png"), png(20, 10, RED)).unwrap();
    symlink(folder.path().join("secret.txt"), inside.join("link.txt")).unwrap();
    symlink(folder.path(), inside.join("up")).unwrap();
    let aliases = vec![("work".to_owned(), inside.clone())];
    let fixture = start(Options { aliases, ..Options::default() });
    let response = fixture.get(&format!("/{KEY}/src://work/sub/a.txt")).await;
    assert_eq!(
        (&response.headers()["content-type"], &response.headers()["x-file-name"]),
        (&"text/plain".parse().unwrap(), &"a.txt".parse().unwrap())
    );
    let etag = response.headers()["etag"].clone();
    assert_eq!(response.text().await.unwrap(), "first");
    fs::write(inside.join("sub/a.txt"), "another").unwrap();
    let response = fixture.get(&format!("/{KEY}/%22src://work/sub/a.txt%22")).await;
    assert_ne!(response.headers()["etag"], etag);
    assert_eq!(response.text().await.unwrap(), "another");
    let (_, size) = fixture.ask(&format!("/{KEY}/resize=width:10/imagesize/src://work/p.png")).await;
    assert_eq!(size, json!({ "width": 10, "height": 5 }));
    let (_, stored) = fixture.ask(&format!("/{KEY}/store/src://work/sub/a.txt")).await;
    assert_eq!(fixture.bytes(&format!("/{}", stored["handle"].as_str().unwrap())).await, b"another");
    assert!(inside.join("sub/a.txt").exists(), "the file stays where it is");
    for path in [
        // Clients take plain dots out of a path themselves.
        "src://work/sub%2f..%2f..%2fsecret.txt",
        "src://work/%2e%2e%2fsecret.txt",
        "src://work/link.txt",
        "src://work/up/secret.txt",
        "src://work//etc/passwd",
        "src://work/%2fetc%2fpasswd",
        "src://work/sub",
        "src://work/",
        "src://work/nosuch",
        "src://other/a.txt",
    ] {
        let (status, text) = read_text(fixture.get(&format!("/{KEY}/{path}")).await).await;
        assert_eq!((status, text.as_str()), (404, "file not found"), "{path}");
    }
    let body = json!({ "apikey": KEY, "sources": ["src://work/../secret.txt"], "tasks": [{ "name": "store" }] });
    assert_eq!(fixture.call("/process", &body).await.0, 404);
    let (status, text) = read_text(fixture.get("/src://work/sub/a.txt").await).await;
    assert_eq!((status, text.as_str()), (404, "application not found"));
    let missing = Options { aliases: vec![("a".to_owned(), inside.join("nosuch"))], ..Options::default() };
    let refused = filestack_local::Service::start(missing).unwrap_err();
    assert!(refused.to_string().starts_with("alias a: "), "{refused}");
}

#[tokio::test]
async fn results_of_workflows_are_sources() {
    let fixture = start(Options { job_polls: 0, ..Options::default() });
    let security = sign_task("any", &json!({ "expiry": FUTURE }));
    let handle = fixture.store(&png(20, 10, RED), "a.png", "image/png").await;
    let (_, run) = fixture.ask(&format!("/{security}/run_workflow=id:w-1/{handle}")).await;
    let job = run["jobid"].as_str().unwrap();
    let url = async |prefix: &str| {
        let (_, done) = fixture.ask(&format!("{prefix}/{security}/workflow_status=job_id:{job}")).await;
        assert_eq!(done["results"]["store"]["url"], fixture.url(&format!("/{handle}")));
        done["results"]["copy"]["url"].as_str().unwrap().to_owned()
    };
    let source = url("").await.strip_prefix(&fixture.url("/")).unwrap().to_owned();
    let result = source.strip_prefix(&format!("wf://w-1/{job}/")).unwrap();
    assert!(result.len() == 32 && result.bytes().all(|byte| byte.is_ascii_hexdigit()), "{result}");
    assert_eq!(url(&format!("/{KEY}")).await, fixture.url(&format!("/{KEY}/{source}")));
    let response = fixture.get(&format!("/{source}")).await;
    assert_eq!(response.headers()["x-file-name"], "a.png");
    assert_eq!(sha256(&response.bytes().await.unwrap()), sha256(&png(20, 10, RED)));
    let (_, size) = fixture.ask(&format!("/resize=width:10/imagesize/{source}")).await;
    assert_eq!(size, json!({ "width": 10, "height": 5 }));
    let zipped = fixture.bytes(&format!("/zip/[{handle},%22{source}%22]")).await;
    assert_eq!(zip::ZipArchive::new(Cursor::new(zipped)).unwrap().len(), 2);
    for wrong in [
        format!("wf://other/{job}/{result}"),
        format!("wf://w-1/{result}/{result}"),
        format!("wf://w-1/{job}/{job}"),
        format!("wf://w-1/{job}"),
        "wf://".to_owned(),
    ] {
        assert_eq!(fixture.get(&format!("/flip/{wrong}")).await.status(), 404, "{wrong}");
    }
}
