//! What every request needs may be used up: descriptors, memory. Then nothing is begun for a moment; what is under way
//! gives some of it back.

use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_secs(1);
/// The log says so this often at most.
const SAID_AGAIN: Duration = Duration::from_secs(60);

/// When something was missing last.
#[derive(Default)]
pub struct Pause {
    until: Option<Instant>,
    said: Option<Instant>,
}

impl Pause {
    /// This is missing.
    pub fn take(&mut self, lack: &str) {
        self.until = Some(Instant::now() + PAUSE);
        if self.said.is_none_or(|said| said.elapsed() >= SAID_AGAIN) {
            self.said = Some(Instant::now());
            pgrx::warning!("callcoach worker: webhooks are sent more slowly: {lack}");
        }
    }

    /// For how long nothing is to be begun yet.
    pub fn rest(&self) -> Option<Duration> {
        self.until
            .and_then(|until| until.checked_duration_since(Instant::now()))
            .filter(|rest| !rest.is_zero())
    }
}
