//! Handles, ids and keys: seeded they are the same in every run, otherwise nobody can guess them.

mod common;

use common::*;
use filestack_local::Options;
use serde_json::{Value, json};

/// All names that an upload and a workflow make.
async fn names(options: Options) -> Vec<Value> {
    let fixture = start(options);
    let extra = json!({ "store": { "location": "s3", "workflows": ["w1"] } });
    let upload = fixture.begin(3, extra).await;
    let etag = upload.put(1, b"abc", None).await;
    let (status, file) = upload.complete(json!({ "parts": [{ "part_number": 1, "etag": etag }] })).await;
    assert_eq!(status, 200, "{file}");
    let mut names = vec![upload.reply["upload_id"].clone(), upload.reply["uri"].clone()];
    names.extend(["handle", "key"].map(|name| file[name].clone()));
    names.push(file["workflows"]["w1"]["jobid"].clone());
    assert!(names.iter().all(|name| name.as_str().is_some_and(|name| name.len() >= 20)), "{names:?}");
    names
}

#[tokio::test]
async fn a_seed_makes_names_come_again() {
    let seeded = |seed| Options { seed: Some(seed), ..Options::default() };
    let first = names(seeded(7)).await;
    assert_eq!(names(seeded(7)).await, first);
    for options in [seeded(8), Options::default()] {
        let other = names(options).await;
        assert!(first.iter().zip(&other).all(|(one, another)| one != another), "{first:?} {other:?}");
    }
}

#[tokio::test]
async fn a_folder_that_is_opened_again_has_new_names() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { seed: Some(7), data: Some(folder.path().to_owned()), ..Options::default() };
    let first = names(options.clone()).await;
    let second = names(options).await;
    assert!(first.iter().zip(&second).all(|(one, another)| one != another), "{first:?} {second:?}");
}
