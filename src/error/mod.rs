//! Every error a caller can see: one enum, and one match (`shape`) that gives each its SQLSTATE, detail and hint.
//!
//! Messages never carry secrets, payloads or transcripts. Text that came from the caller (event and
//! criterion names) is shortened before it gets here.

mod shape;
mod sqlstate;

pub use shape::{Shape, shape};

use callcoach_core::{
    jsonb, kpis::PhraseError, scores::ScoresError, scoring, signed_url::PathError, slots,
    transcript::TranscriptError, vapi::VapiError, webhook,
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
    /// No such customer, or one that is not the caller's: the caller must not learn which.
    NoSuchCustomer,
    /// A table that is not the customers of customer_success, or whose neighbours are not its owner's tables.
    NotCustomers,
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
    /// The organisation has this many endpoints, and may have no more.
    TooManyWebhooks(usize),
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
    /// Settings of a service desk's organisation that slots cannot be made from.
    DeskSettings(slots::SettingsError),
    /// A time zone that PostgreSQL does not know.
    TimeZone,
    /// An urgency that is none.
    Urgency,
    /// A table has no such column, which a trigger on it wants.
    NoColumn(String, String),
    /// There is no log beside this table.
    NoLog(String),
    /// A log that is not its table's owner's.
    LogOwner(String, String),
    /// Neither the table's owner nor service_role.
    NotPurger,
    /// A table that has no soft_delete trigger.
    NotSoftlyDeleted(String),
    /// A trigger's argument that names no table.
    NoTarget,
    /// A row that was to be locked was changed by another transaction since this one's snapshot.
    ConcurrentUpdate,
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

impl From<jsonb::Corrupt> for Error {
    fn from(_: jsonb::Corrupt) -> Self {
        Error::Internal("a stored jsonb value is damaged".into())
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

impl From<Error> for ErrorReport {
    fn from(error: Error) -> Self {
        let code = match error {
            Error::NoSuchAttempt | Error::NoSuchWebhook | Error::NoSuchDelivery | Error::NoSuchCustomer => {
                Some(sqlstate::PT404)
            }
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
