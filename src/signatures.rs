//! Inbound webhooks: `verify_stripe_signature`, `verify_svix_signature`.

use crate::timestamps::{Timestamptz, unix_seconds};
use callcoach_core::signatures::{stripe, svix};
use pgrx::prelude::*;

// What is missing (NULL) is refused like what is wrong: `if not verify_…(…)` would let a NULL pass.

/// Did Stripe sign this payload, not longer than tolerance_seconds before or after `at`? `header` is
/// Stripe-Signature, `payload` the body as it came, `secret` the endpoint's (whsec_…). False for whatever is
/// missing, malformed, too old or too new.
#[pg_extern(immutable, parallel_safe)]
fn verify_stripe_signature(
    payload: Option<&str>,
    header: Option<&str>,
    secret: Option<&str>,
    tolerance_seconds: default!(Option<i32>, "300"),
    at: default!(Option<Timestamptz>, "now()"),
) -> bool {
    let (Some(payload), Some(header), Some(secret), Some(tolerance), Some(at)) =
        (payload, header, secret, tolerance_seconds, at)
    else {
        return false;
    };
    unix_seconds(at).is_some_and(|at| stripe::verify(payload, header, secret, tolerance.into(), at))
}

/// Did Clerk, or whoever else signs as Svix and Standard Webhooks do, sign this payload? The arguments are the
/// body as it came, the headers svix-id, svix-timestamp and svix-signature (or webhook-…), and the endpoint's
/// secret (whsec_…). False for whatever is missing, malformed, too old or too new.
#[pg_extern(immutable, parallel_safe)]
fn verify_svix_signature(
    payload: Option<&str>,
    msg_id: Option<&str>,
    msg_timestamp: Option<&str>,
    signature: Option<&str>,
    secret: Option<&str>,
    tolerance_seconds: default!(Option<i32>, "300"),
    at: default!(Option<Timestamptz>, "now()"),
) -> bool {
    let (Some(payload), Some(id), Some(timestamp), Some(signature)) =
        (payload, msg_id, msg_timestamp, signature)
    else {
        return false;
    };
    let (Some(secret), Some(tolerance), Some(at)) = (secret, tolerance_seconds, at) else {
        return false;
    };
    let message = svix::Message { payload, id, timestamp, signature };
    unix_seconds(at).is_some_and(|at| svix::verify(&message, secret, tolerance.into(), at))
}
