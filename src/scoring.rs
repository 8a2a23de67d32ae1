//! `score_attempt`, `explain_score`, and the check of rubrics as they are written.

use crate::error::{self, Error};
use crate::jsonb::Jsonb;
use crate::rows::TriggerRow;
use crate::spi::{self, Schema};
use crate::tenancy;
use callcoach_core::scoring::{self, Inputs, Rubric, ScoreError, Scored, to_plain_string};
use pgrx::datum::DatumWithOid;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::spi::SpiClient;
use pgrx::{AllocatedByPostgres, AnyNumeric};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use uuid::Uuid;

const LOCK_ATTEMPT: &str = "select org_id, scenario_id, evaluation, kpis, score_breakdown
  from {schema}.scenario_attempts where id = $1 for update";
const READ_ATTEMPT: &str = "select org_id, scenario_id, evaluation, kpis, score_breakdown
  from {schema}.scenario_attempts where id = $1";
const READ_RUBRIC: &str = "select rubric from {schema}.scenarios where org_id = $1 and id = $2";
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
    Ok(Spi::connect_mut(|client| {
        let attempt = Attempt::read(client, schema, LOCK_ATTEMPT, attempt_id)?;
        if !tenancy::check_handed_org(Uuid::from_bytes(*attempt.org.as_bytes())) {
            return Err(Error::NoSuchAttempt);
        }
        let scored = attempt.score(client, schema)?.written()?;
        let args: [DatumWithOid; 3] =
            [attempt_id.into(), scored.score.clone().into(), scored.breakdown.into()];
        spi::run(client, schema, WRITE_SCORE, &args)?;
        Ok(scored.score)
    })?)
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
    let scored = Spi::connect_mut(|client| {
        Attempt::read(client, schema, READ_ATTEMPT, attempt_id)?.score(client, schema)
    })?;
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

/// BEFORE INSERT OR UPDATE OF rubric on scenarios: unique names, weights of 0 or more that sum to 1.
#[pg_trigger(sql = r#"
CREATE FUNCTION callcoach.check_rubric() RETURNS trigger LANGUAGE c
AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';
"#)]
fn check_rubric<'t>(
    trigger: &'t PgTrigger<'t>,
) -> Result<Option<PgHeapTuple<'t, AllocatedByPostgres>>, ErrorReport> {
    let checked = || -> Result<PgHeapTuple<'t, AllocatedByPostgres>, Error> {
        let row = TriggerRow::new(trigger)?;
        // A stored rubric is not judged again when something else in its row changes.
        if let Some(rubric) = row.get::<Jsonb>(c"rubric")?
            && (trigger.event().fired_by_insert() || row.changed(c"rubric")?)
        {
            Rubric::validate_for_write(&rubric.to_value("rubric")?)?;
        }
        Ok(row.finish())
    };
    Ok(Some(checked().unwrap_or_else(|e| error::raise(e))))
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

/// How many parsed rubrics a session keeps.
const KEPT_RUBRICS: usize = 64;

thread_local! {
    /// By their binary jsonb: a rubric that was changed has other bytes, so nothing here goes stale.
    static RUBRICS: RefCell<HashMap<Vec<u8>, Rc<Rubric>>> = RefCell::default();
}

/// The rubric an attempt at `scenario` is scored by.
pub fn rubric_of(
    client: &mut SpiClient,
    schema: Schema,
    org: pgrx::Uuid,
    scenario: pgrx::Uuid,
) -> Result<Option<Rc<Rubric>>, Error> {
    let rows = spi::run(client, schema, READ_RUBRIC, &[org.into(), scenario.into()])?;
    let Some(stored) = (if rows.is_empty() { None } else { rows.first().get::<Jsonb>(1)? }) else {
        return Ok(None);
    };
    if let Some(kept) = RUBRICS.with_borrow(|kept| kept.get(stored.bytes()).cloned()) {
        return Ok(Some(kept));
    }
    let rubric = Rc::new(Rubric::parse(&stored.to_value("rubric")?)?);
    RUBRICS.with_borrow_mut(|kept| {
        if kept.len() >= KEPT_RUBRICS {
            kept.clear();
        }
        kept.insert(stored.bytes().to_vec(), rubric.clone());
    });
    Ok(Some(rubric))
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
        Ok(scored) => scored.written().map(Some),
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

struct Attempt {
    org: pgrx::Uuid,
    scenario: Option<pgrx::Uuid>,
    values: MarkValues,
}

impl Attempt {
    fn read(
        client: &mut SpiClient,
        schema: Schema,
        sql: &'static str,
        id: pgrx::Uuid,
    ) -> Result<Self, Error> {
        let rows = spi::run(client, schema, sql, &[id.into()])?;
        if rows.is_empty() {
            return Err(Error::NoSuchAttempt);
        }
        let row = rows.first();
        let marks = Marks { evaluation: row.get(3)?, kpis: row.get(4)?, breakdown: row.get(5)? };
        Ok(Self {
            org: row.get(1)?.ok_or(Error::NoSuchAttempt)?,
            scenario: row.get(2)?,
            values: MarkValues::read(&marks)?,
        })
    }

    fn score(&self, client: &mut SpiClient, schema: Schema) -> Result<Scored, Error> {
        let scenario = self.scenario.ok_or(Error::NoRubric)?;
        let rubric = rubric_of(client, schema, self.org, scenario)?.ok_or(Error::NoRubric)?;
        Ok(scoring::score(&rubric, &self.values.inputs())?)
    }
}

trait ToWritten {
    fn written(self) -> Result<Written, Error>;
}

impl ToWritten for Scored {
    fn written(self) -> Result<Written, Error> {
        Ok(Written {
            score: numeric(self.score)?,
            breakdown: Jsonb::from_text(Value::Object(self.breakdown).to_string())?,
        })
    }
}

fn numeric(number: Option<bigdecimal::BigDecimal>) -> Result<Option<AnyNumeric>, Error> {
    number
        .map(|n| AnyNumeric::try_from(to_plain_string(&n).as_str()))
        .transpose()
        .map_err(|e| Error::Internal(e.to_string()))
}
