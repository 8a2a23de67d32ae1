//! Writes binary jsonb objects: what a function gives back, without JSON text in between.

use super::{CONTAINER, FALSE, HAS_END, IS_ARRAY, IS_OBJECT, IS_SCALAR, KIND, NULL, NUMERIC, STRING, TRUE};

/// A field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// JSON null.
    Null,
    /// true or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// `unscaled` / 10^`scale`, written with `scale` decimals; `scale` is 4 at most.
    Decimal {
        /// The number without its decimal point.
        unscaled: i64,
        /// How many decimals it has.
        scale: u8,
    },
    /// A text, at most 2^28 bytes.
    Text(&'a str),
    /// A NUMERIC that is finite, as PostgreSQL has it in memory: with its four-byte varlena header.
    Numeric(&'a [u8]),
    /// Another jsonb: the bytes that follow its varlena header.
    Jsonb(Container<'a>),
}

/// An array or object in binary form that can be put into another as it is: offsets within it are its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Container<'a>(&'a [u8]);

impl<'a> Container<'a> {
    /// The root of a jsonb, given the bytes that follow its varlena header; `None` for a bare scalar, which is
    /// stored otherwise, and for what is no jsonb.
    pub fn of(bytes: &'a [u8]) -> Option<Self> {
        let header = u32::from_ne_bytes(*bytes.first_chunk()?);
        (header & IS_SCALAR == 0 && header & (IS_ARRAY | IS_OBJECT) != 0).then_some(Self(bytes))
    }
}

/// The object of these fields, as the bytes that follow the varlena header. The keys must be distinct; they are
/// put in jsonb's own order, by length and then by bytes.
pub fn object(fields: &mut [(&str, Value<'_>)]) -> Vec<u8> {
    fields.sort_unstable_by_key(|(key, _)| (key.len(), *key));
    let children = 2 * fields.len();
    let large: usize = fields
        .iter()
        .map(|(_, value)| match value {
            Value::Jsonb(Container(bytes)) => bytes.len(),
            _ => 0,
        })
        .sum();
    let mut out = Vec::with_capacity(4 + 4 * children + 24 * children + large);
    out.extend((IS_OBJECT | fields.len() as u32).to_ne_bytes());
    out.resize(4 + 4 * children, 0);
    let data = out.len();
    for position in 0..children {
        let start = out.len();
        let kind = match fields.get(position) {
            Some((key, _)) => {
                out.extend(key.as_bytes());
                STRING
            }
            None => value(fields[position - fields.len()].1, &mut out),
        };
        // Every 32nd entry says where its data ends, the others how long it is.
        let entry = match position % 32 {
            0 => (kind & KIND) | HAS_END | (out.len() - data) as u32,
            _ => kind | (out.len() - start) as u32,
        };
        out[4 + 4 * position..8 + 4 * position].copy_from_slice(&entry.to_ne_bytes());
    }
    out
}

/// Appends a value's data, padded, and returns its kind.
fn value(value: Value<'_>, out: &mut Vec<u8>) -> u32 {
    match value {
        Value::Null => NULL,
        Value::Bool(false) => FALSE,
        Value::Bool(true) => TRUE,
        Value::Int(number) => numeric(number, 0, out),
        Value::Decimal { unscaled, scale } => numeric(unscaled, scale.min(4), out),
        Value::Text(text) => {
            out.extend(text.as_bytes());
            STRING
        }
        Value::Numeric(varlena) => aligned(varlena, NUMERIC, out),
        Value::Jsonb(Container(bytes)) => aligned(bytes, CONTAINER, out),
    }
}

/// Appends what begins on a multiple of four.
fn aligned(bytes: &[u8], kind: u32, out: &mut Vec<u8>) -> u32 {
    out.resize(out.len().next_multiple_of(4), 0);
    out.extend(bytes);
    kind
}

/// Appends a NUMERIC in its short form: a varlena header, sign, scale and weight in two bytes, and groups of
/// four decimals.
fn numeric(unscaled: i64, scale: u8, out: &mut Vec<u8>) -> u32 {
    out.resize(out.len().next_multiple_of(4), 0);
    let unit = 10_u64.pow(scale.into());
    let (mut whole, fraction) = (unscaled.unsigned_abs() / unit, unscaled.unsigned_abs() % unit);

    // Least group first: the decimals, then the whole number.
    let mut groups = [0_u16; 6];
    groups[0] = (fraction * (10_000 / unit)) as u16;
    let mut length = 1;
    while whole > 0 {
        groups[length] = (whole % 10_000) as u16;
        whole /= 10_000;
        length += 1;
    }
    let leading = groups[..length].iter().rposition(|&group| group != 0);
    let trailing = groups[..length].iter().position(|&group| group != 0);
    let (digits, weight) = match (trailing, leading) {
        (Some(first), Some(last)) => (&groups[first..=last], last as i16 - 1),
        _ => (&groups[..0], 0),
    };

    let sign = if unscaled < 0 { 0x2000 } else { 0 };
    let header = 0x8000 | sign | u16::from(scale) << 7 | (weight as u16 & 0x7F);
    let bytes = 4 + 2 + 2 * digits.len() as u32;
    let varlena = if cfg!(target_endian = "little") { bytes << 2 } else { bytes };
    out.extend(varlena.to_ne_bytes());
    out.extend(header.to_ne_bytes());
    out.extend(digits.iter().rev().flat_map(|group| group.to_ne_bytes()));
    NUMERIC
}

#[cfg(test)]
mod tests {
    use super::super::encode::encode;
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// What the object says, as serde_json has it.
    fn as_json(fields: &[(&str, Value<'_>)]) -> serde_json::Value {
        let value = |value: &Value<'_>| match *value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => value.into(),
            Value::Int(number) => number.into(),
            Value::Decimal { unscaled, scale } => {
                let scale = usize::from(scale);
                let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
                let (whole, fraction) = digits.split_at(digits.len() - scale);
                let sign = if unscaled < 0 { "-" } else { "" };
                let point = if scale > 0 { "." } else { "" };
                serde_json::from_str(&format!("{sign}{whole}{point}{fraction}")).unwrap()
            }
            Value::Text(text) => text.into(),
            Value::Numeric(_) | Value::Jsonb(_) => unreachable!("made of the others"),
        };
        serde_json::Value::Object(
            fields.iter().map(|(key, scalar)| ((*key).to_owned(), value(scalar))).collect(),
        )
    }

    #[test]
    fn writes_what_the_encoder_writes() {
        let mut fields = [
            ("talk_listen_ratio", Value::Text("64:36")),
            ("talk_ms", Value::Int(45_000)),
            ("listen_ms", Value::Int(9_007_199_254_740_992)),
            ("zero", Value::Int(0)),
            ("ten_thousand", Value::Int(10_000)),
            ("sentiment", Value::Decimal { unscaled: -5, scale: 2 }),
            ("eight_tenths", Value::Decimal { unscaled: 8, scale: 1 }),
            ("nothing", Value::Decimal { unscaled: 0, scale: 1 }),
            ("much", Value::Decimal { unscaled: i64::MIN, scale: 4 }),
            ("none", Value::Null),
            ("yes", Value::Bool(true)),
            ("no", Value::Bool(false)),
        ];
        let expected = encode(&as_json(&fields));
        assert_eq!(object(&mut fields), expected);
        assert_eq!(object(&mut []), encode(&json!({})));
    }

    fn scalar() -> impl Strategy<Value = Value<'static>> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            (-2_000_i64..2_000).prop_map(Value::Int),
            (any::<i64>(), 0_u8..=4).prop_map(|(unscaled, scale)| Value::Decimal { unscaled, scale }),
            (-20_000_i64..20_000, 0_u8..=4).prop_map(|(unscaled, scale)| Value::Decimal { unscaled, scale }),
            "[a-zäß☃]{0,12}".prop_map(|text| Value::Text(text.leak())),
        ]
    }

    proptest! {
        #[test]
        fn any_fields(values in proptest::collection::btree_map("[a-z_]{1,20}", scalar(), 0..80)) {
            let mut fields: Vec<_> = values.iter().map(|(key, value)| (key.as_str(), *value)).collect();
            let expected = encode(&as_json(&fields));
            prop_assert_eq!(object(&mut fields), expected);
        }

        /// What was encoded by itself is put in as it is.
        #[test]
        fn objects_in_objects(
            before in "[a-z]{0,5}",
            inner in proptest::collection::btree_map("[a-z_]{1,20}", scalar(), 0..40),
            number in any::<i64>(),
        ) {
            let mut inner: Vec<_> = inner.iter().map(|(key, value)| (key.as_str(), *value)).collect();
            let (nested, list) = (object(&mut inner), encode(&json!([number, "x", []])));
            let numeric = encode(&json!({ "n": number }));
            // Behind a header, two entries and the key, padded.
            let numeric = &numeric[16..];
            let expected = encode(&json!({
                "a": before, "kpis": as_json(&inner), "list": [number, "x", []], "score": number
            }));
            let mut fields = [
                ("score", Value::Numeric(numeric)),
                ("list", Value::Jsonb(Container::of(&list).unwrap())),
                ("kpis", Value::Jsonb(Container::of(&nested).unwrap())),
                ("a", Value::Text(&before)),
            ];
            prop_assert_eq!(object(&mut fields), expected);
        }
    }

    #[test]
    fn bare_scalars_and_damaged_bytes_are_no_containers() {
        for bytes in [encode(&json!(1)), encode(&json!(null)), vec![], vec![0; 4], vec![1, 2]] {
            assert_eq!(Container::of(&bytes), None);
        }
        assert!(Container::of(&encode(&json!([]))).is_some());
    }
}
