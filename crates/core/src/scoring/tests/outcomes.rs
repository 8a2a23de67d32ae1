//! Rules 3, 5 and 6 of the definition: what the marks make of an attempt.

use super::*;
use crate::scoring::Source;

#[test]
fn rule_3_null_is_left_out_and_weights_are_renormalised() {
    let marks = json!({
        "Rapport Building": 80, "Objection Handling": null,
        "Call to Action": 60, "Professionalism": 90
    });
    let scored = evaluated(&loan_call(), marks).unwrap();
    assert_eq!(text(&scored).as_deref(), Some("75.71")); // 53 / 0.7
    assert_eq!(scored.passed, Some(true));
    assert_eq!(scored.breakdown["Objection Handling"], Value::Null);
}

#[test]
fn rule_3_all_null_is_no_score() {
    let marks = json!({
        "Rapport Building": null, "Objection Handling": {"score": null},
        "Call to Action": null, "Professionalism": null
    });
    let scored = evaluated(&loan_call(), marks).unwrap();
    assert_eq!((scored.score, scored.passed), (None, None));
    assert_eq!(scored.breakdown.len(), 4);
    assert!(scored.breakdown.values().all(Value::is_null));
}

#[test]
fn rule_3_no_weight_that_applies_is_no_score() {
    let rubric = rubric(json!({"criteria": [
        {"name": "A", "weight": 0}, {"name": "B", "weight": 1}
    ]}));
    let scored = evaluated(&rubric, json!({"A": 80, "B": null})).unwrap();
    assert_eq!((scored.score, scored.passed), (None, None));
    assert_eq!(score_of(&rubric, json!({"A": 80, "B": 40})), "40.00");
}

#[test]
fn rule_3_absent_counts_nothing_and_cannot_pass() {
    let marks = json!({"Rapport Building": 80, "Call to Action": 60, "Professionalism": 90});
    let scored = evaluated(&loan_call(), marks).unwrap();
    assert_eq!(text(&scored).as_deref(), Some("53.00"));
    assert_eq!(scored.passed, Some(false));
    assert!(!scored.breakdown.contains_key("Objection Handling"));
    assert_eq!(scored.lines[1].source, Source::Missing);
}

#[test]
fn rule_3_no_mark_at_all_is_not_evaluated() {
    let rubric = loan_call();
    assert_eq!(explain(&rubric, &Inputs::default()).unwrap_err(), ScoreError::NotEvaluated);
    for nothing in [
        json!({}),
        json!(null),
        json!({"Unknown": 80}),
        json!({"rapport building": 80}),
        json!({"Rapport Building": null}),
    ] {
        assert_eq!(evaluated(&rubric, nothing).unwrap_err(), ScoreError::NotEvaluated);
    }
}

#[test]
fn rule_3_unknown_names_are_ignored_and_listed() {
    let rubric = rubric(json!({"criteria": [{"name": "A", "weight": 1}]}));
    let evaluation = json!({"A": 50, "zeal": "NaN", "B": 1e9});
    let breakdown = json!({"C": [], "B": 3});
    let inputs = Inputs { evaluation: Some(&evaluation), breakdown: Some(&breakdown), kpis: None };
    let scored = explain(&rubric, &inputs).unwrap();
    assert_eq!(text(&scored).as_deref(), Some("50.00"));
    assert_eq!(scored.passed, Some(true));
    assert_eq!(Value::Object(scored.breakdown.clone()), json!({"A": 50}));
    let names: Vec<_> = scored.lines.iter().map(|line| line.criterion.as_deref()).collect();
    assert_eq!(names, [Some("A"), Some("B"), Some("C"), Some("zeal"), None]);
    assert_eq!(sources(&scored), ["evaluation", "unknown", "unknown", "unknown", "overall"]);
}

#[test]
fn rule_5_the_threshold_is_inclusive_and_changes_no_number() {
    let with =
        |threshold: Value| rubric(json!({"criteria": [{"name": "A", "weight": 1}], "threshold": threshold}));
    for (threshold, passed) in
        [(json!(66.67), true), (json!(66.68), false), (json!(0), true), (json!(null), true)]
    {
        let scored = evaluated(&with(threshold), json!({"A": 66.665})).unwrap();
        assert_eq!(text(&scored).as_deref(), Some("66.67"));
        assert_eq!(scored.passed, Some(passed));
    }
}

#[test]
fn rule_5_a_failed_critical_criterion_fails_the_attempt_and_keeps_the_number() {
    let with = |critical: bool| {
        rubric(json!({"criteria": [
            {"name": "Disclosure", "weight": 0.1, "threshold": 50, "critical": critical},
            {"name": "Tone", "weight": 0.9}
        ], "threshold": 60}))
    };
    for (mark, critical, passed) in
        [(49.99, true, false), (50.0, true, true), (49.99, false, true), (0.0, false, true)]
    {
        let marks = json!({"Disclosure": mark, "Tone": 90});
        let scored = evaluated(&with(critical), marks.clone()).unwrap();
        assert_eq!(scored.passed, Some(passed), "{marks} {critical}");
        assert_eq!(text(&scored), text(&evaluated(&with(!critical), marks).unwrap()));
    }
    let scored = evaluated(&with(true), json!({"Disclosure": null, "Tone": 90})).unwrap();
    assert_eq!(scored.passed, Some(true));
}

#[test]
fn rule_5_a_critical_criterion_without_a_threshold_takes_the_rubrics() {
    let critical = json!([{"name": "A", "weight": 0.1, "critical": true}, {"name": "B", "weight": 0.9}]);
    let with = rubric(json!({"criteria": critical, "threshold": 60}));
    let without = rubric(json!({"criteria": critical}));
    for (mark, passed_with, passed_without) in
        [(60.0, true, true), (59.0, false, true), (0.01, false, true), (0.0, false, false)]
    {
        let marks = json!({"A": mark, "B": 100});
        assert_eq!(evaluated(&with, marks.clone()).unwrap().passed, Some(passed_with), "{mark}");
        assert_eq!(evaluated(&without, marks).unwrap().passed, Some(passed_without), "{mark}");
    }
    assert_eq!(evaluated(&without, json!({"B": 100})).unwrap().passed, Some(false));
}

#[test]
fn rule_6_an_existing_breakdown_is_kept_to_the_letter() {
    let breakdown: Value = serde_json::from_str(
        r#"{"Rapport Building": 80.50, "Objection Handling": {"score": 70.123456},
            "Call to Action": null, "Old name": 5}"#,
    )
    .unwrap();
    let scored = broken_down(&loan_call(), breakdown).unwrap();
    let written = Value::Object(scored.breakdown.clone()).to_string();
    assert_eq!(written, r#"{"Call to Action":null,"Objection Handling":70.123456,"Rapport Building":80.50}"#);
    let again = broken_down(&loan_call(), Value::Object(scored.breakdown.clone())).unwrap();
    assert_eq!(again.score, scored.score);
    assert_eq!(again.breakdown, scored.breakdown);
    assert_eq!(again.passed, Some(false));
}

#[test]
fn rule_6_an_existing_breakdown_is_not_rounded_before_the_sum() {
    let thirds = rubric(json!({"criteria": [
        {"name": "A", "weight": 1}, {"name": "B", "weight": 1}, {"name": "C", "weight": 1}
    ]}));
    let scored = broken_down(&thirds, json!({"A": 10.004, "B": 10.004, "C": 10.008})).unwrap();
    assert_eq!(text(&scored).as_deref(), Some("10.01")); // 10.00533…; from rounded marks 10.0033…
}
