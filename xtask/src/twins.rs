//! Checks that every function that blocks has a twin that starts the same call.

use std::collections::BTreeMap;

use crate::declarations::{Header, Item, Parameter, Prototype, Type};
use crate::documentation::{Documentation, paragraphs};
use crate::workspace::Result;

/// How a twin is called.
const ENDING: &str = "_start";

/// What a twin takes after the inputs.
const TAIL: [(&str, &str); 4] = [
    ("queue", "const filestack_queue *"),
    ("tag", "uint64_t"),
    ("out_operation", "filestack_operation **"),
    ("error", "filestack_error **"),
];

/// What a twin's comment names the getter of its result after.
const RESULT: &str = "Its result: ";

/// What is wrong with the twins of the header.
pub(crate) fn failures(header: &Header) -> Result<Vec<String>> {
    let functions: BTreeMap<&str, (&Item, &Prototype)> =
        header.functions().map(|(item, prototype)| (item.name.as_str(), (item, prototype))).collect();
    let mut found = Vec::new();
    for (name, (item, prototype)) in &functions {
        let blocks = Documentation::of(&item.doc).map_err(|cause| format!("{name}: {cause}"))?.blocks;
        match (blocks, functions.get(format!("{name}{ENDING}").as_str())) {
            (true, Some((twin, started))) => {
                found.extend(differences(prototype, started).map(|what| format!("{}: {what}", twin.name)));
                found.extend(wrong_getter(prototype, twin, &functions).map(|what| format!("{}: {what}", twin.name)));
            }
            (true, None) => found.push(format!("{name} blocks, and has no twin {name}{ENDING}")),
            (false, Some(_)) => found.push(format!("{name}{ENDING} is the twin of a function that does not block")),
            (false, None) => {}
        }
    }
    Ok(found)
}

/// How the parameters of a twin differ from what they should be.
fn differences(blocking: &Prototype, started: &Prototype) -> Option<String> {
    let inputs = blocking.parameters.iter().filter(|parameter| !is_output(parameter)).map(written);
    let tail = TAIL.iter().map(|(name, text)| with_name(text, name));
    let wanted: Vec<String> = inputs.chain(tail).collect();
    let given: Vec<String> = started.parameters.iter().map(written).collect();
    (wanted != given).then(|| format!("takes ({}) and should take ({})", given.join(", "), wanted.join(", ")))
}

/// What is wrong with the getter that the comment of a twin names: it must give what the blocking function gives.
fn wrong_getter(blocking: &Prototype, twin: &Item, functions: &BTreeMap<&str, (&Item, &Prototype)>) -> Option<String> {
    let text = paragraphs(&twin.doc);
    let Some((_, rest)) = text.split_once(RESULT) else {
        return Some(format!("its comment does not say \"{RESULT}\" and a getter"));
    };
    let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    let Some((_, getter)) = functions.get(name.as_str()) else {
        return Some(format!("its result is said to come from {name}, which there is not"));
    };
    (result(blocking) != result(getter)).then(|| format!("{name} does not give what the blocking function gives"))
}

/// The type that a function writes its result to.
fn result(prototype: &Prototype) -> Option<&Type> {
    prototype.parameters.iter().find(|parameter| parameter.name.starts_with("out_")).map(|output| &output.r#type)
}

fn is_output(parameter: &Parameter) -> bool {
    parameter.name.starts_with("out_") || parameter.name == "error"
}

fn written(parameter: &Parameter) -> String {
    parameter.r#type.with_name(&parameter.name)
}

fn with_name(text: &str, name: &str) -> String {
    if text.ends_with('*') { format!("{text}{name}") } else { format!("{text} {name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "Errors: none. Threads: any. Since: 0.1.0.";

    /// The failures of a header with a function that blocks, a getter, and the rest.
    fn found(rest: &str) -> Vec<String> {
        let text = format!(
            "/** Asks. Blocks.\n * {SAID} */\nint32_t filestack_ask(const char *text, size_t *out_size, filestack_error **error);\n\
             /** Size.\n * {SAID} */\nint32_t filestack_size(const filestack_operation *operation, size_t *out, \
             filestack_error **error);\n/** Size.\n * {SAID} */\nint32_t filestack_out_size(const filestack_operation \
             *operation, size_t *out_size, filestack_error **error);\n{rest}"
        );
        failures(&Header::parse(&text).unwrap()).unwrap()
    }

    fn twin(inputs: &str, result: &str) -> String {
        format!(
            "/** Starts it. Its result: {result}.\n * {SAID} */\nint32_t filestack_ask_start({inputs}const filestack_queue \
             *queue, uint64_t tag, filestack_operation **out_operation, filestack_error **error);\n"
        )
    }

    #[test]
    fn a_twin_takes_the_same_inputs_and_gives_the_same_result() {
        assert!(found(&twin("const char *text, ", "filestack_out_size")).is_empty());
        assert_eq!(found(""), ["filestack_ask blocks, and has no twin filestack_ask_start"]);
        for inputs in ["", "char *text, ", "const char *words, ", "const char *text, size_t *out_size, "] {
            let found = found(&twin(inputs, "filestack_out_size"));
            assert!(found[0].starts_with("filestack_ask_start: takes ("), "{found:?}");
        }
    }

    #[test]
    fn the_getter_of_its_result_must_be_one() {
        for (result, wrong) in [("filestack_nothing", "which there is not"), ("filestack_size", "does not give")] {
            let found = found(&twin("const char *text, ", result));
            assert!(found[0].contains(wrong), "{found:?}");
        }
    }

    #[test]
    fn what_does_not_block_needs_none() {
        let text = format!(
            "/** Size.\n * {SAID} */\nint32_t filestack_x(filestack_error **error);\n/** Twin.\n * {SAID} */\n\
             int32_t filestack_x_start(filestack_error **error);\n"
        );
        let found = failures(&Header::parse(&text).unwrap()).unwrap();
        assert_eq!(found, ["filestack_x_start is the twin of a function that does not block"]);
    }
}
