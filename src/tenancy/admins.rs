//! An organisation keeps an admin: members cannot lock themselves out.

use super::login;
use crate::error::{self, Error};
use crate::spi::rows::{self, Mode};
use crate::spi::{self, Schema};
use pgrx::AllocatedByPostgres;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// The organisations that have lost an admin, locked: two admins who remove each other at once come here one
/// after the other. One that is itself being deleted is no longer there.
const LOCK_ORGS: &str = "select id from {schema}.orgs
 where id in (select org_id from old_rows where role::text = 'admin') order by id for no key update";
const WITHOUT_ADMIN: &str = "select true from unnest($1) as org (id)
 where not exists (select from {schema}.org_members m where m.org_id = org.id and m.role::text = 'admin')";

/// AFTER UPDATE and DELETE on org_members: the last admin stays. Roles that row level security does not hold
/// back (the server, which follows the identity provider) may do as they like.
#[pg_trigger(sql = r#"
CREATE FUNCTION callcoach.keep_an_admin() RETURNS trigger
SECURITY DEFINER SET search_path = pg_catalog, pg_temp LANGUAGE c
AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';
"#)]
fn keep_an_admin<'t>(
    trigger: &'t PgTrigger<'t>,
) -> Result<Option<PgHeapTuple<'t, AllocatedByPostgres>>, ErrorReport> {
    if !login::bypasses_rls(login::outer_user()) {
        check(trigger).unwrap_or_else(|e| error::raise(e));
    }
    Ok(None)
}

fn check(trigger: &PgTrigger) -> Result<(), Error> {
    let schema = Schema::of_definer_trigger(trigger)?;
    let locked = spi::with_transition_tables(trigger, |client| {
        let mut locked = Vec::new();
        for row in spi::run(client, schema, LOCK_ORGS, &[])? {
            locked.extend(row.get::<pgrx::Uuid>(1)?);
        }
        Ok(locked)
    })?;
    if locked.is_empty() {
        return Ok(());
    }
    let found = rows::first(schema, WITHOUT_ADMIN, &[locked.into()], Mode::Latest, |_| Ok(()))?;
    if found.is_some() { Err(Error::LastAdmin) } else { Ok(()) }
}
