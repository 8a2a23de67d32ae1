//! Which host names may be public, by their form. An early and clear refusal only: what
//! counts is where a name leads.

use super::GuardError;

/// The longest name, in bytes (RFC 1035, without the root's dot).
const MAX_BYTES: usize = 253;
const MAX_LABEL_BYTES: usize = 63;

/// Domains that are never public: localhost (RFC 6761), local (RFC 6762), internal (reserved
/// by ICANN in 2024), home.arpa (RFC 8375); and what Linux calls itself.
const PRIVATE: [&str; 5] = ["localhost", "localdomain", "local", "internal", "home.arpa"];

/// Checks a name as the parser left it: lower case, punycode, no address.
///
/// A trailing dot is refused: TLS and the Host header have no place for it, and without it
/// each name has one spelling. Where `private` names may be meant (somebody allowed networks
/// of their own), names of one label and those of private domains pass.
pub(super) fn check(name: &str, private: bool) -> Result<(), GuardError> {
    if name.ends_with('.') {
        return Err(GuardError::TrailingDot);
    }
    let is_label = |label: &str| (1..=MAX_LABEL_BYTES).contains(&label.len());
    if name.len() > MAX_BYTES || !name.split('.').all(is_label) {
        return Err(GuardError::MalformedName(name.into()));
    }
    let is_in =
        |domain: &str| name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if !private && (!name.contains('.') || PRIVATE.into_iter().any(is_in)) {
        return Err(GuardError::PrivateName(name.into()));
    }
    Ok(())
}
