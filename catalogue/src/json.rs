//! The catalogue as JSON, from which dynamic languages make signatures, completion and help.

use serde_json::{Map, Value, json};

use crate::model::{Catalogue, Param, Security, Task, Types};

/// The catalogue without what only maintainers need.
#[must_use]
pub fn to_json(catalogue: &Catalogue) -> Value {
    json!({
        "schema": catalogue.meta.schema,
        "types": types(&catalogue.types),
        "tasks": catalogue.tasks.iter().map(task).collect::<Vec<_>>(),
    })
}

fn types(types: &Types) -> Value {
    json!({
        "color": { "rule": types.color.rule, "names": types.color.names, "max_gray": types.color.max_gray },
        "position": {
            "rule": types.position.written,
            "single": types.position.single,
            "pair_first": types.position.pair_first,
            "pair_second": types.position.pair_second,
        },
        "faces": { "rule": types.faces.rule, "max": types.faces.max },
        "objects": { "rule": types.objects.rule, "max_items": types.objects.max_items },
        "page_ranges": { "rule": types.page_ranges.rule },
        "hms": { "rule": types.hms.rule },
        "location": { "values": types.location.values },
        "handle": { "rule": types.handle.pattern, "other": types.handle.other },
    })
}

fn task(task: &Task) -> Value {
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    put("name", task.name.as_str().into());
    put("method", task.method().into());
    put("summary", task.summary.as_str().into());
    put("aliases", task.plain_aliases().collect());
    put("category", task.category.as_str().into());
    put("output", json!(task.output));
    put("json_switch", task.json_switch().into());
    put("terminal", task.terminal.into());
    put("paged", task.is_paged().into());
    put("source", json!(task.source));
    put("bare", task.bare.into());
    put("needs_security", (task.security == Security::Required).into());
    put("needs_one_of", task.needs_one_of.as_slice().into());
    put("reply", task.reply.as_deref().into());
    put("params", task.params.iter().map(param).collect());
    members.into()
}

fn param(param: &Param) -> Value {
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            members.insert(name.to_owned(), value);
        }
    };
    put("name", param.name.as_str().into());
    put("summary", param.summary.as_str().into());
    put("type", param.kind.name().into());
    put("required", param.required.into());
    put("min", param.min.map_or(Value::Null, number));
    put("max", param.max.map_or(Value::Null, number));
    put("max_items", param.max_items.into());
    put("shape", json!(param.shape));
    put("values", if param.values.is_empty() { Value::Null } else { param.values.as_slice().into() });
    put("default", param.default.clone().into());
    put("alias", param.alias.as_deref().into());
    put("same_as", param.same_as.as_deref().into());
    members.into()
}

/// Whole numbers without a point.
fn number(number: f64) -> Value {
    if number.fract() == 0.0 { Value::from(number as i64) } else { Value::from(number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_a_caller_needs_is_there() {
        let catalogue = crate::read(include_str!("../tasks.toml")).unwrap();
        let json = to_json(&catalogue);
        assert_eq!(json["tasks"].as_array().unwrap().len(), catalogue.meta.task_count);
        let resize = &json["tasks"][0];
        assert_eq!(resize["needs_one_of"], json!(["width", "height"]));
        assert_eq!(
            resize["params"][2],
            json!({
                "name": "fit",
                "summary": resize["params"][2]["summary"],
                "type": "enum",
                "required": false,
                "values": ["clip", "crop", "scale", "max"],
                "default": "clip",
                "alias": "f",
            })
        );
        assert_eq!((&resize["params"][0]["min"], &resize["params"][0]["max"]), (&json!(0), &json!(10_000)));
    }
}
