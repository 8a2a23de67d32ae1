//! Who is at the other end of a request, as far as its headers say.

use std::net::{IpAddr, SocketAddr};

/// How much of a user agent is kept, in bytes.
pub const MAX_AGENT_BYTES: usize = 1024;

/// The client's address by `X-Forwarded-For`: the first of the list, which is what the client's own proxy says, or
/// the client itself. With or without a port, IPv6 also in brackets.
pub fn client_address(forwarded_for: &str) -> Option<IpAddr> {
    let first = forwarded_for.split(',').next()?.trim();
    let bare = first.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(first);
    bare.parse().ok().or_else(|| first.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// A user agent as it is kept: cut to so many bytes, between two characters, and before a NUL, which PostgreSQL's text
/// cannot hold; `None` for an empty one.
pub fn agent(agent: &str) -> Option<&str> {
    let agent = agent.split('\0').next()?;
    let mut end = agent.len().min(MAX_AGENT_BYTES);
    while !agent.is_char_boundary(end) {
        end -= 1;
    }
    agent.get(..end).filter(|agent| !agent.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_address_counts_with_or_without_a_port() {
        for (header, address) in [
            ("203.0.113.7", "203.0.113.7"),
            (" 203.0.113.7 , 10.0.0.1", "203.0.113.7"),
            ("203.0.113.7:4711", "203.0.113.7"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443, 10.0.0.1", "2001:db8::1"),
        ] {
            assert_eq!(client_address(header), address.parse().ok(), "{header}");
        }
    }

    #[test]
    fn what_is_no_address_is_none() {
        for header in [
            "",
            ",",
            "unknown",
            "_hidden",
            "203.0.113",
            "203.0.113.7/8",
            "203.0.113.256",
            "::1::",
            "fe80::1%eth0",
            "'; drop table x",
            "[203.0.113.7",
            "\u{661}.1.1.1",
            " ,203.0.113.7",
        ] {
            assert_eq!(client_address(header), None, "{header}");
        }
    }

    #[test]
    fn agents_are_cut_between_characters() {
        assert_eq!(agent(""), None);
        assert_eq!(agent("curl/8"), Some("curl/8"));
        assert_eq!(agent("a\0b"), Some("a"));
        let long = format!("x{}", "é".repeat(MAX_AGENT_BYTES));
        let cut = agent(&long).unwrap();
        assert_eq!(cut.len(), MAX_AGENT_BYTES - 1);
        assert!(long.starts_with(cut));
        assert_eq!(agent(&"a".repeat(5000)).map(str::len), Some(MAX_AGENT_BYTES));
    }
}
