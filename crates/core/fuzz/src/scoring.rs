//! A rubric and marks: whatever they are, scoring refuses them or gives 0 to 100.

use bigdecimal::BigDecimal;
use callcoach_core::scoring::{Inputs, Rubric, can_score_on_completion, explain, score, to_plain_string};
use serde_json::Value;

/// Bytes as JSON text: `{"rubric", "evaluation"?, "kpis"?, "score_breakdown"?}`, as the columns
/// are called.
pub fn scoring(bytes: &[u8]) {
    let Ok(input) = serde_json::from_slice::<Value>(bytes) else { return };
    let Some(rubric) = input.get("rubric") else { return };
    let may_be_written = Rubric::validate_for_write(rubric).inspect_err(|e| is_said(&e.message()));
    let rubric = match Rubric::parse(rubric) {
        Ok(rubric) => rubric,
        Err(refused) => {
            assert!(may_be_written.is_err());
            is_said(&refused.message());
            drop(refused.hint());
            return;
        }
    };
    let inputs = Inputs {
        evaluation: input.get("evaluation"),
        kpis: input.get("kpis"),
        breakdown: input.get("score_breakdown"),
    };
    can_score_on_completion(&rubric, &inputs);

    let scored = score(&rubric, &inputs);
    let explained = explain(&rubric, &inputs);
    let (written, explained) = match (scored, explained) {
        (Ok(written), Ok(explained)) => (written, explained),
        (scored, explained) => {
            assert_eq!(scored.as_ref().err(), explained.as_ref().err());
            let refused = scored.err();
            refused.inspect(|e| is_said(&e.message())).inspect(|e| drop((e.detail(), e.hint())));
            return;
        }
    };
    assert_eq!((&written.score, &written.breakdown), (&explained.score, &explained.breakdown));
    assert_eq!(explained.passed.is_some(), written.score.is_some());
    written.score.iter().for_each(is_score);
    for shown in written.breakdown.values().filter(|value| !value.is_null()) {
        assert!(shown.as_f64().is_some_and(|shown| (0.0..=100.0).contains(&shown)), "{shown}");
    }
    for line in &explained.lines {
        let numbers = [&line.weight, &line.applied_weight, &line.mark, &line.score, &line.threshold];
        numbers.into_iter().flatten().for_each(|number| drop(to_plain_string(number)));
    }
    check_again(&rubric, &written.score, Value::Object(written.breakdown));
}

/// Scoring what was written gives the same but for the rounding, and then the same for ever.
fn check_again(rubric: &Rubric, first: &Option<BigDecimal>, breakdown: Value) {
    let again = score(rubric, &Inputs { breakdown: Some(&breakdown), ..Inputs::default() });
    assert!(again.is_ok(), "{again:?}");
    let Ok(again) = again else { return };
    assert_eq!(Value::Object(again.breakdown), breakdown);
    match (first, again.score) {
        (Some(first), Some(again)) => assert!((first - again).abs() <= BigDecimal::new(1.into(), 2)),
        (first, again) => assert_eq!(*first, again),
    }
}

fn is_score(score: &BigDecimal) {
    assert!(*score >= 0 && *score <= 100, "{score}");
    assert_eq!(to_plain_string(score).split_once('.').map(|(_, decimals)| decimals.len()), Some(2));
}

/// A message is one line, and no longer than a line should be, whatever the names are.
fn is_said(message: &str) {
    assert!(!message.is_empty() && message.len() < 2_000, "{message}");
}
