//! The reader against the encoder, against PostgreSQL's own bytes and against damage.

use super::*;
use proptest::prelude::*;
use serde_json::json;

/// The reader's view of a value, as serde_json's; recursive, so for tests alone.
fn decode(value: Value<'_>) -> Result<serde_json::Value, Corrupt> {
    Ok(match value {
        Value::Null => json!(null),
        Value::Bool(b) => json!(b),
        Value::String(text) => json!(text),
        Value::Number(number) => serde_json::from_str(&number.to_plain_string()).unwrap(),
        Value::Array(array) => array.iter().map(|node| decode(node?.value()?)).collect::<Result<_, _>>()?,
        Value::Object(object) => {
            let nodes = object.0.nodes().collect::<Result<Vec<_>, _>>()?;
            let (keys, values) = nodes.split_at(object.len());
            let field = |(key, value): (&Node<'_>, &Node<'_>)| {
                let Value::String(key) = key.value()? else {
                    return Err(Corrupt);
                };
                Ok((key.to_owned(), decode(value.value()?)?))
            };
            keys.iter().zip(values).map(field).collect::<Result<_, _>>()?
        }
    })
}

fn read_number(text: &str) -> (Option<u64>, String) {
    let bytes = encode::encode(&serde_json::from_str(text).unwrap());
    let Ok(Value::Number(number)) = root(&bytes) else { panic!("{text} is no number") };
    if let Some(small) = Numeric::small_whole(&bytes[8..]) {
        assert_eq!(number.round_clamped(1 << 53), Some(small), "{text}");
    }
    (number.round_clamped(1 << 53), number.to_plain_string())
}

#[test]
#[cfg(target_endian = "little")]
fn reads_and_writes_what_postgres_stores() {
    let stored = include_str!("../../tests/data/jsonb_postgres15.txt");
    let mut seen = 0;
    for line in stored.lines().filter(|line| !line.starts_with('#')) {
        let (hex, json) = line.split_once('|').unwrap();
        let bytes: Vec<u8> =
            (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect();
        let json: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(decode(root(&bytes).unwrap()).unwrap(), json);
        assert_eq!(encode::encode(&json), bytes, "{json}");
        seen += 1;
    }
    assert_eq!(seen, 11);
}

#[test]
fn numbers_round_half_away_from_zero_and_clamp() {
    const MAX: u64 = 1 << 53;
    for (text, expected) in [
        ("0", 0),
        ("0.4999999999999999999999999999", 0),
        ("0.5", 1),
        ("1.5", 2),
        ("2.5", 3),
        ("9999.5", 10_000),
        ("9999.49999", 9_999),
        ("0.00009", 0),
        ("10000", 10_000),
        ("100000000", 100_000_000),
        ("123456789012.5", 123_456_789_013),
        ("-0.5", 0),
        ("-3e9", 0),
        ("9007199254740991.4", MAX - 1),
        ("9007199254740991.5", MAX),
        ("9007199254740993", MAX),
        ("18446744073709551616", MAX),
        ("1e300", MAX),
        ("1e-300", 0),
    ] {
        assert_eq!(read_number(text).0, Some(expected), "{text}");
    }
}

#[test]
fn numbers_print_as_postgres_prints_them() {
    for text in ["0", "7", "-12.50", "10000", "0.0001", "1.000", "123456789.000010", "-0.05"] {
        assert_eq!(read_number(text).1, text);
    }
    assert_eq!(read_number("1.5e3").1, "1500");
    assert_eq!(read_number("25e-4").1, "0.0025");
    assert_eq!(read_number("1e40").1, format!("1{}", "0".repeat(40)));
}

#[test]
fn special_numbers_do_not_crash() {
    for (header, expected) in [(0xC000u16, None), (0xD000, Some(9)), (0xF000, Some(0))] {
        let length = if cfg!(target_endian = "little") { 6u32 << 2 } else { 6 };
        let bytes = [length.to_ne_bytes().as_slice(), &header.to_ne_bytes()].concat();
        let number = Numeric::parse(&bytes).unwrap();
        assert_eq!(number.round_clamped(9), expected);
        assert!(number.to_plain_string().contains(['N', 'I']));
    }
}

#[test]
fn short_varlena_headers_are_read() {
    let header: u8 = if cfg!(target_endian = "little") { 5 << 1 | 1 } else { 0x80 | 5 };
    let bytes = [[header].as_slice(), &0x8000u16.to_ne_bytes(), &42u16.to_ne_bytes()].concat();
    assert_eq!(Numeric::parse(&bytes).unwrap().round_clamped(99), Some(42));
    assert!(Numeric::parse(&bytes[..4]).is_err());
}

#[test]
fn fields_are_found_in_any_company() {
    let mut map = serde_json::Map::new();
    for i in 0..2_000 {
        map.insert(format!("{i}"), json!(i));
    }
    map.insert("text".into(), json!("hello"));
    map.insert("speaker".into(), json!(null));
    let bytes = encode::encode(&serde_json::Value::Object(map));
    let Ok(Value::Object(object)) = root(&bytes) else { panic!("no object") };
    let mut ticks = 0;
    let [absent, text, speaker] = object.fields(["gone", "text", "speaker"], &mut || ticks += 1).unwrap();
    assert!(absent.is_none());
    assert!(matches!(text.unwrap().value(), Ok(Value::String("hello"))));
    assert!(matches!(speaker.unwrap().value(), Ok(Value::Null)));
    assert_eq!(ticks, 2, "1,024 of the 2,002 keys, and of the values");
}

#[test]
fn damage_is_an_error() {
    assert!(root(&[]).is_err());
    assert!(root(&[0; 3]).is_err());
    assert!(root(&0u32.to_ne_bytes()).is_err(), "neither array nor object");
    assert!(root(&(IS_ARRAY | 1).to_ne_bytes()).is_err(), "an entry is missing");
    assert!(root(&(IS_OBJECT | COUNT).to_ne_bytes()).is_err());
    assert!(root(&(IS_ARRAY | IS_SCALAR).to_ne_bytes()).is_err(), "no scalar in it");
    let mut bytes = encode::encode(&json!(["ab"]));
    bytes.truncate(9);
    let Ok(Value::Array(array)) = root(&bytes) else { panic!("no array") };
    assert_eq!(array.iter().map(|node| node.is_err()).collect::<Vec<_>>(), [true]);
    let last = bytes.len() - 1;
    bytes[last] = 0xFF;
    bytes.push(b'b');
    let Ok(Value::Array(array)) = root(&bytes) else { panic!("no array") };
    assert!(array.iter().next().unwrap().unwrap().value().is_err(), "not UTF-8");
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let number = "-?(0|[1-9][0-9]{0,24})(\\.[0-9]{1,24})?(e-?[1-9][0-9]?)?"
        .prop_map(|text| serde_json::from_str(&text).unwrap());
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|b| json!(b)),
        "\\PC{0,12}".prop_map(|text| json!(text)),
        number,
    ];
    leaf.prop_recursive(4, 256, 70, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..70).prop_map(serde_json::Value::from),
            prop::collection::btree_map("\\PC{0,9}", inner, 0..50).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

/// Numbers as decimal text without exponent, sign of zero aside.
fn plain(value: &serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Number(number) => {
            let exact: bigdecimal::BigDecimal = number.to_string().parse().unwrap();
            json!(exact.normalized().to_string())
        }
        serde_json::Value::Array(all) => all.iter().map(plain).collect(),
        serde_json::Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), plain(v))).collect(),
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_is_read(value in any_json()) {
        let bytes = encode::encode(&value);
        prop_assert_eq!(plain(&decode(root(&bytes).unwrap()).unwrap()), plain(&value));
    }

    #[test]
    fn small_whole_numbers_are_what_they_are(
        number in prop_oneof![0_u64..100_000, 0_u64..200_000_000],
        decimals in prop_oneof![Just(""), Just(".0"), Just(".5")],
        negative in any::<bool>(),
    ) {
        let sign = if negative { "-" } else { "" };
        let bytes = encode::encode(&serde_json::from_str(&format!("{sign}{number}{decimals}")).unwrap());
        let plain = decimals.is_empty() && number < 100_000_000 && (!negative || number == 0);
        prop_assert_eq!(Numeric::small_whole(&bytes[8..]), plain.then_some(number));
        prop_assert_eq!(Numeric::small_whole(&bytes[8..bytes.len() - 1]), None);
    }

    #[test]
    fn mutated_bytes_never_panic(
        value in any_json(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = encode::encode(&value);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = root(&bytes).map(shallow);
        bytes.truncate(cut.index(bytes.len() + 1));
        let _ = root(&bytes).map(shallow);
    }

    #[test]
    fn noise_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = root(&bytes).map(shallow);
        let _ = Numeric::parse(&bytes).map(|n| (n.round_clamped(1 << 53), n.to_plain_string()));
    }
}

/// Reads two levels, as the transcript does.
fn shallow(value: Value<'_>) {
    match value {
        Value::Array(array) => {
            for node in array.iter() {
                if let Ok(Ok(value)) = node.map(Node::value) {
                    match value {
                        Value::Object(object) => {
                            let _ = object.fields(["text", "end_ms"], &mut || ());
                        }
                        Value::Number(n) => {
                            let _ = (n.round_clamped(1 << 53), n.to_plain_string());
                        }
                        _ => {}
                    }
                }
            }
        }
        Value::Object(object) => {
            let _ = object.fields(["a", "b"], &mut || ());
        }
        _ => {}
    }
}
