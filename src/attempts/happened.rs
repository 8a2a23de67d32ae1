//! What endpoints hear of attempts: scenario.completed of those that have become completed, attempt.scored.low of
//! completed ones whose score has come to lie below the threshold.

use super::change::{Change, Row};
use crate::delivery::{Data, Queue};
use crate::error::Error;
use crate::jsonb::{Jsonb, numeric_bytes};
use crate::lookup::{self, Key, Table};
use crate::spi::Schema;
use crate::timestamps::Timestamptz;
use callcoach_core::jsonb::object::{Container, Value, object};
use callcoach_core::scoring::DEFAULT_LOW_SCORE_THRESHOLD;
use callcoach_core::webhook::Event;
use pgrx::{AnyNumeric, FromDatum, IntoDatum, pg_sys};
use std::collections::HashMap;
use uuid::Uuid;

/// KPIs and marks may have been written by hand: beyond so many bytes of text receivers have to fetch them.
const MOST_TEXT: usize = 65_536;

/// Finds out what there is to tell, and queues it.
pub struct Teller {
    pub queue: Queue,
    thresholds: Thresholds,
}

/// A completed attempt, and what it was before.
pub struct Attempt<'a> {
    pub id: Uuid,
    pub org: Uuid,
    pub user: &'a str,
    pub scenario: Option<Uuid>,
    pub assignment: Option<Uuid>,
    pub started_at: Option<Timestamptz>,
    pub ended_at: Option<Timestamptz>,
    pub duration: Option<i32>,
    /// A numeric.
    pub score: Option<pg_sys::Datum>,
    /// A jsonb.
    pub breakdown: Option<pg_sys::Datum>,
    /// A jsonb.
    pub kpis: Option<pg_sys::Datum>,
    /// Its score then, where it was completed before.
    pub was_completed: Option<Option<AnyNumeric>>,
}

impl<'a> Attempt<'a> {
    /// The attempt of a change, if it is completed.
    pub fn of(change: &Change<'a>) -> Option<Self> {
        let new = change.new.filter(Row::is_completed)?;
        Some(Self {
            id: new.id(),
            org: new.org(),
            user: new.text(|c| c.user).unwrap_or_default(),
            scenario: new.uuid(|c| c.scenario),
            assignment: new.uuid(|c| c.assignment),
            started_at: new.get(|c| c.started_at),
            ended_at: new.get(|c| c.ended_at),
            duration: new.get(|c| c.duration),
            score: new.datum(|c| c.score),
            breakdown: new.datum(|c| c.breakdown),
            kpis: new.datum(|c| c.kpis),
            was_completed: change.old.filter(Row::is_completed).map(|old| old.get(|c| c.score)),
        })
    }
}

impl Teller {
    pub fn new(schema: Schema) -> Self {
        Self { queue: Queue::new(schema), thresholds: Thresholds { schema, known: HashMap::new() } }
    }

    /// Queues what is new about this attempt.
    pub fn tell(&mut self, attempt: &Attempt) -> Result<(), Error> {
        if attempt.was_completed.is_none() {
            self.queue.push(attempt.org, Event::ScenarioCompleted, || attempt.completed_data())?;
        }
        let Some(score) = attempt.score else { return Ok(()) };
        if !self.queue.is_wanted(attempt.org, Event::AttemptScoredLow)? {
            return Ok(());
        }
        // SAFETY: a numeric, and not NULL.
        let Some(score) = (unsafe { AnyNumeric::from_datum(score, false) }) else { return Ok(()) };
        let before = attempt.was_completed.as_ref().and_then(Option::as_ref);
        if before == Some(&score) {
            return Ok(());
        }
        let threshold = self.thresholds.of(attempt.org, attempt.scenario)?;
        let was_low = before.is_some_and(|before| *before < threshold);
        if score < threshold && !was_low {
            self.queue.push(attempt.org, Event::AttemptScoredLow, || attempt.low_data(threshold))?;
        }
        Ok(())
    }
}

impl Attempt<'_> {
    fn completed_data(&self) -> Result<Data, Error> {
        self.data("kpis", self.kpis, |kpis| {
            let times = [self.started_at, self.ended_at].map(|time| time.map(Timestamptz::to_json_text));
            let [started_at, ended_at] = times.each_ref().map(|time| text(time.as_deref()));
            self.object(&mut [
                ("started_at", started_at),
                ("ended_at", ended_at),
                ("duration_seconds", self.duration.map_or(Value::Null, |n| Value::Int(n.into()))),
                ("kpis", kpis),
            ])
        })
    }

    fn low_data(&self, threshold: AnyNumeric) -> Result<Data, Error> {
        let threshold = threshold.into_datum();
        self.data("score_breakdown", self.breakdown, |breakdown| {
            self.object(&mut [("threshold", numeric(threshold)), ("score_breakdown", breakdown)])
        })
    }

    /// The data with a large value in it; without the value where its text is too long.
    fn data(
        &self,
        what: &'static str,
        large: Option<pg_sys::Datum>,
        make: impl Fn(Value) -> Jsonb,
    ) -> Result<Data, Error> {
        // SAFETY: a jsonb, and not NULL.
        let large = large.and_then(|datum| unsafe { Jsonb::from_datum(datum, false) });
        let value = match &large {
            Some(large) => {
                let damaged = || Error::Internal(format!("{what} is no object"));
                Value::Jsonb(Container::of(large.bytes()).ok_or_else(damaged)?)
            }
            None => Value::Null,
        };
        let data = Data::of(make(value))?;
        match large {
            // As long as that only with what is in question.
            Some(large) if data.text().len() > MOST_TEXT && large.to_text()?.len() > MOST_TEXT => {
                Data::of(make(Value::Null))
            }
            _ => Ok(data),
        }
    }

    fn object(&self, more: &mut [(&str, Value)]) -> Jsonb {
        let id = self.id.to_string();
        let [scenario, assignment] = [self.scenario, self.assignment].map(|id| id.map(|id| id.to_string()));
        let mut fields = vec![
            ("attempt_id", Value::Text(&id)),
            ("user_id", Value::Text(self.user)),
            ("scenario_id", text(scenario.as_deref())),
            ("assignment_id", text(assignment.as_deref())),
            ("score", numeric(self.score)),
        ];
        fields.extend_from_slice(more);
        Jsonb::from_bytes(&object(&mut fields))
    }
}

fn text(text: Option<&str>) -> Value<'_> {
    text.map_or(Value::Null, Value::Text)
}

/// A numeric that is finite: a CHECK says so of scores, and jsonb has no others.
fn numeric<'a>(datum: Option<pg_sys::Datum>) -> Value<'a> {
    // SAFETY: a numeric, and not NULL.
    datum.map_or(Value::Null, |datum| Value::Numeric(unsafe { numeric_bytes(datum) }))
}

/// Below which score is there something to tell? The rubric's threshold, or else the organisation's, or else ours.
struct Thresholds {
    schema: Schema,
    known: HashMap<(Uuid, Option<Uuid>), AnyNumeric>,
}

impl Thresholds {
    fn of(&mut self, org: Uuid, scenario: Option<Uuid>) -> Result<AnyNumeric, Error> {
        if let Some(known) = self.known.get(&(org, scenario)) {
            return Ok(known.clone());
        }
        let found = lookup::current(|| self.look_up(org, scenario))?;
        self.known.insert((org, scenario), found.clone());
        Ok(found)
    }

    fn look_up(&self, org: Uuid, scenario: Option<Uuid>) -> Result<AnyNumeric, Error> {
        if let Some(scenario) = scenario {
            let scenarios = Table::by_index(self.schema, c"scenarios", c"scenarios_org_id_id_key")?;
            let key = [(c"org_id", Key::Uuid(org)), (c"id", Key::Uuid(scenario))];
            let own = scenarios.read(&key, c"rubric", |rubric: Jsonb| rubric.number("threshold"))?;
            if let Some(own) = own.flatten() {
                return Ok(own);
            }
        }
        let orgs = Table::by_primary_key(self.schema, c"orgs")?;
        let key = [(c"id", Key::Uuid(org))];
        let own = orgs.read(&key, c"metadata", |metadata: Jsonb| metadata.number("low_score_threshold"))?;
        Ok(own.flatten().unwrap_or_else(|| DEFAULT_LOW_SCORE_THRESHOLD.into()))
    }
}
