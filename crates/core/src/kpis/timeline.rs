//! Who speaks when: all that times and turns decide, in one sweep over the timed utterances.
//!
//! - A side's **speech** is the union of its intervals.
//! - An **interruption** is an utterance that starts strictly inside one of the other side's,
//!   overlaps it by [`OVERLAP_MS`] or more, and is more than a backchannel.
//! - A **turn** is a run of one side's utterances, from its start to their latest end. An
//!   utterance of the other side ends it, but not a backchannel that starts before that end:
//!   it belongs to no turn. Who was still speaking when the other's utterance is over has the
//!   turn again from there.
//! - A **reply** is an utterance with which the user takes the turn from the assistant. The user
//!   has waited since the latest end of what the assistant said before, or not at all.
//! - **Silence** is what no interval covers, between the first start and the latest end.

use crate::transcript::Speaker;

/// The shortest overlap that interrupts, in ms.
const OVERLAP_MS: u64 = 500;

/// One side of the call. All times are in ms.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Side {
    /// The length of the union of its intervals.
    pub(super) speech: u64,
    /// How many of its utterances interrupt the other side, each of them once.
    pub(super) interruptions: u64,
    pub(super) longest_turn: u64,
    /// Its latest end so far, and that of the utterances that began before the current start:
    /// who begins at the same moment does not interrupt.
    until: u64,
    until_before: u64,
    /// Its latest end so far, backchannels within the other's turns aside.
    turn_until: u64,
}

/// Whose turn it is, and since when.
#[derive(Debug, Clone, Copy)]
struct Turn {
    side: usize,
    start: u64,
}

/// The sweep, and what it has found so far.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    sides: [Side; 2],
    /// The call's first start and the current one.
    first: u64,
    at: u64,
    turn: Option<Turn>,
    pub(super) silence: u64,
    pub(super) longest_silence: u64,
    /// How often the turn goes to the other side.
    pub(super) switches: u64,
    /// How long the user waited before each reply.
    waits: Vec<u64>,
}

impl Timeline {
    /// Adds the next utterance in order of time, and tells whether it interrupts.
    /// `is_backchannel` is asked only where the times leave it open, and at most once.
    #[inline]
    pub(super) fn add(
        &mut self,
        by: Speaker,
        (start, end): (u64, u64),
        is_backchannel: impl FnOnce() -> bool,
    ) -> bool {
        let (own, other) = (by as usize, 1 - by as usize);
        self.advance(start);

        let overlaps = end.min(self.sides[other].until_before) >= start.saturating_add(OVERLAP_MS);
        let others_turn = self.turn.is_some_and(|turn| turn.side == other);
        let within = others_turn && start < self.sides[other].turn_until;
        let listens = (overlaps || within) && is_backchannel();
        if !(within && listens) {
            self.take_turn(own, start, end);
        }

        let side = &mut self.sides[own];
        side.speech += end.saturating_sub(start.max(side.until));
        side.until = end.max(side.until);
        side.interruptions += u64::from(overlaps && !listens);
        overlaps && !listens
    }

    /// Goes on to `start`.
    fn advance(&mut self, start: u64) {
        if self.turn.is_none() {
            self.first = start;
        } else {
            let gap = start.saturating_sub(self.latest_end());
            self.silence += gap;
            self.longest_silence = gap.max(self.longest_silence);
        }
        if start > self.at {
            self.at = start;
            for side in &mut self.sides {
                side.until_before = side.until;
            }
        }
        if let Some(turn) = self.turn {
            // One side's utterance is over, in the midst of which the other one took the turn.
            let (over, goes_on) = (self.sides[turn.side].turn_until, self.sides[1 - turn.side].turn_until);
            if over < goes_on && over < start {
                self.turn = Some(Turn { side: 1 - turn.side, start: over });
                self.switches += 1;
            }
        }
    }

    fn take_turn(&mut self, own: usize, start: u64, end: u64) {
        let turn = match self.turn {
            Some(turn) if turn.side == own => turn,
            Some(turn) => {
                self.switches += 1;
                if own == Speaker::User as usize {
                    self.waits.push(start.saturating_sub(self.sides[turn.side].until));
                }
                Turn { side: own, start }
            }
            None => Turn { side: own, start },
        };
        let side = &mut self.sides[own];
        side.turn_until = end.max(side.turn_until);
        side.longest_turn = (side.turn_until - turn.start).max(side.longest_turn);
        self.turn = Some(turn);
    }

    fn latest_end(&self) -> u64 {
        let [one, other] = self.sides;
        one.until.max(other.until)
    }

    pub(super) fn side(&self, speaker: Speaker) -> Side {
        self.sides[speaker as usize]
    }

    /// From the first start to the latest end.
    pub(super) fn span(&self) -> u64 {
        self.latest_end().saturating_sub(self.first)
    }

    /// The median of the waits, that of two middle ones their mean, rounded half up; 0 without
    /// any. Linear; the waits are in another order afterwards.
    pub(super) fn median_wait(&mut self) -> u64 {
        let count = self.waits.len();
        if count == 0 {
            return 0;
        }
        let (below, &mut middle, _) = self.waits.select_nth_unstable(count / 2);
        match below.iter().max() {
            Some(lower) if count.is_multiple_of(2) => (lower + middle).div_ceil(2),
            _ => middle,
        }
    }
}

#[cfg(test)]
mod tests;
