//! `score_attempt` and `explain_score`; `rubrics` checks rubrics as they are written, and looks them up.

mod rubrics;

pub use rubrics::rubric_in_statement;
use rubrics::{rubric_of, rubric_of_readable};

use crate::error::Error;
use crate::gucs;
use crate::jsonb::Jsonb;
use crate::spi::Schema;
use crate::spi::rows::{self, Mode};
use crate::tenancy;
use callcoach_core::jsonb::encode::encode;
use callcoach_core::scoring::{self, Inputs, Rubric, ScoreError, to_plain_string};
use pgrx::AnyNumeric;
use pgrx::datum::DatumWithOid;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use serde_json::Value;
use std::rc::Rc;
use uuid::Uuid;

const LOCK_ATTEMPT: &str = "select org_id, scenario_id, evaluation, kpis, score_breakdown
  from {schema}.scenario_attempts where id = $1 for update";
const READ_ATTEMPT: &str = "select org_id, scenario_id, evaluation, kpis, score_breakdown
  from {schema}.scenario_attempts where id = $1";
const WRITE_SCORE: &str = "update {schema}.scenario_attempts set score = $2, score_breakdown = $3
 where id = $1 and (score, score_breakdown) is distinct from ($2, $3)";

/// Scores an attempt by its scenario's rubric and writes score and score_breakdown. The score, 0 to 100
/// with two decimals; NULL where no criterion applies. 55000 while there are no marks; PT404 for an attempt
/// that is not there, or not in the current organisation.
#[pg_extern(volatile, strict, parallel_unsafe, security_definer)]
#[search_path(pg_catalog, pg_temp)]
fn score_attempt(
    attempt_id: pgrx::Uuid,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<Option<AnyNumeric>, ErrorReport> {
    let schema = Schema::of_call(fcinfo);
    let attempt = Attempt::read(schema, LOCK_ATTEMPT, Mode::Lock, attempt_id)?;
    if !tenancy::check_handed_org(Uuid::from_bytes(*attempt.org.as_bytes())) {
        return Err(Error::NoSuchAttempt.into());
    }
    let scored = scoring::score(&*attempt.rubric(schema, rubric_of)?, &attempt.values.inputs())
        .map_err(Error::Score)?;
    let scored = Written::of(scored)?;
    let args: [DatumWithOid; 3] = [attempt_id.into(), scored.score.clone().into(), scored.breakdown.into()];
    rows::execute(schema, WRITE_SCORE, &args)?;
    Ok(scored.score)
}

/// How an attempt's score comes about: a line for each criterion of the rubric, one for each mark the
/// rubric does not know, and a last one (criterion NULL) for the whole attempt. Works on what the caller
/// may read; PT404 for the rest.
#[pg_extern(stable, strict, parallel_restricted)]
#[allow(clippy::type_complexity)]
fn explain_score(
    attempt_id: pgrx::Uuid,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<
    TableIterator<
        'static,
        (
            name!(criterion, Option<String>),
            name!(weight, Option<AnyNumeric>),
            name!(applied_weight, Option<AnyNumeric>),
            name!(mark, Option<AnyNumeric>),
            name!(score, Option<AnyNumeric>),
            name!(threshold, Option<AnyNumeric>),
            name!(passed, Option<bool>),
            name!(critical, Option<bool>),
            name!(source, String),
        ),
    >,
    ErrorReport,
> {
    let schema = Schema::of_call(fcinfo);
    let attempt = Attempt::read(schema, READ_ATTEMPT, Mode::Read, attempt_id)?;
    // Policies do not hold the server back; its claim does.
    if gucs::org_claim().is_some_and(|claim| claim.as_bytes() != attempt.org.as_bytes()) {
        return Err(Error::NoSuchAttempt.into());
    }
    let rubric = attempt.rubric(schema, rubric_of_readable)?;
    let scored = scoring::explain(&rubric, &attempt.values.inputs()).map_err(Error::Score)?;
    let rows = scored
        .lines
        .into_iter()
        .map(|line| {
            Ok((
                line.criterion,
                numeric(line.weight)?,
                numeric(line.applied_weight)?,
                numeric(line.mark)?,
                numeric(line.score)?,
                numeric(line.threshold)?,
                line.passed,
                line.critical,
                line.source.as_str().to_owned(),
            ))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    Ok(TableIterator::new(rows))
}

/// What an attempt has been marked with.
pub struct Marks {
    /// The judge's marks.
    pub evaluation: Option<Jsonb>,
    /// The call's KPIs.
    pub kpis: Option<Jsonb>,
    /// Marks from before.
    pub breakdown: Option<Jsonb>,
}

/// What is written into the attempt's row.
pub struct Written {
    /// 0 to 100; NULL where no criterion applies.
    pub score: Option<AnyNumeric>,
    /// By criterion.
    pub breakdown: Jsonb,
}

/// Scores a completed attempt if its marks are there; `None` while they are still to come.
pub fn score_if_ready(rubric: &Rubric, marks: &Marks) -> Result<Option<Written>, Error> {
    let kpis = marks.kpis.filter(|_| rubric.uses_kpis());
    let values = MarkValues::read(&Marks { kpis, ..*marks })?;
    let inputs = values.inputs();
    if !scoring::can_score_on_completion(rubric, &inputs) {
        return Ok(None);
    }
    match scoring::score(rubric, &inputs) {
        Ok(written) => Written::of(written).map(Some),
        Err(ScoreError::NotEvaluated) => Ok(None),
        Err(e) => Err(e.into()),
    }
}

struct MarkValues([Option<Value>; 3]);

impl MarkValues {
    fn read(marks: &Marks) -> Result<Self, Error> {
        let value = |jsonb: Option<Jsonb>, name| jsonb.map(|j| j.to_value(name)).transpose();
        Ok(Self([
            value(marks.evaluation, "evaluation")?,
            value(marks.kpis, "kpis")?,
            value(marks.breakdown, "score_breakdown")?,
        ]))
    }

    fn inputs(&self) -> Inputs<'_> {
        let [evaluation, kpis, breakdown] = self.0.each_ref().map(Option::as_ref);
        Inputs { evaluation, kpis, breakdown }
    }
}

/// How the rubric of an organisation's scenario is looked up.
type FindRubric = fn(Schema, pgrx::Uuid, pgrx::Uuid) -> Result<Option<Rc<Rubric>>, Error>;

struct Attempt {
    org: pgrx::Uuid,
    scenario: Option<pgrx::Uuid>,
    values: MarkValues,
}

impl Attempt {
    fn read(schema: Schema, sql: &'static str, mode: Mode, id: pgrx::Uuid) -> Result<Self, Error> {
        let found = rows::first(schema, sql, &[id.into()], mode, |row| {
            let marks = Marks { evaluation: row.get(3)?, kpis: row.get(4)?, breakdown: row.get(5)? };
            Ok(Self {
                org: row.get(1)?.ok_or(Error::NoSuchAttempt)?,
                scenario: row.get(2)?,
                values: MarkValues::read(&marks)?,
            })
        })?;
        found.ok_or(Error::NoSuchAttempt)
    }

    fn rubric(&self, schema: Schema, find: FindRubric) -> Result<Rc<Rubric>, Error> {
        let scenario = self.scenario.ok_or(Error::NoRubric)?;
        find(schema, self.org, scenario)?.ok_or(Error::NoRubric)
    }
}

impl Written {
    fn of(written: scoring::Written) -> Result<Self, Error> {
        Ok(Self {
            score: numeric(written.score)?,
            breakdown: Jsonb::from_bytes(&encode(&Value::Object(written.breakdown))),
        })
    }
}

fn numeric(number: Option<bigdecimal::BigDecimal>) -> Result<Option<AnyNumeric>, Error> {
    number
        .map(|n| AnyNumeric::try_from(to_plain_string(&n).as_str()))
        .transpose()
        .map_err(|e| Error::Internal(e.to_string()))
}
