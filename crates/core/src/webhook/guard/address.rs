//! Which addresses are public. The blocks are those of IANA's registries of special-purpose
//! addresses that are not for everyone, the deprecated ones, multicast, and whatever carries
//! an IPv4 address inside, since a translator on the way may take it out.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(first: [u16; 6], prefix: u8) -> Ipv6Net {
    let [a, b, c, d, e, f] = first;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, 0, 0), prefix)
}

/// Blocked IPv4.
pub(super) const V4: [Ipv4Net; 16] = [
    v4(0, 0, 0, 0, 8),        // this network
    v4(10, 0, 0, 0, 8),       // private
    v4(100, 64, 0, 0, 10),    // shared by carriers
    v4(127, 0, 0, 0, 8),      // loopback
    v4(169, 254, 0, 0, 16),   // link-local; clouds' metadata
    v4(172, 16, 0, 0, 12),    // private
    v4(192, 0, 0, 0, 24),     // protocol assignments
    v4(192, 0, 2, 0, 24),     // documentation
    v4(192, 88, 99, 0, 24),   // 6to4 relays
    v4(192, 168, 0, 0, 16),   // private
    v4(198, 18, 0, 0, 15),    // benchmarking
    v4(198, 51, 100, 0, 24),  // documentation
    v4(203, 0, 113, 0, 24),   // documentation
    v4(224, 0, 0, 0, 4),      // multicast
    v4(240, 0, 0, 0, 4),      // reserved; broadcast
    v4(168, 63, 129, 16, 32), // Azure's host, reachable from every machine there
];

/// Blocked IPv6. Mapped addresses (::ffff:0:0/96) are not here: they are IPv4.
pub(super) const V6: [Ipv6Net; 15] = [
    v6([0; 6], 96),                      // unspecified, loopback, IPv4-compatible
    v6([0, 0, 0, 0, 0xffff, 0], 96),     // IPv4-translated (RFC 2765)
    v6([0x64, 0xff9b, 0, 0, 0, 0], 96),  // NAT64
    v6([0x64, 0xff9b, 1, 0, 0, 0], 48),  // NAT64 of a network's own
    v6([0x100, 0, 0, 0, 0, 0], 64),      // discarded
    v6([0x2001, 0, 0, 0, 0, 0], 32),     // Teredo
    v6([0x2001, 2, 0, 0, 0, 0], 48),     // benchmarking
    v6([0x2001, 0xdb8, 0, 0, 0, 0], 32), // documentation
    v6([0x2002, 0, 0, 0, 0, 0], 16),     // 6to4
    v6([0x3fff, 0, 0, 0, 0, 0], 20),     // documentation
    v6([0x5f00, 0, 0, 0, 0, 0], 16),     // segment routing
    v6([0xfc00, 0, 0, 0, 0, 0], 7),      // unique local
    v6([0xfe80, 0, 0, 0, 0, 0], 10),     // link-local
    v6([0xfec0, 0, 0, 0, 0, 0], 10),     // site-local, deprecated
    v6([0xff00, 0, 0, 0, 0, 0], 8),      // multicast
];

/// Whether an address is public: in none of the blocks. An IPv4-mapped IPv6 address is judged
/// as the IPv4 address it is.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => !V4.iter().any(|block| block.contains(&address)),
        IpAddr::V6(address) => !V6.iter().any(|block| block.contains(&address)),
    }
}
