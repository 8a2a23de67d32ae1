//! What holds for any rubric and any marks.

use bigdecimal::BigDecimal;
use proptest::prelude::*;
use serde_json::Map;

use super::*;

/// What a judge may say of a criterion on a scale of 1 to 7, in hundredths.
#[derive(Clone, Debug)]
enum Said {
    Mark(u32),
    Null,
    Nothing,
}

fn said() -> impl Strategy<Value = Said> {
    prop_oneof![6 => (100u32..=700).prop_map(Said::Mark), 1 => Just(Said::Null), 1 => Just(Said::Nothing)]
}

/// Weights in hundredths, each with what the judge said.
fn judged() -> impl Strategy<Value = Vec<(u32, Said)>> {
    prop::collection::vec((0u32..=100, said()), 1..8)
        .prop_filter("some weight", |all| all.iter().any(|(weight, _)| *weight > 0))
}

fn hundredths(n: u32) -> Value {
    serde_json::from_str(&format!("{}.{:02}", n / 100, n % 100)).unwrap()
}

fn rubric_of(all: &[(u32, Said)]) -> Rubric {
    let criteria: Vec<Value> = all
        .iter()
        .enumerate()
        .map(|(at, (weight, _))| json!({"name": format!("c{at}"), "weight": hundredths(*weight)}))
        .collect();
    rubric(json!({"criteria": criteria, "scale": {"min": 1, "max": 7}}))
}

fn marks_of(all: &[(u32, Said)]) -> Vec<(String, Value)> {
    let said = all.iter().enumerate().map(|(at, (_, said))| match said {
        Said::Mark(mark) => Some((format!("c{at}"), hundredths(*mark))),
        Said::Null => Some((format!("c{at}"), Value::Null)),
        Said::Nothing => None,
    });
    said.flatten().collect()
}

fn object(marks: Vec<(String, Value)>) -> Value {
    Value::Object(marks.into_iter().collect::<Map<_, _>>())
}

/// The score in hundredths, in integers: what the definition says, another way.
fn reckoned(all: &[(u32, Said)]) -> Result<Option<u128>, ScoreError> {
    let given = all.iter().any(|(_, said)| matches!(said, Said::Mark(_)));
    if !given && all.iter().any(|(_, said)| matches!(said, Said::Nothing)) {
        return Err(ScoreError::NotEvaluated);
    }
    let (mut earned, mut applied) = (0u128, 0u128);
    for (weight, said) in all {
        let weight = u128::from(*weight);
        match said {
            Said::Mark(mark) => {
                earned += weight * u128::from(mark - 100);
                applied += weight;
            }
            Said::Nothing => applied += weight,
            Said::Null => {}
        }
    }
    // 100·earned/(600·applied) in hundredths, rounded half up.
    let (num, den) = (10_000 * earned, 600 * applied);
    Ok((applied > 0).then(|| (2 * num + den) / (2 * den)))
}

fn in_hundredths(scored: &Scored) -> Option<u128> {
    text(scored).map(|text| text.replace('.', "").parse().unwrap())
}

proptest! {
    #[test]
    fn agrees_with_integer_arithmetic(all in judged()) {
        let scored = evaluated(&rubric_of(&all), object(marks_of(&all)));
        prop_assert_eq!(scored.map(|scored| in_hundredths(&scored)), reckoned(&all));
    }

    #[test]
    fn stays_within_0_and_100_with_two_decimals(all in judged()) {
        if let Ok(scored) = evaluated(&rubric_of(&all), object(marks_of(&all))) {
            if let Some(score) = &scored.score {
                prop_assert!(*score >= 0 && *score <= 100);
                prop_assert_eq!(to_plain_string(score).split_once('.').map(|(_, f)| f.len()), Some(2));
            }
            for value in scored.breakdown.values() {
                prop_assert!(value.is_null() || value.as_f64().is_some_and(|v| (0.0..=100.0).contains(&v)));
            }
        }
    }

    #[test]
    fn the_order_of_the_marks_changes_nothing(
        (all, shuffled) in judged().prop_flat_map(|all| {
            let marks = marks_of(&all);
            (Just(all), Just(marks).prop_shuffle())
        })
    ) {
        let rubric = rubric_of(&all);
        let pairs: Vec<String> = shuffled.iter().map(|(k, v)| format!("{k:?}: {v}")).collect();
        let evaluation = serde_json::from_str(&format!("{{{}}}", pairs.join(","))).unwrap();
        prop_assert_eq!(evaluated(&rubric, evaluation), evaluated(&rubric, object(marks_of(&all))));
    }

    #[test]
    fn scoring_again_gives_the_same(all in judged()) {
        let rubric = rubric_of(&all);
        let evaluation = object(marks_of(&all));
        if let Ok(first) = evaluated(&rubric, evaluation.clone()) {
            let written = Value::Object(first.breakdown.clone());
            let inputs = Inputs { evaluation: Some(&evaluation), kpis: None, breakdown: Some(&written) };
            prop_assert_eq!(explain(&rubric, &inputs), Ok(first.clone()));

            let from_breakdown = broken_down(&rubric, written.clone()).unwrap();
            match (&first.score, &from_breakdown.score) {
                (Some(a), Some(b)) => prop_assert!((a - b).abs() <= BigDecimal::new(1.into(), 2)),
                (a, b) => prop_assert_eq!(a, b),
            }
            prop_assert_eq!(Value::Object(from_breakdown.breakdown.clone()), written.clone());
            let third = broken_down(&rubric, Value::Object(from_breakdown.breakdown.clone()));
            prop_assert_eq!(third, Ok(from_breakdown));
        }
    }

    #[test]
    fn a_better_mark_never_lowers_the_score(all in judged(), at in any::<prop::sample::Index>(), by in 1u32..=600) {
        let mut better = all.clone();
        if let (_, Said::Mark(mark)) = at.get_mut(&mut better) {
            *mark = (*mark + by).min(700);
            let rubric = rubric_of(&all);
            let before = evaluated(&rubric, object(marks_of(&all))).unwrap();
            let after = evaluated(&rubric, object(marks_of(&better))).unwrap();
            prop_assert!(after.score >= before.score);
        }
    }

    #[test]
    fn a_band_never_leaves_0_to_100(mut points in prop::array::uniform4(-50i32..50), x in -60i32..60) {
        points.sort_unstable();
        let rubric = rubric(json!({"criteria": [
            {"name": "A", "weight": 1, "kpi": "sentiment_score", "band": points}
        ]}));
        let kpis = json!({"sentiment_score": x});
        let scored = explain(&rubric, &Inputs { kpis: Some(&kpis), ..Inputs::default() }).unwrap();
        let [a, b, c, d] = points;
        let expected = if (b..=c).contains(&x) {
            Some(10_000)
        } else if x <= a || x >= d {
            Some(0)
        } else {
            None
        };
        let got = in_hundredths(&scored).unwrap();
        prop_assert!(expected.is_none_or(|expected| got == expected), "{points:?} at {x}: {got}");
        prop_assert!(got <= 10_000);
    }

    #[test]
    fn any_json_is_read_or_refused(value in any_json()) {
        let bound = rubric(json!({"criteria": [
            {"name": "A", "weight": 1, "kpi": "words", "band": [0, 1, 2, 3]}, {"name": "B", "weight": 1}
        ]}));
        let inputs = Inputs { evaluation: Some(&value), ..Inputs::default() };
        for inputs in [
            inputs,
            Inputs { kpis: Some(&value), evaluation: None, ..inputs },
            Inputs { breakdown: Some(&value), evaluation: None, ..inputs },
        ] {
            match explain(&bound, &inputs) {
                Ok(scored) => prop_assert_eq!(scored.lines.last().map(|line| &line.score), Some(&scored.score)),
                Err(error) => prop_assert!(!error.message().contains('\n')),
            }
        }
        match Rubric::parse(&value) {
            Ok(_) => {}
            Err(error) => prop_assert!(Rubric::validate_for_write(&value) == Err(error)),
        }
    }
}

/// JSON of the keys and values that rubrics and marks are made of, in any arrangement.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        "-?(0|[1-9][0-9]{0,2})(\\.[0-9]{1,3})?(e-?[0-9]{1,7})?"
            .prop_map(|number| serde_json::from_str(&number).unwrap()),
        prop::sample::select(vec!["A", "", "words", "45:55", "NaN"]).prop_map(Value::from),
    ];
    let keys = [
        "A",
        "B",
        "criteria",
        "scale",
        "min",
        "max",
        "threshold",
        "name",
        "weight",
        "critical",
        "kpi",
        "band",
        "score",
        "words",
    ];
    leaf.prop_recursive(4, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(keys.to_vec()), inner), 0..6)
                .prop_map(|pairs| pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    })
}

/// A thousand bands of different widths, of the longest numbers there may be.
#[test]
fn the_worst_rubric_is_scored_in_bounded_time() {
    let criteria: Vec<String> = (0..1_000)
        .map(|at| {
            let digits = format!("9{at:04}{}", "7".repeat(90));
            format!(
                r#"{{"name": "c{at}", "weight": 0.{digits}, "kpi": "words",
                    "band": [-1{digits}e100, 1.{digits}, {digits}e6, {digits}e9]}}"#
            )
        })
        .collect();
    let json = format!(r#"{{"criteria": [{}]}}"#, criteria.join(","));
    let rubric = rubric(serde_json::from_str(&json).unwrap());
    let kpis: Value = serde_json::from_str(&format!(r#"{{"words": 0.{}}}"#, "3".repeat(998))).unwrap();
    let scored = explain(&rubric, &Inputs { kpis: Some(&kpis), ..Inputs::default() }).unwrap();
    assert_eq!(text(&scored).as_deref(), Some("100.00"));
}
