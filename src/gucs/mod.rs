//! Settings, and the organisation claim, which is a setting too.

mod secret;
pub mod webhooks;
mod worker;

pub use secret::storage_jwt_secret;
pub use worker::{databases as worker_databases, poll_interval, upkeep_interval};

use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};
use pgrx::pg_sys;
use std::ffi::{CStr, CString};
use uuid::Uuid;

/// The name of the claim, as policies and `current_setting()` know it.
pub const ORG_CLAIM_NAME: &CStr = c"jwt.claims.org_id";
/// The claim's value while no organisation is set. No organisation may have this id (a CHECK on orgs),
/// so a policy that reads the setting itself finds no rows instead of failing on an empty string.
const NO_ORG: &CStr = c"00000000-0000-0000-0000-000000000000";
/// The same uuid, written otherwise: the claim was taken back. Kept in the setting, so that it ends with the
/// transaction or savepoint, and parallel workers know.
const TAKEN_BACK: &CStr = c"00000000000000000000000000000000";

static ORG_CLAIM: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(Some(NO_ORG));
static GUARD_CLAIM: GucSetting<bool> = GucSetting::<bool>::new(true);
static GATEWAYS: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(Some(
    c"authenticator, supabase_storage_admin, supabase_realtime_admin",
));
static GUARD_STATEMENTS: GucSetting<bool> = GucSetting::<bool>::new(true);
static STORAGE_URL: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(None);
static SIGNED_URL_MAX_TTL: GucSetting<i32> = GucSetting::<i32>::new(3600);

/// The organisation claim of this transaction; `None` while none is set.
pub fn org_claim() -> Option<Uuid> {
    let text = ORG_CLAIM.get()?;
    let id = Uuid::parse_str(text.to_str().ok()?).ok()?;
    (!id.is_nil()).then_some(id)
}

/// For statements that look few rows up by key: a plan that was kept while a table was small, or never analyzed, must
/// not go on reading all of it.
pub const BY_INDEX: [(&CStr, &CStr); 2] = [(c"enable_seqscan", c"off"), (c"enable_bitmapscan", c"off")];
/// For statements that write times as JSON: in UTC, whatever the session's time zone.
pub const IN_UTC: [(&CStr, &CStr); 1] = [(c"timezone", c"UTC")];

/// Runs `body` with these settings, as a function with SET clauses runs; for the few calls that need them. Errors put
/// them back with the transaction.
pub fn with<R>(settings: &[(&CStr, &CStr)], body: impl FnOnce() -> R) -> R {
    // SAFETY: within a transaction; the strings end with a NUL and outlive the calls, which copy them.
    unsafe {
        let level = pg_sys::NewGUCNestLevel();
        for (name, value) in settings {
            pg_sys::set_config_option(
                name.as_ptr(),
                value.as_ptr(),
                pg_sys::GucContext::PGC_USERSET,
                pg_sys::GucSource::PGC_S_SESSION,
                pg_sys::GucAction::GUC_ACTION_SAVE,
                true,
                0,
                false,
            );
        }
        let result = body();
        pg_sys::AtEOXact_GUC(true, level);
        result
    }
}

/// Has this transaction set the claim, or taken it back?
pub fn claim_was_written() -> bool {
    ORG_CLAIM.get().is_some_and(|text| text.as_c_str() != NO_ORG)
}

/// Sets the claim for the rest of the transaction, as a superuser would: who may was asked before.
pub fn write_org_claim(org: Option<Uuid>) {
    // The text form, and the NUL that a C string ends with.
    let mut text = [0; uuid::fmt::Hyphenated::LENGTH + 1];
    let value = match org {
        Some(org) => {
            org.hyphenated().encode_lower(&mut text);
            text.as_ptr().cast()
        }
        None => TAKEN_BACK.as_ptr(),
    };
    // SAFETY: both strings end with a NUL and outlive the call, which copies them.
    unsafe {
        pg_sys::set_config_option(
            ORG_CLAIM_NAME.as_ptr(),
            value,
            pg_sys::GucContext::PGC_SUSET,
            pg_sys::GucSource::PGC_S_SESSION,
            pg_sys::GucAction::GUC_ACTION_LOCAL,
            true,
            0,
            false,
        );
    }
}

/// Is the claim out of reach of ordinary roles?
pub fn claim_is_guarded() -> bool {
    GUARD_CLAIM.get()
}

/// Is `role` one of the login roles whose request.jwt.claims were verified before they were set?
pub fn is_gateway(role: &str) -> bool {
    text(&GATEWAYS).is_some_and(|list| list.split(',').any(|name| name.trim() == role))
}

/// Are API users kept to queries?
pub fn statements_are_guarded() -> bool {
    GUARD_STATEMENTS.get()
}

/// Where Supabase Storage is: the base of signed URLs.
pub fn storage_url() -> Option<String> {
    text(&STORAGE_URL)
}

/// How long a signed URL may be good for, in seconds.
pub fn signed_url_max_ttl() -> i32 {
    SIGNED_URL_MAX_TTL.get()
}

/// A setting's text; `None` where it is empty.
fn text(setting: &GucSetting<Option<CString>>) -> Option<String> {
    setting.get()?.into_string().ok().filter(|text| !text.is_empty())
}

/// Defines the settings. Called once, from `_PG_init`.
pub fn init() {
    define_claim();
    GucRegistry::define_string_guc(
        c"callcoach.gateways",
        c"Login roles whose request.jwt.claims are trusted, separated by commas.",
        c"These verify a request's token before they set the claims: PostgREST's authenticator and Supabase's services. Claims set by any other login are not believed.",
        &GATEWAYS,
        GucContext::Suset,
        GucFlags::SUPERUSER_ONLY,
    );
    GucRegistry::define_bool_guc(
        c"callcoach.guard_statements",
        c"Keeps API users to queries.",
        c"Refuses EXPLAIN, LOCK TABLE, cursors WITH HOLD and DDL to anon, authenticated and their members, because row level security does not cover these. Turn it off for a developer's role.",
        &GUARD_STATEMENTS,
        GucContext::Suset,
        GucFlags::empty(),
    );
    GucRegistry::define_string_guc(
        c"callcoach.storage_url",
        c"Base of the URLs that grant_signed_url() makes.",
        c"Supabase Storage as clients reach it: https://PROJECT.supabase.co/storage/v1.",
        &STORAGE_URL,
        GucContext::Suset,
        GucFlags::empty(),
    );
    secret::define();
    GucRegistry::define_int_guc(
        c"callcoach.signed_url_max_ttl",
        c"How long a signed URL may be good for at most.",
        c"A URL cannot be taken back, so it should not outlive the use it was made for.",
        &SIGNED_URL_MAX_TTL,
        1,
        604_800,
        GucContext::Suset,
        GucFlags::UNIT_S,
    );
    webhooks::define();
    worker::define();
    // SAFETY: a C string that lives as long as the program, handed over during _PG_init.
    unsafe { pg_sys::MarkGUCPrefixReserved(c"callcoach".as_ptr()) };
}

fn define_claim() {
    // SAFETY: a plain read.
    let at_start = unsafe { pg_sys::process_shared_preload_libraries_in_progress };
    GucRegistry::define_bool_guc(
        c"callcoach.guard_claim",
        c"Keeps the organisation claim out of reach of ordinary roles.",
        c"Off: any role may set jwt.claims.org_id, and so see any organisation. For test suites that set the claim themselves. In postgresql.conf or on the command line only.",
        &GUARD_CLAIM,
        // A library that is loaded later cannot define what is fixed at the server's start; neither can be
        // set in a session, for a database or for a role.
        if at_start { GucContext::Postmaster } else { GucContext::Sighup },
        GucFlags::empty(),
    );
    GucRegistry::define_string_guc(
        ORG_CLAIM_NAME,
        c"The organisation whose rows this transaction sees.",
        c"Set by set_org_claim(org_id) and callcoach.pre_request(), after checking that the caller may act there.",
        &ORG_CLAIM,
        // What ordinary roles may set is decided here: nothing, so that only those functions can.
        if GUARD_CLAIM.get() { GucContext::Suset } else { GucContext::Userset },
        GucFlags::empty(),
    );
}
