//! Rules 1 and 2 of the definition: where a mark comes from and on what scale; and when
//! there is enough of them to score a completed attempt.

use super::*;
use crate::scoring::can_score_on_completion;

fn bound() -> Rubric {
    rubric(json!({"criteria": [
        {"name": "Discovery", "weight": 0.5, "kpi": "questions_asked", "band": [0, 4, 10, 20]},
        {"name": "Tone", "weight": 0.5}
    ]}))
}

#[test]
fn rule_1_the_first_source_that_has_a_mark_decides() {
    let evaluation = json!({"Discovery": 10, "Tone": 20});
    let kpis = json!({"questions_asked": 4});
    let breakdown = json!({"Discovery": 30, "Tone": 40});
    let all = Inputs { evaluation: Some(&evaluation), kpis: Some(&kpis), breakdown: Some(&breakdown) };
    let scored = explain(&bound(), &all).unwrap();
    assert_eq!(text(&scored).as_deref(), Some("15.00"));
    assert_eq!(sources(&scored), ["evaluation", "evaluation", "overall"]);

    let unjudged = Inputs { evaluation: None, ..all };
    let scored = explain(&bound(), &unjudged).unwrap();
    assert_eq!(text(&scored).as_deref(), Some("70.00"));
    assert_eq!(sources(&scored), ["kpi", "score_breakdown", "overall"]);

    let unmeasured = Inputs { kpis: None, ..unjudged };
    let scored = explain(&bound(), &unmeasured).unwrap();
    assert_eq!(text(&scored).as_deref(), Some("35.00"));
    assert_eq!(sources(&scored), ["score_breakdown", "score_breakdown", "overall"]);
}

#[test]
fn rule_1_a_source_that_is_not_reached_is_not_read() {
    let evaluation = json!({"Discovery": 10, "Tone": 20});
    let broken = json!({"questions_asked": [], "Tone": 900});
    let inputs = Inputs { evaluation: Some(&evaluation), kpis: Some(&broken), breakdown: Some(&broken) };
    assert_eq!(text(&explain(&bound(), &inputs).unwrap()).as_deref(), Some("15.00"));
    let stray = json!([]);
    let inputs = Inputs { evaluation: Some(&evaluation), kpis: Some(&stray), breakdown: None };
    assert!(explain(&loan_call(), &inputs).is_err_and(|e| e == ScoreError::NotEvaluated));
}

#[test]
fn rule_1_a_null_or_absent_kpi_is_no_mark() {
    let evaluation = json!({"Tone": 20});
    for kpis in [json!({}), json!({"questions_asked": null}), json!(null)] {
        let inputs = Inputs { evaluation: Some(&evaluation), kpis: Some(&kpis), breakdown: None };
        let scored = explain(&bound(), &inputs).unwrap();
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
        explain(&rubric, &Inputs { kpis: Some(&kpis), ..Inputs::default() })
    };
    for (ratio, expected) in [("45:55", "100.00"), ("25:75", "33.33"), ("64:36", "53.33"), ("0:0", "0.00")] {
        assert_eq!(text(&of(json!(ratio)).unwrap()).as_deref(), Some(expected), "{ratio}");
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
        let expected = ScoreError::MarkShape { criterion: "Call to Action".into(), column: "evaluation" };
        assert_eq!(error, expected, "{bad}");
        assert_eq!(error.message(), "mark of criterion \"Call to Action\" is not a number");
    }
}

#[test]
fn rule_1_a_column_that_is_no_object_is_an_error() {
    for bad in [json!([]), json!("x"), json!(5), json!(true)] {
        let error = evaluated(&loan_call(), bad.clone()).unwrap_err();
        assert_eq!(error, ScoreError::NotAnObject("evaluation"));
        let error = broken_down(&loan_call(), bad.clone()).unwrap_err();
        assert_eq!(error, ScoreError::NotAnObject("score_breakdown"));
        let inputs = Inputs { kpis: Some(&bad), ..Inputs::default() };
        assert_eq!(explain(&bound(), &inputs).unwrap_err(), ScoreError::NotAnObject("kpis"));
    }
}

#[test]
fn rule_2_the_scale_is_never_guessed() {
    let five = rubric(json!({
        "criteria": [{"name": "A", "weight": 1}], "scale": {"min": 1, "max": 5}
    }));
    for (mark, expected) in
        [("1", "0.00"), ("2", "25.00"), ("3.5", "62.50"), ("5", "100.00"), ("5.000", "100.00")]
    {
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
    for mark in ["0", "0.999999999999999999999", "7.000000000000000000001", "-1", "80", "1e999"] {
        let mark: Value = serde_json::from_str(mark).unwrap();
        let error = evaluated(&seven, json!({"A": {"score": mark}})).unwrap_err();
        assert!(matches!(error, ScoreError::OutOfRange { column: "evaluation", .. }), "{mark}");
        assert_eq!(error.message(), "mark of criterion \"A\" is outside 1 to 7");
    }
    for mark in [json!(-0.01), json!(100.01)] {
        let error = broken_down(&seven, json!({"A": mark})).unwrap_err();
        assert!(matches!(error, ScoreError::OutOfRange { column: "score_breakdown", .. }));
        assert_eq!(error.message(), "mark of criterion \"A\" is outside 0 to 100");
    }
    for mark in ["1e1000000", "-1e999999999", "1e-1000000"] {
        let mark: Value = serde_json::from_str(mark).unwrap();
        let error = evaluated(&seven, json!({"A": mark})).unwrap_err();
        assert!(matches!(error, ScoreError::NumberTooLong { .. }), "{mark}");
    }
}

#[test]
fn completion_scores_what_the_judge_answered_and_waits_for_what_he_did_not() {
    let measured = rubric(json!({"criteria": [
        {"name": "Discovery", "weight": 1, "kpi": "questions_asked", "band": [0, 4, 10, 20]}
    ]}));
    let (kpis, mark, stray) = (json!({"questions_asked": 4}), json!({"Tone": 5}), json!({"x": 5}));
    let (empty, null, list) = (json!({}), json!(null), json!([]));
    let none = Inputs::default();
    let with_kpis = Inputs { kpis: Some(&kpis), ..none };
    assert!(!can_score_on_completion(&bound(), &none));
    assert!(!can_score_on_completion(&bound(), &with_kpis), "the judge is still to come");
    assert!(can_score_on_completion(&measured, &with_kpis));
    assert!(!can_score_on_completion(&measured, &none));
    assert!(!can_score_on_completion(&measured, &Inputs { kpis: Some(&null), ..none }));
    for (evaluation, expected) in
        [(&mark, true), (&stray, true), (&empty, false), (&null, false), (&list, true)]
    {
        let inputs = Inputs { evaluation: Some(evaluation), ..with_kpis };
        assert_eq!(can_score_on_completion(&bound(), &inputs), expected, "{evaluation}");
    }
    for (breakdown, expected) in
        [(&mark, true), (&stray, false), (&empty, false), (&null, false), (&list, true)]
    {
        let inputs = Inputs { breakdown: Some(breakdown), ..with_kpis };
        assert_eq!(can_score_on_completion(&bound(), &inputs), expected, "{breakdown}");
    }
}
