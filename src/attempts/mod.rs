//! Triggers of scenario_attempts: what a completed attempt brings about, in the same transaction.

mod after_write;
mod before_write;
mod change;
mod facts;
mod happened;

pub use after_write::upsert_fact;
pub use happened::Attempt;
