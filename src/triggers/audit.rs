//! `callcoach.audit_trigger_func`: whatever changes in a table is written to the log beside it.

use super::log::Log;
use super::{Table, base_type, c_string, column, qualified, table_name};
use crate::as_role::as_owner;
use crate::error::{self, Error};
use crate::majors;
use crate::rows::TriggerRow;
use crate::spi::rows::Mode;
use crate::spi::text::{self, Param};
use crate::tenancy;
use callcoach_core::request;
use pgrx::AllocatedByPostgres;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::spi::{quote_identifier, quote_literal};
use std::ffi::CStr;

/// AFTER INSERT, UPDATE or DELETE, FOR EACH ROW, or FOR EACH STATEMENT with its transition tables (of any names).
/// Arguments: columns that are left out of what is logged.
#[pg_trigger(sql = r#"
CREATE FUNCTION callcoach.audit_trigger_func() RETURNS trigger
SET search_path = pg_catalog, pg_temp LANGUAGE c
AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';
"#)]
fn audit_trigger_func<'t>(
    trigger: &'t PgTrigger<'t>,
) -> Result<Option<PgHeapTuple<'t, AllocatedByPostgres>>, ErrorReport> {
    audit(trigger).unwrap_or_else(|e| error::raise(e));
    Ok(None)
}

fn audit(trigger: &PgTrigger) -> Result<(), Error> {
    let event = trigger.event();
    if !event.fired_after() || event.fired_by_truncate() {
        return Err(Error::WrongTrigger("It belongs in AFTER INSERT, UPDATE or DELETE triggers."));
    }
    let operation = if event.fired_by_insert() {
        "INSERT"
    } else if event.fired_by_update() {
        "UPDATE"
    } else {
        "DELETE"
    };
    let table = Table::of(trigger);
    let source = if event.fired_for_row() {
        let row = TriggerRow::any(trigger);
        if event.fired_by_update() && !row.changes_anything() {
            return Ok(());
        }
        Source::row(&table, &row)?
    } else {
        Source::statement(trigger, &table, operation)?
    };
    let log = Log::beside(&table)?;
    write(trigger, &table, &log, &source, operation)
}

/// Where the rows come from: a subquery of o and n (the row before and after), its id and customer_id, and what it
/// takes as parameters $7 and $8.
struct Source {
    text: String,
    params: [Param; 2],
}

/// No column is called so; a whole row is.
const ROW: &str = "\"the audited row\"";

impl Source {
    fn row(table: &Table, row: &TriggerRow) -> Result<Self, Error> {
        let (old, new) = row.tuples();
        let present = if new.is_null() { "$7" } else { "$8" };
        let read = |name: &Option<String>| match name {
            Some(name) => format!("({present}).{}", quote_identifier(name)),
            None => "null".into(),
        };
        let (id, customer) = (read(&id_column(table)?), read(&customer_column(table)));
        let json = |row: &str, tuple: pg_sys::HeapTuple| {
            if tuple.is_null() { "null::jsonb".to_owned() } else { format!("to_jsonb({row})") }
        };
        let text = format!(
            "select {} as o, {} as n, {id} as id, {customer} as customer",
            json("$7", old),
            json("$8", new)
        );
        let kind = table.row_type();
        Ok(Self { text, params: [(table.composite(old), kind), (table.composite(new), kind)] })
    }

    fn statement(trigger: &PgTrigger, table: &Table, operation: &str) -> Result<Self, Error> {
        const EXPECTED: &str =
            "FOR EACH STATEMENT it wants REFERENCING OLD TABLE AS … NEW TABLE AS …, whichever its event has.";
        let name = |name: Result<Option<&str>, pgrx::trigger_support::PgTriggerError>| {
            name.ok().flatten().map(quote_identifier).ok_or(Error::WrongTrigger(EXPECTED))
        };
        let old = || name(trigger.old_transition_table_name());
        let new = || name(trigger.new_transition_table_name());
        let read = |name: &Option<String>| match name {
            Some(name) => format!("{ROW}.{}", quote_identifier(name)),
            None => "null".into(),
        };
        let (id, customer) = (read(&id_column(table)?), read(&customer_column(table)));
        let data = trigger.trigger_data();
        let mut sign = 1_i64;
        let text = match operation {
            "INSERT" => format!(
                "select null::jsonb as o, to_jsonb({ROW}) as n, {id} as id, {customer} as customer from {} {ROW}",
                new()?
            ),
            "DELETE" => format!(
                "select to_jsonb({ROW}) as o, null::jsonb as n, {id} as id, {customer} as customer from {} {ROW}",
                old()?
            ),
            _ => {
                let (old, new) = (old()?, new()?);
                // An update's rows come in the same order before and after, also where it changes their keys. Only
                // where a trigger has kept some of them from moving to another partition are there fewer of one: then
                // none is paired with another.
                // SAFETY: the statement's tuplestores, which are there while its trigger runs.
                let [olds, news] = [data.tg_oldtable, data.tg_newtable]
                    .map(|store| unsafe { pg_sys::tuplestore_tuple_count(store) });
                if olds != news {
                    sign = -1;
                }
                let numbered = |table: &str, sign: &str| {
                    format!(
                        "(select {ROW} as r, row_number() over () {sign} as i, {id} as id, {customer} as customer from {table} {ROW})"
                    )
                };
                format!(
                    "select to_jsonb(b.r) as o, to_jsonb(a.r) as n, coalesce(a.id, b.id) as id, \
                     coalesce(a.customer, b.customer) as customer from {} b full join {} a on a.i = b.i \
                     where (b.r *= a.r) is not true",
                    numbered(&old, ""),
                    numbered(&new, "* $7")
                )
            }
        };
        Ok(Self { text, params: [(sign.into_datum(), pg_sys::INT8OID), (None, pg_sys::INT8OID)] })
    }
}

/// The column that says which row it is: id, or else a primary key of one column.
fn id_column(table: &Table) -> Result<Option<String>, Error> {
    if column(table.oid(), c"id").is_some() {
        return Ok(Some("id".into()));
    }
    // SAFETY: the relation is open while its trigger runs, and so is its index while it is looked at.
    unsafe {
        let index = majors::primary_key_index(table.relation);
        if index == pg_sys::InvalidOid {
            return Ok(None);
        }
        let opened = pg_sys::RelationIdGetRelation(index);
        if opened.is_null() {
            return Ok(None);
        }
        let form = (*opened).rd_index;
        let number = ((*form).indnkeyatts == 1).then(|| (*form).indkey.values.as_slice(1)[0]);
        pg_sys::RelationClose(opened);
        let Some(number) = number else { return Ok(None) };
        let name = pg_sys::get_attname(table.oid(), number, false);
        Ok(Some(CStr::from_ptr(name).to_string_lossy().into_owned()))
    }
}

fn customer_column(table: &Table) -> Option<String> {
    column(table.oid(), c"customer_id").map(|_| "customer_id".into())
}

fn write(
    trigger: &PgTrigger,
    table: &Table,
    log: &Log,
    source: &Source,
    operation: &str,
) -> Result<(), Error> {
    let names = log.names;
    let left_out = left_out(trigger, table)?;
    let (user, user_type) = user(log)?;
    let forwarded = tenancy::request_header("x-forwarded-for");
    let address = forwarded.as_deref().and_then(request::client_address).map(|a| a.to_string());
    let agent = tenancy::request_header("user-agent");
    let agent = agent.as_deref().and_then(request::agent);
    let params = [
        (table_name(table.root)?.into_datum(), pg_sys::TEXTOID),
        (operation.into_datum(), pg_sys::TEXTOID),
        (user, user_type),
        (forwarded.is_some().into_datum(), pg_sys::BOOLOID),
        (address.into_datum(), pg_sys::TEXTOID),
        (agent.into_datum(), pg_sys::TEXTOID),
        source.params[0],
        source.params[1],
    ];
    let mut columns: Vec<(&CStr, String)> = vec![
        (names.table, "$1".into()),
        (names.operation, "$2".into()),
        (c"user_id", "$3".into()),
        (c"ip_address", "case when $4 then $5::inet else inet_client_addr() end".into()),
        (c"user_agent", "$6".into()),
        (names.old, format!("s.o{left_out}")),
        (names.new, format!("s.n{left_out}")),
    ];
    if let Some(id) = record(table, log)? {
        columns.push((names.record, id));
    }
    if let Some(customer) = customer(table, log)? {
        columns.push((c"customer_id", customer));
    }
    columns.retain(|(name, _)| log.column(name).is_some());
    let listed: Vec<_> = columns.iter().map(|(name, _)| quote_identifier(name.to_string_lossy())).collect();
    let values: Vec<_> = columns.into_iter().map(|(_, value)| value).collect();
    let text = format!(
        "insert into {} ({}) select {} from ({}) s",
        qualified(log.oid)?,
        listed.join(", "),
        values.join(", "),
        source.text
    );
    as_owner(log.owner, || text::run(text, &params, Mode::Lock, 0, Some(trigger)))?;
    Ok(())
}

/// What takes the columns named by the trigger's arguments out of a row. One that is not there is an error: a misspelt
/// name would put a secret into the log.
fn left_out(trigger: &PgTrigger, table: &Table) -> Result<String, Error> {
    let mut text = String::new();
    for name in trigger.extra_args().map_err(|e| Error::Internal(e.to_string()))? {
        if column(table.oid(), &c_string(&name)?).is_none() {
            return Err(Error::NoColumn(table_name(table.root)?, quote_identifier(&name)));
        }
        text.push_str(" - ");
        text.push_str(&format!("{}::text", quote_literal(&name)));
    }
    Ok(text)
}

/// The request's user, as the log's column has it: NULL for one whom its foreign key would not find.
fn user(log: &Log) -> Result<Param, Error> {
    let kind = log.column(c"user_id").unwrap_or(pg_sys::TEXTOID);
    let user = tenancy::current_user();
    let datum = match kind {
        pg_sys::UUIDOID => user
            .and_then(|user| uuid::Uuid::try_parse(&user).ok())
            .and_then(|id| pgrx::Uuid::from_bytes(*id.as_bytes()).into_datum()),
        _ => user.into_datum(),
    };
    let kind = if kind == pg_sys::UUIDOID { kind } else { pg_sys::TEXTOID };
    match datum {
        Some(value) if log.takes(c"user_id", value)? => Ok((Some(value), kind)),
        _ => Ok((None, kind)),
    }
}

/// The row's id, where the log's column can hold it.
fn record(table: &Table, log: &Log) -> Result<Option<String>, Error> {
    let Some(name) = id_column(table)? else { return Ok(None) };
    let Some((_, kind)) = column(table.oid(), &c_string(&name)?) else { return Ok(None) };
    Ok(match log.column(log.names.record) {
        Some(target) if target == base_type(kind) => Some("s.id".into()),
        Some(pg_sys::TEXTOID | pg_sys::VARCHAROID) => Some("s.id::text".into()),
        _ => None,
    })
}

/// The customer whose row it is, where the log has a column for that: the row's own, or the row itself where it is a
/// customer. NULL for one that is gone.
fn customer(table: &Table, log: &Log) -> Result<Option<String>, Error> {
    let Some(target) = log.column(c"customer_id") else { return Ok(None) };
    let refers = log.refers(c"customer_id")?;
    let same = |name: &CStr| column(table.oid(), name).is_some_and(|(_, kind)| base_type(kind) == target);
    let own = match &refers {
        Some((customers, _)) if *customers == table.root => same(c"id").then_some("s.id"),
        _ => same(c"customer_id").then_some("s.customer"),
    };
    let Some(own) = own else { return Ok(None) };
    Ok(Some(match refers {
        Some((customers, key)) => {
            let key = quote_identifier(key);
            format!("(select c.{key} from {} c where c.{key} = {own})", qualified(customers)?)
        }
        None => own.into(),
    }))
}
