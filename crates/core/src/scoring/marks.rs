//! Where each criterion's mark comes from, and what it is on the scale of 0 to 100.

use bigdecimal::BigDecimal;
use bigdecimal::num_traits::Zero;
use serde_json::{Number, Value};

use super::band::{Band, kpi_number};
use super::decimal::{self, MARK_LIMIT, Ratio};
use super::error::ScoreError;
use super::rubric::{Criterion, Rubric, Scale};

/// What an attempt has been marked with: its columns `evaluation`, `kpis` and
/// `score_breakdown`. A JSON null is the same as no value.
#[derive(Clone, Copy, Debug, Default)]
pub struct Inputs<'a> {
    /// The judge's marks by criterion name, each on the rubric's scale: a number, or
    /// `{"score": number}`; null means not applicable.
    pub evaluation: Option<&'a Value>,
    /// What `compute_kpis` gave for the attempt.
    pub kpis: Option<&'a Value>,
    /// An existing breakdown by criterion name, already 0 to 100.
    pub breakdown: Option<&'a Value>,
}

/// Where a line of the explanation comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The judge's mark.
    Evaluation,
    /// A KPI of the call.
    Kpi,
    /// The breakdown that was there before.
    ScoreBreakdown,
    /// No mark at all: counts 0, and the attempt cannot pass.
    Missing,
    /// Marked null: left out.
    NotApplicable,
    /// A mark for a name that the rubric does not have: ignored.
    Unknown,
    /// The line for the whole attempt.
    Overall,
}

impl Source {
    /// The name that `explain_score` shows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Evaluation => "evaluation",
            Self::Kpi => "kpi",
            Self::ScoreBreakdown => "score_breakdown",
            Self::Missing => "missing",
            Self::NotApplicable => "not_applicable",
            Self::Unknown => "unknown",
            Self::Overall => "overall",
        }
    }
}

/// One criterion's mark.
pub(super) enum Mark {
    Given(Given),
    NotApplicable,
    Missing,
}

pub(super) struct Given {
    pub(super) source: Source,
    /// As it was written, on the scale of its source.
    pub(super) mark: BigDecimal,
    /// 0 to 100, exact.
    pub(super) score: Ratio,
    /// 0 to 100, as people see it: rounded to 2 decimals, or as the breakdown has it.
    pub(super) shown: BigDecimal,
    /// The same, as the breakdown will have it.
    pub(super) json: Number,
}

impl Mark {
    /// The first source that has a mark for the criterion decides.
    pub(super) fn read(criterion: &Criterion, rubric: &Rubric, inputs: &Inputs) -> Result<Self, ScoreError> {
        if let Some(value) = entry(inputs.evaluation, "evaluation", &criterion.name)? {
            return from_evaluation(criterion, &rubric.scale, value);
        }
        if let Some(band) = &criterion.band
            && let Some(value) = entry(inputs.kpis, "kpis", band.kpi)?
            && !value.is_null()
        {
            return from_kpi(criterion, band, value);
        }
        match entry(inputs.breakdown, "score_breakdown", &criterion.name)? {
            Some(value) => from_breakdown(criterion, value),
            None => Ok(Self::Missing),
        }
    }
}

fn from_evaluation(c: &Criterion, scale: &Scale, value: &Value) -> Result<Mark, ScoreError> {
    let Some((_, mark)) = ranged(c, "evaluation", scale, value)? else {
        return Ok(Mark::NotApplicable);
    };
    let score = Ratio::new((&mark - &scale.min) * BigDecimal::from(100), &scale.max - &scale.min);
    rounded(c, Source::Evaluation, "evaluation", mark, score)
}

fn from_kpi(criterion: &Criterion, band: &Band, value: &Value) -> Result<Mark, ScoreError> {
    let mark = kpi_number(band.kpi, value)
        .ok_or_else(|| ScoreError::KpiValue { criterion: criterion.name.clone(), kpi: band.kpi })?;
    let score = band.score(&mark);
    rounded(criterion, Source::Kpi, "kpis", mark, score)
}

fn from_breakdown(criterion: &Criterion, value: &Value) -> Result<Mark, ScoreError> {
    let percent = Scale { min: BigDecimal::zero(), max: BigDecimal::from(100) };
    let Some((json, mark)) = ranged(criterion, "score_breakdown", &percent, value)? else {
        return Ok(Mark::NotApplicable);
    };
    Ok(Mark::Given(Given {
        source: Source::ScoreBreakdown,
        score: Ratio::whole(mark.clone()),
        shown: mark.clone(),
        json: json.clone(),
        mark,
    }))
}

fn rounded(
    criterion: &Criterion,
    source: Source,
    column: &'static str,
    mark: BigDecimal,
    score: Ratio,
) -> Result<Mark, ScoreError> {
    let shown = score.round(2);
    let json = shown
        .normalized()
        .to_plain_string()
        .parse()
        .map_err(|_| ScoreError::NumberTooLong { criterion: criterion.name.clone(), column })?;
    Ok(Mark::Given(Given { source, mark, score, shown, json }))
}

/// The number of a mark within its scale; `None` where the mark is null.
fn ranged<'a>(
    criterion: &Criterion,
    column: &'static str,
    scale: &Scale,
    value: &'a Value,
) -> Result<Option<(&'a Number, BigDecimal)>, ScoreError> {
    let criterion = || criterion.name.clone();
    let value = match value {
        Value::Object(judged) => judged.get("score"),
        other => Some(other),
    };
    let written = match value {
        Some(Value::Number(written)) => written,
        Some(Value::Null) => return Ok(None),
        _ => {
            return Err(ScoreError::MarkShape { criterion: criterion(), column });
        }
    };
    let Some(mark) = decimal::parse(written.as_str(), MARK_LIMIT) else {
        return Err(ScoreError::NumberTooLong { criterion: criterion(), column });
    };
    if mark < scale.min || mark > scale.max {
        let (min, max) = (scale.min.clone(), scale.max.clone());
        return Err(ScoreError::OutOfRange { criterion: criterion(), column, min, max });
    }
    Ok(Some((written, mark)))
}

fn entry<'a>(
    column: Option<&'a Value>,
    name: &'static str,
    key: &str,
) -> Result<Option<&'a Value>, ScoreError> {
    match column {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(marks)) => Ok(marks.get(key)),
        Some(_) => Err(ScoreError::NotAnObject(name)),
    }
}
