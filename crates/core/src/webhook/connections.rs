//! Which connections are kept for the next request: so many in all, whoever has them. What a
//! receiver does with a connection is its own affair, so those that are kept are counted by
//! what we allow, and not by what is open.

use std::collections::HashMap;

/// The receivers whose connections are kept. Times are microseconds of any clock that is not
/// set back.
#[derive(Debug)]
pub struct Connections {
    most: usize,
    idle: i64,
    kept: usize,
    receivers: HashMap<String, Receiver>,
    tidied_at: i64,
}

#[derive(Debug, Default)]
struct Receiver {
    /// As many of its connections may be open.
    kept: usize,
    in_use: usize,
    /// When one was used last.
    used_at: i64,
    answered_at: Option<i64>,
}

impl Connections {
    /// At most so many are kept, each until it has been idle for so long.
    pub fn new(most: usize, idle: i64) -> Self {
        Self { most, idle, kept: 0, receivers: HashMap::new(), tidied_at: i64::MIN }
    }

    /// So many from now on. Those that are more go as they become idle.
    pub fn keep(&mut self, most: usize) {
        self.most = most;
    }

    /// A request to a receiver begins. Whether it may use a kept connection, and leave it
    /// behind; then [`end`](Self::end) is to be called.
    pub fn begin(&mut self, receiver: &str, now: i64) -> bool {
        if let Some(known) = self.receivers.get_mut(receiver)
            && known.in_use < known.kept
        {
            known.in_use += 1;
            known.used_at = now;
            return true;
        }
        if self.kept >= self.most {
            self.tidy(now);
        }
        if self.kept >= self.most {
            return false;
        }
        self.kept += 1;
        let known = self.receivers.entry(receiver.to_owned()).or_default();
        known.kept += 1;
        known.in_use += 1;
        known.used_at = now;
        true
    }

    /// A request that could use a kept connection has ended; whether it was answered.
    pub fn end(&mut self, receiver: &str, is_answered: bool, now: i64) {
        if let Some(known) = self.receivers.get_mut(receiver) {
            known.in_use = known.in_use.saturating_sub(1);
            known.used_at = now;
            if is_answered {
                known.answered_at = Some(now);
            }
        }
    }

    /// Has the receiver answered a short while ago, so that a connection may be an old one?
    pub fn is_recent(&self, receiver: &str, now: i64) -> bool {
        let answered_at = self.receivers.get(receiver).and_then(|known| known.answered_at);
        answered_at.is_some_and(|at| now.saturating_sub(at) < self.idle)
    }

    /// Forgets receivers whose connections are closed by now: the client looks for idle ones
    /// as seldom as they may be idle for. It looks at all of them, so not all the time.
    fn tidy(&mut self, now: i64) {
        if now.saturating_sub(self.tidied_at) < self.idle / 30 {
            return;
        }
        self.tidied_at = now;
        let idle = self.idle.saturating_mul(2);
        self.receivers.retain(|_, known| known.in_use > 0 || now.saturating_sub(known.used_at) < idle);
        self.kept = self.receivers.values().map(|known| known.kept).sum();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::webhook::SECOND;

    const IDLE: i64 = 30 * SECOND;

    #[test]
    fn kept_up_to_the_most_and_used_again() {
        let mut kept = Connections::new(3, IDLE);
        assert!(kept.begin("a", 0) && kept.begin("a", 0) && kept.begin("b", 0));
        // No room for another, nor for a third of the first.
        assert!(!kept.begin("c", 0) && !kept.begin("a", 0));
        kept.end("a", true, 1);
        assert!(!kept.begin("c", 2), "idle, and so still open");
        assert!(kept.begin("a", 2));
        kept.end("a", true, 3);
        kept.end("a", true, 3);
        kept.end("b", false, 3);
        assert!(!kept.begin("c", IDLE + 3));
        assert!(kept.begin("c", 2 * IDLE + 3), "all three are closed by now");
        assert!(kept.begin("a", 2 * IDLE + 3) && kept.begin("d", 2 * IDLE + 3));
        assert!(!kept.begin("b", 2 * IDLE + 3));
    }

    #[test]
    fn a_receiver_that_answered_is_recent() {
        let mut kept = Connections::new(2, IDLE);
        assert!(!kept.is_recent("a", 0));
        kept.begin("a", 0);
        assert!(!kept.is_recent("a", 1));
        kept.end("a", false, 1);
        assert!(!kept.is_recent("a", 2), "it did not answer");
        kept.begin("a", 2);
        kept.end("a", true, 3);
        assert!(kept.is_recent("a", 2 + IDLE) && !kept.is_recent("a", 3 + IDLE));
    }

    #[test]
    fn fewer_from_now_on() {
        let mut kept = Connections::new(3, IDLE);
        assert!(kept.begin("a", 0) && kept.begin("b", 0));
        kept.keep(1);
        kept.end("a", true, 1);
        assert!(kept.begin("a", 2), "it is open");
        assert!(!kept.begin("c", 2));
        kept.end("a", true, 3);
        kept.end("b", true, 3);
        assert!(!kept.begin("c", IDLE) && kept.begin("c", 3 * IDLE) && !kept.begin("d", 3 * IDLE));
    }

    #[test]
    fn none_at_all() {
        let mut kept = Connections::new(0, IDLE);
        assert!(!kept.begin("a", 0));
        kept.end("a", true, 0);
        assert!(!kept.is_recent("a", 0));
    }

    proptest! {
        #[test]
        fn never_more_than_the_most(
            most in 0usize..5, steps in prop::collection::vec((0u8..4, any::<bool>(), 0i64..20), 1..200),
        ) {
            let mut kept = Connections::new(most, IDLE);
            let (mut now, mut open) = (0, Vec::new());
            for (receiver, is_end, pause) in steps {
                now += pause * SECOND;
                if is_end && !open.is_empty() {
                    let receiver: String = open.swap_remove(0);
                    kept.end(&receiver, true, now);
                } else if kept.begin(&receiver.to_string(), now) {
                    open.push(receiver.to_string());
                }
                prop_assert!(kept.kept <= most && open.len() <= kept.kept);
                let counted = |known: &Receiver| (known.kept, known.in_use);
                let sums = kept.receivers.values().map(counted).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
                prop_assert_eq!(sums, (kept.kept, open.len()));
            }
        }
    }
}
