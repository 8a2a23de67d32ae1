//! What follows from the outcome of an attempt: delivered, tried again, or given up; and what
//! it says about the endpoint. Pure and total: every outcome, count and time has an answer.

use super::{HOUR, MINUTE, retry_after::RetryAfter};

/// How long to wait before each retry, in microseconds: as many retries as there are steps.
pub const STEPS: [i64; 5] = [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 12 * HOUR];

/// The part of a step that chance adds at most, so that what failed together does not come
/// back together.
pub const JITTER: f64 = 0.1;

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A response with this status. Whatever of its body could be read, and however long it
    /// is, the status decides.
    Response {
        /// The status code.
        status: u16,
        /// What its header Retry-After asks for.
        retry_after: Option<RetryAfter>,
    },
    /// No response in time, whatever was waited for.
    Timeout,
    /// The connection was refused, reset or closed before the response.
    Connection,
    /// The name could not be resolved, or has no address.
    Dns,
    /// TLS failed: handshake, certificate.
    Tls,
    /// What came was not HTTP.
    Protocol,
    /// The guard refused the URL or what its name resolves to.
    Refused,
    /// The sender stopped, lost its claim, or lacked the means (sockets): not an attempt. The
    /// receiver may have it all the same, and will get it again under the same id.
    Cancelled,
}

/// What to do with the delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The receiver has it.
    Delivered,
    /// To be tried again.
    Retry {
        /// When, in microseconds since 1970: after now.
        at: i64,
        /// The retry that this will be, from 1.
        retry_count: u32,
    },
    /// Given up.
    Failed,
    /// As it was before the attempt, and due at once: nothing to be counted or recorded.
    Released,
}

/// What an outcome says about the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It works.
    Success,
    /// It answers, but will not have this: a redirect, most of 4xx, or the guard will not.
    /// Counts as a failure for its record ([`super::endpoint`]), but not for its breaker:
    /// sending less would help nobody.
    Rejected,
    /// It does not work, or asks for less.
    Failure,
    /// It is gone for good (410), and is to be disabled.
    Gone,
    /// Nothing was learnt.
    Unknown,
}

/// The outcome's consequences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// For the delivery.
    pub next: Next,
    /// For the endpoint.
    pub verdict: Verdict,
}

impl Outcome {
    /// What this outcome says about the endpoint. Of the statuses, 2xx is success; 408, 429
    /// and 5xx are failures that pass; 410 is the end; other 4xx, and 3xx, which is not
    /// followed, are rejections. A final 1xx and anything beyond 100 to 599 is not HTTP as it
    /// is known, and counts as [`Outcome::Protocol`] does.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Response { status, .. } => match status {
                200..=299 => Verdict::Success,
                408 | 429 => Verdict::Failure,
                410 => Verdict::Gone,
                300..=499 => Verdict::Rejected,
                _ => Verdict::Failure,
            },
            Self::Timeout | Self::Connection | Self::Dns | Self::Tls | Self::Protocol => Verdict::Failure,
            Self::Refused => Verdict::Rejected,
            Self::Cancelled => Verdict::Unknown,
        }
    }
}

/// Decides what follows. `retry_count` is the retries made so far, 0 at the first attempt;
/// `now` is when the attempt ended, in microseconds since 1970; `random`, from 0 to 1, is the
/// jitter's chance (anything else is taken as the nearest of these, NaN as 0).
///
/// A retry comes after its step and up to [`JITTER`] of it more. Retry-After is respected
/// within 1 to 2 times the step: never sooner than asked where that is within, never later
/// than twice the step.
pub fn settle(outcome: Outcome, retry_count: u32, now: i64, random: f64) -> Settlement {
    let verdict = outcome.verdict();
    let next = match verdict {
        Verdict::Success => Next::Delivered,
        Verdict::Rejected | Verdict::Gone => Next::Failed,
        Verdict::Unknown => Next::Released,
        Verdict::Failure => match STEPS.get(retry_count as usize) {
            None => Next::Failed,
            Some(&step) => Next::Retry {
                at: now.saturating_add(delay(step, asked(outcome, now), random)),
                retry_count: retry_count.saturating_add(1),
            },
        },
    };
    Settlement { next, verdict }
}

/// What the receiver asks for, in microseconds.
fn asked(outcome: Outcome, now: i64) -> i64 {
    match outcome {
        Outcome::Response { retry_after: Some(asked), .. } => asked.wait(now),
        _ => 0,
    }
}

fn delay(step: i64, asked: i64, random: f64) -> i64 {
    let random = if random.is_nan() { 0.0 } else { random.clamp(0.0, 1.0) };
    let jitter = (step as f64 * JITTER * random) as i64;
    (asked.clamp(step, 2 * step) + jitter).min(2 * step)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::webhook::SECOND;

    const NOW: i64 = 1_760_000_000 * SECOND;

    fn response(status: u16) -> Outcome {
        Outcome::Response { status, retry_after: None }
    }

    const BROKEN: [Outcome; 5] =
        [Outcome::Timeout, Outcome::Connection, Outcome::Dns, Outcome::Tls, Outcome::Protocol];

    fn failure(retry_count: u32) -> Settlement {
        let next = match STEPS.get(retry_count as usize) {
            Some(step) => Next::Retry { at: NOW + step, retry_count: retry_count + 1 },
            None => Next::Failed,
        };
        Settlement { next, verdict: Verdict::Failure }
    }

    #[test]
    fn every_status_at_every_count() {
        let counts = (0..=7).chain([u32::MAX - 1, u32::MAX]);
        for retry_count in counts {
            for status in 0..=u16::MAX {
                let settled = settle(response(status), retry_count, NOW, 0.0);
                let expected = if (200..300).contains(&status) {
                    Settlement { next: Next::Delivered, verdict: Verdict::Success }
                } else if status == 410 {
                    Settlement { next: Next::Failed, verdict: Verdict::Gone }
                } else if (300..500).contains(&status) && status != 408 && status != 429 {
                    Settlement { next: Next::Failed, verdict: Verdict::Rejected }
                } else {
                    failure(retry_count)
                };
                assert_eq!(settled, expected, "{status}, {retry_count}");
            }
        }
    }

    #[test]
    fn what_never_was_a_response() {
        for retry_count in (0..=7).chain([u32::MAX]) {
            for outcome in BROKEN {
                assert_eq!(settle(outcome, retry_count, NOW, 0.0), failure(retry_count));
            }
            let refused = Settlement { next: Next::Failed, verdict: Verdict::Rejected };
            assert_eq!(settle(Outcome::Refused, retry_count, NOW, 0.5), refused);
            let released = Settlement { next: Next::Released, verdict: Verdict::Unknown };
            assert_eq!(settle(Outcome::Cancelled, retry_count, NOW, 0.5), released);
        }
    }

    #[test]
    fn five_retries_and_no_more() {
        let (mut retry_count, mut now, mut waited) = (0, NOW, Vec::new());
        while let Next::Retry { at, retry_count: next } = settle(response(503), retry_count, now, 0.0).next {
            waited.push((at - now) / SECOND);
            (retry_count, now) = (next, at);
        }
        assert_eq!(waited, [60, 300, 1_800, 7_200, 43_200]);
        assert_eq!(retry_count, 5);
    }

    fn wait(retry_count: u32, retry_after: Option<RetryAfter>, random: f64) -> i64 {
        let outcome = Outcome::Response { status: 429, retry_after };
        match settle(outcome, retry_count, NOW, random).next {
            Next::Retry { at, .. } => at - NOW,
            next => panic!("{next:?}"),
        }
    }

    #[test]
    fn jitter_adds_up_to_a_tenth() {
        assert_eq!(wait(0, None, 0.0), MINUTE);
        assert_eq!(wait(0, None, 0.5), 63 * SECOND);
        assert_eq!(wait(0, None, 1.0), 66 * SECOND);
        for (random, expected) in [
            (-1.0, MINUTE),
            (2.0, 66 * SECOND),
            (f64::NAN, MINUTE),
            (f64::INFINITY, 66 * SECOND),
            (f64::NEG_INFINITY, MINUTE),
        ] {
            assert_eq!(wait(0, None, random), expected, "{random}");
        }
    }

    #[test]
    fn retry_after_within_one_to_two_steps() {
        let seconds = |seconds: i64| Some(RetryAfter::Wait(seconds * SECOND));
        for (asked, expected) in [(0, 60), (59, 60), (60, 60), (61, 61), (90, 90), (120, 120), (121, 120)] {
            assert_eq!(wait(0, seconds(asked), 0.0), expected * SECOND, "{asked}");
        }
        assert_eq!(wait(0, seconds(90), 0.5), 93 * SECOND);
        assert_eq!(wait(0, seconds(119), 0.99), 120 * SECOND);
        assert_eq!(wait(0, Some(RetryAfter::Wait(i64::MAX)), 0.99), 2 * MINUTE);
        assert_eq!(wait(0, Some(RetryAfter::At(NOW + 100 * SECOND)), 0.0), 100 * SECOND);
        for past in [NOW, NOW - 1, 0, i64::MIN] {
            assert_eq!(wait(0, Some(RetryAfter::At(past)), 0.0), MINUTE);
        }
        assert_eq!(wait(4, seconds(86_400), 0.9), 24 * HOUR);
        // Asked by whom it does not save: a response that fails at once stays failed.
        let outcome = Outcome::Response { status: 400, retry_after: seconds(60) };
        assert_eq!(settle(outcome, 0, NOW, 0.0).next, Next::Failed);
    }

    #[test]
    fn the_ends_of_time() {
        let at = |now| match settle(response(500), 4, now, 0.9).next {
            Next::Retry { at, .. } => at,
            next => panic!("{next:?}"),
        };
        assert_eq!(at(i64::MAX), i64::MAX);
        assert_eq!(at(i64::MAX - 1), i64::MAX);
        assert!(at(i64::MIN) > i64::MIN && at(-1) > 0);
    }

    fn asked() -> impl Strategy<Value = Option<RetryAfter>> {
        let near = NOW - 3 * HOUR..NOW + 30 * HOUR;
        prop_oneof![
            Just(None),
            any::<i64>().prop_map(|micros| Some(RetryAfter::Wait(micros))),
            (0..30 * HOUR).prop_map(|micros| Some(RetryAfter::Wait(micros))),
            any::<i64>().prop_map(|time| Some(RetryAfter::At(time))),
            near.prop_map(|time| Some(RetryAfter::At(time))),
        ]
    }

    proptest! {
        #[test]
        fn a_retry_is_bounded_and_never_in_the_past(
            retry_count in 0u32..5, now: i64, asked in asked(), random: f64,
        ) {
            let outcome = Outcome::Response { status: 503, retry_after: asked };
            let Next::Retry { at, retry_count: next } = settle(outcome, retry_count, now, random).next else {
                return Err(TestCaseError::fail("no retry"));
            };
            let step = STEPS[retry_count as usize];
            prop_assert_eq!(next, retry_count + 1);
            prop_assert!(at > now || at == i64::MAX);
            prop_assert!(at >= now.saturating_add(step) && at <= now.saturating_add(2 * step));
            // Not before the time that was asked for, where that is within.
            let wait = asked.map_or(0, |asked| asked.wait(now));
            prop_assert!(at >= now.saturating_add(wait.min(2 * step)));
        }

        #[test]
        fn more_asked_for_more_chance_or_later_is_never_sooner(
            retry_count in 0u32..5, now in -NOW..4 * NOW, later in 0..NOW,
            a in 0..30 * HOUR, b in 0..30 * HOUR, p in 0.0..1.0, q in 0.0..1.0,
        ) {
            let at = |now, asked, random| {
                let outcome =
                    Outcome::Response { status: 500, retry_after: Some(RetryAfter::Wait(asked)) };
                match settle(outcome, retry_count, now, random).next {
                    Next::Retry { at, .. } => at,
                    next => panic!("{next:?}"),
                }
            };
            prop_assert!(at(now, a.min(b), p) <= at(now, a.max(b), p));
            prop_assert!(at(now, a, f64::min(p, q)) <= at(now, a, f64::max(p, q)));
            prop_assert!(at(now, a, p) <= at(now + later, a, p));
        }
    }
}
