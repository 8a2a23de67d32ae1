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
mod tests;
