//! Queueing webhooks: `enqueue_webhook`, and the body every delivery carries.

use crate::error::Error;
use crate::gucs;
use crate::ids;
use crate::jsonb::Jsonb;
use crate::spi::{Schema, rows};
use crate::timestamps::now_micros;
use crate::worker;
use callcoach_core::webhook::{self, Event};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

const ENQUEUE: &str = include_str!("sql/enqueue.sql");

/// Queues an event of the current organisation for each of its enabled endpoints that subscribe to it, in
/// the caller's transaction; returns for how many. 22023 for an unknown event or a payload of more than
/// 256 KiB; 42501 without an organisation.
#[pg_extern(volatile, parallel_unsafe, security_definer)]
#[search_path(pg_catalog, pg_temp)]
fn enqueue_webhook(
    event: Option<&str>,
    payload: Option<Jsonb>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<i32, ErrorReport> {
    let schema = Schema::of_call(fcinfo);
    let event = event.ok_or(Error::NullArgument("event"))?;
    let event = Event::parse(event).map_err(Error::Webhook)?;
    let payload = payload.ok_or(Error::NullArgument("payload"))?;
    webhook::check_binary_payload(payload.bytes().len()).map_err(Error::Webhook)?;
    let data = payload.to_text()?;
    webhook::check_payload(&data).map_err(Error::Webhook)?;
    let org = gucs::org_claim().ok_or(Error::NoOrg)?;
    let key = ids::new();
    let body = webhook::body(&key, event, now_micros(), &org, &data);
    let args = [
        pgrx::Uuid::from_bytes(*org.as_bytes()).into(),
        event.as_str().into(),
        pgrx::Uuid::from_bytes(*key.as_bytes()).into(),
        payload.into(),
        body.into(),
    ];
    let queued = rows::execute(schema, ENQUEUE, &args)?;
    if queued > 0 {
        worker::wake_at_commit();
    }
    Ok(i32::try_from(queued).unwrap_or(i32::MAX))
}

/// The exact bytes that are signed and sent for one event of this transaction.
#[pg_extern(stable, strict, parallel_safe, schema = "callcoach")]
fn webhook_body(
    idempotency_key: pgrx::Uuid,
    event: &str,
    org_id: pgrx::Uuid,
    data: Jsonb,
) -> Result<String, ErrorReport> {
    let event = Event::parse(event).map_err(Error::Webhook)?;
    let [key, org] = [idempotency_key, org_id].map(|id| uuid::Uuid::from_bytes(*id.as_bytes()));
    Ok(webhook::body(&key, event, now_micros(), &org, &data.to_text()?))
}
