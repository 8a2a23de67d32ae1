//! Scores an attempt against its scenario's rubric: exact decimals from the mark to
//! the score, rounded once.
//!
//! A criterion's mark becomes s = 100·(x − min)/(max − min); the score is
//! Σ w·s / Σ w over the criteria that apply, in rubric order, rounded half away from
//! zero to 2 decimals. A mark of null does not apply; a missing one counts 0.
//!
//! ```
//! use callcoach_core::scoring::{Inputs, Rubric, explain, to_plain_string};
//! use serde_json::json;
//!
//! let rubric = Rubric::parse(&json!({
//!     "criteria": [{"name": "Rapport", "weight": 0.4}, {"name": "Next steps", "weight": 0.6}],
//!     "scale": {"min": 1, "max": 7},
//!     "threshold": 60
//! })).unwrap();
//! let evaluation = json!({"Rapport": 6, "Next steps": {"score": 5}});
//! let scored = explain(&rubric, &Inputs { evaluation: Some(&evaluation), ..Inputs::default() }).unwrap();
//! assert_eq!(scored.score.as_ref().map(to_plain_string).as_deref(), Some("73.33"));
//! assert_eq!(scored.passed, Some(true));
//! ```

mod band;
mod decimal;
mod error;
mod explain;
mod marks;
mod rubric;
#[cfg(test)]
mod tests;

use bigdecimal::BigDecimal;
use bigdecimal::num_traits::Zero;
use serde_json::{Map, Value};

pub use band::KNOWN_KPIS;
pub use decimal::to_plain_string;
pub(crate) use error::quote;
pub use error::{RubricError, ScoreError};
pub use explain::CriterionLine;
pub use marks::{Inputs, Source};
pub use rubric::Rubric;

use decimal::Ratio;
use marks::Mark;

/// An attempt is reported as scored low below this, where neither its rubric nor its
/// organisation says otherwise.
pub const DEFAULT_LOW_SCORE_THRESHOLD: u32 = 60;

/// What is written of an attempt's score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// 0 to 100 with 2 decimals; `None` when no criterion with a weight applies.
    pub score: Option<BigDecimal>,
    /// By criterion name: 0 to 100, or null where the criterion does not apply. Missing
    /// criteria are left out, so that scoring from the breakdown finds them missing too.
    pub breakdown: Map<String, Value>,
}

/// What scoring an attempt gives, and how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scored {
    /// 0 to 100 with 2 decimals; `None` when no criterion with a weight applies.
    pub score: Option<BigDecimal>,
    /// As [`Written::breakdown`].
    pub breakdown: Map<String, Value>,
    /// Whether nothing is missing, no critical criterion failed and the score reaches
    /// the rubric's threshold, if it has one; `None` where there is no score.
    pub passed: Option<bool>,
    /// The criteria in rubric order, then the unknown names, then the whole attempt.
    pub lines: Vec<CriterionLine>,
}

/// Scores an attempt, for its row.
///
/// Each criterion takes its mark from the first source that has one: the evaluation,
/// the KPI it is bound to, the existing breakdown.
///
/// # Errors
/// [`ScoreError::NotEvaluated`] when no criterion has a mark and some are not null
/// either; the other kinds when what is there is malformed or out of range.
pub fn score(rubric: &Rubric, inputs: &Inputs) -> Result<Written, ScoreError> {
    let (written, _, _) = weigh(rubric, inputs)?;
    Ok(written)
}

/// Scores an attempt, for a person who asks how.
///
/// # Errors
/// As [`score`].
pub fn explain(rubric: &Rubric, inputs: &Inputs) -> Result<Scored, ScoreError> {
    let (Written { score, breakdown }, marks, applied) = weigh(rubric, inputs)?;
    let mut lines: Vec<CriterionLine> = rubric
        .criteria
        .iter()
        .zip(&marks)
        .map(|(criterion, mark)| CriterionLine::of(criterion, mark, rubric, &applied))
        .collect();
    let passed = score.as_ref().map(|score| {
        let reached = rubric.threshold.as_ref().is_none_or(|threshold| score >= threshold);
        reached && !lines.iter().any(fails_the_attempt)
    });
    lines.extend(explain::unknown(rubric, inputs));
    lines.push(CriterionLine::overall(rubric, score.as_ref(), passed));
    Ok(Scored { score, breakdown, passed, lines })
}

/// The score and the breakdown, each criterion's mark, and the sum of the weights that apply.
fn weigh(rubric: &Rubric, inputs: &Inputs) -> Result<(Written, Vec<Mark>, BigDecimal), ScoreError> {
    let marks = rubric
        .criteria
        .iter()
        .map(|criterion| Mark::read(criterion, rubric, inputs))
        .collect::<Result<Vec<_>, _>>()?;
    let any_given = marks.iter().any(|mark| matches!(mark, Mark::Given(_)));
    if !any_given && marks.iter().any(|mark| matches!(mark, Mark::Missing)) {
        return Err(ScoreError::NotEvaluated);
    }

    let mut applied = BigDecimal::zero();
    let mut terms = Vec::with_capacity(marks.len());
    let mut breakdown = Map::new();
    for (criterion, mark) in rubric.criteria.iter().zip(&marks) {
        match mark {
            Mark::Given(given) => {
                applied += &criterion.weight;
                terms.push(given.score.clone().times(&criterion.weight));
                breakdown.insert(criterion.name.clone(), Value::Number(given.json.clone()));
            }
            Mark::NotApplicable => {
                breakdown.insert(criterion.name.clone(), Value::Null);
            }
            Mark::Missing => applied += &criterion.weight,
        }
    }
    let score = (!applied.is_zero()).then(|| Ratio::sum(terms).over(&applied).round(2));
    Ok((Written { score, breakdown }, marks, applied))
}

fn fails_the_attempt(line: &CriterionLine) -> bool {
    line.source == Source::Missing || (line.critical == Some(true) && line.passed == Some(false))
}

/// Whether an attempt that has just been completed can be scored now: its judge has
/// answered, or it came with a breakdown, or every criterion is bound to a KPI and the
/// KPIs are there. Otherwise the judge's marks are still to come, and the KPIs alone
/// must not score it.
///
/// [`score`] may still say [`ScoreError::NotEvaluated`], where the judge answered for
/// none of the rubric's criteria.
pub fn can_score_on_completion(rubric: &Rubric, inputs: &Inputs) -> bool {
    // A column of the wrong shape counts as an answer: scoring then says what is wrong.
    let evaluated = match inputs.evaluation {
        None | Some(Value::Null) => false,
        Some(Value::Object(marks)) => !marks.is_empty(),
        Some(_) => true,
    };
    let broken_down = match inputs.breakdown {
        None | Some(Value::Null) => false,
        Some(Value::Object(marks)) => {
            rubric.criteria.iter().any(|criterion| marks.contains_key(&criterion.name))
        }
        Some(_) => true,
    };
    let measured = inputs.kpis.is_some_and(|kpis| !kpis.is_null())
        && rubric.criteria.iter().all(|criterion| criterion.band.is_some());
    evaluated || broken_down || measured
}
