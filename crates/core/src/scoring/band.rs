//! A criterion that is bound to a KPI: the band in which the KPI earns full marks.

use bigdecimal::BigDecimal;
use bigdecimal::num_traits::Zero;
use serde_json::Value;

use super::decimal::{self, MARK_LIMIT, Ratio};
use super::rubric::number;

/// The KPIs that a criterion may be bound to: every number that `compute_kpis`
/// gives, and `talk_listen_ratio`, of which the first number counts.
pub const KNOWN_KPIS: [&str; 21] = [
    "talk_ms",
    "listen_ms",
    "talk_listen_ratio",
    "filler_words",
    "interruptions",
    "questions_asked",
    "words_per_minute",
    "sentiment_score",
    "interruptions_by_assistant",
    "open_questions",
    "closed_questions",
    "longest_monologue_ms",
    "longest_customer_story_ms",
    "patience_ms",
    "interactivity",
    "silence_ms",
    "longest_silence_ms",
    "fillers_per_minute",
    "utterances",
    "words",
    "ignored",
];

/// A KPI and its band `[a, b, c, d]`, in the KPI's own unit: 0 up to a, rising to
/// 100 at b, 100 to c, falling to 0 at d. Where points are equal the step belongs
/// to the 100: with a = b the value at b is 100, with c = d the value at c is 100.
#[derive(Clone, Debug)]
pub(super) struct Band {
    pub(super) kpi: &'static str,
    points: [BigDecimal; 4],
}

impl Band {
    /// `None` unless `value` is an array of exactly four ascending numbers.
    pub(super) fn parse(kpi: &'static str, value: &Value) -> Option<Self> {
        let points: Vec<BigDecimal> = value.as_array()?.iter().take(5).map(number).collect::<Option<_>>()?;
        let points: [BigDecimal; 4] = points.try_into().ok()?;
        points.is_sorted().then_some(Self { kpi, points })
    }

    /// What the KPI earns, 0 to 100.
    pub(super) fn score(&self, x: &BigDecimal) -> Ratio {
        let [a, b, c, d] = &self.points;
        let hundred = BigDecimal::from(100);
        if b <= x && x <= c {
            Ratio::whole(hundred)
        } else if x <= a || x >= d {
            Ratio::whole(BigDecimal::zero())
        } else if x < b {
            Ratio::new((x - a) * hundred, b - a)
        } else {
            Ratio::new((d - x) * hundred, d - c)
        }
    }
}

/// The number in a KPI's value: a JSON number, or the first of a ratio such as
/// `"45:55"`. `None` when it is neither, or too long.
pub(super) fn kpi_number(kpi: &str, value: &Value) -> Option<BigDecimal> {
    match value {
        Value::String(ratio) if kpi == "talk_listen_ratio" => {
            let (talk, listen) = ratio.split_once(':')?;
            decimal::parse(listen, MARK_LIMIT)?;
            decimal::parse(talk, MARK_LIMIT)
        }
        Value::Number(number) => decimal::parse(number.as_str(), MARK_LIMIT),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn band(points: Value) -> Band {
        Band::parse("words", &points).unwrap()
    }

    fn at(band: &Band, x: &str) -> String {
        band.score(&decimal::parse(x, MARK_LIMIT).unwrap()).round(2).to_plain_string()
    }

    #[test]
    fn rises_stays_and_falls() {
        let band = band(json!([2, 5, 10, 17]));
        for (x, score) in [
            ("-3", "0.00"),
            ("2", "0.00"),
            ("3", "33.33"),
            ("4", "66.67"),
            ("5", "100.00"),
            ("7.5", "100.00"),
            ("10", "100.00"),
            ("11", "85.71"),
            ("16", "14.29"),
            ("17", "0.00"),
            ("99", "0.00"),
        ] {
            assert_eq!(at(&band, x), score, "at {x}");
        }
    }

    #[test]
    fn a_step_belongs_to_the_hundred() {
        let fewer_is_better = band(json!([0, 0, 3, 3]));
        for (x, score) in [("-0.01", "0.00"), ("0", "100.00"), ("3", "100.00"), ("3.0000001", "0.00")] {
            assert_eq!(at(&fewer_is_better, x), score, "at {x}");
        }
        let point = band(json!([1.5, 1.5, 1.5, 1.5]));
        for (x, score) in [("1.4999", "0.00"), ("1.5", "100.00"), ("1.50", "100.00"), ("2", "0.00")] {
            assert_eq!(at(&point, x), score, "at {x}");
        }
        let tip = band(json!([-1, 0.5, 0.5, 1]));
        for (x, score) in [("-1", "0.00"), ("0", "66.67"), ("0.5", "100.00"), ("0.75", "50.00")] {
            assert_eq!(at(&tip, x), score, "at {x}");
        }
    }

    #[test]
    fn wants_four_ascending_numbers() {
        for bad in [
            json!([1, 2, 3]),
            json!([1, 2, 3, 4, 5]),
            json!([2, 1, 3, 4]),
            json!([1, 2, 4, 3]),
            json!([1, 2, 3, "4"]),
            json!([1, 2, 3, null]),
            json!({"a": 1}),
            json!(5),
            json!(null),
        ] {
            assert!(Band::parse("words", &bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_ratio_is_its_first_number() {
        let read = |kpi, value| kpi_number(kpi, &value).map(|n| n.to_plain_string());
        assert_eq!(read("talk_listen_ratio", json!("45:55")).as_deref(), Some("45"));
        assert_eq!(read("talk_listen_ratio", json!("0:0")).as_deref(), Some("0"));
        assert_eq!(read("sentiment_score", json!(-0.25)).as_deref(), Some("-0.25"));
        for bad in [json!("45"), json!("45:"), json!(":55"), json!("a:b"), json!([45]), json!("NaN:1")] {
            assert_eq!(read("talk_listen_ratio", bad), None);
        }
        assert_eq!(read("words", json!("45:55")), None);
    }
}
