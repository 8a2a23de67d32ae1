//! Statements that row level security does not cover, refused to callers it holds back: a cursor WITH HOLD
//! carries rows past the transaction, to whoever has the pooled session next; EXPLAIN shows estimates made from
//! every organisation's rows; LOCK TABLE stops them all.

use super::access::installed_in;
use super::login;
use crate::error::{self, Error};
use crate::gucs;
use pgrx::prelude::*;
use std::ffi::c_char;
use std::sync::OnceLock;

static NEXT: OnceLock<pg_sys::ProcessUtility_hook_type> = OnceLock::new();

/// Puts the check before PostgreSQL's own handling of utility statements.
pub fn init() {
    // SAFETY: a hook is a plain pointer, written while the library is being loaded, by one thread.
    unsafe {
        NEXT.get_or_init(|| pg_sys::ProcessUtility_hook);
        pg_sys::ProcessUtility_hook = Some(process_utility);
    }
}

#[pg_guard]
#[allow(clippy::too_many_arguments)]
unsafe extern "C-unwind" fn process_utility(
    statement: *mut pg_sys::PlannedStmt,
    text: *const c_char,
    read_only_tree: bool,
    context: pg_sys::ProcessUtilityContext::Type,
    params: pg_sys::ParamListInfo,
    environment: *mut pg_sys::QueryEnvironment,
    destination: *mut pg_sys::DestReceiver,
    completion: *mut pg_sys::QueryCompletion,
) {
    // SAFETY: PostgreSQL's own arguments, handed on as they came.
    unsafe {
        if let Some(what) = guarded((*statement).utilityStmt)
            && is_held_back()
        {
            error::raise(Error::Statement(what));
        }
        match NEXT.get().copied().flatten() {
            Some(next) => {
                next(statement, text, read_only_tree, context, params, environment, destination, completion)
            }
            None => pg_sys::standard_ProcessUtility(
                statement,
                text,
                read_only_tree,
                context,
                params,
                environment,
                destination,
                completion,
            ),
        }
    }
}

/// The statement's name, if it is one of those above.
///
/// # Safety
/// `node` is a utility statement.
unsafe fn guarded(node: *mut pg_sys::Node) -> Option<&'static str> {
    // SAFETY: the tag says which struct it is.
    unsafe {
        match (*node).type_ {
            pg_sys::NodeTag::T_ExplainStmt if !gucs::explain_is_allowed() => Some("EXPLAIN"),
            pg_sys::NodeTag::T_LockStmt => Some("LOCK TABLE"),
            pg_sys::NodeTag::T_DeclareCursorStmt => {
                let cursor = node.cast::<pg_sys::DeclareCursorStmt>();
                ((*cursor).options & pg_sys::CURSOR_OPT_HOLD as i32 != 0).then_some("DECLARE … WITH HOLD")
            }
            _ => None,
        }
    }
}

/// Is this a session that acts for organisations, and may not pass row level security by itself? Without the
/// extension in this database nobody is held back.
fn is_held_back() -> bool {
    let session = login::session_user();
    !login::bypasses_rls(session)
        && (gucs::org_claim().is_some() || login::is_believed(session) || login::is_api_user())
        && installed_in().is_ok_and(|schema| schema.is_some())
}
