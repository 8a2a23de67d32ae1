//! The events an endpoint can subscribe to, and the body that is signed and sent.

use serde_json::Value;

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

/// The body: `{"idempotency_key":…,"event":…,"occurred_at":…,"org_id":…,"data":…}`,
/// without spaces of its own, in this order. These bytes are what is signed, so they
/// are made once, stored and sent as they are.
///
/// `data_json` must be JSON text; it goes in verbatim.
pub fn body(idempotency_key: &str, event: Event, occurred_at: &str, org_id: &str, data_json: &str) -> String {
    format!(
        r#"{{"idempotency_key":{},"event":{},"occurred_at":{},"org_id":{},"data":{data_json}}}"#,
        Value::from(idempotency_key),
        Value::from(event.as_str()),
        Value::from(occurred_at),
        Value::from(org_id),
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

    #[test]
    fn the_body_to_the_byte() {
        let body = body(
            "msg_1",
            Event::AttemptScoredLow,
            "2025-09-01T10:00:00Z",
            "7b1c8f0e-0000-4000-8000-000000000001",
            r#"{"score": 41.50, "b": 1,"a":2}"#,
        );
        assert_eq!(
            body,
            r#"{"idempotency_key":"msg_1","event":"attempt.scored.low","occurred_at":"2025-09-01T10:00:00Z","org_id":"7b1c8f0e-0000-4000-8000-000000000001","data":{"score": 41.50, "b": 1,"a":2}}"#
        );
    }

    #[test]
    fn strings_are_escaped_and_data_stays_as_it_is() {
        let data = r#"{ "z" : 1.50, "é\u0041": "…" }"#;
        let body = body("a\"b\\c\n\u{1}", Event::WebhookTest, "\t", "é😀", data);
        assert!(body.ends_with(&format!(",\"data\":{data}}}")));
        let read: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(read["idempotency_key"], "a\"b\\c\n\u{1}");
        assert_eq!(read["occurred_at"], "\t");
        assert_eq!(read["org_id"], "é😀");
        assert_eq!(read["data"]["éA"], "…");
        assert_eq!(read.as_object().unwrap().len(), 5);
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
