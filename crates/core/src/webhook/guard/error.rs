//! Why the guard refuses a URL, an address or a setting, as data.

use std::net::IpAddr;

use url::ParseError;

use super::MAX_URL_BYTES;
use crate::{scoring::quote, webhook::delivery::Outcome};

/// Why a URL cannot be sent to; each is a bad argument (22023) when it is stored.
///
/// No message shows user, password, path or query: they may be secrets. Nor does it show what
/// a name resolves to: that would tell strangers about the server's network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuardError {
    /// The URL takes this many bytes, as written or as sent, more than [`MAX_URL_BYTES`].
    TooLong(usize),
    /// The URL has white space, a control character or a backslash.
    Character(char),
    /// The URL does not begin with `https://` or `http://` and a host.
    Scheme,
    /// The URL is http, which the policy does not allow.
    Http,
    /// The URL has a user or a password.
    Credentials,
    /// The URL cannot be parsed.
    Malformed(ParseError),
    /// The policy does not allow this port.
    Port(u16),
    /// The host's name ends with a dot.
    TrailingDot,
    /// No host can have this name: a label is empty or longer than 63 bytes, or all are
    /// longer than 253.
    MalformedName(String),
    /// The host's name is one of a private network.
    PrivateName(String),
    /// The host is an address that is not public.
    Address(IpAddr),
    /// The host's name has no address.
    NoAnswer,
    /// The host's name leads to an address that is not public. For the server's log only.
    Answer(IpAddr),
}

impl GuardError {
    /// One line that says what is wrong, without a full stop.
    pub fn message(&self) -> String {
        match self {
            Self::TooLong(bytes) => format!("URL of {bytes} bytes is over {MAX_URL_BYTES}"),
            Self::Character(character) => format!("URL has the character U+{:04X}", u32::from(*character)),
            Self::Scheme => "URL does not begin with https:// and a host".into(),
            Self::Http => "URL is http, not https".into(),
            Self::Credentials => "URL has a user name or password".into(),
            Self::Malformed(reason) => format!("URL is malformed: {reason}"),
            Self::Port(port) => format!("port {port} is not allowed"),
            Self::TrailingDot => "the host's name ends with a dot".into(),
            Self::MalformedName(name) => format!("{} is not a host's name", quote(name)),
            Self::PrivateName(name) => format!("{} is a name of private networks", quote(name)),
            Self::Address(address) => format!("address {address} is not public"),
            Self::NoAnswer => "the host's name has no address".into(),
            Self::Answer(_) => "the host's name leads to an address that is not public".into(),
        }
    }

    /// What the caller can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::TooLong(_) | Self::Character(_) | Self::Scheme | Self::Malformed(_) => {
                "Write https://, the host's name and a path, percent-encoded where needed."
            }
            Self::Http => "Use https.",
            Self::Credentials => "Receivers tell callcoach by the signature: leave credentials out.",
            Self::Port(_) => "Use port 443, or have the port allowed by the server's settings.",
            Self::TrailingDot => "Leave the dot out.",
            Self::MalformedName(_) | Self::NoAnswer => "Check the host's name.",
            Self::PrivateName(_) | Self::Address(_) | Self::Answer(_) => {
                "Use a host on the public internet, or have its network allowed by the server's settings."
            }
        }
    }

    /// How an attempt ends that this stopped: a name without addresses may have some later.
    pub fn outcome(&self) -> Outcome {
        if *self == Self::NoAnswer { Outcome::Dns } else { Outcome::Refused }
    }
}

/// Why settings make no policy; each is a bad value of a setting (22023).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyError {
    /// This is not a port: 1 to 65535.
    Port(String),
    /// This is not a network: an address, or an address and a prefix with no bits after it;
    /// or it is one of IPv4-mapped addresses, which are written as IPv4.
    Network(String),
}

impl PolicyError {
    /// One line that says what is wrong, without a full stop.
    pub fn message(&self) -> String {
        match self {
            Self::Port(item) => format!("{} is not a port", quote(item)),
            Self::Network(item) => format!("{} is not a network", quote(item)),
        }
    }

    /// What the caller can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Port(_) => "Write ports from 1 to 65535, with commas between.",
            Self::Network(_) => {
                "Write networks such as 192.168.4.0/24 or fd12:3456::/32, with commas between."
            }
        }
    }
}
