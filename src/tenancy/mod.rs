//! Which organisation a transaction acts in, and who may choose it.

mod access;
mod claim;

pub use access::check_handed_org;
