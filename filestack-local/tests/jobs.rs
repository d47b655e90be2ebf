//! Answers that need a model elsewhere, documents, and jobs: video conversions and workflows.

mod common;

use common::*;
use filestack_local::Options;
use serde_json::{Value, json};

/// Any policy will do where there is no secret.
fn security() -> String {
    sign_task("nobody checks", &json!({ "expiry": FUTURE }))
}

#[tokio::test]
async fn intelligence_needs_credentials_even_without_a_secret() {
    let fixture = start(Options::default());
    let handle = fixture.store(&noise(1000, 1), "a.jpg", "image/jpeg").await;
    for task in
        ["tags", "tags=version:2", "sfw", "ocr", "caption", "copyright", "doc_detection=coords:true", "image_sentiment"]
    {
        let (status, text) = read_text(fixture.get(&format!("/{task}/{handle}")).await).await;
        assert_eq!(status, 403, "{task}: {text}");
        assert!(text.starts_with("application 1 policy error: proper credentials were not provided"), "{text}");
        let path = format!("/{task}/{}/{handle}", security());
        let (status, first) = fixture.ask(&path).await;
        assert_eq!(status, 200, "{task}: {first}");
        assert_eq!(fixture.ask(&path).await.1, first, "the same file is told the same");
    }
    let feeling = format!("/{KEY}/text_sentiment=text:%22so, so good%22,language:en");
    assert_eq!(fixture.get(&feeling).await.status(), 403);
    let (_, answer) = fixture.ask(&format!("{feeling}/{}", security())).await;
    for name in ["Positive", "Negative", "Neutral", "Mixed"] {
        assert!(answer["emotions"][name].is_f64(), "{answer}");
    }
    let (_, faces) = fixture.ask(&format!("/detect_faces=export:true/{handle}")).await;
    assert!(faces.is_array());
    assert_eq!(fixture.get(&format!("/detect_faces/{handle}")).await.status(), 501, "which would be a picture");
    assert_eq!(fixture.get(&format!("/doc_detection/{}/{handle}", security())).await.status(), 501);
    assert_eq!(fixture.get(&format!("/tags/sfw/{}/{handle}", security())).await.status(), 400, "data is the end");
}

#[tokio::test]
async fn tags_of_an_upload_are_the_users_tags() {
    let fixture = start(Options::default());
    let reply = fixture.upload(b"abc", json!({ "upload_tags": { "city": "Rome" } })).await;
    let path = format!("/tags/{}/{}", security(), reply["handle"].as_str().unwrap());
    assert_eq!(fixture.ask(&path).await.1["tags"]["user"], json!({ "city": "Rome" }));
}

#[tokio::test]
async fn a_policy_must_allow_conversions_for_intelligence() {
    let fixture = start(Options { secret: Some("S".to_owned()), ..Options::default() });
    let (policy, signature) = sign("S", &json!({ "expiry": FUTURE }));
    let reply = fixture.upload(b"abc", json!({ "policy": policy, "signature": signature })).await;
    let handle = reply["handle"].as_str().unwrap();
    let with = |calls: Value| sign_task("S", &json!({ "expiry": FUTURE, "call": calls }));
    assert_eq!(fixture.get(&format!("/tags/{}/{handle}", security())).await.status(), 403);
    assert_eq!(fixture.get(&format!("/tags/{}/{handle}", with(json!(["read"])))).await.status(), 403);
    assert_eq!(fixture.get(&format!("/tags/{}/{handle}", with(json!(["convert"])))).await.status(), 200);
    let run = |calls: Value| format!("/run_workflow=id:w/{}/{handle}", with(calls));
    assert_eq!(fixture.get(&run(json!(["convert"]))).await.status(), 403);
    assert_eq!(fixture.get(&run(json!(["runWorkflow"]))).await.status(), 200);
}

/// The `status` members of a number of requests for the same path.
async fn statuses(fixture: &Fixture, path: &str, count: usize) -> Vec<String> {
    let mut statuses = Vec::new();
    for _ in 0..count {
        let (status, reply) = fixture.ask(path).await;
        assert_eq!(status, 200, "{reply}");
        statuses.push(reply["status"].as_str().unwrap().to_owned());
    }
    statuses
}

#[tokio::test]
async fn video_jobs_complete_when_they_were_asked_for_often_enough() {
    let fixture = start(Options::default());
    let bytes = noise(10_000, 3);
    let handle = fixture.store(&bytes, "clip.mov", "video/quicktime").await;
    let path = format!("/video_convert=preset:webm,width:320/{handle}");
    let (_, first) = fixture.ask(&path).await;
    assert_eq!((&first["status"], first["uuid"].as_str().unwrap().len()), (&json!("started"), 32));
    assert_eq!((&first["data"], &first["metadata"]), (&json!({}), &json!({ "result": {}, "source": {} })));
    assert!(first["timestamp"].as_str().unwrap().parse::<u64>().is_ok());
    assert_eq!(statuses(&fixture, &path, 2).await, ["pending", "completed"]);
    let (_, done) = fixture.ask(&path).await;
    assert_eq!((&done["uuid"], &done["message"]), (&first["uuid"], &json!("Done")));
    assert_eq!(
        (&done["metadata"]["result"]["width"], &done["metadata"]["source"]["extname"]),
        (&json!(320), &json!(".mov"))
    );
    let own = |url: &Value| url.as_str().unwrap().strip_prefix(fixture.service.url()).unwrap().to_owned();
    let response = fixture.get(&own(&done["data"]["url"])).await;
    assert_eq!(
        (&response.headers()["content-type"], &response.headers()["x-file-name"]),
        (&"video/webm".parse().unwrap(), &"clip.webm".parse().unwrap())
    );
    assert_eq!(sha256(&response.bytes().await.unwrap()), sha256(&bytes));
    for (member, width) in [("thumb", 300), ("thumb100x100", 100), ("thumb300x300", 300)] {
        let picture = fixture.bytes(&own(&done["data"][member])).await;
        assert_eq!(image::load_from_memory(&picture).unwrap().width(), width);
    }
    let uuid = first["uuid"].as_str().unwrap();
    assert_eq!(fixture.ask(&format!("/video_convert/{uuid}")).await.1["data"], done["data"]);
    assert_eq!(statuses(&fixture, &format!("/video_convert=preset:mp3/{handle}"), 1).await, ["started"]);
    assert_eq!(statuses(&fixture, &format!("/video_playlist/{handle}"), 3).await, ["started", "pending", "completed"]);
    assert_eq!(fixture.get("/video_convert/nosuch").await.status(), 404);
}

#[tokio::test]
async fn video_jobs_end_badly_on_demand_and_start_over_when_forced() {
    let fixture = start(Options { job_polls: 1, ..Options::default() });
    let bad = fixture.store(b"abc", "will-fail.mov", "video/quicktime").await;
    let path = format!("/video_convert/{bad}");
    assert_eq!(statuses(&fixture, &path, 3).await, ["started", "failed", "failed"]);
    let (_, failed) = fixture.ask(&path).await;
    assert!(failed["message"].as_str().unwrap().contains("will-fail.mov") && failed["data"] == json!({}));

    let late = fixture.store(b"abc", "nourl.mov", "video/quicktime").await;
    let path = format!("/video_convert=force:true/{late}");
    assert_eq!(statuses(&fixture, &path, 1).await, ["started"]);
    let (_, early) = fixture.ask(&path).await;
    assert_eq!((&early["status"], &early["data"]["url"]), (&json!("completed"), &json!("")));
    let (_, done) = fixture.ask(&path).await;
    assert!(done["uuid"] == early["uuid"] && !done["data"]["url"].as_str().unwrap().is_empty(), "{done}");
    let (_, again) = fixture.ask(&path).await;
    assert!(again["status"] == "started" && again["uuid"] != done["uuid"], "{again}");

    let at_once = start(Options { job_polls: 0, ..Options::default() });
    let handle = at_once.store(b"abc", "a.mov", "video/quicktime").await;
    assert_eq!(statuses(&at_once, &format!("/video_convert/{handle}"), 1).await, ["completed"]);
}

#[tokio::test]
async fn workflows_finish_when_they_were_asked_for_often_enough() {
    let fixture = start(Options::default());
    let handle = fixture.store(b"abc", "a.txt", "text/plain").await;
    assert_eq!(fixture.get(&format!("/run_workflow=id:wf-1/{handle}")).await.status(), 403);
    let (_, started) = fixture.ask(&format!("/{KEY}/{}/run_workflow=id:wf-1/{handle}", security())).await;
    assert_eq!((&started["workflow"], &started["status"]), (&json!("wf-1"), &json!("Started")), "{started}");
    assert_eq!(started["sources"], json!([handle]));
    assert!(started["createdAt"].as_str().unwrap().ends_with('Z'));

    let uploaded = fixture.upload(b"abc", json!({ "store": { "location": "s3", "workflows": ["wf-2"] } })).await;
    for (job, workflow) in [(&started["jobid"], "wf-1"), (&uploaded["workflows"]["wf-2"]["jobid"], "wf-2")] {
        let path = format!("/{KEY}/{}/workflow_status=job_id:{}", security(), job.as_str().unwrap());
        assert_eq!(statuses(&fixture, &path, 3).await, ["Started", "Started", "Finished"]);
        let (_, done) = fixture.ask(&path).await;
        assert_eq!((&done["workflow"], &done["jobid"]), (&json!(workflow), job));
        assert!(done["ttl"].is_u64() && done["results"]["tags"]["data"]["tags"]["auto"].is_object(), "{done}");
        let url = done["results"]["store"]["url"].as_str().unwrap();
        assert_eq!(done["results"]["store"]["size"], 3);
        assert_eq!(fixture.client.get(url).send().await.unwrap().text().await.unwrap(), "abc");
    }
    let nosuch = format!("/{KEY}/{}/workflow_status=job_id:nosuch", security());
    assert_eq!(fixture.get(&nosuch).await.status(), 404);
}

#[tokio::test]
async fn jobs_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { data: Some(folder.path().to_owned()), ..Options::default() };
    let before = start(options.clone());
    let handle = before.store(b"abc", "a.mov", "video/quicktime").await;
    let path = format!("/video_convert/{handle}");
    let (_, started) = before.ask(&path).await;
    let (_, run) = before.ask(&format!("/{}/run_workflow=id:w/{handle}", security())).await;
    drop(before);
    let after = start(options);
    let (_, pending) = after.ask(&path).await;
    assert_eq!((&pending["status"], &pending["uuid"]), (&json!("pending"), &started["uuid"]));
    let status = format!("/{}/workflow_status=job_id:{}", security(), run["jobid"].as_str().unwrap());
    assert_eq!(statuses(&after, &status, 1).await, ["Started"]);
}
