//! The score against the same sums in wide decimals, and the laws it keeps.

use bigdecimal::{BigDecimal, RoundingMode};
use proptest::prelude::*;

use super::*;
use crate::jsonb::{Value, encode::encode, root};

/// The adoption of decimal text, through PostgreSQL's binary form.
fn adoption_text(text: &str) -> Result<i64, HealthError> {
    let encoded = encode(&serde_json::from_str(text).unwrap());
    match root(&encoded) {
        Ok(Value::Number(number)) => adoption(Some(&number)),
        other => panic!("{other:?} is no number"),
    }
}

#[test]
fn is_what_the_formula_says() {
    for (interactions, percent, expected) in [
        (0, 0, 0),
        (1, 0, 5),
        (3, 55, 42),
        (3, 54, 42),
        (7, 33, 51),
        (9, 100, 95),
        (10, 100, 100),
        (11, 100, 100),
        (10, 0, 50),
        (0, 1, 0),
        (0, 100, 50),
        (i64::MAX, 0, 50),
    ] {
        assert_eq!(score(interactions, percent), Ok(expected), "{interactions} {percent}");
    }
}

#[test]
fn averages_round_half_away_from_zero() {
    for (text, expected) in [
        ("0", 0),
        ("0.4999999999999999999999", 0),
        ("0.5", 1),
        ("1.5", 2),
        ("2.5", 3),
        ("33.3333333333333333", 33),
        ("66.6666666666666667", 67),
        ("99.5", 100),
        ("100", 100),
        ("100.4", 100),
        ("-0.4", 0),
    ] {
        assert_eq!(adoption_text(text), Ok(expected), "{text}");
    }
    assert_eq!(adoption(None), Ok(0));
    assert_eq!(adoption_of(0, 0), Ok(0));
    assert_eq!(adoption_of(1, 2), Ok(1));
    assert_eq!(adoption_of(100, 3), Ok(33));
    assert_eq!(adoption_of(i64::MAX, i64::MAX), Ok(1));
}

#[test]
fn what_is_out_of_range_is_refused() {
    for text in ["-0.5", "-1", "100.5", "101", "1e30", "-1e30", "1e300"] {
        assert_eq!(adoption_text(text), Err(HealthError::Adoption), "{text}");
    }
    // PostgreSQL's NaN, Infinity and -Infinity, which JSON has no text for.
    for special in [0xC000_u16, 0xD000, 0xF000] {
        let length = 6_u32 << if cfg!(target_endian = "little") { 2 } else { 0 };
        let bytes: Vec<u8> = length.to_ne_bytes().into_iter().chain(special.to_ne_bytes()).collect();
        assert_eq!(adoption(Some(&Numeric::parse(&bytes).unwrap())), Err(HealthError::Adoption));
    }
    assert_eq!(adoption_of(-1, 2), Err(HealthError::Adoption));
    assert_eq!(adoption_of(i64::MAX, 1), Err(HealthError::Adoption));
    assert_eq!(adoption_of(i64::MIN, 1), Err(HealthError::Adoption));
    assert_eq!(score(-1, 0), Err(HealthError::Interactions));
    assert_eq!(score(i64::MIN, 50), Err(HealthError::Interactions));
    for percent in [-1, 101, i64::MIN, i64::MAX] {
        assert_eq!(score(0, percent), Err(HealthError::Adoption));
    }
}

proptest! {
    #[test]
    fn both_ways_to_adoption_agree(progress in prop::collection::vec(0_i64..=100, 1..200)) {
        let (sum, count) = (progress.iter().sum::<i64>(), progress.len() as i64);
        let average = BigDecimal::from(sum) / BigDecimal::from(count);
        let text = average.with_scale_round(16, RoundingMode::HalfUp).to_plain_string();
        prop_assert_eq!(adoption_of(sum, count), adoption_text(&text));
    }

    #[test]
    fn any_decimal_rounds_as_it_should(whole in -200_i64..200, decimals in 0_u64..10_000, scale in 4_i64..30) {
        let number = BigDecimal::new(whole.into(), 0) + BigDecimal::new(decimals.into(), scale);
        let expected: i64 = number.with_scale_round(0, RoundingMode::HalfUp).to_string().parse().unwrap();
        let expected = if (0..=100).contains(&expected) { Ok(expected) } else { Err(HealthError::Adoption) };
        prop_assert_eq!(adoption_text(&number.to_plain_string()), expected);
    }

    #[test]
    fn lies_between_0_and_100_and_only_rises(interactions in 0_i64.., percent in 0_i64..=100) {
        let here = score(interactions, percent).unwrap();
        prop_assert!((0..=100).contains(&here));
        prop_assert!(score(interactions.saturating_add(1), percent).unwrap() >= here);
        if percent < 100 {
            prop_assert!(score(interactions, percent + 1).unwrap() >= here);
        }
    }

    /// So whoever counts may stop at ten.
    #[test]
    fn more_than_ten_interactions_are_as_good_as_ten(interactions in 10_i64.., percent in 0_i64..=100) {
        prop_assert_eq!(score(interactions, percent), score(10, percent));
    }

    #[test]
    fn never_panics(interactions: i64, percent: i64, sum: i64, count: i64) {
        let _ = (score(interactions, percent), adoption_of(sum, count));
    }
}
