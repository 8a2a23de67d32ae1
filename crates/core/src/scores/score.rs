//! One score, exactly: hundredths, and what decimals follow them.

use std::cmp::Ordering;

use super::ScoresError;
use crate::jsonb::Numeric;

/// 100, the highest score, in hundredths.
pub(super) const MAX: u16 = 10_000;

/// A score that borrows its decimals.
#[derive(Clone, Copy, Debug)]
pub(super) struct Score<'a> {
    /// Hundredths, cut off: 0 to [`MAX`].
    pub hundredths: u16,
    /// The decimals from the third on, two a byte; the last byte is not 0.
    pub rest: &'a [u8],
}

impl Score<'_> {
    /// Plain decimal text, without zeros at its end but for the second decimal's.
    pub fn to_text(self) -> String {
        let mut text = format!("{}.{:02}", self.hundredths / 100, self.hundredths % 100);
        text.extend(self.rest.iter().flat_map(|pair| [b'0' + pair / 10, b'0' + pair % 10]).map(char::from));
        text.truncate(text.trim_end_matches('0').len().max(text.len() - 2 * self.rest.len()));
        text
    }

    /// The nearest float8, as PostgreSQL's cast by way of text gives it.
    pub fn to_f64(self) -> f64 {
        if self.rest.is_empty() {
            // Both are exact, and division rounds once.
            return f64::from(self.hundredths) / 100.0;
        }
        // What to_text writes is a number always.
        self.to_text().parse().unwrap_or_default()
    }
}

/// Ordered as its value is: a byte holds two decimals, so bytes compare as decimals do.
impl Ord for Score<'_> {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.hundredths.cmp(&other.hundredths).then_with(|| {
            // No memcmp of nothing: an empty Vec points nowhere, and there glibc's costs 150 ns
            // (x86-64 with AVX-512), more than all else about a change.
            match (self.rest.is_empty(), other.rest.is_empty()) {
                (false, false) => self.rest.cmp(other.rest),
                (empty, other_empty) => other_empty.cmp(&empty),
            }
        })
    }
}

impl PartialOrd for Score<'_> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Score<'_> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Score<'_> {}

/// A score with its decimals.
#[derive(Clone, Debug)]
pub(super) struct OwnedScore {
    hundredths: u16,
    rest: Vec<u8>,
}

impl OwnedScore {
    pub fn new(number: &Numeric<'_>) -> Result<Self, ScoresError> {
        let out_of_range = || ScoresError::OutOfRange(number.to_plain_string());
        // Before it is printed: a number may have 131,072 digits before the point.
        if number.round_clamped(101).is_none_or(|rounded| rounded > 100) {
            return Err(out_of_range());
        }
        let text = number.to_plain_string();
        let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
        // What is negative does not parse.
        let whole: u16 = whole.parse().map_err(|_| out_of_range())?;
        let mut pairs = decimals.trim_end_matches('0').as_bytes().chunks(2).map(|pair| match pair {
            [tens, ones] => 10 * (tens - b'0') + (ones - b'0'),
            [tens] => 10 * (tens - b'0'),
            _ => 0,
        });
        let hundredths = 100 * whole + u16::from(pairs.next().unwrap_or(0));
        let rest: Vec<u8> = pairs.collect();
        if hundredths > MAX || (hundredths == MAX && !rest.is_empty()) {
            return Err(out_of_range());
        }
        Ok(Self { hundredths, rest })
    }

    pub fn borrow(&self) -> Score<'_> {
        Score { hundredths: self.hundredths, rest: &self.rest }
    }
}
