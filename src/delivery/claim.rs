//! Claims of an external sender: what is due is handed out ready to be sent, so that it needs no secret.

use super::outcome::{Attempt, Endpoint};
use crate::error::Error;
use crate::gucs::webhooks as settings;
use crate::ids;
use crate::spi::Schema;
use crate::spi::rows;
use crate::timestamps;
use crate::worker::deliver::claim::{self as worker, Claim, Claimed, Wanted};
use callcoach_core::webhook::Event;
use callcoach_core::webhook::guard::{GuardError, Policy, Target};
use callcoach_core::webhook::signing::{self, Message};
use pgrx::JsonB;
use pgrx::datum::Interval;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use std::ops::RangeInclusive;
use std::time::Duration;
use uuid::Uuid;

const RELEASE: &str = "delete from {schema}.webhook_claims
 where delivery_id = $1 and claim = $2 and settled_at is null";
const LEFTOVERS: &str = include_str!("../sql/retention/claims.sql");

const COUNT: RangeInclusive<i32> = 1..=1000;
const LEASE_MICROS: RangeInclusive<i128> = 1_000_000..=3_600_000_000;
/// Settled claims are forgotten this many at a time.
const MOST_LEFTOVERS: i32 = 1000;

/// As the function's columns below.
type Delivery = (pgrx::Uuid, pgrx::Uuid, pgrx::Uuid, pgrx::Uuid, String, String, JsonB, String, i32, i32);

/// Claims due deliveries for an external sender, which alone may send and settle them until the lease (1 s to 1
/// hour) ends: at most `max_deliveries` (1 to 1000), as many of one endpoint as
/// `callcoach.webhook_endpoint_concurrency` says. `headers` are signed now, `attempt` counts from 1. A URL that may
/// not be sent to is settled as failed and not handed out.
#[pg_extern(volatile, strict, parallel_unsafe, security_definer)]
#[search_path(pg_catalog, pg_temp)]
#[allow(clippy::type_complexity)]
fn claim_webhook_deliveries(
    max_deliveries: i32,
    lease: default!(Interval, "'60 seconds'"),
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<
    TableIterator<
        'static,
        (
            name!(delivery_id, pgrx::Uuid),
            name!(claim, pgrx::Uuid),
            name!(webhook_id, pgrx::Uuid),
            name!(org_id, pgrx::Uuid),
            name!(event, String),
            name!(url, String),
            name!(headers, JsonB),
            name!(body, String),
            name!(attempt, i32),
            name!(timeout_ms, i32),
        ),
    >,
    ErrorReport,
> {
    let schema = Schema::of_call(fcinfo);
    if !COUNT.contains(&max_deliveries) {
        return Err(Error::OutOfRange("max_deliveries", "between 1 and 1000").into());
    }
    let micros = lease.as_micros();
    if !LEASE_MICROS.contains(&micros) {
        return Err(Error::OutOfRange("lease", "between 1 second and 1 hour").into());
    }
    let policy = settings::policy().map_err(Error::WebhookSettings)?;
    rows::execute(schema, LEFTOVERS, &[MOST_LEFTOVERS.into()])?;
    let lease = Duration::from_micros(u64::try_from(micros).unwrap_or(0));
    let claim = Claim { id: ids::new(), by_worker: false, lease };
    let most = usize::try_from(max_deliveries).unwrap_or(0);
    let wanted = Wanted {
        most,
        each: settings::limits().endpoint,
        of_organisation: most,
        not_endpoints: &[],
        not_organisations: &[],
        only_organisation: super::sender_org()?,
    };
    loop {
        let taken = worker::due(schema, &claim, &wanted)?;
        let is_last = taken.is_empty();
        let deliveries = ready(schema, claim.id, taken, &policy)?;
        // Where all were refused, there may be more.
        if is_last || !deliveries.is_empty() {
            return Ok(TableIterator::new(deliveries));
        }
        pgrx::check_for_interrupts!();
    }
}

/// Gives a claimed delivery back that was not tried: it is due as before. False where it is not the claim's (any
/// more).
#[pg_extern(volatile, strict, parallel_unsafe, security_definer)]
#[search_path(pg_catalog, pg_temp)]
fn release_webhook_delivery(
    delivery_id: pgrx::Uuid,
    claim: pgrx::Uuid,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<bool, ErrorReport> {
    let schema = Schema::of_call(fcinfo);
    super::find(schema, delivery_id)?;
    let released = rows::execute(schema, RELEASE, &[delivery_id.into(), claim.into()])?;
    if released > 0 {
        crate::worker::wake_at_commit();
    }
    Ok(released > 0)
}

/// What can be sent of it, ready to be sent; the rest is settled.
fn ready(schema: Schema, claim: Uuid, taken: Vec<Claimed>, policy: &Policy) -> Result<Vec<Delivery>, Error> {
    let mut deliveries = Vec::with_capacity(taken.len());
    for claimed in taken {
        match Target::parse(&claimed.url, policy) {
            Ok(target) => deliveries.push(delivery(claim, claimed, &target)?),
            Err(refused) => settle_refused(schema, claim, &claimed, &refused)?,
        }
    }
    Ok(deliveries)
}

fn delivery(claim: Uuid, claimed: Claimed, target: &Target) -> Result<Delivery, Error> {
    let event = Event::parse(&claimed.event).map_err(Error::Webhook)?;
    let at = timestamps::clock_micros();
    let message = Message { id: &claimed.key, event, body: &claimed.body, at };
    let headers = signing::headers(&message, &claimed.secret, claimed.previous_secret.as_ref());
    let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let (timeout, _) = settings::timeouts();
    Ok((
        worker::sql_uuid(&claimed.id),
        worker::sql_uuid(&claim),
        worker::sql_uuid(&claimed.endpoint),
        worker::sql_uuid(&claimed.organisation),
        claimed.event,
        target.as_str().to_owned(),
        JsonB(serde_json::Value::Object(headers)),
        claimed.body,
        claimed.retry_count.saturating_add(1),
        i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX),
    ))
}

fn settle_refused(schema: Schema, claim: Uuid, claimed: &Claimed, refused: &GuardError) -> Result<(), Error> {
    let attempt = Attempt {
        outcome: refused.outcome(),
        status: None,
        body: None,
        error: Some(refused.message()),
        duration_ms: Some(0),
    };
    let endpoint = Endpoint::try_lock(schema, worker::sql_uuid(&claimed.endpoint))?;
    let (id, claim) = (worker::sql_uuid(&claimed.id), worker::sql_uuid(&claim));
    attempt.write(schema, id, claim, claimed.retry_count, endpoint).map(|_| ())
}
