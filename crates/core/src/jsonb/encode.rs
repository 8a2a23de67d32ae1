//! Writes a serde_json value as binary jsonb, as PostgreSQL does: small ones of our own making. What has a form of its
//! own is written by `object`.

use serde_json::{Number, Value};

/// Encodes `value` as the bytes that follow the varlena header: at most 2^28 of them, nested no deeper than a few
/// hundred levels.
pub fn encode(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    match value {
        Value::Array(_) | Value::Object(_) => {
            container(value, &mut out);
        }
        scalar => {
            put(&mut out, 0, super::IS_ARRAY | super::IS_SCALAR | 1);
            out.extend([0; 4]);
            let entry = node(scalar, &mut out);
            put(&mut out, 4, entry | super::HAS_END);
        }
    }
    out
}

fn put(out: &mut Vec<u8>, at: usize, word: u32) {
    if out.len() < at + 4 {
        out.resize(at + 4, 0);
    }
    out[at..at + 4].copy_from_slice(&word.to_ne_bytes());
}

fn container(value: &Value, out: &mut Vec<u8>) {
    let start = out.len();
    let mut children: Vec<Value> = Vec::new();
    let header = match value {
        Value::Object(map) => {
            let mut fields: Vec<_> = map.iter().collect();
            fields.sort_by_key(|(key, _)| (key.len(), key.as_bytes()));
            children.extend(fields.iter().map(|(key, _)| Value::String((*key).clone())));
            children.extend(fields.iter().map(|(_, value)| (*value).clone()));
            super::IS_OBJECT | fields.len() as u32
        }
        Value::Array(elements) => {
            children.extend(elements.iter().cloned());
            super::IS_ARRAY | elements.len() as u32
        }
        _ => return,
    };
    put(out, start, header);
    out.resize(start + 4 + 4 * children.len(), 0);
    let data = out.len();
    for (position, child) in children.iter().enumerate() {
        let mut entry = node(child, out);
        if position % 32 == 0 {
            entry = (entry & super::KIND) | super::HAS_END | (out.len() - data) as u32;
        }
        put(out, start + 4 + 4 * position, entry);
    }
}

/// Appends a child's data, padded, and returns its JEntry with the length.
fn node(value: &Value, out: &mut Vec<u8>) -> u32 {
    let start = out.len();
    let kind = match value {
        Value::Null => super::NULL,
        Value::Bool(false) => super::FALSE,
        Value::Bool(true) => super::TRUE,
        Value::String(text) => {
            out.extend(text.as_bytes());
            super::STRING
        }
        Value::Number(number) => {
            out.resize(start.next_multiple_of(4), 0);
            out.extend(numeric(number));
            super::NUMERIC
        }
        Value::Array(_) | Value::Object(_) => {
            out.resize(start.next_multiple_of(4), 0);
            container(value, out);
            super::CONTAINER
        }
    };
    kind | (out.len() - start) as u32
}

/// The varlena of a number's decimal text, which may have an exponent.
fn numeric(number: &Number) -> Vec<u8> {
    let text = number.to_string().to_ascii_lowercase();
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.as_str()),
    };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let exponent: i32 = exponent.trim_start_matches('+').parse().unwrap_or(0);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let scale = (fraction.len() as i32 - exponent).max(0);

    // Where the decimal point is among the digits, and then whole groups of four around it.
    let mut decimals: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|d| d - b'0').collect();
    let mut point = whole.len() as i32 + exponent;
    let lead = (-point).rem_euclid(4);
    decimals.splice(0..0, vec![0; lead as usize]);
    point += lead;
    decimals.resize(decimals.len().next_multiple_of(4), 0);
    let mut weight = point / 4 - 1;
    let mut digits: Vec<u16> =
        decimals.chunks(4).map(|four| four.iter().fold(0, |sum, &d| sum * 10 + u16::from(d))).collect();
    while digits.first() == Some(&0) {
        digits.remove(0);
        weight -= 1;
    }
    while digits.last() == Some(&0) {
        digits.pop();
    }
    let negative = negative && !digits.is_empty();
    let weight = if digits.is_empty() { 0 } else { weight };

    let mut body: Vec<u8> = Vec::new();
    if scale <= 0x3F && (-64..=63).contains(&weight) {
        let sign = if negative { 0x2000 } else { 0 };
        let header = 0x8000 | sign | (scale as u16) << 7 | (weight as u16 & 0x7F);
        body.extend(header.to_ne_bytes());
    } else {
        let sign: u16 = if negative { 0x4000 } else { 0 };
        body.extend((sign | scale as u16).to_ne_bytes());
        body.extend((weight as i16).to_ne_bytes());
    }
    body.extend(digits.iter().flat_map(|digit| digit.to_ne_bytes()));
    let length = body.len() as u32 + 4;
    let header = if cfg!(target_endian = "little") { length << 2 } else { length };
    [header.to_ne_bytes().as_slice(), &body].concat()
}
