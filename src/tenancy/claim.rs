//! The organisation claim: `set_org_claim`, `current_org_id` and the request hook.

use super::access::{current_org, may_act, requested_org};
use crate::error::Error;
use crate::gucs;
use crate::spi::Schema;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use uuid::Uuid;

/// Makes the transaction act in an organisation: policies show its rows, and no others, until it ends.
/// NULL takes the claim back. 42501 where the caller may not act there, or there is no such organisation.
#[pg_extern(volatile, parallel_unsafe)]
fn set_org_claim(org_id: Option<pgrx::Uuid>, fcinfo: pg_sys::FunctionCallInfo) -> Result<(), ErrorReport> {
    let org = org_id.map(|id| Uuid::from_bytes(*id.as_bytes()));
    if let Some(org) = org
        && !may_act(Schema::of_call(fcinfo), org)?
    {
        return Err(Error::OrgDenied.into());
    }
    gucs::write_org_claim(org);
    Ok(())
}

/// The organisation this transaction acts in; NULL while there is none. Never raises: policies ask, and where
/// the answer cannot be found they must show nothing.
#[pg_extern(stable, parallel_safe)]
fn current_org_id(fcinfo: pg_sys::FunctionCallInfo) -> Option<pgrx::Uuid> {
    let org = current_org(Schema::of_call(fcinfo)).unwrap_or(None);
    org.map(|id| pgrx::Uuid::from_bytes(*id.as_bytes()))
}

/// PostgREST's hook before each request (`pgrst.db_pre_request`): takes back what the pooled session
/// carries, then sets the claim from the `x-org-id` header where one is sent (42501 unless the caller may
/// act there), else from the organisation the token names.
#[pg_extern(volatile, parallel_unsafe, schema = "callcoach")]
fn pre_request() -> Result<(), ErrorReport> {
    gucs::write_org_claim(None);
    if let Some(org) = requested_org(Schema::home()?)? {
        gucs::write_org_claim(Some(org));
    }
    Ok(())
}
