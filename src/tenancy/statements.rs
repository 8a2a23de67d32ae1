//! What row level security does not cover, kept from those it holds back. API users run queries and the
//! statements around them, nothing else: EXPLAIN shows estimates made from every organisation's rows, LOCK TABLE
//! and most DDL stop every organisation before they ask who it is, a temporary table or a cursor WITH HOLD waits
//! on a pooled session for whoever has it next.

use super::login;
use crate::error::{self, Error};
use crate::gucs;
use crate::majors;
use crate::spi::Schema;
use pgrx::prelude::*;
use std::ffi::CStr;

/// Raises 42501 if this is a statement that its caller may not run.
///
/// # Safety
/// `node` is a utility statement.
#[pg_guard]
pub unsafe extern "C-unwind" fn check(node: *mut pg_sys::Node) {
    // SAFETY: as the caller promises; a tag's name is a constant.
    unsafe {
        let is_refused = match statement(node) {
            Statement::Query => false,
            Statement::HeldCursor => is_held_back() || is_shared(),
            Statement::Other => is_held_back(),
        };
        if is_refused {
            let name = pg_sys::GetCommandTagName(pg_sys::CreateCommandTag(node));
            error::raise(Error::Statement(CStr::from_ptr(name).to_string_lossy().into_owned()));
        }
    }
}

/// Before a query is planned, and before anyone has asked whether its caller may read the tables: who is not past
/// row level security does not get to see the plan by debug_print_plan either.
#[pg_guard]
pub extern "C-unwind" fn hide_plan() {
    // SAFETY: reads a setting that PostgreSQL itself looks at after planning, and puts it off until it is set
    // again.
    unsafe {
        let sees_all =
            login::bypasses_rls(login::session_user()) || login::bypasses_rls(login::current_user());
        if gucs::statements_are_guarded() && !sees_all && is_installed() {
            pg_sys::Debug_print_plan = false;
        }
    }
}

enum Statement {
    /// A query, or what is said around queries.
    Query,
    /// DECLARE … WITH HOLD.
    HeldCursor,
    Other,
}

/// # Safety
/// `node` is a utility statement.
unsafe fn statement(node: *mut pg_sys::Node) -> Statement {
    use pg_sys::NodeTag as Tag;
    // SAFETY: the tag says which struct it is.
    unsafe {
        match (*node).type_ {
            Tag::T_DeclareCursorStmt => {
                let cursor = node.cast::<pg_sys::DeclareCursorStmt>();
                let is_held = (*cursor).options & pg_sys::CURSOR_OPT_HOLD as i32 != 0;
                if is_held { Statement::HeldCursor } else { Statement::Query }
            }
            Tag::T_TransactionStmt
            | Tag::T_VariableSetStmt
            | Tag::T_VariableShowStmt
            | Tag::T_ConstraintsSetStmt
            | Tag::T_PrepareStmt
            | Tag::T_ExecuteStmt
            | Tag::T_DeallocateStmt
            | Tag::T_FetchStmt
            | Tag::T_ClosePortalStmt
            | Tag::T_CopyStmt
            | Tag::T_DoStmt
            | Tag::T_CallStmt
            | Tag::T_DiscardStmt
            | Tag::T_ListenStmt
            | Tag::T_UnlistenStmt
            | Tag::T_NotifyStmt => Statement::Query,
            _ => Statement::Other,
        }
    }
}

/// Nobody is held back where the extension is not.
fn is_installed() -> bool {
    Schema::installed().is_ok_and(|schema| schema.is_some())
}

/// Is the caller an API user whom row level security holds back? Not a login past it (in whatever role), not a
/// definer function of somebody else's, not who owns the tables; and nobody where the extension is not.
fn is_held_back() -> bool {
    gucs::statements_are_guarded()
        && login::is_api_user()
        && !login::bypasses_rls(login::session_user())
        && !login::bypasses_rls(login::current_user())
        && Schema::installed().is_ok_and(|schema| {
            schema.is_some_and(|schema| !majors::owns_table(schema.table(c"orgs"), login::current_user()))
        })
}

/// Does this session serve the requests of several, one after the other? Then what service_role leaves open in
/// it is for all of them.
fn is_shared() -> bool {
    let session = login::session_user();
    gucs::statements_are_guarded()
        && !login::bypasses_rls(session)
        && login::is_believed(session)
        && is_installed()
}
