//! The KPIs as a jsonb object, written without JSON text in between.

use super::Kpis;
use crate::jsonb::object::{Value, object};

impl Kpis {
    /// What [`Kpis::to_json`] says, as binary jsonb after its varlena header. jsonb has an order of its own: by
    /// the keys' length, and then by their bytes.
    pub fn to_jsonb(&self) -> Vec<u8> {
        let ratio = self.talk_listen_ratio();
        let whole = |number: u64| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
        // In that order, so that nothing is left to sort.
        object(&mut [
            ("words", whole(self.words)),
            ("ignored", whole(self.ignored)),
            ("talk_ms", whole(self.talk_ms)),
            ("listen_ms", whole(self.listen_ms)),
            ("silence_ms", whole(self.silence_ms)),
            ("utterances", whole(self.utterances)),
            ("patience_ms", whole(self.patience_ms)),
            ("filler_words", whole(self.filler_words)),
            ("interactivity", hundredths(self.interactivity)),
            ("interruptions", whole(self.interruptions)),
            ("open_questions", whole(self.open_questions)),
            ("questions_asked", whole(self.questions_asked)),
            ("sentiment_score", hundredths(self.sentiment_score)),
            ("closed_questions", whole(self.closed_questions)),
            ("words_per_minute", whole(self.words_per_minute)),
            ("talk_listen_ratio", Value::Text(&ratio)),
            ("fillers_per_minute", hundredths(self.fillers_per_minute)),
            ("longest_silence_ms", whole(self.longest_silence_ms)),
            ("longest_monologue_ms", whole(self.longest_monologue_ms)),
            ("longest_customer_story_ms", whole(self.longest_customer_story_ms)),
            ("interruptions_by_assistant", whole(self.interruptions_by_assistant)),
        ])
    }
}

/// A number of hundredths with the decimals that JSON text gives it: one, or two where it takes two.
fn hundredths(number: f64) -> Value<'static> {
    let unscaled = (number * 100.0).round() as i64;
    match unscaled % 10 {
        0 => Value::Decimal { unscaled: unscaled / 10, scale: 1 },
        _ => Value::Decimal { unscaled, scale: 2 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jsonb::encode::encode;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn says_what_the_text_says(
            counts in proptest::collection::vec(prop_oneof![0_u64..100, 0..=1_u64 << 53], 17),
            sentiment in -100_i64..=100, interactivity in 0_i64..=10_000_000, fillers in 0_i64..=100_000
        ) {
            let hundredths = |number: i64| number as f64 / 100.0;
            let kpis = Kpis {
                talk_ms: counts[0], listen_ms: counts[1], words_per_minute: counts[2], filler_words: counts[3],
                interruptions: counts[4], questions_asked: counts[5], interruptions_by_assistant: counts[6],
                open_questions: counts[7], closed_questions: counts[8], longest_monologue_ms: counts[9],
                longest_customer_story_ms: counts[10], patience_ms: counts[11], silence_ms: counts[12],
                longest_silence_ms: counts[13], utterances: counts[14], words: counts[15], ignored: counts[16],
                sentiment_score: hundredths(sentiment), interactivity: hundredths(interactivity),
                fillers_per_minute: hundredths(fillers),
            };
            let text: serde_json::Value = serde_json::from_str(&kpis.to_json()).unwrap();
            prop_assert_eq!(kpis.to_jsonb(), encode(&text));
        }
    }
}
