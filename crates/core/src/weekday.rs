//! The days of the week, by the names that settings and contacts give them.

/// What one day has, in microseconds.
pub const DAY: i64 = 86_400_000_000;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weekday(u8);

/// Their names, Monday first.
pub const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

impl Weekday {
    /// By its English name in lower case.
    pub fn from_name(name: &str) -> Option<Self> {
        (0..).zip(NAMES).find(|(_, known)| *known == name).map(|(number, _)| Self(number))
    }

    /// Of a date, in days since 1970-01-01, which was a Thursday.
    pub fn of_date(days: i64) -> Self {
        let number = days.saturating_add(3).rem_euclid(7);
        Self(u8::try_from(number).unwrap_or_default())
    }

    /// From 0, Monday.
    pub fn number(self) -> usize {
        self.0.into()
    }

    /// The day before.
    pub fn before(self) -> Self {
        Self((self.0 + 6) % 7)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_their_weekdays() {
        // 1970-01-01, 2000-02-29, 2026-11-01, 1969-12-31, 0001-01-01.
        for (days, name) in [
            (0, "thursday"),
            (11_016, "tuesday"),
            (20_758, "sunday"),
            (-1, "wednesday"),
            (-719_162, "monday"),
        ] {
            assert_eq!(Some(Weekday::of_date(days)), Weekday::from_name(name), "{days}");
        }
        assert_eq!(Weekday::from_name("Monday"), None);
    }

    #[test]
    fn each_day_is_before_the_next() {
        for days in -20..20 {
            assert_eq!(Weekday::of_date(days).before(), Weekday::of_date(days - 1));
        }
    }
}
