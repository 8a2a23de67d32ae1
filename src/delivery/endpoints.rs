//! The endpoints of an organisation, as those see them who queue for them.

use crate::error::Error;
use crate::lookup::{self, Key, Place, Table};
use crate::spi::Schema;
use callcoach_core::webhook::Event;
use pgrx::Array;
use uuid::Uuid;

/// An enabled endpoint of an organisation.
pub struct Endpoint {
    pub id: Uuid,
    pub place: Place,
    pub events: Vec<Event>,
    /// Whether it is there to be queued for, once that was looked at.
    pub held: Option<bool>,
}

impl Endpoint {
    /// Those of an organisation that are enabled.
    pub fn all(schema: Schema, org: Uuid) -> Result<Vec<Self>, Error> {
        let mut all = vec![];
        endpoints_table(schema)?.each(&[(c"org_id", Key::Uuid(org))], |found| {
            if found.get::<bool>(c"enabled")? == Some(true)
                && let Some(id) = found.get::<pgrx::Uuid>(c"id")?
            {
                let id = Uuid::from_bytes(*id.as_bytes());
                all.push(Self { id, place: found.place(), events: events_of(&found)?, held: None });
            }
            Ok(())
        })?;
        Ok(all)
    }

    pub fn wants(&self, event: Event) -> bool {
        self.events.contains(&event)
    }
}

/// What an endpoint wants to hear of.
pub fn events_of(endpoint: &lookup::Found) -> Result<Vec<Event>, Error> {
    let names = endpoint.get::<Array<&str>>(c"events")?;
    let known =
        |names: Array<&str>| names.iter().flatten().filter_map(|name| Event::parse(name).ok()).collect();
    Ok(names.map(known).unwrap_or_default())
}

pub fn endpoints_table(schema: Schema) -> Result<Table, Error> {
    Table::by_index(schema, c"webhooks", c"webhooks_org_id_id_key")
}
