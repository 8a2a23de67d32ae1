//! The organisation claim: `set_org_claim`, `current_org_id` and the request hook.

use super::access::{Named, Token, may_act, provider_org, setting};
use crate::error::Error;
use crate::gucs;
use crate::lookup::{Key, Table};
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
    write_claim(org);
    Ok(())
}

/// The organisation this transaction acts in; NULL while none is set. Never raises.
#[pg_extern(stable, parallel_safe)]
fn current_org_id() -> Option<pgrx::Uuid> {
    gucs::org_claim().map(|id| pgrx::Uuid::from_bytes(*id.as_bytes()))
}

/// PostgREST's hook before each request (`pgrst.db_pre_request`): takes back what the pooled session
/// carries, then sets the claim from the `x-org-id` header where one is sent (42501 unless the caller may
/// act there), else from the organisation the token names.
#[pg_extern(volatile, parallel_unsafe, schema = "callcoach")]
fn pre_request() -> Result<(), ErrorReport> {
    write_claim(None);
    let schema = home_schema()?;
    if let Some(header) = header("x-org-id") {
        let org = Uuid::try_parse(&header).map_err(|_| Error::OrgDenied)?;
        if !may_act(schema, org)? {
            return Err(Error::OrgDenied.into());
        }
        write_claim(Some(org));
        return Ok(());
    }
    let named = match Token::current().and_then(|token| token.org()) {
        None => None,
        Some(Named::Id(id)) => Some(id),
        Some(Named::ProviderId(id)) => provider_org(schema, &id)?,
    };
    // A token may name an organisation that is not here (yet): its user sees no rows, and can still sign up.
    if let Some(org) = named
        && may_act(schema, org)?
    {
        write_claim(Some(org));
    }
    Ok(())
}

fn header(name: &str) -> Option<String> {
    let headers: serde_json::Value = serde_json::from_str(&setting(c"request.headers")?).ok()?;
    headers.get(name)?.as_str().map(str::to_owned)
}

/// The schema of the extension's public functions, and so of its tables.
fn home_schema() -> Result<Schema, Error> {
    let found =
        Table::extensions().find::<pg_sys::Oid>(&[(c"extname", Key::Name(c"callcoach"))], c"extnamespace")?;
    match found {
        Some(oid) => Ok(Schema::from_oid(oid)),
        None => Err(Error::Internal("the extension callcoach is not installed".into())),
    }
}

/// Sets the claim for the rest of the transaction, as a superuser would: who may was asked before.
fn write_claim(org: Option<Uuid>) {
    // The text form, and the NUL that a C string ends with.
    let mut text = [0; uuid::fmt::Hyphenated::LENGTH + 1];
    org.unwrap_or(Uuid::nil()).hyphenated().encode_lower(&mut text);
    // SAFETY: both strings end with a NUL and outlive the call, which copies them.
    unsafe {
        pg_sys::set_config_option(
            gucs::ORG_CLAIM_NAME.as_ptr(),
            text.as_ptr().cast(),
            pg_sys::GucContext::PGC_SUSET,
            pg_sys::GucSource::PGC_S_SESSION,
            pg_sys::GucAction::GUC_ACTION_LOCAL,
            true,
            0,
            false,
        );
    }
}
