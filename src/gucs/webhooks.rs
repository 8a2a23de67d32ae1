//! Settings of webhooks: where they may be sent, how, and how many endpoints there may be. All are read anew when
//! postgresql.conf is reloaded.

use callcoach_core::webhook::fair::Limits;
use callcoach_core::webhook::guard::Policy;
use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};
use std::ffi::{CStr, CString};
use std::time::Duration;

static CONCURRENCY: GucSetting<i32> = GucSetting::<i32>::new(200);
static ORG_CONCURRENCY: GucSetting<i32> = GucSetting::<i32>::new(100);
static ENDPOINT_CONCURRENCY: GucSetting<i32> = GucSetting::<i32>::new(20);
static TIMEOUT: GucSetting<i32> = GucSetting::<i32>::new(15_000);
static CONNECT_TIMEOUT: GucSetting<i32> = GucSetting::<i32>::new(5_000);
static RETENTION: GucSetting<i32> = GucSetting::<i32>::new(30);
static MAX_ENDPOINTS: GucSetting<i32> = GucSetting::<i32>::new(100);
static ALLOW_HTTP: GucSetting<bool> = GucSetting::<bool>::new(false);
static PORTS: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(Some(c""));
static NETWORKS: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(Some(c""));
static NAMESERVERS: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(Some(c""));
static CA_FILE: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(Some(c""));

/// How many requests may be in flight.
pub fn limits() -> Limits {
    let number = |setting: &GucSetting<i32>| usize::try_from(setting.get()).unwrap_or(1).max(1);
    Limits {
        total: number(&CONCURRENCY),
        organisation: number(&ORG_CONCURRENCY),
        endpoint: number(&ENDPOINT_CONCURRENCY),
    }
}

/// How long an attempt may take, and the connecting within it.
pub fn timeouts() -> (Duration, Duration) {
    let time = |setting: &GucSetting<i32>| Duration::from_millis(u64::try_from(setting.get()).unwrap_or(1));
    (time(&TIMEOUT), time(&CONNECT_TIMEOUT))
}

/// How long deliveries are kept that are over; `None`: for ever.
pub fn retention_days() -> Option<i32> {
    Some(RETENTION.get()).filter(|&days| days > 0)
}

/// How many endpoints an organisation may have.
pub fn max_endpoints() -> usize {
    usize::try_from(MAX_ENDPOINTS.get()).unwrap_or(0)
}

/// Which URLs and addresses are admitted; of settings that make no policy, the strictest one, and what is wrong.
pub fn policy() -> Result<Policy, String> {
    let ports = super::text(&PORTS).unwrap_or_default();
    let networks = super::text(&NETWORKS).unwrap_or_default();
    Policy::new(ALLOW_HTTP.get(), &ports, &networks).map_err(|e| e.message())
}

/// Addresses of name servers, separated by commas, each with or without a port; empty: the system's.
pub fn nameservers() -> String {
    super::text(&NAMESERVERS).unwrap_or_default()
}

/// A file with certificates that are trusted beside the system's.
pub fn ca_file() -> Option<String> {
    super::text(&CA_FILE).filter(|path| !path.is_empty())
}

/// Defines the settings.
pub fn define() {
    type Int = (&'static CStr, &'static CStr, &'static CStr, &'static GucSetting<i32>, i32, i32, GucFlags);
    let ints: [Int; 6] = [
        (
            c"callcoach.webhook_concurrency",
            c"The most webhooks in flight at once, of one database.",
            c"",
            &CONCURRENCY,
            1,
            1_000,
            GucFlags::empty(),
        ),
        (
            c"callcoach.webhook_organisation_concurrency",
            c"The most of them of one organisation.",
            c"Organisations take turns; this keeps room for the others where one's endpoints hang.",
            &ORG_CONCURRENCY,
            1,
            1_000,
            GucFlags::empty(),
        ),
        (
            c"callcoach.webhook_endpoint_concurrency",
            c"The most of them to one endpoint, unless it has a limit of its own (webhooks.max_in_flight).",
            c"",
            &ENDPOINT_CONCURRENCY,
            1,
            1_000,
            GucFlags::empty(),
        ),
        (
            c"callcoach.webhook_timeout",
            c"How long an attempt may take, from looking up the name to the end of the response.",
            c"",
            &TIMEOUT,
            100,
            120_000,
            GucFlags::UNIT_MS,
        ),
        (
            c"callcoach.webhook_connect_timeout",
            c"How long connecting may take.",
            c"",
            &CONNECT_TIMEOUT,
            100,
            120_000,
            GucFlags::UNIT_MS,
        ),
        (
            c"callcoach.webhook_retention",
            c"For how many days deliveries are kept that are over.",
            c"0: for ever.",
            &RETENTION,
            0,
            36_500,
            GucFlags::empty(),
        ),
    ];
    for (name, short, long, setting, least, most, flags) in ints {
        GucRegistry::define_int_guc(name, short, long, setting, least, most, GucContext::Sighup, flags);
    }
    GucRegistry::define_int_guc(
        c"callcoach.webhook_max_endpoints",
        c"The most webhooks that an organisation may have.",
        c"Each is one more request for every event. Superusers and the table's owner are not held to it.",
        &MAX_ENDPOINTS,
        0,
        10_000,
        GucContext::Suset,
        GucFlags::empty(),
    );
    GucRegistry::define_bool_guc(
        c"callcoach.webhook_allow_http",
        c"Whether webhooks may be sent without TLS.",
        c"For receivers in allowed networks: whoever is between reads the payloads.",
        &ALLOW_HTTP,
        GucContext::Sighup,
        GucFlags::empty(),
    );
    type Text = (&'static CStr, &'static CStr, &'static CStr, &'static GucSetting<Option<CString>>);
    let texts: [Text; 4] = [
        (
            c"callcoach.webhook_ports",
            c"Ports that webhooks may be sent to, beside 443 (and 80, where http is allowed), separated by commas.",
            c"",
            &PORTS,
        ),
        (
            c"callcoach.webhook_allowed_networks",
            c"Networks that webhooks may be sent to though they are not public, separated by commas.",
            c"As in 10.1.2.0/24. Every organisation's endpoints may then reach what is there.",
            &NETWORKS,
        ),
        (
            c"callcoach.webhook_nameservers",
            c"Name servers for webhooks' hosts, separated by commas, as in 10.0.0.2 or 10.0.0.2:5353.",
            c"Empty: those of /etc/resolv.conf.",
            &NAMESERVERS,
        ),
        (
            c"callcoach.webhook_ca_file",
            c"A file of certificates (PEM) that are trusted beside the system's.",
            c"",
            &CA_FILE,
        ),
    ];
    for (name, short, long, setting) in texts {
        GucRegistry::define_string_guc(
            name,
            short,
            long,
            setting,
            GucContext::Sighup,
            GucFlags::SUPERUSER_ONLY,
        );
    }
}
