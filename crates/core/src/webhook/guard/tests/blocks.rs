//! The blocks of addresses that are not public, to the bit.

use proptest::prelude::*;

use super::*;

/// The definition once more, as its text has it: every block with the first and last address,
/// and the public neighbours, where there are any.
const BLOCKS: [(&str, &str, &str, &str); 29] = [
    ("", "0.0.0.0", "0.255.255.255", "1.0.0.0"),
    ("9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"),
    ("100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"),
    ("126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"),
    ("168.63.129.15", "168.63.129.16", "168.63.129.16", "168.63.129.17"),
    ("169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"),
    ("172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"),
    ("191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"),
    ("192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"),
    ("192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"),
    ("192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"),
    ("198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"),
    ("198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"),
    ("203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"),
    ("223.255.255.255", "224.0.0.0", "255.255.255.255", ""),
    ("", "::", "::ffff:ffff", "::1:0:0"),
    ("::fffe:ffff:ffff:ffff", "::ffff:0:0:0", "::ffff:0:ffff:ffff", "::ffff:1:0:0"),
    ("64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", "64:ff9b::", "64:ff9b::ffff:ffff", "64:ff9b::1:0:0"),
    (
        "64:ff9b:0:ffff:ffff:ffff:ffff:ffff",
        "64:ff9b:1::",
        "64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
        "64:ff9b:2::",
    ),
    ("ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "100::", "100::ffff:ffff:ffff:ffff", "100:0:0:1::"),
    ("2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", "2001:1::"),
    ("2001:1:ffff:ffff:ffff:ffff:ffff:ffff", "2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", "2001:2:1::"),
    (
        "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
        "2001:db8::",
        "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
        "2001:db9::",
    ),
    (
        "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "2002::",
        "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "2003::",
    ),
    (
        "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "3fff::",
        "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
        "3fff:1000::",
    ),
    (
        "5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "5f00::",
        "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "5f01::",
    ),
    (
        "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "fc00::",
        "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "fe00::",
    ),
    ("fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe80::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""),
    ("", "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""),
];

#[test]
fn the_borders_of_every_block() {
    for (before, first, last, after) in BLOCKS {
        for inside in [first, last] {
            assert!(!is_public(ip(inside)), "{inside}");
        }
        for outside in [before, after].into_iter().filter(|outside| !outside.is_empty()) {
            assert!(is_public(ip(outside)), "{outside}");
        }
        // The neighbours are the neighbours.
        let number = |text: &str| match ip(text) {
            IpAddr::V4(address) => u128::from(u32::from(address)),
            IpAddr::V6(address) => u128::from(address),
        };
        assert!(before.is_empty() || number(before) + 1 == number(first), "{before}");
        assert!(after.is_empty() || number(last) + 1 == number(after), "{after}");
    }
}

fn v4() -> impl Strategy<Value = Ipv4Addr> {
    any::<u32>().prop_map(Ipv4Addr::from)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_address_of_a_block_is_refused(block in prop::sample::select(&BLOCKS[..]), bits: u128) {
        let address: IpAddr = match (ip(block.1), ip(block.2)) {
            (IpAddr::V4(first), IpAddr::V4(last)) => {
                let (first, last) = (u32::from(first), u32::from(last));
                Ipv4Addr::from(first + (bits % (u128::from(last - first) + 1)) as u32).into()
            }
            (IpAddr::V6(first), IpAddr::V6(last)) => {
                let (first, last) = (u128::from(first), u128::from(last));
                Ipv6Addr::from(first + bits % (last - first + 1)).into()
            }
            _ => unreachable!(),
        };
        prop_assert!(!is_public(address));
        let target = parse("https://a.example/").unwrap();
        prop_assert!(target.admit(&[ip("8.8.8.8"), address], &Policy::default()).is_err());
        let url = if address.is_ipv6() { format!("https://[{address}]/") } else { format!("https://{address}/") };
        prop_assert!(matches!(parse(&url), Err(GuardError::Address(_))));
    }

    #[test]
    fn an_ipv4_address_is_judged_alike_in_all_its_spellings(address in v4()) {
        let public = is_public(address.into());
        prop_assert_eq!(is_public(address.to_ipv6_mapped().into()), public);
        let [a, b, c, d] = address.octets();
        let number = u32::from(address);
        for host in [
            format!("{number}"),
            format!("0x{number:x}"),
            format!("0{number:o}"),
            format!("0{a:o}.0x{b:x}.{}", u32::from(c) * 256 + u32::from(d)),
            format!("{a}.{}", number & 0xff_ffff),
            format!("[::ffff:{address}]"),
        ] {
            let parsed = parse(&format!("https://{host}/"));
            prop_assert_eq!(parsed.is_ok(), public, "{}", host);
        }
        // Inside other addresses, too, wherever a translator may take it out.
        for carrier in [
            format!("[::{address}]"), format!("[64:ff9b::{address}]"), format!("[::ffff:0:{address}]"),
            format!("[2002:{:x}:{:x}::1]", number >> 16, number & 0xffff),
        ] {
            prop_assert!(parse(&format!("https://{carrier}/")).is_err(), "{}", carrier);
        }
    }

    #[test]
    fn what_is_in_no_block_is_public(address: u128, v4 in v4()) {
        let blocked = |address: &IpAddr| {
            BLOCKS.iter().any(|(_, first, last, _)| {
                let (first, last) = (ip(first), ip(last));
                first.is_ipv4() == address.is_ipv4() && (first..=last).contains(address)
            })
        };
        for address in [IpAddr::from(v4), Ipv6Addr::from(address).to_canonical()] {
            prop_assert_eq!(is_public(address), !blocked(&address));
        }
    }

    #[test]
    fn whatever_the_text_is_nothing_private_is_admitted(
        url in "https?://[0-9a-fx.:@%\\[\\]#?/-]{1,20}(:[0-9]{1,5})?/.{0,5}|https://\\PC{0,30}|.*",
        answers: Vec<u128>,
    ) {
        let answers: Vec<_> = answers.into_iter().map(|bits| IpAddr::from(Ipv6Addr::from(bits))).collect();
        match parse(&url) {
            Err(error) => prop_assert!(!error.message().is_empty()),
            Ok(target) => {
                prop_assert!(target.is_https() && target.port() == 443);
                if let Ok(admitted) = target.admit(&answers, &Policy::default()) {
                    prop_assert!(!admitted.as_slice().is_empty());
                    prop_assert!(admitted.as_slice().iter().all(|address| is_public(address.ip())));
                }
                prop_assert_eq!(parse(target.as_str()), Ok(target.clone()));
            }
        }
    }
}

#[test]
fn blocks_are_aligned() {
    assert!(V4.iter().all(|block| block.addr() == block.network()));
    assert!(V6.iter().all(|block| block.addr() == block.network()));
}
