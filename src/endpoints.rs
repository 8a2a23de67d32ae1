//! The endpoints of an organisation: their secrets, trying one out, and the trigger that keeps webhooks in order.

use crate::delivery::{Data, Queue};
use crate::error::{self, Error};
use crate::gucs::webhooks as settings;
use crate::jsonb::Jsonb;
use crate::lookup::{self, Key, Table};
use crate::majors;
use crate::rows::TriggerRow;
use crate::spi::Schema;
use crate::spi::rows::{self, Mode};
use crate::tenancy;
use crate::timestamps::{self, Timestamptz};
use callcoach_core::jsonb::object::{Value, object};
use callcoach_core::webhook::Event;
use callcoach_core::webhook::guard::Target;
use callcoach_core::webhook_secret::{self, KEY_BYTES};
use pgrx::AllocatedByPostgres;
use pgrx::datum::Interval;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use std::cell::Cell;
use uuid::Uuid;

/// The longest that an old secret may go on signing.
const MAX_OVERLAP_DAYS: i32 = 30;
const MICROS_PER_DAY: i128 = 86_400_000_000;

const ENDPOINT_ORG: &str = "select org_id from {schema}.webhooks where id = $1";
const ROTATE: &str = "update {schema}.webhooks
   set secret = $2,
       previous_secret = case when $3 then secret end,
       previous_secret_expires_at = case when $3 then now() + $4 end
 where id = $1";

/// A new secret, as Standard Webhooks have it: whsec_ and 32 random bytes in base64.
#[pg_extern(volatile, parallel_safe, schema = "callcoach")]
fn generate_webhook_secret() -> Result<String, ErrorReport> {
    Ok(new_secret()?)
}

fn new_secret() -> Result<String, Error> {
    let mut key = [0_u8; KEY_BYTES];
    // SAFETY: writes as many bytes as the buffer has.
    if unsafe { pg_sys::pg_strong_random(key.as_mut_ptr().cast(), KEY_BYTES) } {
        Ok(webhook_secret::encode(&key))
    } else {
        Err(Error::NoRandomness)
    }
}

/// Queues webhook.test for an endpoint, also for one that is switched off or does not subscribe to anything else,
/// and returns the delivery's id. For the organisation's admins and service_role; PT404 for everybody else.
#[pg_extern(volatile, strict, parallel_unsafe, security_definer)]
#[search_path(pg_catalog, pg_temp)]
fn test_webhook(webhook_id: pgrx::Uuid, fcinfo: pg_sys::FunctionCallInfo) -> Result<pgrx::Uuid, ErrorReport> {
    let schema = Schema::of_call(fcinfo);
    check_may_manage(schema, webhook_id)?;
    let endpoint = Uuid::from_bytes(*webhook_id.as_bytes());
    let user = tenancy::current_user();
    let mut queue = Queue::new(schema);
    let delivery = queue.push_to(endpoint, Event::WebhookTest, || {
        let requested_by = user.as_deref().map_or(Value::Null, Value::Text);
        let id = endpoint.to_string();
        let mut data = [("webhook_id", Value::Text(&id)), ("requested_by", requested_by)];
        Data::of(Jsonb::from_bytes(&object(&mut data)))
    })?;
    queue.finish();
    // Deleted meanwhile.
    let delivery = delivery.ok_or(Error::NoSuchWebhook)?;
    Ok(pgrx::Uuid::from_bytes(*delivery.as_bytes()))
}

/// Gives an endpoint a new secret and returns it; the old one goes on signing beside it for `overlap` (0 to 30
/// days). For the organisation's admins and service_role; PT404 for everybody else.
#[pg_extern(volatile, parallel_unsafe, security_definer)]
#[search_path(pg_catalog, pg_temp)]
fn rotate_webhook_secret(
    webhook_id: Option<pgrx::Uuid>,
    overlap: default!(Option<Interval>, "'24 hours'"),
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<String, ErrorReport> {
    let schema = Schema::of_call(fcinfo);
    let webhook_id = webhook_id.ok_or(Error::NullArgument("webhook_id"))?;
    let overlap = overlap.ok_or(Error::NullArgument("overlap"))?;
    let micros = overlap.as_micros();
    if !(0..=i128::from(MAX_OVERLAP_DAYS) * MICROS_PER_DAY).contains(&micros) {
        return Err(Error::Overlap(MAX_OVERLAP_DAYS).into());
    }
    check_may_manage(schema, webhook_id)?;
    let secret = new_secret()?;
    let args = [webhook_id.into(), secret.as_str().into(), (micros > 0).into(), overlap.into()];
    match rows::execute(schema, ROTATE, &args)? {
        0 => Err(Error::NoSuchWebhook.into()),
        _ => Ok(secret),
    }
}

/// May the caller manage this endpoint? Admins those of the organisation they act in, the server any, or with a
/// claim that organisation's. Nothing is locked for who may not.
pub fn check_may_manage(schema: Schema, webhook: pgrx::Uuid) -> Result<(), Error> {
    let org =
        rows::first(schema, ENDPOINT_ORG, &[webhook.into()], Mode::Read, |row| row.get::<pgrx::Uuid>(1))?
            .flatten()
            .ok_or(Error::NoSuchWebhook)?;
    let is_of_here = tenancy::check_handed_org(Uuid::from_bytes(*org.as_bytes()));
    let is_trusted = tenancy::bypasses_rls(tenancy::outer_user()) || tenancy::acting(schema)?.is("admin");
    if is_of_here && is_trusted { Ok(()) } else { Err(Error::NoSuchWebhook) }
}

/// May webhooks be sent there, as far as the URL tells? A URL that was stored under other settings is not looked at
/// again before it is sent to, or else its endpoint could not be changed at all.
fn check_url(url: &str) -> Result<(), Error> {
    let policy = settings::policy().map_err(Error::WebhookSettings)?;
    Target::parse(url, &policy).map(|_| ()).map_err(Error::WebhookUrl)
}

/// May the organisation have one more endpoint? Asked by one transaction at a time, so that what it has found stays
/// true until it ends. What a superuser or the table's owner writes is not counted, or a restore could fail.
fn check_count(trigger: &PgTrigger, org: Uuid) -> Result<(), Error> {
    let most = settings::max_endpoints();
    // SAFETY: the relation is open while its trigger runs; a look-up of the role in force.
    let (relation, is_free) = unsafe {
        let relation = (*trigger.trigger_data().tg_relation).rd_id;
        (relation, pg_sys::superuser() || majors::owns_table(relation, pg_sys::GetUserId()))
    };
    if is_free {
        return Ok(());
    }
    let (high, low) = org.as_u64_pair();
    let hash = high ^ low;
    // SAFETY: a lock until the transaction ends. Not an advisory one, which whoever may connect could hold for ever. Two
    // organisations of one number wait for each other, and that is all.
    unsafe {
        let number = pg_sys::Oid::from_u32((hash ^ hash >> 32) as u32);
        pg_sys::LockDatabaseObject(relation, number, 0, pg_sys::ExclusiveLock as _);
    }
    let endpoints = Table::by_index(Schema::of_trigger(trigger), c"webhooks", c"webhooks_org_id_id_key")?;
    let count = Cell::new(0);
    let has_most = lookup::latest(|| {
        endpoints.any(&[(c"org_id", Key::Uuid(org))], |_| {
            count.set(count.get() + 1);
            Ok(count.get() >= most)
        })
    })?;
    if has_most || most == 0 { Err(Error::TooManyWebhooks(most)) } else { Ok(()) }
}

/// BEFORE INSERT or UPDATE on webhooks. PostgreSQL's errors of NOT NULL and CHECK show the whole row, the secret
/// with it, so what they would refuse is refused here and by domains. An endpoint that is switched on or off
/// keeps no reason of an earlier time. A URL is checked when it is written, and so is how many the organisation has.
#[pg_trigger(sql = r#"
CREATE FUNCTION callcoach.check_webhook() RETURNS trigger
SET search_path = pg_catalog, pg_temp LANGUAGE c
AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';
"#)]
fn check_webhook<'t>(
    trigger: &'t PgTrigger<'t>,
) -> Result<Option<PgHeapTuple<'t, AllocatedByPostgres>>, ErrorReport> {
    Ok(Some(check(trigger).unwrap_or_else(|e| error::raise(e))))
}

fn check<'t>(trigger: &'t PgTrigger<'t>) -> Result<PgHeapTuple<'t, AllocatedByPostgres>, Error> {
    let mut row = TriggerRow::new(trigger)?;
    if let Some(column) = row.missing() {
        return Err(Error::WebhookWithout(column));
    }
    let has_previous = row.get::<&str>(c"previous_secret")?.is_some();
    if has_previous != row.get::<Timestamptz>(c"previous_secret_expires_at")?.is_some() {
        return Err(Error::PreviousSecret);
    }
    if row.get_old::<&str>(c"url")? != row.get::<&str>(c"url")? {
        check_url(row.get::<&str>(c"url")?.unwrap_or_default())?;
    }
    match (row.get_old::<bool>(c"enabled")?, row.get::<bool>(c"enabled")?) {
        (Some(false), Some(true)) => {
            row.set(c"disabled_at", None::<Timestamptz>)?;
            row.set(c"disabled_reason", None::<String>)?;
            // What failed before it was repaired does not count any more.
            row.set(c"failing_since", None::<Timestamptz>)?;
            row.set(c"failures", Some(0_i32))?;
        }
        (Some(true) | None, Some(false)) if row.get::<Timestamptz>(c"disabled_at")?.is_none() => {
            row.set(c"disabled_at", Some(timestamps::now()))?;
        }
        _ => (),
    }
    let org = |id: Option<pgrx::Uuid>| id.map(|id| Uuid::from_bytes(*id.as_bytes()));
    let (before, after) = (org(row.get_old(c"org_id")?), org(row.get(c"org_id")?));
    if let Some(org) = after.filter(|_| before != after) {
        check_count(trigger, org)?;
    }
    Ok(row.finish())
}
