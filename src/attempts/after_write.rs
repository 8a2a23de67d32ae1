//! AFTER INSERT, UPDATE, DELETE and TRUNCATE on scenario_attempts, once a statement: facts follow, and
//! webhooks are queued.
//!
//! Attempts that become completed, which is what nearly every statement is about, are seen to natively, one or
//! 20,000 of them: a statement would take longer to set up than to run. What happens to attempts that were completed
//! before is left to set-based statements.

use super::change::{Changes, Seen};
use super::facts;
use super::happened::{Attempt, Teller};
use crate::error::{self, Error};
use crate::events::tracks;
use crate::gucs;
use crate::kpi_events;
use crate::reporting::partitions::{Form, Statement};
use crate::spi::{self, Schema, rows};
use callcoach_core::webhook::Event;
use pgrx::AllocatedByPostgres;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// What the statements below call `changed` (the attempts as they are now) and `before` (as they were).
///
/// A foreign key's ON DELETE SET NULL can write one attempt twice in one statement, and then both versions
/// are in the transition tables, in no order. Where that has happened, only the ids are believed and the
/// attempts are read again.
macro_rules! with {
    (inserted) => {
        "with changed as (select * from new_rows), before as (select * from new_rows where false)\n"
    };
    (updated once) => {
        "with changed as (select * from new_rows), before as (select * from old_rows)\n"
    };
    (updated twice) => {
        concat!(include_str!("../sql/rows_read_again.sql"), "\n")
    };
    (attempt) => {
        "with changed as (select * from {schema}.scenario_attempts where id = $1)\n"
    };
}
macro_rules! upsert_facts {
    ($($rows:tt)+) => {
        Statement::new(
            concat!(with!($($rows)+), include_str!("../sql/upsert_facts.sql")),
            concat!(with!($($rows)+), include_str!("../sql/upsert_facts_by_month.sql")),
        )
    };
}
macro_rules! open_tracks {
    ($($rows:tt)+) => {
        concat!(
            with!($($rows)+),
            include_str!("../sql/events/finished.sql"),
            include_str!("../sql/events/open_tracks.sql")
        )
    };
}
macro_rules! write_kpi_events {
    ($($rows:tt)+) => {
        Statement::same(concat!(with!($($rows)+), include_str!("../sql/kpi_events.sql")))
    };
}

const REMOVE_FACTS: Statement =
    Statement::new(include_str!("../sql/remove_facts.sql"), include_str!("../sql/remove_facts_by_month.sql"));
const REMOVE_KPI_EVENTS: Statement = Statement::same(include_str!("../sql/remove_kpi_events.sql"));
const KPI_EVENTS_INSERTED: Statement = write_kpi_events!(inserted);
const KPI_EVENTS_UPDATED: Statement = write_kpi_events!(updated once);
const KPI_EVENTS_UPDATED_TWICE: Statement = write_kpi_events!(updated twice);
const UPSERT_INSERTED: Statement = upsert_facts!(inserted);
const UPSERT_UPDATED: Statement = upsert_facts!(updated once);
const UPSERT_UPDATED_TWICE: Statement = upsert_facts!(updated twice);
const TRACKS_INSERTED: &str = open_tracks!(inserted);
const TRACKS_UPDATED: &str = open_tracks!(updated once);
const TRACKS_UPDATED_TWICE: &str = open_tracks!(updated twice);
const DELETED: Statement = Statement::new(
    "delete from {schema}.fact_scenario_attempts f using old_rows o where f.attempt_id = o.id",
    include_str!("../sql/remove_deleted_by_month.sql"),
);
const TRUNCATED: &str = "delete from {schema}.fact_scenario_attempts";
const UPSERT_ONE_FACT: Statement = upsert_facts!(attempt);
const REMOVE_MISPLACED_FACT: &str = include_str!("../sql/remove_misplaced_fact.sql");

/// Keeps facts and webhooks in step with what one statement did.
#[pg_trigger(sql = r#"
CREATE FUNCTION callcoach.attempt_after_write() RETURNS trigger
SECURITY DEFINER SET search_path = pg_catalog, pg_temp LANGUAGE c
AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';
"#)]
fn attempt_after_write<'t>(
    trigger: &'t PgTrigger<'t>,
) -> Result<Option<PgHeapTuple<'t, AllocatedByPostgres>>, ErrorReport> {
    after_write(trigger).unwrap_or_else(|e| error::raise(e));
    Ok(None)
}

fn after_write(trigger: &PgTrigger) -> Result<(), Error> {
    let event = trigger.event();
    if !event.fired_for_statement() || !event.fired_after() {
        return Err(Error::WrongTrigger("It belongs in an AFTER … FOR EACH STATEMENT trigger."));
    }
    let schema = Schema::of_definer_trigger(trigger)?;
    if event.fired_by_truncate() {
        rows::execute(schema, TRUNCATED, &[])?;
        return Ok(());
    }
    let mut changes = Changes::of(trigger)?;
    let seen = changes.survey()?;
    let done = Written { trigger, schema, seen };
    if event.fired_by_delete() {
        return if done.seen.was_completed { done.run(&[DELETED]) } else { Ok(()) };
    }
    done.facts(&mut changes)?;
    let tracks_are_wanted = done.webhooks(&mut changes)?;
    done.kpi_events()?;
    // A track is completed after its scenarios are.
    if tracks_are_wanted { done.tracks(&mut changes) } else { Ok(()) }
}

/// An INSERT or UPDATE of attempts, and what there is to see to.
struct Written<'t> {
    trigger: &'t PgTrigger<'t>,
    schema: Schema,
    seen: Seen,
}

impl Written<'_> {
    fn facts(&self, changes: &mut Changes) -> Result<(), Error> {
        let seen = &self.seen;
        if !seen.was_completed && !seen.is_completed {
            return Ok(());
        }
        let is_plain = seen.is_completed && !seen.was_completed && !seen.twice;
        if is_plain
            && Form::locked(self.schema)? == Form::OneTable
            && facts::write(self.schema, changes, &seen.orgs_completing)?
        {
            return Ok(());
        }
        let upsert = self.pick(UPSERT_INSERTED, UPSERT_UPDATED, UPSERT_UPDATED_TWICE);
        match (seen.moved, seen.is_completed) {
            (true, true) => self.run(&[REMOVE_FACTS, upsert]),
            (true, false) => self.run(&[REMOVE_FACTS]),
            (false, _) => self.run(&[upsert]),
        }
    }

    /// Queues what is to be told of the attempts. Does anybody whose attempts have become completed want to hear of
    /// tracks?
    fn webhooks(&self, changes: &mut Changes) -> Result<bool, Error> {
        if !self.seen.is_completed {
            return Ok(false);
        }
        let mut teller = Teller::new(self.schema);
        changes.each(|change| Attempt::of(change).map_or(Ok(()), |attempt| teller.tell(&attempt)))?;
        let mut tracks_are_wanted = false;
        for org in &self.seen.orgs_completing {
            tracks_are_wanted |= teller.queue.is_wanted(*org, Event::TrackCompleted)?;
        }
        teller.queue.finish();
        Ok(tracks_are_wanted)
    }

    fn kpi_events(&self) -> Result<(), Error> {
        for org in &self.seen.orgs_before {
            if kpi_events::are_kept(self.schema, *org)? {
                self.run(&[REMOVE_KPI_EVENTS])?;
                break;
            }
        }
        for org in &self.seen.orgs_completed {
            if kpi_events::are_wanted(self.schema, *org)? {
                return self.run(&[self.pick(
                    KPI_EVENTS_INSERTED,
                    KPI_EVENTS_UPDATED,
                    KPI_EVENTS_UPDATED_TWICE,
                )]);
            }
        }
        Ok(())
    }

    fn tracks(&self, changes: &mut Changes) -> Result<(), Error> {
        if self.seen.rows == 1 {
            return changes.each(|change| match Attempt::of(change) {
                Some(attempt) => tracks::completed_one(self.schema, &attempt),
                None => Ok(()),
            });
        }
        let open = self.pick(TRACKS_INSERTED, TRACKS_UPDATED, TRACKS_UPDATED_TWICE);
        spi::with_transition_tables(self.trigger, |client| tracks::completed_many(client, self.schema, open))
    }

    /// The form of a statement for what fired the trigger.
    fn pick<S>(&self, inserted: S, updated: S, twice: S) -> S {
        match (self.trigger.event().fired_by_insert(), self.seen.twice) {
            (true, _) => inserted,
            (false, false) => updated,
            (false, true) => twice,
        }
    }

    fn run(&self, statements: &[Statement]) -> Result<(), Error> {
        let form = Form::locked(self.schema)?;
        gucs::with(&gucs::BY_INDEX, || {
            spi::with_transition_tables(self.trigger, |client| {
                for statement in statements {
                    spi::run_for_rows(client, self.schema, statement.of(form), self.seen.rows)?;
                }
                Ok(())
            })
        })
    }
}

/// Writes the fact of one attempt, which is locked, if it is completed.
pub fn upsert_fact(schema: Schema, attempt: pgrx::Uuid) -> Result<(), Error> {
    let form = Form::locked(schema)?;
    if form == Form::ByMonth {
        rows::execute(schema, REMOVE_MISPLACED_FACT, &[attempt.into()])?;
    }
    rows::execute(schema, UPSERT_ONE_FACT.of(form), &[attempt.into()]).map(|_| ())
}
