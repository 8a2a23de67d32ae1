//! The numbered rules of the definition.

use super::*;
use crate::scoring::{Source, can_score_on_completion};

fn bound() -> Rubric {
    rubric(json!({"criteria": [
        {"name": "Discovery", "weight": 0.5, "kpi": "questions_asked", "band": [0, 4, 10, 20]},
        {"name": "Tone", "weight": 0.5}
    ]}))
}

fn sources(scored: &Scored) -> Vec<&'static str> {
    scored
        .lines
        .iter()
        .map(|line| line.source.as_str())
        .collect()
}

#[test]
fn rule_1_the_first_source_that_has_a_mark_decides() {
    let evaluation = json!({"Discovery": 10, "Tone": 20});
    let kpis = json!({"questions_asked": 4});
    let breakdown = json!({"Discovery": 30, "Tone": 40});
    let all = Inputs {
        evaluation: Some(&evaluation),
        kpis: Some(&kpis),
        breakdown: Some(&breakdown),
    };
    let scored = score(&bound(), &all).unwrap();
    assert_eq!(text(&scored).as_deref(), Some("15.00"));
    assert_eq!(sources(&scored), ["evaluation", "evaluation", "overall"]);

    let unjudged = Inputs {
        evaluation: None,
        ..all
    };
    let scored = score(&bound(), &unjudged).unwrap();
    assert_eq!(text(&scored).as_deref(), Some("70.00"));
    assert_eq!(sources(&scored), ["kpi", "score_breakdown", "overall"]);

    let unmeasured = Inputs {
        kpis: None,
        ..unjudged
    };
    let scored = score(&bound(), &unmeasured).unwrap();
    assert_eq!(text(&scored).as_deref(), Some("35.00"));
    assert_eq!(
        sources(&scored),
        ["score_breakdown", "score_breakdown", "overall"]
    );
}

#[test]
fn rule_1_a_source_that_is_not_reached_is_not_read() {
    let evaluation = json!({"Discovery": 10, "Tone": 20});
    let broken = json!({"questions_asked": [], "Tone": 900});
    let inputs = Inputs {
        evaluation: Some(&evaluation),
        kpis: Some(&broken),
        breakdown: Some(&broken),
    };
    assert_eq!(
        text(&score(&bound(), &inputs).unwrap()).as_deref(),
        Some("15.00")
    );
    let stray = json!([]);
    let inputs = Inputs {
        evaluation: Some(&evaluation),
        kpis: Some(&stray),
        breakdown: None,
    };
    assert!(score(&loan_call(), &inputs).is_err_and(|e| e == ScoreError::NotEvaluated));
}

#[test]
fn rule_1_a_null_or_absent_kpi_is_no_mark() {
    let evaluation = json!({"Tone": 20});
    for kpis in [json!({}), json!({"questions_asked": null}), json!(null)] {
        let inputs = Inputs {
            evaluation: Some(&evaluation),
            kpis: Some(&kpis),
            breakdown: None,
        };
        let scored = score(&bound(), &inputs).unwrap();
        assert_eq!(sources(&scored), ["missing", "evaluation", "overall"]);
        assert_eq!(text(&scored).as_deref(), Some("10.00"));
    }
}

#[test]
fn rule_1_a_talk_listen_ratio_is_its_first_number() {
    let rubric = rubric(json!({"criteria": [
        {"name": "Listening", "weight": 1, "kpi": "talk_listen_ratio", "band": [20, 35, 50, 80]}
    ]}));
    let of = |ratio: Value| {
        let kpis = json!({"talk_listen_ratio": ratio});
        score(
            &rubric,
            &Inputs {
                kpis: Some(&kpis),
                ..Inputs::default()
            },
        )
    };
    for (ratio, expected) in [
        ("45:55", "100.00"),
        ("25:75", "33.33"),
        ("64:36", "53.33"),
        ("0:0", "0.00"),
    ] {
        assert_eq!(
            text(&of(json!(ratio)).unwrap()).as_deref(),
            Some(expected),
            "{ratio}"
        );
    }
    for bad in [json!("NaN:1"), json!("45"), json!({}), json!(true)] {
        let error = of(bad).unwrap_err();
        let (criterion, kpi) = ("Listening".into(), "talk_listen_ratio");
        assert_eq!(error, ScoreError::KpiValue { criterion, kpi });
    }
}

#[test]
fn rule_1_a_mark_is_a_number_or_an_object_with_a_score() {
    let marks = json!({
        "Rapport Building": {"score": 80, "why": "warm"},
        "Objection Handling": 70.5,
        "Call to Action": {"score": null},
        "Professionalism": null
    });
    assert_eq!(score_of(&loan_call(), marks), "74.82"); // (20 + 21.15) / 0.55 = 74.8181…
    for bad in [
        json!("80"),
        json!("NaN"),
        json!(true),
        json!([80]),
        json!({}),
        json!({"score": "80"}),
        json!({"score": {"score": 1}}),
    ] {
        let error = evaluated(&loan_call(), json!({"Call to Action": bad})).unwrap_err();
        let expected = ScoreError::MarkShape {
            criterion: "Call to Action".into(),
            column: "evaluation",
        };
        assert_eq!(error, expected, "{bad}");
        assert_eq!(
            error.message(),
            "mark of criterion \"Call to Action\" is not a number"
        );
    }
}

#[test]
fn rule_1_a_column_that_is_no_object_is_an_error() {
    for bad in [json!([]), json!("x"), json!(5), json!(true)] {
        let error = evaluated(&loan_call(), bad.clone()).unwrap_err();
        assert_eq!(error, ScoreError::NotAnObject("evaluation"));
        let error = broken_down(&loan_call(), bad.clone()).unwrap_err();
        assert_eq!(error, ScoreError::NotAnObject("score_breakdown"));
        let inputs = Inputs {
            kpis: Some(&bad),
            ..Inputs::default()
        };
        assert_eq!(
            score(&bound(), &inputs).unwrap_err(),
            ScoreError::NotAnObject("kpis")
        );
    }
}

#[test]
fn rule_2_the_scale_is_never_guessed() {
    let five = rubric(json!({
        "criteria": [{"name": "A", "weight": 1}], "scale": {"min": 1, "max": 5}
    }));
    for (mark, expected) in [
        ("1", "0.00"),
        ("2", "25.00"),
        ("3.5", "62.50"),
        ("5", "100.00"),
        ("5.000", "100.00"),
    ] {
        let mark: Value = serde_json::from_str(mark).unwrap();
        assert_eq!(score_of(&five, json!({"A": mark})), expected);
    }
    let plain = rubric(json!({"criteria": [{"name": "A", "weight": 1}]}));
    assert_eq!(score_of(&plain, json!({"A": 0.8})), "0.80");
    assert_eq!(score_of(&plain, json!({"A": 4})), "4.00");
    let below = rubric(json!({
        "criteria": [{"name": "A", "weight": 1}], "scale": {"min": -2, "max": 1}
    }));
    assert_eq!(score_of(&below, json!({"A": -1})), "33.33");
}

#[test]
fn rule_2_out_of_range_is_an_error() {
    let seven = rubric(json!({
        "criteria": [{"name": "A", "weight": 1}], "scale": {"min": 1, "max": 7}
    }));
    for mark in [
        "0",
        "0.999999999999999999999",
        "7.000000000000000000001",
        "-1",
        "80",
        "1e999",
    ] {
        let mark: Value = serde_json::from_str(mark).unwrap();
        let error = evaluated(&seven, json!({"A": {"score": mark}})).unwrap_err();
        assert!(
            matches!(
                error,
                ScoreError::OutOfRange {
                    column: "evaluation",
                    ..
                }
            ),
            "{mark}"
        );
        assert_eq!(error.message(), "mark of criterion \"A\" is outside 1 to 7");
    }
    for mark in [json!(-0.01), json!(100.01)] {
        let error = broken_down(&seven, json!({"A": mark})).unwrap_err();
        assert!(matches!(
            error,
            ScoreError::OutOfRange {
                column: "score_breakdown",
                ..
            }
        ));
        assert_eq!(
            error.message(),
            "mark of criterion \"A\" is outside 0 to 100"
        );
    }
    for mark in ["1e1000000", "-1e999999999", "1e-1000000"] {
        let mark: Value = serde_json::from_str(mark).unwrap();
        let error = evaluated(&seven, json!({"A": mark})).unwrap_err();
        assert!(matches!(error, ScoreError::NumberTooLong { .. }), "{mark}");
    }
}

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
    assert_eq!(
        score(&rubric, &Inputs::default()).unwrap_err(),
        ScoreError::NotEvaluated
    );
    for nothing in [
        json!({}),
        json!(null),
        json!({"Unknown": 80}),
        json!({"rapport building": 80}),
        json!({"Rapport Building": null}),
    ] {
        assert_eq!(
            evaluated(&rubric, nothing).unwrap_err(),
            ScoreError::NotEvaluated
        );
    }
}

#[test]
fn rule_3_unknown_names_are_ignored_and_listed() {
    let rubric = rubric(json!({"criteria": [{"name": "A", "weight": 1}]}));
    let evaluation = json!({"A": 50, "zeal": "NaN", "B": 1e9});
    let breakdown = json!({"C": [], "B": 3});
    let inputs = Inputs {
        evaluation: Some(&evaluation),
        breakdown: Some(&breakdown),
        kpis: None,
    };
    let scored = score(&rubric, &inputs).unwrap();
    assert_eq!(text(&scored).as_deref(), Some("50.00"));
    assert_eq!(scored.passed, Some(true));
    assert_eq!(Value::Object(scored.breakdown.clone()), json!({"A": 50}));
    let names: Vec<_> = scored
        .lines
        .iter()
        .map(|line| line.criterion.as_deref())
        .collect();
    assert_eq!(names, [Some("A"), Some("B"), Some("C"), Some("zeal"), None]);
    assert_eq!(
        sources(&scored),
        ["evaluation", "unknown", "unknown", "unknown", "overall"]
    );
}

#[test]
fn rule_5_the_threshold_is_inclusive_and_changes_no_number() {
    let with = |threshold: Value| {
        rubric(json!({"criteria": [{"name": "A", "weight": 1}], "threshold": threshold}))
    };
    for (threshold, passed) in [
        (json!(66.67), true),
        (json!(66.68), false),
        (json!(0), true),
        (json!(null), true),
    ] {
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
    for (mark, critical, passed) in [
        (49.99, true, false),
        (50.0, true, true),
        (49.99, false, true),
        (0.0, false, true),
    ] {
        let marks = json!({"Disclosure": mark, "Tone": 90});
        let scored = evaluated(&with(critical), marks.clone()).unwrap();
        assert_eq!(scored.passed, Some(passed), "{marks} {critical}");
        assert_eq!(
            text(&scored),
            text(&evaluated(&with(!critical), marks).unwrap())
        );
    }
    let scored = evaluated(&with(true), json!({"Disclosure": null, "Tone": 90})).unwrap();
    assert_eq!(scored.passed, Some(true));
}

#[test]
fn rule_5_a_critical_criterion_without_a_threshold_takes_the_rubrics() {
    let critical =
        json!([{"name": "A", "weight": 0.1, "critical": true}, {"name": "B", "weight": 0.9}]);
    let with = rubric(json!({"criteria": critical, "threshold": 60}));
    let without = rubric(json!({"criteria": critical}));
    for (mark, passed_with, passed_without) in [
        (60.0, true, true),
        (59.0, false, true),
        (0.01, false, true),
        (0.0, false, false),
    ] {
        let marks = json!({"A": mark, "B": 100});
        assert_eq!(
            evaluated(&with, marks.clone()).unwrap().passed,
            Some(passed_with),
            "{mark}"
        );
        assert_eq!(
            evaluated(&without, marks).unwrap().passed,
            Some(passed_without),
            "{mark}"
        );
    }
    assert_eq!(
        evaluated(&without, json!({"B": 100})).unwrap().passed,
        Some(false)
    );
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
    assert_eq!(
        written,
        r#"{"Call to Action":null,"Objection Handling":70.123456,"Rapport Building":80.50}"#
    );
    let again = broken_down(&loan_call(), Value::Object(scored.breakdown.clone())).unwrap();
    assert_eq!(again.score, scored.score);
    assert_eq!(again.breakdown, scored.breakdown);
    assert_eq!(again.passed, Some(false));
}

#[test]
fn completion_scores_what_the_judge_answered_and_waits_for_what_he_did_not() {
    let measured = rubric(json!({"criteria": [
        {"name": "Discovery", "weight": 1, "kpi": "questions_asked", "band": [0, 4, 10, 20]}
    ]}));
    let (kpis, mark, stray) = (
        json!({"questions_asked": 4}),
        json!({"Tone": 5}),
        json!({"x": 5}),
    );
    let (empty, null, list) = (json!({}), json!(null), json!([]));
    let none = Inputs::default();
    let with_kpis = Inputs {
        kpis: Some(&kpis),
        ..none
    };
    assert!(!can_score_on_completion(&bound(), &none));
    assert!(
        !can_score_on_completion(&bound(), &with_kpis),
        "the judge is still to come"
    );
    assert!(can_score_on_completion(&measured, &with_kpis));
    assert!(!can_score_on_completion(&measured, &none));
    assert!(!can_score_on_completion(
        &measured,
        &Inputs {
            kpis: Some(&null),
            ..none
        }
    ));
    for (evaluation, expected) in [
        (&mark, true),
        (&stray, true),
        (&empty, false),
        (&null, false),
        (&list, true),
    ] {
        let inputs = Inputs {
            evaluation: Some(evaluation),
            ..with_kpis
        };
        assert_eq!(
            can_score_on_completion(&bound(), &inputs),
            expected,
            "{evaluation}"
        );
    }
    for (breakdown, expected) in [
        (&mark, true),
        (&stray, false),
        (&empty, false),
        (&null, false),
        (&list, true),
    ] {
        let inputs = Inputs {
            breakdown: Some(breakdown),
            ..with_kpis
        };
        assert_eq!(
            can_score_on_completion(&bound(), &inputs),
            expected,
            "{breakdown}"
        );
    }
}
