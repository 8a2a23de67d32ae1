//! The background worker: what is done between statements, and not by them.
//!
//! | file | what |
//! | --- | --- |
//! | `launcher` | one process that starts a worker for each database of `callcoach.databases`, and stops it |
//! | `database` | a worker: its loop |
//! | `deliver` | sending webhooks |
//! | `upkeep` | what a worker does every `callcoach.upkeep_interval` |
//! | `transaction` | a worker's transactions: as whom, for how long, what an error comes to |
//! | `process` | signals, interrupts, and the wait for all that a worker waits for |
//! | `shared`, `channel` | what the processes know of each other, and how one wakes another |
//! | `commit` | waking the database's worker when a transaction commits |
//! | `leave` | making way for statements that want a database without sessions |
//! | `status` | `callcoach.workers()` |
//!
//! All of this needs the library in `shared_preload_libraries`. Where it is not, nobody is there to be woken, and
//! every function here does nothing.

mod channel;
mod commit;
mod database;
pub mod deliver;
mod launcher;
pub mod leave;
mod process;
mod shared;
mod status;
mod transaction;
mod upkeep;

pub use commit::wake_at_commit;

use pgrx::prelude::*;

/// Prepares shared memory, channels and the launcher. Called once, from `_PG_init`.
pub fn init() {
    // SAFETY: plain reads. pg_upgrade's servers run with their databases to themselves.
    let is_wanted =
        unsafe { pg_sys::process_shared_preload_libraries_in_progress && !pg_sys::IsBinaryUpgrade };
    if !is_wanted {
        return;
    }
    if let Err(e) = channel::open() {
        pgrx::warning!("callcoach: no background workers, as they cannot be woken: {e}");
        return;
    }
    shared::init();
    commit::init();
    launcher::register();
}
