//! What an attempt without a response failed of.

use super::resolver::Refused;
use callcoach_core::webhook::delivery::Outcome;
use hickory_resolver::ResolveError;
use hickory_resolver::proto::ProtoErrorKind;
use std::error::Error as StdError;
use std::io;

/// Did a connection end that was there, before anything came of it?
pub fn is_cut(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(inner) = cause {
        if inner.downcast_ref::<hyper::Error>().is_some_and(|e| e.is_incomplete_message() || e.is_canceled())
        {
            return !error.is_connect();
        }
        if let Some(io) = inner.downcast_ref::<io::Error>() {
            let is_cut = matches!(io.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe);
            return is_cut && !error.is_connect();
        }
        cause = inner.source();
    }
    false
}

/// Why there is no response. Never the URL, which may be secret in part.
pub fn why(error: &reqwest::Error) -> (Outcome, String) {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    let mut found = None;
    while let Some(inner) = cause {
        if let Some(Refused(guard)) = inner.downcast_ref::<Refused>() {
            return (guard.outcome(), guard.message());
        }
        if let Some(tls) = tls_error(inner) {
            return (Outcome::Tls, format!("TLS: {tls}"));
        }
        if let Some(lack) = lack(inner) {
            return (Outcome::Cancelled, lack);
        }
        if let Some(dns) = inner.downcast_ref::<ResolveError>() {
            return (Outcome::Dns, format!("the host's name could not be resolved: {dns}"));
        }
        if let Some(http) = inner.downcast_ref::<hyper::Error>()
            && (http.is_parse() || http.is_parse_status())
        {
            return (Outcome::Protocol, format!("not HTTP: {http}"));
        }
        if let Some(io) = inner.downcast_ref::<io::Error>() {
            found = Some(io.to_string());
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        return (Outcome::Timeout, "connecting took too long".into());
    }
    (Outcome::Connection, found.unwrap_or_else(|| chain(error)))
}

/// What this process or the machine has run out of. That is nothing the receiver has done, so it is no attempt.
fn lack(error: &(dyn StdError + 'static)) -> Option<String> {
    let dns = error.downcast_ref::<ResolveError>().and_then(ResolveError::proto);
    let error = match dns.map(|error| &*error.kind) {
        Some(ProtoErrorKind::Io(io)) => io.as_ref(),
        _ => error.downcast_ref::<io::Error>()?,
    };
    let lacks = [libc::EMFILE, libc::ENFILE, libc::ENOBUFS, libc::ENOMEM];
    error.raw_os_error().filter(|code| lacks.contains(code)).map(|_| error.to_string())
}

/// rustls comes wrapped in io's errors, one in another, which do not show it among their sources.
fn tls_error<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e rustls::Error> {
    let mut inner = error;
    while let Some(wrapping) = inner.downcast_ref::<io::Error>() {
        inner = wrapping.get_ref()?;
    }
    inner.downcast_ref()
}

/// The innermost message says most.
pub fn chain(error: &reqwest::Error) -> String {
    let mut cause: &dyn StdError = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    match cause.downcast_ref::<reqwest::Error>() {
        // Itself: its message would show the URL.
        Some(_) => "the request could not be sent".into(),
        None => cause.to_string(),
    }
}
