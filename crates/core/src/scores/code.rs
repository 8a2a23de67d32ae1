//! The bytes of a multiset, read and written. What the reader accepts, the writer would write the
//! same: so that equal multisets are equal bytes, and no stored value is believed half.

use super::ScoresError;
use super::score::{MAX, Score};

const VERSION: u8 = 1;

/// Damaged bytes: small, as it is looked for after each entry.
pub(super) struct Damaged;

impl From<Damaged> for ScoresError {
    fn from(_: Damaged) -> Self {
        Self::Damaged
    }
}

/// Walks the distinct scores in ascending order.
pub(super) struct Reader<'a> {
    /// What has not been read yet.
    bytes: &'a [u8],
    /// The entry reached; before the first one, 0, which its step goes from.
    pub score: Score<'a>,
    /// Its count.
    pub count: i64,
    /// The counts of all entries up to this one.
    pub total: i64,
}

impl<'a> Reader<'a> {
    pub fn new(stored: &'a [u8]) -> Result<Self, ScoresError> {
        let bytes = match stored {
            [] => stored,
            [VERSION] => return Err(ScoresError::Damaged),
            [VERSION, bytes @ ..] => bytes,
            [version, ..] => return Err(ScoresError::Version(*version)),
        };
        Ok(Self { bytes, score: Score { hundredths: 0, rest: &[] }, count: 0, total: 0 })
    }

    /// Moves to the next entry; false at the end.
    #[inline]
    pub fn advance(&mut self) -> Result<bool, Damaged> {
        if self.bytes.is_empty() {
            return Ok(false);
        }
        self.entry().map(|()| true).ok_or(Damaged)
    }

    #[inline]
    fn entry(&mut self) -> Option<()> {
        // What nearly all entries are: a byte each for a step up and for the count.
        if let [head @ 2..0x80, count @ 1..0x80, bytes @ ..] = self.bytes
            && head % 2 == 0
        {
            self.bytes = bytes;
            return self.reach(u16::from(head / 2), &[], i64::from(*count));
        }
        let head = self.varint()?;
        let rest = if head % 2 == 1 { self.rest()? } else { &[] };
        let ascends = head > 1 || self.total == 0 || self.score.rest < rest;
        let (step, count) = (u16::try_from(head / 2).ok()?, i64::try_from(self.varint()?).ok()?);
        if ascends && count > 0 { self.reach(step, rest, count) } else { None }
    }

    /// Comes to the entry that is `step` above the last one, if that is a score and can be counted.
    #[inline]
    fn reach(&mut self, step: u16, rest: &'a [u8], count: i64) -> Option<()> {
        let hundredths = self.score.hundredths.checked_add(step)?;
        if hundredths > MAX || (hundredths == MAX && !rest.is_empty()) {
            return None;
        }
        self.total = self.total.checked_add(count)?;
        self.count = count;
        self.score = Score { hundredths, rest };
        Some(())
    }

    fn rest(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.varint()?).ok()?;
        let (rest, bytes) = self.bytes.split_at_checked(length)?;
        self.bytes = bytes;
        let valid = rest.last().is_some_and(|last| *last != 0) && rest.iter().all(|pair| *pair < 100);
        valid.then_some(rest)
    }

    #[inline]
    fn varint(&mut self) -> Option<u64> {
        let (&first, mut bytes) = self.bytes.split_first()?;
        let mut value = u64::from(first & 0x7F);
        let mut byte = first;
        let mut shift = 7;
        while byte & 0x80 != 0 {
            (byte, bytes) = bytes.split_first().map(|(byte, bytes)| (*byte, bytes))?;
            // Not the shortest form; or the tenth byte, which has room for one bit.
            if byte == 0 || (shift == 63 && byte > 1) {
                return None;
            }
            value |= u64::from(byte & 0x7F) << shift;
            shift += 7;
        }
        self.bytes = bytes;
        Some(value)
    }
}

/// Writes a multiset, its scores in ascending order.
pub(super) struct Writer {
    bytes: Vec<u8>,
    last: u16,
    total: i64,
}

impl Writer {
    pub fn with_capacity(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity), last: 0, total: 0 }
    }

    /// Appends a score that is above the last one; its count is 1 or more.
    #[inline]
    pub fn push(&mut self, score: Score<'_>, count: i64) -> Result<(), ScoresError> {
        debug_assert!(self.last <= score.hundredths && count > 0);
        self.total = self.total.checked_add(count).ok_or(ScoresError::TooMany)?;
        if self.bytes.is_empty() {
            self.bytes.push(VERSION);
        }
        let step = u64::from(score.hundredths.saturating_sub(self.last));
        self.last = score.hundredths;
        if step < 0x40 && count < 0x80 && score.rest.is_empty() {
            self.bytes.extend_from_slice(&[2 * step as u8, count as u8]);
            return Ok(());
        }
        self.varint(2 * step + u64::from(!score.rest.is_empty()));
        if !score.rest.is_empty() {
            self.varint(score.rest.len() as u64);
            self.bytes.extend_from_slice(score.rest);
        }
        self.varint(count.unsigned_abs());
        Ok(())
    }

    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    #[inline]
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            // The low seven bits; more follow.
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }
}
