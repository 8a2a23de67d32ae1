//! What can be wrong with a multiset of scores or with a change of it, as data.

use crate::scoring::quote;

/// Why a multiset cannot be read or changed. [`ScoresError::OutOfRange`] is a bad argument (22023);
/// the others mean that the multiset and the scores it stands for have come apart (XX001).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScoresError {
    /// The stored bytes are no multiset in its one valid form.
    Damaged,
    /// The stored bytes are of this version, which is not known here.
    Version(u8),
    /// This is no score: below 0, above 100, or not a number.
    OutOfRange(String),
    /// More is taken of this score than there is.
    BelowZero(String),
    /// There would be more scores than a bigint counts.
    TooMany,
}

impl ScoresError {
    /// One line that says what is wrong, without a full stop.
    pub fn message(&self) -> String {
        match self {
            Self::Damaged => "stored scores are damaged".into(),
            Self::Version(version) => format!("stored scores have the unknown version {version}"),
            Self::OutOfRange(score) => format!("score {} is not between 0 and 100", quote(score)),
            Self::BelowZero(score) => format!("count of score {} would fall below 0", quote(score)),
            Self::TooMany => "more scores than a bigint counts".into(),
        }
    }
}
