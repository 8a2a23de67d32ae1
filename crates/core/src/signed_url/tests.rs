//! What a path may be, and what a signed URL holds.
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, Validation, errors::ErrorKind};
use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::signatures::hmac_sha256;

const ORG: &str = "7b1c8f0e-0000-4000-8000-00000000000a";
const BASE: &str = "https://project.supabase.co/storage/v1";
const SECRET: &str = "f023d3db-39dc-4ac9-87b2-b2be72e9162b";
/// 2100-01-01: tokens of then are valid when tests run.
const LATER: i64 = 4_102_444_800;

fn path(name: &str) -> ObjectPath {
    ObjectPath::parse(&format!("recordings/{ORG}/{name}")).unwrap()
}

/// The URL before its token, and the token.
fn signed(path: &ObjectPath, issued_at: i64, ttl: i64) -> (String, String) {
    let url = path.sign(BASE, SECRET, issued_at, ttl).unwrap();
    let (place, token) = url.split_once("?token=").unwrap();
    (place.into(), token.into())
}

/// What a token says to jsonwebtoken, which checks its signature and its exp.
fn claims(token: &str, secret: &str) -> Result<Value, ErrorKind> {
    let key = DecodingKey::from_secret(secret.as_bytes());
    jsonwebtoken::decode(token, &key, &Validation::new(Algorithm::HS256))
        .map(|data| data.claims)
        .map_err(|error| error.into_kind())
}

/// The signature of a token's first two parts, without jsonwebtoken.
fn signature(token: &str) -> String {
    let (signed, _) = token.rsplit_once('.').unwrap();
    URL_SAFE_NO_PAD.encode(hmac_sha256(SECRET.as_bytes(), &[signed.as_bytes()]))
}

#[test]
fn the_published_token() {
    let token = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoiYW5vbiIsImlhdCI6MTYxMzUzMTk4NSwiZXhwIjoxOTI5MTA3OTg1fQ.mqfi__KnQB4v6PkIjkhzfwWrYyF94MEbSC6LnuvVniE";
    let (unsigned, published) = token.rsplit_once('.').unwrap();
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let ours = jsonwebtoken::crypto::sign(unsigned.as_bytes(), &key, Algorithm::HS256).unwrap();
    assert_eq!(ours, published);
    assert_eq!(signature(token), published);
}

#[test]
fn tokens_are_as_storage_makes_them() {
    let path = path("calls/2025/Zoë 1.mp3");
    let (place, token) = signed(&path, LATER, 60);
    assert_eq!(place, format!("{BASE}/object/sign/recordings/{ORG}/calls/2025/Zo%C3%AB%201.mp3"));
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3);
    assert_eq!(URL_SAFE_NO_PAD.decode(parts[0]).unwrap(), br#"{"alg":"HS256"}"#);
    assert_eq!(parts[2], signature(&token));
    let expected = json!({"url": path.as_str(), "scope": "download", "iat": LATER, "exp": LATER + 60});
    assert_eq!(claims(&token, SECRET), Ok(expected));
    assert_eq!(claims(&token, "another secret"), Err(ErrorKind::InvalidSignature));
}

#[test]
fn tokens_expire() {
    let (_, token) = signed(&path("a"), 1_600_000_000, 3600);
    assert_eq!(claims(&token, SECRET), Err(ErrorKind::ExpiredSignature));
}

#[test]
fn what_cannot_be_signed() {
    let path = path("a");
    for base in ["", "/", "///"] {
        assert_eq!(path.sign(base, SECRET, LATER, 60), Err(SignError::NoBase));
    }
    assert_eq!(path.sign(BASE, "", LATER, 60), Err(SignError::NoSecret));
    for (issued_at, ttl) in [(LATER, 0), (LATER, -1), (LATER, i64::MIN), (1, i64::MAX), (-5, i64::MIN)] {
        assert_eq!(path.sign(BASE, SECRET, issued_at, ttl), Err(SignError::Ttl(ttl)));
    }
    let url = path.sign(BASE, SECRET, LATER, 1);
    assert_eq!(path.sign(&format!("{BASE}/"), SECRET, LATER, 1), url);
    for error in [SignError::NoBase, SignError::NoSecret, SignError::Ttl(0)] {
        assert!(!error.message().ends_with('.'));
        assert!(error.hint().unwrap().ends_with('.'));
    }
}

#[test]
fn names_of_buckets_go_there_and_back() {
    let names = Bucket::ALL.map(Bucket::as_str);
    assert_eq!(names, ["recordings", "transcripts", "org-assets", "scenario-assets", "exports", "tmp"]);
    for bucket in Bucket::ALL {
        assert_eq!(Bucket::parse(bucket.as_str()), Ok(bucket));
    }
    for name in ["", "Recordings", "recordings ", "recording", "org_assets"] {
        assert_eq!(Bucket::parse(name), Err(PathError::UnknownBucket(name.into())));
    }
}

#[test]
fn the_parts_of_a_path() {
    let text = format!("exports/{ORG}/user/report.csv");
    let path = ObjectPath::parse(&text).unwrap();
    assert_eq!(path.bucket(), Bucket::Exports);
    assert_eq!(path.org().to_string(), ORG);
    assert_eq!(path.segment_after_org(), "user");
    assert_eq!(path.as_str(), text);
}

#[test]
fn other_paths_are_refused() {
    use PathError::*;
    let cases = [
        ("", Empty),
        ("/", EmptySegment),
        ("/tmp/ORG/a", EmptySegment),
        ("tmp//ORG/a", EmptySegment),
        ("tmp/ORG//a", EmptySegment),
        ("tmp/ORG/", EmptySegment),
        ("tmp/ORG/a/", EmptySegment),
        ("tmp/./ORG/a", DotSegment),
        ("tmp/ORG/../x", DotSegment),
        ("tmp/ORG/a/..", DotSegment),
        ("../tmp/ORG/a", DotSegment),
        ("tmp/ORG\\a/b", Character('\\')),
        ("tmp/ORG/..\\a", Character('\\')),
        ("tmp/ORG/%2e%2e/a", Character('%')),
        ("tmp/ORG/100%", Character('%')),
        ("tmp/ORG/a\0", Character('\0')),
        ("tmp/ORG/a\n", Character('\n')),
        ("tmp/ORG/a\u{7f}", Character('\u{7f}')),
        ("tmp/ORG/a\u{85}", Character('\u{85}')),
        ("tmp/ORG/a\u{2028}", Character('\u{2028}')),
        ("tmp/ORG/a\u{2029}", Character('\u{2029}')),
        ("tmp/ORG/\u{202e}gnp.exe", Character('\u{202e}')),
        ("tmp/ORG/\u{2066}a", Character('\u{2066}')),
        ("tmp/ORG/\u{200f}a", Character('\u{200f}')),
        ("tmp/ORG/\u{61c}a", Character('\u{61c}')),
        ("files/ORG/a", UnknownBucket("files".into())),
        ("TMP/ORG/a", UnknownBucket("TMP".into())),
        ("tmp", TooShort(Bucket::Tmp)),
        ("tmp/ORG", TooShort(Bucket::Tmp)),
        ("exports/ORG/a", TooShort(Bucket::Exports)),
        ("tmp/org/a", Organisation("org".into())),
        ("exports/a/b/c", Organisation("a".into())),
    ];
    for (text, expected) in cases {
        let error = ObjectPath::parse(&text.replace("ORG", ORG)).unwrap_err();
        assert_eq!(error, expected, "{text:?}");
        assert!(!error.message().contains(char::is_control), "{text:?}");
        assert!(!error.message().ends_with('.'), "{text:?}");
        assert!(error.hint().ends_with('.'), "{text:?}");
    }
    let error = ObjectPath::parse(&format!("{}/{ORG}/a", "x".repeat(900))).unwrap_err();
    assert!(error.message().len() < 200);
}

#[test]
fn an_organisation_has_one_spelling() {
    for org in [
        ORG.to_uppercase().as_str(),
        &ORG.replace('-', ""),
        &format!("{{{ORG}}}"),
        &format!("urn:uuid:{ORG}"),
        &format!(" {ORG}"),
        &ORG[1..],
        "00000000-0000-0000-0000-000000000000",
    ] {
        let result = ObjectPath::parse(&format!("tmp/{org}/a"));
        assert_eq!(result, Err(PathError::Organisation(org.into())));
    }
}

#[test]
fn the_longest_path() {
    let prefix = format!("tmp/{ORG}/");
    let longest = format!("{prefix}{}", "a".repeat(MAX_PATH_BYTES - prefix.len()));
    assert_eq!(ObjectPath::parse(&longest).unwrap().as_str(), longest);
    assert_eq!(ObjectPath::parse(&format!("{longest}a")), Err(PathError::TooLong(1025)));
    let bytes = ObjectPath::parse(&format!("{prefix}{}", "é".repeat(500)));
    assert_eq!(bytes, Err(PathError::TooLong(prefix.len() + 1000)));
}

proptest! {
    /// Whatever of these pieces is accepted is harmless, and its URL says the same.
    #[test]
    fn accepted_paths(
        bucket in prop::sample::select(Bucket::ALL.as_slice()),
        org in prop_oneof![9 => Just(ORG.to_owned()), 1 => any::<String>()],
        rest in prop::collection::vec(
            prop_oneof![9 => "[a-zA-Z0-9 ._~!*'()?#&+;:@=,é😀-]{1,8}", 1 => any::<String>()],
            0..5,
        ),
    ) {
        let text = format!("{}/{org}/{}", bucket.as_str(), rest.join("/"));
        let Ok(path) = ObjectPath::parse(&text) else { return Ok(()) };
        prop_assert_eq!(path.as_str(), &text);
        prop_assert_eq!(ObjectPath::parse(path.as_str()), Ok(path.clone()));
        prop_assert!(text.len() <= MAX_PATH_BYTES);
        let forbidden = ['\\', '%', '\u{2028}', '\u{202e}'];
        prop_assert!(!text.contains(forbidden));
        prop_assert!(!text.contains(char::is_control));
        let segments: Vec<&str> = text.split('/').collect();
        prop_assert!(segments.iter().all(|segment| !["", ".", ".."].contains(segment)));
        prop_assert!(segments.len() >= bucket.segments());
        prop_assert_eq!(path.bucket(), bucket);
        prop_assert_eq!(segments[1], path.org().to_string());
        prop_assert_eq!(segments[2], path.segment_after_org());

        let (place, token) = signed(&path, LATER, 3600);
        let encoded = place.strip_prefix(&format!("{BASE}/object/sign/")).unwrap();
        prop_assert!(encoded.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%/".contains(&b)));
        prop_assert_eq!(encoded.split('/').count(), segments.len());
        prop_assert_eq!(percent_decode_str(encoded).decode_utf8().unwrap(), text.as_str());
        let claims = claims(&token, SECRET).unwrap();
        prop_assert_eq!(claims["url"].as_str(), Some(text.as_str()));
        prop_assert_eq!(claims["exp"].as_i64(), Some(LATER + 3600));
    }

    #[test]
    fn plain_names_are_accepted(names in prop::collection::vec("[a-z0-9_-]{1,20}", 2..6)) {
        for bucket in Bucket::ALL {
            let text = format!("{}/{ORG}/{}", bucket.as_str(), names.join("/"));
            prop_assert!(ObjectPath::parse(&text).is_ok());
        }
    }

    #[test]
    fn nothing_makes_it_panic(text: String) {
        prop_assert!(ObjectPath::parse(&text).is_err());
    }
}
