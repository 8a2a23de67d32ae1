//! A worker: the process that belongs to one database, and its loop.

use super::channel;
use super::deliver::Sender;
use super::process::{self, Inbox};
use super::shared::{self, Slot, State};
use super::transaction;
use super::upkeep::Upkeep;
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
        let mut sender = Sender::new();
        let mut upkeep_after = Instant::now();
        while !process::must_end() && !inbox.is_orphan() && slot.away_until().is_none() {
            let mut rest = sender.turn(slot);
            // Between two transactions of upkeep, what is being sent has as long as the first one took.
            let upkeep_rest = upkeep_after.saturating_duration_since(Instant::now());
            if sender.is_sending() && !upkeep_rest.is_zero() {
                rest = rest.min(upkeep_rest);
            } else if sender.is_installed() {
                let began = Instant::now();
                rest = rest.min(upkeep.turn(slot));
                upkeep_after = Instant::now() + began.elapsed();
            }
            slot.set_state(match (sender.is_installed(), sender.is_sending()) {
                (false, _) => State::NotInstalled,
                (true, false) => State::Idle,
                (true, true) => State::Sending,
            });
            if rest.is_zero() {
                // Attempts go on all the same.
                tokio::task::yield_now().await;
            } else {
                process::show(sender.is_sending().then_some(c"sending webhooks"));
                let rest = rest.min(flush_statistics());
                tokio::select! {
                    biased;
                    () = inbox.wait(Some(rest)) => (),
                    () = sender.ended() => (),
                }
            }
        }
        if !inbox.is_orphan() {
            process::undisturbed(|| sender.close());
        }
        Ok(())
    })
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
