//! One attempt: a request, and what came of it.

use super::failure::{chain, is_cut, why};
use super::resolver::Guarded;
use crate::gucs::webhooks as settings;
use callcoach_core::webhook::connections::Connections;
use callcoach_core::webhook::delivery::Outcome;
use callcoach_core::webhook::guard::{GuardError, Policy, Target};
use callcoach_core::webhook::retry_after::RetryAfter;
use reqwest::{Certificate, Client, Response, redirect};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

/// The most of a response that is read, and kept.
const READ: usize = 64 * 1024;
const KEPT: usize = 16 * 1024;

/// How long a connection is kept that nothing is sent on, and how many to one receiver.
const POOLED: Duration = Duration::from_secs(30);
const KEPT_OF_ONE: usize = 64;

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
    /// Keeps its connections.
    keeping: Client,
    /// Closes each after its request.
    closing: Client,
    policy: Arc<Policy>,
    timeout: Duration,
    connections: Arc<Mutex<Connections>>,
    began: Instant,
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
        let resolver = Arc::new(Guarded::new(Arc::clone(&settings.policy), &settings.nameservers)?);
        let certificates = match &settings.ca_file {
            Some(path) => std::fs::read(path)
                .map_err(|e| e.to_string())
                .and_then(|pem| Certificate::from_pem_bundle(&pem).map_err(|e| e.to_string()))
                .map_err(|e| format!("callcoach.webhook_ca_file: {e}"))?,
            None => vec![],
        };
        let client = |kept_of_one: usize| {
            let mut builder = Client::builder()
                .dns_resolver(Arc::clone(&resolver))
                .redirect(redirect::Policy::none())
                .retry(reqwest::retry::never())
                .no_proxy()
                .referer(false)
                .connect_timeout(settings.connect_timeout)
                .tcp_nodelay(true)
                .pool_idle_timeout(POOLED)
                .pool_max_idle_per_host(kept_of_one);
            if !certificates.is_empty() {
                builder = builder.tls_certs_merge(certificates.clone());
            }
            builder.build().map_err(|e| chain(&e))
        };
        Ok(Self {
            keeping: client(KEPT_OF_ONE)?,
            closing: client(0)?,
            policy: Arc::clone(&settings.policy),
            timeout: settings.timeout,
            connections: Arc::new(Mutex::new(Connections::new(0, POOLED.as_micros() as i64))),
            began: Instant::now(),
        })
    }

    /// Keeps so many connections from now on.
    pub fn keep(&self, most: usize) {
        self.connections(|connections, _| connections.keep(most));
    }

    /// Sends it, and reads the response.
    pub async fn send(self, request: Request) -> Answer {
        let began = Instant::now();
        let deadline = tokio::time::Instant::now() + self.timeout;
        let begun = tokio::time::timeout_at(deadline, self.begin(request)).await;
        let begun = begun
            .unwrap_or_else(|_| Err((Outcome::Timeout, format!("no response within {:?}", self.timeout))));
        let (response, _place) = match begun {
            Ok(begun) => begun,
            Err((outcome, error)) => {
                let took = began.elapsed();
                return Answer { outcome, status: None, body: None, error: Some(error), took };
            }
        };
        let status = response.status().as_u16();
        let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
        let outcome = Outcome::Response { status, retry_after: retry_after.and_then(RetryAfter::parse) };
        let (body, error) = read(response, deadline).await;
        Answer { outcome, status: Some(status), body: Some(body), error, took: began.elapsed() }
    }

    async fn begin(&self, request: Request) -> Result<(Response, Place<'_>), (Outcome, String)> {
        let refused = |e: GuardError| (e.outcome(), e.message());
        let target = Target::parse(&request.url, &self.policy).map_err(refused)?;
        if target.lookup_name().is_none() {
            // An address is connected to without being looked up.
            target.admit(&[], &self.policy).map_err(refused)?;
        }
        let mut place = Place::take(self, target.origin());
        let client = if place.is_kept { &self.keeping } else { &self.closing };
        let mut sent = post(client, &target, &request).await;
        // A receiver may close a connection that was idle just when it is used again. That is no failure of its own;
        // once more, on another one, under the same id.
        if sent.as_ref().is_err_and(is_cut) && place.is_recent() {
            sent = post(client, &target, &request).await;
        }
        let response = sent.map_err(|e| why(&e))?;
        place.is_answered = true;
        Ok((response, place))
    }

    /// What `look` makes of the connections that are kept, and of the time.
    fn connections<R>(&self, look: impl FnOnce(&mut Connections, i64) -> R) -> Option<R> {
        let now = i64::try_from(self.began.elapsed().as_micros()).unwrap_or(i64::MAX);
        self.connections.lock().ok().map(|mut connections| look(&mut connections, now))
    }
}

async fn post(client: &Client, target: &Target, request: &Request) -> reqwest::Result<Response> {
    let mut post = client.post(target.as_str());
    for (name, value) in &request.headers {
        post = post.header(*name, value);
    }
    post.body(request.body.clone()).send().await
}

/// A request's place among the connections to its receiver (scheme, host and port), until it has ended.
struct Place<'a> {
    http: &'a Http,
    receiver: String,
    is_kept: bool,
    is_answered: bool,
}

impl<'a> Place<'a> {
    fn take(http: &'a Http, receiver: &str) -> Self {
        let is_kept = http.connections(|connections, now| connections.begin(receiver, now));
        Self { http, receiver: receiver.to_owned(), is_kept: is_kept == Some(true), is_answered: false }
    }

    /// Did the receiver answer on a connection that may still be there?
    fn is_recent(&self) -> bool {
        let is_recent = |connections: &mut Connections, now| connections.is_recent(&self.receiver, now);
        self.is_kept && self.http.connections(is_recent) == Some(true)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if self.is_kept {
            self.http.connections(|connections, now| connections.end(&self.receiver, self.is_answered, now));
        }
    }
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
