//! Statements that are put together for the table at hand. Their plans are kept by their text.

use super::rows::Mode;
use crate::error::Error;
use pgrx::{PgTrigger, Spi, pg_sys};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::CString;

/// A parameter: its value, `None` for NULL, and its type.
pub type Param = (Option<pg_sys::Datum>, pg_sys::Oid);

/// How many plans are kept. Those that come after are made anew each time: one that is running must not be freed.
const MOST_KEPT: usize = 500;

/// The statement, its parameters' types, and the table whose transition tables it may name: two tables' are called
/// alike, and have other columns.
type Key = (String, Vec<u32>, pg_sys::Oid);

thread_local! {
    static PLANS: RefCell<HashMap<Key, pg_sys::SPIPlanPtr>> = RefCell::default();
}

/// Runs a statement, up to its `limit`th row (0: to its end), and tells how many rows it wrote or gave. With a trigger
/// it can name that trigger's transition tables.
pub fn run(
    text: String,
    params: &[Param],
    mode: Mode,
    limit: i64,
    trigger: Option<&PgTrigger>,
) -> Result<u64, Error> {
    Spi::connect(|_| {
        if let Some(trigger) = trigger {
            let data = std::ptr::from_ref(trigger.trigger_data()).cast_mut();
            // SAFETY: the trigger's own data, for as long as this connection lasts.
            let status = unsafe { pg_sys::SPI_register_trigger_data(data) };
            if status < 0 {
                return Err(Error::Internal(format!("SPI_register_trigger_data: {status}")));
            }
        }
        // SAFETY: the trigger's relation is open while it runs.
        let table = trigger.map_or(pg_sys::InvalidOid, |t| unsafe { (*t.trigger_data().tg_relation).rd_id });
        let _without_jit = WithoutJit::begin();
        let plan = plan(text, params, table)?;
        let mut values: Vec<_> = params.iter().map(|(value, _)| value.unwrap_or(0.into())).collect();
        let nulls: Vec<_> =
            params.iter().map(|(value, _)| if value.is_some() { b' ' } else { b'n' } as _).collect();
        // SAFETY: connected to SPI; a plan with as many parameters as there are values, of their types.
        unsafe { super::rows::execute_plan(plan, values.as_mut_ptr(), nulls.as_ptr(), mode, limit) }
    })
}

/// Without JIT while it lives. A plan that was made when a statement had many rows is kept for those that have one, and
/// would be compiled for each of them, at ten milliseconds and more.
struct WithoutJit(bool);

impl WithoutJit {
    fn begin() -> Self {
        // SAFETY: a setting of this process, which has one thread.
        unsafe {
            let before = pg_sys::jit_enabled;
            pg_sys::jit_enabled = false;
            Self(before)
        }
    }
}

impl Drop for WithoutJit {
    fn drop(&mut self) {
        // SAFETY: as it was before; errors of PostgreSQL unwind through here.
        unsafe { pg_sys::jit_enabled = self.0 };
    }
}

fn plan(text: String, params: &[Param], table: pg_sys::Oid) -> Result<pg_sys::SPIPlanPtr, Error> {
    let key = (text, params.iter().map(|(_, oid)| oid.to_u32()).collect::<Vec<_>>(), table);
    if let Some(kept) = PLANS.with_borrow(|plans| plans.get(&key).copied()) {
        return Ok(kept);
    }
    let text = CString::new(key.0.as_str()).map_err(|_| Error::Internal("NUL in a statement".into()))?;
    let mut types: Vec<_> = params.iter().map(|(_, oid)| *oid).collect();
    // SAFETY: connected to SPI; the types are as many as the length says.
    let plan = unsafe {
        let options = pg_sys::CURSOR_OPT_GENERIC_PLAN as _;
        pg_sys::SPI_prepare_cursor(text.as_ptr(), types.len() as _, types.as_mut_ptr(), options)
    };
    if plan.is_null() {
        return Err(Error::Internal("SPI_prepare gave no plan".into()));
    }
    PLANS.with_borrow_mut(|plans| {
        if plans.len() < MOST_KEPT {
            // SAFETY: a plan that was just made and is not kept yet; others end with the connection.
            unsafe { pg_sys::SPI_keepplan(plan) };
            plans.insert(key, plan);
        }
    });
    Ok(plan)
}
