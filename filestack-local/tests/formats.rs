//! What pictures are written as: formats, quality, size and metadata; and what the chain of tasks makes of each task.

mod common;

use std::io::Cursor;

use common::*;
use filestack_catalogue::Local;
use filestack_local::Options;
use image::codecs::gif::{GifDecoder, GifEncoder, Repeat};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{
    AnimationDecoder as _, Delay, DynamicImage, Frame, ImageDecoder as _, ImageEncoder, ImageFormat, Rgb, RgbImage,
    Rgba, RgbaImage,
};
use reqwest::Response;
use serde_json::{Value, json};

/// A little-endian TIFF with one entry: tag 0x112 (Orientation), type SHORT, one value, 6 (turn right).
const TURNED: &[u8] = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";

/// Left half red, right half blue.
fn halves(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) }).into()
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn jpeg(image: &DynamicImage, quality: u8, exif: Option<&[u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    if let Some(exif) = exif {
        encoder.set_exif_metadata(exif.to_vec()).unwrap();
    }
    image.write_with_encoder(encoder).unwrap();
    bytes
}

fn gif(frames: &[[u8; 3]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    encoder.set_repeat(Repeat::Infinite).unwrap();
    for [red, green, blue] in frames {
        let pixels = RgbaImage::from_pixel(6, 4, Rgba([*red, *green, *blue, 255]));
        encoder.encode_frame(Frame::from_parts(pixels, 0, 0, Delay::from_numer_denom_ms(100, 1))).unwrap();
    }
    drop(encoder);
    bytes
}

fn near(pixel: &Rgb<u8>, expected: [u8; 3]) -> bool {
    pixel.0.iter().zip(expected).all(|(a, b)| a.abs_diff(b) < 30)
}

/// Header fields and bytes of a reply that must be good.
async fn good(response: Response) -> (String, String, Vec<u8>) {
    let header =
        |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    let (content_type, filename, status) = (header("content-type"), header("x-file-name"), response.status());
    let bytes = response.bytes().await.unwrap().to_vec();
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&bytes));
    (content_type, filename, bytes)
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn output_makes_every_format_of_every_format() {
    let fixture = start(Options::default());
    let formats = [
        ("jpg", ImageFormat::Jpeg),
        ("png", ImageFormat::Png),
        ("webp", ImageFormat::WebP),
        ("gif", ImageFormat::Gif),
        ("bmp", ImageFormat::Bmp),
        ("tiff", ImageFormat::Tiff),
    ];
    for (from, source) in formats {
        let filename = format!("a.b.{from}");
        let bytes = encoded(&halves(32, 16), source);
        let handle = fixture.store(&bytes, &filename, source.to_mime_type()).await;
        for (to, target) in formats {
            let path = format!("/output=format:{to}/resize=width:16/{handle}");
            let (content_type, name, bytes) = good(fixture.get(&path).await).await;
            assert_eq!((content_type.as_str(), name), (target.to_mime_type(), format!("a.b.{to}")), "{path}");
            assert_eq!(image::guess_format(&bytes).unwrap(), target, "{path}");
            let pixels = image::load_from_memory(&bytes).unwrap().into_rgb8();
            assert_eq!(pixels.dimensions(), (16, 8));
            assert!(near(pixels.get_pixel(2, 4), [255, 0, 0]) && near(pixels.get_pixel(13, 4), [0, 0, 255]), "{path}");
        }
    }
    let unnamed = fixture.store(&encoded(&halves(8, 8), ImageFormat::Png), "holiday", "image/png").await;
    for (task, expected) in [("output=f:jpeg", "holiday.jpg"), ("output=format:png", "holiday"), ("flip", "holiday")] {
        assert_eq!(good(fixture.get(&format!("/{task}/{unnamed}")).await).await.1, expected, "{task}");
    }
    let (_, stored) = fixture.ask(&format!("/output=format:gif/store/{unnamed}")).await;
    assert_eq!((&stored["filename"], &stored["type"]), (&json!("holiday.gif"), &json!("image/gif")));
}

#[tokio::test]
async fn transparency_becomes_the_background() {
    let fixture = start(Options::default());
    let clear = DynamicImage::from(RgbaImage::from_pixel(8, 8, Rgba([9, 9, 9, 0])));
    let handle = fixture.store(&encoded(&clear, ImageFormat::Png), "a.png", "image/png").await;
    for (task, expected) in [
        ("output=format:jpg", [255, 255, 255]),
        ("output=format:jpg,background:transparent", [255, 255, 255]),
        ("output=format:jpg,background:00ff00", [0, 255, 0]),
        ("output=format:png,background:gold", [255, 215, 0]),
        ("output=background:gold", [255, 215, 0]),
    ] {
        let bytes = fixture.bytes(&format!("/{task}/{handle}")).await;
        let picture = image::load_from_memory(&bytes).unwrap();
        assert!(!picture.color().has_alpha() && near(picture.to_rgb8().get_pixel(4, 4), expected), "{task}");
    }
    let kept = image::load_from_memory(&fixture.bytes(&format!("/output=format:webp/{handle}")).await).unwrap();
    assert_eq!(kept.into_rgba8().get_pixel(4, 4).0[3], 0);
}

#[tokio::test]
async fn stills_of_animations_are_frames() {
    let fixture = start(Options::default());
    let bytes = gif(&[[255, 0, 0], [0, 255, 0], [0, 0, 255]]);
    let handle = fixture.store(&bytes, "a.gif", "image/gif").await;
    for (task, expected) in [
        ("output=format:png", [255, 0, 0]),
        ("output=format:png,page:1", [255, 0, 0]),
        ("output=format:jpg,page:3", [0, 0, 255]),
        ("pjpg", [255, 0, 0]),
    ] {
        let picture = image::load_from_memory(&fixture.bytes(&format!("/{task}/{handle}")).await).unwrap();
        assert!(near(picture.into_rgb8().get_pixel(3, 2), expected), "{task}");
    }
    let frames = async |path: String| {
        let bytes = fixture.bytes(&path).await;
        GifDecoder::new(Cursor::new(bytes)).unwrap().into_frames().collect_frames().unwrap().len()
    };
    assert_eq!(frames(format!("/output=format:gif/{handle}")).await, 3);
    assert_eq!(frames(format!("/output=format:png/output=format:gif/{handle}")).await, 1);
    let (status, text) = read_text(fixture.get(&format!("/output=page:4/{handle}")).await).await;
    assert!(status == 400 && text.contains("there is no page 4"), "{text}");
}

#[tokio::test]
async fn quality_is_that_of_jpeg() {
    let fixture = start(Options::default());
    let pixels = RgbImage::from_raw(64, 64, noise(64 * 64 * 3, 7)).unwrap();
    let handle = fixture.store(&jpeg(&pixels.clone().into(), 60, None), "a.jpg", "image/jpeg").await;
    let size = async |task: &str| fixture.bytes(&format!("/{task}/{handle}")).await.len();
    let (low, middle, high) =
        (size("quality=v:10").await, size("quality=value:50").await, size("quality=value:100").await);
    assert!(low < middle && middle < high, "{low} {middle} {high}");
    assert_eq!(size("output=quality:50").await, middle);
    assert_eq!(size("quality=value:50/output=format:jpg").await, middle);
    assert_eq!(size("output=quality:input").await, size("quality=value:60").await);
    assert_eq!(size("output=format:jpg").await, size("quality=value:95").await);
    let png = fixture.store(&encoded(&pixels.clone().into(), ImageFormat::Png), "a.png", "image/png").await;
    let kept = image::load_from_memory(&fixture.bytes(&format!("/quality=value:1/{png}")).await).unwrap();
    assert_eq!(kept.into_rgb8(), pixels, "PNG has no quality");
}

#[tokio::test]
async fn progressive_jpegs_are_progressive() {
    let fixture = start(Options::default());
    let handle = fixture.store(&jpeg(&halves(32, 16), 90, Some(TURNED)), "a.jpg", "image/jpeg").await;
    let png = fixture.store(&encoded(&halves(32, 16), ImageFormat::Png), "b.png", "image/png").await;
    for (path, filename, size) in [
        (format!("/pjpg/{handle}"), "a.jpg", (16, 32)),
        (format!("/pjpg=metadata:true/{handle}"), "a.jpg", (32, 16)),
        (format!("/pjpg=quality:50/{png}"), "b.jpg", (32, 16)),
        (format!("/output=format:pjpg/{png}"), "b.jpg", (32, 16)),
    ] {
        let (content_type, name, bytes) = good(fixture.get(&path).await).await;
        assert_eq!((content_type.as_str(), name.as_str()), ("image/jpeg", filename), "{path}");
        // The frame header of a progressive file, where others have FFC0.
        assert!(has(&bytes, b"\xFF\xC2\0\x11\x08") && !has(&bytes, b"\xFF\xC0\0\x11\x08"), "{path}");
        assert_eq!(has(&bytes, b"Exif"), path.contains("metadata:true"));
        let pixels = image::load_from_memory(&bytes).unwrap().into_rgb8();
        assert_eq!(pixels.dimensions(), size, "{path}");
        assert!(near(pixels.get_pixel(2, 2), [255, 0, 0]), "{path}");
        assert!(near(pixels.get_pixel(size.0 - 3, size.1 - 3), [0, 0, 255]), "{path}");
    }
}

#[tokio::test]
async fn compressing_never_makes_anything_larger() {
    let fixture = start(Options::default());
    let gradient = DynamicImage::from(RgbImage::from_fn(120, 80, |x, y| Rgb([x as u8, y as u8, (x + y) as u8])));
    // The same as above, but upright.
    let upright = [&TURNED[..18], &[1], &TURNED[19..]].concat();
    for (name, bytes) in [
        ("fine.jpg", jpeg(&gradient, 100, Some(&upright))),
        ("coarse.jpg", jpeg(&gradient, 20, Some(&upright))),
        ("a.png", encoded(&gradient, ImageFormat::Png)),
        ("a.webp", encoded(&gradient, ImageFormat::WebP)),
        ("a.bmp", encoded(&gradient, ImageFormat::Bmp)),
        ("a.gif", gif(&[[1, 2, 3], [4, 5, 6]])),
    ] {
        let handle = fixture.store(&bytes, name, "image/any").await;
        for task in ["compress", "compress=metadata:true", "compress=m:false"] {
            let (_, filename, small) = good(fixture.get(&format!("/{task}/{handle}")).await).await;
            assert!(filename == name && small.len() <= bytes.len(), "{task} {name}: {} {}", small.len(), bytes.len());
            if name.ends_with("jpg") {
                assert_eq!(has(&small, b"Exif"), task.contains("true"), "{task} {name}");
            }
            let pixels = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().into_rgb8().into_raw();
            let (before, after) = (pixels(&bytes), pixels(&small));
            let differences = before.iter().zip(&after).map(|(a, b)| usize::from(a.abs_diff(*b)));
            let (largest, sum) = (differences.clone().max().unwrap(), differences.sum::<usize>());
            match name.ends_with("jpg") {
                true => assert!(small.len() < bytes.len() && sum / before.len() < 4, "{task} {name}: {sum}"),
                false => assert_eq!(largest, 0, "{task} {name}"),
            }
        }
    }
    let png = fixture.store(&encoded(&gradient, ImageFormat::Png), "a.png", "image/png").await;
    let plain = fixture.bytes(&format!("/resize=width:60/{png}")).await;
    let small = fixture.bytes(&format!("/resize=width:60/compress/{png}")).await;
    assert!(small.len() < plain.len(), "{} {}", small.len(), plain.len());
    assert_eq!(image::load_from_memory(&small).unwrap(), image::load_from_memory(&plain).unwrap());
}

#[tokio::test]
async fn metadata_goes_and_what_is_seen_stays() {
    let fixture = start(Options::default());
    let turned = fixture.store(&jpeg(&halves(32, 16), 95, Some(TURNED)), "a.jpg", "image/jpeg").await;
    let mut png = Vec::new();
    let mut encoder = PngEncoder::new(&mut png);
    encoder.set_exif_metadata(TURNED.to_vec()).unwrap();
    encoder.set_icc_profile(b"a profile of colors".to_vec()).unwrap();
    halves(32, 16).write_with_encoder(encoder).unwrap();
    let png = fixture.store(&png, "a.png", "image/png").await;
    for handle in [&turned, &png] {
        for task in ["no_metadata", "output=strip:true", "compress"] {
            let bytes = fixture.bytes(&format!("/{task}/{handle}")).await;
            assert!(!has(&bytes, b"II*\0"), "{task}");
            // Turned to the right, the left half is the upper one.
            let pixels = image::load_from_memory(&bytes).unwrap().into_rgb8();
            assert_eq!(pixels.dimensions(), (16, 32), "{task}");
            let (above, below) = (pixels.get_pixel(8, 4), pixels.get_pixel(8, 28));
            assert!(near(above, [255, 0, 0]) && near(below, [0, 0, 255]), "{task}: {above:?} {below:?}");
        }
    }
    let bytes = fixture.bytes(&format!("/no_metadata/{png}")).await;
    let mut decoder = image::codecs::png::PngDecoder::new(Cursor::new(bytes)).unwrap();
    assert_eq!(decoder.icc_profile().unwrap().as_deref(), Some(b"a profile of colors".as_slice()));
    let lossy = jpeg(&RgbImage::from_raw(32, 16, noise(32 * 16 * 3, 5)).unwrap().into(), 30, None);
    // EXIF data without a word about how it is to be turned.
    let exif = b"\xFF\xE1\0\x16Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0";
    let tagged = [&lossy[..2], exif.as_slice(), &lossy[2..]].concat();
    let handle = fixture.store(&tagged, "b.jpg", "image/jpeg").await;
    assert_eq!(sha256(&fixture.bytes(&format!("/no_metadata/{handle}")).await), sha256(&lossy), "nothing else changes");
    // A format that cannot say how it is to be turned is turned.
    let (_, _, bmp) = good(fixture.get(&format!("/output=format:bmp/{turned}")).await).await;
    assert_eq!(image::load_from_memory(&bmp).unwrap().height(), 32);
    let (_, _, kept) = good(fixture.get(&format!("/output=format:png/{turned}")).await).await;
    assert!(has(&kept, b"II*\0") && image::load_from_memory(&kept).unwrap().height() == 16);
}

#[tokio::test]
async fn auto_image_follows_what_the_client_accepts() {
    let fixture = start(Options::default());
    let source = halves(32, 16);
    let handle = fixture.store(&encoded(&source, ImageFormat::Png), "a.png", "image/png").await;
    let animation = fixture.store(&gif(&[[255, 0, 0], [0, 255, 0]]), "a.gif", "image/gif").await;
    let get = |path: String, accept: &'static str| {
        let request = fixture.client.get(fixture.url(&path)).header("accept", accept).send();
        async move { request.await.unwrap() }
    };
    let browser = "image/avif,image/webp,image/apng,*/*;q=0.8";
    let (modern, old) = (
        get(format!("/auto_image/{handle}"), browser).await,
        get(format!("/auto_image/{handle}"), "image/png,*/*").await,
    );
    assert_eq!(
        (&modern.headers()["vary"], &old.headers()["vary"]),
        (&"Accept".parse().unwrap(), &"Accept".parse().unwrap())
    );
    assert_ne!(modern.headers()["etag"], old.headers()["etag"]);
    let (content_type, filename, bytes) = good(modern).await;
    assert_eq!((content_type.as_str(), filename.as_str()), ("image/webp", "a.webp"));
    assert_eq!(image::load_from_memory(&bytes).unwrap().into_rgb8(), source.to_rgb8(), "lossless");
    let (content_type, filename, _) = good(old).await;
    assert_eq!((content_type.as_str(), filename.as_str()), ("image/png", "a.png"));
    let (content_type, _, _) = good(get(format!("/resize=width:8/auto_image/{handle}"), browser).await).await;
    assert_eq!(content_type, "image/webp");
    let (content_type, _, _) = good(get(format!("/auto_image/{animation}"), browser).await).await;
    assert_eq!(content_type, "image/gif", "what moves goes on moving");
    assert!(get(format!("/flip/{handle}"), browser).await.headers().get("vary").is_none());
    let body = json!({ "apikey": KEY, "sources": [handle], "tasks": [{ "name": "auto_image" }] }).to_string();
    let request = fixture.client.post(fixture.url("/process")).header("accept", browser).body(body);
    assert_eq!(good(request.send().await.unwrap()).await.0, "image/webp");
}

#[tokio::test]
async fn what_cannot_be_made_is_named() {
    let fixture = start(Options::default());
    let handle = fixture.store(&encoded(&halves(8, 8), ImageFormat::Png), "a.png", "image/png").await;
    let text = fixture.store(b"no image", "a.txt", "text/plain").await;
    for (task, status, part) in [
        ("output=format:pdf", 501, "the task output with format:pdf"),
        ("output=format:svg", 501, "the task output with format:svg"),
        ("output=format:heic", 400, "invalid attr value"),
        ("output=format:docx", 501, "the task output with format:docx"),
        ("output=format:png,colorspace:cmyk", 501, "colorspace:cmyk"),
        ("output=format:png,density:300", 501, "the parameter density"),
        ("output=format:png,pageformat:a4", 501, "the parameter pageformat"),
        ("output=format:png,background:fractal", 501, "background:fractal"),
        ("output=format:exe", 400, "invalid attr value"),
        ("output=quality:101", 400, "invalid attr value"),
        ("quality", 400, "Invalid transformation attribute"),
        ("auto_image=format:webp", 400, "Invalid transformation attribute"),
        ("output=docinfo:true", 200, "docs provider error"),
    ] {
        let (got, body) = read_text(fixture.get(&format!("/{task}/{handle}")).await).await;
        assert!(got == status && body.contains(part), "{task}: {got} {body}");
    }
    let (status, body) = read_text(fixture.get(&format!("/output=format:png/{text}")).await).await;
    assert!(status == 501 && body.contains("the task output"), "{body}");
    assert_eq!(fixture.get(&format!("/output=colorspace:rgb,secure:true,page:1/{handle}")).await.status(), 200);
}

#[tokio::test]
async fn metadata_of_a_result_is_that_of_its_bytes() {
    let fixture = start(Options::default());
    let handle = fixture.store(&encoded(&halves(32, 16), ImageFormat::Png), "a.png", "image/png").await;
    let made = fixture.bytes(&format!("/resize=width:8/output=format:gif/{handle}")).await;
    let fields = "fields:[size,mimetype,filename,width,height,sha256,uploaded]";
    let (status, told) =
        fixture.ask(&format!("/resize=width:8/output=format:gif/metadata={fields}/cache=false/{handle}")).await;
    let expected = json!({
        "size": made.len(), "mimetype": "image/gif", "filename": "a.gif", "width": 8, "height": 4, "sha256": sha256(&made),
    });
    assert_eq!((status, told), (200, expected));
    let (_, stored) = fixture.ask(&format!("/metadata=fields:[uploaded,width]/{handle}")).await;
    assert_eq!((stored["width"].clone(), stored.as_object().unwrap().len()), (json!(32), 2), "{stored}");
    let (_, default) = fixture.ask(&format!("/flip/metadata/{handle}")).await;
    assert_eq!((&default["filename"], default.as_object().unwrap().len()), (&json!("a.png"), 3), "{default}");

    let secured = start(Options { secret: Some("S".to_owned()), ..Options::default() });
    let (policy, signature) = sign("S", &json!({ "expiry": FUTURE }));
    let reply = secured.upload(b"abc", json!({ "policy": policy, "signature": signature })).await;
    let handle = reply["handle"].as_str().unwrap();
    for (calls, status) in [(json!(["stat"]), 403), (json!(["stat", "exif"]), 200)] {
        let security = sign_task("S", &json!({ "expiry": FUTURE, "call": calls }));
        assert_eq!(secured.get(&format!("/{security}/metadata=fields:[exif]/{handle}")).await.status(), status);
    }
}

#[tokio::test]
async fn presentation_may_be_anywhere_and_data_ends_a_chain() {
    let fixture = start(Options::default());
    let handle = fixture.store(&encoded(&halves(32, 16), ImageFormat::Png), "a.png", "image/png").await;
    for path in [
        format!("/cache=false/content=filename:b.bin,type:%22x/y%22/resize=width:8/{handle}"),
        format!("/resize=width:8/content=filename:b.bin,type:%22x/y%22/cache=false/{handle}"),
        format!("/content=filename:b.bin,type:%22x/y%22/resize=width:8/cache=false/flip/{handle}"),
    ] {
        let response = fixture.get(&path).await;
        assert_eq!(response.headers()["cache-control"], "no-cache", "{path}");
        let (content_type, filename, bytes) = good(response).await;
        assert_eq!((content_type.as_str(), filename.as_str()), ("x/y", "b.bin"));
        assert_eq!(image::load_from_memory(&bytes).unwrap().width(), 8);
    }
    for (path, status) in [
        (format!("/resize=width:8/imagesize/cache=false/{handle}"), 200),
        (format!("/resize=width:8/store/cache=false/{handle}"), 200),
        (format!("/imagesize/store/{handle}"), 400),
        (format!("/metadata/flip/{handle}"), 400),
        (format!("/store/resize=width:8/{handle}"), 400),
        (format!("/flip/zip/{handle}"), 400),
        (format!("/flip/animate/{handle}"), 400),
        (format!("/flip/urlscreenshot/{handle}"), 400),
    ] {
        assert_eq!(fixture.get(&path).await.status(), status, "{path}");
    }
    let (_, told) = fixture.ask(&format!("/debug/{KEY}/watermark=f:{handle},p:[top,left]/{handle}")).await;
    let task = json!({ "name": "watermark", "params": { "file": handle, "position": ["top", "left"] } });
    assert_eq!((&told["apikey"], &told["tasks"]), (&json!(KEY), &json!([task])));
}

/// Every task works or says that it does not, by its name.
#[tokio::test]
async fn every_task_of_the_catalogue_works_or_is_refused_by_name() {
    let fixture = start(Options { job_polls: 0, ..Options::default() });
    let handle = fixture.store(&encoded(&halves(64, 48), ImageFormat::Png), "a.png", "image/png").await;
    let pdf = b"%PDF-1.4\n1 0 obj<</Type/Page/MediaBox[0 0 595 842]>>endobj\n%%EOF";
    let pdf = fixture.store(pdf, "a.pdf", "application/pdf").await;
    let security = sign_task("any", &json!({ "expiry": FUTURE }));
    let (_, run) = fixture.ask(&format!("/{security}/run_workflow=id:w/{handle}")).await;
    let catalogue = filestack_catalogue::read(include_str!("../../catalogue/tasks.toml")).unwrap();
    let (mut served, mut refused) = (Vec::new(), Vec::new());
    for task in &catalogue.tasks {
        let name = task.name.as_str();
        let written = match name {
            "resize" => "resize=width:8".to_owned(),
            "crop" => "crop=dim:[0,0,8,8]".to_owned(),
            "watermark" => format!("watermark=file:{handle}"),
            "collage" => format!("collage=files:[{handle}],width:100,height:100"),
            "partial_blur" | "partial_pixelate" => format!("{name}=objects:[[1,2,3,4]]"),
            "quality" => "quality=value:50".to_owned(),
            "output" => "output=format:jpg".to_owned(),
            "text_sentiment" => "text_sentiment=text:good".to_owned(),
            "fallback" => format!("fallback=handle:{handle}"),
            "run_workflow" => "run_workflow=id:w".to_owned(),
            "workflow_status" => format!("workflow_status=job_id:{}", run["jobid"].as_str().unwrap()),
            "doc_detection" => "doc_detection=coords:true".to_owned(),
            "detect_faces" => "detect_faces=export:true".to_owned(),
            "security" => security.clone(),
            // No task of its own: the tasks that follow, in another form.
            "b64" => "b64/W10=".to_owned(),
            bare => bare.to_owned(),
        };
        let source = match name {
            "pdfinfo" => pdf.clone(),
            "urlscreenshot" => "https://example.com".to_owned(),
            "animate" | "zip" | "pdfcreate" | "slide" => format!("[{handle},{handle}]"),
            "text_sentiment" | "workflow_status" => String::new(),
            _ => handle.clone(),
        };
        let path = format!("/{KEY}/{security}/{written}/{source}");
        let (status, bytes) = {
            let response = fixture.get(path.trim_end_matches('/')).await;
            (response.status().as_u16(), response.bytes().await.unwrap())
        };
        match status {
            200 => {
                // The page of all tasks says so.
                assert_ne!(task.local, Local::None, "{name}");
                served.push(name);
            }
            501 => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                assert!(
                    text.starts_with("filestack-local does not implement") && text.contains(name),
                    "{name}: {text}"
                );
                assert_eq!(task.local, Local::None, "{name}");
                refused.push(name);
            }
            other => panic!("{path}: {other} {}", String::from_utf8_lossy(&bytes)),
        }
    }
    assert_eq!(Value::from(served.len() + refused.len()), json!(77), "{served:?} {refused:?}");
    // Without a model there is no honest picture.
    for name in ["crop_faces", "smart_crop", "enhance", "upscale", "redeye", "pixelate_faces", "blur_faces"] {
        assert!(refused.contains(&name), "{name}");
    }
    for name in
        ["output", "quality", "compress", "no_metadata", "auto_image", "pjpg", "watermark", "collage", "animate"]
    {
        assert!(served.contains(&name), "{name}");
    }
}
