//! What a statement did to attempts: each as it was and as it is, from the trigger's transition tables.

use crate::error::Error;
use crate::jsonb::Jsonb;
use crate::rows::{Column, StoredRows};
use crate::timestamps::Timestamptz;
use pgrx::{AnyNumeric, PgTrigger, pg_sys};
use std::collections::HashSet;
use uuid::Uuid;

/// The columns that completion looks at. No transcripts: they are large.
#[derive(Clone, Copy)]
pub struct Columns {
    pub id: Column<pgrx::Uuid>,
    pub org: Column<pgrx::Uuid>,
    pub user: Column<String>,
    pub scenario: Column<pgrx::Uuid>,
    pub assignment: Column<pgrx::Uuid>,
    pub started_at: Column<Timestamptz>,
    pub ended_at: Column<Timestamptz>,
    pub duration: Column<i32>,
    pub score: Column<AnyNumeric>,
    pub breakdown: Column<Jsonb>,
    pub kpis: Column<Jsonb>,
    status: Column<String>,
}

/// The rows that a statement wrote, one after the other.
pub struct Changes {
    old: Option<StoredRows>,
    new: Option<StoredRows>,
    columns: Columns,
    is_insert: bool,
}

/// An attempt that was written.
pub struct Change<'a> {
    /// As it is; `None`: deleted.
    pub new: Option<Row<'a>>,
    /// As it was; `None`: inserted.
    pub old: Option<Row<'a>>,
}

/// One version of an attempt, until the next change is looked at.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    rows: &'a StoredRows,
    columns: &'a Columns,
}

/// What there is to see to.
#[derive(Default)]
pub struct Seen {
    pub rows: usize,
    /// Some attempt was completed before.
    pub was_completed: bool,
    /// Some attempt is completed.
    pub is_completed: bool,
    /// A completed attempt is now another one's, on another day, or one no more: its fact is in the wrong place.
    pub moved: bool,
    /// One attempt was written twice, which a foreign key's ON DELETE SET NULL can do.
    pub twice: bool,
    /// Whose attempts have become completed.
    pub orgs_completing: HashSet<Uuid>,
    /// Whose attempts are completed.
    pub orgs_completed: HashSet<Uuid>,
    /// Whose attempts were completed before.
    pub orgs_before: HashSet<Uuid>,
}

impl Changes {
    pub fn of(trigger: &PgTrigger) -> Result<Self, Error> {
        let data = trigger.trigger_data();
        // SAFETY: the relation and the statement's tuplestores are there while its trigger runs.
        let [old, new] = [data.tg_oldtable, data.tg_newtable].map(|store| unsafe {
            (!store.is_null()).then(|| StoredRows::of(store, (*data.tg_relation).rd_att))
        });
        let any = new.as_ref().or(old.as_ref());
        let columns = Columns::of(any.ok_or(Error::WrongTrigger("It needs its transition tables."))?)?;
        Ok(Self { old, new, columns, is_insert: trigger.event().fired_by_insert() })
    }

    /// Hands each change to `look`, from the first one on. An update's rows are in one order before and after.
    pub fn each(&mut self, mut look: impl FnMut(&Change) -> Result<(), Error>) -> Result<(), Error> {
        for rows in [&mut self.old, &mut self.new].into_iter().flatten() {
            rows.rewind();
        }
        loop {
            pgrx::check_for_interrupts!();
            let advance = |rows: &mut Option<StoredRows>| rows.as_mut().is_some_and(StoredRows::advance);
            let (was, is) = (advance(&mut self.old), advance(&mut self.new));
            if !was && !is {
                return Ok(());
            }
            let columns = &self.columns;
            let row = |rows| Row { rows, columns };
            let new = self.new.as_ref().filter(|_| is).map(row);
            let old = self.old.as_ref().filter(|_| was).map(row);
            look(&Change { new, old })?;
        }
    }

    /// Looks through all of them once.
    pub fn survey(&mut self) -> Result<Seen, Error> {
        let mut seen = Seen::default();
        // Eight bytes a row, for statements that write millions. Two ids of one number: the attempts are read again for
        // nothing.
        let mut ids = Vec::new();
        let may_be_twice = !self.is_insert && self.new.is_some();
        self.each(|change| {
            seen.rows += 1;
            if let Some(new) = change.new.filter(|_| may_be_twice) {
                let (high, low) = new.id().as_u64_pair();
                ids.push(high.rotate_left(29) ^ low);
            }
            let (was, is) = (change.old.filter(Row::is_completed), change.new.filter(Row::is_completed));
            if let Some(old) = &was {
                seen.was_completed = true;
                seen.orgs_before.insert(old.org());
                seen.moved |= !is.is_some_and(|new| new.has_the_fact_of(old));
            }
            if let Some(new) = &is {
                seen.is_completed = true;
                seen.orgs_completed.insert(new.org());
                if was.is_none() {
                    seen.orgs_completing.insert(new.org());
                }
            }
            Ok(())
        })?;
        ids.sort_unstable();
        seen.twice = ids.windows(2).any(|pair| pair[0] == pair[1]);
        Ok(seen)
    }
}

impl<'a> Row<'a> {
    pub fn get<T: pgrx::FromDatum>(&self, column: impl FnOnce(&Columns) -> Column<T>) -> Option<T> {
        self.rows.get(column(self.columns))
    }

    pub fn text(&self, column: impl FnOnce(&Columns) -> Column<String>) -> Option<&'a str> {
        self.rows.text(column(self.columns))
    }

    /// The same as it is stored; `None` for NULL.
    pub fn datum<T>(&self, column: impl FnOnce(&Columns) -> Column<T>) -> Option<pg_sys::Datum> {
        self.rows.datum(column(self.columns))
    }

    pub fn uuid(&self, column: impl FnOnce(&Columns) -> Column<pgrx::Uuid>) -> Option<Uuid> {
        self.get(column).map(|id| Uuid::from_bytes(*id.as_bytes()))
    }

    pub fn id(&self) -> Uuid {
        self.uuid(|c| c.id).unwrap_or_default()
    }

    pub fn org(&self) -> Uuid {
        self.uuid(|c| c.org).unwrap_or_default()
    }

    pub fn is_completed(&self) -> bool {
        self.text(|c| c.status) == Some("completed")
    }

    /// Is its fact that of before, on the day of before?
    fn has_the_fact_of(&self, old: &Row) -> bool {
        self.datum(|c| c.ended_at).is_some()
            && self.id() == old.id()
            && self.get(|c| c.started_at) == old.get(|c| c.started_at)
    }
}

impl Columns {
    fn of(rows: &StoredRows) -> Result<Self, Error> {
        Ok(Self {
            id: rows.column(c"id")?,
            org: rows.column(c"org_id")?,
            user: rows.column(c"user_id")?,
            scenario: rows.column(c"scenario_id")?,
            assignment: rows.column(c"assignment_id")?,
            started_at: rows.column(c"started_at")?,
            ended_at: rows.column(c"ended_at")?,
            duration: rows.column(c"duration_seconds")?,
            score: rows.column(c"score")?,
            breakdown: rows.column(c"score_breakdown")?,
            kpis: rows.column(c"kpis")?,
            status: rows.column(c"status")?,
        })
    }
}
