//! One attempt: a request, and what came of it.

use super::resolver::{Guarded, Refused};
use crate::gucs::webhooks as settings;
use callcoach_core::webhook::delivery::Outcome;
use callcoach_core::webhook::guard::{GuardError, Policy, Target};
use callcoach_core::webhook::retry_after::RetryAfter;
use reqwest::{Certificate, Client, Response, redirect};
use std::collections::HashMap;
use std::error::Error as StdError;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

/// The most of a response that is read, and kept.
const READ: usize = 64 * 1024;
const KEPT: usize = 16 * 1024;

/// How long a connection is kept that nothing is sent on.
const POOLED: Duration = Duration::from_secs(30);

/// What the client is made of. Others need another client.
#[derive(Clone, PartialEq)]
pub struct Settings {
    policy: Arc<Policy>,
    nameservers: String,
    ca_file: Option<String>,
    /// When the files were written that it reads.
    written: [Option<SystemTime>; 2],
    timeout: Duration,
    connect_timeout: Duration,
}

impl Settings {
    /// As they are now.
    pub fn read() -> Result<Self, String> {
        let (timeout, connect_timeout) = settings::timeouts();
        let ca_file = settings::ca_file();
        let written = |path: &str| std::fs::metadata(path).and_then(|file| file.modified()).ok();
        Ok(Self {
            policy: Arc::new(settings::policy()?),
            nameservers: settings::nameservers(),
            written: [ca_file.as_deref().unwrap_or_default(), "/etc/resolv.conf"].map(written),
            ca_file,
            timeout,
            connect_timeout,
        })
    }
}

/// The HTTP client. Cheap to clone.
#[derive(Clone)]
pub struct Http {
    client: Client,
    policy: Arc<Policy>,
    timeout: Duration,
    heard: Arc<Heard>,
}

/// When receivers (scheme, host and port) last answered: whether a connection may be an old one.
#[derive(Default)]
struct Heard(Mutex<HashMap<String, Instant>>);

impl Heard {
    fn note(&self, receiver: &str) {
        let Ok(mut times) = self.0.lock() else { return };
        if times.len() >= 4096 {
            times.retain(|_, at| at.elapsed() < POOLED);
        }
        match times.get_mut(receiver) {
            Some(at) => *at = Instant::now(),
            None => drop(times.insert(receiver.to_owned(), Instant::now())),
        }
    }

    fn is_recent(&self, receiver: &str) -> bool {
        self.0.lock().is_ok_and(|times| times.get(receiver).is_some_and(|at| at.elapsed() < POOLED))
    }
}

/// A request to be made.
pub struct Request {
    pub url: String,
    pub headers: [(&'static str, String); 7],
    pub body: String,
}

/// What came of it.
pub struct Answer {
    pub outcome: Outcome,
    pub status: Option<u16>,
    pub body: Option<String>,
    pub error: Option<String>,
    pub took: Duration,
}

impl Http {
    /// Within a tokio runtime.
    pub fn new(settings: &Settings) -> Result<Self, String> {
        // Again is no harm: it is the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let resolver = Guarded::new(Arc::clone(&settings.policy), &settings.nameservers)?;
        let mut builder = Client::builder()
            .dns_resolver(Arc::new(resolver))
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .connect_timeout(settings.connect_timeout)
            .tcp_nodelay(true)
            .pool_idle_timeout(POOLED)
            .pool_max_idle_per_host(64);
        if let Some(path) = &settings.ca_file {
            let pem = std::fs::read(path).map_err(|e| format!("callcoach.webhook_ca_file: {e}"))?;
            let certificates =
                Certificate::from_pem_bundle(&pem).map_err(|e| format!("callcoach.webhook_ca_file: {e}"))?;
            builder = builder.tls_certs_merge(certificates);
        }
        let client = builder.build().map_err(|e| chain(&e))?;
        Ok(Self {
            client,
            policy: Arc::clone(&settings.policy),
            timeout: settings.timeout,
            heard: Arc::default(),
        })
    }

    /// Sends it, and reads the response.
    pub async fn send(self, request: Request) -> Answer {
        let began = Instant::now();
        let deadline = tokio::time::Instant::now() + self.timeout;
        let response = match tokio::time::timeout_at(deadline, self.begin(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err((outcome, error))) => {
                return Answer {
                    outcome,
                    status: None,
                    body: None,
                    error: Some(error),
                    took: began.elapsed(),
                };
            }
            Err(_) => {
                let error = format!("no response within {:?}", self.timeout);
                return Answer {
                    outcome: Outcome::Timeout,
                    status: None,
                    body: None,
                    error: Some(error),
                    took: began.elapsed(),
                };
            }
        };
        let status = response.status().as_u16();
        let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
        let outcome = Outcome::Response { status, retry_after: retry_after.and_then(RetryAfter::parse) };
        let (body, error) = read(response, deadline).await;
        Answer { outcome, status: Some(status), body: Some(body), error, took: began.elapsed() }
    }

    async fn begin(&self, request: Request) -> Result<Response, (Outcome, String)> {
        let refused = |e: GuardError| (e.outcome(), e.message());
        let target = Target::parse(&request.url, &self.policy).map_err(refused)?;
        if target.lookup_name().is_none() {
            // An address is connected to without being looked up.
            target.admit(&[], &self.policy).map_err(refused)?;
        }
        let mut sent = self.post(&target, &request).await;
        // A receiver may close a connection that was idle just when it is used again. That is no failure of its own;
        // once more, on another one, under the same id.
        if sent.as_ref().is_err_and(is_cut) && self.heard.is_recent(target.origin()) {
            sent = self.post(&target, &request).await;
        }
        let response = sent.map_err(|e| why(&e))?;
        self.heard.note(target.origin());
        Ok(response)
    }

    async fn post(&self, target: &Target, request: &Request) -> reqwest::Result<Response> {
        let mut post = self.client.post(target.as_str());
        for (name, value) in &request.headers {
            post = post.header(*name, value);
        }
        post.body(request.body.clone()).send().await
    }
}

/// Did a connection end that was there, before anything came of it?
fn is_cut(error: &reqwest::Error) -> bool {
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

/// The beginning of a body as text, whatever it is, and what went wrong on the way. What is left unread ends with
/// the connection.
async fn read(mut response: Response, deadline: tokio::time::Instant) -> (String, Option<String>) {
    let (mut kept, mut seen) = (Vec::new(), 0);
    let error = loop {
        match tokio::time::timeout_at(deadline, response.chunk()).await {
            Ok(Ok(Some(chunk))) => {
                let room = KEPT.saturating_sub(kept.len()).min(chunk.len());
                kept.extend_from_slice(&chunk[..room]);
                seen += chunk.len();
                if seen >= READ {
                    break Some(format!("the response was read up to {} KiB", READ / 1024));
                }
            }
            Ok(Ok(None)) => break None,
            Ok(Err(_)) => break Some("the response broke off".to_owned()),
            Err(_) => break Some("the response took too long and was not read to its end".to_owned()),
        }
    };
    (text(kept), error)
}

/// As PostgreSQL takes it: UTF-8, no NUL; cut between characters.
fn text(mut bytes: Vec<u8>) -> String {
    if bytes.len() == KEPT
        && let Err(e) = std::str::from_utf8(&bytes)
        && e.error_len().is_none()
    {
        bytes.truncate(e.valid_up_to());
    }
    String::from_utf8_lossy(&bytes).replace('\0', "\u{fffd}")
}

/// Why there is no response. Never the URL, which may be secret in part.
fn why(error: &reqwest::Error) -> (Outcome, String) {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    let mut found = None;
    while let Some(inner) = cause {
        if let Some(Refused(guard)) = inner.downcast_ref::<Refused>() {
            return (guard.outcome(), guard.message());
        }
        if let Some(tls) = tls_error(inner) {
            return (Outcome::Tls, format!("TLS: {tls}"));
        }
        if let Some(dns) = inner.downcast_ref::<hickory_resolver::ResolveError>() {
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

/// rustls comes wrapped in io's errors, one in another, which do not show it among their sources.
fn tls_error<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e rustls::Error> {
    let mut inner = error;
    while let Some(wrapping) = inner.downcast_ref::<io::Error>() {
        inner = wrapping.get_ref()?;
    }
    inner.downcast_ref()
}

/// The innermost message says most.
fn chain(error: &reqwest::Error) -> String {
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
