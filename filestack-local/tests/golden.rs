//! Pictures as image tasks make them, compared with those in `filestack-local/tests/pictures/`.
//!
//! Every task has a picture there, and every parameter one that differs from the task without it. A result may differ
//! a little, as another version of a library may round in another way: the mean difference of a channel is at most
//! [`MEAN`], and at most [`SHARE`] of the pixels differ by more than [`NEAR`] in any channel. Colors count as much as
//! they can be seen.
//!
//! To write the pictures anew, after a change that was wanted, and to look at them before they are committed:
//!
//! ```sh
//! FILESTACK_LOCAL_GOLDEN=write cargo test -p filestack-local --test golden
//! ```

mod common;

use std::collections::HashMap;
use std::io::Cursor;
use std::path::PathBuf;

use common::*;
use filestack_local::Options;
use image::codecs::gif::{GifDecoder, GifEncoder};
use image::imageops::FilterType;
use image::{AnimationDecoder as _, Delay, DynamicImage, Frame, ImageBuffer, ImageFormat, Luma, Rgba, RgbaImage};

/// The largest mean difference of a channel.
const MEAN: f64 = 1.0;
/// A difference up to this does not count.
const NEAR: u8 = 8;
/// How many of all pixels may differ by more.
const SHARE: f64 = 0.01;

/// Name of the picture, its source, and the task that makes it.
const PICTURES: &[(&str, &str, &str)] = &[
    ("blackwhite", "landscape", "blackwhite"),
    ("blackwhite-threshold", "landscape", "blackwhite=threshold:65"),
    ("blur", "landscape", "blur"),
    ("blur-amount", "landscape", "blur=amount:8"),
    ("border", "landscape", "border"),
    ("border-width", "landscape", "border=width:7"),
    ("border-color", "landscape", "border=width:7,color:tomato"),
    ("border-background", "badge", "border=width:7,color:ff000080,background:gold"),
    ("circle", "landscape", "circle"),
    ("circle-background", "landscape", "circle=background:gold"),
    ("crop", "landscape", "crop=dim:[60,10,50,40]"),
    ("flip", "landscape", "flip"),
    ("flop", "landscape", "flop"),
    ("modulate-brightness", "landscape", "modulate=brightness:140"),
    ("modulate-hue", "landscape", "modulate=hue:120"),
    ("modulate-saturation", "landscape", "modulate=saturation:250"),
    ("monochrome", "landscape", "monochrome"),
    ("negative", "landscape", "negative"),
    ("negative-deep", "deep", "negative"),
    ("oil_paint", "landscape", "oil_paint"),
    ("oil_paint-amount", "landscape", "oil_paint=amount:6"),
    ("partial_blur", "landscape", "partial_blur=objects:[[70,8,40,30],[10,40,40,30]]"),
    ("partial_blur-amount", "landscape", "partial_blur=objects:[[70,8,40,30],[10,40,40,30]],amount:2"),
    ("partial_blur-blur", "landscape", "partial_blur=objects:[[70,8,40,30],[10,40,40,30]],blur:0"),
    ("partial_blur-type", "landscape", "partial_blur=objects:[[70,8,40,30],[10,40,40,30]],type:oval"),
    ("partial_pixelate", "landscape", "partial_pixelate=objects:[[70,8,40,30],[10,40,40,30]]"),
    ("partial_pixelate-amount", "landscape", "partial_pixelate=objects:[[70,8,40,30],[10,40,40,30]],amount:5"),
    ("partial_pixelate-blur", "landscape", "partial_pixelate=objects:[[70,8,40,30],[10,40,40,30]],blur:0"),
    ("partial_pixelate-type", "landscape", "partial_pixelate=objects:[[70,8,40,30],[10,40,40,30]],type:oval"),
    ("pixelate", "landscape", "pixelate"),
    ("pixelate-amount", "landscape", "pixelate=amount:9"),
    ("polaroid", "landscape", "polaroid"),
    ("polaroid-color", "landscape", "polaroid=color:lightblue"),
    ("polaroid-rotate", "landscape", "polaroid=rotate:345"),
    ("polaroid-background", "landscape", "polaroid=rotate:15,background:saddlebrown"),
    ("resize", "landscape", "resize=width:70"),
    ("resize-height", "landscape", "resize=height:30"),
    ("resize-fit", "landscape", "resize=width:50,height:50,fit:crop"),
    ("resize-align", "landscape", "resize=width:50,height:50,fit:crop,align:right"),
    ("resize-filter", "landscape", "resize=width:70,filter:point"),
    ("rotate", "landscape", "rotate=deg:90"),
    ("rotate-background", "landscape", "rotate=deg:30,background:gold"),
    ("rotate-clear", "landscape", "rotate=deg:30,background:transparent"),
    ("rounded_corners", "landscape", "rounded_corners"),
    ("rounded_corners-radius", "landscape", "rounded_corners=radius:max"),
    ("rounded_corners-blur", "landscape", "rounded_corners=radius:30,blur:4"),
    ("rounded_corners-background", "landscape", "round_corners=radius:20,background:gold"),
    ("sepia", "landscape", "sepia"),
    ("sepia-tone", "landscape", "sepia=tone:30"),
    ("shadow", "badge", "shadow"),
    ("shadow-blur", "badge", "shadow=blur:0"),
    ("shadow-opacity", "badge", "shadow=opacity:100"),
    ("shadow-vector", "badge", "shadow=vector:[-12,8]"),
    ("shadow-color", "badge", "shadow=color:blue"),
    ("shadow-background", "badge", "shadow=background:white"),
    ("sharpen", "landscape", "sharpen"),
    ("sharpen-amount", "landscape", "sharpen=amount:10"),
    ("torn_edges", "landscape", "torn_edges"),
    ("torn_edges-spread", "landscape", "torn_edges=spread:[4,18]"),
    ("torn_edges-background", "landscape", "torn_edges=background:black"),
    ("vignette", "landscape", "vignette"),
    ("vignette-amount", "landscape", "vignette=amount:90"),
    ("vignette-blurmode", "landscape", "vignette=amount:90,blurmode:linear"),
    ("vignette-background", "landscape", "vignette=amount:90,background:black"),
];

/// The same for tasks that make pages, which are compared to the letter.
const PAGES: &[(&str, &str, &str)] = &[
    ("ascii", "landscape", "ascii"),
    ("ascii-size", "landscape", "ascii=size:50"),
    ("ascii-reverse", "landscape", "ascii=size:50,reverse:true"),
    ("ascii-colors", "landscape", "ascii=size:50,foreground:gold,background:navy"),
    ("ascii-colored", "landscape", "ascii=size:50,colored:true,background:black"),
];

/// The landscape of the examples, small.
fn landscape() -> DynamicImage {
    let bytes = include_bytes!("../../examples-c/pictures/landscape.png");
    image::load_from_memory(bytes).unwrap().resize_exact(120, 80, FilterType::Triangle)
}

/// A ring with a soft edge on nothing.
fn badge() -> DynamicImage {
    RgbaImage::from_fn(80, 60, |x, y| {
        let distance = (f64::from(x) - 39.5).hypot(f64::from(y) - 29.5);
        let inside = (distance - 10.0).min(26.0 - distance).clamp(0.0, 1.0);
        Rgba([40, 160, 90, (inside * 255.0) as u8])
    })
    .into()
}

/// Sixteen bits of grey.
fn deep() -> DynamicImage {
    ImageBuffer::from_fn(60, 40, |x, y| Luma([x as u16 * 900 + y as u16 * 300])).into()
}

fn encode(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/pictures").join(name)
}

/// The committed file, or `bytes` once they are it.
fn golden(name: &str, bytes: &[u8]) -> Vec<u8> {
    let path = path(name);
    if std::env::var("FILESTACK_LOCAL_GOLDEN").as_deref() == Ok("write") {
        std::fs::write(&path, bytes).unwrap();
    }
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What of a pixel is seen: colors weighted by opacity, and opacity.
fn seen(pixel: &Rgba<u8>) -> [u8; 4] {
    let [red, green, blue, alpha] = pixel.0;
    let weigh = |value: u8| (u16::from(value) * u16::from(alpha) / 255) as u8;
    [weigh(red), weigh(green), weigh(blue), alpha]
}

fn compare(name: &str, got: &DynamicImage, expected: &DynamicImage) {
    assert_eq!(
        (got.width(), got.height(), got.color()),
        (expected.width(), expected.height(), expected.color()),
        "{name}"
    );
    let (got, expected) = (got.to_rgba8(), expected.to_rgba8());
    let (mut sums, mut far) = ([0u64; 4], 0);
    for (a, b) in got.pixels().zip(expected.pixels()) {
        let (a, b) = (seen(a), seen(b));
        let differences = [0, 1, 2, 3].map(|channel: usize| a[channel].abs_diff(b[channel]));
        sums.iter_mut().zip(differences).for_each(|(sum, difference)| *sum += u64::from(difference));
        far += usize::from(differences.iter().any(|difference| *difference > NEAR));
    }
    let count = got.pixels().len() as f64;
    for (channel, sum) in sums.iter().enumerate() {
        let mean = *sum as f64 / count;
        assert!(mean <= MEAN, "{name}: channel {channel} differs by {mean:.2} in the mean");
    }
    assert!(far as f64 <= count * SHARE, "{name}: {far} of {count} pixels differ by more than {NEAR}");
}

async fn sources(fixture: &Fixture) -> HashMap<&'static str, String> {
    let mut handles = HashMap::new();
    for (name, picture) in [("landscape", landscape()), ("badge", badge()), ("deep", deep())] {
        let handle = fixture.store(&encode(&picture, ImageFormat::Png), "a.png", "image/png").await;
        handles.insert(name, handle);
    }
    handles
}

#[tokio::test]
async fn pictures_are_as_they_were() {
    let fixture = start(Options::default());
    let handles = sources(&fixture).await;
    let mut known = HashMap::new();
    for (name, source, task) in PICTURES {
        let bytes = fixture.bytes(&format!("/{task}/{}", handles[source])).await;
        let got = image::load_from_memory(&bytes).unwrap();
        let expected = image::load_from_memory(&golden(&format!("{name}.png"), &bytes)).unwrap();
        compare(name, &got, &expected);
        let pixels = (got.width(), got.height(), got.into_rgba16().into_raw());
        assert_eq!(known.insert(pixels, name), None, "{name}: a parameter without effect");
    }
}

#[tokio::test]
async fn pages_are_as_they_were() {
    let fixture = start(Options::default());
    let handles = sources(&fixture).await;
    for (name, source, task) in PAGES {
        let response = fixture.get(&format!("/{task}/{}", handles[source])).await;
        assert_eq!(
            (response.status().as_u16(), &response.headers()["content-type"]),
            (200, &"text/html; charset=utf-8".parse().unwrap())
        );
        let page = response.text().await.unwrap();
        assert_eq!(page, String::from_utf8(golden(&format!("{name}.html"), page.as_bytes())).unwrap(), "{name}");
    }
}

#[tokio::test]
async fn every_task_knows_every_kind_of_picture() {
    let fixture = start(Options::default());
    let grey_alpha = DynamicImage::from(landscape().to_luma_alpha16());
    let kinds = [
        (landscape(), ImageFormat::Jpeg),
        (landscape().to_luma8().into(), ImageFormat::Jpeg),
        (landscape(), ImageFormat::Gif),
        (landscape(), ImageFormat::Bmp),
        (badge(), ImageFormat::WebP),
        (deep(), ImageFormat::Tiff),
        (grey_alpha, ImageFormat::Png),
        (DynamicImage::new_rgb8(1, 1), ImageFormat::Png),
    ];
    for (picture, format) in kinds {
        let handle = fixture.store(&encode(&picture, format), "a", format.to_mime_type()).await;
        for (name, _, task) in PICTURES.iter().filter(|(_, _, task)| !task.starts_with("crop") || picture.width() > 60)
        {
            let response = fixture.get(&format!("/{task}/{handle}")).await;
            assert_eq!(response.status(), 200, "{name} of {format:?}");
            let mimetype = response.headers()["content-type"].to_str().unwrap().to_owned();
            let result = image::load_from_memory(&response.bytes().await.unwrap()).unwrap();
            // Only what has become transparent has another format than its source.
            let expected = match format {
                ImageFormat::Jpeg if result.color().has_alpha() => ImageFormat::Png,
                _ => format,
            };
            assert_eq!(mimetype, expected.to_mime_type(), "{name} of {format:?}");
        }
    }
}

#[tokio::test]
async fn every_frame_of_an_animation_changes() {
    let fixture = start(Options::default());
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for shade in [20, 120, 220] {
        let pixels = RgbaImage::from_fn(40, 30, |x, _| Rgba([shade, if x < 20 { 0 } else { 250 }, 90, 255]));
        encoder.encode_frame(Frame::from_parts(pixels, 0, 0, Delay::from_numer_denom_ms(70, 1))).unwrap();
    }
    drop(encoder);
    let handle = fixture.store(&bytes, "a.gif", "image/gif").await;
    let frames = |bytes: Vec<u8>| {
        let decoder = GifDecoder::new(Cursor::new(bytes)).unwrap();
        decoder.into_frames().collect_frames().unwrap()
    };
    let originals = frames(bytes);
    for task in [
        "negative",
        "blur=amount:5",
        "partial_pixelate=objects:[[5,5,30,20]],amount:30",
        "circle",
        "shadow",
        "polaroid=rotate:20",
    ] {
        let changed = frames(fixture.bytes(&format!("/{task}/{handle}")).await);
        assert_eq!(changed.len(), 3, "{task}");
        for (before, after) in originals.iter().zip(&changed) {
            assert_eq!(after.delay().numer_denom_ms(), (70, 1), "{task}");
            assert_ne!(before.buffer(), after.buffer(), "{task}");
        }
        assert_ne!(changed[0].buffer(), changed[2].buffer(), "{task}: frames differ as they did");
    }
    let round = frames(fixture.bytes(&format!("/circle/{handle}")).await);
    for frame in &round {
        assert_eq!((frame.buffer().dimensions(), frame.buffer().get_pixel(0, 0).0[3]), ((30, 30), 0));
        assert_eq!(frame.buffer().get_pixel(15, 15).0[3], 255);
    }
}

#[tokio::test]
async fn soft_edges_in_a_gif_lie_on_white() {
    let fixture = start(Options::default());
    let handle = fixture.store(&encode(&badge(), ImageFormat::Gif), "a.gif", "image/gif").await;
    for task in ["blur=amount:3", "pixelate=amount:9", "partial_blur=objects:[[0,0,80,60]]"] {
        let bytes = fixture.bytes(&format!("/{task}/{handle}")).await;
        let pixels = image::load_from_memory(&bytes).unwrap().into_rgba8();
        assert_eq!(pixels.get_pixel(0, 0).0[3], 0, "{task}");
        // The ring itself has little red; between it and what cannot be seen it becomes lighter.
        assert!(pixels.pixels().any(|pixel| pixel.0[3] == 255 && pixel.0[0] > 170), "{task}");
    }
}

#[tokio::test]
async fn pages_can_be_stored_and_nothing_else() {
    let fixture = start(Options::default());
    let handle = fixture.store(&encode(&landscape(), ImageFormat::Png), "a.png", "image/png").await;
    let (status, stored) = fixture.ask(&format!("/flip/ascii=size:20/store=filename:a.html/{handle}")).await;
    assert_eq!((status, &stored["filename"]), (200, &"a.html".into()));
    let copy = fixture.bytes(&format!("/{}", stored["handle"].as_str().unwrap())).await;
    assert_eq!(copy, fixture.bytes(&format!("/flip/ascii=size:20/{handle}")).await);
    for path in [
        format!("/ascii/resize=width:5/{handle}"),
        format!("/ascii/imagesize/{handle}"),
        format!("/ascii/ascii/{handle}"),
    ] {
        let (status, text) = read_text(fixture.get(&path).await).await;
        assert_eq!((status, text.as_str()), (400, "Invalid transformation task"), "{path}");
    }
}

#[tokio::test]
async fn values_that_make_no_sense_are_refused() {
    let fixture = start(Options::default());
    let handle = fixture.store(&encode(&badge(), ImageFormat::Png), "a.png", "image/png").await;
    for (task, status, part) in [
        ("blur=amount:21", 400, "invalid attr value"),
        ("pixelate=amount:1", 400, "invalid attr value"),
        ("shadow=vector:[1]", 400, "invalid attr value"),
        ("torn_edges=spread:[9,1]", 400, "invalid attr value"),
        ("partial_blur=objects:[1,2,3,4]", 400, "invalid attr value"),
        ("partial_blur=amount:4", 400, "Invalid transformation attribute"),
        ("partial_pixelate=objects:[[1,2,3,4]],type:star", 400, "invalid attr value"),
        ("circle=background:fractal", 501, "the task circle with background:fractal"),
        ("rotate=deg:5,background:fractal", 501, "the task rotate with background:fractal"),
        ("resize=width:5,filter:Sinc", 501, "the task resize with filter:Sinc"),
        ("enhance", 501, "the task enhance"),
    ] {
        let (got, text) = read_text(fixture.get(&format!("/{task}/{handle}")).await).await;
        assert_eq!(got, status, "{task}: {text}");
        assert!(text.contains(part), "{task}: {text}");
    }
}
