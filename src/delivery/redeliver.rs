//! Sending again what is over: the same row, the same id and body, as if it had never been tried.

use crate::endpoints::check_may_manage;
use crate::error::Error;
use crate::spi::Schema;
use crate::spi::rows::{self, Mode};
use crate::timestamps::Timestamptz;
use crate::worker;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

const ONE: &str = "update {schema}.webhook_deliveries
   set status = 'pending', retry_count = 0, next_retry_at = now(), redelivered_at = now()
 where id = $1 and status <> 'pending'";
const MANY: &str = include_str!("../sql/deliveries/redeliver.sql");
const ENDPOINT: &str = "select webhook_id from {schema}.webhook_deliveries where id = $1";

/// The most that one call sends again.
const MOST: i32 = 10_000;

/// Queues a delivery again that is over, delivered or failed, with the same id and body (a receiver that has handled
/// it drops it), and returns its id. PT409 for one that is pending. For the organisation's admins and service_role;
/// PT404 for everybody else.
#[pg_extern(volatile, strict, parallel_unsafe, security_definer)]
#[search_path(pg_catalog, pg_temp)]
fn redeliver_webhook(
    delivery_id: pgrx::Uuid,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<pgrx::Uuid, ErrorReport> {
    let schema = Schema::of_call(fcinfo);
    let endpoint =
        rows::first(schema, ENDPOINT, &[delivery_id.into()], Mode::Read, |row| row.get::<pgrx::Uuid>(1))?
            .flatten()
            .ok_or(Error::NoSuchDelivery)?;
    check_may_manage(schema, endpoint).map_err(|e| match e {
        Error::NoSuchWebhook => Error::NoSuchDelivery,
        e => e,
    })?;
    if rows::execute(schema, ONE, &[delivery_id.into()])? == 0 {
        return Err(Error::DeliveryPending.into());
    }
    worker::wake_at_commit();
    Ok(delivery_id)
}

/// The same for an endpoint's deliveries of a time (by when they were queued, `until` left out), those that are
/// `failed` or those that are a `success`: the oldest 10,000 at most, so that as many mean that there may be more.
/// Returns how many. What is pending is left alone, and what somebody else has locked.
#[pg_extern(volatile, parallel_unsafe, security_definer)]
#[search_path(pg_catalog, pg_temp)]
fn redeliver_webhooks(
    webhook_id: Option<pgrx::Uuid>,
    since: Option<Timestamptz>,
    until: default!(Option<Timestamptz>, "now()"),
    status: default!(Option<&str>, "'failed'"),
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<i32, ErrorReport> {
    let schema = Schema::of_call(fcinfo);
    let webhook = webhook_id.ok_or(Error::NullArgument("webhook_id"))?;
    let since = since.ok_or(Error::NullArgument("since"))?;
    let until = until.ok_or(Error::NullArgument("until"))?;
    let status = status.ok_or(Error::NullArgument("status"))?;
    if !["failed", "success"].contains(&status) {
        return Err(Error::OutOfRange("status", "failed or success").into());
    }
    check_may_manage(schema, webhook)?;
    let args = [webhook.into(), since.into(), until.into(), status.into(), MOST.into()];
    let queued = rows::execute(schema, MANY, &args)?;
    if queued > 0 {
        worker::wake_at_commit();
    }
    Ok(i32::try_from(queued).unwrap_or(i32::MAX))
}
