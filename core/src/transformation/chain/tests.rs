use super::*;

const CDN: &str = "https://cdn.filestackcontent.com";

fn of(source: &str) -> TaskChain {
    TaskChain::new(vec![Source::parse(source).unwrap()])
}

fn url(transformation: &TaskChain) -> String {
    transformation.url(CDN, None, None).unwrap()
}

#[test]
fn the_first_failure_stays() {
    let mut transformation = of("HANDLE");
    transformation.add("flip", &[]).unwrap();
    let first = transformation.add("resise", &[]).unwrap_err();
    assert_eq!(first.kind(), ErrorKind::TaskUnknown);
    assert_eq!(transformation.failure().unwrap().message(), first.message());
    let later = [
        transformation.add("flop", &[]).unwrap_err(),
        transformation.add("resize", &[]).unwrap_err(),
        transformation.add_json("flop", "{").unwrap_err(),
        transformation.poison(Error::argument("another")),
        transformation.url(CDN, None, None).unwrap_err(),
        transformation.clone().url(CDN, None, None).unwrap_err(),
    ];
    for error in later {
        assert_eq!((error.kind(), error.message()), (first.kind(), first.message()));
    }
    assert_eq!(transformation.tasks().len(), 1);
}

#[test]
fn a_failure_outside_poisons_too() {
    let mut transformation = of("HANDLE");
    let error = transformation.poison(Error::new(ErrorKind::Argument, "the task cannot be put together"));
    assert_eq!(error.kind(), ErrorKind::Argument);
    assert_eq!(transformation.url(CDN, None, None).unwrap_err().kind(), ErrorKind::Argument);
}

#[test]
fn a_url_that_cannot_be_made_does_not_poison() {
    let mut transformation = of("https://example.com/a.png");
    transformation.add("flip", &[]).unwrap();
    assert_eq!(transformation.url(CDN, None, None).unwrap_err().kind(), ErrorKind::Argument);
    assert!(transformation.url(CDN, Some("KEY"), None).is_ok());
}

#[test]
fn adding_is_all_or_nothing() {
    let mut transformation = of("HANDLE");
    let params = [("width", Value::Int(1)), ("fit", Value::from("nothing"))];
    assert_eq!(transformation.add("resize", &params).unwrap_err().kind(), ErrorKind::ParamRange);
    assert!(transformation.tasks().is_empty());
}

#[test]
fn json_parameters_are_those_of_add() {
    let mut typed = of("HANDLE");
    typed.add("resize", &[("width", Value::Int(300)), ("fit", "crop".into())]).unwrap();
    typed.add("crop", &[("dim", vec![1, 2, 3, 4].into())]).unwrap();
    let mut json = of("HANDLE");
    json.add_json("resize", r#"{"fit":"crop","width":3e2}"#).unwrap();
    json.add_json("crop", r#" {"dim":[1,2.0,3,4]} "#).unwrap();
    assert_eq!(url(&typed), url(&json));
    assert_eq!(typed.tasks(), json.tasks());
}

#[test]
fn no_parameters_in_json() {
    for text in ["", " ", "null", "{}", " { } "] {
        let mut transformation = of("HANDLE");
        transformation.add_json("flip", text).unwrap();
        assert_eq!(url(&transformation), "https://cdn.filestackcontent.com/flip/HANDLE");
    }
}

#[test]
fn bad_json_is_refused() {
    for text in ["{", "[]", "true", "1", "\"a\"", "{\"width\":1}}", "{\"width\"}", "{\"width\":01}"] {
        let error = of("HANDLE").add_json("resize", text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Argument, "{text}: {error}");
        assert!(error.message().starts_with("task 'resize': "), "{error}");
    }
    let error = of("HANDLE").add_json("resize", r#"{"width":1,"width":2}"#).unwrap_err();
    assert_eq!(error.message(), "task 'resize': the parameter 'width' is given twice");
}

#[test]
fn credentials_are_not_a_task() {
    for params in ["", r#"{"policy":"eyJh","signature":"0f0f"}"#] {
        let error = of("HANDLE").add_json("security", params).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TaskOrder);
        assert!(error.message().contains("security object"), "{error}");
    }
}

#[test]
fn names_for_the_whole_request_are_not_tasks() {
    let mut transformation = of("HANDLE");
    transformation.add("store", &[]).unwrap();
    transformation.add("debug", &[]).unwrap();
    transformation.add("b64", &[]).unwrap();
    assert_eq!(transformation.tasks().len(), 1);
    assert_eq!(
        url(&transformation),
        "https://cdn.filestackcontent.com/debug/b64/W3sibmFtZSI6InN0b3JlIn1d/b64://SEFORExF"
    );
}

#[test]
fn clones_go_their_own_way() {
    let mut first = of("HANDLE");
    first.add("flip", &[]).unwrap();
    let mut second = first.clone();
    second.add("flop", &[]).unwrap();
    assert_eq!(url(&first), "https://cdn.filestackcontent.com/flip/HANDLE");
    assert_eq!(url(&second), "https://cdn.filestackcontent.com/flip/flop/HANDLE");
}

#[test]
fn tasks_that_need_credentials_say_so() {
    let mut transformation = of("HANDLE");
    transformation.add("flip", &[]).unwrap();
    assert_eq!(transformation.task_that_needs_security(), None);
    transformation.add("tags", &[]).unwrap();
    assert_eq!(transformation.task_that_needs_security().unwrap().name(), "tags");
}

#[test]
fn a_task_that_the_catalogue_does_not_know_is_sent_as_it_is() {
    let mut transformation = of("HANDLE");
    transformation.add("flip", &[]).unwrap();
    transformation
        .add_unchecked("neon_glow", r#"{"size":3,"on":true,"text":"a,b","no":null,"list":[[1,2],"x"]}"#)
        .unwrap();
    transformation.add_unchecked("resize", r#"{"width":99999}"#).unwrap();
    transformation.add_unchecked("plain", "").unwrap();
    assert_eq!(
        url(&transformation),
        format!("{CDN}/flip/neon_glow=list:[[1,2],x],on:true,size:3,text:%22a,b%22/resize=width:99999/plain/HANDLE")
    );
    assert!(transformation.tasks()[1].task().is_none() && transformation.task_that_needs_security().is_none());
}

#[test]
fn only_the_caller_knows_what_an_unknown_task_works_on() {
    let sources = ["a", "b"].map(|text| Source::parse(text).unwrap());
    let mut transformation = TaskChain::new(sources.to_vec());
    transformation.add_unchecked("weave", "{}").unwrap();
    assert_eq!(url(&transformation), format!("{CDN}/weave/[a,b]"));
}

#[test]
fn what_a_url_cannot_hold_is_refused_whether_it_is_known_or_not() {
    for (task, params, kind) in [
        ("", "", ErrorKind::Argument),
        ("a/b", "", ErrorKind::Argument),
        ("a=b", "", ErrorKind::Argument),
        ("..", "", ErrorKind::Argument),
        ("security", r#"{"policy":"p"}"#, ErrorKind::TaskOrder),
        ("glow", "[]", ErrorKind::Argument),
        ("glow", r#"{"a:b":1}"#, ErrorKind::Argument),
        ("glow", r#"{"a":1,"a":2}"#, ErrorKind::Argument),
        ("glow", r#"{"a":{}}"#, ErrorKind::ParamType),
    ] {
        let mut transformation = of("HANDLE");
        assert_eq!(transformation.add_unchecked(task, params).unwrap_err().kind(), kind, "{task} {params}");
        assert!(transformation.failure().is_some(), "{task} {params}");
    }
    let mut transformation = of("HANDLE");
    transformation.add("sfw", &[]).unwrap();
    assert_eq!(transformation.add_unchecked("glow", "").unwrap_err().kind(), ErrorKind::TaskOrder);
}
