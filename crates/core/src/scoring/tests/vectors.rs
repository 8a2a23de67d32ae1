//! Scores computed by hand: repeating decimals, halves, weights of all sorts.

use super::*;

/// A rubric of criteria c0, c1 … with these weights, and its score with these marks;
/// every number is JSON text.
fn by_hand(scale: [&str; 2], weights_and_marks: &[(&str, &str)]) -> String {
    let part = |what: fn(usize, &str, &str) -> String| {
        let parts = weights_and_marks.iter().enumerate();
        parts.map(|(at, (weight, mark))| what(at, weight, mark)).collect::<Vec<_>>().join(",")
    };
    let criteria = part(|at, weight, _| format!(r#"{{"name": "c{at}", "weight": {weight}}}"#));
    let marks = part(|at, _, mark| format!(r#""c{at}": {mark}"#));
    let [min, max] = scale;
    let json = format!(r#"{{"criteria": [{criteria}], "scale": {{"min": {min}, "max": {max}}}}}"#);
    let rubric = rubric(serde_json::from_str(&json).unwrap());
    score_of(&rubric, serde_json::from_str(&format!("{{{marks}}}")).unwrap())
}

#[test]
fn repeating_decimals_on_a_scale_of_1_to_7() {
    let seven = ["1", "7"];
    for (marks, expected) in [
        (&[("1", "2")][..], "16.67"),                                           // 100/6
        (&[("1", "3")], "33.33"),                                               // 200/6
        (&[("0.5", "2"), ("0.5", "4")], "33.33"), // rounded marks would give 33.335
        (&[("0.5", "3"), ("0.5", "6")], "58.33"), // 7/12
        (&[("0.25", "2"), ("0.3", "3"), ("0.25", "5"), ("0.2", "6")], "47.50"), // 285/6
        (&[("0.7", "2"), ("0.3", "7")], "41.67"), // (70 + 180)/6
        (&[("1", "6"), ("1", "6"), ("1", "7")], "88.89"), // 1600/18
        (&[("1", "1.0000000001")], "0.00"),
        (&[("1", "6.9999999999")], "100.00"),
    ] {
        assert_eq!(by_hand(seven, marks), expected, "{marks:?}");
    }
}

#[test]
fn halves_go_away_from_zero_and_nothing_else_does() {
    let hundred = ["0", "100"];
    for (mark, expected) in [
        ("1.005", "1.01"), // below 1.005 as binary floating point
        ("1.00499999999999999999999999999999999999", "1.00"),
        ("1.00500000000000000000000000000000000001", "1.01"),
        ("2.675", "2.68"),
        ("0.125", "0.13"), // half to even would give 0.12
        ("0.375", "0.38"),
        ("0.005", "0.01"),
        ("0.00499999999999999999", "0.00"),
        ("99.995", "100.00"),
        ("99.994999999", "99.99"),
        ("62.5e-2", "0.63"),
    ] {
        assert_eq!(by_hand(hundred, &[("1", mark)]), expected, "{mark}");
    }
    assert_eq!(by_hand(hundred, &[("0.5", "50"), ("0.5", "50.01")]), "50.01");
    assert_eq!(by_hand(hundred, &[("0.5", "50"), ("0.5", "50.0099999999999999")]), "50.00");
    assert_eq!(by_hand(["0", "800"], &[("1", "1")]), "0.13");
    assert_eq!(by_hand(["0", "800"], &[("1", "5")]), "0.63");
    // Thirds that add up to an exact half: (1/3 + 1/3 + 1/3 of 0.015) is 0.005.
    assert_eq!(by_hand(["0", "3"], &[("1", "0.00015"), ("1", "0.00015"), ("1", "0.00015")]), "0.01");
    assert_eq!(by_hand(["0", "3"], &[("1", "0.00015"), ("1", "0.00015"), ("1", "0.00014999")]), "0.00");
}

#[test]
fn weights_that_do_not_add_up_are_divided_by_their_sum() {
    let hundred = ["0", "100"];
    for (marks, expected) in [
        (&[("1", "100"), ("2", "50"), ("3", "0")][..], "33.33"),
        (&[("25", "80"), ("30", "70"), ("25", "60"), ("20", "90")], "74.00"),
        (&[("0.333", "90"), ("0.333", "80"), ("0.333", "70")], "80.00"),
        (&[("0.1", "10"), ("0.2", "20")], "16.67"),
        (&[("1e-90", "10"), ("2e-90", "20")], "16.67"),
        (&[("1e90", "10"), ("1", "100")], "10.00"),
        (&[("0", "10"), ("7", "100")], "100.00"),
    ] {
        assert_eq!(by_hand(hundred, marks), expected, "{marks:?}");
    }
}

#[test]
fn a_scale_may_be_of_fractions_and_below_zero() {
    assert_eq!(by_hand(["-1", "1"], &[("1", "0.8")]), "90.00");
    assert_eq!(by_hand(["0.1", "0.4"], &[("1", "0.2")]), "33.33");
    assert_eq!(by_hand(["-7", "-1"], &[("1", "-2")]), "83.33");
    assert_eq!(by_hand(["0", "1e-99"], &[("1", "5e-100")]), "50.00");
}

#[test]
fn bands_of_different_widths_are_added_exactly() {
    // 1/3 + 2/7 + 1/2 of 100, by weights 3, 7, 2: (100 + 200 + 100)/12.
    let rubric = rubric(json!({"criteria": [
        {"name": "a", "weight": 3, "kpi": "words", "band": [0, 3, 5, 5]},
        {"name": "b", "weight": 7, "kpi": "utterances", "band": [0, 0, 0, 7]},
        {"name": "c", "weight": 2}
    ]}));
    let (evaluation, kpis) = (json!({"c": 50}), json!({"words": 1, "utterances": 5}));
    let inputs = Inputs { evaluation: Some(&evaluation), kpis: Some(&kpis), breakdown: None };
    let scored = explain(&rubric, &inputs).unwrap();
    assert_eq!(text(&scored).as_deref(), Some("33.33"));
    let breakdown = Value::Object(scored.breakdown).to_string();
    assert_eq!(breakdown, r#"{"a":33.33,"b":28.57,"c":50}"#);
}
