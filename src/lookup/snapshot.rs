//! What look-ups see.

use pgrx::pg_sys;

/// Has `body` look at what is committed by now, and at what this transaction has written so far: also where the
/// statement, or the transaction's isolation, would show less.
pub fn latest<R>(body: impl FnOnce() -> R) -> R {
    // SAFETY: within a transaction.
    with_snapshot(|| unsafe { pg_sys::GetLatestSnapshot() }, body)
}

/// Has `body` look at what a statement would see that begins now.
pub fn current<R>(body: impl FnOnce() -> R) -> R {
    // SAFETY: within a transaction.
    with_snapshot(|| unsafe { pg_sys::GetTransactionSnapshot() }, body)
}

fn with_snapshot<R>(take: impl FnOnce() -> pg_sys::Snapshot, body: impl FnOnce() -> R) -> R {
    // SAFETY: within a transaction; the snapshot is taken off again, or goes with the transaction.
    unsafe {
        pg_sys::CommandCounterIncrement();
        pg_sys::PushActiveSnapshot(take());
        let result = body();
        pg_sys::PopActiveSnapshot();
        result
    }
}

/// What the calling statement sees; NULL, what is committed now, where it has no snapshot.
pub(super) fn snapshot() -> pg_sys::Snapshot {
    // SAFETY: reads the active snapshot, if there is one.
    unsafe { if pg_sys::ActiveSnapshotSet() { pg_sys::GetActiveSnapshot() } else { std::ptr::null_mut() } }
}
