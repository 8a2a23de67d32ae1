//! Upkeep: what is due every so often. Each task is a short transaction, or several; one that fails, or waits for
//! a lock in vain, leaves the others alone, and is tried again at the next tick.

use super::shared::Slot;
use super::transaction::{self, As, Failure, Work};
use crate::delivery::retention;
use crate::gucs;
use crate::spi::rows::{self, Mode};
use crate::timestamps;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// Changes that are folded in one transaction: some tens of milliseconds.
const BATCH: i32 = 2000;
const RETENTION_INTERVAL: Duration = Duration::from_secs(3600);

/// A task: who calls it, and how.
struct Task {
    work: Work,
    /// Gives a number: of what was done.
    sql: &'static str,
    args: fn() -> Option<i32>,
    /// pg_cron's jobs that do the same call one of these.
    functions: &'static [&'static str],
    /// What the log says was done.
    done: &'static str,
}

const FOLD: Task = Task {
    work: Work {
        name: c"folding the reports",
        as_whom: As::OwnerOf("callcoach.fold_reporting(uuid, integer)"),
        at_most: Duration::from_secs(30),
    },
    sql: "select callcoach.fold_reporting(null, $1)",
    args: || Some(BATCH),
    functions: &["refresh_reporting", "fold_reporting"],
    done: "changes folded into the reports",
};
const SWEEP: Task = Task {
    work: Work {
        name: c"looking for overdue assignments",
        as_whom: As::OwnerOf("callcoach.sweep_overdue_assignments(integer)"),
        at_most: Duration::from_secs(60),
    },
    sql: "select callcoach.sweep_overdue_assignments()::bigint",
    args: || None,
    functions: &["sweep_overdue_assignments"],
    done: "assignments found overdue",
};
const RETENTION: Task = Task {
    work: Work {
        name: c"retention",
        as_whom: As::OwnerOf("callcoach.apply_retention()"),
        at_most: Duration::from_secs(300),
    },
    sql: "select callcoach.apply_retention()::bigint",
    args: || None,
    functions: &["apply_retention"],
    done: "rows removed by retention",
};
const PARTITIONS: Task = Task {
    work: Work {
        name: c"keeping the facts' partitions",
        as_whom: As::OwnerOf("callcoach.keep_fact_partitions()"),
        at_most: Duration::from_secs(300),
    },
    sql: "select callcoach.keep_fact_partitions()::bigint
  where exists (select from pg_catalog.pg_class
                 where oid = '{schema}.fact_scenario_attempts'::regclass and relkind = 'p')",
    args: || None,
    functions: &["keep_fact_partitions"],
    done: "partitions of facts made or retired",
};
const CRON_IS_READABLE: &str = include_str!("../sql/worker/cron_is_readable.sql");
/// As the table's owner, like all that names a table: a view of that name would run with our rights.
const BACKLOG: Work = Work {
    name: c"looking for changes to fold",
    as_whom: As::OwnerOfTable(c"reporting_deltas"),
    at_most: Duration::from_secs(30),
};
const ANY_BACKLOG: &str = "select exists (select from {schema}.reporting_deltas)";
const LEFT_TO_CRON: &str = include_str!("../sql/worker/left_to_cron.sql");
const CRON: Work = Work {
    name: c"looking at pg_cron's jobs",
    as_whom: As::OwnerOfTable(c"reporting_deltas"),
    at_most: Duration::from_secs(10),
};

/// Where a worker is with it.
#[derive(Default)]
pub struct Upkeep {
    last_tick: Option<Instant>,
    last_retention: Option<Instant>,
    /// What this tick has still to do, the last one first.
    left: Vec<&'static Task>,
    folded: i64,
}

impl Upkeep {
    /// Does the next transaction of it, if one is due. Returns for how long nothing is; 0: go on at once.
    pub fn turn(&mut self, slot: &Slot) -> Duration {
        if self.left.is_empty() {
            let Some(interval) = gucs::upkeep_interval() else { return Duration::MAX };
            let rest = self.last_tick.map_or(Duration::ZERO, |last| interval.saturating_sub(last.elapsed()));
            if !rest.is_zero() {
                return rest;
            }
            self.begin();
        }
        if let Some(task) = self.left.pop() {
            self.run(task);
        }
        if self.left.is_empty() {
            slot.last_upkeep.store(timestamps::clock().0, Relaxed);
        }
        Duration::ZERO
    }

    fn begin(&mut self) {
        let now = Instant::now();
        self.last_tick = Some(now);
        self.folded = 0;
        self.left = vec![&SWEEP, &FOLD];
        if self.last_retention.is_none_or(|last| now >= last + RETENTION_INTERVAL) {
            self.last_retention = Some(now);
            self.left.splice(0..0, [&PARTITIONS, &RETENTION]);
        }
        if let Ok(Some(commands)) = left_to_cron() {
            self.left.retain(|task| !task.functions.iter().any(|function| commands.contains(function)));
        }
    }

    fn run(&mut self, task: &'static Task) {
        let is_first_fold = std::ptr::eq(task, &FOLD) && self.folded == 0;
        if is_first_fold && !any_backlog() {
            return;
        }
        let done = transaction::run(task.work, |schema| {
            let args: &[_] = &match (task.args)() {
                Some(number) => vec![number.into()],
                None => vec![],
            };
            rows::first(schema, task.sql, args, Mode::Lock, |row| row.get::<i64>(1))
        });
        let count = done.ok().flatten().flatten().unwrap_or(0);
        if std::ptr::eq(task, &FOLD) {
            self.folded += count;
            if count >= BATCH.into() {
                self.left.push(task);
            } else {
                report(task, self.folded);
            }
        } else if std::ptr::eq(task, &RETENTION) && count >= retention::MOST.into() {
            self.left.push(task);
            report(task, count);
        } else {
            report(task, count);
        }
    }
}

/// A fold writes even where there is nothing to fold.
fn any_backlog() -> bool {
    let any = transaction::run(BACKLOG, |schema| {
        rows::first(schema, ANY_BACKLOG, &[], Mode::Read, |row| row.get::<bool>(1))
    });
    any.ok().flatten().flatten() == Some(true)
}

/// Folding a few changes is what happens all day.
fn report(task: &Task, count: i64) {
    if count >= i64::from(BATCH) || count > 0 && !std::ptr::eq(task, &FOLD) {
        pgrx::log!("callcoach worker: {count} {}", task.done);
    } else if count > 0 {
        pgrx::debug1!("callcoach worker: {count} {}", task.done);
    }
}

/// The commands of pg_cron's jobs for callcoach, where pg_cron is and its jobs are ours to read.
fn left_to_cron() -> Result<Option<String>, Failure> {
    transaction::run(CRON, |schema| {
        let is_readable = rows::first(schema, CRON_IS_READABLE, &[], Mode::Read, |row| row.get::<bool>(1))?;
        if is_readable.flatten() != Some(true) {
            return Ok(None);
        }
        rows::first(schema, LEFT_TO_CRON, &[], Mode::Read, |row| row.get::<String>(1)).map(Option::flatten)
    })
}
