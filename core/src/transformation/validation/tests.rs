use serde_json::{Value as Json, json};

use super::*;

fn step(name: &str, params: &Json) -> Result<Step> {
    let members: Vec<_> =
        params.as_object().unwrap().iter().map(|(name, value)| (name.clone(), Value::Json(value.clone()))).collect();
    check(name, members.iter().map(|(name, value)| (name.as_str(), value)))
}

fn failure(name: &str, params: &Json) -> (ErrorKind, String) {
    let error = step(name, params).unwrap_err();
    (error.kind(), error.message().to_owned())
}

fn names(step: &Step) -> Vec<&str> {
    step.params().iter().map(|(name, _)| name.as_ref()).collect()
}

#[test]
fn unknown_tasks_name_the_nearest() {
    assert_eq!(
        failure("resise", &json!({})),
        (ErrorKind::TaskUnknown, "unknown task 'resise'; did you mean 'resize'?".to_owned())
    );
    assert_eq!(failure("", &json!({})), (ErrorKind::TaskUnknown, "unknown task ''".to_owned()));
}

#[test]
fn unknown_parameters_name_the_nearest() {
    assert_eq!(
        failure("resize", &json!({"widht": 1})),
        (ErrorKind::ParamUnknown, "task 'resize' has no parameter 'widht'; did you mean 'width'?".to_owned())
    );
    assert_eq!(
        failure("flip", &json!({"x": 1})),
        (ErrorKind::ParamUnknown, "task 'flip' has no parameter 'x'; it takes none".to_owned())
    );
    // Also when the value would not count.
    assert_eq!(failure("flip", &json!({"x": null})).0, ErrorKind::ParamUnknown);
}

#[test]
fn messages_name_task_parameter_and_value() {
    assert_eq!(
        failure("resize", &json!({"width": 70_000})),
        (
            ErrorKind::ParamRange,
            "task 'resize', parameter 'width': 70000 is not a whole number from 0 to 10000".to_owned()
        )
    );
    let (_, message) = failure("resize", &json!({"width": "x".repeat(1000)}));
    assert!(message.len() < 150, "{message}");
}

#[test]
fn abbreviations_and_other_names_are_sent_as_the_full_name() {
    let step = step("resize", &json!({"w": 1, "h": 2, "f": "crop", "a": "top"})).unwrap();
    assert_eq!(names(&step), ["align", "fit", "height", "width"]);
    let step = super::tests::step("fallback", &json!({"file": "HANDLE"})).unwrap();
    assert_eq!(names(&step), ["handle"]);
    let step = super::tests::step("round_corners", &json!({"radius": "max"})).unwrap();
    assert_eq!(step.name(), "rounded_corners");
    let step = super::tests::step("doc_to_images@2", &json!({})).unwrap();
    assert_eq!(step.name(), "doc_to_images@2");
}

#[test]
fn a_parameter_is_given_once() {
    for (task, params) in [("resize", json!({"w": 1, "width": 1})), ("fallback", json!({"file": "a", "handle": "b"}))] {
        let (kind, message) = failure(task, &params);
        assert_eq!(kind, ErrorKind::Argument);
        assert!(message.ends_with("is given twice"), "{message}");
    }
}

#[test]
fn null_is_not_given() {
    let step = step("resize", &json!({"w": null, "width": 5, "height": null})).unwrap();
    assert_eq!(names(&step), ["width"]);
}

#[test]
fn needed_parameters() {
    for (task, params, message) in [
        ("collage", json!({"margin": 1}), "task 'collage' needs 'files', 'width', 'height'"),
        ("crop", json!({}), "task 'crop' needs 'dim'"),
        ("crop", json!({"dim": null}), "task 'crop' needs 'dim'"),
        ("resize", json!({"fit": "crop"}), "task 'resize' needs 'width' or 'height'"),
        ("fallback", json!({"cache": 1}), "task 'fallback' needs 'handle'"),
        ("output", json!({}), "task 'output' needs at least one parameter"),
    ] {
        assert_eq!(failure(task, &params), (ErrorKind::ParamMissing, message.to_owned()));
    }
    assert!(step("resize", &json!({"height": 1})).is_ok());
}

#[test]
fn a_flag_is_true_and_alone() {
    assert_eq!(names(&step("cache", &json!({"false": true})).unwrap()), ["false"]);
    assert_eq!(names(&step("cache", &json!({"false": false, "expiry": 1})).unwrap()), ["expiry"]);
    assert_eq!(failure("cache", &json!({"false": true, "expiry": 1})).0, ErrorKind::Argument);
}

#[test]
fn bare_tasks_of_the_catalogue_need_nothing() {
    for task in catalogue::tasks() {
        assert_eq!(step(task.name, &json!({})).is_ok(), task.bare, "{}", task.name);
    }
}
