//! Slots of ordinary days, of days on which clocks change, among bookings; settings; lanes.

use super::*;
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::{Value, json};

const HOUR: i64 = DAY / 24;
const LONG_AGO: i64 = i64::MIN;

fn days(year: i16, month: i8, day: i8) -> i64 {
    date(1970, 1, 1).until(date(year, month, day)).unwrap().get_days().into()
}

/// Hours east of UTC, changes as (date, hour UTC, hours east from then on).
fn zone(offset: f64, changes: &[((i16, i8, i8), f64, f64)]) -> Zone {
    let micros = |hours: f64| (hours * HOUR as f64) as i64;
    let at = |((y, m, d), hour, to): &((i16, i8, i8), f64, f64)| {
        (days(*y, *m, *d) * DAY + micros(*hour), micros(*to))
    };
    Zone::new(micros(offset), changes.iter().map(at))
}

fn new_york() -> Zone {
    zone(-5.0, &[((2026, 3, 8), 7.0, -4.0), ((2026, 11, 1), 6.0, -5.0)])
}

fn berlin() -> Zone {
    zone(1.0, &[((2026, 3, 29), 1.0, 2.0), ((2026, 10, 25), 1.0, 1.0)])
}

fn lord_howe() -> Zone {
    zone(11.0, &[((2026, 4, 4), 15.0, 10.5), ((2026, 10, 3), 15.5, 11.0)])
}

/// Where clocks change at midnight.
fn havana() -> Zone {
    zone(-5.0, &[((2026, 3, 8), 5.0, -4.0), ((2026, 11, 1), 5.0, -5.0)])
}

fn settings(value: Value) -> Settings {
    Settings::parse(&value).unwrap()
}

/// Open every day in these windows.
fn open(windows: &[(&str, &str)], capacity: u32) -> Settings {
    let windows: Vec<Value> =
        windows.iter().map(|(start, end)| json!({"start": start, "end": end})).collect();
    let week: Value = crate::weekday::NAMES.iter().map(|day| ((*day).to_owned(), json!(windows))).collect();
    settings(json!({"business_hours": week, "capacity": capacity}))
}

fn clock(micros: i64) -> String {
    format!("{:02}:{:02}", micros / HOUR, micros % HOUR / MINUTE)
}

fn shown(slots: &[Slot]) -> Vec<String> {
    let mark = |slot: &Slot| if slot.is_available { "" } else { "!" };
    slots.iter().map(|slot| format!("{}{}-{}", mark(slot), clock(slot.start), clock(slot.end))).collect()
}

fn free(settings: &Settings, date: i64, minutes: i32, zone: &Zone) -> Vec<String> {
    shown(&day(settings, date, minutes, zone, &[], LONG_AGO))
}

fn booking(zone: &Zone, date: i64, hour: f64, minutes: i64, lane: u32) -> Booking {
    let start = zone.booked(date * DAY + (hour * HOUR as f64) as i64).unwrap();
    Booking { period: Period { start, end: start + minutes * MINUTE }, lane }
}

#[test]
fn an_ordinary_day_by_the_defaults() {
    let defaults = settings(json!({}));
    let monday = days(2026, 6, 1);
    let hours: Vec<String> = (9..17).map(|hour| format!("{hour:02}:00-{:02}:00", hour + 1)).collect();
    assert_eq!(free(&defaults, monday, 60, &new_york()), hours);
    assert_eq!(free(&defaults, monday + 4, 60, &new_york()), hours);
    assert!(free(&defaults, monday + 5, 60, &new_york()).is_empty(), "saturday");
    assert!(free(&defaults, monday + 6, 60, &new_york()).is_empty(), "sunday");
    // What does not end before closing is not offered.
    assert_eq!(free(&defaults, monday, 450, &new_york()), ["09:00-16:30"]);
    assert_eq!(free(&defaults, monday, 480, &new_york()), ["09:00-17:00"]);
    assert_eq!(free(&defaults, monday, 5, &new_york()).len(), 96);
}

#[test]
fn several_windows_and_holidays() {
    let split = settings(json!({
        "business_hours": {
            "monday": [{"start": "13:00", "end": "15:30"}, {"start": "08:30", "end": "10:30"}],
            "tuesday": [], "wednesday": null, "thursday": [{"start": "22:00", "end": "24:00"}]
        },
        "holidays": ["2026-06-08"], "capacity": null, "locale": "en"
    }));
    let monday = days(2026, 6, 1);
    let utc = zone(0.0, &[]);
    assert_eq!(free(&split, monday, 60, &utc), ["08:30-09:30", "09:30-10:30", "13:00-14:00", "14:00-15:00"],);
    for closed in [1, 2, 4, 5, 6, 7] {
        assert!(free(&split, monday + closed, 60, &utc).is_empty(), "{closed}");
    }
    assert_eq!(free(&split, monday + 3, 60, &utc), ["22:00-23:00", "23:00-24:00"]);
    assert_eq!(free(&split, monday + 14, 120, &utc), ["08:30-10:30", "13:00-15:00"]);
}

#[test]
fn a_day_of_23_hours() {
    let always = open(&[("00:00", "24:00")], 1);
    for (zone, date) in [(new_york(), days(2026, 3, 8)), (berlin(), days(2026, 3, 29))] {
        assert_eq!(free(&always, date, 60, &zone).len(), 23);
        assert_eq!(free(&always, date, 15, &zone).len(), 23 * 4);
    }
    let night = open(&[("00:00", "04:00")], 1);
    let spring = days(2026, 3, 8);
    assert_eq!(free(&night, spring, 60, &new_york()), ["00:00-01:00", "01:00-03:00", "03:00-04:00"]);
    assert_eq!(free(&night, spring, 30, &new_york())[3..], ["01:30-03:00", "03:00-03:30", "03:30-04:00"]);
    // From 01:30 it takes 90 minutes, to 04:00, so that 03:00 is taken.
    assert_eq!(
        free(&open(&[("00:00", "06:00")], 1), spring, 90, &new_york()),
        ["00:00-01:30", "01:30-04:00", "04:30-06:00"]
    );
    // A window within what the clocks leave out, and windows that begin or end there.
    assert!(free(&open(&[("02:00", "03:00")], 1), spring, 30, &new_york()).is_empty());
    assert_eq!(free(&open(&[("01:00", "02:30")], 1), spring, 60, &new_york()), ["01:00-03:00"]);
    assert_eq!(
        free(&open(&[("02:30", "04:00")], 1), spring, 30, &new_york()),
        ["03:00-03:30", "03:30-04:00"]
    );
}

#[test]
fn a_day_of_25_hours() {
    let always = open(&[("00:00", "24:00")], 1);
    for (zone, date) in [(new_york(), days(2026, 11, 1)), (berlin(), days(2026, 10, 25))] {
        // One hour of the two that have the same name cannot be asked for.
        assert_eq!(free(&always, date, 60, &zone).len(), 24);
    }
    let night = open(&[("00:00", "03:00")], 1);
    let autumn = days(2026, 11, 1);
    assert_eq!(free(&night, autumn, 60, &new_york()), ["00:00-01:00", "01:00-02:00", "02:00-03:00"]);
    // From 00:30 an hour and a half: the first 02:00 is the second 01:00, and both are open.
    assert_eq!(free(&night, autumn, 90, &new_york()), ["00:00-01:30", "01:30-03:00"]);
    let zone = new_york();
    assert_eq!(zone.booked(autumn * DAY + HOUR), Some(autumn * DAY + 6 * HOUR), "01:00 EST");
    // What is booked in the hour that comes again leaves the one before free.
    let booked = [booking(&zone, autumn, 1.0, 60, 1)];
    assert_eq!(
        shown(&day(&night, autumn, 60, &zone, &booked, LONG_AGO)),
        ["00:00-01:00", "!01:00-02:00", "02:00-03:00"]
    );
}

#[test]
fn clocks_that_change_by_half_an_hour() {
    let night = open(&[("01:00", "04:00")], 1);
    let (autumn, spring) = (days(2026, 4, 5), days(2026, 10, 4));
    assert_eq!(
        free(&night, spring, 30, &lord_howe()),
        ["01:00-01:30", "01:30-02:30", "02:30-03:00", "03:00-03:30", "03:30-04:00"]
    );
    assert_eq!(free(&night, spring, 60, &lord_howe()), ["01:00-02:30", "03:00-04:00"]);
    assert_eq!(free(&night, autumn, 60, &lord_howe()), ["01:00-01:30", "02:00-03:00", "03:00-04:00"]);
    assert_eq!(free(&open(&[("00:00", "24:00")], 1), spring, 30, &lord_howe()).len(), 47);
}

#[test]
fn clocks_that_change_at_midnight() {
    let always = open(&[("00:00", "24:00")], 1);
    let (spring, autumn) = (days(2026, 3, 8), days(2026, 11, 1));
    assert_eq!(free(&always, spring, 60, &havana()).len(), 23);
    assert_eq!(free(&always, spring, 60, &havana())[0], "01:00-02:00");
    assert_eq!(free(&always, autumn, 60, &havana()).len(), 24);
    // The day before ends at its own midnight.
    assert_eq!(free(&always, spring - 1, 120, &havana())[11], "22:00-24:00");
    assert_eq!(free(&always, autumn - 1, 120, &havana())[11], "22:00-24:00");
    assert_eq!(free(&always, autumn - 1, 60, &havana()).len(), 24);
}

#[test]
fn what_is_booked_blocks_what_it_overlaps() {
    let office = open(&[("00:00", "05:00")], 1);
    let (monday, utc) = (days(2026, 6, 1), zone(0.0, &[]));
    let of = |booked: &[Booking]| shown(&day(&office, monday, 60, &utc, booked, LONG_AGO));
    // From the day before into this one, within a slot, from end to end, beside.
    assert_eq!(of(&[booking(&utc, monday - 1, 23.0, 90, 1)])[..2], ["!00:00-01:00", "01:00-02:00"]);
    assert_eq!(of(&[booking(&utc, monday - 1, 23.0, 121, 1)])[..2], ["!00:00-01:00", "!01:00-02:00"]);
    assert_eq!(of(&[booking(&utc, monday, 1.5, 5, 1)])[..3], ["00:00-01:00", "!01:00-02:00", "02:00-03:00"]);
    assert_eq!(of(&[booking(&utc, monday, 1.0, 60, 1)])[..3], ["00:00-01:00", "!01:00-02:00", "02:00-03:00"]);
    assert_eq!(
        of(&[booking(&utc, monday, 0.5, 60, 1)])[..3],
        ["!00:00-01:00", "!01:00-02:00", "02:00-03:00"]
    );
    assert_eq!(of(&[booking(&utc, monday + 1, 0.0, 60, 1)])[4], "04:00-05:00");
}

#[test]
fn a_capacity_of_two() {
    let office = open(&[("08:00", "12:00")], 2);
    let (monday, utc) = (days(2026, 6, 1), zone(0.0, &[]));
    let of = |booked: &[Booking]| shown(&day(&office, monday, 60, &utc, booked, LONG_AGO));
    let at = |hour, minutes, lane| booking(&utc, monday, hour, minutes, lane);
    assert_eq!(of(&[at(8.0, 60, 1)])[0], "08:00-09:00");
    assert_eq!(of(&[at(8.0, 60, 1), at(8.0, 60, 2)])[0], "!08:00-09:00");
    // One in each half of the hour, in lanes of their own: one at a time, so there is room.
    let halves = [at(8.0, 30, 1), at(8.5, 30, 2)];
    assert_eq!(of(&halves)[0], "08:00-09:00");
    let hour = at(8.0, 60, 0).period;
    assert_eq!(seat(&halves, 2, hour), Some(Seating { lane: 2, others: vec![1, 1] }));
    // It was larger once: lanes beyond it count.
    assert_eq!(of(&[at(8.0, 60, 3), at(8.0, 60, 2)])[0], "!08:00-09:00");
    assert_eq!(seat(&[at(8.0, 60, 3)], 2, hour), Some(Seating { lane: 1, others: vec![3] }));
    assert_eq!(seat(&[at(8.0, 60, 3)], 1, hour), None);
}

#[test]
fn what_has_begun_is_over() {
    let (monday, utc) = (days(2026, 6, 1), zone(0.0, &[]));
    let office = open(&[("08:00", "11:00")], 1);
    let at = |now: i64| shown(&day(&office, monday, 60, &utc, &[], now));
    let eight = monday * DAY + 8 * HOUR;
    assert_eq!(at(eight), ["08:00-09:00", "09:00-10:00", "10:00-11:00"]);
    assert_eq!(at(eight + 1), ["!08:00-09:00", "09:00-10:00", "10:00-11:00"]);
    assert_eq!(at(eight + DAY), ["!08:00-09:00", "!09:00-10:00", "!10:00-11:00"]);
}

#[test]
fn settings_that_are_refused() {
    let monday = |windows: Value| json!({"business_hours": {"monday": windows}});
    let window = |start: &str, end: &str| monday(json!([{"start": start, "end": end}]));
    use SettingsError::*;
    for (value, expected) in [
        (json!([]), NotAnObject),
        (json!("x"), NotAnObject),
        (json!({"business_hours": []}), Hours),
        (json!({"business_hours": {"Monday": []}}), UnknownDay("Monday".into())),
        (monday(json!({})), Windows("monday")),
        (monday(json!(["09:00-17:00"])), Windows("monday")),
        (monday(json!([{"start": "09:00"}])), Windows("monday")),
        (monday(json!([{"start": 9, "end": 17}])), Windows("monday")),
        (monday(Value::from(vec![json!({"start": "09:00", "end": "09:30"}); 49])), Windows("monday")),
        (window("9:00", "17:00"), Windows("monday")),
        (window("09:00", "17:00:00"), Windows("monday")),
        (window("09:60", "17:00"), Windows("monday")),
        (window("09:00", "24:01"), Windows("monday")),
        (window("09:00", "25:00"), Windows("monday")),
        (window("+9:00", "17:00"), Windows("monday")),
        (window("17:00", "09:00"), Reversed("monday")),
        (window("09:00", "09:00"), Reversed("monday")),
        (
            monday(json!([{"start": "09:00", "end": "12:00"}, {"start": "11:59", "end": "13:00"}])),
            Overlap("monday"),
        ),
        (json!({"capacity": 0}), Capacity),
        (json!({"capacity": -1}), Capacity),
        (json!({"capacity": 101}), Capacity),
        (json!({"capacity": 1.5}), Capacity),
        (json!({"capacity": "2"}), Capacity),
        (json!({"holidays": "2026-12-25"}), Holidays),
        (json!({"holidays": ["2026-02-29"]}), Holidays),
        (json!({"holidays": ["25.12.2026"]}), Holidays),
        (json!({"holidays": [20261225]}), Holidays),
        (json!({"holidays": vec!["2026-12-25"; 1001]}), Holidays),
    ] {
        assert_eq!(Settings::parse(&value), Err(expected.clone()), "{value}");
        assert!(!expected.message().is_empty() && !expected.hint().is_empty());
    }
    for value in [json!(null), json!({}), json!({"capacity": null, "holidays": null, "business_hours": null})]
    {
        assert_eq!(Settings::parse(&value), Ok(Settings::default()), "{value}");
    }
    assert!(
        Settings::parse(&monday(
            json!([{"start": "09:00", "end": "12:00"}, {"start": "12:00", "end": "13:00"}])
        ))
        .is_ok()
    );
}

fn any_zone() -> impl Strategy<Value = Zone> {
    prop_oneof![Just(new_york()), Just(berlin()), Just(lord_howe()), Just(havana()), Just(zone(5.5, &[]))]
}

proptest! {
    /// Where the clocks show something, the wall time leads back to it, and a wall time to what it stands for.
    #[test]
    fn wall_times_and_instants_agree(zone in any_zone(), minute in 0_i64..365 * 24 * 60) {
        let instant = days(2026, 1, 1) * DAY + minute * MINUTE;
        let shown = match zone.moment(zone.wall(instant)) {
            Moment::Once(one) => vec![one],
            Moment::Twice(one, two) => vec![one, two],
            Moment::Never(_) => vec![],
        };
        prop_assert!(shown.contains(&instant));
        let wall = instant;
        match zone.moment(wall) {
            Moment::Never(jump) => prop_assert!(zone.wall(jump - 1) < wall && wall < zone.wall(jump)),
            Moment::Once(one) => prop_assert_eq!(zone.wall(one), wall),
            Moment::Twice(one, two) => {
                prop_assert!(one < two);
                prop_assert_eq!((zone.wall(one), zone.wall(two)), (wall, wall));
            }
        }
    }

    /// Slots last as long as they say, lie within the window, and do not overlap, whatever the clocks do.
    #[test]
    fn slots_are_what_they_say(
        zone in any_zone(), date in days(2026, 1, 1)..days(2027, 1, 1), minutes in SHORTEST..=LONGEST,
        opening in 0_i64..48, length in 1_i64..=48,
    ) {
        let closing = (opening + length).min(48);
        prop_assume!(closing > opening);
        let half = |n: i64| clock(n * HOUR / 2);
        let settings = open(&[(&half(opening), &half(closing))], 1);
        let slots = day(&settings, date, minutes, &zone, &[], LONG_AGO);
        let mut free_from = i64::MIN;
        for slot in &slots {
            prop_assert!(slot.is_available);
            let begin = zone.booked(date * DAY + slot.start).unwrap();
            let end = begin + i64::from(minutes) * MINUTE;
            prop_assert!(begin >= free_from);
            prop_assert_eq!((slot.start - opening * HOUR / 2) % (i64::from(minutes) * MINUTE), 0);
            prop_assert!(slot.end == zone.wall(end) - date * DAY || slot.end == DAY);
            prop_assert!(slot.start >= opening * HOUR / 2 && slot.end <= closing * HOUR / 2 || slot.end == DAY
                || matches!(zone.moment(date * DAY + closing * HOUR / 2), Moment::Never(_)), "{:?}", slot);
            free_from = end;
        }
        // A day without a change has as many as fit.
        if zone.moment(date * DAY) != Moment::Never(0) && zone.wall(zone.booked(date * DAY + 12 * HOUR).unwrap()) == date * DAY + 12 * HOUR
            && [0, 24].iter().all(|hour| zone.booked(date * DAY + hour * HOUR).is_some_and(|at| zone.booked(date * DAY + 12 * HOUR).unwrap() - at == (12 - hour) * HOUR))
        {
            prop_assert_eq!(slots.len() as i64, (closing - opening) * 30 / i64::from(minutes));
        }
    }

    /// What is offered can be booked, what is not cannot; lanes are never shared and never too many; and while the
    /// capacity stays as it is, a booking is refused only where there is no room for it at some moment.
    #[test]
    fn booking_keeps_to_the_capacity(
        capacity in 1_u32..4, wishes in proptest::collection::vec((0_i64..96, 1_i64..20, any::<prop::sample::Index>(), 0..4), 0..60),
    ) {
        let mut booked: Vec<Booking> = Vec::new();
        for (start, length, index, kind) in wishes {
            if kind == 0 && !booked.is_empty() {
                booked.remove(index.index(booked.len()));
                continue;
            }
            let period = Period { start: start * 15 * MINUTE, end: (start + length) * 15 * MINUTE };
            let at_once = |booked: &[Booking]| (start..start + length)
                .map(|quarter| booked.iter().filter(|b| b.period.start <= quarter * 15 * MINUTE && quarter * 15 * MINUTE < b.period.end).count())
                .max().unwrap_or(0);
            match seat(&booked, capacity, period) {
                None => {
                    prop_assert_eq!(at_once(&booked), capacity as usize);
                }
                Some(seating) => {
                    prop_assert!(at_once(&booked) < capacity as usize);
                    for (booking, lane) in booked.iter_mut().zip(seating.others) {
                        booking.lane = lane;
                    }
                    booked.push(Booking { period, lane: seating.lane });
                }
            }
            for (n, one) in booked.iter().enumerate() {
                prop_assert!((1..=capacity).contains(&one.lane));
                for other in &booked[n + 1..] {
                    prop_assert!(one.lane != other.lane || !one.period.overlaps(other.period));
                }
            }
        }
    }

    #[test]
    fn nothing_overflows(date: i64, minutes: i32, now: i64, start: i64, end: i64, lane: u32, capacity: u32) {
        let always = open(&[("00:00", "24:00")], 1);
        if minutes >= SHORTEST {
            day(&always, date, minutes, &new_york(), &[Booking { period: Period { start, end }, lane }], now);
        }
        seat(&[Booking { period: Period { start, end }, lane }], capacity.min(100), Period { start: end, end: start });
    }
}
