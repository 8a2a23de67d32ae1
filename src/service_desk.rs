//! What a service desk's functions are made of: free slots of a day, a lane for a booking, who is on duty. The tables
//! are the system's (sql/service_desk); rows come in as arguments.

use crate::error::Error;
use crate::jsonb::Jsonb;
use callcoach_core::on_call::{self, Duty};
use callcoach_core::slots::{self, Booking, LONGEST, Period, SHORTEST, Settings, Zone};
use callcoach_core::weekday::{DAY, Weekday};
use pgrx::datum::{Date, Time, Timestamp, TimestampWithTimeZone};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use std::ffi::CString;

/// From 1970 to 2000, in microseconds.
const EPOCH: i64 = 10_957 * DAY;
const SECOND: i64 = 1_000_000;
/// So far from 1970, in days, dates are taken: within what a timestamp holds.
const FURTHEST: i32 = 1_000_000;

/// The slots of a date, each `slot_duration` minutes long, on the clocks of a time zone: business hours, capacity and
/// holidays by `settings`, what is booked (from, to and lane of each) from two days before to three days after. A slot
/// is available if it begins at `at` or later and may be booked. 22023 for settings that cannot be used, an unknown
/// time zone, a duration outside of 5 to 480 minutes, an infinite date; 22004 for NULLs.
#[pg_extern(immutable, parallel_safe, schema = "callcoach", cost = 100)]
#[allow(clippy::type_complexity, clippy::too_many_arguments)]
fn time_slots(
    target_date: Option<Date>,
    slot_duration: Option<i32>,
    time_zone: Option<&str>,
    settings: Option<Jsonb>,
    booked_from: Option<Vec<Option<TimestampWithTimeZone>>>,
    booked_to: Option<Vec<Option<TimestampWithTimeZone>>>,
    lanes: Option<Vec<Option<i32>>>,
    at: Option<TimestampWithTimeZone>,
) -> Result<
    TableIterator<
        'static,
        (name!(start_time, Option<Time>), name!(end_time, Option<Time>), name!(is_available, bool)),
    >,
    ErrorReport,
> {
    let date = given(target_date, "target_date")?;
    let minutes = given(slot_duration, "slot_duration")?;
    if !(SHORTEST..=LONGEST).contains(&minutes) {
        return Err(Error::OutOfRange("slot_duration", "5 to 480 minutes").into());
    }
    let days = date.to_unix_epoch_days();
    if !date.is_finite() || !(-FURTHEST..=FURTHEST).contains(&days) {
        return Err(Error::OutOfRange("target_date", "a date within 2,700 years").into());
    }
    let settings = read_settings(settings)?;
    let days = i64::from(days);
    let zone = zone(given(time_zone, "time_zone")?, days)?;
    let booked = bookings(booked_from, booked_to, lanes)?;
    let now = instant(given(at, "at")?);
    let found = slots::day(&settings, days, minutes, &zone, &booked, now);
    let time = |micros| Time::try_from(micros).ok();
    Ok(TableIterator::new(
        found.into_iter().map(move |slot| (time(slot.start), time(slot.end), slot.is_available)),
    ))
}

/// A lane for a booking among those that are there: the new one's, then theirs in their order, which differ from what
/// they were where others have to move for it. NULL: as many overlap at some moment as settings.capacity allows.
#[pg_extern(immutable, parallel_safe, schema = "callcoach")]
fn seat(
    settings: Option<Jsonb>,
    booked_from: Option<Vec<Option<TimestampWithTimeZone>>>,
    booked_to: Option<Vec<Option<TimestampWithTimeZone>>>,
    lanes: Option<Vec<Option<i32>>>,
    starts: Option<TimestampWithTimeZone>,
    ends: Option<TimestampWithTimeZone>,
) -> Result<Option<Vec<i32>>, ErrorReport> {
    let settings = read_settings(settings)?;
    let booked = bookings(booked_from, booked_to, lanes)?;
    let period = Period { start: instant(given(starts, "starts")?), end: instant(given(ends, "ends")?) };
    let lane = |lane: u32| i32::try_from(lane).unwrap_or(i32::MAX);
    Ok(slots::seat(&booked, settings.capacity, period)
        .map(|seating| std::iter::once(seating.lane).chain(seating.others).map(lane).collect()))
}

/// Raises 22023 if business_hours, capacity or holidays of an organisation's settings cannot be used.
#[pg_extern(immutable, parallel_safe, schema = "callcoach")]
fn check_desk_settings(settings: Option<Jsonb>) -> Result<(), ErrorReport> {
    read_settings(settings)?;
    Ok(())
}

/// Is somebody on duty at this moment (what the clocks of their organisation show)? `days` are those on which duty
/// begins; what ends before it starts goes on over midnight. NULL days: every day; NULL hours: all day.
#[pg_extern(immutable, parallel_safe, schema = "callcoach")]
fn is_on_duty(
    days: Option<Vec<Option<String>>>,
    hours_start: Option<Time>,
    hours_end: Option<Time>,
    at: Option<Timestamp>,
) -> Result<bool, ErrorReport> {
    let at = given(at, "at")?;
    let listed =
        |days: Vec<Option<String>>| days.iter().flatten().filter_map(|day| Weekday::from_name(day)).collect();
    let duty = Duty {
        days: days.map(listed),
        starts: hours_start.map(Time::into_inner),
        ends: hours_end.map(Time::into_inner),
    };
    Ok(duty.covers(pg_sys::Timestamp::from(at).saturating_add(EPOCH)))
}

/// Is this the urgency for which somebody off duty is called where nobody is on? 22023 for what is none of low,
/// normal, medium, high and emergency.
#[pg_extern(immutable, parallel_safe, schema = "callcoach")]
fn reaches_off_duty(urgency: Option<&str>) -> Result<bool, ErrorReport> {
    let urgency = given(urgency, "urgency")?;
    Ok(on_call::reaches_off_duty(urgency).ok_or(Error::Urgency)?)
}

fn given<T>(argument: Option<T>, name: &'static str) -> Result<T, Error> {
    argument.ok_or(Error::NullArgument(name))
}

fn read_settings(settings: Option<Jsonb>) -> Result<Settings, Error> {
    let settings = settings.map_or(Ok(serde_json::Value::Null), |settings| settings.to_value("settings"))?;
    Settings::parse(&settings).map_err(Error::DeskSettings)
}

fn instant(time: TimestampWithTimeZone) -> i64 {
    pg_sys::TimestampTz::from(time).saturating_add(EPOCH)
}

fn bookings(
    from: Option<Vec<Option<TimestampWithTimeZone>>>,
    to: Option<Vec<Option<TimestampWithTimeZone>>>,
    lanes: Option<Vec<Option<i32>>>,
) -> Result<Vec<Booking>, Error> {
    let (from, to, lanes) = (from.unwrap_or_default(), to.unwrap_or_default(), lanes.unwrap_or_default());
    if from.len() != to.len() || from.len() != lanes.len() {
        return Err(Error::OutOfRange("booked_to", "as long an array as booked_from and lanes"));
    }
    let booking = |((from, to), lane): ((Option<_>, Option<_>), Option<i32>)| {
        let period =
            Period { start: instant(given(from, "booked_from")?), end: instant(given(to, "booked_to")?) };
        Ok(Booking { period, lane: u32::try_from(given(lane, "lanes")?).unwrap_or_default() })
    };
    from.into_iter().zip(to).zip(lanes).map(booking).collect()
}

/// The offsets of a time zone from some days before a date to some days after, by PostgreSQL's own tables.
fn zone(name: &str, days: i64) -> Result<Zone, Error> {
    let name = CString::new(name).map_err(|_| Error::TimeZone)?;
    // SAFETY: looks a name up; what comes back stays for the process's life. NULL: no such zone.
    let zone = unsafe { pg_sys::pg_tzset(name.as_ptr()) };
    if zone.is_null() {
        return Err(Error::TimeZone);
    }
    let until = (days + 4) * DAY / SECOND;
    let mut time = (days - 3) * DAY / SECOND;
    let mut first = None;
    let mut changes = Vec::new();
    loop {
        let (mut before, mut after, mut boundary) = (0, 0, 0);
        let (mut before_is_dst, mut after_is_dst) = (0, 0);
        // SAFETY: a zone, and places for the answers.
        let found = unsafe {
            pg_sys::pg_next_dst_boundary(
                &time,
                &mut before,
                &mut before_is_dst,
                &mut boundary,
                &mut after,
                &mut after_is_dst,
                zone,
            )
        };
        if found < 0 {
            return Err(Error::TimeZone);
        }
        let first = *first.get_or_insert(before * SECOND);
        if found == 0 || boundary > until || boundary <= time {
            return Ok(Zone::new(first, changes));
        }
        changes.push((boundary * SECOND, after * SECOND));
        time = boundary;
    }
}
