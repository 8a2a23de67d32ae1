//! `callcoach.storage_jwt_secret`: a setting whose value is nowhere to be seen.
//!
//! PostgreSQL shows settings, and writes those that a reload changes to the server's log. So the value it knows
//! is always the same row of stars; the secret is what the check hook keeps beside it (`extra`).

use crate::majors;
use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};
use pgrx::pg_sys;
use std::ffi::{CStr, CString, c_char, c_void};
use std::sync::atomic::{AtomicPtr, Ordering};

const SHOWN: &CStr = c"********";

static SETTING: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(None);
/// The secret in force, or NULL. PostgreSQL owns it.
static SECRET: AtomicPtr<c_char> = AtomicPtr::new(std::ptr::null_mut());

/// The key that Supabase Storage verifies its tokens with; `None` while it is not set.
pub fn storage_jwt_secret() -> Option<String> {
    let secret = SECRET.load(Ordering::Relaxed);
    // SAFETY: NULL, or a C string that stays until the setting is changed; copied at once.
    let secret = unsafe { (!secret.is_null()).then(|| CStr::from_ptr(secret).to_str()) };
    secret?.ok().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Defines the setting.
pub fn define() {
    // SAFETY: the hooks do not panic.
    unsafe {
        GucRegistry::define_string_guc_with_hooks(
            c"callcoach.storage_jwt_secret",
            c"The project's JWT secret, with which grant_signed_url() signs.",
            c"As Supabase Storage has it. Set it in postgresql.conf or by ALTER SYSTEM; it is never shown.",
            &SETTING,
            GucContext::Suset,
            GucFlags::SUPERUSER_ONLY | GucFlags::NO_SHOW_ALL,
            Some(check),
            Some(assign),
            None,
        );
    }
}

/// Takes the secret aside. Refuses ALTER DATABASE and ALTER ROLE: what they store, everybody can read in
/// pg_db_role_setting.
unsafe extern "C-unwind" fn check(
    value: *mut *mut c_char,
    extra: *mut *mut c_void,
    source: pg_sys::GucSource::Type,
) -> bool {
    // SAFETY: PostgreSQL hands over a pointer to the new value, NULL or a C string that it has allocated for
    // us to keep or replace; messages are constants.
    unsafe {
        let secret = *value;
        if !secret.is_null() {
            if source == pg_sys::GucSource::PGC_S_TEST && *secret != 0 {
                pg_sys::GUC_check_errmsg_string =
                    c"callcoach.storage_jwt_secret cannot be stored there".as_ptr().cast_mut();
                pg_sys::GUC_check_errdetail_string =
                    c"Everybody can read what is stored for a database, role or function. Use ALTER SYSTEM."
                        .as_ptr()
                        .cast_mut();
                return false;
            }
            *extra = majors::setting_copy(CStr::from_ptr(secret)).cast();
            if (*extra).is_null() {
                return false;
            }
        }
        let shown = majors::setting_copy(SHOWN);
        if shown.is_null() {
            return false;
        }
        majors::setting_free(secret);
        *value = shown;
    }
    true
}

unsafe extern "C-unwind" fn assign(_value: *const c_char, extra: *mut c_void) {
    SECRET.store(extra.cast(), Ordering::Relaxed);
}
