//! Queueing: what has happened, to every enabled endpoint of its organisation that wants to hear of it, in the
//! transaction that caused it. Each event's body is made once, here and nowhere else.
//!
//! An endpoint is held (locked FOR KEY SHARE) before anything is queued for it: one that is being deleted is waited
//! for, and then left out.

use super::endpoints::{Endpoint, endpoints_table, events_of};
use crate::error::Error;
use crate::ids;
use crate::insert::{self, Insert, Value};
use crate::jsonb::Jsonb;
use crate::lookup::{self, Key, Table};
use crate::spi::Schema;
use crate::spi::rows::{self, Mode};
use crate::timestamps::now_micros;
use crate::worker;
use callcoach_core::webhook::{self, Event};
use pgrx::datum::DatumWithOid;
use pgrx::spi::SpiTupleTable;
use pgrx::{IntoDatum, PgMemoryContexts, pg_sys};
use std::collections::HashMap;
use std::ffi::CStr;
use uuid::Uuid;

const DELIVERIES: &CStr = c"webhook_deliveries";
const COLUMNS: [(&CStr, pg_sys::Oid); 11] = [
    (c"id", pg_sys::UUIDOID),
    (c"org_id", pg_sys::UUIDOID),
    (c"webhook_id", pg_sys::UUIDOID),
    (c"event", pg_sys::TEXTOID),
    (c"idempotency_key", pg_sys::UUIDOID),
    (c"payload", pg_sys::JSONBOID),
    (c"body", pg_sys::TEXTOID),
    (c"status", pg_sys::TEXTOID),
    (c"retry_count", pg_sys::INT4OID),
    (c"next_retry_at", pg_sys::TIMESTAMPTZOID),
    (c"created_at", pg_sys::TIMESTAMPTZOID),
];

/// Deliveries that are being queued. To be finished.
pub struct Queue {
    schema: Schema,
    /// The enabled endpoints of organisations that were looked at.
    endpoints: HashMap<Uuid, Vec<Endpoint>>,
    rows: Option<Insert>,
    /// Where the queue was made, and what lasts as long as it does is made.
    home: pg_sys::MemoryContext,
    /// What one event is made of, and freed with it.
    memory: PgMemoryContexts,
    queued: u64,
}

/// An event's data, and the same as the text that is sent.
pub struct Data {
    jsonb: Jsonb,
    text: String,
}

impl Data {
    pub fn of(jsonb: Jsonb) -> Result<Self, Error> {
        Ok(Self { jsonb, text: jsonb.to_text()? })
    }

    /// The text, as JSON.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl Queue {
    /// Raises PostgreSQL's error in a read-only transaction, whether or not anybody listens.
    pub fn new(schema: Schema) -> Self {
        insert::refuse_if_read_only();
        let memory = PgMemoryContexts::new("callcoach event");
        let home = PgMemoryContexts::CurrentMemoryContext.value();
        Self { schema, endpoints: HashMap::new(), rows: None, home, memory, queued: 0 }
    }

    /// Has the organisation an enabled endpoint that wants to hear of this?
    pub fn is_wanted(&mut self, org: Uuid, event: Event) -> Result<bool, Error> {
        Ok(self.endpoints_of(org)?.iter().any(|endpoint| endpoint.wants(event)))
    }

    /// Queues an event for each endpoint that wants it. `data` is asked for only where there is one.
    pub fn push(
        &mut self,
        org: Uuid,
        event: Event,
        data: impl FnOnce() -> Result<Data, Error>,
    ) -> Result<(), Error> {
        self.hold(org, event)?;
        let endpoints = self.endpoints_of(org)?;
        // Whoever had it before us may have switched it off, or have it listen to something else.
        let is_there = |endpoint: &&Endpoint| endpoint.held == Some(true) && endpoint.wants(event);
        let wanting: Vec<_> = endpoints.iter().filter(is_there).map(|endpoint| endpoint.id).collect();
        if wanting.is_empty() { Ok(()) } else { self.write(org, &wanting, event, data).map(|_| ()) }
    }

    /// Queues what a statement has found: rows of an organisation, an event's name and its data.
    pub fn push_found(&mut self, found: SpiTupleTable) -> Result<(), Error> {
        for row in found {
            let name: Option<&str> = row.get(2)?;
            self.push_row(row.get(1)?, name, row.get(3)?)?;
        }
        Ok(())
    }

    /// The same of a statement that is run with a kept plan.
    pub fn push_all(&mut self, sql: &'static str, args: &[DatumWithOid]) -> Result<(), Error> {
        rows::all(self.schema, sql, args, Mode::Lock, |row| {
            let name: Option<&str> = row.get(2)?;
            self.push_row(row.get(1)?, name, row.get(3)?)
        })
        .map(|_| ())
    }

    fn push_row(
        &mut self,
        org: Option<pgrx::Uuid>,
        event: Option<&str>,
        data: Option<Jsonb>,
    ) -> Result<(), Error> {
        let (Some(org), Some(event), Some(data)) = (org, event, data) else {
            return Err(Error::Internal("an event that lacks its organisation, name or data".into()));
        };
        let event = Event::parse(event).map_err(Error::Webhook)?;
        self.push(Uuid::from_bytes(*org.as_bytes()), event, || Data::of(data))
    }

    /// Queues an event for one endpoint, whatever it wants, and returns the delivery's id; `None` where the endpoint
    /// is not there any more.
    pub fn push_to(
        &mut self,
        endpoint: Uuid,
        event: Event,
        data: impl FnOnce() -> Result<Data, Error>,
    ) -> Result<Option<Uuid>, Error> {
        let table = Table::by_primary_key(self.schema, c"webhooks")?;
        let key = [(c"id", Key::Uuid(endpoint))];
        let org = lookup::current(|| table.hold(&key, |found| found.get::<pgrx::Uuid>(c"org_id")))?;
        match org.flatten() {
            Some(org) => self.write(Uuid::from_bytes(*org.as_bytes()), &[endpoint], event, data),
            None => Ok(None),
        }
    }

    /// Returns how many deliveries were queued, and has the worker look after them once they are committed.
    pub fn finish(self) -> u64 {
        if let Some(rows) = self.rows {
            rows.finish();
        }
        if self.queued > 0 {
            worker::wake_at_commit();
        }
        self.queued
    }

    /// Holds the organisation's endpoints that want to hear of this and are not held yet.
    fn hold(&mut self, org: Uuid, event: Event) -> Result<(), Error> {
        let schema = self.schema;
        let mut wanting: Vec<_> = self
            .endpoints_of(org)?
            .iter_mut()
            .filter(|endpoint| endpoint.wants(event) && endpoint.held.is_none())
            .collect();
        if wanting.is_empty() {
            return Ok(());
        }
        let places: Vec<_> = wanting.iter().map(|endpoint| endpoint.place).collect();
        lookup::current(|| {
            endpoints_table(schema)?.hold_each(&places, |n, now| {
                let Some(endpoint) = wanting.get_mut(n) else { return Ok(()) };
                endpoint.held = Some(match now {
                    Some(now) => {
                        endpoint.events = events_of(&now)?;
                        now.get::<bool>(c"enabled")? == Some(true)
                    }
                    None => false,
                });
                Ok(())
            })
        })
    }

    fn endpoints_of(&mut self, org: Uuid) -> Result<&mut Vec<Endpoint>, Error> {
        if !self.endpoints.contains_key(&org) {
            let found = lookup::current(|| Endpoint::all(self.schema, org))?;
            self.endpoints.insert(org, found);
        }
        Ok(self.endpoints.entry(org).or_default())
    }

    /// Writes a delivery for each of the endpoints, which are held; returns the id of the last one.
    fn write(
        &mut self,
        org: Uuid,
        endpoints: &[Uuid],
        event: Event,
        data: impl FnOnce() -> Result<Data, Error>,
    ) -> Result<Option<Uuid>, Error> {
        let rows = match &mut self.rows {
            Some(rows) => rows,
            none => none.insert(within(self.home, || begin(self.schema))?),
        };
        let written = within(self.memory.value(), || write(rows, org, endpoints, event, data));
        // SAFETY: what was made within is copied into the rows, and nothing of it is used any more.
        unsafe { self.memory.reset() };
        let (queued, last) = written?;
        self.queued += queued;
        Ok(last)
    }
}

/// Runs `body` with this as the current memory context, which is there until it has run.
fn within<R>(memory: pg_sys::MemoryContext, body: impl FnOnce() -> R) -> R {
    // SAFETY: both contexts are there; an error puts PostgreSQL's own back.
    unsafe {
        let callers = pg_sys::MemoryContextSwitchTo(memory);
        let result = body();
        pg_sys::MemoryContextSwitchTo(callers);
        result
    }
}

/// How many were written, and the id of the last one.
fn write(
    rows: &mut Insert,
    org: Uuid,
    endpoints: &[Uuid],
    event: Event,
    data: impl FnOnce() -> Result<Data, Error>,
) -> Result<(u64, Option<Uuid>), Error> {
    let data = data()?;
    let key = ids::new();
    let body = webhook::body(&key, event, now_micros(), &org, &data.text);
    let [org, key] = [org, key].map(uuid);
    let [event, body, pending] = [event.as_str(), body.as_str(), "pending"].map(IntoDatum::into_datum);
    // Once, whatever the number of endpoints.
    let payload = data.jsonb.into_datum().map(|payload| rows.packed(c"payload", payload));
    let body = body.map(|body| rows.packed(c"body", body));
    let (mut queued, mut last) = (0, None);
    for endpoint in endpoints {
        let id = ids::new();
        let is_queued = rows.row(&[
            uuid(id),
            org,
            uuid(*endpoint),
            event,
            key,
            payload,
            body,
            pending,
            Some(0.into()),
            insert::now(),
            insert::now(),
        ])?;
        if is_queued {
            queued += 1;
            last = Some(id);
        }
    }
    Ok((queued, last))
}

fn begin(schema: Schema) -> Result<Insert, Error> {
    let mut rows = Insert::begin(schema, DELIVERIES, &COLUMNS)?;
    rows.held(&[(c"org_id", c"org_id"), (c"webhook_id", c"id")], schema.table(c"webhooks"));
    Ok(rows)
}

fn uuid(id: Uuid) -> Value {
    pgrx::Uuid::from_bytes(*id.as_bytes()).into_datum()
}
