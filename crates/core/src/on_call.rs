//! Who is on duty: the days and hours of a contact, held against a time on the organisation's clocks.

use crate::weekday::{DAY, Weekday};

/// How urgent a call can be, the least urgent first. The last one reaches people who are off duty.
pub const URGENCIES: [&str; 5] = ["low", "normal", "medium", "high", "emergency"];

/// Is this the urgency for which somebody off duty is called where nobody is on? `None` of what is no urgency.
pub fn reaches_off_duty(urgency: &str) -> Option<bool> {
    URGENCIES.contains(&urgency).then_some(urgency == "emergency")
}

/// When somebody is on duty, by the clocks of their organisation. What is not said holds always.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Duty {
    /// The days that it begins on; an empty list is no day at all.
    pub days: Option<Vec<Weekday>>,
    /// When it begins, in microseconds of the day; NULL in SQL: at midnight.
    pub starts: Option<i64>,
    /// When it ends, not later than the day's end; NULL in SQL: at midnight. What ends before it starts, or then, ends
    /// on the next day.
    pub ends: Option<i64>,
}

impl Duty {
    /// Is this moment within it? `local` is what the clocks show, in microseconds since 1970-01-01 00:00.
    pub fn covers(&self, local: i64) -> bool {
        let today = Weekday::of_date(local.div_euclid(DAY));
        let time = local.rem_euclid(DAY);
        let is_listed = |day| self.days.as_ref().is_none_or(|days| days.contains(&day));
        let (starts, ends) = (self.starts.unwrap_or(0), self.ends.unwrap_or(DAY));
        if starts < ends {
            is_listed(today) && (starts..ends).contains(&time)
        } else {
            // Over midnight: it belongs to the day on which it begins.
            (is_listed(today) && time >= starts) || (is_listed(today.before()) && time < ends)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: i64 = DAY / 24;
    /// 2026-11-02, a Monday.
    const MONDAY: i64 = 20_759 * DAY;

    fn duty(days: &[&str], starts: i64, ends: i64) -> Duty {
        Duty {
            days: Some(days.iter().filter_map(|name| Weekday::from_name(name)).collect()),
            starts: Some(starts * HOUR),
            ends: Some(ends * HOUR),
        }
    }

    #[test]
    fn nothing_said_is_always() {
        assert!((0..14 * 24).all(|hour| Duty::default().covers(MONDAY + hour * HOUR)));
    }

    #[test]
    fn no_days_are_never() {
        let never = Duty { days: Some(Vec::new()), ..Duty::default() };
        assert!((0..14 * 24).all(|hour| !never.covers(MONDAY + hour * HOUR)));
    }

    #[test]
    fn a_window_within_a_day() {
        let office = duty(&["monday", "friday"], 9, 17);
        let on: Vec<i64> = (0..7 * 24).filter(|hour| office.covers(MONDAY + hour * HOUR)).collect();
        assert_eq!(on, (9..17).chain(4 * 24 + 9..4 * 24 + 17).collect::<Vec<_>>());
        assert!(!office.covers(MONDAY + 17 * HOUR), "the end is over");
        assert!(office.covers(MONDAY + 17 * HOUR - 1));
    }

    #[test]
    fn a_window_over_midnight_belongs_to_the_day_it_begins() {
        let night = duty(&["friday"], 22, 6);
        let on: Vec<i64> = (0..7 * 24).filter(|hour| night.covers(MONDAY + hour * HOUR)).collect();
        assert_eq!(on, (4 * 24 + 22..5 * 24 + 6).collect::<Vec<_>>());
        // Sunday's goes on into Monday, over the week's end.
        let night = duty(&["sunday"], 22, 6);
        assert!(night.covers(MONDAY + 5 * HOUR) && !night.covers(MONDAY + 6 * HOUR));
    }

    #[test]
    fn one_that_ends_when_it_starts_takes_a_day() {
        let on = duty(&["monday"], 9, 9);
        let hours: Vec<i64> = (0..7 * 24).filter(|hour| on.covers(MONDAY + hour * HOUR)).collect();
        assert_eq!(hours, (9..33).collect::<Vec<_>>());
    }

    #[test]
    fn half_a_window_goes_to_midnight() {
        let until = Duty { ends: Some(8 * HOUR), ..Duty::default() };
        assert!(until.covers(MONDAY) && !until.covers(MONDAY + 8 * HOUR));
        let from = Duty { starts: Some(8 * HOUR), ..Duty::default() };
        assert!(!from.covers(MONDAY) && from.covers(MONDAY + 24 * HOUR - 1));
        let to_the_end = duty(&["monday"], 8, 24);
        assert!(to_the_end.covers(MONDAY + 24 * HOUR - 1) && !to_the_end.covers(MONDAY + 24 * HOUR));
    }

    #[test]
    fn urgencies() {
        assert_eq!(reaches_off_duty("emergency"), Some(true));
        assert!(URGENCIES[..4].iter().all(|urgency| reaches_off_duty(urgency) == Some(false)));
        for unknown in ["", "Emergency", " emergency", "urgent"] {
            assert_eq!(reaches_off_duty(unknown), None);
        }
    }

    proptest! {
        /// A window lasts as long as it says, and once for each of its days.
        #[test]
        fn each_week_has_the_same_hours(
            days in proptest::collection::btree_set(0_i64..7, 0..=7), starts in 0_i64..24, length in 1_i64..=24,
            week in -4000_i64..4000,
        ) {
            let duty = Duty {
                days: Some(days.iter().map(|day| Weekday::of_date(4 + day)).collect()),
                starts: Some(starts * HOUR),
                ends: Some(if starts + length == 24 { DAY } else { (starts + length) % 24 * HOUR }),
            };
            let monday = MONDAY + week * 7 * DAY;
            let on = (0..7 * 24).filter(|hour| duty.covers(monday + hour * HOUR)).count() as i64;
            // Windows of a whole day follow each other; none overlap, as they begin a day apart.
            prop_assert_eq!(on, days.len() as i64 * length);
        }

        #[test]
        fn no_time_is_too_far(local: i64, starts: Option<i64>, ends: Option<i64>) {
            Duty { days: None, starts, ends }.covers(local);
        }
    }
}
