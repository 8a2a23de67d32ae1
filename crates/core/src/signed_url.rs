//! Paths of stored objects, and the signed URLs through which Supabase Storage hands them
//! out: `<base>/object/sign/<bucket>/<path>?token=<JWT>`.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use uuid::Uuid;

use crate::scoring::quote;

/// The longest path in bytes: the longest key of an S3 object.
pub const MAX_PATH_BYTES: usize = 1024;

/// What is percent-encoded in a path: everything but RFC 3986's unreserved characters and
/// the slash, which a parsed path has between its segments only. JavaScript's
/// encodeURIComponent leaves `!*'()`, too.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Where objects are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// Recordings of calls.
    Recordings,
    /// Transcripts of calls.
    Transcripts,
    /// An organisation's logo and the like.
    OrgAssets,
    /// What scenarios show or play.
    ScenarioAssets,
    /// Exports, in a folder for each user who asked for them.
    Exports,
    /// What is kept for a short time.
    Tmp,
}

impl Bucket {
    /// Every bucket there is.
    pub const ALL: [Self; 6] = [
        Self::Recordings,
        Self::Transcripts,
        Self::OrgAssets,
        Self::ScenarioAssets,
        Self::Exports,
        Self::Tmp,
    ];

    /// The bucket's name, the first segment of its objects' paths.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recordings => "recordings",
            Self::Transcripts => "transcripts",
            Self::OrgAssets => "org-assets",
            Self::ScenarioAssets => "scenario-assets",
            Self::Exports => "exports",
            Self::Tmp => "tmp",
        }
    }

    /// The bucket of that name, to the letter.
    pub fn parse(name: &str) -> Result<Self, PathError> {
        Self::ALL
            .into_iter()
            .find(|bucket| bucket.as_str() == name)
            .ok_or_else(|| PathError::UnknownBucket(name.into()))
    }

    /// How many segments a path has at least: bucket, organisation and name; among
    /// exports the requester's folder, too.
    fn segments(self) -> usize {
        if self == Self::Exports { 4 } else { 3 }
    }
}

/// Why a path names no object. Each is a bad argument (22023), except that
/// [`PathError::Organisation`] is an object nobody may have (42501).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathError {
    /// The path is empty.
    Empty,
    /// The path takes this many bytes, more than [`MAX_PATH_BYTES`].
    TooLong(usize),
    /// The path has a character that no path may have.
    Character(char),
    /// A segment is empty: a slash leads, trails or is doubled.
    EmptySegment,
    /// A segment is `.` or `..`.
    DotSegment,
    /// No bucket has this name.
    UnknownBucket(String),
    /// The path has fewer segments than its bucket asks for.
    TooShort(Bucket),
    /// The second segment is not an organisation's uuid, written in lower case with
    /// hyphens; or it is the nil uuid, which no organisation has.
    Organisation(String),
}

impl PathError {
    /// One line that says what is wrong, without a full stop.
    pub fn message(&self) -> String {
        match self {
            Self::Empty => "path is empty".into(),
            Self::TooLong(bytes) => format!("path of {bytes} bytes is over {MAX_PATH_BYTES}"),
            Self::Character(character) => {
                format!("path has the character U+{:04X}", u32::from(*character))
            }
            Self::EmptySegment => "path has an empty segment".into(),
            Self::DotSegment => "path has a . or .. segment".into(),
            Self::UnknownBucket(name) => format!("unknown bucket {}", quote(name)),
            Self::TooShort(bucket) => {
                format!("path in {} has fewer than {} segments", bucket.as_str(), bucket.segments())
            }
            Self::Organisation(segment) => format!("{} is not the uuid of an organisation", quote(segment)),
        }
    }

    /// What the caller can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Empty | Self::EmptySegment | Self::DotSegment => {
                "Write bucket/organisation/name, without a slash at either end.".into()
            }
            Self::TooLong(_) => "Store the object under a shorter name.".into(),
            Self::Character(_) => {
                "Write the path as it is stored: without percent-encoding, backslashes or control characters."
                    .into()
            }
            Self::UnknownBucket(_) => {
                format!("Buckets: {}.", Bucket::ALL.map(Bucket::as_str).join(", "))
            }
            Self::TooShort(Bucket::Exports) => "Write exports/organisation/user/name.".into(),
            Self::TooShort(bucket) => format!("Write {}/organisation/name.", bucket.as_str()),
            Self::Organisation(_) => "Write the organisation's uuid in lower case, with hyphens.".into(),
        }
    }
}

/// Why a URL cannot be signed. [`SignError::Ttl`] is a bad argument (22023); the others
/// are the server's, and its settings'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignError {
    /// There is no base to put before the path.
    NoBase,
    /// There is no secret: with an empty one anyone could sign.
    NoSecret,
    /// The URL would be valid for this many seconds: fewer than one, or beyond all time.
    Ttl(i64),
    /// The token could not be made.
    Token(String),
}

impl SignError {
    /// One line that says what is wrong, without a full stop. Never the secret.
    pub fn message(&self) -> String {
        match self {
            Self::NoBase => "no storage URL is set".into(),
            Self::NoSecret => "no secret for signed URLs is set".into(),
            Self::Ttl(seconds) => format!("a URL cannot be valid for {seconds} seconds"),
            Self::Token(reason) => format!("cannot sign a URL: {reason}"),
        }
    }

    /// What the caller can do about it, where there is something to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoBase => Some("Set callcoach.storage_url.".into()),
            Self::NoSecret => Some("Set callcoach.storage_jwt_secret.".into()),
            Self::Ttl(_) => Some("Ask for 1 second or more.".into()),
            Self::Token(_) => None,
        }
    }
}

/// The path of an object, `bucket/organisation/…name`, checked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObjectPath {
    path: String,
    bucket: Bucket,
    org: Uuid,
}

impl ObjectPath {
    /// Reads a path as it is stored, not as URLs write it. Whatever another program could
    /// read as another path is refused: see [`PathError`].
    pub fn parse(path: &str) -> Result<Self, PathError> {
        match path.len() {
            0 => return Err(PathError::Empty),
            1..=MAX_PATH_BYTES => {}
            bytes => return Err(PathError::TooLong(bytes)),
        }
        if let Some(character) = path.chars().find(|&character| is_forbidden(character)) {
            return Err(PathError::Character(character));
        }
        for segment in path.split('/') {
            match segment {
                "" => return Err(PathError::EmptySegment),
                "." | ".." => return Err(PathError::DotSegment),
                _ => {}
            }
        }
        let mut segments = path.split('/');
        let bucket = Bucket::parse(segments.next().unwrap_or_default())?;
        let org = segments.next().unwrap_or_default();
        // Two are taken; what is left is counted.
        if segments.count() + 2 < bucket.segments() {
            return Err(PathError::TooShort(bucket));
        }
        let org = canonical_uuid(org).ok_or_else(|| PathError::Organisation(org.into()))?;
        Ok(Self { path: path.into(), bucket, org })
    }

    /// The bucket, the first segment.
    pub fn bucket(&self) -> Bucket {
        self.bucket
    }

    /// The organisation, the second segment; never the nil uuid.
    pub fn org(&self) -> Uuid {
        self.org
    }

    /// The third segment. Among exports this is the requester's folder, and a name follows.
    pub fn segment_after_org(&self) -> &str {
        self.path.split('/').nth(2).unwrap_or_default()
    }

    /// The whole path, bucket included, as it was read.
    pub fn as_str(&self) -> &str {
        &self.path
    }

    /// A URL that lets its bearer download the object until `issued_at` (seconds since
    /// 1970) and `ttl_seconds` have passed.
    ///
    /// `base` is Storage's own URL (`https://….supabase.co/storage/v1`), with or without a
    /// slash at its end. The token is a JWT as Storage makes it for itself, signed with
    /// the bytes of `secret` as they are, not decoded. It always has an `exp`: without
    /// one Storage would accept it for ever.
    pub fn sign(
        &self,
        base: &str,
        secret: &str,
        issued_at: i64,
        ttl_seconds: i64,
    ) -> Result<String, SignError> {
        let base = base.trim_end_matches('/');
        if base.is_empty() {
            return Err(SignError::NoBase);
        }
        if secret.is_empty() {
            return Err(SignError::NoSecret);
        }
        let expires = issued_at.checked_add(ttl_seconds).filter(|_| ttl_seconds >= 1);
        let expires = expires.ok_or(SignError::Ttl(ttl_seconds))?;
        let claims = json!({"url": self.path, "scope": "download", "iat": issued_at, "exp": expires});
        // Storage's own tokens have no typ.
        let header = Header { typ: None, ..Header::new(Algorithm::HS256) };
        let key = EncodingKey::from_secret(secret.as_bytes());
        let token = jsonwebtoken::encode(&header, &claims, &key)
            .map_err(|error| SignError::Token(error.to_string()))?;
        let path = utf8_percent_encode(&self.path, ENCODED);
        Ok(format!("{base}/object/sign/{path}?token={token}"))
    }
}

/// Characters that no path may have: those that are read as a slash or a dot somewhere
/// (backslash, percent; Storage has neither in names), that do not show (controls, line
/// separators), and that make the rest show in another order.
fn is_forbidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\\' | '%' | '\u{2028}' | '\u{2029}')
        || matches!(character, '\u{061C}' | '\u{200E}' | '\u{200F}')
        || matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The uuid, if this is how it is printed, and if it is not nil: that is what an unset
/// claim reads as.
fn canonical_uuid(text: &str) -> Option<Uuid> {
    let uuid = Uuid::try_parse(text).ok().filter(|uuid| !uuid.is_nil())?;
    let mut buffer = Uuid::encode_buffer();
    (uuid.hyphenated().encode_lower(&mut buffer) == text).then_some(uuid)
}

#[cfg(test)]
mod tests {
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
}
