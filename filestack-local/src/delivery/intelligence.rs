//! Tasks whose real answer needs a model. Here the answer has the right shape and depends on nothing but the file's
//! bytes and the task: the same file is always told the same, and it means nothing.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::content::blob::Blob;
use crate::errors::{Result, ServiceError};
use crate::files;
use crate::tasks::grammar::Task;

const THINGS: [&str; 24] = [
    "beach", "bicycle", "bridge", "building", "car", "cat", "child", "cloud", "dog", "field", "flower", "forest",
    "garden", "house", "lake", "mountain", "person", "river", "road", "sky", "street", "table", "tree", "window",
];
const QUALITIES: [&str; 8] = ["bright", "colorful", "dark", "large", "old", "quiet", "small", "white"];
const WORDS: [&str; 16] = [
    "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "kilo", "lima",
    "mike", "november", "oscar", "papa",
];
const FEELINGS: [&str; 8] = ["ANGRY", "CALM", "CONFUSED", "DISGUSTED", "FEAR", "HAPPY", "SAD", "SURPRISED"];
/// What has no pixels is treated as a page of this size.
const PAGE: (u32, u32) = (612, 792);

/// Whether this module answers a task; with other parameters, some of these make an image.
pub(crate) fn is_served(task: &Task) -> bool {
    match task.name {
        "tags" | "sfw" | "ocr" | "caption" | "copyright" | "image_sentiment" | "text_sentiment" => true,
        "doc_detection" => task.flag("coords"),
        "detect_faces" => task.flag("export"),
        _ => false,
    }
}

/// The answer of a task about a file.
pub(crate) async fn describe(task: &Task, blob: Blob) -> Result<Value> {
    let seen = tokio::task::spawn_blocking(move || {
        let size = blob.input().dimensions().unwrap_or(PAGE);
        blob.digest().map(|digest| (digest, size, blob.record.as_deref().and_then(files::tags)))
    });
    let (digest, (width, height), tags) = seen.await.map_err(ServiceError::internal)??;
    let mut dice = Dice::new(task.name, &digest);
    Ok(match task.name {
        "tags" => json!({ "tags": { "auto": dice.labels(), "user": tags } }),
        "sfw" => json!({ "sfw": dice.below(8) > 0 }),
        "caption" => {
            let (quality, first, second) = (dice.pick(&QUALITIES), dice.pick(&THINGS), dice.pick(&THINGS));
            json!({ "caption": format!("a {quality} {first} next to a {second}") })
        }
        "ocr" => dice.text(width, height),
        "copyright" => dice.licenses(),
        "image_sentiment" => json!({ "emotions": dice.emotions() }),
        "doc_detection" => json!({ "coords": dice.area(width, height) }),
        "detect_faces" => (0..dice.below(4)).map(|_| dice.area(width, height)).collect(),
        other => return Err(ServiceError::not_served(format_args!("the task {other}"))),
    })
}

/// The answer of `text_sentiment`, which has no file.
pub(crate) fn of_text(task: &Task) -> Value {
    let digest = Sha256::digest(task.text("text").unwrap_or_default());
    let mut dice = Dice::new(task.name, &digest);
    let weights = [(); 4].map(|()| dice.below(1000) + 1);
    let total: u32 = weights.iter().sum();
    let names = ["Positive", "Negative", "Neutral", "Mixed"];
    let shares = names.into_iter().zip(weights.map(|weight| f64::from(weight) / f64::from(total)));
    json!({ "emotions": shares.map(|(name, share)| (name.to_owned(), Value::from(share))).collect::<Map<_, _>>() })
}

/// Numbers that look random and are the same for the same file and task.
struct Dice {
    seed: Sha256,
    count: u32,
}

impl Dice {
    fn new(task: &str, digest: &[u8]) -> Self {
        Self { seed: Sha256::new().chain_update(task).chain_update(digest), count: 0 }
    }

    /// A number from 0 to `limit` - 1.
    fn below(&mut self, limit: u32) -> u32 {
        self.count += 1;
        let digest = self.seed.clone().chain_update(self.count.to_le_bytes()).finalize();
        u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]]) % limit.max(1)
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(u32::try_from(words.len()).unwrap_or(u32::MAX)) as usize]
    }

    fn labels(&mut self) -> Map<String, Value> {
        (0..3 + self.below(4)).map(|_| (self.pick(&THINGS).to_owned(), Value::from(50 + self.below(51)))).collect()
    }

    fn emotions(&mut self) -> Map<String, Value> {
        // Many pictures show nobody.
        (0..self.below(4))
            .map(|_| (self.pick(&FEELINGS).to_owned(), Value::from(f64::from(self.below(1000) + 1) / 10.0)))
            .collect()
    }

    /// A rectangle within the picture.
    fn area(&mut self, width: u32, height: u32) -> Value {
        let (x, y) = (self.below(width / 2), self.below(height / 2));
        let (wide, high) = (1 + self.below(width - x), 1 + self.below(height - y));
        json!({ "x": x, "y": y, "width": wide, "height": high })
    }

    fn licenses(&mut self) -> Value {
        if self.below(4) > 0 {
            return json!({ "copyright": false, "licenses": [] });
        }
        let (id, thing) = (self.below(1_000_000).to_string(), self.pick(&THINGS));
        json!({
            "copyright": true,
            "licenses": [{
                "imageDetails": {
                    "collection": "filestack-local",
                    "dateCreated": "2000-01-01",
                    "id": id,
                    "keywords": [thing],
                    "licensingInfo": [{
                        "imageId": id,
                        "name": "Example license",
                        "purchaseUrl": format!("https://example.com/licenses/{id}"),
                        "types": ["editorial"],
                    }],
                    "photographerName": "A. Photographer",
                    "servingUrl": format!("https://example.com/images/{id}.jpg"),
                    "title": thing,
                }
            }]
        })
    }

    /// Lines of words below each other, one area for all of them.
    fn text(&mut self, width: u32, height: u32) -> Value {
        let count = 1 + self.below(3);
        let line_height = (height / (count + 1)).max(1);
        let mut lines = Vec::new();
        let mut texts = Vec::new();
        for number in 0..count {
            let words: Vec<&str> = (0..2 + self.below(3)).map(|_| self.pick(&WORDS)).collect();
            let top = number * line_height;
            let step = (width / u32::try_from(words.len()).unwrap_or(1)).max(1);
            let boxed = words.iter().zip(0..).map(|(word, position)| {
                json!({ "bounding_box": corners(position * step, top, step, line_height), "text": word })
            });
            let boxed: Vec<Value> = boxed.collect();
            let text = words.join(" ");
            lines.push(json!({ "bounding_box": corners(0, top, width, line_height), "text": text, "words": boxed }));
            texts.push(text);
        }
        let text = texts.join("\n");
        let area = json!({
            "bounding_box": corners(0, 0, width, count * line_height),
            "lines": lines,
            "text": text,
        });
        let percentage = f64::from(count * line_height) * 100.0 / f64::from(height.max(1));
        json!({ "document": { "text_areas": [area] }, "text": text, "text_area_percentage": percentage.min(100.0) })
    }
}

/// The corners of a rectangle, clockwise from the upper left.
fn corners(x: u32, y: u32, width: u32, height: u32) -> Value {
    [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
        .into_iter()
        .map(|(x, y)| json!({ "x": x, "y": y }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(name: &'static str) -> Task {
        Task { name, parameters: Vec::new() }
    }

    async fn ask(name: &'static str, text: &str) -> Value {
        let blob = Blob::made(text.as_bytes().to_vec(), "a".to_owned(), "b/c".to_owned(), "v".to_owned());
        describe(&task(name), blob).await.unwrap()
    }

    #[tokio::test]
    async fn answers_depend_on_bytes_and_task_alone() {
        for name in ["tags", "caption", "ocr", "doc_detection"] {
            assert_eq!(ask(name, "a").await, ask(name, "a").await);
            assert_ne!(ask(name, "a").await, ask(name, "b").await, "{name}");
        }
    }

    #[tokio::test]
    async fn answers_have_their_shape() {
        for number in 0..20 {
            let text = number.to_string();
            let tags = ask("tags", &text).await;
            assert!(tags["tags"]["user"].is_null());
            let labels = tags["tags"]["auto"].as_object().unwrap();
            assert!(labels.values().all(|share| share.as_u64().is_some_and(|share| share <= 100)));
            assert!(ask("sfw", &text).await["sfw"].is_boolean());
            let ocr = ask("ocr", &text).await;
            let word = &ocr["document"]["text_areas"][0]["lines"][0]["words"][0];
            assert_eq!(word["bounding_box"].as_array().unwrap().len(), 4);
            assert!(ocr["text"].as_str().unwrap().starts_with(word["text"].as_str().unwrap()));
            let copyright = ask("copyright", &text).await;
            assert_eq!(copyright["copyright"] == true, !copyright["licenses"].as_array().unwrap().is_empty());
            let coords = ask("doc_detection", &text).await["coords"].clone();
            let edge = |start: &str, length: &str| coords[start].as_u64().unwrap() + coords[length].as_u64().unwrap();
            assert!(edge("x", "width") <= 612 && edge("y", "height") <= 792, "{coords}");
            assert!(ask("detect_faces", &text).await.is_array());
            assert!(ask("image_sentiment", &text).await["emotions"].is_object());
        }
    }

    #[test]
    fn sentiments_add_up() {
        let text = ("text".to_owned(), crate::tasks::value::Value::Text("so good".to_owned()));
        let answer = of_text(&Task { name: "text_sentiment", parameters: vec![text] });
        let total: f64 = answer["emotions"].as_object().unwrap().values().filter_map(Value::as_f64).sum();
        assert!((total - 1.0).abs() < 1e-9, "{answer}");
    }
}
