//! Writes JSON exactly as the reference SDK does (`json.dumps(policy, sort_keys=True)` of Python), because
//! the signature covers these bytes.

use serde_json::{Number, Value};

use crate::error::{Error, Result};

/// `value` with sorted keys, `", "` and `": "` as separators, only ASCII, and numbers as Python prints them.
///
/// # Errors
/// `Argument` when a number is too large for the double that Python would read.
pub(super) fn write(value: &Value) -> Result<String> {
    let mut out = String::new();
    write_value(value, &mut out)?;
    Ok(out)
}

fn write_value(value: &Value, out: &mut String) -> Result<()> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(&number_text(number)?),
        Value::String(text) => write_string(text, out),
        Value::Array(items) => write_sequence(out, '[', ']', items, write_value)?,
        Value::Object(members) => {
            // Sorted here and not by the map's type: another crate of the build may turn on insertion order.
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_key(|(key, _)| key.as_str());
            write_sequence(out, '{', '}', sorted, |(key, member), out| {
                write_string(key, out);
                out.push_str(": ");
                write_value(member, out)
            })?;
        }
    }
    Ok(())
}

fn write_sequence<T>(
    out: &mut String,
    open: char,
    close: char,
    items: impl IntoIterator<Item = T>,
    mut write_item: impl FnMut(T, &mut String) -> Result<()>,
) -> Result<()> {
    out.push(open);
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write_item(item, out)?;
    }
    out.push(close);
    Ok(())
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
}

/// Python reads a number with a fraction or an exponent as a double and any other one as an integer of any size.
fn number_text(number: &Number) -> Result<String> {
    let text = number.to_string();
    if !text.contains(['.', 'e', 'E']) {
        return Ok(if text == "-0" { "0".into() } else { text });
    }
    match text.parse::<f64>() {
        Ok(float) if float.is_finite() => Ok(float_text(float)),
        _ => Err(Error::argument(format!("the policy's number {text} is too large"))),
    }
}

/// The `repr` of a Python float: an exponent below 1e-4 and from 1e16, a fraction otherwise.
fn float_text(float: f64) -> String {
    let scientific = nearest_of_shortest(float);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if float != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    let sign = if mantissa.starts_with('-') { "-" } else { "" };
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    match usize::try_from(exponent + 1) {
        Ok(whole @ 1..) if whole < digits.len() => format!("{sign}{}.{}", &digits[..whole], &digits[whole..]),
        Ok(whole @ 1..) => format!("{sign}{digits:0<whole$}.0"),
        _ => format!("{sign}0.{}{digits}", "0".repeat(exponent.unsigned_abs() as usize - 1)),
    }
}

/// The fewest digits that read back as `float`, with an exponent. Where several are equally few, Python takes those
/// nearest to the value and, halfway between two, the even ones; Rust's shortest form takes the upper ones then.
/// Rounding the value itself to that many digits gives Python's, but where they do not read back.
fn nearest_of_shortest(float: f64) -> String {
    let shortest = format!("{float:e}");
    let digits = shortest.bytes().take_while(|byte| *byte != b'e').filter(u8::is_ascii_digit).count();
    let rounded = format!("{float:.*e}", digits - 1);
    if rounded.parse() == Ok(float) { rounded } else { shortest }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(json: &str) -> String {
        write(&serde_json::from_str(json).unwrap()).unwrap()
    }

    #[test]
    fn keys_are_sorted_and_separators_have_spaces() {
        assert_eq!(
            rewritten(r#"{"b":[1,2,{"z":null,"a":true}],"a":{}, "é":[]}"#),
            "{\"a\": {}, \"b\": [1, 2, {\"a\": true, \"z\": null}], \"\\u00e9\": []}"
        );
    }

    #[test]
    fn only_ascii_is_written() {
        assert_eq!(
            rewritten("[\"\\u0000\\u001f\\u007f\\b\\f\\n\\r\\t\\\"\\\\/ ~é\u{20ac}\u{1f600}\"]"),
            "[\"\\u0000\\u001f\\u007f\\b\\f\\n\\r\\t\\\"\\\\/ ~\\u00e9\\u20ac\\ud83d\\ude00\"]"
        );
    }

    #[test]
    fn numbers_read_as_python_prints_them() {
        for (input, expected) in [
            ("0", "0"),
            ("-0", "0"),
            ("-0.0", "-0.0"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("-18446744073709551617", "-18446744073709551617"),
            ("1.0", "1.0"),
            ("1e5", "100000.0"),
            ("1E15", "1000000000000000.0"),
            ("1e16", "1e+16"),
            ("12345678901234567.0", "1.2345678901234568e+16"),
            ("9007199254740993.0", "9007199254740992.0"),
            ("0.0001", "0.0001"),
            ("0.00001", "1e-05"),
            ("0.000012345", "1.2345e-05"),
            ("5e-324", "5e-324"),
            ("1e-400", "0.0"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("0.1", "0.1"),
            ("2.50", "2.5"),
            ("-1234.5", "-1234.5"),
            ("-0.00025", "-0.00025"),
            ("9999999999999998.0", "9999999999999998.0"),
        ] {
            assert_eq!(rewritten(&format!("[{input}]")), format!("[{expected}]"), "{input}");
        }
    }

    #[test]
    fn of_equally_short_forms_the_even_one_is_taken() {
        for (input, expected) in [
            ("210471248015405.62", "210471248015405.62"),
            ("210471248015405.625", "210471248015405.62"),
            ("-210471248015405.625", "-210471248015405.62"),
            ("210471248015405.875", "210471248015405.88"),
            ("1149775805098455.2", "1149775805098455.2"),
            ("1149775805098455.25", "1149775805098455.2"),
            ("1149775805098455.75", "1149775805098455.8"),
            ("2251799813685249.5", "2251799813685249.5"),
            ("5.6843418860808015e-14", "5.684341886080802e-14"),
            ("9007199254740993e15", "9.007199254740993e+30"),
            ("2.5e-310", "2.5e-310"),
        ] {
            assert_eq!(rewritten(&format!("[{input}]")), format!("[{expected}]"), "{input}");
        }
    }

    /// Reads lines of a double's bits and its text, and prints those whose text is not the double's repr.
    const COMPARISON: &str = "\
import struct, sys
lines = [line.split() for line in sys.stdin]
reprs = [repr(struct.unpack('>d', bytes.fromhex(bits))[0]) for bits, _ in lines]
wrong = [(bits, text, right) for (bits, text), right in zip(lines, reprs) if text != right]
print(len(lines), wrong[:10])
";

    /// Doubles of every kind, the same in each run: any bits, integers, fractions of powers of two and of ten, and the
    /// neighbours of every power of two.
    fn doubles() -> Vec<f64> {
        let mut random = fastrand::Rng::with_seed(10);
        let mut doubles: Vec<f64> = (0..2047_u64 << 3)
            .map(|number| f64::from_bits(((number >> 3) << 52).wrapping_add(number & 7).wrapping_sub(3)))
            .collect();
        while doubles.len() < 1_000_000 {
            let bits = random.u64(..);
            let integer = (bits >> random.u32(..64)) as f64;
            doubles.extend([f64::from_bits(bits), integer, integer / (1_u64 << random.u32(..60)) as f64]);
            doubles.extend([-integer / 10_f64.powi(random.i32(0..30)), (bits >> 11) as f64 / 8.0]);
        }
        doubles.retain(|double| double.is_finite());
        doubles
    }

    #[test]
    fn a_million_doubles_read_as_python_prints_them() {
        use std::io::Write as _;
        use std::process::{Command, Stdio};

        let python =
            Command::new("python3").args(["-c", COMPARISON]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let Ok(mut python) = python else {
            eprintln!("skipped: there is no python3");
            return;
        };
        let doubles = doubles();
        let mut lines = String::new();
        for double in &doubles {
            lines.push_str(&format!("{:016x} {}\n", double.to_bits(), float_text(*double)));
        }
        python.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        let output = python.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{} []\n", doubles.len()));
        assert!(doubles.len() > 990_000);
    }

    #[test]
    fn a_number_beyond_the_double_is_refused() {
        let value: Value = serde_json::from_str(r#"{"expiry": 1e999}"#).unwrap();
        let error = write(&value).unwrap_err();
        assert!(error.message().contains("1e+999") || error.message().contains("1e999"), "{error}");
    }
}
