//! The pure half of callcoach: no PostgreSQL, no I/O, no unsafe.
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod health;
pub mod jsonb;
pub mod kpis;
pub mod on_call;
pub mod request;
pub mod scores;
pub mod scoring;
pub mod sentiment;
pub mod signatures;
pub mod signed_url;
pub mod slots;
pub mod transcript;
pub mod vapi;
mod vocabulary;
pub mod webhook;
pub mod webhook_secret;
pub mod weekday;
