//! BEFORE INSERT OR UPDATE on scenario_attempts: a completed attempt's times, KPIs and score are filled
//! in the row that is being written, so that completing takes one write.
//!
//! - Becoming 'completed': ended_at, duration_seconds and kpis where they are NULL; the score where
//!   there are marks (the judge's, an existing breakdown, or a rubric all of KPIs).
//! - Completed already: another transcript gives other KPIs (a transcript that is taken away does not:
//!   retention may delete what was said and keep what was measured); other marks give another score. A
//!   score or KPIs that the same statement writes itself are left as written.

use crate::error::{self, Error};
use crate::jsonb::Jsonb;
use crate::kpis;
use crate::rows::TriggerRow;
use crate::scoring;
use crate::spi::Schema;
use crate::timestamps::{self, Timestamptz};
use pgrx::AllocatedByPostgres;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use uuid::Uuid;

const MICROS_PER_SECOND: i64 = 1_000_000;

/// Fills a completed attempt's row. Errors name the attempt.
///
/// Not a definer: it runs before the policies have judged the row, and must not read the rubric of an
/// organisation that the caller cannot. It pins no search_path, which would cost every row of a statement; the one
/// statement that it may run names its operators' schema.
#[pg_trigger(sql = r#"
CREATE FUNCTION callcoach.attempt_before_write() RETURNS trigger LANGUAGE c
AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';
"#)]
fn attempt_before_write<'t>(
    trigger: &'t PgTrigger<'t>,
) -> Result<Option<PgHeapTuple<'t, AllocatedByPostgres>>, ErrorReport> {
    Ok(Some(before_write(trigger).unwrap_or_else(|e| error::raise(e))))
}

fn before_write<'t>(trigger: &'t PgTrigger<'t>) -> Result<PgHeapTuple<'t, AllocatedByPostgres>, Error> {
    let mut row = TriggerRow::new(trigger)?;
    let completed = |status: Option<String>| status.as_deref() == Some("completed");
    let is_update = trigger.event().fired_by_update();
    if completed(row.get(c"status")?) {
        let was_completed = is_update && completed(row.get_old(c"status")?);
        let id = row.get::<pgrx::Uuid>(c"id")?.map_or(Uuid::nil(), |id| Uuid::from_bytes(*id.as_bytes()));
        fill(trigger, &mut row, was_completed).map_err(|e| Error::InAttempt(id, Box::new(e)))?;
    }
    if is_update && row.changes_anything() {
        row.set(c"updated_at", Some(timestamps::now()))?;
    }
    Ok(row.finish())
}

fn fill(trigger: &PgTrigger, row: &mut TriggerRow, was_completed: bool) -> Result<(), Error> {
    if !was_completed {
        fill_times(row)?;
    }

    let mut kpis: Option<Jsonb> = row.get(c"kpis")?;
    let measure = if was_completed {
        row.changed(c"transcript_json")? && !row.changed(c"kpis")?
    } else {
        kpis.is_none()
    };
    let mut remeasured = false;
    if measure && let Some(transcript) = row.get::<Jsonb>(c"transcript_json")? {
        kpis = Some(Jsonb::from_bytes(&kpis::of_transcript(&transcript)?.to_jsonb()));
        row.set(c"kpis", kpis)?;
        remeasured = true;
    }

    let score_again = row.changed(c"evaluation")?
        || (!row.changed(c"score")?
            && (remeasured || row.changed(c"kpis")? || row.changed(c"score_breakdown")?));
    if !was_completed || score_again {
        fill_score(trigger, row, kpis)?;
    }
    Ok(())
}

/// Infinite times give no duration; a CHECK refuses them right after.
fn fill_times(row: &mut TriggerRow) -> Result<(), Error> {
    let started: Option<Timestamptz> = row.get(c"started_at")?;
    let mut ended: Option<Timestamptz> = row.get(c"ended_at")?;
    if ended.is_none() {
        let now = timestamps::now();
        ended = Some(started.map_or(now, |started| started.max(now)));
        row.set(c"ended_at", ended)?;
    }
    if row.get::<i32>(c"duration_seconds")?.is_none()
        && let (Some(Timestamptz(started)), Some(Timestamptz(ended))) = (started, ended)
        && let Some(micros) = ended.checked_sub(started)
    {
        let seconds = micros.saturating_add(MICROS_PER_SECOND / 2).div_euclid(MICROS_PER_SECOND);
        row.set(c"duration_seconds", Some(seconds.clamp(0, i32::MAX.into()) as i32))?;
    }
    Ok(())
}

fn fill_score(trigger: &PgTrigger, row: &mut TriggerRow, kpis: Option<Jsonb>) -> Result<(), Error> {
    let (Some(org), Some(scenario)) =
        (row.get::<pgrx::Uuid>(c"org_id")?, row.get::<pgrx::Uuid>(c"scenario_id")?)
    else {
        return Ok(());
    };
    let schema = Schema::of_trigger(trigger);
    let Some(rubric) = scoring::rubric_in_statement(schema, org, scenario)? else {
        return Ok(());
    };
    let marks =
        scoring::Marks { evaluation: row.get(c"evaluation")?, kpis, breakdown: row.get(c"score_breakdown")? };
    if let Some(scored) = scoring::score_if_ready(&rubric, &marks)? {
        row.set(c"score", scored.score)?;
        row.set(c"score_breakdown", Some(scored.breakdown))?;
    }
    Ok(())
}
