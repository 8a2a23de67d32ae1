//! Reporting: facts, dimensions, and the rollups that the three reports read.
//!
//! What a statement changes in the facts is logged (`deltas`); a fold takes changes out of the log and adds them
//! to the rollups. In every snapshot, rollups + log = the reports over the facts.
//! Facts are one table, or partitioned by month (`partitions`).

mod calendar;
mod check;
mod deltas;
mod dimensions;
mod facts;
mod fold;
pub mod partitions;
mod progress;
mod rebuild;
mod scores;

pub use scores::NumericBytes;
