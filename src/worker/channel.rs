//! How one process wakes another that waits for sockets: a pair of connected sockets for each slot, made by the
//! postmaster and so there in every process. A latch would wake a process, but not its event loop.
//!
//! Programs that the server starts (archive_command) do not get them: std opens sockets close-on-exec.

use super::shared::SLOTS;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::OnceLock;

/// The launcher's channel; a worker's has the number of its slot.
pub const LAUNCHER: usize = SLOTS;

/// Who waits, and who wakes.
static CHANNELS: OnceLock<Vec<(UnixStream, UnixStream)>> = OnceLock::new();

/// Opens them all. Once, in the postmaster.
pub fn open() -> io::Result<()> {
    let mut channels = Vec::with_capacity(SLOTS + 1);
    for _ in 0..=LAUNCHER {
        let pair = UnixStream::pair()?;
        pair.0.set_nonblocking(true)?;
        pair.1.set_nonblocking(true)?;
        channels.push(pair);
    }
    CHANNELS.get_or_init(|| channels);
    Ok(())
}

/// Wakes who waits at this one. For signal handlers too: one system call.
pub fn ring(number: usize) {
    if let Some((_, write)) = CHANNELS.get().and_then(|channels| channels.get(number)) {
        // A full channel wakes as well.
        let _ = (&mut &*write).write(&[0]);
    }
}

/// Where to wait.
pub fn ear(number: usize) -> Option<BorrowedFd<'static>> {
    CHANNELS.get()?.get(number).map(|(read, _)| read.as_fd())
}

/// Takes out what has come in. WouldBlock: nothing has.
pub fn drain(number: usize) -> io::Result<()> {
    let Some((read, _)) = CHANNELS.get().and_then(|channels| channels.get(number)) else {
        return Ok(());
    };
    (&mut &*read).read(&mut [0; 256]).map(|_| ())
}
