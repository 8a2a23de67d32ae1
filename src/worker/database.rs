//! A worker: the process that belongs to one database, and its loop.

use super::channel;
use super::process::{self, Inbox};
use super::shared::{self, Slot, State};
use super::transaction::{self, As, Failure, Work};
use super::upkeep::Upkeep;
use crate::gucs;
use pgrx::prelude::*;
use std::time::{Duration, Instant};

/// Where a worker's process begins. The argument says which slot is its own, and which start this is.
#[pg_guard]
#[unsafe(no_mangle)]
pub extern "C-unwind" fn callcoach_worker_main(arg: pg_sys::Datum) {
    let argument = arg.value() as u64;
    let (number, token) = ((argument & 0xffff_ffff) as usize, (argument >> 32) as u32);
    let Some((slot, database)) = shared::slots().get(number).and_then(|slot| Some((slot, slot.database()?)))
    else {
        return;
    };
    // SAFETY: a plain read; then a callback that stays.
    unsafe {
        if !slot.arrive(token, pg_sys::MyProcPid) {
            return;
        }
        pg_sys::on_shmem_exit(Some(depart), number.into());
    }
    process::begin(number);
    // Whoever wants the database to itself waits for us, and we would wait for it.
    if slot.away_until().is_some() {
        return;
    }
    // SAFETY: as every background worker does; the bootstrap superuser.
    unsafe { pg_sys::BackgroundWorkerInitializeConnectionByOid(database, pg_sys::InvalidOid, 0) };
    process::settle_in(c"callcoach worker");
    slot.set_state(State::Idle);
    pgrx::log!("callcoach worker: started for database {}", database_name(database));
    if let Err(e) = serve(number, slot) {
        pgrx::warning!("callcoach worker: {e}");
    }
}

fn database_name(oid: pg_sys::Oid) -> String {
    let name = transaction::run_bare(c"starting", || Ok(super::status::database_name(oid)));
    name.ok().flatten().map_or_else(|| oid.to_string(), |name| format!("\"{name}\""))
}

/// However the process ends; by kill -9 the server restarts, and shared memory with it.
unsafe extern "C-unwind" fn depart(_code: i32, number: pg_sys::Datum) {
    if let Some(slot) = shared::slots().get(number.value()) {
        slot.depart();
        channel::ring(channel::LAUNCHER);
    }
}

fn serve(number: usize, slot: &Slot) -> std::io::Result<()> {
    process::runtime()?.block_on(async {
        let inbox = Inbox::new(number)?;
        let mut upkeep = Upkeep::default();
        let mut queue = Queue::default();
        while !process::must_end() && !inbox.is_orphan() && slot.away_until().is_none() {
            let mut rest = queue.turn(slot);
            if queue.is_installed {
                rest = rest.min(upkeep.turn(slot));
            }
            slot.set_state(if queue.is_installed { State::Idle } else { State::NotInstalled });
            if !rest.is_zero() {
                inbox.wait(Some(rest.min(flush_statistics()))).await;
            }
        }
        Ok(())
    })
}

/// What sessions have queued. This is where deliveries are claimed, in short transactions; what is in flight belongs
/// beside `inbox` in the loop's wait.
#[derive(Default)]
struct Queue {
    is_installed: bool,
    /// Woken, and has not looked since.
    is_woken: bool,
    looked_at: Option<Instant>,
    failures: u32,
}

const LOOK: Work = Work {
    name: c"looking for work",
    as_whom: As::OwnerOfTable(c"webhook_deliveries"),
    at_most: Duration::from_secs(30),
};
const MOST_BACKOFF: Duration = Duration::from_secs(60);

impl Queue {
    /// Looks, if it was woken or it is time. Returns when it is time again.
    fn turn(&mut self, slot: &Slot) -> Duration {
        self.is_woken |= slot.take_wake();
        let since = self.looked_at.map(|time| time.elapsed());
        let rest = since.map_or(Duration::ZERO, |since| self.interval().saturating_sub(since));
        if !rest.is_zero() {
            return rest;
        }
        self.is_woken = false;
        self.looked_at = Some(Instant::now());
        slot.set_state(State::Working);
        let looked = transaction::run(LOOK, |_| Ok(()));
        self.is_installed = looked != Err(Failure::NotInstalled);
        self.failures = if looked == Err(Failure::Failed) { self.failures + 1 } else { 0 };
        self.interval()
    }

    /// How long it may rest after it has looked. What fails is not tried at every wake.
    fn interval(&self) -> Duration {
        if self.failures > 0 {
            return Duration::from_secs(1 << self.failures.min(6)).min(MOST_BACKOFF);
        }
        if self.is_woken { Duration::ZERO } else { gucs::poll_interval() }
    }
}

/// Hands over what the statistics views count. Returns when there will be something to hand over.
fn flush_statistics() -> Duration {
    // SAFETY: outside a transaction.
    let rest = unsafe { pg_sys::pgstat_report_stat(false) };
    match u64::try_from(rest) {
        Ok(0) | Err(_) => Duration::MAX,
        Ok(milliseconds) => Duration::from_millis(milliseconds),
    }
}
