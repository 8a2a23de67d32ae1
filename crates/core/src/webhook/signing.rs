//! An endpoint's secret, and the headers of one attempt.
//!
//! Two schemes sign the same bytes, each with the key its receivers expect:
//! - `webhook-signature` is Standard Webhooks: the key is what a `whsec_` secret's base64
//!   says, and for any other secret its UTF-8 bytes.
//! - `X-Webhook-Signature` is GitHub's: the key is the secret's UTF-8 bytes as they were handed
//!   out, `whsec_` included. Receivers give their libraries (`@octokit/webhooks-methods`,
//!   `hmac.new(secret.encode(), …)`) the text they were given.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use uuid::Uuid;

use super::{Event, SECOND};
use crate::signatures::{hex, hmac_sha256, svix};

/// The shortest and the longest secret, in bytes.
pub const SECRET_BYTES: std::ops::RangeInclusive<usize> = 16..=512;

/// The shortest and the longest key in a `whsec_` secret, in bytes (Standard Webhooks).
pub const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// The name that requests go by.
pub const USER_AGENT: &str = concat!("callcoach/", env!("CARGO_PKG_VERSION"));

const PREFIX: &str = "whsec_";

/// A secret and its Standard Webhooks key. Debug shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    text: String,
    key: Vec<u8>,
}

impl Secret {
    /// Checks a secret that is about to be stored: `whsec_` (or `v1,whsec_`) and the base64 of
    /// [`KEY_BYTES`], or another text of [`SECRET_BYTES`]. A `whsec_` that is not base64 is
    /// refused, since receivers' libraries would refuse it, too.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        if text.len() < *SECRET_BYTES.start() {
            return Err(SecretError::TooShort(text.len()));
        }
        if text.len() > *SECRET_BYTES.end() {
            return Err(SecretError::TooLong(text.len()));
        }
        if is_encoded(text) {
            let key = svix::key(text).ok_or(SecretError::Encoding)?;
            if !KEY_BYTES.contains(&key.len()) {
                return Err(SecretError::KeyLength(key.len()));
            }
        }
        Ok(Self::stored(text))
    }

    /// A secret as it is stored, of whatever age: always a key. What is not `whsec_` and
    /// base64 is its own bytes.
    pub fn stored(text: &str) -> Self {
        let key = Some(text).filter(|text| is_encoded(text)).and_then(svix::key);
        Self { text: text.into(), key: key.unwrap_or_else(|| text.as_bytes().to_vec()) }
    }

    /// A new secret of random bytes, which must come from the system's generator: `whsec_` and
    /// their base64, 50 characters.
    pub fn generate(random: &[u8; 32]) -> Self {
        Self { text: format!("{PREFIX}{}", STANDARD.encode(random)), key: random.to_vec() }
    }

    /// The secret, to be stored or handed to its owner.
    pub fn reveal(&self) -> &str {
        &self.text
    }
}

fn is_encoded(text: &str) -> bool {
    text.strip_prefix("v1,").unwrap_or(text).starts_with(PREFIX)
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why a text is no secret; each is a bad argument (22023). None shows any of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretError {
    /// The text takes this many bytes, fewer than [`SECRET_BYTES`] begin with.
    TooShort(usize),
    /// The text takes this many bytes, more than [`SECRET_BYTES`] end with.
    TooLong(usize),
    /// What follows `whsec_` is not base64.
    Encoding,
    /// The base64 says this many bytes, which [`KEY_BYTES`] do not contain.
    KeyLength(usize),
}

impl SecretError {
    /// One line that says what is wrong, without a full stop.
    pub fn message(&self) -> String {
        match self {
            Self::TooShort(bytes) => {
                format!("webhook secret of {bytes} bytes is under {}", SECRET_BYTES.start())
            }
            Self::TooLong(bytes) => format!("webhook secret of {bytes} bytes is over {}", SECRET_BYTES.end()),
            Self::Encoding => "webhook secret is not base64 after whsec_".into(),
            Self::KeyLength(bytes) => format!(
                "webhook secret has {bytes} bytes in its base64, not {} to {}",
                KEY_BYTES.start(),
                KEY_BYTES.end()
            ),
        }
    }

    /// What the caller can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::TooShort(_) | Self::TooLong(_) => "Write 16 to 512 bytes, or have one generated.",
            Self::Encoding | Self::KeyLength(_) => {
                "Write whsec_ and the base64, with padding, of 24 to 64 random bytes, or have one generated."
            }
        }
    }
}

/// What one attempt sends.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The same over all of a delivery's retries. (As uuids do, it has no full stop, which the
    /// standard forbids.)
    pub id: &'a Uuid,
    /// What the body tells of.
    pub event: Event,
    /// The body, to the byte.
    pub body: &'a str,
    /// When this attempt is made, in microseconds since 1970; before 1970 counts as 1970.
    pub at: i64,
}

/// The headers of an attempt, names and values; Host and Content-Length are the client's.
///
/// While a secret is being replaced, `previous` is the old one: `webhook-signature` has both
/// signatures, the new one's first. `X-Webhook-Signature` has room for one: the new one's.
pub fn headers(
    message: &Message<'_>,
    secret: &Secret,
    previous: Option<&Secret>,
) -> [(&'static str, String); 7] {
    let id = message.id.to_string();
    let seconds = message.at.max(0) / SECOND;
    let signatures: Vec<_> = std::iter::once(secret)
        .chain(previous)
        .map(|secret| svix::sign(message.body, &id, seconds, &secret.key))
        .collect();
    let whole = hmac_sha256(secret.text.as_bytes(), &[message.body.as_bytes()]);
    [
        ("Content-Type", "application/json".into()),
        ("User-Agent", USER_AGENT.into()),
        ("X-Webhook-Event", message.event.as_str().into()),
        ("X-Webhook-Signature", format!("sha256={}", hex(&whole))),
        ("webhook-id", id),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", signatures.join(" ")),
    ]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STANDARD_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: Uuid = Uuid::from_u128(0x0123_4567_89ab_4cde_8f01_2345_6789_abcd);
    const AT: i64 = 1_614_265_330;
    const BODY: &str = r#"{"test": 2432232314}"#;
    const MESSAGE: Message<'_> =
        Message { id: &ID, event: Event::AttemptScoredLow, body: BODY, at: AT * SECOND + 999_999 };

    fn value(headers: &[(&'static str, String)], name: &str) -> String {
        headers.iter().find(|(known, _)| *known == name).unwrap().1.clone()
    }

    /// The published ids are no uuids, so these check the key, and the headers below that it
    /// is the one that signs.
    #[test]
    fn the_published_vectors_of_standard_webhooks() {
        for (secret, id, at, body, expected) in [
            (
                STANDARD_SECRET,
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                AT,
                BODY,
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            ),
            (
                "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
                "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
                1_649_367_553,
                r#"{"email":"test@example.com","username":"test_user"}"#,
                "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
            ),
        ] {
            assert_eq!(svix::sign(body, id, at, &Secret::parse(secret).unwrap().key), expected);
        }
    }

    #[test]
    fn the_headers_of_an_attempt() {
        let secret = Secret::parse(STANDARD_SECRET).unwrap();
        let headers = headers(&MESSAGE, &secret, None);
        // Both made with Python's hmac.
        assert_eq!(
            headers.map(|(name, value)| format!("{name}: {value}")),
            [
                "Content-Type: application/json",
                concat!("User-Agent: callcoach/", env!("CARGO_PKG_VERSION")),
                "X-Webhook-Event: attempt.scored.low",
                "X-Webhook-Signature: sha256=80ec8a89ce3cd22133a1066caecb4d04fea7467657c8514d717ec42c38a5c94c",
                "webhook-id: 01234567-89ab-4cde-8f01-23456789abcd",
                "webhook-timestamp: 1614265330",
                "webhook-signature: v1,T/g/Hb+pdZoi2zHn93SWyc51hmyxPu2iwa0VuVCrHs0=",
            ]
        );
    }

    #[test]
    fn the_published_vectors_of_the_whole_secret() {
        // "test_secret" is too short to be stored today; the key is its bytes all the same.
        for (body, expected) in [
            ("", "f7f9bd47fb987337b5796fdc1fdb9ba221d0d5396814bfcaf9521f43fd8927fd"),
            (
                r#"{"obj1":"hello","obj2":"world"}"#,
                "bebb1a643997f419b315ddba19e6f5411e1ce7f810ba6d3617ce72823092f363",
            ),
            ("\u{1F600}", "837da296d05c4fe31f61d5d7ead035099d9585a5bcde87de952012a78f0b0c43"),
        ] {
            let headers = headers(&Message { body, ..MESSAGE }, &Secret::stored("test_secret"), None);
            assert_eq!(value(&headers, "X-Webhook-Signature"), format!("sha256={expected}"));
        }
    }

    #[test]
    fn both_secrets_sign_while_one_is_replaced() {
        let old = Secret::parse("the old secret, 24 bytes").unwrap();
        let new = Secret::generate(&[7; 32]);
        let headers = headers(&MESSAGE, &new, Some(&old));
        let signature = value(&headers, "webhook-signature");
        assert_eq!(signature.split(' ').count(), 2);
        let valid = |secret: &str, signature: &str| {
            let (id, timestamp) = (ID.to_string(), AT.to_string());
            let sent = svix::Message { payload: BODY, id: &id, timestamp: &timestamp, signature };
            svix::verify(&sent, secret, 300, AT)
        };
        let old_as_base64 = format!("whsec_{}", STANDARD.encode(old.reveal()));
        assert!(valid(new.reveal(), &signature) && valid(&old_as_base64, &signature));
        let (first, second) = signature.split_once(' ').unwrap();
        assert!(valid(new.reveal(), first) && valid(&old_as_base64, second));
        assert_eq!(
            value(&headers, "X-Webhook-Signature"),
            format!("sha256={}", hex(&hmac_sha256(new.reveal().as_bytes(), &[BODY.as_bytes()])))
        );
    }

    #[test]
    fn a_retry_has_the_same_id_and_its_own_time() {
        let secret = Secret::generate(&[1; 32]);
        let first = headers(&MESSAGE, &secret, None);
        let second = headers(&Message { at: MESSAGE.at + 60 * SECOND, ..MESSAGE }, &secret, None);
        assert_eq!(value(&second, "webhook-timestamp"), (AT + 60).to_string());
        let changed: Vec<_> = first.iter().zip(&second).filter(|(a, b)| a != b).map(|(a, _)| a.0).collect();
        assert_eq!(changed, ["webhook-timestamp", "webhook-signature"]);
        for at in [-1, i64::MIN] {
            assert_eq!(value(&headers(&Message { at, ..MESSAGE }, &secret, None), "webhook-timestamp"), "0");
        }
    }

    #[test]
    fn secrets_of_every_length() {
        for bytes in 0..=600 {
            let expected = match bytes {
                0..16 => Err(SecretError::TooShort(bytes)),
                16..=512 => Ok(()),
                _ => Err(SecretError::TooLong(bytes)),
            };
            assert_eq!(Secret::parse(&"x".repeat(bytes)).map(drop), expected);
        }
        for bytes in 8..=100 {
            let secret = format!("whsec_{}", STANDARD.encode(vec![5; bytes]));
            let expected = match bytes {
                24..=64 => Ok(vec![5; bytes]),
                _ => Err(SecretError::KeyLength(bytes)),
            };
            assert_eq!(Secret::parse(&secret).map(|secret| secret.key), expected);
            assert_eq!(Secret::parse(&format!("v1,{secret}")).map(|secret| secret.key), expected);
        }
        // Bytes are counted, not characters.
        assert!(Secret::parse(&"é".repeat(8)).is_ok() && Secret::parse(&"é".repeat(257)).is_err());
    }

    #[test]
    fn a_secret_that_is_nearly_base64_is_refused() {
        for secret in [
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
            "whsec_not base64 at all",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_",
            "v1,whsec_????????????",
        ] {
            assert_eq!(Secret::parse(secret), Err(SecretError::Encoding), "{secret}");
            assert_eq!(Secret::stored(secret).key, secret.as_bytes(), "a stored one still signs");
        }
        assert_eq!(Secret::parse("WHSEC_is just text.").unwrap().key, b"WHSEC_is just text.");
        assert_eq!(Secret::stored("whsec_c2hvcnQ=").key, b"short");
    }

    #[test]
    fn no_message_shows_a_secret() {
        for error in [
            SecretError::TooShort(3),
            SecretError::TooLong(9_999),
            SecretError::Encoding,
            SecretError::KeyLength(9),
        ] {
            assert!(
                !error.message().is_empty() && !error.message().ends_with('.') && error.hint().ends_with('.')
            );
        }
        assert_eq!(format!("{:?}", Secret::generate(&[1; 32])), "Secret(…)");
    }

    proptest! {
        #[test]
        fn what_is_generated_is_a_secret_that_its_receivers_can_read(random: [u8; 32], body: String, at in 0..i64::MAX) {
            let secret = Secret::generate(&random);
            prop_assert_eq!(secret.reveal().len(), 50);
            prop_assert_eq!(Secret::parse(secret.reveal()), Ok(secret.clone()));
            let headers = headers(&Message { body: &body, at, ..MESSAGE }, &secret, None);
            let [id, timestamp, signature] =
                ["webhook-id", "webhook-timestamp", "webhook-signature"].map(|name| value(&headers, name));
            let sent = svix::Message { payload: &body, id: &id, timestamp: &timestamp, signature: &signature };
            prop_assert!(svix::verify(&sent, secret.reveal(), 0, at / SECOND));
        }

        #[test]
        fn any_stored_text_signs(text: String, body: String) {
            let secret = Secret::stored(&text);
            for (name, value) in headers(&Message { body: &body, ..MESSAGE }, &secret, Some(&secret)) {
                prop_assert!(!name.is_empty() && value.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            }
            drop(Secret::parse(&text).map_err(|error| error.message()));
        }
    }
}
