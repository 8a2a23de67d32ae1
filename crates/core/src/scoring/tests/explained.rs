//! What `explain_score` shows: every column of every kind of line.

use super::*;
use crate::scoring::CriterionLine;

/// A line as text, column by column; `-` is NULL.
fn shown(line: &CriterionLine) -> String {
    let number = |n: &Option<_>| n.as_ref().map_or("-".into(), to_plain_string);
    let truth = |b: Option<bool>| b.map_or("-".into(), |b| b.to_string());
    [
        line.criterion.clone().unwrap_or("-".into()),
        number(&line.weight),
        number(&line.applied_weight),
        number(&line.mark),
        number(&line.score),
        number(&line.threshold),
        truth(line.passed),
        truth(line.critical),
        line.source.as_str().into(),
    ]
    .join(" ")
}

fn lines(scored: &Scored) -> Vec<String> {
    scored.lines.iter().map(shown).collect()
}

#[test]
fn every_kind_of_line_in_order() {
    let rubric = rubric(
        serde_json::from_str(
            r#"{"criteria": [
            {"name": "Judged", "weight": 0.20, "threshold": 60},
            {"name": "Measured", "weight": 0.3, "kpi": "questions_asked", "band": [0, 3, 10, 20]},
            {"name": "Before", "weight": 0.1, "critical": true},
            {"name": "Gone", "weight": 0.1, "threshold": 10},
            {"name": "Void", "weight": 0.3, "critical": true}
        ], "scale": {"min": 1, "max": 7}, "threshold": 55.5}"#,
        )
        .unwrap(),
    );
    let evaluation = json!({"Judged": {"score": 5.0}, "Void": null, "Extra": 3});
    let kpis = json!({"questions_asked": 2});
    let breakdown = json!({"Before": 55.499, "Judged": 1, "Aside": 4});
    let inputs = Inputs { evaluation: Some(&evaluation), kpis: Some(&kpis), breakdown: Some(&breakdown) };
    let scored = explain(&rubric, &inputs).unwrap();
    // (0.2·66.6… + 0.3·66.6… + 0.1·55.499) / 0.7 = 55.5475714…
    assert_eq!(
        lines(&scored),
        [
            "Judged 0.20 0.285714 5.0 66.67 60 true false evaluation",
            "Measured 0.3 0.428571 2 66.67 - - false kpi",
            "Before 0.1 0.142857 55.499 55.499 55.5 false true score_breakdown",
            "Gone 0.1 0.142857 - 0 10 false false missing",
            "Void 0.3 0.000000 - - 55.5 - true not_applicable",
            "Aside - - - - - - - unknown",
            "Extra - - - - - - - unknown",
            "- 1.00 1 - 55.55 55.5 false - overall",
        ]
    );
}

#[test]
fn nothing_applicable_shows_no_score() {
    let rubric = rubric(json!({"criteria": [
        {"name": "A", "weight": 0, "critical": true}, {"name": "B", "weight": 1}
    ], "threshold": 60}));
    let scored = evaluated(&rubric, json!({"A": 50, "B": null})).unwrap();
    assert_eq!(
        lines(&scored),
        [
            "A 0 0 50 50.00 60 false true evaluation",
            "B 1 0 - - - - false not_applicable",
            "- 1 0 - - 60 - - overall",
        ]
    );
}

#[test]
fn a_critical_criterion_without_any_threshold_has_to_earn_something() {
    let rubric = rubric(json!({"criteria": [
        {"name": "A", "weight": 0.5, "critical": true}, {"name": "B", "weight": 0.5, "critical": true}
    ]}));
    let scored = evaluated(&rubric, json!({"A": 0.01, "B": 0})).unwrap();
    assert_eq!(
        lines(&scored),
        [
            "A 0.5 0.500000 0.01 0.01 - true true evaluation",
            "B 0.5 0.500000 0 0.00 - false true evaluation",
            "- 1.0 1 - 0.01 - false - overall",
        ]
    );
}
