//! Which organisation a transaction acts in, who may choose it, and as what the caller acts there.

mod access;
mod admins;
mod claim;
mod identity;
mod login;
pub mod statements;
mod token;

pub use access::{Acting, acting, check_handed_org, current_org, current_user};
pub use login::{bypasses_rls, outer_user};
