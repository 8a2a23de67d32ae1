//! Rubrics: checked as they are written, parsed once.

use crate::error::{self, Error};
use crate::gucs;
use crate::jsonb::Jsonb;
use crate::lookup::{Key, Table};
use crate::majors;
use crate::rows::TriggerRow;
use crate::spi::Schema;
use crate::spi::rows::{self, Mode};
use crate::tenancy;
use callcoach_core::scoring::Rubric;
use pgrx::AllocatedByPostgres;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use uuid::Uuid;

/// Also for the trigger that pins no search_path.
const READ_RUBRIC: &str = "select rubric from {schema}.scenarios
 where org_id operator(pg_catalog.=) $1 and id operator(pg_catalog.=) $2";

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

/// How many parsed rubrics a session keeps.
const KEPT_RUBRICS: usize = 64;
/// The largest it keeps, in bytes of binary jsonb.
const KEPT_BYTES: usize = 64 << 10;

#[derive(Default)]
struct Rubrics {
    /// By their binary jsonb: a rubric that was changed has other bytes, so nothing here goes stale.
    parsed: HashMap<Vec<u8>, Rc<Rubric>>,
    /// What `statement` has looked up: one UPDATE scores all its attempts by one version of a rubric.
    of_statement: HashMap<[pgrx::Uuid; 2], Option<Rc<Rubric>>>,
    statement: Option<Statement>,
}

thread_local! {
    static RUBRICS: RefCell<Rubrics> = RefCell::default();
}

/// The rubric an attempt at `scenario` is scored by, as the calling statement sees it.
pub fn rubric_of(schema: Schema, org: pgrx::Uuid, scenario: pgrx::Uuid) -> Result<Option<Rc<Rubric>>, Error> {
    // Policies hold back whom they are made for; for others there is no need of a statement.
    if tenancy::reads_all(schema.table(c"scenarios")) {
        return rubric_of_readable(schema, org, scenario);
    }
    let args = [org.into(), scenario.into()];
    let found = rows::first(schema, READ_RUBRIC, &args, Mode::Read, |row| match row.get::<Jsonb>(1)? {
        Some(stored) => parsed(stored).map(Some),
        None => Ok(None),
    })?;
    Ok(found.flatten())
}

/// The rubric of an attempt that the caller may read, whether or not they may read its scenario (any more).
pub fn rubric_of_readable(
    schema: Schema,
    org: pgrx::Uuid,
    scenario: pgrx::Uuid,
) -> Result<Option<Rc<Rubric>>, Error> {
    let [org, scenario] = [org, scenario].map(|id| Key::Uuid(Uuid::from_bytes(*id.as_bytes())));
    let scenarios = Table::by_index(schema, c"scenarios", c"scenarios_org_id_id_key")?;
    scenarios.read(&[(c"org_id", org), (c"id", scenario)], c"rubric", parsed)
}

fn parsed(stored: Jsonb) -> Result<Rc<Rubric>, Error> {
    if let Some(kept) = RUBRICS.with_borrow(|kept| kept.parsed.get(stored.bytes()).cloned()) {
        return Ok(kept);
    }
    let rubric = Rc::new(Rubric::parse(&stored.to_value("rubric")?)?);
    if stored.bytes().len() <= KEPT_BYTES {
        RUBRICS.with_borrow_mut(|kept| {
            if kept.parsed.len() >= KEPT_RUBRICS {
                kept.parsed.clear();
            }
            kept.parsed.insert(stored.bytes().to_vec(), rubric.clone());
        });
    }
    Ok(rubric)
}

/// The same for a row trigger: looked up once in a statement, however many rows it writes.
pub fn rubric_in_statement(
    schema: Schema,
    org: pgrx::Uuid,
    scenario: pgrx::Uuid,
) -> Result<Option<Rc<Rubric>>, Error> {
    let statement = Some(current_statement());
    let kept = RUBRICS.with_borrow_mut(|kept| {
        if kept.statement != statement || kept.of_statement.len() >= KEPT_RUBRICS {
            kept.of_statement.clear();
            kept.statement = statement;
        }
        kept.of_statement.get(&[org, scenario]).cloned()
    });
    if let Some(kept) = kept {
        return Ok(kept);
    }
    let rubric = rubric_of(schema, org, scenario)?;
    RUBRICS.with_borrow_mut(|kept| kept.of_statement.insert([org, scenario], rubric.clone()));
    Ok(rubric)
}

/// Tells one statement, and what it may see, from the next: the transaction, the subtransaction (a rollback to
/// a savepoint takes back what was seen), the command (an UPDATE moves it on), the role, the organisation.
type Statement = (u32, u32, u32, pg_sys::Oid, Option<Uuid>);

fn current_statement() -> Statement {
    // SAFETY: three plain reads.
    let (subtransaction, command, role) = unsafe {
        (pg_sys::GetCurrentSubTransactionId(), pg_sys::GetCurrentCommandId(false), pg_sys::GetUserId())
    };
    (majors::local_transaction(), subtransaction, command, role, gucs::org_claim())
}
