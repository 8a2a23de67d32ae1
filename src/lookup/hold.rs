//! Rows that are held: locked FOR KEY SHARE, as foreign keys lock what they refer to. Until the transaction ends
//! nobody deletes them or changes their keys.

use super::{Found, Key, Table};
use crate::error::Error;
use pgrx::pg_sys;
use pgrx::pg_sys::{LockTupleMode, LockWaitPolicy, TM_Result};
use std::ffi::CStr;

/// Where a row is that a scan has found.
#[derive(Clone, Copy)]
pub struct Place(pub(super) pg_sys::ItemPointerData);

impl Table {
    /// Holds the row whose columns equal the keys, and hands it to `read`; `None` where there is none, or none any
    /// more.
    pub fn hold<R>(
        &self,
        keys: &[(&CStr, Key)],
        mut read: impl FnMut(&Found) -> Result<R, Error>,
    ) -> Result<Option<R>, Error> {
        let mut place = None;
        self.each(keys, |found| {
            place = Some(found.place());
            Ok(())
        })?;
        let mut held = None;
        self.hold_each(place.as_slice(), |_, now| {
            held = now.as_ref().map(&mut read).transpose()?;
            Ok(())
        })?;
        Ok(held)
    }

    /// Holds the rows that were found at these places, one after the other, and hands each in the version that is
    /// held to `read` with its position; `None` where it is not there any more. Who is deleting or changing a row is
    /// waited for, as by SELECT … FOR KEY SHARE.
    pub fn hold_each(
        &self,
        places: &[Place],
        mut read: impl FnMut(usize, Option<Found>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        // SAFETY: the relation is locked as SELECT … FOR KEY SHARE locks it, and stays so. The slot is of its kind,
        // and ours; an error leaves both to the end of the transaction.
        unsafe {
            let relation = pg_sys::table_open(self.relation, pg_sys::RowShareLock as _);
            let slot = pg_sys::table_slot_create(relation, std::ptr::null_mut());
            for (position, place) in places.iter().enumerate() {
                let held = lock(relation, *place, slot)?.then(|| {
                    let mut is_copy = false;
                    let tuple = pg_sys::ExecFetchSlotHeapTuple(slot, false, &mut is_copy);
                    Found { descriptor: (*relation).rd_att, tuple }
                });
                read(position, held)?;
            }
            pg_sys::ExecDropSingleTupleTableSlot(slot);
            pg_sys::table_close(relation, pg_sys::NoLock as _);
            Ok(())
        }
    }
}

/// Locks the row, or its latest version, and puts that into the slot. The same cases as ExecLockRows has.
///
/// # Safety
/// An open relation, a row of it that a scan has found, and a slot for its rows.
unsafe fn lock(
    relation: pg_sys::Relation,
    Place(mut tid): Place,
    slot: *mut pg_sys::TupleTableSlot,
) -> Result<bool, Error> {
    // SAFETY: as the caller promises; there is an active snapshot, by which the row was found.
    unsafe {
        let one_snapshot = pg_sys::XactIsoLevel >= pg_sys::XACT_REPEATABLE_READ as _;
        let mut flags = pg_sys::TUPLE_LOCK_FLAG_LOCK_UPDATE_IN_PROGRESS;
        if !one_snapshot {
            flags |= pg_sys::TUPLE_LOCK_FLAG_FIND_LAST_VERSION;
        }
        let mut failure = pg_sys::TM_FailureData::default();
        let result = pg_sys::table_tuple_lock(
            relation,
            &mut tid,
            pg_sys::GetActiveSnapshot(),
            slot,
            pg_sys::GetCurrentCommandId(true),
            LockTupleMode::LockTupleKeyShare,
            LockWaitPolicy::LockWaitBlock,
            flags as _,
            &mut failure,
        );
        match result {
            TM_Result::TM_Ok => Ok(true),
            TM_Result::TM_SelfModified => Ok(false),
            TM_Result::TM_Deleted if !one_snapshot => Ok(false),
            TM_Result::TM_Updated | TM_Result::TM_Deleted => Err(Error::ConcurrentUpdate),
            other => Err(Error::Internal(format!("a row to be locked: {other}"))),
        }
    }
}
