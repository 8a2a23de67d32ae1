//! What each error says: SQLSTATE, message, detail, hint.

use super::Error;
use callcoach_core::{on_call, scores::ScoresError, scoring, transcript::TranscriptError, vapi::VapiError};
use pgrx::prelude::*;

/// SQLSTATE, message, detail, hint.
pub struct Shape {
    pub code: PgSqlErrorCode,
    pub message: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
}

impl Shape {
    fn new(code: PgSqlErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), detail: None, hint: None }
    }

    fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The form a transcript has, for hints.
const TRANSCRIPT_FORM: &str =
    r#"Expected [{"speaker": "user", "text": "Hello.", "start_ms": 0, "end_ms": 900}, …]."#;

/// What an error says. PT404 is no_data_found here.
pub fn shape(error: Error) -> Shape {
    use PgSqlErrorCode as Code;
    let invalid = Code::ERRCODE_INVALID_PARAMETER_VALUE;
    match error {
        Error::Transcript(TranscriptError::NotAnArray { found }) => {
            Shape::new(invalid, "transcript is not an array of utterances")
                .detail(format!("It is of JSON type {found}."))
                .hint(TRANSCRIPT_FORM)
        }
        Error::Transcript(TranscriptError::Corrupt) => {
            Shape::new(Code::ERRCODE_DATA_CORRUPTED, "transcript is not valid binary jsonb")
        }
        Error::Scores(e) => {
            let code = match e {
                ScoresError::OutOfRange(_) => invalid,
                _ => Code::ERRCODE_DATA_CORRUPTED,
            };
            Shape::new(code, e.message()).hint("Compare with check_reporting(); rebuild_reporting() repairs.")
        }
        Error::FactsTruncated => Shape::new(
            Code::ERRCODE_FEATURE_NOT_SUPPORTED,
            "fact_scenario_attempts cannot be truncated: the reports could not follow",
        )
        .hint("DELETE the rows."),
        Error::FactsRetired(from) => Shape::new(
            Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            "the reports cannot be rebuilt: they know of facts that were retired",
        )
        .detail(format!("Facts are there from {from} on; what the reports say of earlier ones would be lost."))
        .hint("Attach the retired partitions first. To lose what they held: update fact_partitions set began = the first day that is to count."),
        Error::NegativeLimit(name) => {
            Shape::new(invalid, format!("argument \"{name}\" must not be negative"))
        }
        Error::DateRange => Shape::new(invalid, "the range of dates is reversed, infinite or too long")
            .hint("Give first <= last, at most 1,000,000 days apart."),
        Error::TooManyEvents(most) => Shape::new(
            Code::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
            format!("transcript has more than {most} events"),
        ),
        Error::Phrases(e) => Shape::new(invalid, e.to_string()).hint("Look for fewer or shorter phrases."),
        Error::Vapi(VapiError::NotAnArray { found }) => {
            Shape::new(invalid, "messages is not an array of Vapi's messages")
                .detail(format!("It is of JSON type {found}."))
                .hint("Pass artifact.messages of the end-of-call report, not the whole report.")
        }
        Error::Vapi(VapiError::Corrupt) => {
            Shape::new(Code::ERRCODE_DATA_CORRUPTED, "messages is not valid binary jsonb")
        }
        Error::Rubric(e) => with_hint(Shape::new(invalid, e.message()), None, e.hint()),
        Error::Score(e) => {
            let code = match e {
                scoring::ScoreError::NotEvaluated => Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                _ => invalid,
            };
            with_hint(Shape::new(code, e.message()), e.detail(), e.hint())
        }
        // Leaves as PT404 (see `not_found`), which PostgREST answers with 404.
        Error::NoSuchAttempt => Shape::new(Code::ERRCODE_NO_DATA_FOUND, "attempt not found")
            .detail("There is no attempt of that id in the current organisation."),
        Error::NoSuchWebhook => Shape::new(Code::ERRCODE_NO_DATA_FOUND, "webhook not found")
            .detail("There is no endpoint of that id that the caller may manage."),
        Error::NoSuchDelivery => Shape::new(Code::ERRCODE_NO_DATA_FOUND, "delivery not found")
            .detail("There is no delivery of that id that the caller may manage."),
        Error::NoSuchCustomer => Shape::new(Code::ERRCODE_NO_DATA_FOUND, "customer not found")
            .detail("There is no customer of that id that the caller may see."),
        Error::NotCustomers => Shape::new(invalid, "not the table customers of the system customer_success")
            .detail("It stands beside agent_sessions, agent_messages and training_progress, tables of one owner."),
        // These two leave as PT409.
        Error::ClaimLost => {
            Shape::new(Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, "the delivery is not this claim's")
                .detail("The claim was released, or had expired and somebody else has taken the delivery.")
                .hint("Leave it to whoever has it now.")
        }
        Error::DeliveryPending => {
            Shape::new(Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, "the delivery is not over yet")
                .detail("It is waiting to be sent, or being sent.")
        }
        Error::NoOutcome => Shape::new(invalid, "neither status nor error is given")
            .hint("Give the response's status, or an error that says why there is none."),
        Error::OutOfRange(name, range) => {
            Shape::new(invalid, format!("argument \"{name}\" must be {range}"))
        }
        Error::WebhookUrl(e) => Shape::new(invalid, format!("webhook cannot be sent there: {}", e.message()))
            .hint(e.hint()),
        Error::TooManyWebhooks(most) => Shape::new(
            Code::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
            format!("an organisation has at most {most} webhooks"),
        )
        .detail("Those that are switched off count, too.")
        .hint("Delete one that is not needed any more, or have callcoach.webhook_max_endpoints raised."),
        Error::WebhookSettings(why) => {
            let shape = Shape::new(
                Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                "the server's settings do not say where webhooks may be sent",
            )
            .hint(
                "Have callcoach.webhook_ports and callcoach.webhook_allowed_networks corrected in postgresql.conf.",
            );
            // What they say is for superusers to see, as the settings are.
            // SAFETY: within a transaction.
            if unsafe { pgrx::pg_sys::superuser() } { shape.detail(why) } else { shape }
        }
        Error::NoCron => Shape::new(
            Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            "pg_cron is not installed in this database",
        )
        .detail("It can be in one database of a server, the one that cron.database_name says.")
        .hint(
            "Either name this database in callcoach.databases, whose background worker does the same; or have the \
             jobs made by cron.schedule_in_database() in pg_cron's database.",
        ),
        Error::WebhookWithout(column) => Shape::new(
            Code::ERRCODE_NOT_NULL_VIOLATION,
            format!(
                "null value in column \"{column}\" of relation \"webhooks\" violates not-null constraint"
            ),
        ),
        Error::PreviousSecret => Shape::new(
            Code::ERRCODE_CHECK_VIOLATION,
            "previous_secret and previous_secret_expires_at are set together, or neither",
        )
        .hint("Call rotate_webhook_secret(webhook_id)."),
        Error::Overlap(days) => Shape::new(invalid, format!("overlap must be between 0 and {days} days")),
        Error::NoRandomness => Shape::new(Code::ERRCODE_INTERNAL_ERROR, "could not make a random secret"),
        Error::NoRubric => Shape::new(
            Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            "attempt has no rubric to be scored by",
        )
        .detail("Its scenario has no rubric, or was deleted.")
        .hint("Set scenarios.rubric."),
        Error::InAttempt(id, inner) => {
            let mut inner = shape(*inner);
            inner.message = format!("attempt {id}: {}", inner.message);
            inner
        }
        Error::OrgDenied => {
            Shape::new(Code::ERRCODE_INSUFFICIENT_PRIVILEGE, "not allowed in that organisation")
                .detail("The organisation does not exist, or the caller may not act in it.")
        }
        Error::NoOrg => Shape::new(Code::ERRCODE_INSUFFICIENT_PRIVILEGE, "no organisation is set")
            .hint("Call set_org_claim(org_id) earlier in the same transaction."),
        Error::LastAdmin => {
            Shape::new(Code::ERRCODE_CHECK_VIOLATION, "an organisation keeps at least one admin")
                .detail("The change would remove its last one.")
                .hint("Make another member admin first.")
        }
        Error::Statement(what) => Shape::new(
            Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
            format!("{what} is not for roles that row level security holds back"),
        )
        .detail(
            "Row level security does not cover it: anon, authenticated and their members run queries only.",
        )
        .hint("Connect as another role, or have callcoach.guard_statements turned off for this one."),
        Error::Webhook(e) => Shape::new(invalid, e.message()).hint(e.hint()),
        Error::Path(e) => Shape::new(invalid, e.message()).hint(e.hint()),
        Error::ObjectDenied => {
            Shape::new(Code::ERRCODE_INSUFFICIENT_PRIVILEGE, "not allowed to read that object")
                .detail("It is not under the current organisation, or not for the caller's role.")
                .hint("Paths are bucket/organisation/name; exports are bucket/organisation/requester/name.")
        }
        Error::TimeToLive(most) => Shape::new(invalid, format!("ttl must be between 1 and {most} seconds"))
            .hint("The most is the setting callcoach.signed_url_max_ttl."),
        Error::NotConfigured(setting) => Shape::new(
            Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            format!("the setting {setting} is empty"),
        )
        .hint("Ask the database's administrator to set it."),
        Error::NullArgument(name) => {
            Shape::new(Code::ERRCODE_NULL_VALUE_NOT_ALLOWED, format!("argument \"{name}\" must not be null"))
        }
        Error::Json(what) => Shape::new(invalid, format!("{what} cannot be read"))
            .detail("It is nested deeper than 128 levels."),
        Error::TooLarge(what, bytes) => Shape::new(invalid, format!("{what} is too large"))
            .detail(format!("It has {bytes} bytes; {} are allowed.", crate::jsonb::MAX_VALUE_BYTES)),
        Error::WrongTrigger(expected) => Shape::new(
            Code::ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
            "trigger function called by a trigger it is not made for",
        )
        .hint(expected),
        Error::DeskSettings(e) => Shape::new(invalid, e.message()).hint(e.hint()),
        Error::TimeZone => Shape::new(invalid, "unknown time zone").hint("See pg_timezone_names."),
        Error::Urgency => {
            Shape::new(invalid, "unknown urgency").hint(format!("Use one of {}.", on_call::URGENCIES.join(", ")))
        }
        Error::NoColumn(table, column) => Shape::new(
            Code::ERRCODE_UNDEFINED_COLUMN,
            format!("table {table} has no column {column}"),
        )
        .hint("Its trigger asks for it."),
        Error::NoLog(table) => Shape::new(
            Code::ERRCODE_UNDEFINED_TABLE,
            format!("there is no table audit_log or activity_log beside {table}"),
        )
        .hint("Create it in the same schema, with the same owner."),
        Error::LogOwner(log, table) => Shape::new(
            Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
            format!("{log} and {table} have different owners"),
        )
        .detail("A log is written for the tables of its own owner only.")
        .hint("Give both to one role: ALTER TABLE … OWNER TO …."),
        Error::NotPurger => Shape::new(
            Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
            "only the table's owner and service_role may purge it",
        ),
        Error::NotSoftlyDeleted(table) => Shape::new(
            Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            format!("{table} is not purged: it has no callcoach.soft_delete() trigger"),
        )
        .hint("DELETE its rows."),
        Error::NoTarget => Shape::new(invalid, "the trigger's argument names no table")
            .hint("Name the table of the users' own rows with its schema: … EXECUTE FUNCTION callcoach.handle_new_user('schema.table')."),
        Error::ConcurrentUpdate => Shape::new(
            Code::ERRCODE_T_R_SERIALIZATION_FAILURE,
            "could not serialize access due to concurrent update",
        ),
        Error::Internal(message) => Shape::new(Code::ERRCODE_INTERNAL_ERROR, message),
    }
}

fn with_hint(shape: Shape, detail: Option<String>, hint: Option<String>) -> Shape {
    Shape { detail, hint, ..shape }
}
