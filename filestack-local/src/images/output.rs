//! `output`, and the other tasks that say how a picture is to be written: `quality`, `pjpg`, `compress`,
//! `no_metadata`, `auto_image`.

use image::ImageFormat;

use super::encoding::{JPEG_QUALITY, flat};
use super::parameters::{color, not_served};
use super::picture::Picture;
use crate::errors::{Result, ServiceError};
use crate::tasks::color::Color;
use crate::tasks::grammar::Task;

/// What the service takes when `output` says nothing.
const OUTPUT_QUALITY: u8 = 95;
/// Parameters that are about documents, or that no file here keeps.
const NOT_SERVED: [&str; 3] = ["density", "pageformat", "pageorientation"];

/// Carries an `output` task out.
pub(super) fn output(picture: &mut Picture, task: &Task) -> Result<()> {
    if let Some(name) = NOT_SERVED.into_iter().find(|name| task.get(name).is_some()) {
        return Err(ServiceError::not_served(format_args!("the parameter {name} of the task output")));
    }
    match task.text("colorspace") {
        Some("cmyk") => return Err(not_served(task, "colorspace", "cmyk")),
        Some("input") if picture.source().is_cmyk => return Err(not_served(task, "colorspace", "input")),
        // Pixels are RGB or grey once they are decoded.
        _ => {}
    }
    if let Some(page) = task.number("page") {
        picture.keep_page(page)?;
    }
    if let Some(background) = color(task, "background")?.filter(|background| background.alpha() > 0) {
        flatten(picture, background)?;
    }
    if let Some(name) = task.text("format") {
        let format = format(name).ok_or_else(|| not_served(task, "format", name))?;
        picture.change_format(format)?;
        picture.encoding.is_progressive = name == "pjpg";
    }
    match task.text("quality") {
        Some("input") => picture.encoding.quality = picture.source().quality,
        Some(_) => set_quality(picture, task.number("quality")),
        None => picture.encoding.quality = picture.encoding.quality.or(Some(OUTPUT_QUALITY)),
    }
    picture.encoding.is_small |= task.flag("compress");
    if task.flag("strip") { picture.forget_metadata() } else { Ok(()) }
}

/// Carries a `quality` task out.
pub(super) fn quality(picture: &mut Picture, task: &Task) -> Result<()> {
    set_quality(picture, task.number("value"));
    Ok(())
}

/// Carries a `no_metadata` task out.
pub(super) fn no_metadata(picture: &mut Picture, _: &Task) -> Result<()> {
    picture.forget_metadata()
}

/// Carries a `pjpg` task out.
pub(super) fn pjpg(picture: &mut Picture, task: &Task) -> Result<()> {
    picture.change_format(ImageFormat::Jpeg)?;
    picture.encoding.is_progressive = true;
    set_quality(picture, task.number("quality"));
    if task.flag("metadata") { Ok(()) } else { picture.forget_metadata() }
}

/// Carries a `compress` task out.
pub(super) fn compress(picture: &mut Picture, task: &Task) -> Result<()> {
    picture.encoding.is_small = true;
    // The result cannot have more than the source has.
    let source = picture.source().quality.map(|quality| quality.min(JPEG_QUALITY));
    picture.encoding.quality = picture.encoding.quality.or(source);
    if task.flag("metadata") { Ok(()) } else { picture.forget_metadata() }
}

/// Carries an `auto_image` task out, to which the format that the client likes was added. What moves stays a GIF:
/// no other format here does.
pub(super) fn auto_image(picture: &mut Picture, task: &Task) -> Result<()> {
    match task.text("format").and_then(format) {
        Some(format) if !picture.moves() => picture.change_format(format),
        _ => Ok(()),
    }
}

fn set_quality(picture: &mut Picture, quality: Option<u32>) {
    if let Some(quality) = quality {
        picture.encoding.quality = u8::try_from(quality.clamp(1, 100)).ok();
    }
}

fn flatten(picture: &mut Picture, background: Color) -> Result<()> {
    let was_grey = picture.is_grey();
    picture.change(|frame| {
        let is_opaque = !frame.color().has_alpha();
        Ok(if is_opaque { frame.clone() } else { flat(frame.clone(), background) })
    })?;
    if was_grey && !picture.is_grey() {
        picture.forget_color_profile();
    }
    Ok(())
}

fn format(name: &str) -> Option<ImageFormat> {
    Some(match name {
        "jpg" | "jpeg" | "pjpg" => ImageFormat::Jpeg,
        "png" => ImageFormat::Png,
        "webp" => ImageFormat::WebP,
        "gif" => ImageFormat::Gif,
        "bmp" => ImageFormat::Bmp,
        "tiff" => ImageFormat::Tiff,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    use image::{DynamicImage, Rgba, RgbaImage};

    use super::super::input::Input;
    use crate::tasks::grammar;

    fn task(text: &str) -> Task {
        grammar::parse(&format!("/{text}/handle"), None, |_| false).unwrap().tasks.remove(0)
    }

    fn picture(format: ImageFormat) -> Picture {
        let pixels = RgbaImage::from_fn(16, 8, |x, y| Rgba([x as u8 * 9, y as u8 * 9, 40, 255]));
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::from(pixels).into_rgb8().write_to(&mut bytes, format).unwrap();
        Picture::decode(Input::Memory(bytes.into_inner().into())).unwrap()
    }

    #[test]
    fn every_pair_of_formats_is_converted() {
        let names = ["jpg", "jpeg", "pjpg", "png", "webp", "gif", "bmp", "tiff"];
        for from in names {
            for to in names {
                let mut picture = picture(format(from).unwrap());
                output(&mut picture, &task(&format!("output=format:{to}"))).unwrap();
                let converted = picture.encode().unwrap();
                let expected = format(to).unwrap();
                assert_eq!(image::guess_format(&converted.bytes).unwrap(), expected, "{from} {to}");
                assert_eq!(converted.extension.is_some(), format(from) != Some(expected), "{from} {to}");
            }
        }
    }

    #[test]
    fn qualities_come_from_somewhere() {
        let quality = |text: &str| {
            let mut picture = picture(ImageFormat::Jpeg);
            match text.split('=').next() {
                Some("quality") => super::quality(&mut picture, &task(text)).unwrap(),
                Some("pjpg") => pjpg(&mut picture, &task(text)).unwrap(),
                _ => output(&mut picture, &task(text)).unwrap(),
            }
            picture.encoding.quality
        };
        assert_eq!(quality("output=format:jpg"), Some(95));
        assert_eq!(quality("output=format:jpg,quality:40"), Some(40));
        // What the library's own files have.
        assert_eq!(quality("output=quality:input"), Some(75));
        assert_eq!(quality("quality=value:1"), Some(1));
        assert_eq!(quality("pjpg=quality:0"), Some(1));
        assert_eq!(quality("pjpg"), None);
    }

    #[test]
    fn what_cannot_be_made_is_named() {
        for (text, part) in [
            ("output=format:pdf", "the task output with format:pdf"),
            ("output=format:svg", "the task output with format:svg"),
            ("output=format:png,colorspace:cmyk", "the task output with colorspace:cmyk"),
            ("output=format:png,density:300", "the parameter density of the task output"),
            ("output=background:fractal", "the task output with background:fractal"),
        ] {
            let refused = output(&mut picture(ImageFormat::Png), &task(text)).unwrap_err();
            assert!(refused.status() == 501 && refused.message().contains(part), "{text}: {refused:?}");
        }
        let refused = output(&mut picture(ImageFormat::Png), &task("output=page:2")).unwrap_err();
        assert_eq!(refused.status(), 400);
        assert!(output(&mut picture(ImageFormat::Png), &task("output=page:1,format:jpg,secure:true")).is_ok());
    }
}
