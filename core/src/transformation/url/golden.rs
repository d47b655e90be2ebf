//! URLs that the official SDKs make, taken from their tests, and ours for the same calls.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;

use crate::transformation::{Source, TaskChain};
use crate::{ErrorKind, Result};

const CDN: &str = "https://cdn.filestackcontent.com";
const HANDLE: &str = "5aYkEQJSQCmYShsoCnZN";

fn chain(sources: &[&str], tasks: &[(&str, &str)]) -> TaskChain {
    let mut transformation = TaskChain::new(sources.iter().map(|text| Source::parse(text).unwrap()).collect());
    for (task, params) in tasks {
        transformation.add_json(task, params).unwrap();
    }
    transformation
}

fn url(sources: &[&str], tasks: &[(&str, &str)]) -> String {
    chain(sources, tasks).url(CDN, Some("KEY"), None).unwrap()
}

/// What stands between origin and source for one handle.
fn written(tasks: &[(&str, &str)]) -> String {
    let url = url(&[HANDLE], tasks);
    url.strip_prefix(CDN).unwrap().strip_suffix(HANDLE).unwrap().trim_matches('/').to_owned()
}

#[test]
fn python_transformations() {
    for (task, params, expected) in [
        ("resize", r#"{"width":500,"height":500}"#, "resize=height:500,width:500"),
        ("rotate", r#"{"deg":90}"#, "rotate=deg:90"),
        ("flip", "", "flip"),
        (
            "modulate",
            r#"{"brightness":155,"hue":155,"saturation":155}"#,
            "modulate=brightness:155,hue:155,saturation:155",
        ),
        (
            "collage",
            r#"{"files":["FILEHANDLE","FILEHANDLE2","FILEHANDLE3"],"margin":50,"width":1000,"height":1000,
                "color":"white","fit":"crop","autorotate":true}"#,
            "collage=autorotate:true,color:white,files:[FILEHANDLE,FILEHANDLE2,FILEHANDLE3],fit:crop,height:1000,\
             margin:50,width:1000",
        ),
        (
            "ascii",
            r#"{"background":"black","foreground":"black","colored":true,"size":100,"reverse":true}"#,
            "ascii=background:black,colored:true,foreground:black,reverse:true,size:100",
        ),
        ("upscale", r#"{"noise":"low","style":"artwork"}"#, "upscale=noise:low,style:artwork"),
        (
            "output",
            r#"{"format":"png","page":1,"density":50,"compress":true,"quality":80,"strip":true,"colorspace":"input",
                "secure":true,"docinfo":true,"background":"white","pageformat":"legal","pageorientation":"landscape"}"#,
            "output=background:white,colorspace:input,compress:true,density:50,docinfo:true,format:png,page:1,\
             pageformat:legal,pageorientation:landscape,quality:80,secure:true,strip:true",
        ),
        ("minify_css", r#"{"level":1,"gzip":false}"#, "minify_css=gzip:false,level:1"),
        ("pdfinfo", r#"{"colorinfo":true}"#, "pdfinfo=colorinfo:true"),
        ("pdfconvert", r#"{"pageorientation":"landscape"}"#, "pdfconvert=pageorientation:landscape"),
        ("no_metadata", "", "no_metadata"),
        ("auto_image", "", "auto_image"),
    ] {
        // The Python tests take the word SOMEEXTERNALURL for a URL; here one must be a URL to need the API key.
        let source = "https://example.com/SOMEEXTERNALURL";
        let url = chain(&[source], &[(task, params)]).url(CDN, Some("SOMEAPIKEY"), None).unwrap();
        assert_eq!(url, format!("{CDN}/SOMEAPIKEY/{expected}/{source}"));
    }
}

#[test]
fn python_stored_chain() {
    let tasks = [
        ("flip", ""),
        ("resize", r#"{"width":100}"#),
        ("store", r#"{"filename":"filename","location":"S3","container":"bucket","path":"folder/image.jpg"}"#),
    ];
    assert_eq!(
        written(&tasks),
        "flip/resize=width:100/store=container:bucket,filename:filename,location:S3,path:%22folder/image.jpg%22"
    );
}

#[test]
fn documented_urls() {
    let handle = "sm9IEXAMPLEQuzfJykmA";
    let resized = chain(&[handle], &[("resize", r#"{"width":800}"#)]);
    assert_eq!(
        resized.url(CDN, None, None).unwrap(),
        "https://cdn.filestackcontent.com/resize=width:800/sm9IEXAMPLEQuzfJykmA"
    );
    let security = "security=p:<encoded_policy>,s:<signature>";
    assert_eq!(
        chain(&["FILE_HANDLE"], &[("resize", r#"{"width":800}"#)]).url(CDN, None, Some(security)).unwrap(),
        format!("https://cdn.filestackcontent.com/resize=width:800/{security}/FILE_HANDLE")
    );
    assert_eq!(
        chain(&["FILE_HANDLE"], &[]).url(CDN, None, Some(security)).unwrap(),
        format!("https://cdn.filestackcontent.com/{security}/FILE_HANDLE")
    );
}

#[test]
fn go_transformations() {
    // The Go SDK writes its API key before handles too; the service does not need it there.
    for (task, params, expected) in [
        (
            "crop_faces",
            r#"{"mode":"thumb","width":100,"height":100,"faces":"all","minsize":0.35,"maxsize":0.35,"buffer":0}"#,
            "crop_faces=buffer:0,faces:all,height:100,maxsize:0.35,minsize:0.35,mode:thumb,width:100",
        ),
        (
            "rounded_corners",
            r#"{"radius":"max","blur":0.3,"background":"ff0000"}"#,
            "rounded_corners=background:ff0000,blur:0.3,radius:max",
        ),
        (
            "shadow",
            r#"{"blur":4,"opacity":60,"vector":[4,4],"color":"ff0000","background":"00ff00"}"#,
            "shadow=background:00ff00,blur:4,color:ff0000,opacity:60,vector:[4,4]",
        ),
    ] {
        assert_eq!(written(&[(task, params)]), expected);
    }
    assert_eq!(
        url(&["https://example.com/image.jpg", "handle1", "handle2"], &[("zip", "")]),
        "https://cdn.filestackcontent.com/KEY/zip/[https://example.com/image.jpg,handle1,handle2]"
    );
}

#[test]
fn javascript_transformations() {
    assert_eq!(
        url(
            &[HANDLE],
            &[("resize", r#"{"width":200}"#), ("rotate", r#"{"deg":90}"#), ("crop", r#"{"dim":[20,20,250,250]}"#)]
        ),
        "https://cdn.filestackcontent.com/resize=width:200/rotate=deg:90/crop=dim:[20,20,250,250]/5aYkEQJSQCmYShsoCnZN"
    );
    assert_eq!(
        written(&[("partial_blur", r#"{"amount":5,"objects":[[20,20,50,50]]}"#)]),
        "partial_blur=amount:5,objects:[[20,20,50,50]]"
    );
    assert_eq!(written(&[("cache", r#"{"false":true}"#)]), "cache=false");
    assert_eq!(written(&[("cache", r#"{"expiry":666}"#)]), "cache=expiry:666");
}

#[test]
fn javascript_sources() {
    // The JavaScript SDK puts an external URL or an alias in double quotes, every other SDK writes it bare.
    assert_eq!(
        url(&["https://cdn.filestackcontent.com/5aYkEQJSQCmYShsoCnZN"], &[("upscale", "")]),
        "https://cdn.filestackcontent.com/KEY/upscale/https://cdn.filestackcontent.com/5aYkEQJSQCmYShsoCnZN"
    );
    assert_eq!(
        url(&["src://test123/example.jpg", "src://test123/flug_9-trans_atlantik-400dpi.jpg"], &[]),
        "https://cdn.filestackcontent.com/KEY/[src://test123/example.jpg,src://test123/flug_9-trans_atlantik-400dpi.jpg]"
    );
    // It also writes the API key whenever it has one; handles do not need it.
    for origin in ["https://cdn.newcname.com", "https://customDomain.com", "https://customDomain.com/"] {
        let url = chain(&[HANDLE], &[]).url(origin, Some("KEY"), None).unwrap();
        assert_eq!(url, format!("{}/{HANDLE}", origin.trim_end_matches('/')));
    }
}

#[test]
fn base64_form() {
    assert_eq!(
        url(&[HANDLE], &[("upscale", ""), ("b64", "")]),
        "https://cdn.filestackcontent.com/b64/W3sibmFtZSI6InVwc2NhbGUifV0=/b64://NWFZa0VRSlNRQ21ZU2hzb0NuWk4="
    );
    assert_eq!(url(&[HANDLE], &[("b64", "")]), "https://cdn.filestackcontent.com/b64://NWFZa0VRSlNRQ21ZU2hzb0NuWk4=");
    // Each member by itself, as the Go SDK does; JavaScript's `b64://WzVhWWtF…` of the whole list
    // `[5aYkEQJSQCmYShsoCnZN,4aYkEQJSQCmYShsoCnZN]` could not hold a source with a comma.
    assert_eq!(
        url(&[HANDLE, "4aYkEQJSQCmYShsoCnZN"], &[("b64", "")]),
        "https://cdn.filestackcontent.com/[b64://NWFZa0VRSlNRQ21ZU2hzb0NuWk4=,b64://NGFZa0VRSlNRQ21ZU2hzb0NuWk4=]"
    );
    for (text, encoded) in [
        ("[5aYkEQJSQCmYShsoCnZN,4aYkEQJSQCmYShsoCnZN]", "WzVhWWtFUUpTUUNtWVNoc29DblpOLDRhWWtFUUpTUUNtWVNoc29DblpOXQ=="),
        (r##"*0eijATh#"I$PR)s<uTa}{t>E"LC:L"##, "KjBlaWpBVGgjIkkkUFIpczx1VGF9e3Q-RSJMQzpM"),
    ] {
        assert_eq!(URL_SAFE.encode(text), encoded);
    }
}

#[test]
fn base64_where_the_plain_form_is_ambiguous() {
    for source in [
        "https://example.com/?a=b",
        "https://example.com/a#b",
        "https://example.com/[a]",
        "https://example.com/a/../b",
        "https://example.com/.",
        "src://alias/a\"b",
    ] {
        assert!(url(&[source], &[("flip", "")]).contains("/b64/"), "{source}");
    }
    assert!(!url(&["https://example.com/a,b"], &[]).contains("b64"));
    assert!(url(&["https://example.com/a,b"], &[("zip", "")]).contains("b64"));
    for path in ["say \\\"hi\\\"", "a/../b", "/./"] {
        assert!(written_in_base64(&[("store", &format!(r#"{{"path":"{path}"}}"#))]), "{path}");
    }
    for path in ["a..b/c", "..", "a/b.", "\\\\", "?#%"] {
        assert!(!written_in_base64(&[("store", &format!(r#"{{"path":"{path}"}}"#))]), "{path}");
    }
}

fn written_in_base64(tasks: &[(&str, &str)]) -> bool {
    url(&[HANDLE], tasks).contains("/b64/")
}

#[test]
fn base64_tasks_are_those_of_the_javascript_sdk() {
    let tasks = [
        ("b64", ""),
        ("cache", r#"{"false":true}"#),
        ("resize", r#"{"width":3.0,"align":["top","left"]}"#),
        ("shadow", r#"{"blur":0.0000001}"#),
        ("doc_to_images@2", ""),
    ];
    let url = url(&[HANDLE], &tasks);
    let encoded = url.split('/').nth(4).unwrap();
    assert_eq!(
        String::from_utf8(URL_SAFE.decode(encoded).unwrap()).unwrap(),
        r#"[{"name":"cache","params":false},{"name":"resize","params":{"align":["top","left"],"width":3}},{"name":"shadow","params":{"blur":0.0000001}},{"name":"doc_to_images@2"}]"#
    );
}

#[test]
fn texts_are_quoted_and_encoded() {
    for (path, expected) in [
        ("plain-text_1.png", "plain-text_1.png"),
        ("a,b", "%22a,b%22"),
        ("a:b", "%22a:b%22"),
        ("[a]", "%22[a]%22"),
        ("a b", "%22a%20b%22"),
        ("100%", "100%25"),
        ("%22", "%2522"),
        ("a?b#c", "a%3Fb%23c"),
        ("<>{}|^`", "%3C%3E%7B%7D%7C%5E%60"),
        ("é\u{7f}", "%C3%A9%7F"),
    ] {
        let json = serde_json::json!({ "path": path }).to_string();
        assert_eq!(written(&[("store", &json)]), format!("store=path:{expected}"));
    }
    assert_eq!(written(&[("store", r#"{"path":"a\\b\nc"}"#)]), "store=path:a%5Cb%0Ac");
}

#[test]
fn sources_are_encoded_but_stay_readable() {
    assert_eq!(
        url(&["https://example.com:8080/ü b/100%.png"], &[]),
        "https://cdn.filestackcontent.com/KEY/https://example.com:8080/%C3%BC%20b/100%25.png"
    );
    assert_eq!(url(&["wf://a/b/c"], &[]), "https://cdn.filestackcontent.com/wf://a/b/c");
    // A task that joins files gets a list even if there is one.
    assert_eq!(url(&[HANDLE], &[("zip", "")]), "https://cdn.filestackcontent.com/zip/[5aYkEQJSQCmYShsoCnZN]");
}

#[test]
fn the_api_key_is_written_where_it_is_needed() {
    let without_key =
        |sources: &[&str], tasks: &[(&str, &str)]| -> Result<String> { chain(sources, tasks).url(CDN, None, None) };
    for sources in [&["https://example.com/a"][..], &["src://alias/a"], &["HANDLE", "src://alias/a"]] {
        let error = without_key(sources, &[]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Argument);
        assert!(error.message().contains("API key"), "{error}");
    }
    assert!(without_key(&["HANDLE", "wf://a/b/c"], &[]).is_ok());
    assert!(without_key(&[], &[("workflow_status", r#"{"job_id":"1"}"#)]).is_err());
}

#[test]
fn a_file_in_a_parameter_needs_the_api_key_too() {
    for (task, params) in [
        ("watermark", r#"{"file":"https://example.com/a.png"}"#),
        ("watermark", r#"{"file":"src://alias/a.png"}"#),
        ("collage", r#"{"files":["HANDLE","https://example.com/a.png"],"width":10,"height":10}"#),
        ("fallback", r#"{"handle":"https://example.com/a.png"}"#),
        ("fallback", r#"{"file":"src://alias/a.png"}"#),
    ] {
        let chain = chain(&[HANDLE], &[(task, params)]);
        let url = chain.url(CDN, Some("KEY"), None).unwrap();
        assert!(url.starts_with("https://cdn.filestackcontent.com/KEY/"), "{url}");
        let error = chain.url(CDN, None, None).unwrap_err();
        assert!(error.message().contains(task) && error.message().contains("API key"), "{error}");
    }
    for (task, params) in [
        ("watermark", r#"{"file":"HANDLE"}"#),
        ("watermark", r#"{"file":"HANDLE?policy=a&signature=b"}"#),
        ("collage", r#"{"files":["HANDLE","wf://a/b/c"],"width":10,"height":10}"#),
        ("store", r#"{"path":"https://example.com/a.png"}"#),
    ] {
        let url = chain(&[HANDLE], &[(task, params)]).url(CDN, Some("KEY"), None).unwrap();
        assert!(!url.contains("/KEY/"), "{url}");
    }
    let mut unknown = chain(&[HANDLE], &[]);
    unknown.add_unchecked("paste", r#"{"from":"https://example.com/a.png"}"#).unwrap();
    assert!(unknown.url(CDN, Some("KEY"), None).unwrap().contains("/KEY/"));
    assert!(unknown.url(CDN, None, None).is_ok(), "what it does with its text is not known");
}

#[test]
fn without_a_source_the_task_is_last() {
    let transformation = chain(&[], &[("workflow_status", r#"{"job_id":"1"}"#)]);
    assert_eq!(
        transformation.url(CDN, Some("KEY"), Some("security=p:a,s:b")).unwrap(),
        "https://cdn.filestackcontent.com/KEY/security=p:a,s:b/workflow_status=job_id:1"
    );
}

#[test]
fn security_stands_before_the_source_in_both_forms() {
    let security = Some("security=p:a,s:b");
    let plain = chain(&["https://example.com/a"], &[("debug", ""), ("flip", "")]);
    assert_eq!(
        plain.url(CDN, Some("KEY"), security).unwrap(),
        "https://cdn.filestackcontent.com/debug/KEY/flip/security=p:a,s:b/https://example.com/a"
    );
    let base64 = chain(&["https://example.com/?a"], &[("flip", "")]);
    assert_eq!(
        base64.url(CDN, Some("KEY"), security).unwrap(),
        "https://cdn.filestackcontent.com/KEY/b64/W3sibmFtZSI6ImZsaXAifV0=/security=p:a,s:b/\
         b64://aHR0cHM6Ly9leGFtcGxlLmNvbS8_YQ=="
    );
}
