//! Taking due deliveries, and giving them back.

use crate::error::Error;
use crate::spi::Schema;
use crate::spi::rows::{self, Mode, Row};
use crate::timestamps;
use crate::worker::transaction::{self, As, Failure, Work};
use callcoach_core::webhook::fair::EndpointLimits;
use callcoach_core::webhook::signing::Secret;
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::{Duration, Instant};
use uuid::Uuid;

const TAKE: &str = include_str!("../../sql/deliveries/claim.sql");
const NEXT_DUE: &str = include_str!("../../sql/deliveries/next_due.sql");
const RELEASE: &str = include_str!("../../sql/deliveries/release.sql");
const RELEASE_WORKERS: &str = include_str!("../../sql/deliveries/release_workers.sql");
/// A claim that a crash loses was not worth a wait for the disk: the deliveries are due as before.
const NO_WAIT: &str = "select pg_catalog.set_config('synchronous_commit', 'off', true)";
/// The same, and rows are looked up by index, also by a plan that was made when there were a few.
const BY_INDEX: &str = "select pg_catalog.set_config('synchronous_commit', 'off', true),
  pg_catalog.set_config('enable_seqscan', 'off', true), pg_catalog.set_config('enable_bitmapscan', 'off', true),
  pg_catalog.set_config('enable_hashjoin', 'off', true), pg_catalog.set_config('enable_mergejoin', 'off', true)";

/// For how long others leave them alone: longer than they wait here (`FRESH`) and are sent.
const LEASE: Duration = Duration::from_secs(180);
/// The most that is taken at once, in bytes of bodies.
const MOST_BYTES: i64 = 8 * 1024 * 1024;

const CLAIM: Work = Work {
    name: c"claiming webhooks",
    as_whom: As::OwnerOfTable(c"webhook_deliveries"),
    at_most: Duration::from_secs(10),
};

/// A delivery that is ours to send.
pub struct Claimed {
    pub id: Uuid,
    pub organisation: Uuid,
    pub endpoint: Uuid,
    pub event: String,
    pub key: Uuid,
    pub body: String,
    pub retry_count: i32,
    pub url: String,
    pub secret: Secret,
    pub previous_secret: Option<Secret>,
    pub limits: EndpointLimits,
    pub is_failing: bool,
    /// As many of its endpoint were asked for.
    pub each: usize,
    pub taken_at: Instant,
}

/// A sender's claim.
pub struct Claim {
    pub id: Uuid,
    /// The database's own sender, or an external one.
    pub by_worker: bool,
    /// For how long others leave alone what it takes.
    pub lease: Duration,
}

/// What to look for.
pub struct Wanted<'a> {
    pub most: usize,
    /// Of one endpoint, and of one organisation.
    pub each: usize,
    pub of_organisation: usize,
    pub not_endpoints: &'a [Uuid],
    pub not_organisations: &'a [Uuid],
    /// This organisation's alone.
    pub only_organisation: Option<Uuid>,
}

/// Seconds' worth that are taken of an endpoint that has a rate: less than they may wait.
const SECONDS_OF_RATE: usize = 5;

/// What a look has brought.
pub struct Taken {
    pub deliveries: Vec<Claimed>,
    /// There was more than that.
    pub is_truncated: bool,
    /// When something becomes due that is not yet.
    pub next_due: Option<Duration>,
}

/// Claims what is due. The `first` time, what the worker before had claimed is free.
pub fn take(claim: Uuid, wanted: &Wanted, first: bool) -> Result<Taken, Failure> {
    let claim = Claim { id: claim, by_worker: true, lease: LEASE };
    transaction::run(CLAIM, |schema| {
        rows::execute(schema, BY_INDEX, &[])?;
        if first {
            rows::execute(schema, RELEASE_WORKERS, &[])?;
        }
        let deliveries = due(schema, &claim, wanted)?;
        let bytes: usize = deliveries.iter().map(|claimed| claimed.body.len()).sum();
        let is_truncated =
            deliveries.len() >= wanted.most || i64::try_from(bytes).is_ok_and(|bytes| bytes >= MOST_BYTES);
        let next_due = rows::first(schema, NEXT_DUE, &[], Mode::Lock, |row| row.get::<f64>(1))?.flatten();
        let next_due = next_due.map(|seconds| Duration::from_secs_f64(seconds.clamp(0.001, 86_400.0)));
        Ok(Taken { deliveries, is_truncated, next_due })
    })
}

/// Claims what is due, within a transaction.
pub fn due(schema: Schema, claim: &Claim, wanted: &Wanted) -> Result<Vec<Claimed>, Error> {
    let number = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let ids = |ids: &[Uuid]| ids.iter().map(sql_uuid).collect::<Vec<_>>();
    let args = [
        number(wanted.most).into(),
        number(wanted.each).into(),
        MOST_BYTES.into(),
        claim.lease.as_secs_f64().into(),
        sql_uuid(&claim.id).into(),
        claim.by_worker.into(),
        ids(wanted.not_endpoints).into(),
        timestamps::clock().into(),
        number(wanted.of_organisation).into(),
        ids(wanted.not_organisations).into(),
        wanted.only_organisation.as_ref().map(sql_uuid).into(),
    ];
    rows::all(schema, TAKE, &args, Mode::Lock, read)
}

/// Is there anything to look at?
pub fn is_installed() -> Result<(), Failure> {
    transaction::run(CLAIM, |_| Ok(()))
}

/// Gives back what is not going to be sent now.
pub fn release(claim: Uuid, ids: &[Uuid]) -> Result<(), Failure> {
    const RELEASING: Work = Work { name: c"giving webhooks back", ..CLAIM };
    transaction::run(RELEASING, |schema| {
        rows::execute(schema, NO_WAIT, &[])?;
        let ids: Vec<pgrx::Uuid> = ids.iter().map(sql_uuid).collect();
        rows::execute(schema, RELEASE, &[ids.into(), sql_uuid(&claim).into()]).map(|_| ())
    })
}

/// A row of `TAKE`.
fn read(row: Row) -> Result<Claimed, Error> {
    let id = |number| required(row.get::<pgrx::Uuid>(number)?).map(|id| Uuid::from_bytes(*id.as_bytes()));
    let text = |number| required(row.get::<String>(number)?);
    let limit = |number| Ok::<_, Error>(row.get::<i32>(number)?.and_then(|limit| u32::try_from(limit).ok()));
    let per_second = limit(12)?.and_then(NonZeroU32::new);
    let each = limit(14)?.map_or(1, |each| each as usize);
    // As claim.sql has it.
    let each = per_second.map_or(each, |rate| each.min(rate.get() as usize * SECONDS_OF_RATE));
    Ok(Claimed {
        id: id(1)?,
        organisation: id(2)?,
        endpoint: id(3)?,
        event: text(4)?,
        key: id(5)?,
        body: text(6)?,
        retry_count: required(row.get(7)?)?,
        url: text(8)?,
        secret: Secret::stored(&text(9)?),
        previous_secret: row.get::<String>(10)?.map(|secret| Secret::stored(&secret)),
        limits: EndpointLimits {
            concurrency: limit(11)?.and_then(|limit| NonZeroUsize::new(limit as usize)),
            per_second,
        },
        is_failing: required(row.get(13)?)?,
        each,
        taken_at: Instant::now(),
    })
}

fn required<T>(value: Option<T>) -> Result<T, Error> {
    value.ok_or_else(|| Error::Internal("a delivery lacks a value".into()))
}

pub fn sql_uuid(id: &Uuid) -> pgrx::Uuid {
    pgrx::Uuid::from_bytes(*id.as_bytes())
}
