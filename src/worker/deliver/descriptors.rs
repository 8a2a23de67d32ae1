//! File descriptors: what the worker may have open, and how many requests that is.

use pgrx::pg_sys;
use std::io;

/// What the process has open itself: channels, the log, the tables it works on. PostgreSQL closes files of its own and
/// opens them again when there are too few, but it has to have some.
const OWN: usize = 140;
/// What a request takes at most: two, while its receiver's name is looked up.
const OF_REQUEST: usize = 2;
/// As many connections are kept for each request that may be in flight, at least and at most.
const KEPT: [usize; 2] = [1, 4];

/// What there is room for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Room {
    /// Requests at once.
    pub requests: usize,
    /// Connections that wait for the next one.
    pub kept: usize,
    /// Are PostgreSQL's own files in the way, when it has as many open as it may?
    is_tight: bool,
}

impl Room {
    /// Before requests are begun: has PostgreSQL close its files, where they are in the way.
    pub fn make(self) {
        if !self.is_tight {
            return;
        }
        let Ok(limit) = raise(0) else { return };
        // SAFETY: the postmaster's pipe is open as long as the process lives; a copy of it, which is closed again, has
        // the first number that is free.
        let first_free = unsafe {
            let pipe = pg_sys::postmaster_alive_fds[pg_sys::POSTMASTER_FD_WATCH as usize];
            let copy = libc::fcntl(pipe, libc::F_DUPFD_CLOEXEC, 0);
            if copy >= 0 {
                libc::close(copy);
            }
            usize::try_from(copy).unwrap_or(limit)
        };
        if first_free + self.requests * OF_REQUEST > limit {
            close_files();
        }
    }
}

/// Has PostgreSQL close its files. It opens them again when it needs them.
pub fn close_files() {
    // SAFETY: outside a transaction; files are known by other numbers than the system's.
    unsafe { pg_sys::closeAllVfds() };
}

/// The room for so many requests, and what is wrong, if it is less. The limit is raised as far as it may be.
pub fn room(wanted: usize) -> (Room, Option<String>) {
    // SAFETY: a plain read of a setting that is fixed at the server's start.
    let files = usize::try_from(unsafe { pg_sys::max_files_per_process }).unwrap_or(0);
    let comfortable = files + wanted * (OF_REQUEST + KEPT[1]);
    let limit = match raise(comfortable) {
        Ok(limit) => limit,
        Err(e) => return (within(usize::MAX, wanted), Some(format!("the limit of open files: {e}"))),
    };
    let room = Room { is_tight: limit < comfortable, ..within(limit, wanted) };
    let complaint = (room.requests < wanted).then(|| {
        let needed = OWN + wanted * (OF_REQUEST + KEPT[0]);
        format!(
            "a process may have {limit} files open (ulimit -n), so {} webhooks are in flight at most; \
             callcoach.webhook_concurrency = {wanted} needs {needed}",
            room.requests
        )
    });
    (room, complaint)
}

fn within(limit: usize, wanted: usize) -> Room {
    let sockets = limit.saturating_sub(OWN);
    let requests = (sockets / (OF_REQUEST + KEPT[0])).clamp(1, wanted);
    let kept = sockets.saturating_sub(requests * OF_REQUEST).min(requests * KEPT[1]);
    Room { requests, kept, is_tight: false }
}

/// The process's limit, raised to so many, or to what it may have.
fn raise(wanted: usize) -> io::Result<usize> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: fills the struct in.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let wanted = (wanted as libc::rlim_t).min(limit.rlim_max);
    if wanted > limit.rlim_cur {
        let raised = libc::rlimit { rlim_cur: wanted, ..limit };
        // SAFETY: reads the struct; this process's own limit, below its hard one.
        if unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raised) } == 0 {
            limit = raised;
        }
    }
    Ok(usize::try_from(limit.rlim_cur).unwrap_or(usize::MAX))
}
