//! A time zone around a day: which offset held from when. The data is the caller's, so that the same time zone tables
//! decide here and wherever else the caller uses them.

/// The offsets of a time zone. Times are microseconds: instants since 1970-01-01 00:00 UTC, and wall times, what the
/// clocks show, since 1970-01-01 00:00 on them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// From when, and how far the clocks are ahead of UTC then. The first has no beginning.
    spans: Vec<(i64, i64)>,
}

/// What a wall time stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Clocks never show it: they are set forward over it at this instant.
    Never(i64),
    /// One instant.
    Once(i64),
    /// Clocks show it twice, as they are set back.
    Twice(i64, i64),
}

impl Zone {
    /// A zone that is `offset` ahead of UTC until the first change, and from each change on what that says. In
    /// microseconds; changes in the order of time.
    pub fn new(offset: i64, changes: impl IntoIterator<Item = (i64, i64)>) -> Self {
        let mut spans = vec![(i64::MIN, offset)];
        spans.extend(changes);
        Self { spans }
    }

    /// What the clocks show.
    pub fn wall(&self, instant: i64) -> i64 {
        let offset =
            self.spans.iter().rev().find(|(from, _)| *from <= instant).map_or(0, |(_, offset)| *offset);
        instant.saturating_add(offset)
    }

    /// When the clocks show this.
    pub fn moment(&self, wall: i64) -> Moment {
        let ends = self.spans.iter().skip(1).map(|(from, _)| *from).chain([i64::MAX]);
        let mut shown = self.spans.iter().zip(ends).filter_map(|((from, offset), until)| {
            let instant = wall.saturating_sub(*offset);
            (*from <= instant && instant < until).then_some(instant)
        });
        match (shown.next(), shown.last()) {
            (Some(first), Some(last)) => Moment::Twice(first, last),
            (Some(only), None) => Moment::Once(only),
            (None, _) => {
                // The change that the clocks were not yet at by the old offset, and are past by the new one.
                let jump =
                    self.spans.iter().skip(1).find(|(from, offset)| wall.saturating_sub(*offset) < *from);
                Moment::Never(jump.map_or(wall, |(from, _)| *from))
            }
        }
    }

    /// The instant that a booking at this wall time means: of two the later one, as PostgreSQL's `at time zone` has it.
    pub fn booked(&self, wall: i64) -> Option<i64> {
        match self.moment(wall) {
            Moment::Never(_) => None,
            Moment::Once(instant) | Moment::Twice(_, instant) => Some(instant),
        }
    }
}
