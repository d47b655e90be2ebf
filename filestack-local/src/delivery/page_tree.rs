//! The page tree of a PDF, also where its objects are compressed.

use std::io::{self, Read};
use std::thread;

use lopdf::xref::XrefRecovery;
use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId};

/// A stream of objects may decode to so many bytes.
const MAX_DECODED: usize = 64 << 20;
/// With this every object begins, and ends in most documents.
const OBJECT: &[u8] = b"obj";
/// A document may have so many of these.
const MAX_OBJECTS: usize = 100_000;
/// Enough for reading all of them within one another, 5 KiB for each; what is not used takes no memory.
const STACK: usize = 512 << 20;
/// Levels of the tree in which an inherited size is looked for.
const MAX_LEVELS: usize = 256;

/// What is known of a document's pages.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pages {
    pub(super) count: usize,
    /// Width and height of the first page in points.
    pub(super) size: Option<(i64, i64)>,
}

/// Reads a document into memory; `None` if it is encrypted, damaged or too large. Blocks.
pub(super) fn read(mut source: impl Read) -> io::Result<Option<Pages>> {
    let mut bytes = Vec::new();
    source.read_to_end(&mut bytes)?;
    if bytes.windows(OBJECT.len()).filter(|window| *window == OBJECT).count() > MAX_OBJECTS {
        return Ok(None);
    }
    // To read an object the library may have to read another one first, as far as there are objects.
    let reading = thread::Builder::new().name("pdf".to_owned()).stack_size(STACK).spawn(move || read_bytes(&bytes))?;
    // A panic is how some damaged documents end.
    Ok(reading.join().unwrap_or_default())
}

fn read_bytes(bytes: &[u8]) -> Option<Pages> {
    let options =
        LoadOptions { filter: Some(keep), max_decompressed_size: Some(MAX_DECODED), ..LoadOptions::default() };
    let document = Document::load_mem_with_options(bytes, options).ok()?;
    // What is put together from the remains of a file may be an older state of it.
    let is_repaired = document.xref_recovery == Some(XrefRecovery::Reconstructed);
    if is_repaired || document.was_encrypted() || document.trailer.has(b"Encrypt") {
        return None;
    }
    let root = document.catalog().and_then(|catalog| catalog.get_deref(b"Pages", &document)).ok()?.as_dict().ok()?;
    let announced = root.get_deref(b"Count", &document).and_then(Object::as_i64).ok()?;
    let pages: Vec<ObjectId> = document.page_iter().collect();
    // Where they differ, a part of the tree could not be read.
    if usize::try_from(announced) != Ok(pages.len()) {
        return None;
    }
    let first = pages.first().and_then(|id| document.get_dictionary(*id).ok());
    Some(Pages { count: pages.len(), size: first.and_then(|page| size_of(&document, page)) })
}

/// Leaves out what pages show; streams that hold other objects are needed.
fn keep(id: ObjectId, object: &mut Object) -> Option<(ObjectId, Object)> {
    match object {
        Object::Stream(stream) if !stream.dict.has_type(b"ObjStm") => None,
        _ => Some((id, object.clone())),
    }
}

/// The size of a page, its own or that of a node above it.
fn size_of(document: &Document, page: &Dictionary) -> Option<(i64, i64)> {
    let mut node = page;
    for _ in 0..MAX_LEVELS {
        if let Ok(given) = node.get_deref(b"MediaBox", document) {
            let corners = given.as_array().ok()?.iter().map(|corner| number(document, corner));
            return size_between(&corners.collect::<Option<Vec<f64>>>()?);
        }
        node = node.get_deref(b"Parent", document).and_then(Object::as_dict).ok()?;
    }
    None
}

fn number(document: &Document, object: &Object) -> Option<f64> {
    let (_, object) = document.dereference(object).ok()?;
    object.as_float().ok().map(f64::from)
}

/// Width and height between two opposite corners, each with its distance from the left and from the bottom.
pub(super) fn size_between(corners: &[f64]) -> Option<(i64, i64)> {
    match corners {
        [left, bottom, right, top] => Some(((right - left).abs().round() as i64, (top - bottom).abs().round() as i64)),
        _ => None,
    }
}
