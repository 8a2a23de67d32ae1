//! A process of ours: its signals, its settings, and how it waits.
//!
//! PostgreSQL's own wait (WaitLatch) and tokio's know nothing of each other. Ours is tokio's: signals, sessions
//! and the launcher write to the process's channel, the postmaster's death closes a pipe, and both are sockets to
//! wait for beside all others. Nothing is polled.

use super::{channel, transaction};
use crate::majors;
use pgrx::prelude::*;
use std::cell::Cell;
use std::ffi::{CStr, c_int};
use std::future::poll_fn;
use std::io;
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Where this process is woken.
static CHANNEL: AtomicUsize = AtomicUsize::new(usize::MAX);

// PostgreSQL's own, not pgrx's guarded ones: a signal handler is no place for the guard.
unsafe extern "C-unwind" {
    fn die(signal: c_int);
    fn procsignal_sigusr1_handler(signal: c_int);
    fn SignalHandlerForConfigReload(signal: c_int);
}

unsafe extern "C-unwind" fn on_sigterm(signal: c_int) {
    // SAFETY: a signal handler of PostgreSQL's, called as one.
    relay(|| unsafe { die(signal) });
}

unsafe extern "C-unwind" fn on_sighup(signal: c_int) {
    // SAFETY: as above.
    relay(|| unsafe { SignalHandlerForConfigReload(signal) });
}

/// Among others: a barrier that all processes are to pass, as DROP DATABASE wants it. It must not wait for our
/// next poll.
unsafe extern "C-unwind" fn on_sigusr1(signal: c_int) {
    // SAFETY: as above.
    relay(|| unsafe { procsignal_sigusr1_handler(signal) });
}

/// Does what PostgreSQL does, and wakes the loop.
fn relay(handler: impl FnOnce()) {
    // SAFETY: the thread's own errno, which a signal handler leaves as it was.
    unsafe {
        let errno = libc::__errno_location();
        let before = *errno;
        handler();
        channel::ring(CHANNEL.load(Relaxed));
        *errno = before;
    }
}

/// Before anything else in a process: from here on it hears signals, and is woken through the channel.
/// pg_cancel_backend ends a statement as everywhere (PostgreSQL's own handler of SIGINT).
pub fn begin(channel: usize) {
    CHANNEL.store(channel, Relaxed);
    // SAFETY: the process's own handlers; signals are blocked until the last line.
    unsafe {
        majors::handle_signal(libc::SIGTERM, on_sigterm);
        majors::handle_signal(libc::SIGHUP, on_sighup);
        majors::handle_signal(libc::SIGUSR1, on_sigusr1);
        pg_sys::BackgroundWorkerUnblockSignals();
    }
}

/// Settings that hold whatever a database or a role says: what runs here runs with the same rules everywhere.
const SETTINGS: &[(&CStr, &CStr)] = &[
    (c"search_path", c"pg_catalog, pg_temp"),
    (c"lock_timeout", c"2s"),
    (c"default_transaction_isolation", c"read committed"),
    (c"default_transaction_read_only", c"off"),
    (c"default_transaction_deferrable", c"off"),
    (c"session_replication_role", c"origin"),
    (c"row_security", c"on"),
    (c"timezone", c"UTC"),
    (c"jit", c"off"),
];

/// After the process has connected.
pub fn settle_in(name: &CStr) {
    let set = |name: &CStr, value: &CStr, source| {
        // SAFETY: C strings, which are copied; the settings and values are PostgreSQL's.
        unsafe {
            let context = pg_sys::GucContext::PGC_SUSET;
            pg_sys::SetConfigOption(name.as_ptr(), value.as_ptr(), context, source);
        }
    };
    for (name, value) in SETTINGS {
        set(name, value, pg_sys::GucSource::PGC_S_OVERRIDE);
    }
    set(c"application_name", name, pg_sys::GucSource::PGC_S_OVERRIDE);
    show(None);
}

/// What pg_stat_activity shows this process to do; `None`: it is idle.
pub fn show(activity: Option<&CStr>) {
    // SAFETY: a C string that is copied.
    unsafe {
        match activity {
            Some(text) => pg_sys::pgstat_report_activity(pg_sys::BackendState::STATE_RUNNING, text.as_ptr()),
            None => pg_sys::pgstat_report_activity(pg_sys::BackendState::STATE_IDLE, std::ptr::null()),
        }
    }
}

/// Sees to what signals have left: true, if the process is to end. Outside a transaction.
pub fn must_end() -> bool {
    // SAFETY: flags that this process's signal handlers set; then what PostgreSQL does about them, where an error
    // can be raised safely.
    unsafe {
        if (&raw const pg_sys::ProcDiePending).read_volatile() != 0 {
            return true;
        }
        // A cancel that came when its statement was over.
        (&raw mut pg_sys::QueryCancelPending).write_volatile(0);
        transaction::guarded(c"interrupts", || {
            // Barriers among them.
            pgrx::check_for_interrupts!();
            if (&raw const pg_sys::ConfigReloadPending).read_volatile() != 0 {
                (&raw mut pg_sys::ConfigReloadPending).write_volatile(0);
                pg_sys::ProcessConfigFile(pg_sys::GucContext::PGC_SIGHUP);
            }
            if (&raw const pg_sys::catchupInterruptPending).read_volatile() != 0 {
                pg_sys::ProcessCatchupInterrupt();
            }
            Ok(())
        })
        .ok();
    }
    false
}

/// Is this what is done before the end?
static IS_LAST: AtomicBool = AtomicBool::new(false);

/// How long a transaction may take: before the end, not long.
pub fn at_most(time: Duration) -> Duration {
    if IS_LAST.load(Relaxed) { time.min(Duration::from_secs(2)) } else { time }
}

/// Does what there is to do before the end. The signal that ends us does not end it; a second one does. Whoever waits
/// for us to be gone does not wait for locks that others hold, or for what the tables' owner has attached to them.
pub fn undisturbed(body: impl FnOnce()) {
    IS_LAST.store(true, Relaxed);
    // SAFETY: a flag of this process, which is on its way out by now; then C strings of a setting of PostgreSQL's.
    unsafe {
        (&raw mut pg_sys::ProcDiePending).write_volatile(0);
        let (context, source) = (pg_sys::GucContext::PGC_SUSET, pg_sys::GucSource::PGC_S_OVERRIDE);
        pg_sys::SetConfigOption(c"lock_timeout".as_ptr(), c"200ms".as_ptr(), context, source);
    }
    body();
}

/// What a process waits for, whatever else it does.
pub struct Inbox {
    channel: AsyncFd<BorrowedFd<'static>>,
    number: usize,
    postmaster: AsyncFd<BorrowedFd<'static>>,
    is_orphan: Cell<bool>,
}

impl Inbox {
    /// Within a tokio runtime.
    pub fn new(number: usize) -> io::Result<Self> {
        let channel = channel::ear(number).ok_or(io::ErrorKind::NotFound)?;
        // SAFETY: the reading end of a pipe that the postmaster alone holds open for writing. It and the channel
        // stay open as long as the process lives.
        let (channel, postmaster) = unsafe {
            let alive = pg_sys::postmaster_alive_fds[pg_sys::POSTMASTER_FD_WATCH as usize];
            (
                AsyncFd::register_with_interest(channel, Interest::READABLE)?,
                AsyncFd::register_with_interest(BorrowedFd::borrow_raw(alive), Interest::READABLE)?,
            )
        };
        Ok(Self { channel, number, postmaster, is_orphan: Cell::new(false) })
    }

    /// Has the postmaster died?
    pub fn is_orphan(&self) -> bool {
        self.is_orphan.get()
    }

    /// Waits until the process is woken, by whomever, or for so long (`None`: for ever).
    pub async fn wait(&self, at_most: Option<Duration>) {
        let _shown = Waiting::begin();
        let woken = poll_fn(|context| self.poll(context));
        match at_most {
            Some(time) => {
                // Either way it is time to look.
                let _ = tokio::time::timeout(time, woken).await;
            }
            None => woken.await,
        }
    }

    /// The same for whoever waits for more than this: ready when the process has been woken.
    pub fn poll(&self, context: &mut Context<'_>) -> Poll<()> {
        if self.postmaster.poll_read_ready(context).is_ready() {
            self.is_orphan.set(true);
            return Poll::Ready(());
        }
        loop {
            match self.channel.poll_read_ready(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Ready(Ok(mut ready)) => {
                    // It was ready, and is empty: nothing is left to read, so wait on.
                    if ready.try_io(|_| channel::drain(self.number)).is_ok() {
                        return Poll::Ready(());
                    }
                }
            }
        }
    }
}

/// While it lives, pg_stat_activity shows that the process waits (Extension, as for all that are not
/// PostgreSQL's own).
pub struct Waiting;

impl Waiting {
    pub fn begin() -> Self {
        Self::report(pg_sys::PG_WAIT_EXTENSION);
        Self
    }

    fn report(event: u32) {
        // SAFETY: points to this process's own entry, which it alone writes.
        unsafe { pg_sys::my_wait_event_info.write_volatile(event) };
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        Self::report(0);
    }
}

/// One thread, no other: PostgreSQL's code runs in a process with one.
pub fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()
}
