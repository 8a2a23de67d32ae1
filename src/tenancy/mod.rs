//! Which organisation a transaction acts in, who may choose it, and as what the caller acts there.

mod access;
mod admins;
mod claim;
mod identity;
mod login;
pub mod statements;
mod token;

pub use access::{Acting, acting, check_handed_org, current_org, current_user, request_header};
pub use login::{bypasses_rls, current_user as role_in_force, is_service_role, outer_user, reads_all};
