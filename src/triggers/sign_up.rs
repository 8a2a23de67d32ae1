//! `callcoach.handle_new_user` and `handle_user_email`: who signs up gets a row among the application's users, whose
//! address follows theirs. Whatever goes wrong with that is a warning: the sign-up or the change goes on.

use super::auth_users::{self, Target};
use super::qualified;
use crate::error::Error;
use pgrx::AllocatedByPostgres;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::spi::quote_identifier;

const NEW_USER: &str = include_str!("../sql/triggers/new_user.sql");

/// AFTER INSERT on auth.users FOR EACH ROW. Argument: the table to fill ('sales_coach.users'), with columns id, email,
/// and name or full_name as far as it has them.
#[pg_trigger(sql = r#"
CREATE FUNCTION callcoach.handle_new_user() RETURNS trigger
SET search_path = pg_catalog, pg_temp LANGUAGE c
AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';
"#)]
fn handle_new_user<'t>(
    trigger: &'t PgTrigger<'t>,
) -> Result<Option<PgHeapTuple<'t, AllocatedByPostgres>>, ErrorReport> {
    const EXPECTED: &str = "It belongs in an AFTER INSERT ON auth.users FOR EACH ROW trigger.";
    let is_its_event = trigger.event().fired_by_insert();
    auth_users::without_failing(trigger, "the new user's own row was not written", || {
        insert(&Target::of(trigger, is_its_event, EXPECTED)?)
    })
}

/// AFTER UPDATE OF email on auth.users FOR EACH ROW. Argument: the table with the users' own rows
/// ('sales_coach.users'), by id and with an email.
#[pg_trigger(sql = r#"
CREATE FUNCTION callcoach.handle_user_email() RETURNS trigger
SET search_path = pg_catalog, pg_temp LANGUAGE c
AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';
"#)]
fn handle_user_email<'t>(
    trigger: &'t PgTrigger<'t>,
) -> Result<Option<PgHeapTuple<'t, AllocatedByPostgres>>, ErrorReport> {
    const EXPECTED: &str = "It belongs in an AFTER UPDATE OF email ON auth.users FOR EACH ROW trigger.";
    let is_its_event = trigger.event().fired_by_update();
    auth_users::without_failing(trigger, "the user's own row keeps the address of before", || {
        follow(&Target::of(trigger, is_its_event, EXPECTED)?)
    })
}

fn insert(target: &Target) -> Result<(), Error> {
    let mut columns = Vec::new();
    let mut values = Vec::new();
    for (name, value) in
        [(c"id", "u.id"), (c"email", "u.email"), (c"name", "u.name"), (c"full_name", "u.name")]
    {
        if let Some(kind) = target.declared_type(name) {
            columns.push(quote_identifier(name.to_string_lossy()));
            // Explicitly, so that what is too long for varchar(n) is cut.
            values.push(format!("cast({value} as {kind})"));
        }
    }
    target.run(format!(
        "insert into {} ({}) select {} from ({NEW_USER}) u on conflict do nothing",
        qualified(target.table())?,
        columns.join(", "),
        values.join(", ")
    ))
}

fn follow(target: &Target) -> Result<(), Error> {
    // Not cut to the column's length: what is left of an address may be somebody else's.
    target.run(format!(
        "update {} t set email = ($1).email where t.id = ($1).id and t.email::text is distinct from ($1).email::text",
        qualified(target.table())?
    ))
}
