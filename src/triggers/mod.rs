//! Triggers for any table, of any schema: the three systems beside the training platform are made of them.
//!
//! They run with the rights of the owner of the table they write, never with those of the extension's owner.

mod audit;
mod auth_users;
mod log;
mod purge;
mod references;
mod sign_up;
mod soft_delete;

use crate::error::Error;
use pgrx::spi::quote_identifier;
use pgrx::{FromDatum, PgList, PgTrigger, direct_function_call, pg_sys};
use std::ffi::{CStr, CString};

/// The table that a trigger fires for.
struct Table {
    relation: pg_sys::Relation,
    /// The table that it is a partition of, at the top; or itself.
    root: pg_sys::Oid,
}

impl Table {
    fn of(trigger: &PgTrigger) -> Self {
        let relation = trigger.trigger_data().tg_relation;
        // SAFETY: the relation is open while its trigger runs; pg_partition_root(regclass), NULL for what is none.
        unsafe {
            let oid = (*relation).rd_id;
            let root = if (*(*relation).rd_rel).relispartition {
                direct_function_call::<pg_sys::Oid>(pg_sys::pg_partition_root, &[Some(oid.into())])
            } else {
                None
            };
            Self { relation, root: root.unwrap_or(oid) }
        }
    }

    fn oid(&self) -> pg_sys::Oid {
        // SAFETY: open while its trigger runs.
        unsafe { (*self.relation).rd_id }
    }

    fn is_partition(&self) -> bool {
        self.root != self.oid()
    }

    fn row_type(&self) -> pg_sys::Oid {
        // SAFETY: as above.
        unsafe { (*(*self.relation).rd_rel).reltype }
    }

    fn descriptor(&self) -> pg_sys::TupleDesc {
        // SAFETY: as above.
        unsafe { (*self.relation).rd_att }
    }

    /// A row of it as a value of its row type.
    fn composite(&self, tuple: pg_sys::HeapTuple) -> Option<pg_sys::Datum> {
        // SAFETY: a tuple of this table; the copy is in the current memory context.
        (!tuple.is_null()).then(|| unsafe { pg_sys::heap_copy_tuple_as_datum(tuple, self.descriptor()) })
    }
}

/// A column of a table by its name: number and type.
fn column(table: pg_sys::Oid, name: &CStr) -> Option<(i16, pg_sys::Oid)> {
    // SAFETY: syscache look-ups; what is dropped is not found.
    unsafe {
        let number = pg_sys::get_attnum(table, name.as_ptr());
        (number > 0).then(|| (number, pg_sys::get_atttype(table, number)))
    }
}

fn base_type(of: pg_sys::Oid) -> pg_sys::Oid {
    // SAFETY: a syscache look-up.
    unsafe { pg_sys::getBaseType(of) }
}

/// A table's name as a statement has it, with its schema.
fn qualified(table: pg_sys::Oid) -> Result<String, Error> {
    Ok(format!("{}.{}", quote_identifier(schema_name(table)?), quote_identifier(table_name(table)?)))
}

fn table_name(table: pg_sys::Oid) -> Result<String, Error> {
    // SAFETY: a copy, or NULL for a table that is gone.
    owned(unsafe { pg_sys::get_rel_name(table) })
}

fn schema_name(table: pg_sys::Oid) -> Result<String, Error> {
    // SAFETY: as above.
    owned(unsafe { pg_sys::get_namespace_name(pg_sys::get_rel_namespace(table)) })
}

fn owned(name: *mut std::ffi::c_char) -> Result<String, Error> {
    if name.is_null() {
        return Err(Error::Internal("a table is gone while its trigger runs".into()));
    }
    // SAFETY: a C string of PostgreSQL's, in the current memory context.
    Ok(unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned())
}

/// A table or a partitioned one: nothing that would be read or written by somebody's rule or function.
fn is_table(oid: pg_sys::Oid) -> bool {
    // SAFETY: a syscache look-up.
    let kind = unsafe { pg_sys::get_rel_relkind(oid) } as u8;
    kind == pg_sys::RELKIND_RELATION || kind == pg_sys::RELKIND_PARTITIONED_TABLE
}

/// The table that this text names, with its schema: found without asking what the caller may see.
fn table_named(name: &str) -> Result<Option<pg_sys::Oid>, Error> {
    let name = c_string(name)?;
    // SAFETY: a copy that is taken apart in place into names as SQL reads them; then syscache look-ups.
    unsafe {
        let mut parts = std::ptr::null_mut();
        let raw = pg_sys::pstrdup(name.as_ptr());
        if !pg_sys::SplitIdentifierString(raw, b'.' as _, &mut parts) {
            return Ok(None);
        }
        let parts: Vec<_> = PgList::<std::ffi::c_char>::from_pg(parts).iter_ptr().collect();
        let [schema, table] = parts[..] else { return Ok(None) };
        let schema = pg_sys::get_namespace_oid(schema, true);
        let table = pg_sys::get_relname_relid(table, schema);
        Ok((table != pg_sys::InvalidOid && is_table(table)).then_some(table))
    }
}

/// The oid of a trigger function of ours; `InvalidOid` where it is gone.
fn function_named(signature: &str) -> pg_sys::Oid {
    // SAFETY: to_regprocedure(text), which gives NULL for what is not there.
    unsafe {
        direct_function_call::<pg_sys::Oid>(
            pg_sys::to_regprocedure,
            &[pgrx::IntoDatum::into_datum(signature)],
        )
    }
    .unwrap_or(pg_sys::InvalidOid)
}

/// A column of a row: its value and type, as a parameter.
fn param(table: &Table, tuple: pg_sys::HeapTuple, number: i16) -> (Option<pg_sys::Datum>, pg_sys::Oid) {
    let mut is_null = false;
    // SAFETY: a tuple of this table, and a column that it has.
    unsafe {
        let datum = pg_sys::SPI_getbinval(tuple, table.descriptor(), number.into(), &mut is_null);
        ((!is_null).then_some(datum), pg_sys::SPI_gettypeid(table.descriptor(), number.into()))
    }
}

/// deleted_at of a row.
fn deleted_at(
    table: &Table,
    tuple: pg_sys::HeapTuple,
) -> Result<Option<crate::timestamps::Timestamptz>, Error> {
    let number = deleted_at_column(table.oid())?;
    let (value, _) = param(table, tuple, number);
    // SAFETY: a timestamptz.
    Ok(unsafe { crate::timestamps::Timestamptz::from_datum(value.unwrap_or(0.into()), value.is_none()) })
}

fn deleted_at_column(table: pg_sys::Oid) -> Result<i16, Error> {
    match column(table, c"deleted_at") {
        Some((number, kind)) if base_type(kind) == pg_sys::TIMESTAMPTZOID => Ok(number),
        _ => Err(Error::NoColumn(table_name(table)?, "deleted_at of type timestamp with time zone".into())),
    }
}

fn c_string(text: &str) -> Result<CString, Error> {
    CString::new(text).map_err(|_| Error::Internal("NUL in a name".into()))
}
