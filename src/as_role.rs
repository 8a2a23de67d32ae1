//! Acting as another role for a moment: the owner of a table, as foreign keys and REFRESH MATERIALIZED VIEW do.

use pgrx::pg_sys;

/// The role in force, and the restrictions on what runs.
pub struct Before(pg_sys::Oid, i32);

/// Makes `role` the one in force, within a security-restricted operation: SET ROLE and temporary objects are refused,
/// so that triggers of that role's tables cannot keep what is ours. Within a transaction; when it is aborted, that puts
/// things back by itself.
pub fn become_role(role: pg_sys::Oid) -> Before {
    with(role, pg_sys::SECURITY_RESTRICTED_OPERATION)
}

/// Puts it back as it was.
pub fn restore(before: Before) {
    // SAFETY: as it was before.
    unsafe { pg_sys::SetUserIdAndSecContext(before.0, before.1) };
}

/// Runs `body` as a table's owner, whom that table's policies do not bind, not even by FORCE ROW LEVEL SECURITY.
pub fn as_owner<R>(owner: pg_sys::Oid, body: impl FnOnce() -> R) -> R {
    run_as(owner, pg_sys::SECURITY_RESTRICTED_OPERATION | pg_sys::SECURITY_NOFORCE_RLS, body)
}

/// Runs `body` as foreign keys run what they look up and cascade: as the owner, past the table's policies, and without
/// SET ROLE; but what is deferred may be, and comes at the end of the transaction.
pub fn as_key_owner<R>(owner: pg_sys::Oid, body: impl FnOnce() -> R) -> R {
    run_as(owner, pg_sys::SECURITY_LOCAL_USERID_CHANGE | pg_sys::SECURITY_NOFORCE_RLS, body)
}

fn run_as<R>(role: pg_sys::Oid, restrictions: u32, body: impl FnOnce() -> R) -> R {
    // An error that is raised within aborts the (sub)transaction, which puts the role back.
    let before = with(role, restrictions);
    let result = body();
    restore(before);
    result
}

fn with(role: pg_sys::Oid, restrictions: u32) -> Before {
    let (mut user, mut context) = (pg_sys::InvalidOid, 0);
    // SAFETY: within a transaction.
    unsafe {
        pg_sys::GetUserIdAndSecContext(&mut user, &mut context);
        pg_sys::SetUserIdAndSecContext(role, context | restrictions as i32);
    }
    Before(user, context)
}
