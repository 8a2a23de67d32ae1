//! Standard Webhooks, version 1 (<https://www.standardwebhooks.com>), as Svix and Clerk
//! send them: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.payload`.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{MAX_SIGNATURES, hmac_sha256, is_timely, same};

/// A webhook as it arrived: its body and its three headers.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The body, to the byte.
    pub payload: &'a str,
    /// `webhook-id` or `svix-id`.
    pub id: &'a str,
    /// `webhook-timestamp` or `svix-timestamp`: seconds since 1970, in decimal digits.
    pub timestamp: &'a str,
    /// `webhook-signature` or `svix-signature`: one or more signatures with spaces between.
    pub signature: &'a str,
}

/// The key of a secret: what its base64 says, without or after `whsec_` or `v1,whsec_`.
/// None when it is not base64, or empty: with an empty key anyone could sign.
pub fn key(secret: &str) -> Option<Vec<u8>> {
    let encoded = secret.strip_prefix("v1,").filter(|rest| rest.starts_with("whsec_")).unwrap_or(secret);
    let encoded = encoded.strip_prefix("whsec_").unwrap_or(encoded);
    STANDARD.decode(encoded).ok().filter(|key| !key.is_empty())
}

/// The signature of a message that is sent at this second: `v1,<base64>`. The id must not
/// contain a full stop: [`verify`] refuses it.
pub fn sign(payload: &str, msg_id: &str, unix_seconds: i64, key: &[u8]) -> String {
    signature(payload, msg_id, &unix_seconds.to_string(), key)
}

/// Whether one of the message's signatures is right and its timestamp within
/// `tolerance_seconds` of `at` (seconds since 1970), before or after, inclusive.
///
/// False, too, for whatever is missing or malformed. Signatures of other versions are
/// ignored. An id with a full stop is refused, as the standard asks: without one, nobody
/// can move the borders between id, timestamp and payload under the same signature.
pub fn verify(message: &Message<'_>, secret: &str, tolerance_seconds: i64, at: i64) -> bool {
    let Message { payload, id, timestamp, signature: given } = *message;
    if id.is_empty() || id.contains('.') || !is_timely(timestamp, tolerance_seconds, at) {
        return false;
    }
    let Some(key) = key(secret) else { return false };
    let expected = signature(payload, id, timestamp, &key);
    given.split(' ').take(MAX_SIGNATURES).any(|one| same(&expected, one))
}

fn signature(payload: &str, id: &str, timestamp: &str, key: &[u8]) -> String {
    let parts = [id, ".", timestamp, ".", payload].map(str::as_bytes);
    format!("v1,{}", STANDARD.encode(hmac_sha256(key, &parts)))
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::Index};

    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const AT: i64 = 1_614_265_330;
    const RIGHT: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const WRONG: &str = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=";
    const MESSAGE: Message<'_> = Message {
        payload: r#"{"test": 2432232314}"#,
        id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp: "1614265330",
        signature: RIGHT,
    };

    fn is_valid(message: Message<'_>) -> bool {
        verify(&message, SECRET, 300, AT)
    }

    fn signed(signature: &str) -> bool {
        is_valid(Message { signature, ..MESSAGE })
    }

    #[test]
    fn the_published_vectors() {
        assert!(is_valid(MESSAGE));
        let key_of_svix = key("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
        assert_eq!(
            sign(
                r#"{"email":"test@example.com","username":"test_user"}"#,
                "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
                1_649_367_553,
                &key_of_svix,
            ),
            "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="
        );
        assert_eq!(sign(MESSAGE.payload, MESSAGE.id, AT, &key(SECRET).unwrap()), RIGHT);
    }

    #[test]
    fn wrong_signatures_are_refused() {
        let bare = RIGHT.trim_start_matches("v1,");
        assert!(!signed(WRONG));
        assert!(!signed(&format!("v2,{bare}")));
        assert!(!signed(&format!("v1a,{bare}")));
        assert!(!signed(&format!("V1,{bare}")));
        assert!(!signed(&format!("v1={bare}")));
        assert!(!signed(&format!("v1,,{bare}")));
        for short in ["", " ", ",", "v1", "v1,", "v1 ,", &RIGHT[..8], bare, &bare[..8]] {
            assert!(!signed(short), "{short:?}");
        }
    }

    #[test]
    fn a_signature_has_one_spelling() {
        let bare = RIGHT.trim_start_matches("v1,");
        assert!(!signed(RIGHT.trim_end_matches('=')));
        assert!(!signed(&format!("{RIGHT}=")));
        assert!(!signed(&RIGHT.replace("OE=", "OF=")), "the same 32 bytes, but for bits that are cut off");
        assert!(!signed(&RIGHT.replace('+', "-").replace('/', "_")));
        assert!(!signed(&format!("v1,{}", bare.to_lowercase())));
        assert!(!signed(&format!("{RIGHT}\n")));
        assert!(!signed(&RIGHT.replace("v1,", "v1, ")));
        assert!(!signed(&format!("{RIGHT},{WRONG}")));
    }

    #[test]
    fn any_of_the_first_64_signatures_may_match() {
        assert!(signed(&format!("{WRONG} {RIGHT}")));
        assert!(signed(&format!("{RIGHT} {WRONG}")));
        assert!(signed(&format!("v1a,abc v2,{WRONG}  garbage {RIGHT} ")));
        assert!(!signed(&format!("{WRONG} {WRONG}")));
        assert!(signed(&format!("{}{RIGHT}", format!("{WRONG} ").repeat(63))));
        assert!(!signed(&format!("{}{RIGHT}", format!("{WRONG} ").repeat(64))));
        assert!(signed(&format!("{RIGHT}{}", " v1,".repeat(1_000_000))));
    }

    #[test]
    fn each_part_is_needed() {
        assert!(!is_valid(Message { payload: "", ..MESSAGE }));
        assert!(!is_valid(Message { id: "", ..MESSAGE }));
        assert!(!is_valid(Message { timestamp: "", ..MESSAGE }));
        assert!(!is_valid(Message { signature: "", ..MESSAGE }));
        assert!(!verify(&MESSAGE, "", 300, AT));

        // Not even a right signature makes up for a missing id or timestamp.
        let key = key(SECRET).unwrap();
        let no_id = signature(MESSAGE.payload, "", MESSAGE.timestamp, &key);
        assert!(!is_valid(Message { id: "", signature: &no_id, ..MESSAGE }));
        let no_time = signature(MESSAGE.payload, MESSAGE.id, "", &key);
        assert!(!is_valid(Message { timestamp: "", signature: &no_time, ..MESSAGE }));
    }

    #[test]
    fn the_time_is_checked_on_both_sides() {
        for (at, valid) in [(AT - 300, true), (AT + 300, true), (AT - 301, false), (AT + 301, false)] {
            assert_eq!(verify(&MESSAGE, SECRET, 300, at), valid);
        }
        assert!(verify(&MESSAGE, SECRET, 0, AT));
        assert!(!verify(&MESSAGE, SECRET, -1, AT));
        let key = key(SECRET).unwrap();
        for timestamp in
            ["hello", "1614265330.0", "+1614265330", " 1614265330", "01614265330", "1.61426533e9"]
        {
            let signature = signature(MESSAGE.payload, MESSAGE.id, timestamp, &key);
            assert!(!is_valid(Message { timestamp, signature: &signature, ..MESSAGE }), "{timestamp}");
        }
    }

    #[test]
    fn the_borders_between_the_parts_do_not_move() {
        let signature = sign("1614265331.5", "msg_1", AT, &key(SECRET).unwrap());
        let sent =
            Message { payload: "1614265331.5", id: "msg_1", timestamp: "1614265330", signature: &signature };
        assert!(is_valid(sent));
        let moved = Message { payload: "5", id: "msg_1.1614265330", timestamp: "1614265331", ..sent };
        assert!(!is_valid(moved));
    }

    #[test]
    fn secrets_come_with_and_without_prefix() {
        let bare = SECRET.trim_start_matches("whsec_");
        for secret in [SECRET, bare, &format!("v1,{SECRET}")] {
            assert!(verify(&MESSAGE, secret, 300, AT), "{secret}");
        }
        assert_eq!(key(SECRET).unwrap().len(), 24);
        for secret in [
            &format!("v1,{bare}"),
            &format!("v1a,{SECRET}"),
            &format!("whsec_{SECRET}"),
            &format!("WHSEC_{bare}"),
            &format!("{SECRET} "),
            &format!("{SECRET}="),
            "whsec_AA",
            "whsec_é",
        ] {
            assert_eq!(key(secret), None, "{secret}");
            assert!(!verify(&MESSAGE, secret, 300, AT), "{secret}");
        }
    }

    #[test]
    fn an_empty_key_signs_nothing() {
        let forged = sign(MESSAGE.payload, MESSAGE.id, AT, b"");
        for secret in ["", "whsec_", "v1,whsec_"] {
            assert_eq!(key(secret), None);
            assert!(!verify(&Message { signature: &forged, ..MESSAGE }, secret, 300, AT));
        }
    }

    /// The text with another character in one place.
    fn changed(text: &str, place: Index, new: char) -> String {
        let mut chars: Vec<char> = text.chars().collect();
        let at = place.index(chars.len());
        chars[at] = [new, 'a', 'b'].into_iter().find(|&new| new != chars[at]).unwrap();
        chars.into_iter().collect()
    }

    proptest! {
        #[test]
        fn what_is_signed_is_valid_until_a_character_changes(
            payload in "(?s).{1,80}",
            id in "[^.]{1,20}",
            seconds in 0..=i64::MAX,
            key in prop::collection::vec(any::<u8>(), 1..100),
            place: Index,
            new in prop_oneof![any::<char>(), "[0-9A-Za-z+/=, .]".prop_map(|text| text.chars().next().unwrap())],
        ) {
            let secret = format!("whsec_{}", STANDARD.encode(&key));
            let signature = sign(&payload, &id, seconds, &key);
            let timestamp = seconds.to_string();
            let sent = Message { payload: &payload, id: &id, timestamp: &timestamp, signature: &signature };
            // The time is let through, so that the signature alone decides.
            let is_valid = |message: &Message<'_>| verify(message, &secret, i64::MAX, 0);
            prop_assert!(is_valid(&sent));

            let [other_payload, other_id, other_timestamp, other_signature] =
                [&payload, &id, &timestamp, &signature].map(|text| changed(text, place, new));
            for message in [
                Message { payload: &other_payload, ..sent },
                Message { id: &other_id, ..sent },
                Message { timestamp: &other_timestamp, ..sent },
                Message { signature: &other_signature, ..sent },
                Message { signature: &signature[..place.index(signature.len())], ..sent },
            ] {
                prop_assert!(!is_valid(&message), "{:?}", message);
            }
        }

        #[test]
        fn nothing_makes_it_panic(
            payload: String,
            id: String,
            timestamp in "[0-9]{1,19}|.*",
            signature in "(v1,[A-Za-z0-9+/=]{0,50} ?){1,3}|.*",
            secret in "whsec_[A-Za-z0-9+/]{8}|.*",
            tolerance in prop_oneof![Just(i64::MAX), any::<i64>()],
            at: i64,
        ) {
            let message =
                Message { payload: &payload, id: &id, timestamp: &timestamp, signature: &signature };
            prop_assert!(!verify(&message, &secret, tolerance, at));
        }
    }
}
