//! Who is connected: the login, and the role it has switched to.

use crate::gucs;
use pgrx::pg_sys;
use std::ffi::CStr;

/// The role the session logged in as.
pub fn session_user() -> pg_sys::Oid {
    // SAFETY: reads the login role.
    unsafe { pg_sys::GetSessionUserId() }
}

/// The role that SET ROLE, or else the login, chose; a definer function does not change it.
pub fn outer_user() -> pg_sys::Oid {
    // SAFETY: reads that role.
    unsafe { pg_sys::GetOuterUserId() }
}

/// The role in force: a definer function's owner inside it.
pub fn current_user() -> pg_sys::Oid {
    // SAFETY: reads that role.
    unsafe { pg_sys::GetUserId() }
}

/// Superuser or BYPASSRLS.
pub fn bypasses_rls(role: pg_sys::Oid) -> bool {
    // SAFETY: a syscache look-up; true for superusers too.
    unsafe { pg_sys::has_bypassrls_privilege(role) }
}

/// May the role in force read every row and column of this table, with no policy to hold it back?
pub fn reads_all(table: pg_sys::Oid) -> bool {
    // SAFETY: syscache look-ups by oid.
    table != pg_sys::InvalidOid
        && unsafe {
            pg_sys::check_enable_rls(table, pg_sys::InvalidOid, true)
                != pg_sys::CheckEnableRlsResult::RLS_ENABLED as i32
                && pg_sys::pg_class_aclcheck(table, pg_sys::GetUserId(), pg_sys::ACL_SELECT)
                    == pg_sys::AclResult::ACLCHECK_OK
        }
}

/// Does this login serve requests whose tokens were verified (`callcoach.gateways`)?
pub fn is_gateway(session: pg_sys::Oid) -> bool {
    gucs::is_gateway(&role_name(session))
}

/// Are the request settings of this login (token, headers) true? Those of a gateway are, and of a login that
/// could choose any organisation anyway: past row level security, or by a grant on the claim.
pub fn is_believed(session: pg_sys::Oid) -> bool {
    is_gateway(session) || may_choose(session)
}

/// Could this login choose any organisation by itself: is it past row level security, or granted SET on the
/// claim, or is the claim not guarded?
pub fn may_choose(session: pg_sys::Oid) -> bool {
    // SAFETY: syscache look-ups by a C string and an oid.
    let may_set = || unsafe {
        pg_sys::pg_parameter_aclcheck(
            gucs::ORG_CLAIM_NAME.as_ptr(),
            session,
            pg_sys::ACL_SET as pg_sys::AclMode,
        ) == pg_sys::AclResult::ACLCHECK_OK
    };
    bypasses_rls(session) || !gucs::claim_is_guarded() || may_set()
}

/// Is the role in force service_role?
pub fn is_service_role() -> bool {
    let service = role_oid(c"service_role");
    service != pg_sys::InvalidOid && service == outer_user()
}

/// Has the role in force what anon or authenticated have?
pub fn is_api_user() -> bool {
    [c"anon", c"authenticated"].map(role_oid).into_iter().any(|api_role| {
        // SAFETY: reads caches of memberships.
        api_role != pg_sys::InvalidOid && unsafe { pg_sys::has_privs_of_role(current_user(), api_role) }
    })
}

fn role_oid(name: &CStr) -> pg_sys::Oid {
    // SAFETY: a syscache look-up that may find nothing.
    unsafe { pg_sys::get_role_oid(name.as_ptr(), true) }
}

fn role_name(role: pg_sys::Oid) -> String {
    // SAFETY: noerr; gives a palloc'ed name or NULL.
    unsafe {
        let name = pg_sys::GetUserNameFromId(role, true);
        if name.is_null() { String::new() } else { CStr::from_ptr(name).to_string_lossy().into_owned() }
    }
}
