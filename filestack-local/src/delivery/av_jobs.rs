//! `video_convert` and `video_playlist`: jobs that a client starts and asks for until they are done.
//!
//! Nothing is encoded. The result is a copy of the source under the name and type that were asked for, and its
//! picture a drawing. Two words in the name of the source make a job end differently, for tests: `fail`, `nourl`.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::clock;
use crate::content::blob::Blob;
use crate::content::filename::plain_filename;
use crate::database::{FileRecord, VideoRecord};
use crate::delivery::screenshots;
use crate::errors::{Result, ServiceError};
use crate::files::store::Store;
use crate::hex::hex;
use crate::state::State;
use crate::tasks::grammar::Task;

/// Presets with extension and type of what they make.
const PRESETS: [(&str, &str, &str); 14] = [
    ("h264", "mp4", "video/mp4"),
    ("h264.hi", "mp4", "video/mp4"),
    ("webm", "webm", "video/webm"),
    ("webm.hi", "webm", "video/webm"),
    ("ogg", "ogv", "video/ogg"),
    ("ogg.hi", "ogv", "video/ogg"),
    ("hls.variant", "m3u8", "application/vnd.apple.mpegurl"),
    ("hls.variant.audio", "m3u8", "application/vnd.apple.mpegurl"),
    ("hls.variant.playlist", "m3u8", "application/vnd.apple.mpegurl"),
    ("mp3", "mp3", "audio/mpeg"),
    ("oga", "oga", "audio/ogg"),
    ("m4a", "m4a", "audio/mp4"),
    ("aac", "aac", "audio/aac"),
    ("thumbnail", "png", "image/png"),
];
/// Parameters that the metadata of a result repeats.
const REPEATED: [&str; 9] = [
    "audio_bitrate",
    "audio_channels",
    "audio_codec",
    "audio_sample_rate",
    "fps",
    "height",
    "title",
    "video_bitrate",
    "width",
];
/// Width and height of a result's picture.
const THUMBNAIL: u32 = 300;

/// Whether this module answers a task.
pub(crate) fn is_served(task: &str) -> bool {
    matches!(task, "video_convert" | "video_playlist")
}

/// Starts the job of a request, or says how it goes.
pub(crate) async fn convert(state: &State, task: &Task, blob: Blob, source: &str, origin: &str) -> Result<Value> {
    let request = request_of(task, &blob, source);
    let _held = state.jobs.hold(&request).await;
    let found = state.database.video_of(&request).await?;
    // Whoever waits for a forced job repeats the same URL; only when they know its end they mean another one.
    let job = match found.filter(|job| !(job.has_ended && task.flag("force"))) {
        Some(job) => job,
        None => begin(state, task, blob, request).await?,
    };
    advance(state, job, origin).await
}

/// `/video_convert/UUID`: how a job goes; `None` for what names no job.
pub(crate) async fn status(state: &State, uuid: &str, origin: &str) -> Result<Option<Value>> {
    let Some(job) = state.database.video(uuid).await? else { return Ok(None) };
    let _held = state.jobs.hold(&job.request).await;
    match state.database.video(uuid).await? {
        Some(job) => advance(state, job, origin).await.map(Some),
        None => Ok(None),
    }
}

/// The same for all requests that mean the same job.
fn request_of(task: &Task, blob: &Blob, source: &str) -> String {
    let mut parameters: Vec<_> = task.parameters.iter().filter(|(name, _)| name != "force").collect();
    parameters.sort_by_key(|(name, _)| name);
    let text = format!("{} {parameters:?} {source} {}", task.name, blob.version);
    hex(&Sha256::digest(text))
}

async fn begin(state: &State, task: &Task, blob: Blob, request: String) -> Result<VideoRecord> {
    let preset = task.text("preset").unwrap_or("h264");
    let (_, extension, mimetype) = PRESETS.into_iter().find(|(name, ..)| *name == preset).unwrap_or(PRESETS[0]);
    let extension = task.text("extname").map_or(extension, |given| given.trim_start_matches('.'));
    let stem = blob.filename.rsplit_once('.').map_or(blob.filename.as_str(), |(stem, _)| stem);
    let filename = match task.text("filename").map(plain_filename) {
        None | Some("") => format!("{stem}.{extension}"),
        Some(given) => given.to_owned(),
    };
    // Refused now rather than when the result is to be kept.
    Store::from_tasks([task])?;
    let parameters: Map<String, Value> =
        task.parameters.iter().map(|(name, value)| (name.clone(), value.to_json())).collect();
    let (source_filename, source_mimetype, size) = (blob.filename.clone(), blob.mimetype.clone(), blob.size);
    let object = match fails(&source_filename) {
        true => String::new(),
        false => blob.keep(&state.storage, false).await?.0,
    };
    Ok(VideoRecord {
        uuid: state.names.uuid(),
        request,
        filename,
        mimetype: mimetype.to_owned(),
        size,
        object,
        source_filename,
        source_mimetype,
        parameters: Value::Object(parameters).to_string(),
        requests: 0,
        handle: None,
        thumbnail: None,
        has_ended: false,
        created_ms: clock::now_ms(),
    })
}

/// Counts a request for a job and answers it.
async fn advance(state: &State, mut job: VideoRecord, origin: &str) -> Result<Value> {
    job.requests += 1;
    let parameters: Map<String, Value> = serde_json::from_str(&job.parameters).map_err(ServiceError::internal)?;
    let mut reply = json!({
        "uuid": job.uuid,
        "timestamp": (job.created_ms / 1000).to_string(),
        "data": {},
        "metadata": { "result": {}, "source": {} },
    });
    if job.requests <= state.job_polls {
        reply["status"] = Value::from(if job.requests == 1 { "started" } else { "pending" });
    } else if fails(&job.source_filename) {
        job.has_ended = true;
        reply["status"] = Value::from("failed");
        reply["message"] = Value::from(format!("{} could not be converted", job.source_filename));
    } else {
        reply["status"] = Value::from("completed");
        reply["message"] = Value::from("Done");
        if job.source_filename.contains("nourl") && job.requests == state.job_polls + 1 {
            reply["data"]["url"] = Value::from("");
        } else {
            finish(state, &mut job, &parameters).await?;
            reply["data"] = data(&job, origin);
            reply["metadata"] = metadata(&job, &parameters);
        }
    }
    state.database.put_video(job).await?;
    Ok(reply)
}

fn fails(filename: &str) -> bool {
    filename.contains("fail")
}

/// Makes files of the result and of its picture, the first time.
async fn finish(state: &State, job: &mut VideoRecord, parameters: &Map<String, Value>) -> Result<()> {
    job.has_ended = true;
    if job.handle.is_some() {
        return Ok(());
    }
    let store = Store::from_members(parameters)?;
    let record = |filename: &str, mimetype: &str, size: u64, object: String| FileRecord {
        handle: state.names.handle(),
        filename: filename.to_owned(),
        mimetype: mimetype.to_owned(),
        size,
        object,
        location: store.location.to_owned(),
        container: store.container.clone(),
        key: store.key(filename, &state.names),
        created_ms: clock::now_ms(),
        tags: None,
    };
    if !job.mimetype.starts_with("audio/") {
        let picture = screenshots::draw(Sha256::digest(&job.request).into(), THUMBNAIL, THUMBNAIL).await?;
        let blob = Blob::made(picture, String::new(), String::new(), String::new());
        let (object, size) = blob.keep(&state.storage, false).await?;
        let file = record("thumbnail.png", "image/png", size, object);
        job.thumbnail = Some(file.handle.clone());
        state.database.add_file(file).await?;
    }
    let file = record(&job.filename, &job.mimetype, job.size, job.object.clone());
    job.handle = Some(file.handle.clone());
    state.database.add_file(file).await
}

/// Where result and pictures are.
fn data(job: &VideoRecord, origin: &str) -> Value {
    let mut data = json!({ "url": format!("{origin}/{}", job.handle.as_deref().unwrap_or_default()) });
    if let Some(thumbnail) = &job.thumbnail {
        data["thumb"] = Value::from(format!("{origin}/{thumbnail}"));
        for size in [100, 200, 300] {
            let url = format!("{origin}/resize=width:{size},height:{size}/{thumbnail}");
            data[format!("thumb{size}x{size}")] = Value::from(url);
        }
    }
    data
}

fn metadata(job: &VideoRecord, parameters: &Map<String, Value>) -> Value {
    let extension = |filename: &str| filename.rsplit_once('.').map_or(String::new(), |(_, end)| format!(".{end}"));
    let started = clock::rfc3339(job.created_ms / 1000);
    let finished = clock::rfc3339(clock::now_seconds());
    let mut result = json!({
        "created_at": started,
        "encoding_progress": 100,
        "extname": extension(&job.filename),
        "file_size": job.size,
        "finished_at": finished,
        "mime_type": job.mimetype,
        "started_encoding_at": started,
        "updated_at": finished,
    });
    for name in REPEATED {
        if let Some(Value::String(text)) = parameters.get(name) {
            result[name] = text.parse::<u64>().map_or_else(|_| Value::from(text.as_str()), Value::from);
        }
    }
    let source = json!({
        "extname": extension(&job.source_filename),
        "file_size": job.size,
        "mime_type": job.source_mimetype,
    });
    json!({ "result": result, "source": source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::grammar;
    use crate::tasks::value::Value as Parameter;

    fn request(path: &str) -> String {
        let blob = Blob::made(Vec::new(), "a".to_owned(), "b/c".to_owned(), "v".to_owned());
        let parsed = grammar::parse(path, None, |_| false).unwrap();
        request_of(&parsed.tasks[0], &blob, "H")
    }

    #[test]
    fn the_order_of_parameters_and_force_do_not_matter() {
        let plain = request("/video_convert=preset:webm,width:20/H");
        assert_eq!(request("/video_convert=width:20,force:true,p:webm/H"), plain);
        assert_ne!(request("/video_convert=preset:webm,width:21/H"), plain);
        assert_ne!(request("/video_playlist=preset:webm,width:20/H"), plain);
    }

    #[test]
    fn every_preset_of_the_catalogue_is_known() {
        let rule = crate::tasks::catalogue::find("video_convert").unwrap();
        for (preset, ..) in PRESETS {
            let value = Parameter::Text(preset.to_owned());
            assert!(crate::tasks::catalogue::admit(rule, vec![("preset".to_owned(), value)]).is_ok(), "{preset}");
        }
    }
}
