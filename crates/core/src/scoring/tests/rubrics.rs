//! What a rubric may look like: rule 4 of the definition, and the shape of the rest.

use super::*;
use crate::scoring::{KNOWN_KPIS, RubricError};

fn error(value: Value) -> RubricError {
    Rubric::parse(&value).err().unwrap_or_else(|| panic!("read: {value}"))
}

/// The error of a rubric with this one criterion, A by name.
fn criterion_error(mut criterion: Value) -> RubricError {
    criterion["name"] = json!("A");
    error(json!({"criteria": [criterion]}))
}

fn weighted(weights: &[&str]) -> Value {
    let criteria: Vec<String> = weights
        .iter()
        .enumerate()
        .map(|(at, weight)| format!(r#"{{"name": "c{at}", "weight": {weight}}}"#))
        .collect();
    serde_json::from_str(&format!(r#"{{"criteria": [{}]}}"#, criteria.join(","))).unwrap()
}

#[test]
fn rule_4_weights_being_written_add_up_to_one() {
    for good in [
        vec!["0.25", "0.3", "0.25", "0.2"],
        vec!["1"],
        vec!["1e0", "0"],
        vec!["0.333", "0.333", "0.333"],
        vec!["0.334", "0.334", "0.333"],
        vec!["0.1"; 10],
    ] {
        assert_eq!(Rubric::validate_for_write(&weighted(&good)), Ok(()), "{good:?}");
    }
    for (bad, sum) in [
        (vec!["0.5", "0.4989999"], "0.9989999"),
        (vec!["0.5", "0.5010000000000000000001"], "1.0010000000000000000001"),
        (vec!["25", "75"], "100"),
        (vec!["0.5"], "0.5"),
    ] {
        let error = Rubric::validate_for_write(&weighted(&bad)).unwrap_err();
        assert_eq!(error, RubricError::WeightSum(sum.parse().unwrap()));
        assert_eq!(error.message(), format!("weights of the rubric add up to {sum}, not to 1"));
    }
}

#[test]
fn rule_4_a_stored_rubric_is_divided_by_its_sum() {
    let rubric = rubric(weighted(&["1", "2", "3"]));
    assert_eq!(score_of(&rubric, json!({"c0": 100, "c1": 50, "c2": 0})), "33.33");
    assert_eq!(error(weighted(&["0", "0.0", "0e5"])), RubricError::NoWeight);
}

#[test]
fn rule_4_weights_are_numbers_of_zero_or_more() {
    for bad in ["-0.1", "\"0.5\"", "null", "true", "[1]", "1e101", "1e999999999"] {
        assert_eq!(error(weighted(&["1", bad])), RubricError::Weight("c1".into()), "{bad}");
    }
    assert_eq!(criterion_error(json!({})), RubricError::Weight("A".into()));
    assert!(Rubric::parse(&weighted(&["1", "-0"])).is_ok());
}

#[test]
fn rule_4_names_are_unique_and_not_empty() {
    for bad in [json!(""), json!(" \t"), json!(5), json!(null)] {
        let criteria = json!([{"name": "A", "weight": 1}, {"name": bad, "weight": 1}]);
        assert_eq!(error(json!({"criteria": criteria})), RubricError::NoName(2));
    }
    assert_eq!(error(json!({"criteria": [{"weight": 1}]})), RubricError::NoName(1));
    let twice = json!([{"name": "A", "weight": 1}, {"name": "b", "weight": 0}, {"name": "A", "weight": 0}]);
    assert_eq!(error(json!({"criteria": twice})), RubricError::DuplicateName("A".into()));
    let near = json!([{"name": "A", "weight": 1}, {"name": "a", "weight": 0}]);
    assert!(Rubric::parse(&json!({"criteria": near})).is_ok());
}

#[test]
fn criteria_are_a_list_of_at_most_a_thousand_objects() {
    for bad in [json!(null), json!([]), json!("x"), json!(1)] {
        assert_eq!(error(bad), RubricError::NotAnObject);
    }
    for bad in [json!({}), json!({"criteria": []}), json!({"criteria": {}}), json!({"criteria": null})] {
        assert_eq!(error(bad), RubricError::NoCriteria);
    }
    let mixed = json!({"criteria": [{"name": "A", "weight": 1}, "B"]});
    assert_eq!(error(mixed), RubricError::CriterionNotAnObject(2));
    assert!(Rubric::parse(&weighted(&["1"; 1_000])).is_ok());
    assert_eq!(error(weighted(&["1"; 1_001])), RubricError::TooManyCriteria(1_001));
}

#[test]
fn the_scale_is_two_numbers_in_order() {
    let criteria = json!([{"name": "A", "weight": 1}]);
    for bad in [
        json!({"min": 5, "max": 1}),
        json!({"min": 1, "max": 1.0}),
        json!({"min": 1}),
        json!({"max": 5}),
        json!({"min": "1", "max": 5}),
        json!({"min": null, "max": 5}),
        json!({}),
        json!([1, 5]),
        json!(5),
    ] {
        assert_eq!(error(json!({"criteria": criteria, "scale": bad})), RubricError::Scale, "{bad}");
    }
    assert!(Rubric::parse(&json!({"criteria": criteria, "scale": null})).is_ok());
}

#[test]
fn thresholds_are_numbers_and_critical_is_a_boolean() {
    for bad in [json!("60"), json!(true), json!([60])] {
        let criteria = json!([{"name": "A", "weight": 1}]);
        let rubric = json!({"criteria": criteria, "threshold": bad});
        assert_eq!(error(rubric), RubricError::Threshold(None));
        let of_criterion = criterion_error(json!({"weight": 1, "threshold": bad}));
        assert_eq!(of_criterion, RubricError::Threshold(Some("A".into())));
    }
    for bad in [json!("true"), json!(1)] {
        let error = criterion_error(json!({"weight": 1, "critical": bad}));
        assert_eq!(error, RubricError::Critical("A".into()));
    }
    let read = rubric(json!({"criteria": [{"name": "A", "weight": 1}], "threshold": 72.5}));
    assert_eq!(read.threshold().map(to_plain_string).as_deref(), Some("72.5"));
    assert!(loan_call().threshold().is_none());
}

#[test]
fn a_kpi_is_known_and_has_a_band() {
    for kpi in KNOWN_KPIS {
        let criterion = json!({"name": "A", "weight": 1, "kpi": kpi, "band": [0, 1, 2, 3]});
        assert_eq!(Rubric::validate_for_write(&json!({"criteria": [criterion]})), Ok(()));
    }
    for (bad, named) in [(json!("talk"), "talk"), (json!("Words"), "Words"), (json!(5), "")] {
        let unknown = criterion_error(json!({"weight": 1, "kpi": bad, "band": [0, 1, 2, 3]}));
        let (criterion, kpi) = ("A".into(), named.into());
        assert_eq!(unknown, RubricError::UnknownKpi { criterion, kpi });
        assert!(unknown.hint().unwrap().contains("talk_listen_ratio"));
    }
    for bad in [json!(null), json!([0, 1, 2]), json!([3, 2, 1, 0]), json!("0")] {
        let error = criterion_error(json!({"weight": 1, "kpi": "words", "band": bad}));
        assert_eq!(error, RubricError::Band("A".into()));
    }
    assert_eq!(criterion_error(json!({"weight": 1, "kpi": "words"})), RubricError::Band("A".into()));
}

#[test]
fn a_band_without_a_kpi_is_read_but_not_written() {
    let value = json!({"criteria": [{"name": "A", "weight": 1, "band": [0, 1, 2, 3]}]});
    assert!(Rubric::parse(&value).is_ok());
    assert_eq!(Rubric::validate_for_write(&value), Err(RubricError::BandWithoutKpi("A".into())));
}

#[test]
fn keys_of_others_are_allowed() {
    let value = json!({"criteria": [
        {"name": "A", "weight": 1, "description": "Did they?", "examples": [1, {}], "kpi": null,
         "band": null, "threshold": null, "critical": null}
    ], "scale": null, "threshold": null, "version": "3"});
    assert_eq!(Rubric::validate_for_write(&value), Ok(()));
}

#[test]
fn every_message_is_one_line_and_names_are_cut() {
    let long = "n".repeat(10_000);
    for error in [
        RubricError::DuplicateName(long.clone()),
        RubricError::Weight(long.clone()),
        RubricError::Threshold(Some(long.clone())),
        RubricError::Critical(long.clone()),
        RubricError::UnknownKpi { criterion: long.clone(), kpi: long.clone() },
        RubricError::Band(long.clone()),
        RubricError::BandWithoutKpi(long.clone()),
    ] {
        let message = error.message();
        assert!(message.chars().count() < 250, "{message}");
        assert!(message.contains(&format!("\"{}…\"", "n".repeat(64))));
    }
}
