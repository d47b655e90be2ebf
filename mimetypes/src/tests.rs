//! Names with the bytes that files of this kind begin with, and with others.

use super::*;

/// The first bytes of a file, filled up with zeros as far as signatures look.
fn head(beginning: &[u8]) -> Vec<u8> {
    let mut head = beginning.to_vec();
    head.resize(beginning.len().max(600), 0);
    head
}

/// `bytes` behind a hole of `offset` zeros.
fn at(offset: usize, bytes: &[u8]) -> Vec<u8> {
    let mut head = vec![0; offset];
    head.extend_from_slice(bytes);
    head
}

/// A zip archive whose first file has this name and this content.
fn zip(name: &str, content: &str) -> Vec<u8> {
    let mut head = b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
    head.extend([content.len() as u32, content.len() as u32].iter().flat_map(|size| size.to_le_bytes()));
    head.extend([name.len() as u8, 0, 0, 0]);
    head.extend(name.bytes().chain(content.bytes()));
    head
}

fn check(cases: &[(&str, &[u8], &str)]) {
    for (name, beginning, mimetype) in cases {
        assert_eq!(of(name, &head(beginning)), *mimetype, "'{name}' that begins with {beginning:02x?}");
    }
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0";
const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

#[test]
fn names_without_bytes() {
    for (names, mimetype) in [
        ("a.key a.KEY", "application/vnd.apple.keynote"),
        ("a.pages", "application/vnd.apple.pages"),
        ("a.numbers", "application/vnd.apple.numbers"),
        ("a.psd", "image/vnd.adobe.photoshop"),
        ("a.dcm", "application/dicom"),
        ("a.jsonl", "application/jsonl"),
        ("a.ndjson", "application/x-ndjson"),
        ("a.stl", "model/stl"),
        ("a.obj", "model/obj"),
        ("a.ts a.m2ts a.mts", "video/mp2t"),
        ("a.heic", "image/heic"),
        ("a.heif", "image/heif"),
        ("a.avif", "image/avif"),
        ("a.webp", "image/webp"),
        ("a.jxl", "image/jxl"),
        ("a.md", "text/markdown"),
        ("a.yaml a.yml", "application/yaml"),
        ("a.toml", "application/toml"),
        ("a.wasm", "application/wasm"),
        ("a.mjs a.js a.cjs", "text/javascript"),
        ("a.m4a a.m4b", "audio/mp4"),
        ("a.mkv", "video/x-matroska"),
        ("a.webm", "video/webm"),
        ("a.opus a.ogg a.oga", "audio/ogg"),
        ("a.flac", "audio/flac"),
        ("a.parquet", "application/vnd.apache.parquet"),
        ("a.epub", "application/epub+zip"),
        ("a.apk", "application/vnd.android.package-archive"),
        ("a.7z", "application/x-7z-compressed"),
        ("a.rar", "application/vnd.rar"),
        ("a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
        ("a.odt", "application/vnd.oasis.opendocument.text"),
        ("a.ai a.eps a.ps", "application/postscript"),
        ("a.glb", "model/gltf-binary"),
        ("a.gltf", "model/gltf+json"),
        ("a.usdz", "model/vnd.usdz+zip"),
        ("a.3mf", "model/3mf"),
        ("a.step a.stp", "model/step"),
        ("a.ics", "text/calendar"),
        ("a.vcf", "text/vcard"),
        ("a.srt", "application/x-subrip"),
        ("a.vtt", "text/vtt"),
        ("a.log a.txt a.ini", "text/plain"),
        ("a.csv", "text/csv"),
        ("a.tsv", "text/tab-separated-values"),
        ("a.xml", "text/xml"),
        ("a.svg", "image/svg+xml"),
        ("a.json", "application/json"),
        ("a.geojson", "application/geo+json"),
        ("a.html a.htm", "text/html"),
        ("a.css", "text/css"),
        ("a.sh", "application/x-sh"),
        ("a.ps1", "application/x-powershell"),
        ("a.py", "text/x-python"),
        ("a.rs", "text/x-rust"),
        ("a.go", "text/x-go"),
        ("a.c a.h a.cpp", "text/x-c"),
        ("a.java", "text/x-java-source"),
        ("a.sql", "application/sql"),
        ("a.ttf", "font/ttf"),
        ("a.otf", "font/otf"),
        ("a.woff", "font/woff"),
        ("a.woff2", "font/woff2"),
        ("a.mp3", "audio/mpeg"),
        ("a.wav", "audio/wav"),
        ("a.aac", "audio/aac"),
        ("a.mid a.midi", "audio/midi"),
        ("a.mov", "video/quicktime"),
        ("a.mp4", "video/mp4"),
        ("a.avi", "video/x-msvideo"),
        ("a.3gp", "video/3gpp"),
        ("a.m3u8", "application/vnd.apple.mpegurl"),
        ("a.cr2", "image/x-canon-cr2"),
        ("a.nef", "image/x-nikon-nef"),
        ("a.dng", "image/x-adobe-dng"),
        ("a.raw", "image/x-panasonic-rw"),
        ("a.ico", "image/vnd.microsoft.icon"),
        ("a.dwg", "image/vnd.dwg"),
        ("a.zip", "application/zip"),
        ("a.tar.gz a.tgz a.gz", "application/gzip"),
        ("a.zst", "application/zstd"),
        ("a.exe a.dll", "application/vnd.microsoft.portable-executable"),
        ("a.deb", "application/vnd.debian.binary-package"),
        ("a.rpm", "application/x-rpm"),
        ("a.sqlite", "application/vnd.sqlite3"),
        ("a.pdf", "application/pdf"),
        ("a.eml", "message/rfc822"),
        ("a.sketch a.fig a.unknown a.bin a .png a. noending", UNKNOWN),
    ] {
        for name in names.split(' ') {
            assert_eq!(of(name, b""), mimetype, "{name}");
        }
    }
}

#[test]
fn bytes_without_a_known_ending() {
    for name in ["", "noending", "a.nonsense", "a.bin", ".png"] {
        check(&[
            (name, PNG, "image/png"),
            (name, JPEG, "image/jpeg"),
            (name, b"GIF89a\x01\0\x01\0", "image/gif"),
            (name, b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
            (name, b"RIFF\x10\0\0\0WAVEfmt ", "audio/wav"),
            (name, b"RIFF\x10\0\0\0AVI LIST", "video/x-msvideo"),
            (name, b"BM\x10\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", "image/bmp"),
            (name, b"II*\0\x08\0\0\0\x10\0", "image/tiff"),
            (name, b"8BPS\0\x01", "image/vnd.adobe.photoshop"),
            (name, &at(128, b"DICM"), "application/dicom"),
            (name, b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic"),
            (name, b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "image/heif"),
            (name, b"\0\0\0\x1cftypavif\0\0\0\0avifmif1", "image/avif"),
            (name, b"\0\0\0\x18ftypisom\0\0\0\0isomiso2", "video/mp4"),
            (name, b"\0\0\0\x18ftypiso8\0\0\0\0iso8", "video/mp4"),
            (name, b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video/quicktime"),
            (name, b"\0\0\0\x18ftypM4A \0\0\0\0M4A ", "audio/mp4"),
            (name, b"\0\0\0\x18ftyp3gp4\0\0\0\0isom", "video/3gpp"),
            (name, b"\0\0\0\x18ftypcrx \0\0\0\0isom", "image/x-canon-cr3"),
            (name, b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska", "video/x-matroska"),
            (name, b"\x1a\x45\xdf\xa3\x93\x42\x82\x84webm", "video/webm"),
            (name, b"fLaC\0\0\0\x22", "audio/flac"),
            (name, b"OggS\0\x02\0\0\0\0\0\0\0\0abcd\0\0\0\0efgh\x01\x1e\x01vorbis", "audio/ogg"),
            (name, b"OggS\0\x02\0\0\0\0\0\0\0\0abcd\0\0\0\0efgh\x01\x13OpusHead", "audio/ogg"),
            (name, b"OggS\0\x02\0\0\0\0\0\0\0\0abcd\0\0\0\0efgh\x01\x2a\x80theora", "video/ogg"),
            (name, b"ID3\x03\0\0\0\0", "audio/mpeg"),
            (name, b"MThd\0\0\0\x06", "audio/midi"),
            (name, b"%PDF-1.7\n%\xe2\xe3", "application/pdf"),
            (name, b"\0asm\x01\0\0\0", "application/wasm"),
            (name, b"7z\xbc\xaf\x27\x1c\0\x04", "application/x-7z-compressed"),
            (name, b"Rar!\x1a\x07\x01\0", "application/vnd.rar"),
            (name, b"\x1f\x8b\x08\0", "application/gzip"),
            (name, b"\x28\xb5\x2f\xfd", "application/zstd"),
            (name, b"SQLite format 3\0", "application/vnd.sqlite3"),
            (name, b"wOF2\0\x01\0\0", "font/woff2"),
            (name, b"OTTO\0\x0c", "font/otf"),
            (name, OLE, "application/x-ole-storage"),
            (name, &zip("a.txt", "hello"), "application/zip"),
            (name, &zip("mimetype", "application/epub+zip"), "application/epub+zip"),
            (
                name,
                &zip("word/document.xml", ""),
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ),
            (
                name,
                &zip("mimetype", "application/vnd.oasis.opendocument.text"),
                "application/vnd.oasis.opendocument.text",
            ),
        ]);
        for (text, mimetype) in [
            ("%PDF-1.4\n1 0 obj\n", "application/pdf"),
            ("%!PS-Adobe-3.0 EPSF-3.0\n", "application/postscript"),
            ("{\\rtf1\\ansi hello}", "application/rtf"),
            ("<?xml version=\"1.0\"?><a/>", "text/xml"),
            ("\u{feff}<?xml version=\"1.0\"?><a/>", "text/xml"),
            ("GIF89a", "image/gif"),
        ] {
            assert_eq!(of(name, text.as_bytes()), mimetype, "'{name}': {text}");
        }
    }
}

#[test]
fn a_known_signature_wins_over_the_ending() {
    for name in ["a.csv", "a.jpg", "a.txt", "a.html", "a.svg", "a.json", "a.docx", "a.pdf", "a.mp4", "a.zip", "a.exe"] {
        check(&[
            (name, PNG, "image/png"),
            (name, b"GIF89a\x01\0\x01\0", "image/gif"),
            (name, b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
            (name, b"BM\x10\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", "image/bmp"),
            (name, b"fLaC\0\0\0\x22", "audio/flac"),
            (name, b"\x1f\x8b\x08\0", "application/gzip"),
        ]);
    }
    check(&[
        ("a.png", JPEG, "image/jpeg"),
        ("a.gif", b"\0\0\0\x18ftypisom\0\0\0\0isomiso2", "video/mp4"),
        ("a.mp4", b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video/quicktime"),
        ("a.ai", b"%PDF-1.5\n%\xe2\xe3", "application/pdf"),
        ("a.png", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic"),
        ("a.mp3", b"RIFF\x10\0\0\0WAVEfmt ", "audio/wav"),
        ("a.jpg", b"II*\0\x08\0\0\0\x10\0", "image/tiff"),
        ("a.txt", b"\x7fELF\x02\x01\x01", "application/x-executable"),
    ]);
}

#[test]
fn containers_keep_the_type_of_their_ending() {
    let archive = zip("a.txt", "hello");
    for (names, bytes) in [
        ("key pages numbers docx xlsx pptx odt ods epub apk jar usdz 3mf cbz kmz xpi vsdx zip", archive.as_slice()),
        ("docx pptx xlsx", &zip("[Content_Types].xml", "")),
        ("epub zip", &zip("mimetype", "application/epub+zip")),
        ("doc xls ppt msg msi vsd pub", OLE),
        ("svg xml kml gpx dae xhtml plist html txt", b"<?xml version=\"1.0\"?><a/>"),
        ("gpkg sqlite", b"SQLite format 3\0"),
    ] {
        for ending in names.split(' ').filter(|ending| is_known_ending(ending)) {
            let name = format!("a.{ending}");
            let by_name = of_name(&name).unwrap();
            assert_eq!(of(&name, &head(bytes)), by_name, "{name}");
            assert_eq!(of(&name.to_uppercase(), &head(bytes)), by_name, "{name}");
        }
    }
}

#[test]
fn formats_that_share_a_signature_keep_the_type_of_their_ending() {
    check(&[
        ("a.m4a", b"\0\0\0\x18ftypisom\0\0\0\0isomiso2", "audio/mp4"),
        ("a.m4b", b"\0\0\0\x18ftypM4A \0\0\0\0M4A ", "audio/mp4"),
        ("a.3gp", b"\0\0\0\x18ftypisom\0\0\0\0isomiso2", "video/3gpp"),
        ("a.mp4", b"\0\0\0\x18ftyp3gp4\0\0\0\0isom", "video/mp4"),
        ("a.mp4", b"\0\0\0\x18ftypM4V \0\0\0\0M4V ", "video/mp4"),
        ("a.mp4", b"\0\0\0\x08wide\0\0\0\x10mdat", "video/mp4"),
        ("a.heic", b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "image/heic"),
        ("a.dng", b"II*\0\x08\0\0\0\x10\0", "image/x-adobe-dng"),
        ("a.nef", b"MM\0*\0\0\0\x08\0\x10", "image/x-nikon-nef"),
        ("a.cr2", b"II*\0\x10\0\0\0CR\x02\0", "image/x-canon-cr2"),
        ("a.wma", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9", "audio/x-ms-wma"),
        ("a.ogv", b"OggS\0\x02\0\0", "video/ogg"),
        ("a.opus", b"OggS\0\x02\0\0", "audio/ogg"),
        ("a.flac", b"ID3\x03\0\0\0\0", "audio/flac"),
        ("a.svgz", b"\x1f\x8b\x08\0", "image/svg+xml"),
        ("a.tgz", b"\x1f\x8b\x08\0", "application/gzip"),
        ("a.cbr", b"Rar!\x1a\x07\x01\0", "application/vnd.comicbook-rar"),
        ("a.psb", b"8BPS\0\x02", "image/vnd.adobe.photoshop"),
    ]);
}

#[test]
fn texts_and_short_signatures_leave_it_to_the_ending() {
    for (name, text, mimetype) in [
        ("cars.csv", "BMW,320d\n", "text/csv"),
        ("names.txt", "MZ is short for Mark Zbikowski", "text/plain"),
        ("gifts.csv", "GIFT,price\n", "text/csv"),
        ("notes.md", "A PDF begins with %PDF-1.4, a zip with PK.", "text/markdown"),
        ("paper.tex", "%!TEX root = main.tex\n", "application/x-tex"),
        ("build.py", "#!/usr/bin/env python\n", "text/x-python"),
        ("page.txt", "<html><body>", "text/plain"),
        ("music.log", "ID3 tags are read\n", "text/plain"),
        ("query.sql", "SQLite is fine", "application/sql"),
        ("cut.txt", "FWS \u{fc}", "text/plain"),
        ("", "BMW", UNKNOWN),
        ("", "<html><body>", UNKNOWN),
        ("", "#!/bin/sh\n", UNKNOWN),
        ("", "-----BEGIN PRIVATE KEY-----\n", UNKNOWN),
        ("", "plain words", UNKNOWN),
    ] {
        assert_eq!(of(name, text.as_bytes()), mimetype, "{name}");
    }
    // The last character of this text is cut at the end of what is looked at.
    assert_eq!(of("a.csv", "BMW,\u{20ac}".split_at(4).0.as_bytes()), "text/csv");
    assert_eq!(of("a.csv", &"BMW,\u{20ac}".as_bytes()[..6]), "text/csv");
    check(&[
        ("a.dat", b"\0\x02\x03\x04", UNKNOWN),
        ("a.mp3", b"\xff\xfb\x90\x64", "audio/mpeg"),
        ("a.raw", b"\xff\xf1\x50\x80", "image/x-panasonic-rw"),
        ("a.p12", b"\x30\x82\x0a\x11", "application/pkcs12"),
        ("", b"\x30\x82\x0a\x11", UNKNOWN),
        ("a.json", b"BM\xff\xff\xff\xff\xff\xff\xff\xff", "application/json"),
        ("a.webp", b"JUNK\x10\0\0\0WEBPVP8 ", "image/webp"),
        ("a.png", b"JUNK\x10\0\0\0WEBPVP8 ", "image/png"),
    ]);
}

#[test]
fn no_bytes_make_it_fail() {
    // A fixed sequence that looks random, as heads of every length.
    let mut state = 1_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(600)
    .collect();
    let beginnings: [&[u8]; 6] = [b"", PNG, OLE, b"PK\x03\x04", b"\0\0\0\x18ftyp", b"\x28\xb5\x2f\xfd"];
    for beginning in beginnings {
        for length in 0..noise.len() {
            let mut bytes = beginning.to_vec();
            bytes.extend_from_slice(&noise[..length]);
            assert!(of("a.jpg", &bytes).contains('/'));
            assert!(of("", &bytes[..bytes.len().min(length)]).contains('/'));
        }
    }
}
