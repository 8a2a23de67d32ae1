//! The columns of a table that is inserted into: those that rows give, and what the others are by default.

use super::Value;
use crate::error::Error;
use crate::majors;
use crate::rows::same_datum;
use pgrx::pg_sys;
use std::ffi::CStr;

/// A column that rows give.
pub struct Column {
    /// From 0.
    pub index: usize,
    length: i16,
    by_value: bool,
    domain: Option<Domain>,
}

/// A domain, and the value that it took last: one statement's rows mostly have the same.
struct Domain {
    oid: pg_sys::Oid,
    cache: *mut std::ffi::c_void,
    taken: Value,
}

impl Column {
    /// The column of that name, if it is of this type, or of a domain over it.
    ///
    /// # Safety
    /// The relation is open.
    pub unsafe fn of(relation: pg_sys::Relation, name: &CStr, kind: pg_sys::Oid) -> Result<Self, Error> {
        // SAFETY: as the caller promises; then syscache look-ups.
        unsafe {
            let number = pg_sys::SPI_fnumber((*relation).rd_att, name.as_ptr());
            if number < 1 {
                return Err(Error::not_ours(name));
            }
            let declared = pg_sys::SPI_gettypeid((*relation).rd_att, number);
            let base = if declared == kind { declared } else { pg_sys::getBaseType(declared) };
            if base != kind {
                return Err(Error::not_ours(name));
            }
            let (mut length, mut by_value) = (0, false);
            pg_sys::get_typlenbyval(kind, &mut length, &mut by_value);
            let domain = (declared != kind).then_some(Domain {
                oid: declared,
                cache: std::ptr::null_mut(),
                taken: None,
            });
            Ok(Self { index: number as usize - 1, length, by_value, domain })
        }
    }

    /// Raises the domain's error for a value that it does not take.
    ///
    /// # Safety
    /// A value of the column's type; the memory lasts as long as the column.
    pub unsafe fn check(&mut self, value: Value, memory: pg_sys::MemoryContext) {
        let Some(domain) = &mut self.domain else { return };
        // SAFETY: as the caller promises.
        unsafe {
            if let (Some(value), Some(taken)) = (value, domain.taken)
                && same_datum(value, taken, self.length, self.by_value)
            {
                return;
            }
            let datum = value.unwrap_or(0.into());
            pg_sys::domain_check(datum, value.is_none(), domain.oid, &mut domain.cache, memory);
            let callers = pg_sys::MemoryContextSwitchTo(memory);
            domain.taken = value.filter(|_| self.length == -1).map(|value| {
                let copy = pg_sys::pg_detoast_datum_copy(value.cast_mut_ptr());
                pg_sys::Datum::from(copy)
            });
            pg_sys::MemoryContextSwitchTo(callers);
        }
    }
}

/// The expressions of the columns that rows do not give.
///
/// # Safety
/// The relation is open.
pub unsafe fn defaults_of(
    relation: pg_sys::Relation,
    given: &[Column],
    state: *mut pg_sys::EState,
) -> Vec<(usize, *mut pg_sys::ExprState)> {
    // SAFETY: as the caller promises; columns of the relation's descriptor.
    unsafe {
        let count = (*(*relation).rd_att).natts;
        let missing = (0..count as usize).filter(|index| given.iter().all(|column| column.index != *index));
        missing
            .filter_map(|index| {
                let number = index as i32 + 1;
                let column = &*majors::column(relation, number);
                let has_default = column.atthasdef || column.attidentity != 0;
                // PostgreSQL's own types have none.
                let type_may = column.atttypid.to_u32() >= pg_sys::FirstNormalObjectId;
                if column.attisdropped || column.attgenerated != 0 || !(has_default || type_may) {
                    return None;
                }
                let default = pg_sys::build_column_default(relation, number);
                (!default.is_null()).then(|| (index, pg_sys::ExecPrepareExpr(default.cast(), state)))
            })
            .collect()
    }
}
