//! Which task may stand where, and which sources a chain works on.

use super::catalogue::{self, SourceRule};
use super::source::{Source, SourceKind};
use super::step::Step;
use crate::error::{Error, ErrorKind, Result};

/// Tells how the service keeps the result, not what happens to the file: it may stand anywhere.
const CACHE: &str = "cache";

/// Whether `next` may follow `steps`.
///
/// # Errors
///
/// [`ErrorKind::TaskOrder`].
pub(super) fn check_next(steps: &[Step], next: &Step) -> Result<()> {
    if is_cache(next) {
        return Ok(());
    }
    if let Some(last) = steps.iter().find(|step| step.is_terminal()) {
        return Err(misplaced(format!(
            "task '{}' cannot follow '{}', whose reply is not a file; only 'cache' can",
            next.name(),
            last.name()
        )));
    }
    if next.works_on(SourceRule::None)
        && let Some(before) = steps.iter().find(|step| !is_cache(step))
    {
        return Err(misplaced(format!(
            "task '{}' works on no file, so it cannot follow '{}'",
            next.name(),
            before.name()
        )));
    }
    Ok(())
}

/// Whether the chain `steps` can work on `sources`.
///
/// # Errors
///
/// [`ErrorKind::TaskOrder`].
pub(super) fn check_sources(steps: &[Step], sources: &[Source]) -> Result<()> {
    if let Some(step) = steps.iter().find(|step| step.works_on(SourceRule::None)) {
        return match sources {
            [] => Ok(()),
            _ => Err(misplaced(format!("task '{}' works on no file, but there is a source", step.name()))),
        };
    }
    if let Some(step) = steps.iter().find(|step| step.works_on(SourceRule::Url)) {
        return match sources {
            [source] if source.kind() == SourceKind::Url => Ok(()),
            _ => Err(misplaced(format!("task '{}' works on exactly one http(s) URL", step.name()))),
        };
    }
    match sources {
        [] => Err(misplaced("the transformation has no source: give a handle, a URL or an alias")),
        [_] => Ok(()),
        _ if takes_list(steps) => Ok(()),
        // Only the caller knows what an unchecked task takes.
        _ if steps.iter().any(|step| step.task().is_none()) => Ok(()),
        _ => match steps.iter().find(|step| !is_cache(step)) {
            // The bare list is a valid address: it is what the service shows for several files.
            None => Ok(()),
            Some(step) => Err(misplaced(format!(
                "task '{}' works on one file, but there are {} sources; {} take several",
                step.name(),
                sources.len(),
                joining_tasks().join(", ")
            ))),
        },
    }
}

/// Whether the sources of the chain are a list, even if there is only one.
pub(super) fn takes_list(steps: &[Step]) -> bool {
    steps.iter().any(|step| step.works_on(SourceRule::Many))
}

fn joining_tasks() -> Vec<&'static str> {
    catalogue::tasks().iter().filter(|task| task.source == SourceRule::Many).map(|task| task.name).collect()
}

fn is_cache(step: &Step) -> bool {
    step.name() == CACHE
}

fn misplaced(message: impl AsRef<str>) -> Error {
    Error::new(ErrorKind::TaskOrder, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transformation::{TaskChain, Value};

    fn chain(tasks: &[(&str, &str)]) -> Result<TaskChain> {
        let mut transformation = TaskChain::new(vec![Source::parse("HANDLE").unwrap()]);
        tasks.iter().try_for_each(|(task, params)| transformation.add_json(task, params))?;
        Ok(transformation)
    }

    #[test]
    fn nothing_but_cache_follows_a_reply_that_is_not_a_file() {
        for (task, params) in [
            ("store", ""),
            ("sfw", ""),
            ("imagesize", ""),
            ("preview", ""),
            ("video_convert", r#"{"preset":"h264"}"#),
            ("detect_faces", r#"{"export":true}"#),
            ("smart_crop", r#"{"coords":true}"#),
            ("doc_detection", r#"{"coords":true}"#),
            ("output", r#"{"docinfo":true}"#),
            ("doc_to_images", ""),
            ("metadata", ""),
        ] {
            let error = chain(&[(task, params), ("flip", "")]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TaskOrder, "{task}");
            assert_eq!(
                error.message(),
                format!("task 'flip' cannot follow '{task}', whose reply is not a file; only 'cache' can")
            );
            assert!(chain(&[("flip", ""), (task, params), ("cache", "")]).is_ok(), "{task}");
            // Once more behind cache: what counts is the whole chain, not its last member.
            let error = chain(&[(task, params), ("cache", ""), ("flip", "")]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TaskOrder, "{task}");
        }
    }

    #[test]
    fn a_task_that_makes_a_file_can_be_followed() {
        for (task, params) in [
            ("detect_faces", ""),
            ("detect_faces", r#"{"export":false}"#),
            ("output", r#"{"format":"png"}"#),
            ("doc_to_images@3", ""),
            ("cache", r#"{"false":true}"#),
        ] {
            assert!(chain(&[(task, params), ("flip", ""), ("store", "")]).is_ok(), "{task}");
        }
    }

    #[test]
    fn a_task_without_a_source_stands_alone() {
        let params = r#"{"text":"good"}"#;
        assert_eq!(chain(&[("flip", ""), ("text_sentiment", params)]).unwrap_err().kind(), ErrorKind::TaskOrder);
        assert!(chain(&[("cache", ""), ("text_sentiment", params)]).is_ok());
    }

    #[test]
    fn sources_are_judged_with_the_chain() {
        let judge = |task: Option<&str>, sources: &[&str]| {
            let mut transformation = TaskChain::new(sources.iter().map(|text| Source::parse(text).unwrap()).collect());
            if let Some(task) = task {
                let params: &[(&str, Value)] = match task {
                    "workflow_status" => &[("job_id", "1".into())],
                    _ => &[],
                };
                transformation.add(task, params).unwrap();
            }
            check_sources(transformation.tasks(), transformation.sources()).map_err(|error| error.kind())
        };
        let refused = Err(ErrorKind::TaskOrder);
        assert_eq!(judge(None, &[]), refused);
        assert_eq!(judge(None, &["a"]), Ok(()));
        assert_eq!(judge(None, &["a", "b"]), Ok(()));
        assert_eq!(judge(Some("flip"), &[]), refused);
        assert_eq!(judge(Some("flip"), &["a"]), Ok(()));
        assert_eq!(judge(Some("flip"), &["a", "b"]), refused);
        assert_eq!(judge(Some("cache"), &["a", "b"]), Ok(()));
        assert_eq!(judge(Some("zip"), &[]), refused);
        assert_eq!(judge(Some("zip"), &["a"]), Ok(()));
        assert_eq!(judge(Some("zip"), &["a", "https://example.com/b"]), Ok(()));
        assert_eq!(judge(Some("urlscreenshot"), &["https://example.com/"]), Ok(()));
        assert_eq!(judge(Some("urlscreenshot"), &["a"]), refused);
        assert_eq!(judge(Some("urlscreenshot"), &["https://example.com/", "https://example.org/"]), refused);
        assert_eq!(judge(Some("urlscreenshot"), &[]), refused);
        assert_eq!(judge(Some("workflow_status"), &[]), Ok(()));
        assert_eq!(judge(Some("workflow_status"), &["a"]), refused);
    }
}
