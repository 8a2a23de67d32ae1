//! Deliveries: queued for whatever the tables tell of; and what becomes of them by SQL: an external sender's claims,
//! redelivery, retention. The background worker's own sending is in `worker::deliver`; both claim and settle by the
//! same statements, and core decides for both.
//!
//! | file | functions |
//! | --- | --- |
//! | `queue`, `endpoints` | none: what happened, to the endpoints that want to hear of it |
//! | `claim` | claim_webhook_deliveries, release_webhook_delivery |
//! | `settle` | settle_webhook_delivery |
//! | `outcome` | writing what came of an attempt: to the delivery, and to its endpoint's record |
//! | `redeliver` | redeliver_webhook, redeliver_webhooks |
//! | `retention` | callcoach.apply_retention |

mod claim;
mod endpoints;
pub mod outcome;
mod queue;
mod redeliver;
pub mod retention;
mod settle;

pub use queue::{Data, Queue};

use crate::error::Error;
use crate::gucs;
use crate::spi::Schema;
use crate::spi::rows::{self, Mode};
use crate::tenancy;
use uuid::Uuid;

const FIND: &str = "select org_id, webhook_id from {schema}.webhook_deliveries where id = $1";

/// A delivery's organisation and endpoint; [`Error::NoSuchDelivery`] where the caller may not know of it.
fn find(schema: Schema, delivery: pgrx::Uuid) -> Result<(Uuid, pgrx::Uuid), Error> {
    let found = rows::first(schema, FIND, &[delivery.into()], Mode::Read, |row| {
        Ok(row.get::<pgrx::Uuid>(1)?.zip(row.get::<pgrx::Uuid>(2)?))
    })?;
    let (org, webhook) = found.flatten().ok_or(Error::NoSuchDelivery)?;
    let org = Uuid::from_bytes(*org.as_bytes());
    if tenancy::check_handed_org(org) { Ok((org, webhook)) } else { Err(Error::NoSuchDelivery) }
}

/// Whose deliveries an external sender is for: the organisation's that it acts in, or, of a sender whom row level
/// security does not hold back, everybody's (None).
fn sender_org() -> Result<Option<Uuid>, Error> {
    match gucs::org_claim() {
        Some(org) => Ok(Some(org)),
        None if tenancy::bypasses_rls(tenancy::outer_user()) => Ok(None),
        None => Err(Error::NoOrg),
    }
}
