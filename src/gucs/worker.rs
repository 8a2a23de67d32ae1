//! Settings of the background workers. All are read anew when postgresql.conf is reloaded, and cannot be set in a
//! session: the workers have settings of their own.

use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};
use std::ffi::CString;
use std::time::Duration;

static DATABASES: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(Some(c""));
static UPKEEP_INTERVAL: GucSetting<i32> = GucSetting::<i32>::new(60);
static POLL_INTERVAL: GucSetting<i32> = GucSetting::<i32>::new(5);

/// The databases that have a worker, by name, each once.
pub fn databases() -> Vec<CString> {
    let mut names = Vec::new();
    for name in super::text(&DATABASES).unwrap_or_default().split(',') {
        if let Ok(name) = CString::new(name.trim())
            && !name.is_empty()
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}

/// How often a worker folds the reports and sees to what is due; `None`: never.
pub fn upkeep_interval() -> Option<Duration> {
    let seconds = u64::try_from(UPKEEP_INTERVAL.get()).unwrap_or(0);
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

/// How often a worker looks for work that nobody has woken it for.
pub fn poll_interval() -> Duration {
    Duration::from_secs(u64::try_from(POLL_INTERVAL.get()).unwrap_or(1).max(1))
}

/// Defines the settings.
pub fn define() {
    GucRegistry::define_string_guc(
        c"callcoach.databases",
        c"Databases that have a background worker, separated by commas.",
        c"A worker folds the reports and sees to what is due. Wants callcoach in shared_preload_libraries, and one of max_worker_processes for each database and one more.",
        &DATABASES,
        GucContext::Sighup,
        GucFlags::empty(),
    );
    GucRegistry::define_int_guc(
        c"callcoach.upkeep_interval",
        c"How often a worker folds the reports and sees to what is due.",
        c"0: never. More often keeps reports fresher, and costs a short transaction each time.",
        &UPKEEP_INTERVAL,
        0,
        86_400,
        GucContext::Sighup,
        GucFlags::UNIT_S,
    );
    GucRegistry::define_int_guc(
        c"callcoach.poll_interval",
        c"How often a worker looks for work that nobody has woken it for.",
        c"Work that a transaction commits wakes the worker at once. This is for what does not: prepared transactions, rows inserted by hand, retries of other servers, a database that is made later.",
        &POLL_INTERVAL,
        1,
        3_600,
        GucContext::Sighup,
        GucFlags::UNIT_S,
    );
}
