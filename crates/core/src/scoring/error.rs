//! What can be wrong with a rubric or with the marks of an attempt, as data. The
//! caller turns it into its own kind of error: each is a bad argument (22023)
//! except [`ScoreError::NotEvaluated`] (55000).

use bigdecimal::BigDecimal;

use super::band::KNOWN_KPIS;
use super::decimal::{MARK_LIMIT, RUBRIC_LIMIT};
use super::rubric::MAX_CRITERIA;

/// Names and numbers are cut to this many characters in a message.
const SHOWN_CHARS: usize = 64;

/// Why a rubric cannot be read, or may not be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RubricError {
    /// The rubric is not a JSON object.
    NotAnObject,
    /// `criteria` is missing, no array, or empty.
    NoCriteria,
    /// `criteria` has this many entries, more than a rubric may have.
    TooManyCriteria(usize),
    /// The criterion at this place (from 1) is not an object.
    CriterionNotAnObject(usize),
    /// The criterion at this place (from 1) has no name, or a blank one.
    NoName(usize),
    /// Two criteria have this name.
    DuplicateName(String),
    /// The weight of this criterion is missing, no number, negative or too long.
    Weight(String),
    /// The weights add up to zero.
    NoWeight,
    /// A rubric being written has weights that add up to this, not to 1.
    WeightSum(BigDecimal),
    /// `scale` is not `{"min": number, "max": number}` with min below max.
    Scale,
    /// The threshold of this criterion, or of the rubric itself, is not a number.
    Threshold(Option<String>),
    /// `critical` of this criterion is neither true nor false.
    Critical(String),
    /// A criterion is bound to a KPI that does not exist.
    UnknownKpi {
        /// The criterion's name.
        criterion: String,
        /// What its `kpi` says; empty when that is not a string.
        kpi: String,
    },
    /// This criterion is bound to a KPI, but its band is not four ascending numbers.
    Band(String),
    /// This criterion of a rubric being written has a band but no KPI.
    BandWithoutKpi(String),
}

/// Why an attempt cannot be scored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScoreError {
    /// No criterion has a mark yet: there is nothing to score.
    NotEvaluated,
    /// This column of the attempt is not a JSON object.
    NotAnObject(&'static str),
    /// A mark is neither a number, nor `{"score": number}`, nor null.
    MarkShape {
        /// The criterion's name.
        criterion: String,
        /// The column that holds the mark.
        column: &'static str,
    },
    /// A number has more digits than are read.
    NumberTooLong {
        /// The criterion's name.
        criterion: String,
        /// The column that holds the number.
        column: &'static str,
    },
    /// A mark is outside its scale.
    OutOfRange {
        /// The criterion's name.
        criterion: String,
        /// The column that holds the mark.
        column: &'static str,
        /// The lowest mark of the scale.
        min: BigDecimal,
        /// The highest mark of the scale.
        max: BigDecimal,
    },
    /// The KPI that a criterion is bound to is neither a number nor a ratio.
    KpiValue {
        /// The criterion's name.
        criterion: String,
        /// The KPI's name.
        kpi: &'static str,
    },
}

impl RubricError {
    /// One line that says what is wrong, without a full stop.
    pub fn message(&self) -> String {
        match self {
            Self::NotAnObject => "rubric is not a JSON object".into(),
            Self::NoCriteria => "rubric has no criteria".into(),
            Self::TooManyCriteria(count) => {
                format!("rubric has {count} criteria, more than {MAX_CRITERIA}")
            }
            Self::CriterionNotAnObject(place) => {
                format!("criterion {place} of the rubric is not a JSON object")
            }
            Self::NoName(place) => format!("criterion {place} of the rubric has no name"),
            Self::DuplicateName(name) => {
                format!("rubric has more than one criterion {}", quote(name))
            }
            Self::Weight(name) => {
                format!("weight of criterion {} is not a number of 0 or more", quote(name))
            }
            Self::NoWeight => "weights of the rubric add up to 0".into(),
            Self::WeightSum(sum) => {
                format!("weights of the rubric add up to {}, not to 1", plain(sum))
            }
            Self::Scale => "scale of the rubric is not two numbers, min below max".into(),
            Self::Threshold(None) => "threshold of the rubric is not a number".into(),
            Self::Threshold(Some(name)) => {
                format!("threshold of criterion {} is not a number", quote(name))
            }
            Self::Critical(name) => {
                format!("critical of criterion {} is neither true nor false", quote(name))
            }
            Self::UnknownKpi { criterion, kpi } => {
                format!("criterion {} names an unknown KPI {}", quote(criterion), quote(kpi))
            }
            Self::Band(name) => {
                format!("band of criterion {} is not four ascending numbers", quote(name))
            }
            Self::BandWithoutKpi(name) => {
                format!("criterion {} has a band but no KPI", quote(name))
            }
        }
    }

    /// What the caller can do about it, where there is something to say.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NotAnObject | Self::NoCriteria | Self::CriterionNotAnObject(_) => {
                r#"Write {"criteria": [{"name": "Rapport", "weight": 1}]}."#.into()
            }
            Self::TooManyCriteria(_) | Self::NoName(_) | Self::Critical(_) => return None,
            Self::DuplicateName(_) => "Give each criterion a name of its own.".into(),
            Self::NoWeight => "Give at least one criterion a weight above 0.".into(),
            Self::WeightSum(_) => "Change the weights so that they add up to 1 (±0.001).".into(),
            Self::Scale => r#"Write "scale": {"min": 1, "max": 5}."#.into(),
            Self::UnknownKpi { .. } => format!("KPIs: {}.", KNOWN_KPIS.join(", ")),
            Self::Band(_) | Self::BandWithoutKpi(_) => {
                r#"Write "kpi": "questions_asked", "band": [0, 5, 10, 20]."#.into()
            }
            Self::Weight(_) | Self::Threshold(_) => number_limit(RUBRIC_LIMIT),
        })
    }
}

impl ScoreError {
    /// One line that says what is wrong, without a full stop.
    pub fn message(&self) -> String {
        match self {
            Self::NotEvaluated => "attempt is not evaluated yet".into(),
            Self::NotAnObject(column) => format!("{column} is not a JSON object"),
            Self::MarkShape { criterion, .. } => {
                format!("mark of criterion {} is not a number", quote(criterion))
            }
            Self::NumberTooLong { criterion, .. } => {
                format!("number for criterion {} is too long", quote(criterion))
            }
            Self::OutOfRange { criterion, min, max, .. } => {
                format!("mark of criterion {} is outside {} to {}", quote(criterion), plain(min), plain(max))
            }
            Self::KpiValue { criterion, kpi } => {
                format!("KPI {kpi} of criterion {} is not a number", quote(criterion))
            }
        }
    }

    /// Where the fault is, where that is known.
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::NotEvaluated => Some("No criterion of the rubric has a mark.".into()),
            Self::NotAnObject(_) => None,
            Self::MarkShape { column, .. }
            | Self::NumberTooLong { column, .. }
            | Self::OutOfRange { column, .. } => Some(format!("The mark is in {column}.")),
            Self::KpiValue { .. } => Some("The value is in kpis.".into()),
        }
    }

    /// What the caller can do about it, where there is something to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotEvaluated => {
                Some("Write the judge's marks to evaluation, then score the attempt.".into())
            }
            Self::NotAnObject(_) => Some(r#"Write {"Rapport": 80}."#.into()),
            Self::MarkShape { .. } => {
                Some(r#"Write a number, {"score": number}, or null for not applicable."#.into())
            }
            Self::NumberTooLong { .. } => Some(number_limit(MARK_LIMIT)),
            Self::OutOfRange { .. } => Some(r#"The rubric's "scale" says what range the marks have."#.into()),
            Self::KpiValue { .. } => None,
        }
    }
}

fn number_limit(limit: u16) -> String {
    format!("Write a JSON number of at most {limit} digits, with an exponent up to {limit}.")
}

/// A name in quotation marks, cut to a length that fits a message.
pub(crate) fn quote(name: &str) -> String {
    format!("\"{}\"", cut(name))
}

fn plain(number: &BigDecimal) -> String {
    cut(&number.to_plain_string())
}

fn cut(text: &str) -> String {
    let mut chars = text.chars();
    let mut shown: String = chars.by_ref().take(SHOWN_CHARS).collect();
    if chars.next().is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_and_numbers_are_cut() {
        assert_eq!(quote("Rapport"), "\"Rapport\"");
        let name = "é".repeat(65);
        assert_eq!(quote(&name), format!("\"{}…\"", "é".repeat(64)));
        let sum = RubricError::WeightSum("1e900".parse().unwrap());
        assert!(sum.message().chars().count() < 120);
    }
}
