//! What the service says of PDFs: the number of their pages, and the size of the first one.

mod common;

use common::*;
use filestack_local::Options;
use lopdf::encryption::{EncryptionState, EncryptionVersion, Permissions, encrypt_object};
use lopdf::{Document, Object, Stream, dictionary};
use serde_json::{Value, json};

/// A tree of three pages in two levels. The second page is smaller than the others.
const TREE: [(u32, &str); 6] = [
    (1, "<</Type/Catalog/Pages 2 0 R>>"),
    (2, "<</Type/Pages/Kids[3 0 R 6 0 R]/Count 3/MediaBox[0 0 595 842]>>"),
    (3, "<</Type/Pages/Kids[4 0 R 5 0 R]/Count 2/Parent 2 0 R>>"),
    (4, "<</Type/Page/Parent 3 0 R>>"),
    (5, "<</Type/Page/Parent 3 0 R/MediaBox[0 0 100 100]>>"),
    (6, "<</Type/Page/Parent 2 0 R>>"),
];

fn sizes(pages: u32, width: u32, height: u32) -> Value {
    json!({ "dimensions": { "height": height, "width": width }, "numpages": pages })
}

/// What encryption mixes with the passwords.
const ID: &str = "0123456789abcdef";

/// How the streams of a document are written.
#[derive(Clone, Copy, PartialEq)]
enum Coding {
    Plain,
    Flate,
}

/// A PDF under construction: one section of objects after the other, each with its cross-reference stream.
struct Pdf {
    bytes: Vec<u8>,
    previous: Option<usize>,
    /// The number of the latest cross-reference stream; it counts down from 20.
    reference: u32,
    encryption: Option<EncryptionState>,
}

impl Pdf {
    fn new() -> Self {
        let bytes = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
        Self { bytes, previous: None, reference: 20, encryption: None }
    }

    /// A document that needs a password.
    fn encrypted(password: &str) -> Self {
        let mut document = Document::new();
        document.trailer.set("ID", vec![Object::string_literal(ID), Object::string_literal(ID)]);
        let version = EncryptionVersion::V2 {
            document: &document,
            owner_password: "owner",
            user_password: password,
            key_length: 128,
            permissions: Permissions::all(),
        };
        Self { encryption: Some(EncryptionState::try_from(version).unwrap()), ..Self::new() }
    }

    /// Adds objects as they are, others within a stream, and the table that leads to both.
    fn section(mut self, plain: &[(u32, &str)], packed: &[(u32, &str)], coding: Coding) -> Self {
        let mut entries = Vec::new();
        for (number, text) in plain {
            entries.push((*number, 1, self.bytes.len(), 0));
            self.bytes.extend_from_slice(format!("{number} 0 obj\n{text}\nendobj\n").as_bytes());
        }
        if !packed.is_empty() {
            let container = self.reference - 1;
            let (mut index, mut content) = (String::new(), String::new());
            for (place, (number, text)) in packed.iter().enumerate() {
                entries.push((*number, 2, container as usize, place));
                index.push_str(&format!("{number} {} ", content.len()));
                content.push_str(&format!("{text} "));
            }
            entries.push((container, 1, self.bytes.len(), 0));
            let head = format!("/Type/ObjStm/N {}/First {}", packed.len(), index.len());
            // Blanks make every stream long enough for compression.
            content.push_str(&" ".repeat(300));
            self.stream(container, &head, (index + &content).into_bytes(), coding);
        }
        let start = self.bytes.len();
        entries.push((self.reference, 1, start, 0));
        entries.sort_unstable();
        let size = entries[entries.len() - 1].0.max(20) + 1;
        let mut index = String::new();
        let mut table = Vec::new();
        for (number, kind, place, position) in entries {
            index.push_str(&format!("{number} 1 "));
            table.push(kind);
            table.extend_from_slice(&(place as u32).to_be_bytes());
            table.extend_from_slice(&(position as u16).to_be_bytes());
        }
        let previous = self.previous.map_or(String::new(), |offset| format!("/Prev {offset}"));
        let encryption = self.encryption.as_ref().map_or(String::new(), encryption_dictionary);
        let head = format!("/Type/XRef/Size {size}/Root 1 0 R/W[1 4 2]/Index[{index}]{previous}{encryption}");
        self.stream(self.reference, &head, table, coding);
        self.bytes.extend_from_slice(format!("startxref\n{start}\n%%EOF\n").as_bytes());
        Self { previous: Some(start), reference: self.reference - 2, ..self }
    }

    fn stream(&mut self, number: u32, head: &str, content: Vec<u8>, coding: Coding) {
        let mut stream = Stream::new(dictionary! {}, content);
        if coding == Coding::Flate {
            stream.compress().unwrap();
        }
        // What would become longer has been left as it is.
        let filter = if stream.dict.has(b"Filter") { "/Filter/FlateDecode" } else { "" };
        // The table is needed before there is a password.
        if let Some(encryption) = self.encryption.as_ref().filter(|_| number != self.reference) {
            let mut object = Object::Stream(stream);
            encrypt_object(encryption, (number, 0), &mut object).unwrap();
            stream = object.as_stream().unwrap().clone();
        }
        let head = format!("{number} 0 obj\n<<{head}{filter}/Length {}>>\nstream\n", stream.content.len());
        self.bytes.extend_from_slice(head.as_bytes());
        self.bytes.extend_from_slice(&stream.content);
        self.bytes.extend_from_slice(b"\nendstream\nendobj\n");
    }
}

/// What the table says of the encryption.
fn encryption_dictionary(encryption: &EncryptionState) -> String {
    let [owner, user] = [encryption.owner_value(), encryption.user_value()].map(hex);
    let rights = encryption.permissions().bits() as i32;
    let id = hex(ID.as_bytes());
    format!("/Encrypt<</Filter/Standard/V 2/R 3/Length 128/P {rights}/O<{owner}>/U<{user}>>>/ID[<{id}><{id}>]")
}

/// A document whose objects are all in one stream.
fn packed(objects: &[(u32, &str)], coding: Coding) -> Vec<u8> {
    Pdf::new().section(&[], objects, coding).bytes
}

/// `TREE` with another text for some objects.
fn tree_with(changes: &[(u32, &'static str)]) -> Vec<(u32, &'static str)> {
    let mut tree = TREE.to_vec();
    for (number, text) in changes {
        tree.retain(|(known, _)| known != number);
        tree.push((*number, text));
    }
    tree
}

async fn info(fixture: &Fixture, pdf: &[u8]) -> (u16, Value) {
    let handle = fixture.store(pdf, "a.pdf", "application/pdf").await;
    let (status, reply) = fixture.ask(&format!("/pdfinfo/{handle}")).await;
    assert_eq!(fixture.ask(&format!("/output=docinfo:true/{handle}")).await, (status, reply.clone()));
    (status, reply)
}

async fn check_refused(fixture: &Fixture, pdf: &[u8], what: &str) {
    let (status, reply) = info(fixture, pdf).await;
    let text = reply.as_str().unwrap_or_default();
    assert!(
        status == 501 && text == "filestack-local does not implement reading PDFs whose pages are encrypted or damaged",
        "{what}: {status} {reply}"
    );
}

#[tokio::test]
async fn documents_tell_their_pages() {
    let fixture = start(Options::default());
    let pdf = b"%PDF-1.4\n1 0 obj<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2>>endobj\n\
        2 0 obj<</Type/Page/MediaBox[0 0 595 842]>>endobj\n3 0 obj<</Type/Page/MediaBox[0 0 1 1]>>endobj\n%%EOF";
    let handle = fixture.store(pdf, "a.pdf", "application/pdf").await;
    for task in ["pdfinfo", "output=docinfo:true", "output=format:pdf,docinfo:true"] {
        assert_eq!(fixture.ask(&format!("/{task}/{handle}")).await, (200, sizes(2, 595, 842)), "{task}");
    }
    assert_eq!(fixture.get(&format!("/output=format:png/{handle}")).await.status(), 501);
    let text = fixture.store(b"no pdf", "a.txt", "text/plain").await;
    let (status, text) = read_text(fixture.get(&format!("/pdfinfo/{text}")).await).await;
    assert!(status == 200 && text.starts_with("docs provider error"), "{text}");
}

#[tokio::test]
async fn compressed_objects_are_read() {
    let fixture = start(Options::default());
    let (first, rest) = TREE.split_at(3);
    for coding in [Coding::Plain, Coding::Flate] {
        for (what, pdf, expected) in [
            ("all", packed(&TREE, coding), sizes(3, 595, 842)),
            ("only pages", Pdf::new().section(first, rest, coding).bytes, sizes(3, 595, 842)),
            ("only the tree", Pdf::new().section(rest, first, coding).bytes, sizes(3, 595, 842)),
            ("none", Pdf::new().section(&TREE, &[], coding).bytes, sizes(3, 595, 842)),
            (
                "a size of its own, in fractions and from another corner",
                packed(&tree_with(&[(4, "<</Type/Page/Parent 3 0 R/MediaBox[210.4 10 .2 -286.6]>>")]), coding),
                sizes(3, 210, 297),
            ),
            (
                "an inherited size in an object of its own",
                packed(
                    &tree_with(&[
                        (3, "<</Type/Pages/Kids[4 0 R 5 0 R]/Count 2/Parent 2 0 R/MediaBox 7 0 R>>"),
                        (7, "[0 0 8 0 R 20]"),
                        (8, "10"),
                    ]),
                    coding,
                ),
                sizes(3, 10, 20),
            ),
            (
                "children and their number in objects of their own",
                packed(
                    &tree_with(&[
                        (2, "<</Type/Pages/Kids 7 0 R/Count 8 0 R/MediaBox[0 0 595 842]>>"),
                        (7, "[3 0 R 6 0 R]"),
                        (8, "3"),
                    ]),
                    coding,
                ),
                sizes(3, 595, 842),
            ),
        ] {
            assert_eq!(info(&fixture, &pdf).await, (200, expected), "{what}");
        }
    }
}

/// What a program has changed later is in a section of its own, and takes the place of what was before.
#[tokio::test]
async fn changed_documents_have_the_pages_of_their_latest_state() {
    let fixture = start(Options::default());
    let more = [
        (2, "<</Type/Pages/Kids[3 0 R 6 0 R 7 0 R]/Count 4/MediaBox[0 0 200 300]>>"),
        (7, "<</Type/Page/Parent 2 0 R>>"),
    ];
    let fewer = [(2, "<</Type/Pages/Kids[6 0 R]/Count 1/MediaBox[0 0 595 842]>>")];
    for coding in [Coding::Plain, Coding::Flate] {
        let before = || Pdf::new().section(&[], &TREE, coding);
        assert_eq!(info(&fixture, &before().section(&[], &more, coding).bytes).await, (200, sizes(4, 200, 300)));
        assert_eq!(info(&fixture, &before().section(&more, &[], coding).bytes).await, (200, sizes(4, 200, 300)));
        let twice = before().section(&[], &more, coding).section(&fewer, &[], coding);
        assert_eq!(info(&fixture, &twice.bytes).await, (200, sizes(1, 595, 842)));
    }
}

#[tokio::test]
async fn sizes_that_are_objects_of_their_own_need_no_compression() {
    let fixture = start(Options::default());
    let tree = tree_with(&[
        (2, "<</Type/Pages/Kids[3 0 R 6 0 R]/Count 3/MediaBox 7 0 R>>"),
        (5, "<</Type/Page/Parent 3 0 R>>"),
        (7, "[0 0 10 20]"),
    ]);
    let pdf = Pdf::new().section(&tree, &[], Coding::Plain).bytes;
    assert_eq!(info(&fixture, &pdf).await, (200, sizes(3, 10, 20)));
}

#[tokio::test]
async fn damaged_documents_are_refused() {
    let fixture = start(Options::default());
    let good = packed(&TREE, Coding::Flate);
    let at = |needle: &str| good.windows(needle.len()).position(|window| window == needle.as_bytes()).unwrap();
    let changed = |place: usize, bytes: &[u8]| {
        let mut pdf = good.clone();
        pdf[place..place + bytes.len()].copy_from_slice(bytes);
        pdf
    };
    let objects = at("stream\n") + 7;
    let place = good.len() - "000\n%%EOF\n".len();
    for (what, pdf) in [
        ("cut off in the table", good[..at("/XRef") + 40].to_vec()),
        ("cut off before the table", good[..at("/XRef") - 12].to_vec()),
        ("cut off in the objects", good[..objects + 20].to_vec()),
        ("objects that cannot be decoded", changed(objects + 2, &[0xff; 12])),
        ("a wrong place of the table", changed(place, b"001")),
        (
            "a page too many",
            packed(&tree_with(&[(2, "<</Type/Pages/Kids[3 0 R 6 0 R]/Count 4/MediaBox[0 0 9 9]>>")]), Coding::Flate),
        ),
        (
            "no pages",
            packed(
                &[(1, "<</Type/Catalog/Pages 2 0 R>>"), (2, "<</Type/Pages/Kids[]/Count 0/MediaBox[0 0 9 9]>>")],
                Coding::Flate,
            ),
        ),
        ("no size", packed(&tree_with(&[(2, "<</Type/Pages/Kids[3 0 R 6 0 R]/Count 3>>")]), Coding::Flate)),
        (
            "a size of three numbers",
            packed(&tree_with(&[(4, "<</Type/Page/Parent 3 0 R/MediaBox[0 0 9]>>")]), Coding::Flate),
        ),
        ("no tree", packed(&[(1, "<</Type/Catalog/Pages 2 0 R>>")], Coding::Flate)),
        (
            "a tree in a circle",
            packed(&tree_with(&[(3, "<</Type/Pages/Kids[2 0 R 4 0 R]/Count 2/Parent 2 0 R>>")]), Coding::Flate),
        ),
        (
            "a size in a circle",
            packed(&tree_with(&[(2, "<</Type/Pages/Kids[3 0 R 6 0 R]/Count 3/Parent 3 0 R>>")]), Coding::Flate),
        ),
    ] {
        check_refused(&fixture, &pdf, what).await;
    }
    assert_eq!(info(&fixture, &good).await, (200, sizes(3, 595, 842)), "the service goes on");
}

#[tokio::test]
async fn documents_that_would_take_too_much_are_refused() {
    let fixture = start(Options::default());
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let nested_names = format!("{}1{}", "<</A ".repeat(50_000), ">>".repeat(50_000));
    for text in [nested.as_str(), nested_names.as_str()] {
        let objects = [TREE.as_slice(), &[(7, text)]].concat();
        assert_eq!(info(&fixture, &packed(&objects, Coding::Flate)).await, (200, sizes(3, 595, 842)));
    }
    let lengths: Vec<(u32, String)> =
        (2000..4000).map(|number| (number, format!("<</Length {} 0 R>>\nstream\n\nendstream", number + 1))).collect();
    let lengths: Vec<(u32, &str)> = lengths.iter().map(|(number, text)| (*number, text.as_str())).collect();
    let pdf = Pdf::new().section(&lengths, &TREE, Coding::Flate).bytes;
    assert_eq!(info(&fixture, &pdf).await, (200, sizes(3, 595, 842)));
    let blanks = " ".repeat(65 << 20);
    let objects = [TREE.as_slice(), &[(7, blanks.as_str())]].concat();
    check_refused(&fixture, &packed(&objects, Coding::Flate), "64 MiB and more").await;
}

/// The tree of an encrypted document can be read where only texts and pictures are encrypted.
#[tokio::test]
async fn encrypted_documents_are_read_where_objects_are_not_compressed() {
    let fixture = start(Options::default());
    let (tree, pages) = TREE.split_at(3);
    for password in ["", "secret"] {
        let plain = Pdf::encrypted(password).section(&TREE, &[], Coding::Flate).bytes;
        assert_eq!(info(&fixture, &plain).await, (200, sizes(3, 595, 842)));
        for coding in [Coding::Plain, Coding::Flate] {
            check_refused(&fixture, &Pdf::encrypted(password).section(&[], &TREE, coding).bytes, "all").await;
            check_refused(&fixture, &Pdf::encrypted(password).section(tree, pages, coding).bytes, "only pages").await;
        }
    }
}
