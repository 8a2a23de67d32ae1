//! The `Stripe-Signature` header, `t=…,v1=…[,v1=…][,v0=…]`: HMAC-SHA256 in hexadecimal
//! over `t.payload`. The key is the whole secret, `whsec_` included, as it is written.

use super::{MAX_SIGNATURES, hex, hmac_sha256, is_timely, same};

/// Whether one of the header's `v1` signatures is right and its `t` within
/// `tolerance_seconds` of `at` (seconds since 1970), before or after, inclusive.
///
/// False, too, for an empty secret and for whatever is missing or malformed. As strict as
/// Stripe's libraries together: digits a to f are lower case (as in stripe-node, which
/// compares text), spaces after commas are not cut away (stripe-node), an item without `=`
/// spoils the header (stripe-go), and times in the future have the same limit. Of two
/// `t`, stripe-node and stripe-go take the last and stripe-python the first; here the
/// header is refused, so that nobody reads another time than the one that was checked.
/// Items after the 64th are not looked at; items of other names are ignored.
pub fn verify(payload: &str, header: &str, secret: &str, tolerance_seconds: i64, at: i64) -> bool {
    let Some(timestamp) = timestamp(header) else { return false };
    if secret.is_empty() || !is_timely(timestamp, tolerance_seconds, at) {
        return false;
    }
    let expected = signature(payload, timestamp, secret);
    items(header).filter_map(|item| item.strip_prefix("v1=")).any(|given| same(&expected, given))
}

/// The value of the one `t`. None where there is none or more than one, or where an item
/// is not `name=value`.
fn timestamp(header: &str) -> Option<&str> {
    let mut timestamp = None;
    for item in items(header) {
        let (name, value) = item.split_once('=')?;
        if name == "t" && timestamp.replace(value).is_some() {
            return None;
        }
    }
    timestamp
}

fn items(header: &str) -> impl Iterator<Item = &str> {
    header.split(',').take(MAX_SIGNATURES)
}

fn signature(payload: &str, timestamp: &str, secret: &str) -> String {
    hex(&hmac_sha256(secret.as_bytes(), &[timestamp, ".", payload].map(str::as_bytes)))
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::Index};

    use super::*;

    const SECRET: &str = "whsec_test_secret";
    const AT: i64 = 1_614_265_330;
    const PAYLOAD: &str = r#"{"id":"evt_test_webhook","object":"event"}"#;
    /// Made with Python's hmac, as is the one in [`other_payloads`].
    const RIGHT: &str = "3c5817089d739023dd6190f70a3757e04f7a2fd8b5dab12c2e000f51970dccff";
    const WRONG: &str = "bebb1a643997f419b315ddba19e6f5411e1ce7f810ba6d3617ce72823092f363";

    fn is_valid(header: &str) -> bool {
        verify(PAYLOAD, header, SECRET, 300, AT)
    }

    #[test]
    fn the_right_signature() {
        assert!(is_valid(&format!("t={AT},v1={RIGHT}")));
        assert!(is_valid(&format!("v1={RIGHT},t={AT}")));
        assert!(!is_valid(&format!("t={AT},v1={WRONG}")));
        assert!(!verify(&format!("{PAYLOAD}\n"), &format!("t={AT},v1={RIGHT}"), SECRET, 300, AT));
    }

    #[test]
    fn other_payloads() {
        let right = "05620161657579e42f7c9702b4779061783418b346baa33a77e8ab4cb254cc6b";
        let payload = "{\"name\":\"Zoë \u{1F600}\"}";
        assert!(verify(payload, &format!("t={AT},v1={right}"), SECRET, 300, AT));
        let decomposed = "{\"name\":\"Zoe\u{308} \u{1F600}\"}";
        assert!(!verify(decomposed, &format!("t={AT},v1={right}"), SECRET, 300, AT));
        let empty = signature("", "1614265330", SECRET);
        assert!(verify("", &format!("t={AT},v1={empty}"), SECRET, 300, AT));
        assert!(!verify("", &format!("t={AT},v1={RIGHT}"), SECRET, 300, AT));
    }

    #[test]
    fn malformed_headers_are_refused() {
        for header in ["", ",", "=", "t", "v1,t=1", "t=1", "t=,v1=", "t=hello", "t=hello,v1=", "\0"] {
            assert!(!is_valid(header), "{header:?}");
        }
        for header in [
            "v1=R",
            "t=,v1=R",
            "t=hello,v1=R",
            "t=1614265330",
            "t=1614265330,v1",
            "t=1614265330,v1=",
            "t=1614265330,v1=R=",
            "t=1614265330=,v1=R",
            "t=1614265330,v1==R",
            "t=1614265330,v1=R,",
            ",t=1614265330,v1=R",
            "t=1614265330,v1=R,garbage",
            "t=1614265330;v1=R",
            "T=1614265330,V1=R",
            "t=1614265330.0,v1=R",
            "t=+1614265330,v1=R",
            "t=01614265330,v1=R",
        ] {
            assert!(!is_valid(&header.replace('R', RIGHT)), "{header}");
        }
        assert!(!is_valid(&format!("t={AT},v1={}", &RIGHT[..8])));
        assert!(!is_valid(&format!("t={AT},v1={RIGHT}00")));
    }

    #[test]
    fn digits_are_lower_case_and_spaces_stay() {
        assert!(!is_valid(&format!("t={AT},v1={}", RIGHT.to_uppercase())));
        assert!(!is_valid(&format!("t={AT}, v1={RIGHT}")));
        assert!(!is_valid(&format!(" t={AT},v1={RIGHT}")));
        assert!(!is_valid(&format!("t={AT},v1= {RIGHT}")));
        assert!(!is_valid(&format!("t={AT},v1={RIGHT} ")));
        assert!(!is_valid(&format!("t= {AT},v1={RIGHT}")));
    }

    #[test]
    fn other_versions_are_ignored() {
        for version in ["v0", "v2", "v10", "v", ""] {
            assert!(!is_valid(&format!("t={AT},{version}={RIGHT}")), "{version}");
            assert!(is_valid(&format!("t={AT},{version}={WRONG},v1={RIGHT}")), "{version}");
            assert!(is_valid(&format!("t={AT},v1={RIGHT},{version}=")), "{version}");
        }
    }

    #[test]
    fn any_of_several_signatures_may_match() {
        assert!(is_valid(&format!("t={AT},v1={WRONG},v1={RIGHT}")));
        assert!(is_valid(&format!("t={AT},v1={RIGHT},v1={WRONG},v0={WRONG}")));
        assert!(!is_valid(&format!("t={AT},v1={WRONG},v1={WRONG}")));
        let wrong = |times| format!(",v1={WRONG}").repeat(times);
        assert!(is_valid(&format!("t={AT}{},v1={RIGHT}", wrong(62))));
        assert!(!is_valid(&format!("t={AT}{},v1={RIGHT}", wrong(63))));
        assert!(is_valid(&format!("t={AT},v1={RIGHT}{}", ",v1=".repeat(1_000_000))));
    }

    #[test]
    fn two_times_are_refused() {
        assert!(!is_valid(&format!("t={AT},t={AT},v1={RIGHT}")));
        assert!(!is_valid(&format!("t=1,v1={RIGHT},t={AT}")));
        assert!(!is_valid(&format!("t={AT},v1={RIGHT},t=1")));
    }

    #[test]
    fn the_time_is_checked_on_both_sides() {
        let header = format!("t={AT},v1={RIGHT}");
        for (at, valid) in [(AT - 300, true), (AT + 300, true), (AT - 301, false), (AT + 301, false)] {
            assert_eq!(verify(PAYLOAD, &header, SECRET, 300, at), valid);
        }
        assert!(verify(PAYLOAD, &header, SECRET, 0, AT));
        assert!(!verify(PAYLOAD, &header, SECRET, 0, AT + 1));
        assert!(!verify(PAYLOAD, &header, SECRET, -1, AT));
    }

    #[test]
    fn the_key_is_the_whole_secret() {
        let header = format!("t={AT},v1={RIGHT}");
        for secret in ["test_secret", "whsec_test_secret ", "whsec_", ""] {
            assert!(!verify(PAYLOAD, &header, secret, 300, AT), "{secret:?}");
        }
        let forged = signature(PAYLOAD, "1614265330", "");
        assert!(!verify(PAYLOAD, &format!("t={AT},v1={forged}"), "", 300, AT));
    }

    proptest! {
        #[test]
        fn what_is_signed_is_valid_until_a_character_changes(
            payload in "(?s).{1,80}",
            secret in "(?s).{1,40}",
            seconds in 0..=i64::MAX,
            place: Index,
            new in prop_oneof![any::<char>(), prop::char::range(' ', '~')],
        ) {
            let header = format!("t={seconds},v1={}", signature(&payload, &seconds.to_string(), &secret));
            // The time is let through, so that the signature alone decides.
            let is_valid = |payload: &str, header: &str, secret: &str| {
                verify(payload, header, secret, i64::MAX, 0)
            };
            prop_assert!(is_valid(&payload, &header, &secret));

            let changed = |text: &str| {
                let mut chars: Vec<char> = text.chars().collect();
                let at = place.index(chars.len());
                chars[at] = [new, 'a', 'b'].into_iter().find(|&new| new != chars[at]).unwrap();
                chars.into_iter().collect::<String>()
            };
            prop_assert!(!is_valid(&changed(&payload), &header, &secret));
            prop_assert!(!is_valid(&payload, &changed(&header), &secret));
            prop_assert!(!is_valid(&payload, &header[..place.index(header.len())], &secret));
        }

        #[test]
        fn nothing_makes_it_panic(
            payload: String,
            header in "t=[0-9]{1,19}(,v[01]=[0-9a-f]{0,70}){1,3}|.*",
            secret: String,
            tolerance in prop_oneof![Just(i64::MAX), any::<i64>()],
            at: i64,
        ) {
            prop_assert!(!verify(&payload, &header, &secret, tolerance, at));
        }
    }
}
