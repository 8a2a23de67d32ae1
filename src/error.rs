//! Every error a caller can see: one enum, and one match that gives each its SQLSTATE, detail and hint.
//!
//! Messages never carry secrets, payloads or transcripts. Text that came from the caller (event and
//! criterion names) is shortened before it gets here.

use callcoach_core::{
    kpis::PhraseError, scores::ScoresError, scoring, signed_url::PathError, transcript::TranscriptError,
    vapi::VapiError, webhook,
};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::spi::SpiError;

/// What can go wrong, in the domain's own words.
#[derive(Debug)]
pub enum Error {
    /// The transcript cannot be read.
    Transcript(TranscriptError),
    /// A multiset of scores that cannot be changed so.
    Scores(ScoresError),
    /// A TRUNCATE of the facts.
    FactsTruncated,
    /// The rollups were to be written anew, and the facts before this day are not there any more.
    FactsRetired(pgrx::datum::Date),
    /// An argument that counts, and is below 0.
    NegativeLimit(&'static str),
    /// Days from one to another that are in the wrong order, infinite or too many.
    DateRange,
    /// A transcript has more events than these.
    TooManyEvents(usize),
    /// Keywords or objections that cannot be looked for.
    Phrases(PhraseError),
    /// The messages are not those of a Vapi call.
    Vapi(VapiError),
    /// The rubric cannot be used, or may not be stored.
    Rubric(scoring::RubricError),
    /// The attempt cannot be scored.
    Score(scoring::ScoreError),
    /// No such attempt, or one of another organisation: the caller must not learn which.
    NoSuchAttempt,
    /// No such endpoint, or one that is not the caller's to manage: the caller must not learn which.
    NoSuchWebhook,
    /// No such delivery, or one that is not the caller's: the caller must not learn which.
    NoSuchDelivery,
    /// A claim that is not the delivery's (any more).
    ClaimLost,
    /// A delivery that is to be sent again, and is still being sent.
    DeliveryPending,
    /// Neither a response's status nor an error.
    NoOutcome,
    /// An argument that is not what the second text says.
    OutOfRange(&'static str, &'static str),
    /// A URL that webhooks are not sent to.
    WebhookUrl(webhook::guard::GuardError),
    /// Settings that do not say where webhooks may be sent; why is for the server's own eyes.
    WebhookSettings(String),
    /// pg_cron is not in this database.
    NoCron,
    /// A NULL in this column of webhooks. PostgreSQL's own error would show the row, and so its secret.
    WebhookWithout(String),
    /// A previous secret without the time it ends at, or the other way round.
    PreviousSecret,
    /// An overlap of two secrets that is negative, or longer than this many days.
    Overlap(i32),
    /// The system has no randomness to give.
    NoRandomness,
    /// The attempt's scenario was deleted, or has no rubric.
    NoRubric,
    /// Another error, within the attempt of this id.
    InAttempt(uuid::Uuid, Box<Error>),
    /// The caller may not act in that organisation, or there is none such: the same to the caller.
    OrgDenied,
    /// The call needs an organisation and none is set.
    NoOrg,
    /// A change would leave an organisation without an admin.
    LastAdmin,
    /// A statement (its command tag) that row level security does not cover, by a caller it holds back.
    Statement(String),
    /// The event or its payload is not one that can be sent.
    Webhook(webhook::WebhookError),
    /// The path names no object that could be.
    Path(PathError),
    /// The caller may not read the object, or it is under no organisation.
    ObjectDenied,
    /// Seconds that are not between 1 and this many.
    TimeToLive(i32),
    /// A setting that the call needs is empty.
    NotConfigured(&'static str),
    /// An argument that must not be NULL.
    NullArgument(&'static str),
    /// A stored jsonb value that serde_json cannot take (nested deeper than 128 levels).
    Json(&'static str),
    /// A stored jsonb value of more bytes than are read at once.
    TooLarge(&'static str, usize),
    /// A trigger function called by a trigger it is not made for.
    WrongTrigger(&'static str),
    /// PostgreSQL's own interface refused.
    Internal(String),
}

impl Error {
    /// A column that is missing or of another type than the migrations give it.
    pub fn not_ours(column: &std::ffi::CStr) -> Self {
        Error::Internal(format!("column {} is missing or of another type", column.to_string_lossy()))
    }
}

impl From<SpiError> for Error {
    fn from(error: SpiError) -> Self {
        Error::Internal(error.to_string())
    }
}

impl From<TranscriptError> for Error {
    fn from(error: TranscriptError) -> Self {
        Error::Transcript(error)
    }
}

impl From<webhook::WebhookError> for Error {
    fn from(error: webhook::WebhookError) -> Self {
        Error::Webhook(error)
    }
}

impl From<scoring::RubricError> for Error {
    fn from(error: scoring::RubricError) -> Self {
        Error::Rubric(error)
    }
}

impl From<scoring::ScoreError> for Error {
    fn from(error: scoring::ScoreError) -> Self {
        Error::Score(error)
    }
}

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
        Error::Internal(message) => Shape::new(Code::ERRCODE_INTERNAL_ERROR, message),
    }
}

fn with_hint(shape: Shape, detail: Option<String>, hint: Option<String>) -> Shape {
    Shape { detail, hint, ..shape }
}

impl From<Error> for ErrorReport {
    fn from(error: Error) -> Self {
        let code = match error {
            Error::NoSuchAttempt | Error::NoSuchWebhook | Error::NoSuchDelivery => Some(sqlstate::PT404),
            Error::ClaimLost | Error::DeliveryPending => Some(sqlstate::PT409),
            _ => None,
        };
        let shape = shape(error);
        let mut report = ErrorReport::new(shape.code, shape.message, "callcoach");
        if let Some(detail) = shape.detail {
            report = report.set_detail(detail);
        }
        if let Some(hint) = shape.hint {
            report = report.set_hint(hint);
        }
        if let Some(code) = code {
            sqlstate::next_error_is(code);
        }
        report
    }
}

/// Raises `error` from a trigger function: pgrx gives a trigger's `Err` the code XX000.
pub fn raise(error: Error) -> ! {
    ErrorReport::from(error).report(PgLogLevel::ERROR);
    unreachable!("an ERROR does not return")
}

/// SQLSTATEs that pgrx's enum does not know.
mod sqlstate {
    use pgrx::pg_sys;
    use std::cell::UnsafeCell;
    use std::ffi::{c_int, c_void};

    /// `PT404`: PostgREST answers PTxyz with HTTP status xyz.
    pub const PT404: c_int = make(*b"PT404");

    pub const PT409: c_int = make(*b"PT409");

    const fn make(code: [u8; 5]) -> c_int {
        let mut value = 0;
        let mut i = 5;
        while i > 0 {
            i -= 1;
            value = (value << 6) + ((code[i] as c_int - b'0' as c_int) & 0x3F);
        }
        value
    }

    unsafe extern "C-unwind" {
        fn errcode(sqlerrcode: c_int) -> c_int;
    }

    struct Callback(UnsafeCell<pg_sys::ErrorContextCallback>);
    // SAFETY: a backend runs one thread, and only that thread reports errors.
    unsafe impl Sync for Callback {}

    static CALLBACK: Callback = Callback(UnsafeCell::new(pg_sys::ErrorContextCallback {
        previous: std::ptr::null_mut(),
        callback: Some(set_code),
        arg: std::ptr::null_mut(),
    }));

    unsafe extern "C-unwind" fn set_code(code: *mut c_void) {
        // SAFETY: called by errfinish() while the error is being built, where errcode() belongs.
        unsafe { errcode(code as usize as c_int) };
    }

    /// Gives the error that is raised next the SQLSTATE `code`.
    ///
    /// pgrx can raise only the codes of its own enum. PostgreSQL calls the error context callbacks
    /// while it finishes an error, and whoever catches the error puts the callback stack back to
    /// what it was, so a callback pushed right before the error acts on that error alone.
    pub fn next_error_is(code: c_int) {
        // SAFETY: single-threaded; the callback is static, and points to the stack as it is now.
        unsafe {
            let callback = CALLBACK.0.get();
            (*callback).arg = code as usize as *mut c_void;
            if !std::ptr::eq(pg_sys::error_context_stack, callback) {
                (*callback).previous = pg_sys::error_context_stack;
                pg_sys::error_context_stack = callback;
            }
        }
    }
}
