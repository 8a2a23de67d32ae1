//! An organisation's settings as far as slots go: business hours, capacity, holidays.

use crate::weekday::{DAY, NAMES, Weekday};
use serde_json::{Map, Value};

/// The windows of one day at most.
const WINDOWS_MAX: usize = 48;
/// The holidays at most.
const HOLIDAYS_MAX: usize = 1000;
/// The capacity at most.
pub const CAPACITY_MAX: u32 = 100;

/// What settings say, or the defaults: Monday to Friday 09:00 to 17:00, one at a time, no holidays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Opening and closing, in microseconds of the day, of each weekday from Monday on; in the order of time.
    hours: [Vec<(i64, i64)>; 7],
    /// How many appointments may go on at once.
    pub capacity: u32,
    /// Dates on which all is closed, in days since 1970-01-01.
    holidays: Vec<i64>,
}

/// What is wrong with settings. Values are not repeated: settings hold what their owners like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingsError {
    /// They are no object.
    NotAnObject,
    /// business_hours is no object of weekdays.
    Hours,
    /// A key of business_hours that is no weekday.
    UnknownDay(String),
    /// The windows of a weekday are not a list of {"start": "HH:MM", "end": "HH:MM"}.
    Windows(&'static str),
    /// A window of a weekday ends before it starts.
    Reversed(&'static str),
    /// Two windows of a weekday overlap.
    Overlap(&'static str),
    /// capacity is not an integer from 1 to CAPACITY_MAX.
    Capacity,
    /// holidays is not a list of dates.
    Holidays,
}

impl SettingsError {
    /// In a sentence.
    pub fn message(&self) -> String {
        match self {
            Self::NotAnObject => "settings must be a JSON object".into(),
            Self::Hours => "settings.business_hours must be an object of weekdays".into(),
            Self::UnknownDay(day) => {
                format!("settings.business_hours has a key that is no weekday: \"{day}\"")
            }
            Self::Windows(day) => {
                format!("settings.business_hours.{day} must be a list of {WINDOWS_MAX} windows at most")
            }
            Self::Reversed(day) => {
                format!("settings.business_hours.{day} has a window that ends before it starts")
            }
            Self::Overlap(day) => format!("settings.business_hours.{day} has windows that overlap"),
            Self::Capacity => format!("settings.capacity must be an integer from 1 to {CAPACITY_MAX}"),
            Self::Holidays => format!("settings.holidays must be a list of {HOLIDAYS_MAX} dates at most"),
        }
    }

    /// How to put it right.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotAnObject => {
                "Expected {\"business_hours\": …, \"capacity\": 1, \"holidays\": […]}; each may be left out."
            }
            Self::Hours | Self::UnknownDay(_) => {
                "Use monday, tuesday, … sunday. A weekday that is not there is closed."
            }
            Self::Windows(_) => {
                "Expected [{\"start\": \"09:00\", \"end\": \"12:30\"}, …], with end up to \"24:00\"; [] is closed."
            }
            Self::Reversed(_) => {
                "What goes on over midnight is two windows: one up to \"24:00\", and the next day's from \"00:00\"."
            }
            Self::Overlap(_) => "Join them into one.",
            Self::Capacity => "It is how many appointments may go on at the same time.",
            Self::Holidays => "Expected [\"2026-12-25\", …].",
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        let office = vec![(9 * DAY / 24, 17 * DAY / 24)];
        let hours = std::array::from_fn(|day| if day < 5 { office.clone() } else { Vec::new() });
        Self { hours, capacity: 1, holidays: Vec::new() }
    }
}

impl Settings {
    /// Reads `{"business_hours": {"monday": [{"start": "09:00", "end": "17:00"}], …}, "capacity": 1, "holidays":
    /// ["2026-12-25", …]}`. What is left out, or null, has its default; other keys are not looked at.
    pub fn parse(settings: &Value) -> Result<Self, SettingsError> {
        let mut parsed = Self::default();
        let settings = match settings {
            Value::Null => return Ok(parsed),
            Value::Object(settings) => settings,
            _ => return Err(SettingsError::NotAnObject),
        };
        if let Some(hours) = given(settings, "business_hours") {
            parsed.hours = weekly(hours)?;
        }
        if let Some(capacity) = given(settings, "capacity") {
            let capacity = capacity.as_u64().and_then(|capacity| u32::try_from(capacity).ok());
            let capacity = capacity.filter(|capacity| (1..=CAPACITY_MAX).contains(capacity));
            parsed.capacity = capacity.ok_or(SettingsError::Capacity)?;
        }
        if let Some(holidays) = given(settings, "holidays") {
            parsed.holidays = dates(holidays).ok_or(SettingsError::Holidays)?;
        }
        Ok(parsed)
    }

    /// The windows of a date (days since 1970-01-01); none where it is closed.
    pub fn windows(&self, date: i64) -> &[(i64, i64)] {
        if self.holidays.contains(&date) {
            return &[];
        }
        self.hours.get(Weekday::of_date(date).number()).map_or(&[], Vec::as_slice)
    }
}

fn given<'a>(settings: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    settings.get(key).filter(|value| !value.is_null())
}

fn weekly(hours: &Value) -> Result<[Vec<(i64, i64)>; 7], SettingsError> {
    let mut week: [Vec<(i64, i64)>; 7] = Default::default();
    for (name, windows) in hours.as_object().ok_or(SettingsError::Hours)? {
        let day = Weekday::from_name(name)
            .ok_or_else(|| SettingsError::UnknownDay(name.chars().take(40).collect()))?;
        let (Some(slot), Some(day)) = (week.get_mut(day.number()), NAMES.get(day.number())) else {
            continue;
        };
        *slot = daily(day, windows)?;
    }
    Ok(week)
}

fn daily(day: &'static str, windows: &Value) -> Result<Vec<(i64, i64)>, SettingsError> {
    let wrong = SettingsError::Windows(day);
    let windows = match windows {
        Value::Null => return Ok(Vec::new()),
        Value::Array(windows) if windows.len() <= WINDOWS_MAX => windows,
        _ => return Err(wrong),
    };
    let mut parsed = Vec::with_capacity(windows.len());
    for window in windows {
        let time = |key| window.get(key).and_then(Value::as_str).and_then(time_of_day);
        let (Some(start), Some(end)) = (time("start"), time("end")) else {
            return Err(wrong);
        };
        if start >= end {
            return Err(SettingsError::Reversed(day));
        }
        parsed.push((start, end));
    }
    parsed.sort_unstable();
    if parsed.windows(2).any(|pair| matches!(pair, [first, second] if second.0 < first.1)) {
        return Err(SettingsError::Overlap(day));
    }
    Ok(parsed)
}

/// HH:MM, up to 24:00, in microseconds.
fn time_of_day(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |digits: &str, least| {
        let is_plain = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_plain.then(|| digits.parse::<i64>().ok()).flatten().filter(|number| *number <= least)
    };
    let minutes = number(hours, 24)? * 60 + number(minutes, 59)?;
    (minutes <= 24 * 60).then_some(minutes * (DAY / (24 * 60)))
}

/// A list of YYYY-MM-DD, in days since 1970-01-01.
fn dates(holidays: &Value) -> Option<Vec<i64>> {
    let holidays = holidays.as_array().filter(|holidays| holidays.len() <= HOLIDAYS_MAX)?;
    let epoch = jiff::civil::date(1970, 1, 1);
    let date = |holiday: &Value| {
        let text = holiday.as_str().filter(|text| text.len() == 10)?;
        let date: jiff::civil::Date = text.parse().ok()?;
        epoch.until(date).ok().map(|span| i64::from(span.get_days()))
    };
    holidays.iter().map(date).collect()
}
