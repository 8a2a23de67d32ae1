//! The guard against server-side request forgery: whoever may store a URL must not be able to
//! make the server speak to its own network.
//!
//! A URL is parsed as browsers do (WHATWG), so that every spelling of an address (decimal,
//! octal, hexadecimal, full-width digits) is an address. [`Target::parse`] judges what the URL
//! says, when it is stored and again before each attempt. [`Target::admit`] judges what its
//! name resolves to: one look-up, every answer checked, and the [`Admitted`] addresses are the
//! only ones there are to connect to. A name that resolves otherwise a moment later (DNS
//! rebinding) gains nothing, as nobody asks again; redirects are not followed.
//!
//! ```
//! use callcoach_core::webhook::guard::{Policy, Target};
//!
//! let policy = Policy::default();
//! let target = Target::parse("https://hooks.example.com/in?key=1", &policy)?;
//! assert_eq!(target.lookup_name().as_deref(), Some("hooks.example.com."));
//! let addresses = target.admit(&["93.184.215.14".parse().unwrap()], &policy)?;
//! assert_eq!(addresses.as_slice(), ["93.184.215.14:443".parse().unwrap()]);
//! assert!(target.admit(&["10.0.0.1".parse().unwrap()], &policy).is_err());
//! # Ok::<(), callcoach_core::webhook::guard::GuardError>(())
//! ```

mod address;
mod error;
mod name;
mod policy;
mod target;
#[cfg(test)]
mod tests;

pub use address::is_public;
pub use error::{GuardError, PolicyError};
pub use policy::Policy;
pub use target::{Admitted, MAX_ADDRESSES, MAX_URL_BYTES, Target};
