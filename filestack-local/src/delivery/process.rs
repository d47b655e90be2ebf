//! `POST /process`: the JSON form of a CDN request, mostly used to store what a URL leads to.

use axum::extract::{Request, State as Extracted};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use crate::connection::bodies;
use crate::delivery::chain;
use crate::delivery::order::Order;
use crate::delivery::presentation::{Presentation, deliver};
use crate::errors::{Result, ServiceError};
use crate::files;
use crate::state::{ApiKeys, Shared};
use crate::tasks::grammar::{self, Source};

/// Carries the tasks of the body out.
pub(crate) async fn handle(Extracted(state): Extracted<Shared>, request: Request) -> Response {
    process(&state, request).await.unwrap_or_else(|error| error.into_json().into_response())
}

async fn process(state: &Shared, request: Request) -> Result<Response> {
    let (head, body) = request.into_parts();
    let members = bodies::json_object(body).await?;
    // Go writes a capital K.
    let api_key = ["apikey", "apiKey"].into_iter().find_map(|name| members.get(name)?.as_str());
    let api_key = api_key.ok_or_else(ServiceError::parameters_are_invalid)?;
    if !state.keys.accepts(api_key) {
        return Err(ApiKeys::refusal());
    }
    let tasks = grammar::tasks_from_json(members.get("tasks").unwrap_or(&Value::Array(Vec::new())))?;
    let mut headers = Vec::new();
    let source = read_sources(&members, &mut headers)?;
    let presentation = Presentation::new(&tasks, false);
    let is_upload = matches!(source, Source::Url(_));
    let request = grammar::Request { debug: false, api_key: Some(api_key.to_owned()), tasks, source: Some(source) };
    let mut order = Order::new(request, None, state.file_origin(&head.uri, &head.headers));
    order.prefer(&head.headers);
    order.headers = headers;
    order.tags = files::read_tags(members.get("upload_tags"))?;
    order.is_upload = is_upload;
    deliver(&head, chain::run(state, order).await?, &presentation).await
}

/// The one source, or a list; headers of sources that have some are added to `headers`.
fn read_sources(members: &Map<String, Value>, headers: &mut Vec<(String, HeaderMap)>) -> Result<Source> {
    let refusal = || ServiceError::invalid_params("sources");
    let items = members.get("sources").and_then(Value::as_array).ok_or_else(refusal)?;
    let mut sources = Vec::with_capacity(items.len());
    for item in items {
        let text = item.as_str().or_else(|| item.get("source")?.as_str()).filter(|text| !text.is_empty());
        let text = text.ok_or_else(refusal)?;
        if let Some(given) = item.get("headers").filter(|given| !given.is_null()) {
            headers.push((text.to_owned(), read_headers(given).ok_or_else(refusal)?));
        }
        sources.push(grammar::name_source(text.to_owned()));
    }
    match sources.len() {
        0 => Err(refusal()),
        1 => Ok(sources.remove(0)),
        _ => Ok(Source::Many(sources)),
    }
}

fn read_headers(given: &Value) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in given.as_object()? {
        headers.append(name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value.as_str()?).ok()?);
    }
    Some(headers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(sources: Value) -> Result<(Source, Vec<(String, HeaderMap)>)> {
        let mut headers = Vec::new();
        let members = json!({ "sources": sources });
        read_sources(members.as_object().unwrap(), &mut headers).map(|source| (source, headers))
    }

    #[test]
    fn sources_are_texts_or_objects() {
        let url = "http://x.io/a".to_owned();
        assert_eq!(read(json!([url])).unwrap().0, Source::Url(url.clone()));
        let (source, headers) = read(json!([{ "source": url, "headers": { "Cookie": "a=b" } }])).unwrap();
        assert_eq!((source, headers[0].0.as_str()), (Source::Url(url.clone()), url.as_str()));
        assert_eq!(headers[0].1["cookie"], "a=b");
        assert!(matches!(read(json!(["h1", url])).unwrap().0, Source::Many(sources) if sources.len() == 2));
        for bad in
            [json!([]), json!("h"), json!([""]), json!([1]), json!([{ "source": "h", "headers": { "a\n": "b" } }])]
        {
            assert!(read(bad.clone()).is_err(), "{bad}");
        }
    }
}
