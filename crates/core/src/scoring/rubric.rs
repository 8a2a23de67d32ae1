//! A scenario's rubric, read from its JSON: what is judged, with what weight, on
//! what scale.

use std::collections::HashSet;

use bigdecimal::BigDecimal;
use bigdecimal::num_traits::{One, Signed, Zero};
use serde_json::{Map, Value};

use super::band::{Band, KNOWN_KPIS};
use super::decimal::{self, RUBRIC_LIMIT};
use super::error::RubricError;

/// A rubric may have at most this many criteria.
pub(super) const MAX_CRITERIA: usize = 1_000;

/// A rubric:
/// `{"criteria": [{"name", "weight", "threshold"?, "critical"?, "kpi"?, "band"?}],
/// "scale": {"min", "max"}?, "threshold"?}`.
///
/// The scale (0 to 100 unless the rubric says otherwise) is that of the judge's
/// marks. Thresholds are on the 0 to 100 of the score, whatever the scale. An
/// optional key that is null counts as absent; keys unknown here are allowed.
#[derive(Clone, Debug)]
pub struct Rubric {
    pub(super) criteria: Vec<Criterion>,
    pub(super) scale: Scale,
    pub(super) threshold: Option<BigDecimal>,
    pub(super) weight_sum: BigDecimal,
}

#[derive(Clone, Debug)]
pub(super) struct Criterion {
    pub(super) name: String,
    pub(super) weight: BigDecimal,
    pub(super) threshold: Option<BigDecimal>,
    pub(super) critical: bool,
    pub(super) band: Option<Band>,
}

/// The lowest and the highest mark; min is below max.
#[derive(Clone, Debug)]
pub(super) struct Scale {
    pub(super) min: BigDecimal,
    pub(super) max: BigDecimal,
}

impl Rubric {
    /// Reads a stored rubric. Its weights need not add up to 1: scoring divides them
    /// by their sum, which must be above 0.
    pub fn parse(value: &Value) -> Result<Self, RubricError> {
        let object = value.as_object().ok_or(RubricError::NotAnObject)?;
        let criteria = match object.get("criteria") {
            Some(Value::Array(criteria)) if !criteria.is_empty() => criteria,
            _ => return Err(RubricError::NoCriteria),
        };
        if criteria.len() > MAX_CRITERIA {
            return Err(RubricError::TooManyCriteria(criteria.len()));
        }
        let criteria = criteria
            .iter()
            .zip(1..)
            .map(|(criterion, place)| Criterion::parse(criterion, place))
            .collect::<Result<Vec<_>, _>>()?;
        let mut names = HashSet::new();
        if let Some(twice) = criteria.iter().find(|criterion| !names.insert(&criterion.name)) {
            return Err(RubricError::DuplicateName(twice.name.clone()));
        }
        let weight_sum: BigDecimal = criteria.iter().map(|criterion| &criterion.weight).sum();
        if weight_sum.is_zero() {
            return Err(RubricError::NoWeight);
        }
        let scale = match present(object, "scale") {
            None => Scale { min: BigDecimal::zero(), max: BigDecimal::from(100) },
            Some(scale) => Scale::parse(scale).ok_or(RubricError::Scale)?,
        };
        let threshold = optional_number(object, "threshold").map_err(|()| RubricError::Threshold(None))?;
        Ok(Self { criteria, scale, threshold, weight_sum })
    }

    /// Checks a rubric that is being written: besides what [`Rubric::parse`] wants,
    /// its weights add up to 1 (±0.001), and a band comes with a KPI.
    pub fn validate_for_write(value: &Value) -> Result<(), RubricError> {
        let rubric = Self::parse(value)?;
        if (&rubric.weight_sum - BigDecimal::one()).abs() > BigDecimal::new(1.into(), 3) {
            return Err(RubricError::WeightSum(rubric.weight_sum));
        }
        let written = value.get("criteria").and_then(Value::as_array).into_iter().flatten();
        for (criterion, written) in rubric.criteria.into_iter().zip(written) {
            if criterion.band.is_none() && written.get("band").is_some_and(|band| !band.is_null()) {
                return Err(RubricError::BandWithoutKpi(criterion.name));
            }
        }
        Ok(())
    }

    /// Whether any criterion is bound to a KPI, so that scoring wants to know them.
    pub fn uses_kpis(&self) -> bool {
        self.criteria.iter().any(|criterion| criterion.band.is_some())
    }

    /// The score, 0 to 100, that an attempt needs to pass, where the rubric says one.
    pub fn threshold(&self) -> Option<&BigDecimal> {
        self.threshold.as_ref()
    }
}

impl Criterion {
    fn parse(value: &Value, place: usize) -> Result<Self, RubricError> {
        let object = value.as_object().ok_or(RubricError::CriterionNotAnObject(place))?;
        let name = match object.get("name") {
            Some(Value::String(name)) if !name.trim().is_empty() => name.clone(),
            _ => return Err(RubricError::NoName(place)),
        };
        let weight = object
            .get("weight")
            .and_then(number)
            .filter(|weight| !weight.is_negative())
            .ok_or_else(|| RubricError::Weight(name.clone()))?;
        let threshold =
            optional_number(object, "threshold").map_err(|()| RubricError::Threshold(Some(name.clone())))?;
        let critical = match present(object, "critical") {
            None => false,
            Some(Value::Bool(critical)) => *critical,
            Some(_) => return Err(RubricError::Critical(name)),
        };
        let band = match present(object, "kpi") {
            None => None,
            Some(kpi) => Some(bound_to(kpi, object, &name)?),
        };
        Ok(Self { name, weight, threshold, critical, band })
    }
}

fn bound_to(kpi: &Value, criterion: &Map<String, Value>, name: &str) -> Result<Band, RubricError> {
    let kpi = kpi.as_str().unwrap_or_default();
    let Some(known) = KNOWN_KPIS.into_iter().find(|known| *known == kpi) else {
        return Err(RubricError::UnknownKpi { criterion: name.into(), kpi: kpi.into() });
    };
    criterion
        .get("band")
        .and_then(|band| Band::parse(known, band))
        .ok_or_else(|| RubricError::Band(name.into()))
}

impl Scale {
    fn parse(value: &Value) -> Option<Self> {
        let (min, max) = (number(value.get("min")?)?, number(value.get("max")?)?);
        (min < max).then_some(Self { min, max })
    }
}

/// The exact value of a rubric's number; `None` for anything else or one too long.
pub(super) fn number(value: &Value) -> Option<BigDecimal> {
    match value {
        Value::Number(number) => decimal::parse(number.as_str(), RUBRIC_LIMIT),
        _ => None,
    }
}

fn optional_number(object: &Map<String, Value>, key: &str) -> Result<Option<BigDecimal>, ()> {
    match present(object, key) {
        None => Ok(None),
        Some(value) => number(value).map(Some).ok_or(()),
    }
}

fn present<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    object.get(key).filter(|value| !value.is_null())
}
