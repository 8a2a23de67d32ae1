//! callcoach: the PostgreSQL side. Each module decodes what SQL hands over, calls callcoach-core, and
//! encodes the answer; this file only wires them.
//!
//! | module | SQL functions |
//! | --- | --- |
//! | `attempts` | the triggers of scenario_attempts |
//! | `cron` | callcoach.schedule_upkeep, callcoach.unschedule_upkeep |
//! | `delivery` | claim_webhook_deliveries, settle_webhook_delivery, redeliver_webhook, callcoach.apply_retention |
//! | `endpoints` | test_webhook, rotate_webhook_secret, the triggers of webhooks |
//! | `events` | the triggers of assignments and org_members, callcoach.sweep_overdue_assignments |
//! | `health` | callcoach.health_score, update_health_score, refresh_health_scores, the trigger that keeps scores |
//! | `kpis` | compute_kpis |
//! | `kpi_events` | kpi_events |
//! | `reporting` | populate_fact_from_attempt, refresh_reporting, refresh_reporting_views, dimensions |
//! | `scoring` | score_attempt, explain_score, the check of rubrics |
//! | `service_desk` | callcoach.time_slots, seat, check_desk_settings, is_on_duty, reaches_off_duty |
//! | `signatures` | verify_stripe_signature, verify_svix_signature |
//! | `storage` | grant_signed_url |
//! | `tenancy` | set_org_claim, current_org_id, current_user_id, callcoach.user_id, callcoach.pre_request, acts_as, org_role |
//! | `timestamps` | updated_at |
//! | `triggers` | callcoach.audit_trigger_func, soft_delete, purge_deleted, handle_new_user, handle_user_email: for any table |
//! | `vapi` | transcript_from_vapi |
//! | `webhooks` | enqueue_webhook |
//! | `worker` | callcoach.workers, and the background workers |
#![cfg_attr(any(test, feature = "pg_test"), allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

use pgrx::prelude::*;

mod as_role;
mod attempts;
mod cron;
mod delivery;
mod endpoints;
mod error;
mod events;
mod gucs;
mod health;
mod hooks;
mod ids;
mod insert;
mod jsonb;
mod kpi_events;
mod kpis;
mod lookup;
mod majors;
#[cfg(any(test, feature = "pg_test"))]
mod pg_tests;
mod reporting;
mod rows;
mod scoring;
mod service_desk;
mod signatures;
mod spi;
mod storage;
mod tenancy;
mod timestamps;
mod triggers;
mod vapi;
mod webhooks;
mod worker;

pgrx::pg_module_magic!(name, version);

/// What clients must not call over the API lives in a schema that PostgREST does not expose. pgrx wants the
/// module to know the name; the bootstrap makes the schema before the trigger functions, which pgrx does not
/// order after it.
#[pg_schema]
mod callcoach {}
extension_sql!("CREATE SCHEMA callcoach;", name = "internal_schema", bootstrap);
extension_sql_file!("sql/security_findings.sql", name = "security_findings");
extension_sql_file!("sql/fact_partitions.sql", name = "fact_partitions");
extension_sql_file!("sql/extension.sql", name = "comments_and_grants", finalize);

#[pg_guard]
extern "C-unwind" fn _PG_init() {
    gucs::init();
    hooks::init();
    worker::init();
}

/// What cargo-pgrx's test runner looks for.
#[cfg(test)]
pub mod pg_test {
    /// Once before the tests.
    pub fn setup(_options: Vec<&str>) {}

    /// Settings of the tests' server.
    pub fn postgresql_conf_options() -> Vec<&'static str> {
        vec!["shared_preload_libraries = 'callcoach'"]
    }
}
