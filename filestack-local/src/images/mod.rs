//! Image tasks on real pixels.

mod align;
mod animation;
mod ascii;
mod border;
mod canvas;
mod collage;
mod compress;
mod container;
mod crop;
mod encoding;
mod filters;
mod focus;
mod gaussian;
mod input;
mod jpeg;
mod mosaic;
mod outline;
mod output;
mod paint;
mod parameters;
mod parts;
mod picture;
mod polaroid;
mod resize;
mod rotate;
mod shadow;
mod tones;
mod vignette;
mod watermark;

use crate::errors::{Result, ServiceError};
use crate::tasks::grammar::Task;
use input::not_supported;
use picture::Picture;

pub(crate) use animation::animate;
pub(crate) use input::{Converted, Input, Others};

/// Carries one task out on all frames of a picture.
type Effect = fn(&mut Picture, &Task) -> Result<()>;

/// Every task that makes a picture of a picture.
const EFFECTS: &[(&str, Effect)] = &[
    ("auto_image", output::auto_image),
    ("blackwhite", tones::blackwhite),
    ("blur", focus::blur),
    ("border", border::border),
    ("circle", outline::circle),
    ("compress", output::compress),
    ("crop", crop::crop),
    ("flip", filters::flip),
    ("flop", filters::flop),
    ("modulate", tones::modulate),
    ("monochrome", filters::monochrome),
    ("negative", tones::negative),
    ("no_metadata", output::no_metadata),
    ("oil_paint", paint::oil_paint),
    ("output", output::output),
    ("partial_blur", parts::blur),
    ("partial_pixelate", parts::pixelate),
    ("pixelate", mosaic::pixelate),
    ("pjpg", output::pjpg),
    ("polaroid", polaroid::polaroid),
    ("quality", output::quality),
    ("resize", resize::resize),
    ("rotate", rotate::rotate),
    ("rounded_corners", outline::rounded_corners),
    ("sepia", tones::sepia),
    ("shadow", shadow::shadow),
    ("sharpen", focus::sharpen),
    ("torn_edges", outline::torn_edges),
    ("vignette", vignette::vignette),
];

/// Carries one task out that needs other files as well.
type Join = fn(&mut Picture, &Task, &Others) -> Result<()>;

/// Every task that makes a picture of several.
const JOINS: &[(&str, Join)] = &[("collage", collage::collage), ("watermark", watermark::watermark)];

/// The task that makes a page of a picture.
const PAGE: &str = "ascii";

/// Whether this module carries a task out.
pub(crate) fn is_served(task: &str) -> bool {
    task == PAGE || effect(task).is_some() || join(task).is_some()
}

/// Carries tasks out one after the other. Blocks, and needs memory for the decoded image.
pub(crate) fn convert(input: Input, tasks: &[Task], others: &Others) -> Result<Converted> {
    if let Some((last, tasks)) = tasks.split_last()
        && last.name == PAGE
    {
        return ascii::page(run(input, tasks, others)?.still()?, last);
    }
    let made = run(input.clone(), tasks, others)?.encode()?;
    match tasks {
        [only] if only.name == "compress" => compress::choose(&input, only.flag("metadata"), made),
        // What need not be written again loses nothing.
        [only] if only.name == "no_metadata" => match container::without_metadata(&input.read()?) {
            Some(bytes) => Ok(Converted { bytes, ..made }),
            None => Ok(made),
        },
        _ => Ok(made),
    }
}

/// Width and height of what [`convert`] would make.
pub(crate) fn measure(input: Input, tasks: &[Task], others: &Others) -> Result<(u32, u32)> {
    match tasks {
        [] => input.dimensions().ok_or_else(not_supported),
        _ => Ok(run(input, tasks, others)?.size()),
    }
}

fn run(input: Input, tasks: &[Task], others: &Others) -> Result<Picture> {
    if tasks.iter().any(|task| task.name == PAGE) {
        // What comes after a page has no picture to work on.
        return Err(ServiceError::unknown_task());
    }
    let mut picture = Picture::decode(input)?;
    for task in tasks {
        if let Some(effect) = effect(task.name) {
            effect(&mut picture, task)?;
        } else if let Some(join) = join(task.name) {
            join(&mut picture, task, others)?;
        } else {
            return Err(ServiceError::not_served(format_args!("the task {}", task.name)));
        }
    }
    Ok(picture)
}

fn effect(task: &str) -> Option<Effect> {
    EFFECTS.iter().find(|(name, _)| *name == task).map(|(_, effect)| *effect)
}

fn join(task: &str) -> Option<Join> {
    JOINS.iter().find(|(name, _)| *name == task).map(|(_, join)| *join)
}
