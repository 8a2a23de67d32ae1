//! Settings, and the organisation claim, which is a setting too.

use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};
use std::ffi::CString;

/// The claim's value while no organisation is set. No organisation may have this id (a CHECK on orgs),
/// so a policy that reads the setting itself finds no rows instead of failing on an empty string.
const NO_ORG: &std::ffi::CStr = c"00000000-0000-0000-0000-000000000000";

static ORG_CLAIM: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(Some(NO_ORG));

static GATEWAYS: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(Some(
    c"authenticator, supabase_storage_admin, supabase_realtime_admin",
));

/// The name of the claim, as policies and `current_setting()` know it.
pub const ORG_CLAIM_NAME: &std::ffi::CStr = c"jwt.claims.org_id";

/// The organisation claim of this transaction; `None` while none is set.
pub fn org_claim() -> Option<uuid::Uuid> {
    let text = ORG_CLAIM.get()?;
    let id = uuid::Uuid::parse_str(text.to_str().ok()?).ok()?;
    (!id.is_nil()).then_some(id)
}

/// Is `role` one of the login roles whose request.jwt.claims were verified before they were set?
pub fn is_gateway(role: &str) -> bool {
    GATEWAYS
        .get()
        .and_then(|list| list.into_string().ok())
        .is_some_and(|list| list.split(',').any(|name| name.trim() == role))
}

/// Defines the settings. Called once, from `_PG_init`.
pub fn init() {
    // SUSET, so that ordinary roles can set it only through set_org_claim(), which checks them.
    GucRegistry::define_string_guc(
        ORG_CLAIM_NAME,
        c"The organisation whose rows this transaction sees.",
        c"Set by set_org_claim(org_id) and callcoach.pre_request(), after checking that the caller may act there.",
        &ORG_CLAIM,
        GucContext::Suset,
        GucFlags::empty(),
    );
    GucRegistry::define_string_guc(
        c"callcoach.gateways",
        c"Login roles whose request.jwt.claims are trusted, separated by commas.",
        c"These verify a request's token before they set the claims: PostgREST's authenticator and Supabase's services. Claims set by any other login are not believed.",
        &GATEWAYS,
        GucContext::Suset,
        GucFlags::SUPERUSER_ONLY,
    );
    // SAFETY: a C string that lives as long as the program, handed over during _PG_init.
    unsafe { pgrx::pg_sys::MarkGUCPrefixReserved(c"callcoach".as_ptr()) };
}
