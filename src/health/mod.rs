//! The health score of customers: the formula (`callcoach.health_score`), one customer's or everybody's anew, and
//! the trigger (`keep`) that has it follow messages, sessions and training.

mod keep;
mod tables;

use crate::error::Error;
use crate::reporting::NumericBytes;
use crate::spi::rows::{self, Mode, Row};
use callcoach_core::health::{self, HealthError};
use callcoach_core::jsonb::Numeric;
use pgrx::PgRelation;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use tables::Tables;

const MAY_SEE: &str = include_str!("../sql/health/may_see.sql");
const LOCK: &str = include_str!("../sql/health/lock_customers.sql");
const BASIS_OF_ALL: &str = include_str!("../sql/health/basis.sql");
const BASIS: &str = concat!(include_str!("../sql/health/basis.sql"), " where c.id = any ($1)");
const WRITE: &str = include_str!("../sql/health/write.sql");
const WRITE_ONE: &str = include_str!("../sql/health/write_one.sql");

/// Customers whose scores are written at once.
const BATCH: usize = 1000;

/// The score, 0 to 100, of so many interactions in the last 30 days and of so much training (the average of its
/// percentages; NULL: none). 22023 for a negative count, and for an average outside 0 to 100.
#[pg_extern(immutable, parallel_safe, schema = "callcoach")]
fn health_score(interactions: Option<i64>, adoption: Option<NumericBytes>) -> Result<i32, ErrorReport> {
    let damaged = |_| Error::Internal("a numeric is damaged".into());
    let average =
        adoption.as_ref().map(|number| Numeric::parse(number.bytes()).map_err(damaged)).transpose()?;
    let adoption = health::adoption(average.as_ref()).map_err(refused)?;
    Ok(health::score(interactions.unwrap_or(0), adoption).map_err(refused)?)
}

fn refused(error: HealthError) -> Error {
    match error {
        HealthError::Interactions => Error::NegativeLimit("interactions"),
        HealthError::Adoption => Error::OutOfRange("adoption", "between 0 and 100"),
    }
}

/// Computes a customer's score anew, writes and returns it. `customers` is the table. PT404 for a customer that is
/// not there, or that its policies do not show to the caller.
// Not a definer: the policies are asked as the caller, and the rest is done as the owner of the tables.
#[pg_extern(volatile, strict, parallel_unsafe, schema = "callcoach")]
#[search_path(pg_catalog, pg_temp)]
fn update_health_score(customers: PgRelation, customer_uuid: pgrx::Uuid) -> Result<i32, ErrorReport> {
    let tables = Tables::of(&customers)?;
    rows::first(tables.schema, MAY_SEE, &[customer_uuid.into()], Mode::Read, |_| Ok(()))?
        .ok_or(Error::NoSuchCustomer)?;
    let score = tables.as_owner(|| {
        let locked = lock(&tables, vec![customer_uuid])?;
        let score = basis(&tables, locked)?.first().map(Basis::score).transpose()?;
        let score = score.ok_or(Error::NoSuchCustomer)?;
        rows::execute(tables.schema, WRITE_ONE, &[customer_uuid.into(), score.into()])?;
        Ok(score)
    })?;
    Ok(score)
}

/// Computes every customer's score anew and writes those that are another by now: messages grow old without
/// anything being written. Returns how many. `customers` is the table; for who may write it, past its policies.
#[pg_extern(volatile, strict, parallel_unsafe, schema = "callcoach")]
#[search_path(pg_catalog, pg_temp)]
fn refresh_health_scores(customers: PgRelation) -> Result<i64, ErrorReport> {
    let tables = Tables::of(&customers)?;
    Ok(tables.as_owner(|| refresh_all(&tables))?)
}

/// Only what differs is locked, and then looked at once more.
fn refresh_all(tables: &Tables) -> Result<i64, Error> {
    let all = rows::all(tables.schema, BASIS_OF_ALL, &[], Mode::Read, Basis::read)?;
    let mut outdated = Vec::new();
    for basis in &all {
        if basis.stored != Some(basis.score()?) {
            outdated.push(basis.customer);
        }
    }
    let mut written = 0;
    for batch in outdated.chunks(BATCH) {
        pgrx::check_for_interrupts!();
        let locked = lock(tables, batch.to_vec())?;
        written += write_changed(tables, locked)?;
    }
    Ok(i64::try_from(written).unwrap_or(i64::MAX))
}

/// What the score of one customer is made of.
struct Basis {
    customer: pgrx::Uuid,
    stored: Option<i32>,
    interactions: i64,
    sum: i64,
    count: i64,
}

impl Basis {
    fn read(row: Row) -> Result<Self, Error> {
        Ok(Self {
            stored: row.get(2)?,
            interactions: row.get(3)?.unwrap_or(0),
            sum: row.get(4)?.unwrap_or(0),
            count: row.get(5)?.unwrap_or(0),
            customer: id(row)?,
        })
    }

    fn score(&self) -> Result<i32, Error> {
        let adoption = health::adoption_of(self.sum, self.count).map_err(refused)?;
        health::score(self.interactions, adoption).map_err(refused)
    }
}

/// The first column, an id.
fn id(row: Row) -> Result<pgrx::Uuid, Error> {
    row.get(1)?.ok_or_else(|| Error::Internal("an id is NULL".into()))
}

/// Locks customers in the order of their ids; gives those that are there.
fn lock(tables: &Tables, customers: Vec<pgrx::Uuid>) -> Result<Vec<pgrx::Uuid>, Error> {
    rows::all(tables.schema, LOCK, &[customers.into()], Mode::Lock, id)
}

/// Of customers that are locked, with what is committed by now: of two sessions that write for the same customer,
/// the second counts what the first has written, under REPEATABLE READ too.
fn basis(tables: &Tables, locked: Vec<pgrx::Uuid>) -> Result<Vec<Basis>, Error> {
    rows::all(tables.schema, BASIS, &[locked.into()], Mode::Latest, Basis::read)
}

/// Writes the scores of locked customers, those that have changed; returns how many.
fn write_changed(tables: &Tables, locked: Vec<pgrx::Uuid>) -> Result<u64, Error> {
    if locked.is_empty() {
        return Ok(0);
    }
    let (mut ids, mut scores) = (Vec::new(), Vec::new());
    for basis in basis(tables, locked)? {
        let score = basis.score()?;
        if basis.stored != Some(score) {
            ids.push(basis.customer);
            scores.push(score);
        }
    }
    if ids.is_empty() {
        return Ok(0);
    }
    rows::execute(tables.schema, WRITE, &[ids.into(), scores.into()])
}
