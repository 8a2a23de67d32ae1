//! May the caller act in an organisation? The five rules, in order:
//!
//! 1. No request token: only a login that is superuser or has BYPASSRLS.
//! 2. A token, but neither such a login nor a gateway (`callcoach.gateways`): no; it was set by hand.
//! 3. The role is service_role: yes.
//! 4. The token names an organisation: it must be that one.
//! 5. Otherwise: the token's `sub` must be a member of it.

use crate::error::Error;
use crate::gucs;
use crate::lookup::{Key, Table};
use crate::spi::Schema;
use pgrx::pg_sys;
use serde_json::Value;
use std::ffi::CStr;
use uuid::Uuid;

/// How a token names an organisation.
pub enum Named {
    /// By our id.
    Id(Uuid),
    /// By the identity provider's id (`orgs.clerk_org_id`).
    ProviderId(String),
}

/// The verified token of the request, as PostgREST leaves it in `request.jwt.claims`.
pub struct Token(Value);

impl Token {
    /// The current token; `None` where no request set one.
    pub fn current() -> Option<Self> {
        let text = setting(c"request.jwt.claims")?;
        // What cannot be parsed still is a token: one that names nobody.
        Some(Self(serde_json::from_str(&text).unwrap_or(Value::Null)))
    }

    /// The organisation it names: Supabase's app_metadata, Clerk's v2 `o.id`, v1 `org_id`.
    /// Never user_metadata, which its user may write.
    pub fn org(&self) -> Option<Named> {
        let name = ["/app_metadata/org_id", "/o/id", "/org_id"]
            .iter()
            .find_map(|path| self.0.pointer(path).and_then(Value::as_str))?;
        Some(match Uuid::try_parse(name) {
            Ok(id) => Named::Id(id),
            Err(_) => Named::ProviderId(name.to_owned()),
        })
    }

    fn user(&self) -> Option<&str> {
        self.0.get("sub").and_then(Value::as_str)
    }
}

/// A run-time setting that may not exist; empty counts as not set.
pub fn setting(name: &CStr) -> Option<String> {
    // SAFETY: missing_ok; the value is copied at once.
    unsafe {
        let value = pg_sys::GetConfigOption(name.as_ptr(), true, false);
        (!value.is_null()).then(|| CStr::from_ptr(value).to_string_lossy().into_owned())
    }
    .filter(|value| !value.is_empty())
}

/// Applies the five rules. An organisation that does not exist is one nobody may act in.
pub fn may_act(schema: Schema, org: Uuid) -> Result<bool, Error> {
    let session = session_user();
    let allowed = match Token::current() {
        None => bypasses_rls(session),
        Some(_) if !bypasses_rls(session) && !gucs::is_gateway(&role_name(session)) => false,
        Some(_) if is_service_role() => true,
        Some(token) => match token.org() {
            Some(Named::Id(id)) => id == org,
            Some(Named::ProviderId(id)) => provider_org(schema, &id)? == Some(org),
            None => match token.user() {
                Some(user) => is_member(schema, org, user)?,
                None => false,
            },
        },
    };
    Ok(allowed && exists(schema, org)?)
}

/// The organisation that has this id at the identity provider.
pub fn provider_org(schema: Schema, id: &str) -> Result<Option<Uuid>, Error> {
    let orgs = Table::by_index(schema, c"orgs", c"orgs_clerk_org_id_key")?;
    let found: Option<pgrx::Uuid> = orgs.find(&[(c"clerk_org_id", Key::Text(id))], c"id")?;
    Ok(found.map(|id| Uuid::from_bytes(*id.as_bytes())))
}

/// Definer functions are handed ids of rows: may the caller touch a row of `org`?
/// With a claim, only its own organisation's; without one, only roles that row level security
/// does not hold back anyway.
pub fn check_handed_org(org: Uuid) -> bool {
    match gucs::org_claim() {
        Some(claim) => claim == org,
        // SAFETY: reads the role that SET ROLE or the login chose.
        None => bypasses_rls(unsafe { pg_sys::GetOuterUserId() }),
    }
}

fn exists(schema: Schema, org: Uuid) -> Result<bool, Error> {
    let orgs = Table::by_primary_key(schema, c"orgs")?;
    orgs.has(&[(c"id", Key::Uuid(org))])
}

fn is_member(schema: Schema, org: Uuid, user: &str) -> Result<bool, Error> {
    let members = Table::by_index(schema, c"org_members", c"org_members_org_id_user_id_key")?;
    members.has(&[(c"org_id", Key::Uuid(org)), (c"user_id", Key::Text(user))])
}

fn session_user() -> pg_sys::Oid {
    // SAFETY: reads the login role.
    unsafe { pg_sys::GetSessionUserId() }
}

fn bypasses_rls(role: pg_sys::Oid) -> bool {
    // SAFETY: a syscache look-up; true for superusers too.
    unsafe { pg_sys::has_bypassrls_privilege(role) }
}

fn is_service_role() -> bool {
    // SAFETY: a syscache look-up that may find nothing, and a read of the role that SET ROLE chose,
    // which a definer function does not change.
    unsafe {
        let service = pg_sys::get_role_oid(c"service_role".as_ptr(), true);
        service != pg_sys::InvalidOid && service == pg_sys::GetOuterUserId()
    }
}

fn role_name(role: pg_sys::Oid) -> String {
    // SAFETY: noerr; gives a palloc'ed name or NULL.
    unsafe {
        let name = pg_sys::GetUserNameFromId(role, true);
        if name.is_null() { String::new() } else { CStr::from_ptr(name).to_string_lossy().into_owned() }
    }
}
