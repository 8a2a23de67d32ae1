//! How often each score occurred, as one byte string: a scenario's exact distribution, to which
//! scores are added and from which they are taken again, and which knows its median.
//!
//! Equal multisets are equal bytes, however they came about; the empty one is the empty string.
//! Otherwise there is a version byte, 1, and for each distinct score, ascending:
//!
//! - 2 · the step from the score before (the first one: from 0), in hundredths cut off after two
//!   decimals, + 1 if the score has more decimals than two;
//! - if it has: the length of those in bytes, then two decimals a byte (0 to 99), the last not 0;
//! - the count, 1 or more.
//!
//! Numbers are LEB128 varints as short as can be: two bytes for most scores.
//!
//! ```
//! use callcoach_core::jsonb::Numeric;
//! use callcoach_core::scores;
//!
//! # let numeric = |header: u16, digits: &[u16]| {
//! #     let length = (6 + 2 * digits.len() as u32) << if cfg!(target_endian = "little") { 2 } else { 0 };
//! #     let words = digits.iter().flat_map(|digit| digit.to_ne_bytes());
//! #     length.to_ne_bytes().into_iter().chain(header.to_ne_bytes()).chain(words).collect::<Vec<u8>>()
//! # };
//! # let (bytes_75_5, bytes_80) = (numeric(0x8080, &[75, 5000]), numeric(0x8000, &[80]));
//! // Two attempts with 75.5, one with 80.
//! let scored = [(Numeric::parse(&bytes_75_5).unwrap(), 2), (Numeric::parse(&bytes_80).unwrap(), 1)];
//! let stored = scores::apply(&[], scored).unwrap();
//! assert_eq!(scores::count(&stored), Ok(3));
//! assert_eq!(scores::median(&stored), Ok(Some(75.5)));
//! ```

mod code;
mod error;
mod score;
#[cfg(test)]
mod tests;

use crate::jsonb::Numeric;
use code::{Reader, Writer};
pub use error::ScoresError;
use score::OwnedScore;

/// Adds each `by` to the count of its score and returns the new multiset. Changes may come in any
/// order and repeat a score: what counts is their sum. O(stored + k log k) for k changes.
///
/// # Errors
/// - [`ScoresError::OutOfRange`]: a score below 0, above 100, or NaN.
/// - [`ScoresError::BelowZero`]: more is taken of a score than there is.
/// - [`ScoresError::TooMany`]: there would be more than `i64::MAX` scores.
/// - [`ScoresError::Damaged`], [`ScoresError::Version`]: `stored` cannot be read.
pub fn apply<'a>(
    stored: &[u8],
    changes: impl IntoIterator<Item = (Numeric<'a>, i64)>,
) -> Result<Vec<u8>, ScoresError> {
    let changes = net(changes)?;
    let mut entries = Reader::new(stored)?;
    // Room for changes with two decimals; longer ones make it grow.
    let mut written = Writer::with_capacity(1 + stored.len() + 4 * changes.len());
    let mut more = entries.advance()?;
    for (changed, by) in &changes {
        let changed = changed.borrow();
        while more && entries.score < changed {
            written.push(entries.score, entries.count)?;
            more = entries.advance()?;
        }
        let mut count = *by;
        if more && entries.score == changed {
            count += i128::from(entries.count);
            more = entries.advance()?;
        }
        if count < 0 {
            return Err(ScoresError::BelowZero(changed.to_text()));
        }
        if count > 0 {
            written.push(changed, i64::try_from(count).map_err(|_| ScoresError::TooMany)?)?;
        }
    }
    while more {
        written.push(entries.score, entries.count)?;
        more = entries.advance()?;
    }
    Ok(written.finish())
}

/// The median as PostgreSQL's `percentile_cont(0.5) within group (order by score)` gives it, to the
/// last bit; None for no scores. O(stored).
///
/// Where PostgreSQL fails, because a score above 0 is too small for a float8 (below about
/// 2.5e-324), such a score counts as 0.
///
/// # Errors
/// [`ScoresError::Damaged`], [`ScoresError::Version`]: `stored` cannot be read.
pub fn median(stored: &[u8]) -> Result<Option<f64>, ScoresError> {
    let total = count(stored)?;
    if total == 0 {
        return Ok(None);
    }
    let mut entries = Reader::new(stored)?;
    // Rows are counted from 0, each score as many times as it occurred.
    let mut score_at = |row: i64| {
        while entries.total <= row && entries.advance()? {}
        Ok::<_, ScoresError>(entries.score.to_f64())
    };
    let (low, high) = (score_at((total - 1) / 2)?, score_at(total / 2)?);
    // orderedsetaggs.c: each value cast to float8, then float8_lerp; not (low + high) / 2.
    Ok(Some(low + 0.5 * (high - low)))
}

/// How many scores there are, repeated ones repeatedly. O(stored).
///
/// # Errors
/// [`ScoresError::Damaged`], [`ScoresError::Version`]: `stored` cannot be read.
pub fn count(stored: &[u8]) -> Result<i64, ScoresError> {
    let mut entries = Reader::new(stored)?;
    while entries.advance()? {}
    Ok(entries.total)
}

/// The changes in the order of their scores, one for each. The sum of i64s in memory fits an i128.
fn net<'a>(
    changes: impl IntoIterator<Item = (Numeric<'a>, i64)>,
) -> Result<Vec<(OwnedScore, i128)>, ScoresError> {
    let mut changes = changes
        .into_iter()
        .map(|(score, by)| Ok((OwnedScore::new(&score)?, i128::from(by))))
        .collect::<Result<Vec<_>, ScoresError>>()?;
    changes.sort_unstable_by(|(a, _), (b, _)| a.borrow().cmp(&b.borrow()));
    changes.dedup_by(|(score, by), (kept, sum)| {
        let same = score.borrow() == kept.borrow();
        if same {
            *sum += *by;
        }
        same
    });
    Ok(changes)
}
