//! The events an endpoint can subscribe to, and the body that is signed and sent.

use jiff::Timestamp;
use uuid::Uuid;

use crate::scoring::quote;

/// The most that the `data` of a webhook may take, in bytes.
pub const MAX_PAYLOAD_BYTES: usize = 256 * 1024;

/// What a webhook tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// A scenario or track was assigned to a user or a team.
    ScenarioAssigned,
    /// An attempt was completed.
    ScenarioCompleted,
    /// An attempt was scored below the threshold.
    AttemptScoredLow,
    /// A user completed the last active scenario of an assigned track.
    TrackCompleted,
    /// A user joined the organisation.
    UserAdded,
    /// A user got a higher role.
    UserPromoted,
    /// An assignment is past due and not completed.
    AssignmentOverdue,
    /// Someone is trying out an endpoint.
    WebhookTest,
}

impl Event {
    /// Every event there is.
    pub const ALL: [Self; 8] = [
        Self::ScenarioAssigned,
        Self::ScenarioCompleted,
        Self::AttemptScoredLow,
        Self::TrackCompleted,
        Self::UserAdded,
        Self::UserPromoted,
        Self::AssignmentOverdue,
        Self::WebhookTest,
    ];

    /// The event's name, as endpoints subscribe to it and as bodies carry it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ScenarioAssigned => "scenario.assigned",
            Self::ScenarioCompleted => "scenario.completed",
            Self::AttemptScoredLow => "attempt.scored.low",
            Self::TrackCompleted => "track.completed",
            Self::UserAdded => "user.added",
            Self::UserPromoted => "user.promoted",
            Self::AssignmentOverdue => "assignment.overdue",
            Self::WebhookTest => "webhook.test",
        }
    }

    /// The event of that name, to the letter.
    pub fn parse(name: &str) -> Result<Self, WebhookError> {
        Self::ALL
            .into_iter()
            .find(|event| event.as_str() == name)
            .ok_or_else(|| WebhookError::UnknownEvent(name.into()))
    }
}

/// Why a webhook cannot be enqueued; each is a bad argument (22023).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookError {
    /// No event has this name.
    UnknownEvent(String),
    /// The payload takes this many bytes, more than [`MAX_PAYLOAD_BYTES`].
    PayloadTooLarge(usize),
}

impl WebhookError {
    /// One line that says what is wrong, without a full stop. Never the payload.
    pub fn message(&self) -> String {
        match self {
            Self::UnknownEvent(name) => format!("unknown webhook event {}", quote(name)),
            Self::PayloadTooLarge(bytes) => {
                format!("webhook payload of {bytes} bytes is over {MAX_PAYLOAD_BYTES}")
            }
        }
    }

    /// What the caller can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::UnknownEvent(_) => {
                format!("Events: {}.", Event::ALL.map(Event::as_str).join(", "))
            }
            Self::PayloadTooLarge(_) => "Send identifiers, and let the receiver fetch the rest.".into(),
        }
    }
}

/// Checks the size of a payload's JSON text: up to [`MAX_PAYLOAD_BYTES`], inclusive.
pub fn check_payload(data_json: &str) -> Result<(), WebhookError> {
    match data_json.len() {
        0..=MAX_PAYLOAD_BYTES => Ok(()),
        bytes => Err(WebhookError::PayloadTooLarge(bytes)),
    }
}

/// Whether a payload of so many bytes of binary jsonb is too large whatever its text is, which is never
/// shorter than about a quarter: so that nobody makes a text of 200 MB to see that it is too long.
pub fn check_binary_payload(bytes: usize) -> Result<(), WebhookError> {
    if bytes > 8 * MAX_PAYLOAD_BYTES { Err(WebhookError::PayloadTooLarge(bytes)) } else { Ok(()) }
}

/// The body: `{"idempotency_key":…,"event":…,"occurred_at":…,"org_id":…,"data":…}`,
/// without spaces of its own, in this order. These bytes are what is signed, so they
/// are made once, stored and sent as they are.
///
/// `occurred_at` is in microseconds since 1970 and is written as RFC 3339 in UTC, with
/// six decimals; out of jiff's range (beyond the year 9999) it is written as null.
/// `data_json` must be JSON text; it goes in verbatim.
pub fn body(
    idempotency_key: &Uuid,
    event: Event,
    occurred_at: i64,
    org_id: &Uuid,
    data_json: &str,
) -> String {
    let occurred_at = match Timestamp::from_microsecond(occurred_at) {
        Ok(time) => format!("\"{time:.6}\""),
        Err(_) => "null".into(),
    };
    format!(
        r#"{{"idempotency_key":"{idempotency_key}","event":"{}","occurred_at":{occurred_at},"org_id":"{org_id}","data":{data_json}}}"#,
        event.as_str(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        for event in Event::ALL {
            assert_eq!(Event::parse(event.as_str()), Ok(event));
        }
        let names = Event::ALL.map(Event::as_str);
        assert_eq!(
            names,
            [
                "scenario.assigned",
                "scenario.completed",
                "attempt.scored.low",
                "track.completed",
                "user.added",
                "user.promoted",
                "assignment.overdue",
                "webhook.test",
            ]
        );
    }

    #[test]
    fn other_names_are_refused_with_the_list() {
        for name in ["", "Scenario.Assigned", "scenario.assigned ", "attempt.scored"] {
            let error = Event::parse(name).unwrap_err();
            assert_eq!(error, WebhookError::UnknownEvent(name.into()));
            assert!(error.message().contains(&format!("\"{name}\"")));
            assert!(Event::ALL.iter().all(|event| error.hint().contains(event.as_str())));
        }
        let long = Event::parse(&"x".repeat(100_000)).unwrap_err();
        assert!(long.message().len() < 200);
    }

    const KEY: Uuid = Uuid::from_u128(0x0123_4567_89ab_4cde_8f01_2345_6789_abcd);
    const ORG: Uuid = Uuid::from_u128(0x7b1c_8f0e_0000_4000_8000_0000_0000_0001);

    #[test]
    fn the_body_to_the_byte() {
        let data = r#"{"score": 41.50, "b": 1,"a":"é\u0041 …"}"#;
        let body = body(&KEY, Event::AttemptScoredLow, 1_756_720_800_000_000, &ORG, data);
        assert_eq!(
            body,
            r#"{"idempotency_key":"01234567-89ab-4cde-8f01-23456789abcd","event":"attempt.scored.low","occurred_at":"2025-09-01T10:00:00.000000Z","org_id":"7b1c8f0e-0000-4000-8000-000000000001","data":{"score": 41.50, "b": 1,"a":"é\u0041 …"}}"#
        );
    }

    #[test]
    fn the_body_is_json_at_any_time() {
        for (micros, expected) in [
            (1, Some("1970-01-01T00:00:00.000001Z")),
            (-1, Some("1969-12-31T23:59:59.999999Z")),
            (i64::MAX, None),
            (i64::MIN, None),
        ] {
            let body = body(&KEY, Event::WebhookTest, micros, &ORG, "null");
            let read: serde_json::Value = serde_json::from_str(&body).unwrap();
            assert_eq!(read["occurred_at"].as_str(), expected);
            assert_eq!(read.as_object().unwrap().len(), 5);
        }
    }

    #[test]
    fn the_limit_is_inclusive_and_counts_bytes() {
        assert_eq!(check_payload(&"x".repeat(MAX_PAYLOAD_BYTES)), Ok(()));
        assert_eq!(
            check_payload(&"é".repeat(MAX_PAYLOAD_BYTES / 2 + 1)),
            Err(WebhookError::PayloadTooLarge(MAX_PAYLOAD_BYTES + 2))
        );
        assert_eq!(MAX_PAYLOAD_BYTES, 262_144);
    }
}
