//! The lines of `explain_score`: how each criterion went into the score.

use std::collections::{BTreeSet, HashSet};

use bigdecimal::BigDecimal;
use bigdecimal::num_traits::{One, Zero};
use serde_json::Value;

use super::decimal::Ratio;
use super::marks::{Given, Inputs, Mark, Source};
use super::rubric::{Criterion, Rubric};

/// One row of `explain_score`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CriterionLine {
    /// The criterion's name; `None` on the line for the whole attempt.
    pub criterion: Option<String>,
    /// The weight as the rubric has it; the sum of all on the line for the whole attempt.
    pub weight: Option<BigDecimal>,
    /// The weight's share of the weights that apply, rounded to 6 decimals; 0 where
    /// the criterion does not apply.
    pub applied_weight: Option<BigDecimal>,
    /// The mark as it was written, on the scale of its source.
    pub mark: Option<BigDecimal>,
    /// 0 to 100: rounded to 2 decimals, or as the existing breakdown has it. 0 where
    /// the mark is missing.
    pub score: Option<BigDecimal>,
    /// What `score` is held against, 0 to 100: the criterion's own threshold, or the
    /// rubric's for a critical criterion that has none of its own.
    pub threshold: Option<BigDecimal>,
    /// Whether `score` reaches `threshold`. `None` where nothing is asked (no
    /// threshold and not critical, not applicable, unknown); always false where the
    /// mark is missing.
    pub passed: Option<bool>,
    /// Whether failing this criterion fails the attempt.
    pub critical: Option<bool>,
    /// Where the mark comes from.
    pub source: Source,
}

impl CriterionLine {
    fn empty(source: Source) -> Self {
        Self {
            criterion: None,
            weight: None,
            applied_weight: None,
            mark: None,
            score: None,
            threshold: None,
            passed: None,
            critical: None,
            source,
        }
    }

    /// The line of one criterion; `applied` is the sum of the weights that apply.
    pub(super) fn of(c: &Criterion, mark: &Mark, rubric: &Rubric, applied: &BigDecimal) -> Self {
        let of_rubric = rubric.threshold.as_ref().filter(|_| c.critical);
        let threshold = c.threshold.as_ref().or(of_rubric);
        let applies = !matches!(mark, Mark::NotApplicable) && !applied.is_zero();
        let share = if applies { c.weight.clone() } else { BigDecimal::zero() };
        let applied_weight = match applied.is_zero() {
            true => BigDecimal::zero(),
            false => Ratio::new(share, applied.clone()).round(6),
        };
        let (score, mark, passed, source) = match mark {
            Mark::Given(Given { source, mark, shown, .. }) => {
                (Some(shown.clone()), Some(mark.clone()), meets(c, shown, threshold), *source)
            }
            Mark::NotApplicable => (None, None, None, Source::NotApplicable),
            Mark::Missing => (Some(BigDecimal::zero()), None, Some(false), Source::Missing),
        };
        Self {
            criterion: Some(c.name.clone()),
            weight: Some(c.weight.clone()),
            applied_weight: Some(applied_weight),
            mark,
            score,
            threshold: threshold.cloned(),
            passed,
            critical: Some(c.critical),
            source,
        }
    }

    /// The line for the whole attempt.
    pub(super) fn overall(rubric: &Rubric, score: Option<&BigDecimal>, passed: Option<bool>) -> Self {
        let applied = if score.is_some() { BigDecimal::one() } else { BigDecimal::zero() };
        Self {
            weight: Some(rubric.weight_sum.clone()),
            applied_weight: Some(applied),
            score: score.cloned(),
            threshold: rubric.threshold.clone(),
            passed,
            ..Self::empty(Source::Overall)
        }
    }
}

/// Thresholds are inclusive. A critical criterion without any threshold has to earn
/// something: marks for such a criterion are mostly all or nothing.
fn meets(c: &Criterion, shown: &BigDecimal, threshold: Option<&BigDecimal>) -> Option<bool> {
    match threshold {
        Some(threshold) => Some(shown >= threshold),
        None => c.critical.then(|| !shown.is_zero()),
    }
}

/// A line for each name that has been marked and that the rubric does not have, by
/// name.
pub(super) fn unknown(rubric: &Rubric, inputs: &Inputs) -> Vec<CriterionLine> {
    let known: HashSet<&str> = rubric.criteria.iter().map(|c| c.name.as_str()).collect();
    let marked: BTreeSet<&str> = [inputs.evaluation, inputs.breakdown]
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .flat_map(|marks| marks.keys().map(String::as_str))
        .filter(|name| !known.contains(name))
        .collect();
    let line =
        |name: &str| CriterionLine { criterion: Some(name.into()), ..CriterionLine::empty(Source::Unknown) };
    marked.into_iter().map(line).collect()
}
