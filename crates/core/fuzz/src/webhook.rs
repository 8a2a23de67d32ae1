//! URLs and addresses for the guard, headers that say when to come back: whatever they are,
//! nothing private is admitted, and no retry is too soon or too late.

use std::net::{IpAddr, Ipv6Addr};

use callcoach_core::webhook::delivery::{Next, Outcome, STEPS, settle};
use callcoach_core::webhook::guard::{Policy, Target};
use callcoach_core::webhook::retry_after::RetryAfter;

/// One byte for the policy, a URL, a line feed, and answers of 16 bytes each.
pub fn guard(bytes: &[u8]) {
    let Some((&choice, rest)) = bytes.split_first() else { return };
    let end = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
    let (url, answers) = (String::from_utf8_lossy(&rest[..end]), &rest[end..]);
    let answers: Vec<IpAddr> = answers.get(1..).unwrap_or_default().chunks_exact(16).map(address).collect();
    let (http, loopback) = (choice & 1 != 0, choice & 2 != 0);
    let ports = if choice & 4 != 0 { "8080" } else { "" };
    let policy = Policy::new(http, ports, if loopback { "127.0.0.1,::1" } else { "" });
    assert!(policy.is_ok());
    let policy = policy.unwrap_or_default();

    let target = match Target::parse(&url, &policy) {
        Ok(target) => target,
        Err(refused) => return is_said(&refused.message()),
    };
    assert!(target.is_https() || http);
    assert!(
        target.port() == 443 || (http && target.port() == 80) || (!ports.is_empty() && target.port() == 8080)
    );
    assert!(!target.as_str().contains(['#', '\\', ' ', '\n']) && !target.authority().contains('@'));
    assert!(target.path_and_query().starts_with('/'));
    assert_eq!(Target::parse(target.as_str(), &policy).as_ref(), Ok(&target));
    match target.admit(&answers, &policy) {
        Ok(admitted) => {
            assert!(!admitted.as_slice().is_empty());
            for address in admitted.as_slice() {
                assert_eq!(address.port(), target.port());
                assert!(!is_private(address.ip()) || (loopback && address.ip().is_loopback()), "{address}");
                let answered = answers.iter().any(|answer| answer.to_canonical() == address.ip());
                assert!(answered || target.lookup_name().is_none());
            }
            let refused = |answer: &&IpAddr| is_private(answer.to_canonical());
            let all_good = loopback || !answers.iter().any(|answer| refused(&answer));
            assert!(all_good || target.lookup_name().is_none());
        }
        Err(refused) => is_said(&refused.message()),
    }
}

fn address(octets: &[u8]) -> IpAddr {
    let mut whole = [0; 16];
    whole.copy_from_slice(octets);
    Ipv6Addr::from(whole).to_canonical()
}

/// What the standard library knows of private addresses, in words of its own.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_multicast()
                || v4.is_unspecified()
                || matches!(v4.octets(), [0 | 240.., ..] | [100, 64..=127, ..] | [198, 18 | 19, ..])
        }
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unspecified()
                || v6.is_multicast()
                || v6.is_unique_local()
                || v6.is_unicast_link_local()
                || v6.to_ipv4().is_some()
                || matches!(
                    v6.segments(),
                    [0x64, 0xff9b, 0, 0, 0, 0, ..]
                        | [0x64, 0xff9b, 1, ..]
                        | [0x2001, 0 | 0xdb8, ..]
                        | [0x2002, ..]
                )
        }
    }
}

fn is_said(message: &str) {
    assert!(!message.is_empty() && message.len() < 400 && !message.contains('\n'), "{message}");
}

/// Eight bytes for the time, and a header.
pub fn retry_after(bytes: &[u8]) {
    let Some((now, header)) = bytes.split_first_chunk() else { return };
    let (now, header) = (i64::from_le_bytes(*now), String::from_utf8_lossy(header));
    let retry_after = RetryAfter::parse(&header);
    let wait = retry_after.map_or(0, |asked| asked.wait(now));
    assert!(wait >= 0);
    for (count, &step) in (0u32..).zip(&STEPS) {
        let settled = settle(Outcome::Response { status: 503, retry_after }, count, now, 0.75);
        let Next::Retry { at, retry_count } = settled.next else { unreachable!("{settled:?}") };
        assert_eq!(retry_count, count + 1);
        assert!(at >= now.saturating_add(step) && at <= now.saturating_add(2 * step));
        assert!(at >= now.saturating_add(wait.min(2 * step)));
    }
}
