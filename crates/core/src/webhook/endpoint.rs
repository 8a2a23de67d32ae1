//! An endpoint's record: since when nothing has worked, and when that is enough.

use jiff::Timestamp;

use super::{DAY, delivery::Verdict};

/// How long everything must have failed before an endpoint is disabled, in microseconds.
pub const DISABLE_AFTER: i64 = 5 * DAY;

/// How many attempts must have failed in that time at least: more than the six that one
/// delivery is tried, so that a single event disables nothing.
pub const DISABLE_FAILURES: u32 = 7;

/// What must be remembered of an endpoint between attempts. The default is a new one's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// When the first attempt failed since one succeeded, in microseconds since 1970; None
    /// when the last one succeeded, or there was none.
    pub failing_since: Option<i64>,
    /// The attempts that failed since then.
    pub failures: u32,
}

/// Why an endpoint is disabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disabled {
    /// It answered 410.
    Gone,
    /// Everything has failed for [`DISABLE_AFTER`].
    Failing {
        /// Since when, in microseconds since 1970.
        since: i64,
        /// The attempts that failed since then.
        failures: u32,
    },
}

impl Disabled {
    /// One line for the endpoint's owner, without a full stop.
    pub fn reason(&self) -> String {
        match *self {
            Self::Gone => "the endpoint answered 410 Gone".into(),
            Self::Failing { since, failures } => {
                let since = Timestamp::from_microsecond(since).map(|time| format!(", since {time:.0}"));
                let since = since.unwrap_or_default();
                format!("every attempt has failed for 5 days: {failures} of them{since}")
            }
        }
    }
}

impl Record {
    /// The record after an attempt that ended now, and whether that is the endpoint's end.
    /// A clock that was set back begins the five days anew.
    pub fn after(self, verdict: Verdict, now: i64) -> (Self, Option<Disabled>) {
        if verdict == Verdict::Success {
            return (Self::default(), None);
        }
        if verdict == Verdict::Unknown {
            return (self, None);
        }
        let since = self.failing_since.unwrap_or(now).min(now);
        let failures = self.failures.saturating_add(1);
        let disabled = if verdict == Verdict::Gone {
            Some(Disabled::Gone)
        } else if now.saturating_sub(since) >= DISABLE_AFTER && failures >= DISABLE_FAILURES {
            Some(Disabled::Failing { since, failures })
        } else {
            None
        };
        (Self { failing_since: Some(since), failures }, disabled)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::webhook::{HOUR, SECOND, delivery::STEPS};

    const START: i64 = 1_760_000_000 * SECOND;
    const VERDICTS: [Verdict; 5] =
        [Verdict::Success, Verdict::Rejected, Verdict::Failure, Verdict::Gone, Verdict::Unknown];

    #[test]
    fn five_days_to_the_microsecond() {
        let record = Record { failing_since: Some(START), failures: 100 };
        for verdict in [Verdict::Failure, Verdict::Rejected] {
            assert_eq!(record.after(verdict, START + DISABLE_AFTER - 1).1, None);
            assert_eq!(
                record.after(verdict, START + DISABLE_AFTER).1,
                Some(Disabled::Failing { since: START, failures: 101 })
            );
        }
    }

    #[test]
    fn one_event_alone_disables_nothing() {
        let mut record = Record::default();
        let mut now = START;
        for step in STEPS.iter().chain([&0]) {
            let (next, disabled) = record.after(Verdict::Failure, now);
            assert_eq!(disabled, None);
            (record, now) = (next, now + step);
        }
        assert_eq!(record, Record { failing_since: Some(START), failures: 6 });
        let (_, disabled) = Record { failures: 5, ..record }.after(Verdict::Failure, START + 30 * DAY);
        assert_eq!(disabled, None);
        let (_, disabled) = record.after(Verdict::Failure, START + 30 * DAY);
        assert_eq!(disabled, Some(Disabled::Failing { since: START, failures: 7 }));
    }

    #[test]
    fn one_success_forgives_all() {
        let record = Record { failing_since: Some(START), failures: 1_000 };
        assert_eq!(record.after(Verdict::Success, START + 9 * DAY), (Record::default(), None));
    }

    #[test]
    fn gone_is_at_once_and_nothing_learnt_changes_nothing() {
        assert_eq!(Record::default().after(Verdict::Gone, START).1, Some(Disabled::Gone));
        let record = Record { failing_since: Some(START), failures: 1_000 };
        assert_eq!(record.after(Verdict::Unknown, START + 9 * DAY), (record, None));
    }

    #[test]
    fn a_clock_set_back_begins_anew() {
        let record = Record { failing_since: Some(START), failures: 50 };
        let (next, disabled) = record.after(Verdict::Failure, START - HOUR);
        assert_eq!((next.failing_since, disabled), (Some(START - HOUR), None));
    }

    #[test]
    fn the_reasons() {
        assert_eq!(Disabled::Gone.reason(), "the endpoint answered 410 Gone");
        assert_eq!(
            Disabled::Failing { since: START, failures: 42 }.reason(),
            "every attempt has failed for 5 days: 42 of them, since 2025-10-09T08:53:20Z"
        );
        let reason = Disabled::Failing { since: i64::MIN, failures: 42 }.reason();
        assert_eq!(reason, "every attempt has failed for 5 days: 42 of them");
    }

    proptest! {
        #[test]
        fn disabled_when_everything_failed_for_long_enough(
            verdicts in prop::collection::vec((prop::sample::select(&VERDICTS[..3]), 0..40 * HOUR), 1..40),
        ) {
            let (mut record, mut now) = (Record::default(), START);
            let mut failed: Vec<i64> = Vec::new();
            for (verdict, pause) in verdicts {
                now += pause;
                let (next, disabled) = record.after(verdict, now);
                record = next;
                if verdict == Verdict::Success { failed.clear() } else { failed.push(now) }
                let expected = failed.len() >= 7 && now - failed[0] >= 5 * DAY;
                prop_assert_eq!(disabled.is_some(), expected);
            }
        }

        #[test]
        fn total(since: Option<i64>, failures: u32, verdict in prop::sample::select(&VERDICTS[..]), now: i64) {
            let (next, disabled) = Record { failing_since: since, failures }.after(verdict, now);
            prop_assert!(next.failing_since.is_none_or(|since| since <= now) || verdict == Verdict::Unknown);
            prop_assert!(disabled.is_none_or(|disabled| disabled.reason().len() < 200));
        }
    }
}
