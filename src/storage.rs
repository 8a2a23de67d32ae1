//! `grant_signed_url`: short-lived URLs of objects in Supabase Storage.

use crate::error::Error;
use crate::gucs;
use crate::spi::Schema;
use crate::tenancy::{self, Acting};
use crate::timestamps::{now, unix_seconds};
use callcoach_core::signed_url::{Bucket, ObjectPath, PathError};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// A URL that opens the object at bucket/organisation/… for ttl seconds, counted from the transaction's start;
/// whoever has it needs nothing else. For callers who may read the object by the policies of 0006_storage;
/// 42501 for others, and for another organisation's path. 22023 for a path or ttl that cannot be.
// Workers do not get the secret.
#[pg_extern(stable, parallel_restricted)]
fn grant_signed_url(
    path: Option<&str>,
    ttl: Option<i32>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<String, ErrorReport> {
    let path = path.ok_or(Error::NullArgument("path"))?;
    let ttl = ttl.ok_or(Error::NullArgument("ttl"))?;
    let most = gucs::signed_url_max_ttl();
    if !(1..=most).contains(&ttl) {
        return Err(Error::TimeToLive(most).into());
    }
    let path = ObjectPath::parse(path).map_err(|e| match e {
        PathError::Organisation(_) => Error::ObjectDenied,
        e => Error::Path(e),
    })?;
    if !may_read(&path, Schema::of_call(fcinfo))? {
        return Err(Error::ObjectDenied.into());
    }
    let base = gucs::storage_url().ok_or(Error::NotConfigured("callcoach.storage_url"))?;
    let secret = gucs::storage_jwt_secret().ok_or(Error::NotConfigured("callcoach.storage_jwt_secret"))?;
    let issued = unix_seconds(now()).ok_or_else(|| Error::Internal("the clock has no second".into()))?;
    let url = path.sign(&base, &secret, issued, ttl.into());
    Ok(url.map_err(|e| Error::Internal(e.message()))?)
}

/// As the policies on storage.objects say. Roles that they do not hold back still need the organisation.
fn may_read(path: &ObjectPath, schema: Schema) -> Result<bool, Error> {
    if tenancy::current_org(schema)? != Some(path.org()) {
        return Ok(false);
    }
    if tenancy::bypasses_rls(tenancy::outer_user()) {
        return Ok(true);
    }
    let acting = tenancy::acting(schema)?;
    Ok(match (path.bucket(), &acting) {
        (_, Acting::Nobody) => false,
        (Bucket::OrgAssets, _) => acting.is("admin"),
        (Bucket::Exports, _) => tenancy::current_user().as_deref() == Some(path.segment_after_org()),
        (Bucket::Recordings | Bucket::Transcripts | Bucket::ScenarioAssets | Bucket::Tmp, _) => true,
    })
}
