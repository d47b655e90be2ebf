use serde_json::{Value as Json, json};

use super::super::catalogue::{find, tasks};
use super::super::value::Value;
use super::*;

/// What is sent for `value`, or the error.
fn sent(task: &str, param: &str, value: &Json) -> Result<String> {
    let (task, _) = find(task).unwrap();
    let literal = Value::Json(value.clone()).to_literal()?.unwrap();
    accept(task.param(param).unwrap(), literal).map(|literal| literal.to_json().to_string())
}

fn taken(task: &str, param: &str, values: &[Json]) {
    for value in values {
        assert_eq!(sent(task, param, value).unwrap(), value.to_string(), "{task} {param}");
    }
}

fn refused(kind: ErrorKind, task: &str, param: &str, values: &[Json]) {
    for value in values {
        let error = sent(task, param, value).expect_err(&format!("{task} {param} {value}"));
        assert_eq!(error.kind(), kind, "{task} {param} {value}: {error}");
    }
}

fn message(task: &str, param: &str, value: &Json) -> String {
    sent(task, param, value).unwrap_err().message().to_owned()
}

#[test]
fn booleans() {
    taken("upscale", "upscale", &[json!(true), json!(false)]);
    taken("cache", "false", &[json!(true)]);
    refused(ErrorKind::ParamType, "upscale", "upscale", &[json!("true"), json!(1), json!(0.5), json!([true])]);
    refused(ErrorKind::ParamType, "cache", "false", &[json!("false"), json!(0)]);
    assert_eq!(message("upscale", "upscale", &json!("true")), "'true' is not a boolean (true or false)");
}

#[test]
fn whole_numbers() {
    taken("resize", "width", &[json!(0), json!(10_000)]);
    assert_eq!(sent("resize", "width", &json!(300.0)).unwrap(), "300");
    refused(ErrorKind::ParamRange, "resize", "width", &[json!(-1), json!(10_001), json!(1e30)]);
    refused(ErrorKind::ParamType, "resize", "width", &[json!(1.5), json!("300"), json!(true), json!([1])]);
    assert_eq!(message("resize", "width", &json!(-5)), "-5 is not a whole number from 0 to 10000");
    assert_eq!(message("video_convert", "keyframe_interval", &json!(1)), "1 is not a whole number equal to 250");
    assert_eq!(message("qr", "version", &json!("a")), "'a' is not a whole number");
}

#[test]
fn numbers() {
    taken("shadow", "blur", &[json!(0), json!(20), json!(0.3)]);
    refused(ErrorKind::ParamRange, "shadow", "blur", &[json!(-0.1), json!(20.1), json!(21)]);
    refused(ErrorKind::ParamType, "shadow", "blur", &[json!("4"), json!(true), json!([4])]);
    assert_eq!(message("shadow", "blur", &json!(20.5)), "20.5 is not a number from 0 to 20");
}

#[test]
fn texts() {
    taken("store", "filename", &[json!("a"), json!(" "), json!("ü\"/,:[]%?#")]);
    refused(ErrorKind::ParamRange, "store", "filename", &[json!("")]);
    refused(ErrorKind::ParamType, "store", "filename", &[json!(1), json!(true), json!(["a"])]);
}

#[test]
fn words() {
    taken("resize", "fit", &[json!("clip"), json!("max")]);
    refused(ErrorKind::ParamRange, "resize", "fit", &[json!(""), json!("CLIP"), json!("fill")]);
    refused(ErrorKind::ParamType, "resize", "fit", &[json!(1), json!(["clip"])]);
    assert_eq!(
        message("resize", "fit", &json!("corp")),
        "'corp' is not one of clip, crop, scale, max; did you mean 'crop'?"
    );
}

#[test]
fn whole_numbers_or_words() {
    taken("rotate", "deg", &[json!(0), json!(359), json!("exif")]);
    assert_eq!(sent("rotate", "deg", &json!(90.0)).unwrap(), "90");
    refused(ErrorKind::ParamRange, "rotate", "deg", &[json!(-1), json!(360), json!("exfi")]);
    refused(ErrorKind::ParamType, "rotate", "deg", &[json!("90"), json!(0.5), json!(true)]);
    assert_eq!(
        message("rotate", "deg", &json!("exfi")),
        "'exfi' is not a whole number from 0 to 359 or 'exif'; did you mean 'exif'?"
    );
}

#[test]
fn colors() {
    let colors = ["fff", "FFFFFF", "00000080", "white", "transparent", "none", "fractal", "gray0", "grey100"];
    taken("circle", "background", &colors.map(Json::from));
    let others = ["", "#fff", "ffff", "ggg", "White", "gray101", "gray+1", "gray-", "grey 1"];
    refused(ErrorKind::ParamRange, "circle", "background", &others.map(Json::from));
    refused(ErrorKind::ParamType, "circle", "background", &[json!(333), json!(true), json!(["red"])]);
    assert!(message("circle", "background", &json!("wihte")).ends_with("; did you mean 'white'?"));
}

#[test]
fn positions() {
    taken("resize", "align", &[json!("top"), json!("faces"), json!(["top", "left"]), json!(["middle", "center"])]);
    let shapes = [json!([]), json!(["top"]), json!(["top", "left", "left"])];
    refused(ErrorKind::ParamRange, "resize", "align", &shapes);
    refused(ErrorKind::ParamRange, "resize", "align", &[json!("up"), json!(["left", "top"]), json!(["top", "faces"])]);
    refused(ErrorKind::ParamType, "resize", "align", &[json!(1), json!([1, "left"])]);
    assert_eq!(
        message("resize", "align", &json!(["top", "lfet"])),
        "member 2: 'lfet' is not one of left, center, right; did you mean 'left'?"
    );
}

#[test]
fn faces() {
    taken("crop_faces", "faces", &[json!("all"), json!(1), json!(1000), json!([1, 2])]);
    refused(
        ErrorKind::ParamRange,
        "crop_faces",
        "faces",
        &[json!("some"), json!(0), json!(1001), json!([]), json!([0])],
    );
    refused(ErrorKind::ParamType, "crop_faces", "faces", &[json!("1"), json!(1.5), json!(["all"]), json!(true)]);
}

#[test]
fn boxes() {
    taken("partial_blur", "objects", &[json!([[0, 0, 1, 1]]), json!([[10_000, 10_000, 10_000, 10_000], [1, 2, 3, 4]])]);
    taken("partial_blur", "objects", &[Json::from(vec![json!([1, 2, 3, 4]); 50])]);
    let ranges = [json!([[0, 0, 0, 1]]), json!([[0, 0, 1, 10_001]]), json!([[-1, 0, 1, 1]]), json!([[1, 2, 3]])];
    refused(ErrorKind::ParamRange, "partial_blur", "objects", &ranges);
    refused(ErrorKind::ParamRange, "partial_blur", "objects", &[json!([]), Json::from(vec![json!([1, 2, 3, 4]); 51])]);
    refused(
        ErrorKind::ParamType,
        "partial_blur",
        "objects",
        &[json!([1, 2, 3, "4"]), json!("all"), json!([[1, 2, 3, 4.5]])],
    );
    assert_eq!(
        message("partial_blur", "objects", &json!([[1, 2, 3, 4], [1, 2, 0, 4]])),
        "member 2: member 3: 0 is not a whole number from 1 to 10000"
    );
}

#[test]
fn lists_of_numbers() {
    taken("crop", "dim", &[json!([0, 0, 1, 1]), json!([100_000, 100_000, 100_000, 100_000])]);
    refused(ErrorKind::ParamRange, "crop", "dim", &[json!([0, 0, 0, 1]), json!([0, 0, 1, 0]), json!([1, 2, 3])]);
    refused(ErrorKind::ParamRange, "crop", "dim", &[json!([]), json!([1, 2, 3, 4, 5]), json!([-1, 0, 1, 1])]);
    refused(ErrorKind::ParamType, "crop", "dim", &[json!(500), json!("1,2,3,4"), json!([1, 2, 3, "4"])]);
    taken("shadow", "vector", &[json!([-1000, 1000]), json!([4, -4])]);
    refused(ErrorKind::ParamRange, "shadow", "vector", &[json!([1]), json!([1, 2, 3]), json!([0, 1001])]);
    taken("torn_edges", "spread", &[json!([1, 10]), json!([5, 5])]);
    refused(ErrorKind::ParamRange, "torn_edges", "spread", &[json!([10, 1]), json!([0, 1]), json!([1])]);
}

#[test]
fn every_list_of_numbers_has_a_shape() {
    for task in tasks() {
        for param in task.params.iter().filter(|param| param.kind == Kind::ListInt) {
            assert!(param.shape.is_some(), "{} {}", task.name, param.name);
        }
    }
}

#[test]
fn lists_of_texts() {
    taken("store", "workflows", &[json!(["a"]), Json::from(vec!["id"; 20])]);
    refused(ErrorKind::ParamRange, "store", "workflows", &[json!([]), json!([""]), Json::from(vec!["id"; 21])]);
    refused(ErrorKind::ParamType, "store", "workflows", &[json!("a"), json!([1])]);
    assert_eq!(message("store", "workflows", &json!([])), "[] is not a list of 1 to 20 texts");
    taken("metadata", "fields", &[json!(["size", "sha512"])]);
    assert_eq!(
        message("metadata", "fields", &json!(["size", "md6"])),
        "member 2: 'md6' is not one of size, mimetype, filename, width, height, uploaded, writeable, cloud, source_url, \
         md5, sha1, sha224, sha256, sha384, sha512, location, path, container, key, exif, status; did you mean 'md5'?"
    );
}

#[test]
fn files() {
    let files = [
        "5aYkEQJSQCmYShsoCnZN",
        "somefile.jpg",
        "wf://a/b/c",
        "src://alias/a b.png",
        "https://example.com/a?b=c",
        "HANDLE?policy=eyJh&signature=0f0f",
    ];
    taken("watermark", "file", &files.map(Json::from));
    taken("fallback", "handle", &files.map(Json::from));
    taken("collage", "files", &[Json::from(files.to_vec())]);
    let others = ["", "a b", "a,b", "[a]", "a/b", "a?b", "http:test.com", "ftp://example.com/a", ".."];
    refused(ErrorKind::ParamRange, "watermark", "file", &others.map(Json::from));
    refused(ErrorKind::ParamRange, "collage", "files", &[json!([]), json!([""]), json!(["a", "b/c"])]);
    refused(ErrorKind::ParamType, "watermark", "file", &[json!(1), json!(["a"])]);
    refused(ErrorKind::ParamType, "collage", "files", &[json!("a"), json!([1])]);
}

#[test]
fn addresses() {
    taken("preview", "css", &[json!("https://example.com/style.css?v=1")]);
    refused(ErrorKind::ParamRange, "preview", "css", &[json!(""), json!("style.css"), json!("src://a/b")]);
    refused(ErrorKind::ParamType, "preview", "css", &[json!(true)]);
}

#[test]
fn page_ranges() {
    taken("pdfconvert", "pages", &[json!([1]), json!(["1", "2-5", "7-", "-3", 9])]);
    let ranges =
        [json!([]), json!([0]), json!(["0"]), json!(["-"]), json!([""]), json!(["1-2-3"]), json!(["a"]), json!(["+1"])];
    refused(ErrorKind::ParamRange, "pdfconvert", "pages", &ranges);
    refused(ErrorKind::ParamType, "pdfconvert", "pages", &[json!(1), json!("1-2"), json!([1.5]), json!([true])]);
}

#[test]
fn times() {
    taken("video_convert", "clip_length", &[json!("00:00:00"), json!("23:59:59")]);
    let times = ["", "24:00:00", "00:60:00", "00:00:60", "0:00:01", "00:01", "00:00:00:00", "00:00:+1", "aa:00:00"];
    refused(ErrorKind::ParamRange, "video_convert", "clip_length", &times.map(Json::from));
    refused(ErrorKind::ParamType, "video_convert", "clip_length", &[json!(90)]);
}

#[test]
fn locations_in_any_case() {
    taken("store", "location", &[json!("s3"), json!("S3"), json!("gcs")]);
    assert_eq!(sent("store", "location", &json!("GCS")).unwrap(), "\"gcs\"");
    refused(ErrorKind::ParamRange, "store", "location", &[json!(""), json!("s4")]);
    refused(ErrorKind::ParamType, "store", "location", &[json!(3)]);
    assert!(message("store", "location", &json!("azur")).ends_with("; did you mean 'azure'?"));
}

#[test]
fn boxes_may_come_as_one_flat_list() {
    let flat = json!([1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(sent("partial_blur", "objects", &flat).unwrap(), "[[1,2,3,4],[5,6,7,8]]");
    refused(ErrorKind::ParamRange, "partial_blur", "objects", &[json!([1, 2, 3]), json!([1, 2, 0, 4])]);
}
