//! What launcher, workers and sessions know of each other: a row of slots in shared memory, one for each database
//! that has a worker. Numbers only, each read and written by itself: there is nothing to lock.

use super::channel;
use crate::timestamps;
use pgrx::{PGRXSharedMemory, PgAtomic, PgSharedMemoryInitialization, pg_sys};
use std::sync::OnceLock;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicI64, AtomicU32, AtomicU64};

/// Databases with a worker, at most. Each costs every process of the server two file descriptors.
pub const SLOTS: usize = 16;

// SAFETY: no other library has a reason to call something so.
static SHARED: PgAtomic<Shared> = unsafe { PgAtomic::new(c"callcoach workers") };
/// Is the library preloaded? Set in the postmaster, which every process is a copy of.
static IS_THERE: AtomicBool = AtomicBool::new(false);

#[derive(Default)]
struct Shared {
    slots: [Slot; SLOTS],
}

// SAFETY: atomics only.
unsafe impl PGRXSharedMemory for Shared {}

/// A database and its worker. The launcher gives slots out and takes them back; what a worker does is its own to
/// write.
#[derive(Default)]
pub struct Slot {
    /// The database's oid; 0: the slot is free.
    database: AtomicU32,
    /// The worker's process; 0: there is none.
    pid: AtomicI32,
    state: AtomicU32,
    /// Which start this is. A worker that comes too late has another one's number, and goes.
    token: AtomicU32,
    /// Has somebody committed work since the worker last looked?
    is_woken: AtomicBool,
    /// Until when the worker stays away from its database.
    away_until: AtomicI64,
    /// For callcoach.workers().
    pub started_at: AtomicI64,
    pub last_wake: AtomicI64,
    pub last_upkeep: AtomicI64,
    pub wakes: AtomicU64,
    pub starts: AtomicU64,
}

/// What a worker is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum State {
    /// There is none, and the launcher has not asked for one.
    Gone,
    /// The launcher has asked for it.
    Starting,
    /// It waits.
    Idle,
    /// It is in a transaction.
    Working,
    /// It sends webhooks.
    Sending,
    /// It waits for the extension or its tables to be there.
    NotInstalled,
}

impl State {
    /// As callcoach.workers() shows it.
    pub fn name(self) -> &'static str {
        match self {
            State::Gone => "stopped",
            State::Starting => "starting",
            State::Idle => "idle",
            State::Working => "working",
            State::Sending => "sending",
            State::NotInstalled => "not installed",
        }
    }

    fn from_number(number: u32) -> Self {
        [State::Starting, State::Idle, State::Working, State::Sending, State::NotInstalled]
            .into_iter()
            .find(|state| *state as u32 == number)
            .unwrap_or(State::Gone)
    }
}

static NEXT_REQUEST: OnceLock<pg_sys::shmem_request_hook_type> = OnceLock::new();
static NEXT_STARTUP: OnceLock<pg_sys::shmem_startup_hook_type> = OnceLock::new();

/// Has the memory asked for. While the library is being preloaded.
pub fn init() {
    IS_THERE.store(true, Relaxed);
    // SAFETY: hooks are plain pointers, written while the library is being loaded, by one thread.
    unsafe {
        NEXT_REQUEST.get_or_init(|| pg_sys::shmem_request_hook);
        pg_sys::shmem_request_hook = Some(request);
        NEXT_STARTUP.get_or_init(|| pg_sys::shmem_startup_hook);
        pg_sys::shmem_startup_hook = Some(start);
    }
}

/// Not guarded by pgrx, as in `hooks`: the others' errors pass through.
unsafe extern "C-unwind" fn request() {
    // SAFETY: where PostgreSQL asks for it.
    unsafe {
        if let Some(next) = NEXT_REQUEST.get().copied().flatten() {
            next();
        }
        SHARED.on_shmem_request();
    }
}

/// At the server's start, and again after a crash: with slots that are all free.
unsafe extern "C-unwind" fn start() {
    // SAFETY: as above.
    unsafe {
        if let Some(next) = NEXT_STARTUP.get().copied().flatten() {
            next();
        }
        SHARED.on_shmem_startup(Shared::default());
    }
}

/// All slots; none where the library is not preloaded.
pub fn slots() -> &'static [Slot] {
    if IS_THERE.load(Relaxed) { &SHARED.get().slots } else { &[] }
}

/// The slot of a database, and its number.
pub fn slot_of(database: pg_sys::Oid) -> Option<(usize, &'static Slot)> {
    slots().iter().enumerate().find(|(_, slot)| slot.database() == Some(database))
}

impl Slot {
    /// The database it stands for.
    pub fn database(&self) -> Option<pg_sys::Oid> {
        match self.database.load(SeqCst) {
            0 => None,
            oid => Some(pg_sys::Oid::from_u32(oid)),
        }
    }

    /// The worker's process.
    pub fn pid(&self) -> Option<i32> {
        match self.pid.load(SeqCst) {
            0 => None,
            pid => Some(pid),
        }
    }

    pub fn state(&self) -> State {
        State::from_number(self.state.load(SeqCst))
    }

    pub fn set_state(&self, state: State) {
        self.state.store(state as u32, SeqCst);
    }

    /// Is a worker there, or about to be?
    pub fn is_occupied(&self) -> bool {
        self.pid().is_some() || self.state() == State::Starting
    }

    /// Gives a free slot to a database.
    pub fn give_to(&self, database: pg_sys::Oid) {
        for number in [&self.started_at, &self.last_wake, &self.last_upkeep, &self.away_until] {
            number.store(0, SeqCst);
        }
        self.wakes.store(0, SeqCst);
        self.starts.store(0, SeqCst);
        self.is_woken.store(false, SeqCst);
        self.set_state(State::Gone);
        self.database.store(database.to_u32(), SeqCst);
    }

    /// Makes it free; a worker that was asked for and comes yet is not expected any more.
    pub fn take_back(&self) {
        self.set_state(State::Gone);
        self.database.store(0, SeqCst);
    }

    /// Announces a start; the worker is to bring this number along.
    pub fn announce(&self) -> u32 {
        let token = self.token.fetch_add(1, SeqCst).wrapping_add(1);
        self.set_state(State::Starting);
        self.starts.fetch_add(1, SeqCst);
        token
    }

    /// The worker of that start is here; false, where nobody waits for it any more.
    pub fn arrive(&self, token: u32, pid: i32) -> bool {
        if self.token.load(SeqCst) != token || self.state() != State::Starting || self.pid().is_some() {
            return false;
        }
        self.pid.store(pid, SeqCst);
        self.started_at.store(timestamps::clock().0, SeqCst);
        true
    }

    /// The worker is gone.
    pub fn depart(&self) {
        self.set_state(State::Gone);
        self.pid.store(0, SeqCst);
    }

    /// Tells the worker that there is work. For sessions: costs one write to a socket, and nothing where others
    /// have told it already.
    pub fn wake(&self, number: usize) {
        if !self.is_woken.swap(true, SeqCst) {
            channel::ring(number);
        }
    }

    /// Has it been woken since? For the worker, which asks before it looks for work: who commits afterwards wakes
    /// it again.
    pub fn take_wake(&self) -> bool {
        let woken = self.is_woken.swap(false, SeqCst);
        if woken {
            self.wakes.fetch_add(1, SeqCst);
            self.last_wake.store(timestamps::clock().0, SeqCst);
        }
        woken
    }

    /// Asks the worker to leave, and the launcher to start none until then.
    pub fn send_away(&self, number: usize, until: i64) {
        self.away_until.fetch_max(until, SeqCst);
        channel::ring(number);
    }

    /// Takes that back.
    pub fn call_back(&self) {
        self.away_until.store(0, SeqCst);
    }

    /// Until when the worker stays away; `None` where it need not.
    pub fn away_until(&self) -> Option<i64> {
        let until = self.away_until.load(SeqCst);
        (until > timestamps::clock().0).then_some(until)
    }
}
