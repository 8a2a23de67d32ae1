//! Who the caller is: `current_user_id`, and the role in the current organisation that policies ask for.

use super::access::{Acting, acting, current_user};
use crate::spi::Schema;
use pgrx::datum::VariadicArray;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use uuid::Uuid;

/// The user of the request, by the verified token's `sub`; NULL without one, and for a token that somebody
/// has set by hand.
#[pg_extern(stable, parallel_safe)]
fn current_user_id() -> Option<String> {
    current_user()
}

/// The same as a uuid, for systems whose users are Supabase Auth's (`auth.users`): in place of `auth.uid()`, which
/// believes what any login has written into a setting. NULL also for a `sub` that is no uuid.
#[pg_extern(stable, parallel_safe, schema = "callcoach")]
fn user_id() -> Option<pgrx::Uuid> {
    // As Supabase Auth writes it, and no other of a uuid's spellings: the only one of that length.
    const HYPHENATED: usize = 36;
    let sub = current_user().filter(|sub| sub.len() == HYPHENATED)?;
    Uuid::try_parse(&sub).ok().map(|id| pgrx::Uuid::from_bytes(*id.as_bytes()))
}

/// The caller's role in the current organisation, as text; NULL for nobody of it. The migrations give it
/// the type user_role (`current_org_role()`), which the extension does not own.
#[pg_extern(stable, parallel_safe, schema = "callcoach")]
fn org_role() -> Result<Option<String>, ErrorReport> {
    Ok(match acting(Schema::home()?)? {
        Acting::Member(role) => Some(role),
        Acting::Nobody | Acting::Server => None,
    })
}

/// Has the caller one of these roles in the current organisation? For policies, in a sub-select:
/// `(select callcoach.acts_as('manager', 'admin'))`. A server that has set the claim, and no user's token, acts
/// as an admin.
#[pg_extern(stable, parallel_safe, schema = "callcoach")]
fn acts_as(roles: VariadicArray<&str>) -> Result<bool, ErrorReport> {
    let acting = acting(Schema::home()?)?;
    Ok(roles.iter().flatten().any(|role| acting.is(role)))
}
