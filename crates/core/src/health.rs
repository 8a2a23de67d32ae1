//! How well a customer does: how much they were in touch lately, and how far their training has come.

#[cfg(test)]
mod tests;

use crate::jsonb::Numeric;
use std::fmt;

/// What each interaction adds to a customer's engagement.
const POINTS: i64 = 10;
/// The most that engagement, adoption and so the score can be.
const MOST: i64 = 100;

/// Why there is no score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HealthError {
    /// Fewer interactions than none.
    Interactions,
    /// An adoption that is no number, or rounds to one outside 0 to 100.
    Adoption,
}

impl fmt::Display for HealthError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            HealthError::Interactions => "interactions is negative",
            HealthError::Adoption => "adoption is not between 0 and 100",
        })
    }
}

/// The adoption that an average of progress says: rounded half away from zero, as PostgreSQL rounds a numeric that
/// becomes an integer; 0 for none.
///
/// # Errors
/// [`HealthError::Adoption`]
pub fn adoption(average: Option<&Numeric>) -> Result<i64, HealthError> {
    let rounded = average.map_or(Some(0), Numeric::rounded);
    rounded.filter(|whole| (0..=MOST).contains(whole)).ok_or(HealthError::Adoption)
}

/// The same from the sum of so many percentages.
///
/// # Errors
/// [`HealthError::Adoption`]
pub fn adoption_of(sum: i64, count: i64) -> Result<i64, HealthError> {
    if count <= 0 {
        return Ok(0);
    }
    let (sum, count) = (i128::from(sum), i128::from(count));
    let magnitude = (2 * sum.abs() + count) / (2 * count);
    let rounded = if sum < 0 { -magnitude } else { magnitude };
    i64::try_from(rounded).ok().filter(|whole| (0..=MOST).contains(whole)).ok_or(HealthError::Adoption)
}

/// The score, 0 to 100: engagement (10 for each of the last 30 days' interactions, 100 at most) and `adoption`, half
/// each, a half point cut off.
///
/// # Errors
/// [`HealthError::Interactions`]; [`HealthError::Adoption`] for one outside 0 to 100.
pub fn score(interactions: i64, adoption: i64) -> Result<i32, HealthError> {
    if interactions < 0 {
        return Err(HealthError::Interactions);
    }
    if !(0..=MOST).contains(&adoption) {
        return Err(HealthError::Adoption);
    }
    let engagement = interactions.saturating_mul(POINTS).min(MOST);
    i32::try_from((engagement + adoption) / 2).map_err(|_| HealthError::Adoption)
}
