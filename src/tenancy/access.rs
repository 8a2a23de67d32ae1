//! May the caller act in an organisation? The five rules, in order:
//!
//! 1. No request token: only a login that is superuser or has BYPASSRLS.
//! 2. A token, but a login whose word does not count (`login::is_believed`): no; it was set by hand.
//! 3. The role is service_role: yes.
//! 4. The token names an organisation: it must be that one.
//! 5. Otherwise: the token's `sub` must be a member of it.

use super::login;
use super::token::{Named, Token, header};
use crate::error::Error;
use crate::gucs;
use crate::lookup::{Key, Table};
use crate::spi::Schema;
use uuid::Uuid;

/// Applies the five rules. An organisation that does not exist is one nobody may act in.
pub fn may_act(schema: Schema, org: Uuid) -> Result<bool, Error> {
    let session = login::session_user();
    let allowed = match Token::current() {
        None => login::bypasses_rls(session),
        Some(_) if !login::is_believed(session) => false,
        Some(_) if login::is_service_role() => true,
        Some(token) => match (&token.org, &token.user) {
            (Some(Named::Id(id)), _) => *id == org,
            (Some(Named::ProviderId(id)), _) => provider_org(schema, id)? == Some(org),
            (None, Some(user)) => is_member(schema, org, user)?,
            (None, None) => false,
        },
    };
    Ok(allowed && exists(schema, org)?)
}

/// The organisation the request asks for: that of its `x-org-id` header, or else of its token; `None` where
/// it asks for none. [`Error::OrgDenied`] for a header the caller may not send. A token may name an
/// organisation that is not here (yet): that is none, so that its user can still sign up.
pub fn requested_org(schema: Schema) -> Result<Option<Uuid>, Error> {
    if let Some(header) = header("x-org-id") {
        let org = Uuid::try_parse(&header).map_err(|_| Error::OrgDenied)?;
        return if may_act(schema, org)? { Ok(Some(org)) } else { Err(Error::OrgDenied) };
    }
    let named = match Token::current().as_deref().and_then(|token| token.org.as_ref()) {
        None => None,
        Some(Named::Id(id)) => Some(*id),
        Some(Named::ProviderId(id)) => provider_org(schema, id)?,
    };
    match named {
        Some(org) if may_act(schema, org)? => Ok(Some(org)),
        _ => Ok(None),
    }
}

/// The organisation this transaction acts in: the claim's. A gateway without a request hook of its own
/// (Supabase's Storage and Realtime) sets a token and no claim; there the request says.
pub fn current_org(schema: Schema) -> Result<Option<Uuid>, Error> {
    if let Some(claim) = gucs::org_claim() {
        return Ok(Some(claim));
    }
    if gucs::claim_was_written() || !login::is_gateway(login::session_user()) {
        return Ok(None);
    }
    match requested_org(schema) {
        Err(Error::OrgDenied) => Ok(None),
        org => org,
    }
}

/// The verified user of the request: the token's `sub`, where the token counts.
pub fn current_user() -> Option<String> {
    let token = Token::current()?;
    token.user.as_ref().filter(|_| login::is_believed(login::session_user())).cloned()
}

/// A header of the request by its name in lower case, where the login's word for it counts.
pub fn request_header(name: &str) -> Option<String> {
    header(name).filter(|_| login::is_believed(login::session_user()))
}

/// As what a caller acts in the current organisation.
pub enum Acting {
    /// As nothing: there is no organisation, or the caller is not a member of it.
    Nobody,
    /// With the role that org_members says.
    Member(String),
    /// For the organisation itself, as its admins may: a login that may choose any organisation has set the
    /// claim, and brings no user's token.
    Server,
}

/// As what the caller acts in the current organisation.
pub fn acting(schema: Schema) -> Result<Acting, Error> {
    let Some(org) = current_org(schema)? else {
        return Ok(Acting::Nobody);
    };
    if Token::current().is_none() && login::may_choose(login::session_user()) {
        return Ok(Acting::Server);
    }
    let Some(user) = current_user() else {
        return Ok(Acting::Nobody);
    };
    let keys = [(c"org_id", Key::Uuid(org)), (c"user_id", Key::Text(&user))];
    Ok(members(schema)?.find_label(&keys, c"role")?.map_or(Acting::Nobody, Acting::Member))
}

impl Acting {
    /// Has the caller this role, or at least its rights?
    pub fn is(&self, role: &str) -> bool {
        match self {
            Acting::Nobody => false,
            Acting::Member(own) => own == role,
            Acting::Server => role == "admin",
        }
    }
}

/// Definer functions are handed ids of rows: may the caller touch a row of `org`?
/// With a claim, only its own organisation's; without one, only roles that row level security
/// does not hold back anyway.
pub fn check_handed_org(org: Uuid) -> bool {
    match gucs::org_claim() {
        Some(claim) => claim == org,
        None => login::bypasses_rls(login::outer_user()),
    }
}

/// The organisation that has this id at the identity provider.
fn provider_org(schema: Schema, id: &str) -> Result<Option<Uuid>, Error> {
    let orgs = Table::by_index(schema, c"orgs", c"orgs_clerk_org_id_key")?;
    let found: Option<pgrx::Uuid> = orgs.find(&[(c"clerk_org_id", Key::Text(id))], c"id")?;
    Ok(found.map(|id| Uuid::from_bytes(*id.as_bytes())))
}

fn exists(schema: Schema, org: Uuid) -> Result<bool, Error> {
    Table::by_primary_key(schema, c"orgs")?.has(&[(c"id", Key::Uuid(org))])
}

fn is_member(schema: Schema, org: Uuid, user: &str) -> Result<bool, Error> {
    members(schema)?.has(&[(c"org_id", Key::Uuid(org)), (c"user_id", Key::Text(user))])
}

fn members(schema: Schema) -> Result<Table, Error> {
    Table::by_index(schema, c"org_members", c"org_members_org_id_user_id_key")
}
