//! Free slots of a day: business hours, what is booked, the time zone's changes and the clock go in, slots come out.
//! The same rule ([`seat`]) offers a slot and books it.

mod seats;
mod settings;
mod zone;

pub use seats::{Booking, Period, REACH, Seating, seat};
pub use settings::{CAPACITY_MAX, Settings, SettingsError};
pub use zone::{Moment, Zone};

use crate::weekday::DAY;

const MINUTE: i64 = 60_000_000;

/// The shortest slot, in minutes.
pub const SHORTEST: i32 = 5;
/// The longest slot, in minutes; as long as an appointment may take.
pub const LONGEST: i32 = 480;

/// A slot of a day, on the clocks of its organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// In microseconds of the day.
    pub start: i64,
    /// In microseconds of the day; the day's end is 24:00.
    pub end: i64,
    /// It has not begun yet, and an appointment may be booked there.
    pub is_available: bool,
}

/// The slots of a date (days since 1970-01-01), each `minutes` long, in the order of time. `booked` is whatever is
/// booked from two days before to two days after it, `now` the time it is.
///
/// Slots lie on the clock from each window's opening on, as many as end before it closes. They last as long as they
/// say also where the clocks change: one that begins at 01:30 on the day on which 02:00 becomes 03:00, and takes an
/// hour, ends at 03:30. A time that the clocks leave out is not offered, nor one before the slot before has ended; of
/// one that they show twice, only the later is, which is what a booking there means.
pub fn day(
    settings: &Settings,
    date: i64,
    minutes: i32,
    zone: &Zone,
    booked: &[Booking],
    now: i64,
) -> Vec<Slot> {
    let midnight = date.saturating_mul(DAY);
    let length = i64::from(minutes).saturating_mul(MINUTE);
    let mut slots = Vec::new();
    if length <= 0 {
        return slots;
    }
    for (opening, closing) in settings.windows(date) {
        let closing = match zone.moment(midnight.saturating_add(*closing)) {
            // The day is over when its midnight is first reached; at other times both are open.
            Moment::Twice(first, _) if *closing == DAY => first,
            Moment::Never(instant) | Moment::Once(instant) | Moment::Twice(_, instant) => instant,
        };
        let mut free_from = i64::MIN;
        let mut start = *opening;
        while start < DAY {
            let wall = start;
            start = start.saturating_add(length);
            let Some(begin) = zone.booked(midnight.saturating_add(wall)) else { continue };
            let period = Period { start: begin, end: begin.saturating_add(length) };
            if period.end > closing {
                break;
            }
            if period.start < free_from {
                continue;
            }
            free_from = period.end;
            slots.push(Slot {
                start: wall,
                end: zone.wall(period.end).saturating_sub(midnight).min(DAY),
                is_available: period.start >= now && seat(booked, settings.capacity, period).is_some(),
            });
        }
    }
    slots
}

#[cfg(test)]
mod tests;
