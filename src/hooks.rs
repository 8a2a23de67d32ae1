//! PostgreSQL's hooks, which every statement of every database passes.
//!
//! These functions are not guarded by pgrx on purpose: its guard takes an error apart and builds it anew, and
//! loses what it does not know (constraint names, context, SQLSTATEs outside its list). They hold nothing that
//! would have to be dropped, so that an error may jump past them as it does past C functions; what is ours to
//! do is done in guarded functions of its own.

use crate::tenancy::statements;
use crate::worker::leave;
use pgrx::pg_sys;
use std::ffi::{c_char, c_int};
use std::sync::OnceLock;

static NEXT_UTILITY: OnceLock<pg_sys::ProcessUtility_hook_type> = OnceLock::new();
static NEXT_PLANNER: OnceLock<pg_sys::planner_hook_type> = OnceLock::new();

unsafe extern "C-unwind" {
    // PostgreSQL's own, not pgrx's guarded ones of the same name.
    fn standard_ProcessUtility(
        statement: *mut pg_sys::PlannedStmt,
        text: *const c_char,
        read_only_tree: bool,
        context: pg_sys::ProcessUtilityContext::Type,
        params: pg_sys::ParamListInfo,
        environment: *mut pg_sys::QueryEnvironment,
        destination: *mut pg_sys::DestReceiver,
        completion: *mut pg_sys::QueryCompletion,
    );
    fn standard_planner(
        query: *mut pg_sys::Query,
        text: *const c_char,
        options: c_int,
        params: pg_sys::ParamListInfo,
    ) -> *mut pg_sys::PlannedStmt;
}

/// Puts ours before those that are there. Called once, from `_PG_init`.
pub fn init() {
    // SAFETY: hooks are plain pointers, written while the library is being loaded, by one thread.
    unsafe {
        NEXT_UTILITY.get_or_init(|| pg_sys::ProcessUtility_hook);
        pg_sys::ProcessUtility_hook = Some(process_utility);
        NEXT_PLANNER.get_or_init(|| pg_sys::planner_hook);
        pg_sys::planner_hook = Some(planner);
    }
}

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
        statements::check((*statement).utilityStmt);
        leave::before((*statement).utilityStmt);
        let next = NEXT_UTILITY.get().copied().flatten().unwrap_or(standard_ProcessUtility);
        next(statement, text, read_only_tree, context, params, environment, destination, completion);
    }
}

unsafe extern "C-unwind" fn planner(
    query: *mut pg_sys::Query,
    text: *const c_char,
    options: c_int,
    params: pg_sys::ParamListInfo,
) -> *mut pg_sys::PlannedStmt {
    // SAFETY: as above.
    unsafe {
        if pg_sys::Debug_print_plan {
            statements::hide_plan();
        }
        let next = NEXT_PLANNER.get().copied().flatten().unwrap_or(standard_planner);
        next(query, text, options, params)
    }
}
