//! The HTTP client as the settings and the limit of open files have it by now, and what is wrong with these.

use super::descriptors::{self, Room};
use super::http::{Http, Settings};
use crate::gucs;
use callcoach_core::webhook::fair::Limits;

#[derive(Default)]
pub struct Client {
    settings: Option<Settings>,
    http: Option<Http>,
    room: Room,
    /// What is wrong with the settings, and with the limit of open files, so that each is logged once.
    complaint: Option<String>,
    shortage: Option<String>,
}

impl Client {
    /// None where the settings allow no client.
    pub fn http(&self) -> Option<&Http> {
        self.http.as_ref()
    }

    /// Makes room for requests among the process's open files.
    pub fn make_room(&mut self) {
        self.room.make();
    }

    /// Makes the client anew where settings have changed. Returns the limits, as far as there is room for them.
    pub fn renew(&mut self) -> Limits {
        let mut limits = gucs::webhooks::limits();
        let (room, shortage) = descriptors::room(limits.total);
        if let Some(shortage) = shortage.as_ref().filter(|_| self.shortage != shortage) {
            pgrx::warning!("callcoach worker: {shortage}");
        }
        self.shortage = shortage;
        limits.total = limits.total.min(room.requests);
        self.room = room;
        let made = Settings::read().and_then(|settings| {
            if self.settings.as_ref() != Some(&settings) || self.http.is_none() {
                self.http = Some(Http::new(&settings)?);
                self.settings = Some(settings);
            }
            Ok(())
        });
        if let Err(complaint) = &made {
            self.http = None;
            if self.complaint.as_ref() != Some(complaint) {
                pgrx::warning!("callcoach worker: no webhooks are sent: {complaint}");
            }
        }
        self.complaint = made.err();
        if let Some(http) = &self.http {
            http.keep(self.room.kept);
        }
        limits
    }
}
