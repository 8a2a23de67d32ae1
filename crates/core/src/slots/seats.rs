//! Where a booking goes. An organisation that takes so many at a time has as many lanes, and a booking has one of them
//! from its beginning to its end; two of one lane do not overlap, which is what a constraint can hold. So a booking
//! is refused only where as many overlap already as there are lanes, others may have to change lanes for it.

/// From an instant on, up to another, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first instant.
    pub start: i64,
    /// The first instant that is not its any more.
    pub end: i64,
}

impl Period {
    /// Have these a moment in common?
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// A booking that is there, and its lane, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Booking {
    /// What it blocks.
    pub period: Period,
    /// Where.
    pub lane: u32,
}

/// How far from a booking others are moved for it. Bookings further away need not be handed in.
pub const REACH: i64 = 86_400_000_000;

/// A lane for a booking, and the lanes of those that are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seating {
    /// The new booking's.
    pub lane: u32,
    /// In the order in which they were handed in; most often what they were.
    pub others: Vec<u32>,
}

/// Finds a lane among `capacity`; `None`: full.
pub fn seat(booked: &[Booking], capacity: u32, period: Period) -> Option<Seating> {
    let beside: Vec<Booking> = booked.iter().copied().filter(|b| b.period.overlaps(period)).collect();
    // Lanes beyond the capacity are there where it was larger; they count as well.
    if most_at_once(&beside, period) >= capacity as usize {
        return None;
    }
    let mut others: Vec<u32> = booked.iter().map(|b| b.lane).collect();
    if let Some(lane) = lowest_free(capacity, |lane| beside.iter().any(|b| b.lane == lane)) {
        return Some(Seating { lane, others });
    }
    // No lane is free all the time, though at no time all are taken: whoever is connected with it by overlaps is
    // seated anew. In the order of their beginnings, lanes as they become free, no more are needed than overlap.
    let mut moved = connected(booked, period)?;
    moved.push((None, period));
    moved.sort_by_key(|(number, period)| (period.start, number.is_none()));
    let mut seated: Vec<Booking> = Vec::with_capacity(moved.len());
    let mut own = None;
    for (number, period) in moved {
        let is_taken = |lane| seated.iter().any(|s| s.lane == lane && s.period.overlaps(period));
        let lane = lowest_free(capacity, is_taken)?;
        seated.push(Booking { period, lane });
        match number.and_then(|number: usize| others.get_mut(number)) {
            Some(other) => *other = lane,
            None => own = Some(lane),
        }
    }
    own.map(|lane| Seating { lane, others })
}

fn lowest_free(capacity: u32, is_taken: impl Fn(u32) -> bool) -> Option<u32> {
    (1..=capacity).find(|lane| !is_taken(*lane))
}

/// How many of these go on at once at most, within the period that all of them overlap.
fn most_at_once(beside: &[Booking], period: Period) -> usize {
    // It is reached where one begins.
    let starts = beside.iter().map(|b| b.period.start.max(period.start));
    let at = |time: i64| beside.iter().filter(|b| b.period.start <= time && time < b.period.end).count();
    starts.map(at).max().unwrap_or(0)
}

/// Numbers and periods of the bookings that hang together with this one by overlaps; `None` where they reach too far.
fn connected(booked: &[Booking], period: Period) -> Option<Vec<(Option<usize>, Period)>> {
    let mut whole = period;
    loop {
        let grown = booked.iter().filter(|b| b.period.overlaps(whole)).fold(whole, |whole, b| Period {
            start: whole.start.min(b.period.start),
            end: whole.end.max(b.period.end),
        });
        if grown.start < period.start.saturating_sub(REACH) || grown.end > period.end.saturating_add(REACH) {
            return None;
        }
        if grown == whole {
            break;
        }
        whole = grown;
    }
    let within = booked.iter().enumerate().filter(|(_, b)| b.period.overlaps(whole));
    Some(within.map(|(number, b)| (Some(number), b.period)).collect())
}
