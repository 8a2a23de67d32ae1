//! The launcher: keeps a worker running for each database that `callcoach.databases` names. It is connected to no
//! database, and starts when recovery has ended: on a standby, not before it is promoted.

use super::process::{self, Inbox};
use super::shared::{self, SLOTS, Slot, State};
use super::{channel, transaction};
use crate::gucs;
use pgrx::bgworkers::{BackgroundWorkerBuilder, BgWorkerStartTime};
use pgrx::prelude::*;
use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::time::{Duration, Instant};

/// A worker that is asked for and does not come within so long is asked for again.
const STARTING: Duration = Duration::from_secs(10);
/// A worker that fails sooner than this after its start failed for the same reason as before, presumably.
const STEADY: Duration = Duration::from_secs(60);
const MOST_BACKOFF: Duration = Duration::from_secs(60);

/// While the library is being preloaded.
pub fn register() {
    BackgroundWorkerBuilder::new("callcoach launcher")
        .set_type("callcoach launcher")
        .set_library("callcoach")
        .set_function("callcoach_launcher_main")
        .enable_shmem_access(None)
        .enable_spi_access()
        .set_start_time(BgWorkerStartTime::RecoveryFinished)
        .set_restart_time(Some(Duration::from_secs(2)))
        .load();
}

/// Where the launcher's process begins.
#[pg_guard]
#[unsafe(no_mangle)]
pub extern "C-unwind" fn callcoach_launcher_main(_arg: pg_sys::Datum) {
    process::begin(channel::LAUNCHER);
    // SAFETY: as every background worker does; no database, and the bootstrap superuser.
    unsafe { pg_sys::BackgroundWorkerInitializeConnection(std::ptr::null(), std::ptr::null(), 0) };
    process::settle_in(c"callcoach launcher");
    if let Err(e) = serve() {
        pgrx::warning!("callcoach launcher: {e}");
    }
    // SAFETY: nothing is left to do. With 0 it would not be started again.
    unsafe { pg_sys::proc_exit(1) };
}

fn serve() -> std::io::Result<()> {
    process::runtime()?.block_on(async {
        let inbox = Inbox::new(channel::LAUNCHER)?;
        let mut launcher = Launcher::default();
        while !process::must_end() && !inbox.is_orphan() {
            let rest = launcher.turn();
            inbox.wait(rest).await;
        }
        Ok(())
    })
}

/// What the launcher knows beyond shared memory. Another one begins without it.
#[derive(Default)]
struct Launcher {
    slots: [Care; SLOTS],
    /// What is wrong with a name, so that it is logged once.
    complaints: HashMap<String, &'static str>,
}

/// What the launcher remembers of a slot.
#[derive(Default)]
struct Care {
    /// When it was last asked for, or first seen.
    since: Option<Instant>,
    /// Seen there, or asked for.
    is_expected: bool,
    failures: u32,
    not_before: Option<Instant>,
}

impl Launcher {
    /// Compares what there is with what there should be. Returns for how long there is nothing to do.
    fn turn(&mut self) -> Option<Duration> {
        let names = gucs::worker_databases();
        let used = |slot: &Slot| slot.database().is_some();
        if names.is_empty() && !shared::slots().iter().any(used) {
            return None;
        }
        let Ok(wanted) = self.look_up(&names) else {
            return Some(gucs::poll_interval());
        };
        self.give_slots(&wanted);
        let mut rest = gucs::poll_interval();
        for (number, slot) in shared::slots().iter().enumerate() {
            let Some(database) = slot.database() else { continue };
            let next = match wanted.iter().find(|found| found.oid == database) {
                Some(_) => self.slots[number].keep(number, slot, database),
                None => self.slots[number].let_go(number, slot),
            };
            rest = rest.min(next.unwrap_or(rest));
        }
        // Never so short that it spins.
        Some(rest.max(Duration::from_millis(10)))
    }

    /// The databases of these names that can be connected to.
    fn look_up(&mut self, names: &[CString]) -> Result<Vec<Found>, transaction::Failure> {
        let answers = transaction::run_bare(c"looking for databases", || {
            let databases = databases();
            Ok(names.iter().map(|name| (name.clone(), look_up(name, &databases))).collect::<Vec<_>>())
        })?;
        let mut wanted: Vec<Found> = Vec::new();
        for (name, answer) in answers {
            let name = name.to_string_lossy().into_owned();
            match answer {
                Ok(oid) => {
                    self.complaints.remove(&name);
                    wanted.push(Found { oid, name });
                }
                Err(why) => self.complain(name, why),
            }
        }
        self.complaints.retain(|name, _| names.iter().any(|other| other.to_string_lossy() == name.as_str()));
        Ok(wanted)
    }

    /// Gives a slot to each database that has none.
    fn give_slots(&mut self, wanted: &[Found]) {
        for found in wanted {
            if shared::slot_of(found.oid).is_some() {
                continue;
            }
            match shared::slots().iter().enumerate().find(|(_, slot)| slot.database().is_none()) {
                Some((number, slot)) => {
                    self.slots[number] = Care::default();
                    slot.give_to(found.oid);
                }
                None => {
                    self.complain(found.name.clone(), "there are more databases than workers can be (16)")
                }
            }
        }
    }

    fn complain(&mut self, name: String, why: &'static str) {
        if self.complaints.insert(name.clone(), why) != Some(why) {
            pgrx::log!("callcoach launcher: no worker for database \"{name}\": {why}");
        }
    }
}

struct Found {
    oid: pg_sys::Oid,
    name: String,
}

fn look_up(name: &CStr, databases: &[Database]) -> Result<pg_sys::Oid, &'static str> {
    match databases.iter().find(|database| database.name.as_c_str() == name) {
        None => Err("there is no such database (yet)"),
        Some(database) if !database.allows_connections => Err("it does not accept connections"),
        Some(database) => Ok(database.oid),
    }
}

struct Database {
    oid: pg_sys::Oid,
    name: CString,
    allows_connections: bool,
}

/// All databases. Read through, as autovacuum's launcher does: a process without a database may be the first one
/// after the server's start, and knows of no index then.
fn databases() -> Vec<Database> {
    let mut found = Vec::new();
    // SAFETY: within a transaction; a catalog that every process can read, whose rows are this struct.
    unsafe {
        let relation = pg_sys::table_open(pg_sys::DatabaseRelationId, pg_sys::AccessShareLock as _);
        let none = std::ptr::null_mut();
        let scan = pg_sys::systable_beginscan(relation, pg_sys::InvalidOid, false, none, 0, none.cast());
        loop {
            let tuple = pg_sys::systable_getnext(scan);
            if tuple.is_null() {
                break;
            }
            let row = &*pg_sys::GETSTRUCT(tuple).cast::<pg_sys::FormData_pg_database>();
            found.push(Database {
                oid: row.oid,
                name: CStr::from_ptr(row.datname.data.as_ptr()).to_owned(),
                allows_connections: row.datallowconn,
            });
        }
        pg_sys::systable_endscan(scan);
        pg_sys::table_close(relation, pg_sys::AccessShareLock as _);
    }
    found
}

impl Care {
    /// Nobody wants a worker there any more. Returns when to look again, at the latest.
    fn let_go(&mut self, number: usize, slot: &Slot) -> Option<Duration> {
        let since = *self.since.get_or_insert_with(Instant::now);
        let may_come = slot.state() == State::Starting && since.elapsed() < STARTING;
        if slot.pid().is_none() && !may_come {
            slot.take_back();
            *self = Care::default();
            return None;
        }
        slot.send_away(number, i64::MAX);
        Some(STARTING)
    }

    /// Sees to it that a worker is there. Returns when to look again, at the latest.
    fn keep(&mut self, number: usize, slot: &Slot, database: pg_sys::Oid) -> Option<Duration> {
        let now = Instant::now();
        let since = *self.since.get_or_insert(now);
        if slot.pid().is_some() {
            self.is_expected = true;
            if slot.away_until() == Some(i64::MAX) {
                // Sent away for good, and wanted again before it had gone.
                slot.call_back();
            }
            return None;
        }
        if slot.state() == State::Starting && now < since + STARTING {
            self.is_expected = true;
            return Some(since + STARTING - now);
        }
        if std::mem::take(&mut self.is_expected) {
            self.is_gone(slot, now);
        }
        if slot.away_until() == Some(i64::MAX) {
            slot.call_back();
        }
        if let Some(until) = slot.away_until() {
            let micros = until - crate::timestamps::clock().0;
            return Some(Duration::from_micros(u64::try_from(micros).unwrap_or(0)));
        }
        if let Some(rest) = self.not_before.and_then(|time| time.checked_duration_since(now)) {
            return Some(rest);
        }
        self.since = Some(now);
        self.is_expected = true;
        if !start(number, slot, database) {
            slot.set_state(State::Gone);
            pgrx::log!("callcoach launcher: no worker can be started; see max_worker_processes");
        }
        Some(STARTING)
    }

    /// It has ended, or never came: the next one follows after 1 s, after 2 s if that fails too, and so on.
    fn is_gone(&mut self, slot: &Slot, now: Instant) {
        let is_steady = self.since.is_some_and(|since| now >= since + STEADY);
        if slot.away_until().is_some() || is_steady {
            self.failures = 0;
        }
        let backoff = Duration::from_secs(1 << self.failures.min(6)).min(MOST_BACKOFF);
        self.not_before = Some(now + backoff);
        self.failures += 1;
    }
}

fn start(number: usize, slot: &Slot, database: pg_sys::Oid) -> bool {
    let token = slot.announce();
    let argument = (u64::from(token) << 32 | number as u64) as i64;
    // SAFETY: a plain read.
    let launcher = unsafe { pg_sys::MyProcPid };
    pgrx::debug1!("callcoach launcher: starting the worker of database {database}");
    BackgroundWorkerBuilder::new("callcoach worker")
        .set_type("callcoach worker")
        .set_library("callcoach")
        .set_function("callcoach_worker_main")
        .enable_shmem_access(None)
        .enable_spi_access()
        .set_start_time(BgWorkerStartTime::RecoveryFinished)
        .set_restart_time(None)
        .set_argument(argument.into_datum())
        .set_notify_pid(launcher)
        .load_dynamic()
        .is_ok()
}
