//! Signatures of webhooks, ours and other people's: HMAC-SHA256 over the bytes that are
//! sent. [`svix`] is Standard Webhooks (Svix, Clerk), [`stripe`] is Stripe's own scheme.
//!
//! What arrives from outside is checked, never trusted: whatever is missing or malformed
//! makes a signature invalid, nothing makes it an error. The expected signature is
//! computed once and compared as text, in constant time: of all ways to write a
//! signature, the one that the senders use is accepted.

pub mod stripe;
pub mod svix;

use ring::hmac;
use subtle::ConstantTimeEq;

/// The signatures of a header that are looked at; what comes later is ignored. Senders
/// give one for each secret in use, which is two while a secret is being replaced.
const MAX_SIGNATURES: usize = 64;

/// HMAC-SHA256 of the parts, one after the other as if they were one.
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    for part in parts {
        context.update(part);
    }
    let mut mac = [0; 32];
    mac.copy_from_slice(context.sign().as_ref());
    mac
}

/// The bytes in hexadecimal, in lower case.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(if nibble < 10 { b'0' + nibble } else { b'a' - 10 + nibble });
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Whether the texts are equal, in a time that tells no more than whether their lengths are.
fn same(expected: &str, given: &str) -> bool {
    expected.as_bytes().ct_eq(given.as_bytes()).into()
}

/// Whether a timestamp lies within the tolerance of `at`, before or after, the limits
/// included. It must be the decimal digits of seconds since 1970 and nothing else: one
/// spelling for each second. A negative tolerance accepts nothing.
fn is_timely(timestamp: &str, tolerance_seconds: i64, at: i64) -> bool {
    let plain = timestamp.bytes().all(|byte| byte.is_ascii_digit())
        && (timestamp.len() == 1 || !timestamp.starts_with('0'));
    match (timestamp.parse::<i64>(), u64::try_from(tolerance_seconds)) {
        (Ok(seconds), Ok(tolerance)) => plain && seconds.abs_diff(at) <= tolerance,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hmac_of_the_published_vectors() {
        let long_key = [0xaa; 131];
        let vectors: [(&[u8], &str, &str); 6] = [
            (b"test_secret", "", "f7f9bd47fb987337b5796fdc1fdb9ba221d0d5396814bfcaf9521f43fd8927fd"),
            (
                b"test_secret",
                r#"{"obj1":"hello","obj2":"world"}"#,
                "bebb1a643997f419b315ddba19e6f5411e1ce7f810ba6d3617ce72823092f363",
            ),
            (b"test_secret", "\u{1F600}", "837da296d05c4fe31f61d5d7ead035099d9585a5bcde87de952012a78f0b0c43"),
            // RFC 4231, cases 1, 2 and 6.
            (&[0x0b; 20], "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                b"Jefe",
                "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                &long_key,
                "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ];
        for (key, message, expected) in vectors {
            assert_eq!(hex(&hmac_sha256(key, &[message.as_bytes()])), expected);
        }
    }

    #[test]
    fn hex_has_two_digits_for_each_byte() {
        assert_eq!(hex(&[]), "");
        assert_eq!(hex(&[0x00, 0x09, 0x0a, 0x9f, 0xa0, 0xff]), "00090a9fa0ff");
    }

    #[test]
    fn the_limits_of_the_tolerance_are_included() {
        let at = 1_614_265_330;
        for (difference, timely) in [(0, true), (300, true), (301, false)] {
            assert_eq!(is_timely(&(at - difference).to_string(), 300, at), timely);
            assert_eq!(is_timely(&(at + difference).to_string(), 300, at), timely);
        }
        assert!(is_timely("0", 0, 0));
        assert!(!is_timely("1", 0, 0));
        assert!(!is_timely("0", -1, 0));
    }

    #[test]
    fn a_timestamp_is_plain_digits() {
        for timestamp in [
            "", " ", "hello", "+5", "-5", " 5", "5 ", "5\n", "5.0", "5.", ".5", "5e0", "0x5", "05", "00",
            "5_0", "NaN", "٥", "5\0",
        ] {
            assert!(!is_timely(timestamp, i64::MAX, 5), "{timestamp:?}");
        }
    }

    #[test]
    fn times_at_the_ends_of_the_range_do_not_overflow() {
        let last = i64::MAX.to_string();
        assert!(is_timely(&last, 0, i64::MAX));
        assert!(is_timely(&last, i64::MAX, 0));
        assert!(!is_timely(&last, i64::MAX, -1));
        assert!(!is_timely(&last, i64::MAX, i64::MIN));
        assert!(!is_timely("0", i64::MAX, i64::MIN));
        assert!(!is_timely("0", i64::MIN, 0));
        for timestamp in ["9223372036854775808", "18446744073709551616", &"9".repeat(1_000_000)] {
            assert!(!is_timely(timestamp, i64::MAX, i64::MAX));
        }
    }

    proptest! {
        #[test]
        fn parts_are_signed_as_one(key: Vec<u8>, parts: Vec<Vec<u8>>) {
            let slices: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
            prop_assert_eq!(hmac_sha256(&key, &slices), hmac_sha256(&key, &[&parts.concat()]));
        }

        #[test]
        fn texts_are_the_same_when_they_are_equal(a in "[ab]{0,3}", b in "[ab]{0,3}") {
            prop_assert_eq!(same(&a, &b), a == b);
        }
    }
}
