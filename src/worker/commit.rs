//! Waking the database's worker when a transaction has committed what it waits for. A prepared transaction wakes
//! nobody (it is committed by another session, which knows nothing of it): the worker's own poll finds its rows.

use super::shared;
use pgrx::pg_sys;
use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Has this transaction made work?
static MADE_WORK: AtomicBool = AtomicBool::new(false);

/// Has the worker woken if and when the current transaction commits. Call it after queueing something. A rollback
/// to a savepoint does not take it back: the worker then looks once in vain.
pub fn wake_at_commit() {
    MADE_WORK.store(true, Relaxed);
}

/// While the library is being preloaded: every session calls back at its transactions' ends.
pub fn init() {
    // SAFETY: the function stays; it raises nothing and holds nothing.
    unsafe { pg_sys::RegisterXactCallback(Some(at_end), std::ptr::null_mut()) };
}

/// The transaction is visible to others by now. Not guarded by pgrx: it runs at every transaction's end, and
/// calls nothing that could fail.
unsafe extern "C-unwind" fn at_end(event: pg_sys::XactEvent::Type, _: *mut c_void) {
    use pg_sys::XactEvent::{XACT_EVENT_ABORT, XACT_EVENT_COMMIT, XACT_EVENT_PREPARE};
    let is_committed = event == XACT_EVENT_COMMIT;
    let is_over = is_committed || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE;
    if !is_over || !MADE_WORK.load(Relaxed) {
        return;
    }
    MADE_WORK.store(false, Relaxed);
    // SAFETY: a plain read.
    let database = unsafe { pg_sys::MyDatabaseId };
    if is_committed && let Some((number, slot)) = shared::slot_of(database) {
        slot.wake(number);
    }
}
