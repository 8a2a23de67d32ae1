//! Ids that sort by when they were made (UUID version 7): an index takes each at its right edge,
//! where random ones would each go to a page of their own.

use pgrx::prelude::*;
use uuid::Uuid;

/// A new id of 48 bits of time in ms and 74 that are random or count up within it.
pub fn new() -> Uuid {
    Uuid::now_v7()
}

/// A new id (UUID version 7) that sorts by when it was made.
#[pg_extern(volatile, parallel_safe, schema = "callcoach")]
fn uuid_v7() -> pgrx::Uuid {
    pgrx::Uuid::from_bytes(*new().as_bytes())
}
