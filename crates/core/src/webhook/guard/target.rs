//! A URL that passed, and the addresses that did.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use url::{Host, Url};

use super::{GuardError, Policy, name};

/// The longest URL in bytes, as it is written and as it is sent.
pub const MAX_URL_BYTES: usize = 2048;

/// The addresses that are tried at most: the first of the look-up's answers.
pub const MAX_ADDRESSES: usize = 16;

/// A URL that a request may be sent to, as far as the URL tells. Debug shows its origin only.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    url: Url,
    host: Host<String>,
    port: u16,
}

impl Target {
    /// Parses and checks a URL; a fragment is dropped, as it is never sent. A host that is an
    /// address, however it is written, is checked at once; a name by its form.
    pub fn parse(text: &str, policy: &Policy) -> Result<Self, GuardError> {
        let sized = |text: &str| match text.len() {
            0..=MAX_URL_BYTES => Ok(()),
            bytes => Err(GuardError::TooLong(bytes)),
        };
        sized(text)?;
        check_text(text)?;
        let mut url = Url::parse(text).map_err(GuardError::Malformed)?;
        url.set_fragment(None);
        sized(url.as_str())?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(GuardError::Credentials);
        }
        match url.scheme() {
            "https" => {}
            "http" if policy.allows_http() => {}
            "http" => return Err(GuardError::Http),
            _ => return Err(GuardError::Scheme),
        }
        let host = url.host().ok_or(GuardError::Scheme)?.to_owned();
        let port = url.port_or_known_default().ok_or(GuardError::Scheme)?;
        if !policy.allows_port(port) {
            return Err(GuardError::Port(port));
        }
        let target = Self { url, host, port };
        if let Some(address) = target.literal().filter(|&address| !policy.allows_address(address)) {
            return Err(GuardError::Address(address));
        }
        if let Host::Domain(host) = &target.host {
            name::check(host, policy.allows_networks())?;
        }
        Ok(target)
    }

    /// The name to look up, None where the host is an address. It ends with a dot, so that
    /// resolvers append none of their search domains.
    pub fn lookup_name(&self) -> Option<String> {
        match &self.host {
            Host::Domain(name) => Some(format!("{name}.")),
            Host::Ipv4(_) | Host::Ipv6(_) => None,
        }
    }

    /// Checks **every** answer of one look-up and refuses them all if one is not allowed: then
    /// the name is not to be trusted, or is the server's own. What is admitted is the answers
    /// in their order, each once, mapped ones as IPv4, [`MAX_ADDRESSES`] at most. Where the
    /// host is an address, that address alone, whatever the answers.
    pub fn admit(&self, answers: &[IpAddr], policy: &Policy) -> Result<Admitted, GuardError> {
        let literal = self.literal();
        let (answers, refused): (_, fn(IpAddr) -> GuardError) = match &literal {
            Some(address) => (std::slice::from_ref(address), GuardError::Address),
            None => (answers, GuardError::Answer),
        };
        let mut admitted: Vec<SocketAddr> = Vec::new();
        for answer in answers {
            let address = answer.to_canonical();
            if !policy.allows_address(address) {
                return Err(refused(address));
            }
            let address = SocketAddr::new(address, self.port);
            if admitted.len() < MAX_ADDRESSES && !admitted.contains(&address) {
                admitted.push(address);
            }
        }
        if admitted.is_empty() { Err(GuardError::NoAnswer) } else { Ok(Admitted(admitted)) }
    }

    /// The address that the host is, mapped ones as IPv4.
    fn literal(&self) -> Option<IpAddr> {
        match self.host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(IpAddr::from(address).to_canonical()),
        }
    }

    /// Whether the request goes through TLS.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The host, for TLS to check the certificate against: a name, or an address without
    /// brackets.
    pub fn host(&self) -> String {
        match &self.host {
            Host::Domain(name) => name.clone(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        }
    }

    /// The port, the scheme's own where the URL has none.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The value of the Host header: the host, and its port unless it is the scheme's own.
    pub fn authority(&self) -> &str {
        self.url.authority()
    }

    /// The request's target: path and query.
    pub fn path_and_query(&self) -> &str {
        &self.url[url::Position::BeforePath..]
    }

    /// The URL as it is sent, with all that may be secret in it.
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// Scheme, host and port: what may be shown in logs and errors.
    pub fn origin(&self) -> &str {
        &self.url[..url::Position::BeforePath]
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Target").field(&self.origin()).finish()
    }
}

/// What must not be in the text at all, since one parser drops it and another does not: white
/// space and control characters, backslashes, credentials; and what a slash more or less
/// would make of another host.
fn check_text(text: &str) -> Result<(), GuardError> {
    let is_refused = |c: &char| c.is_whitespace() || c.is_control() || *c == '\\';
    if let Some(character) = text.chars().find(is_refused) {
        return Err(GuardError::Character(character));
    }
    let (scheme, rest) = text.split_once("://").ok_or(GuardError::Scheme)?;
    if !["https", "http"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return Err(GuardError::Scheme);
    }
    match rest.split(['/', '?', '#']).next() {
        None | Some("") => Err(GuardError::Scheme),
        Some(authority) if authority.contains('@') => Err(GuardError::Credentials),
        Some(_) => Ok(()),
    }
}

/// Addresses that were checked, at least one. They come from [`Target::admit`] only: who takes
/// these to connect to cannot be handed others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted(Vec<SocketAddr>);

impl Admitted {
    /// The addresses, with the URL's port, in the order to try them in.
    pub fn as_slice(&self) -> &[SocketAddr] {
        &self.0
    }
}
