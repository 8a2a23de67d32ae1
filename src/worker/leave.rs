//! Making way: DROP DATABASE, ALTER DATABASE … RENAME and … SET TABLESPACE, and CREATE DATABASE … TEMPLATE want a
//! database that nobody is connected to. Its worker leaves first, and comes back some seconds later if the
//! database is still there.

use super::shared::{self, Slot};
use crate::majors;
use crate::timestamps;
use pgrx::prelude::*;
use std::ffi::{CStr, c_char};
use std::time::{Duration, Instant};

/// For how long it stays away. The statement holds a lock by then that a new worker waits for.
const AWAY_MICROSECONDS: i64 = 5_000_000;
/// What a worker gets to finish what it is doing; then its transaction is ended for it, and begins anew later.
const GRACE: Duration = Duration::from_secs(3);
/// What it gets altogether. PostgreSQL waits five more seconds by itself.
const MOST: Duration = Duration::from_secs(5);

/// Before a utility statement.
///
/// # Safety
/// `node` is a utility statement.
#[pg_guard]
pub unsafe extern "C-unwind" fn before(node: *mut pg_sys::Node) {
    // SAFETY: as the caller promises.
    let Some((name, use_of)) = (unsafe { wanted(node) }) else { return };
    if shared::slots().is_empty() {
        return;
    }
    // SAFETY: a C string; the statement has a transaction.
    let database = unsafe { pg_sys::get_database_oid(name, true) };
    if let Some((number, slot)) = shared::slot_of(database)
        && may(database, use_of)
    {
        send_away(number, slot);
    }
}

/// What a statement wants a database for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Change,
    Copy,
}

/// The database that a statement wants to itself.
///
/// # Safety
/// `node` is a utility statement.
unsafe fn wanted(node: *mut pg_sys::Node) -> Option<(*const c_char, Use)> {
    use pg_sys::NodeTag as Tag;
    // SAFETY: the tag says which struct it is; names are C strings.
    unsafe {
        match (*node).type_ {
            Tag::T_DropdbStmt => Some((as_const((*node.cast::<pg_sys::DropdbStmt>()).dbname), Use::Change)),
            Tag::T_RenameStmt => {
                let rename = node.cast::<pg_sys::RenameStmt>();
                ((*rename).renameType == pg_sys::ObjectType::OBJECT_DATABASE)
                    .then(|| (as_const((*rename).subname), Use::Change))
            }
            Tag::T_AlterDatabaseStmt => {
                let alter = node.cast::<pg_sys::AlterDatabaseStmt>();
                option((*alter).options, c"tablespace").map(|_| (as_const((*alter).dbname), Use::Change))
            }
            Tag::T_CreatedbStmt => {
                let template = option((*node.cast::<pg_sys::CreatedbStmt>()).options, c"template");
                let name = match template {
                    Some(option) if !(*option).arg.is_null() => as_const(pg_sys::defGetString(option)),
                    _ => c"template1".as_ptr(),
                };
                Some((name, Use::Copy))
            }
            _ => None,
        }
    }
}

fn as_const(name: *mut c_char) -> *const c_char {
    name
}

/// # Safety
/// A list of DefElems, or NULL.
unsafe fn option(options: *mut pg_sys::List, name: &CStr) -> Option<*mut pg_sys::DefElem> {
    // SAFETY: as the caller promises.
    unsafe {
        let length = if options.is_null() { 0 } else { (*options).length };
        (0..length)
            .map(|n| (*(*options).elements.add(n as usize)).ptr_value.cast::<pg_sys::DefElem>())
            .find(|option| CStr::from_ptr((**option).defname) == name)
    }
}

/// Would the statement be allowed? Others must not be able to keep a worker away.
fn may(database: pg_sys::Oid, use_of: Use) -> bool {
    // SAFETY: a plain read.
    let user = unsafe { pg_sys::GetUserId() };
    majors::owns_database(database, user)
        || use_of == Use::Copy && majors::is_template(database) && majors::may_create_databases(user)
}

fn send_away(number: usize, slot: &Slot) {
    slot.send_away(number, timestamps::clock().0 + AWAY_MICROSECONDS);
    let began = Instant::now();
    let mut is_told = false;
    while slot.is_occupied() && began.elapsed() < MOST {
        if began.elapsed() > GRACE
            && !is_told
            && let Some(pid) = slot.pid()
        {
            // SAFETY: a process of this server, which takes itself out of the slot before it ends.
            unsafe { libc::kill(pid, libc::SIGTERM) };
            is_told = true;
        }
        pgrx::check_for_interrupts!();
        // SAFETY: sleeps. A latch would need the worker to know of us.
        unsafe { pg_sys::pg_usleep(2_000) };
    }
}
