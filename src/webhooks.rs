//! Queueing webhooks by hand: `enqueue_webhook`.

use crate::delivery::{Data, Queue};
use crate::error::Error;
use crate::gucs;
use crate::jsonb::Jsonb;
use crate::spi::Schema;
use callcoach_core::webhook::{self, Event};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

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
    let data = Data::of(payload)?;
    webhook::check_payload(data.text()).map_err(Error::Webhook)?;
    let org = gucs::org_claim().ok_or(Error::NoOrg)?;
    let mut queue = Queue::new(schema);
    queue.push(org, event, || Ok(data))?;
    Ok(i32::try_from(queue.finish()).unwrap_or(i32::MAX))
}
