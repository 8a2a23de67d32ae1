//! Writes binary jsonb as text, to the byte as PostgreSQL's jsonb_out does.

use super::{Corrupt, Node, Nodes, TICK_EVERY, Value, root};
use super::{NUMERIC, Numeric};
use std::fmt::Write;

/// A container whose children are being written.
struct Open<'a> {
    /// An object's keys; `None` for an array.
    keys: Option<std::iter::Take<Nodes<'a>>>,
    children: Nodes<'a>,
    is_first: bool,
}

/// The JSON text of a jsonb, given the bytes after its varlena header; `tick` is called now and then.
///
/// # Errors
/// [`Corrupt`] when the bytes are damaged.
pub fn to_text(bytes: &[u8], tick: &mut dyn FnMut()) -> Result<String, Corrupt> {
    let mut out = String::with_capacity(bytes.len() + bytes.len() / 4 + 16);
    // No recursion: how deeply a value is nested is its writer's choice.
    let mut open: Vec<Open> = Vec::new();
    open.extend(value(root(bytes)?, &mut out));
    let mut steps = 0_usize;
    while let Some(container) = open.last_mut() {
        steps += 1;
        if steps.is_multiple_of(TICK_EVERY) {
            tick();
        }
        let Some(child) = container.children.next() else {
            out.push(if container.keys.is_some() { '}' } else { ']' });
            open.pop();
            continue;
        };
        if !std::mem::take(&mut container.is_first) {
            out.push_str(", ");
        }
        if let Some(keys) = &mut container.keys {
            string(keys.next().ok_or(Corrupt)??.text()?, &mut out);
            out.push_str(": ");
        }
        open.extend(node(child?, &mut out)?);
    }
    Ok(out)
}

/// Writes a child; a container's beginning, and gives what is in it.
fn node<'a>(node: Node<'a>, out: &mut String) -> Result<Option<Open<'a>>, Corrupt> {
    if node.kind == NUMERIC
        && let Some(number) = Numeric::small_whole(node.bytes)
    {
        // What nearly all numbers are.
        whole(number, out);
        return Ok(None);
    }
    Ok(value(node.value()?, out))
}

fn value<'a>(value: Value<'a>, out: &mut String) -> Option<Open<'a>> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(&number.to_plain_string()),
        Value::String(text) => string(text, out),
        Value::Array(array) => {
            out.push('[');
            return Some(Open { keys: None, children: array.iter(), is_first: true });
        }
        Value::Object(object) => {
            out.push('{');
            let (keys, children) = object.entries();
            return Some(Open { keys: Some(keys), children, is_first: true });
        }
    }
    None
}

fn whole(mut number: u64, out: &mut String) {
    let mut digits = [b'0'; 20];
    let mut first = digits.len() - 1;
    while number >= 10 {
        digits[first] = b'0' + (number % 10) as u8;
        number /= 10;
        first -= 1;
    }
    digits[first] = b'0' + number as u8;
    out.extend(digits[first..].iter().map(|digit| char::from(*digit)));
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        let (plain, escaped) = rest.split_at(at);
        out.push_str(plain);
        let byte = escaped.as_bytes()[0];
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            0x08 => out.push_str("\\b"),
            0x0C => out.push_str("\\f"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ => {
                let _ = write!(out, "\\u{byte:04x}");
            }
        }
        rest = &escaped[1..];
    }
    out.push_str(rest);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::super::encode::encode;
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn text(value: &serde_json::Value) -> String {
        to_text(&encode(value), &mut || ()).unwrap()
    }

    #[test]
    fn as_postgresql_writes_it() {
        let value = json!({
            "bb": [], "a": {}, "ccc": [1, -2.50, "x", null, true, false, [[]], {"k": "v"}],
            "text": "\u{8}\u{c}\n\r\t\"\\\u{1}\u{1f}\u{7f}/é☃𝄞"
        });
        // select value::text
        let expected = concat!(
            r#"{"a": {}, "bb": [], "ccc": [1, -2.5, "x", null, true, false, [[]], {"k": "v"}], "#,
            r#""text": "\b\f\n\r\t\"\\\u0001\u001f"#,
            "\u{7f}/é☃𝄞\"}"
        );
        assert_eq!(text(&value), expected);
    }

    #[test]
    fn bare_scalars_and_numbers_keep_their_scale() {
        for number in [
            "0",
            "1",
            "9999",
            "10000",
            "99999999",
            "100000000",
            "0.10",
            "-0.00",
            "1.500",
            "1234567890.1234567890",
        ] {
            let value: serde_json::Value = serde_json::from_str(number).unwrap();
            let expected = if number == "-0.00" { "0.00" } else { number };
            assert_eq!(text(&value), expected);
            assert_eq!(text(&json!([value])), format!("[{expected}]"));
        }
        assert_eq!(text(&json!("a\"b")), r#""a\"b""#);
        assert_eq!(text(&json!(null)), "null");
    }

    #[test]
    fn deep_nesting_takes_no_stack() {
        let depth = 100_000;
        let mut bytes = encode(&json!([]));
        for _ in 0..depth {
            let header = (super::super::IS_ARRAY | 1).to_ne_bytes();
            let entry = super::super::CONTAINER | super::super::HAS_END | bytes.len() as u32;
            bytes = [&header[..], &entry.to_ne_bytes(), &bytes].concat();
            if bytes.len() > 1 << 16 {
                break;
            }
        }
        let text = to_text(&bytes, &mut || ()).unwrap();
        assert_eq!(text.len() % 2, 0);
        assert!(text.starts_with("[[[[") && text.len() > 10_000);
    }

    #[test]
    fn damaged_bytes_are_refused() {
        let whole = encode(&json!({"a": [1, "x", {"b": null}], "c": 2.5}));
        for length in 0..whole.len() {
            let _ = to_text(&whole[..length], &mut || ());
        }
        assert_eq!(to_text(&[], &mut || ()), Err(Corrupt));
        let mut invalid = encode(&json!({"a": "x"}));
        let at = invalid.iter().position(|byte| *byte == b'x').unwrap();
        invalid[at] = 0xFF;
        assert_eq!(to_text(&invalid, &mut || ()), Err(Corrupt));
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            (-1_000_000_i64..1_000_000, 0_usize..6).prop_map(|(n, scale)| {
                serde_json::from_str(&format!("{n}.{}", "0123456"[..scale + 1].to_owned())).unwrap()
            }),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(5, 200, 40, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..40).prop_map(Into::into),
                proptest::collection::btree_map(".{0,8}", inner, 0..40)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// What is read again gives the same bytes.
        #[test]
        fn there_and_back(value in any_json()) {
            let bytes = encode(&value);
            let read: serde_json::Value = serde_json::from_str(&to_text(&bytes, &mut || ()).unwrap()).unwrap();
            prop_assert_eq!(encode(&read), bytes);
        }

        #[test]
        fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = to_text(&bytes, &mut || ());
        }
    }
}
