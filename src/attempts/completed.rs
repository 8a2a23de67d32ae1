//! One attempt that becomes completed: what nearly every call ends with. The same facts and events as for many,
//! from the row's values instead of transition tables: the statements are a third of the work to set up.

use crate::error::Error;
use crate::jsonb::Jsonb;
use crate::reporting::partitions::{Form, Statement};
use crate::rows::TriggerRow;
use crate::spi::Schema;
use crate::spi::rows::{self, Mode};
use crate::timestamps::Timestamptz;
use crate::worker;
use pgrx::AnyNumeric;
use pgrx::datum::DatumWithOid;

const UPSERT: Statement = Statement::new(
    concat!(include_str!("../sql/one_completed.sql"), include_str!("../sql/upsert_facts.sql")),
    concat!(include_str!("../sql/one_completed.sql"), include_str!("../sql/upsert_facts_by_month.sql")),
);
const DELIVER: &str = concat!(
    include_str!("../sql/one_completed.sql"),
    include_str!("../sql/one_happened.sql"),
    include_str!("../sql/deliver.sql")
);
const IS_LOW: &str = include_str!("../sql/is_low.sql");

/// Writes the fact and queues scenario.completed; false, and nothing done, where the score is so low that
/// there is more to queue.
pub fn complete(schema: Schema, row: &TriggerRow) -> Result<bool, Error> {
    let org: Option<pgrx::Uuid> = row.get(c"org_id")?;
    let scenario: Option<pgrx::Uuid> = row.get(c"scenario_id")?;
    let score: Option<AnyNumeric> = row.get(c"score")?;
    if let Some(score) = &score {
        let args = [org.into(), scenario.into(), score.clone().into()];
        let is_low = rows::first(schema, IS_LOW, &args, Mode::Read, |row| row.get::<bool>(1))?.flatten();
        if is_low != Some(false) {
            return Ok(false);
        }
    }
    let args: [DatumWithOid; 10] = [
        row.get::<pgrx::Uuid>(c"id")?.into(),
        org.into(),
        row.get::<&str>(c"user_id")?.into(),
        scenario.into(),
        row.get::<pgrx::Uuid>(c"assignment_id")?.into(),
        row.get::<Timestamptz>(c"started_at")?.into(),
        row.get::<Timestamptz>(c"ended_at")?.into(),
        row.get::<i32>(c"duration_seconds")?.into(),
        score.into(),
        row.get::<Jsonb>(c"kpis")?.into(),
    ];
    rows::execute(schema, UPSERT.of(Form::locked(schema)?), &args)?;
    if rows::execute(schema, DELIVER, &args)? > 0 {
        worker::wake_at_commit();
    }
    Ok(true)
}
