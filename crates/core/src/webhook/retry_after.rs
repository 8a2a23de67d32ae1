//! The header Retry-After: how long a receiver asks to be left alone (RFC 9110, 10.2.3).

use std::time::SystemTime;

use super::SECOND;

/// The longest value that is read, in bytes; the longest date takes 33.
const MAX_BYTES: usize = 64;

/// What a receiver asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// So many microseconds from now on.
    Wait(i64),
    /// Not before this time, in microseconds since 1970.
    At(i64),
}

impl RetryAfter {
    /// Reads a header's value: decimal digits, seconds, or a date in any of HTTP's three
    /// forms. None for whatever else it is: then nothing was asked for. More seconds than fit
    /// are as many as fit.
    pub fn parse(value: &str) -> Option<Self> {
        let value = value.trim_matches([' ', '\t']);
        if value.is_empty() || value.len() > MAX_BYTES {
            return None;
        }
        if value.bytes().all(|byte| byte.is_ascii_digit()) {
            let seconds = value.parse().unwrap_or(i64::MAX);
            return Some(Self::Wait(seconds.saturating_mul(SECOND)));
        }
        let date = httpdate::parse_http_date(value).ok()?;
        let since = date.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some(Self::At(i64::try_from(since.as_micros()).unwrap_or(i64::MAX)))
    }

    /// How long to wait, in microseconds, none of it in the past.
    pub fn wait(self, now: i64) -> i64 {
        match self {
            Self::Wait(micros) => micros.max(0),
            Self::At(time) => time.saturating_sub(now).max(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 1994-11-06T08:49:37Z, the date of RFC 9110's examples.
    const EXAMPLE: i64 = 784_111_777 * SECOND;

    #[test]
    fn seconds() {
        for (value, seconds) in [("0", 0), ("120", 120), (" 120\t", 120), ("007", 7), ("86400", 86_400)] {
            assert_eq!(RetryAfter::parse(value), Some(RetryAfter::Wait(seconds * SECOND)), "{value}");
        }
        for value in ["9223372036854", "9223372036855", "9223372036854775808", &"9".repeat(64)] {
            let Some(RetryAfter::Wait(micros)) = RetryAfter::parse(value) else { panic!("{value}") };
            assert!(micros >= 9_223_372_036_854 * SECOND, "{value}");
        }
    }

    #[test]
    fn dates_in_all_three_forms() {
        for value in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            " Sun, 06 Nov 1994 08:49:37 GMT ",
        ] {
            assert_eq!(RetryAfter::parse(value), Some(RetryAfter::At(EXAMPLE)), "{value}");
        }
        let leap_day = RetryAfter::parse("Thu, 29 Feb 2024 23:59:59 GMT");
        assert_eq!(leap_day, Some(RetryAfter::At(1_709_251_199 * SECOND)));
    }

    #[test]
    fn anything_else_asks_for_nothing() {
        for value in [
            "",
            " ",
            "-1",
            "+1",
            "1.5",
            "1e3",
            "0x10",
            "12 0",
            "120s",
            "120, 240",
            "٥",
            "soon",
            "\u{a0}120",
            "120\n",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 31 Feb 2024 08:49:37 GMT",
            "1994-11-06T08:49:37Z",
            "Sun, 06 Nov 1994 25:49:37 GMT",
            "Thu, 01 Jan 1960 00:00:00 GMT",
            &"9".repeat(65),
            &"x".repeat(1_000_000),
        ] {
            assert_eq!(RetryAfter::parse(value), None, "{value:.80}");
        }
    }

    #[test]
    fn the_past_is_no_wait() {
        assert_eq!(RetryAfter::At(EXAMPLE).wait(EXAMPLE - SECOND), SECOND);
        assert_eq!(RetryAfter::At(EXAMPLE).wait(EXAMPLE), 0);
        assert_eq!(RetryAfter::At(EXAMPLE).wait(i64::MAX), 0);
        assert_eq!(RetryAfter::At(EXAMPLE).wait(i64::MIN), i64::MAX);
        assert_eq!(RetryAfter::Wait(-1).wait(0), 0);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(value in "[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT|.*", now: i64) {
            prop_assert!(RetryAfter::parse(&value).is_none_or(|asked| asked.wait(now) >= 0));
        }

        #[test]
        fn dates_go_there_and_back(seconds in 0i64..253_402_300_800) {
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds as u64);
            let written = httpdate::fmt_http_date(time);
            prop_assert_eq!(RetryAfter::parse(&written), Some(RetryAfter::At(seconds * SECOND)));
        }
    }
}
