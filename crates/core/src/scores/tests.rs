//! The multiset against a map, against PostgreSQL's percentile_cont and against damage.

use std::collections::BTreeMap;

use bigdecimal::BigDecimal;
use proptest::prelude::*;

use super::*;
use crate::jsonb::{Value, encode::encode, root};

/// Changes as decimal text, through PostgreSQL's binary form, which `apply` reads.
fn changed<S: AsRef<str>>(stored: &[u8], changes: &[(S, i64)]) -> Result<Vec<u8>, ScoresError> {
    let encoded: Vec<Vec<u8>> =
        changes.iter().map(|(text, _)| encode(&serde_json::from_str(text.as_ref()).unwrap())).collect();
    let numbers = encoded.iter().map(|bytes| match root(bytes) {
        Ok(Value::Number(number)) => number,
        other => panic!("{other:?} is no number"),
    });
    apply(stored, numbers.zip(changes.iter().map(|(_, by)| *by)))
}

fn read(stored: &[u8]) -> BTreeMap<BigDecimal, i64> {
    let mut entries = Reader::new(stored).unwrap();
    let mut read = BTreeMap::new();
    while entries.advance().is_ok_and(|more| more) {
        assert_eq!(read.insert(entries.score.to_text().parse().unwrap(), entries.count), None);
    }
    read
}

#[test]
fn bytes_are_these() {
    assert!(changed::<&str>(&[], &[]).unwrap().is_empty());
    assert_eq!(changed(&[], &[("0", 1)]).unwrap(), [1, 0, 1]);
    let stored = changed(&[], &[("80", 1), ("75.5", 2)]).unwrap();
    // 15,100 and 900 as varints.
    assert_eq!(stored, [1, 0xFC, 0x75, 2, 0x84, 7, 1]);
    let stored = changed(&stored, &[("75.50001", 300), ("75.504", 1), ("80", -1)]).unwrap();
    assert_eq!(stored, [1, 0xFC, 0x75, 2, 1, 2, 0, 10, 0xAC, 2, 1, 1, 40, 1]);
    assert!(changed(&stored, &[("75.5", -2), ("75.504", -1), ("75.50001", -300)]).unwrap().is_empty());
}

#[test]
fn zeros_at_the_end_make_no_difference() {
    for same in [["75.5", "75.50", "75.5000000"], ["0", "0.00", "0e-70"], ["33.333", "33.3330", "33333e-3"]] {
        let stored = same.map(|text| changed(&[], &[(text, 1)]).unwrap());
        assert!(stored.iter().all(|bytes| *bytes == stored[0]), "{same:?}");
        let [a, b, c] = same;
        assert!(changed(&stored[0], &[(a, 1), (b, -3), (c, 1)]).unwrap().is_empty());
    }
}

#[test]
fn scores_are_from_0_to_100() {
    for text in ["0", "1e-16383", "99.99999999999999999999", "100", "100.000"] {
        let stored = changed(&[], &[(text, 1)]).unwrap();
        assert_eq!(read(&stored), BTreeMap::from([(text.parse().unwrap(), 1)]), "{text}");
    }
    for text in
        ["-1e-16383", "-0.4", "-75", "100.00000000000001", "100.01", "100.5", "101", "656", "1e300", "-1e300"]
    {
        // Also where nothing changes: a score that cannot be is no score.
        for by in [1, 0, -1] {
            let refused = changed(&[], &[(text, by)]);
            assert!(matches!(refused, Err(ScoresError::OutOfRange(_))), "{text}: {refused:?}");
        }
    }
}

#[test]
fn nan_and_infinities_are_no_scores() {
    for (header, text) in [(0xC000u16, "NaN"), (0xD000, "Infinity"), (0xF000, "-Infinity")] {
        let length: u32 = if cfg!(target_endian = "little") { 6 << 2 } else { 6 };
        let bytes = [&length.to_ne_bytes()[..], &header.to_ne_bytes()].concat();
        let refused = apply(&[], [(Numeric::parse(&bytes).unwrap(), 1)]);
        assert_eq!(refused, Err(ScoresError::OutOfRange(text.into())));
    }
}

#[test]
fn counts_stay_within_0_and_the_largest_bigint() {
    let stored = changed(&[], &[("75.5", 2), ("75.505", 1)]).unwrap();
    let error = changed(&stored, &[("75.5", -3)]).unwrap_err();
    assert_eq!(error.message(), "count of score \"75.50\" would fall below 0");
    let error = changed(&stored, &[("75.505", -2)]).unwrap_err();
    assert_eq!(error, ScoresError::BelowZero("75.505".into()));
    assert_eq!(changed(&[], &[("0.001", -1)]), Err(ScoresError::BelowZero("0.001".into())));
    // The sum counts, not what a part of it would have led to.
    let sums = [("75.5", i64::MIN), ("75.5", -2), ("75.5", i64::MAX), ("75.5", 1)];
    assert_eq!(changed(&stored, &sums).unwrap(), changed(&[], &[("75.505", 1)]).unwrap());

    let full = changed(&[], &[("50", i64::MAX)]).unwrap();
    assert_eq!((count(&full), median(&full)), (Ok(i64::MAX), Ok(Some(50.0))));
    for text in ["50", "49", "51"] {
        assert_eq!(changed(&full, &[(text, 1)]), Err(ScoresError::TooMany));
    }
    assert_eq!(count(&changed(&full, &[("51", 1), ("50", -1)]).unwrap()), Ok(i64::MAX));
}

/// What PostgreSQL 15 gives for percentile_cont(0.5) within group (order by score), score numeric.
#[test]
fn medians_are_postgres() {
    let tiny = "5e-324";
    for (scores, expected) in [
        (&["75.5"][..], 75.5),
        (&["0", "100"], 50.0),
        (&["0.1", "0.2"], 0.15000000000000002),
        (&["0.1", "1.4"], 0.7499999999999999),
        (&["66.67", "66.68", "71.2", "90"], 68.94),
        (&["33.33", "33.34"], 33.335),
        (&["33.333333333333333333", "66.666666666666666667"], 50.0),
        (&["79.99999999999999999999", "80"], 80.0),
        (&["1.1", "1.1", "3.3"], 1.1),
        (&["12.345678901234567", "12.345678901234568"], 12.345678901234567),
        (&[tiny], 5e-324),
        (&["0", tiny], 0.0),
    ] {
        let changes: Vec<_> = scores.iter().map(|text| (*text, 1)).collect();
        let found = median(&changed(&[], &changes).unwrap()).unwrap().unwrap();
        assert_eq!(found.to_bits(), f64::to_bits(expected), "{scores:?}: {found} for {expected}");
    }
    assert_eq!(median(&[]), Ok(None));
    // Where PostgreSQL says that it is out of range for type double precision.
    assert_eq!(median(&changed(&[], &[("1e-400", 1)]).unwrap()), Ok(Some(0.0)));
}

#[test]
fn damage_is_seen() {
    for (bytes, what) in [
        (&[1][..], "no entries"),
        (&[1, 0x80], "a varint without an end"),
        (&[1, 20], "no count"),
        (&[1, 20, 0], "a count of 0"),
        (&[1, 20, 1, 20], "half an entry"),
        (&[1, 0x94, 0, 1], "a varint that could be shorter"),
        (&[1, 20, 1, 0, 1], "one score twice"),
        (&[1, 21, 1, 50, 1, 1, 1, 50, 1], "one score with more decimals twice"),
        (&[1, 21, 1, 50, 1, 1, 1, 40, 1], "a lower score after a higher one"),
        (&[1, 21, 1, 50, 1, 0, 1], "a score after one with more decimals"),
        (&[1, 0xA2, 0x9C, 1, 1], "100.01"),
        (&[1, 0xA1, 0x9C, 1, 1, 1, 1], "more decimals after 100.00"),
        (&[1, 21, 0, 1], "no more decimals, though announced"),
        (&[1, 21, 2, 50, 0, 1], "a zero at the end"),
        (&[1, 21, 1, 100, 1], "a byte that is not two decimals"),
        (&[1, 21, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 1], "2^64 − 1 decimals"),
        (&[1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 1], "a step of 2^63"),
        (&[1, 20, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], "a count of 2^64 − 1"),
        (&[1, 20, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2], "a count of 65 bits"),
        (&[1, 20, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 20, 1], "2^63 scores"),
    ] {
        assert_eq!(count(bytes), Err(ScoresError::Damaged), "{what}");
        assert_eq!(median(bytes), Err(ScoresError::Damaged), "{what}");
        assert_eq!(changed(bytes, &[("50", 1)]), Err(ScoresError::Damaged), "{what}");
    }
    for bytes in [&[0][..], &[2], &[2, 20, 1]] {
        assert_eq!(count(bytes), Err(ScoresError::Version(bytes[0])));
    }
}

/// Few enough values that they meet, written with and without zeros at their end.
fn score() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (0..=100u32).prop_map(|whole| whole.to_string()),
        4 => (0..100u32, 0..10u32).prop_map(|(whole, tenth)| format!("{whole}.{tenth}")),
        4 => (0..100u32, 0..100u32).prop_map(|(whole, cents)| format!("{whole}.{cents:02}")),
        4 => (50..52u32, 0..3u32, "0{0,3}[0-2]{0,3}0{0,2}").prop_map(|(w, cents, d)| format!("{w}.{cents:02}{d}")),
        1 => (0..100u32, "[0-9]{3,40}").prop_map(|(whole, d)| format!("{whole}.{d}")),
    ]
}

fn changes(by: std::ops::RangeInclusive<i64>) -> impl Strategy<Value = Vec<(String, i64)>> {
    prop::collection::vec((score(), by), 0..60)
}

/// As orderedsetaggs.c does it, on every single value.
fn percentile_cont(model: &BTreeMap<BigDecimal, i64>) -> Option<f64> {
    let mut values: Vec<f64> = Vec::new();
    for (score, count) in model {
        values.extend(vec![score.to_string().parse::<f64>().unwrap(); *count as usize]);
    }
    values.sort_by(f64::total_cmp);
    let at = 0.5 * (values.len().checked_sub(1)? as f64);
    let (low, high) = (values[at.floor() as usize], values[at.ceil() as usize]);
    Some(if low == high { low } else { low + (at - at.floor()) * (high - low) })
}

proptest! {
    #[test]
    fn does_what_a_map_does(batches in prop::collection::vec(changes(-2..=4), 1..8)) {
        let mut stored = Vec::new();
        let mut model = BTreeMap::<BigDecimal, i64>::new();
        for mut batch in batches {
            let mut next = model.clone();
            for (score, by) in &batch {
                *next.entry(score.parse().unwrap()).or_default() += by;
            }
            if let Some((lowest, _)) = next.iter().find(|(_, count)| **count < 0) {
                let refused = changed(&stored, &batch);
                let Err(ScoresError::BelowZero(score)) = &refused else { panic!("{refused:?}") };
                prop_assert_eq!(&score.parse::<BigDecimal>().unwrap(), lowest);
                // The same batch, as far as it goes.
                batch.retain(|(score, _)| next[&score.parse().unwrap()] >= 0);
                for (score, count) in &mut next {
                    if *count < 0 {
                        *count = model.get(score).copied().unwrap_or(0);
                    }
                }
            }
            next.retain(|_, count| *count != 0);
            model = next;
            stored = changed(&stored, &batch).unwrap();
            prop_assert_eq!(&read(&stored), &model);
            prop_assert_eq!(stored.is_empty(), model.is_empty());
            prop_assert_eq!(count(&stored).unwrap(), model.values().sum::<i64>());
            let (found, expected) = (median(&stored).unwrap(), percentile_cont(&model));
            prop_assert_eq!(found.map(f64::to_bits), expected.map(f64::to_bits), "{:?} {:?}", found, expected);
        }
    }

    #[test]
    fn neither_order_nor_batches_matter(
        (ordered, shuffled) in changes(1..=5).prop_flat_map(|c| (Just(c.clone()), Just(c).prop_shuffle())),
        cut in 0..60usize,
    ) {
        let (first, second) = shuffled.split_at(cut.min(shuffled.len()));
        let at_once = changed(&[], &ordered).unwrap();
        prop_assert_eq!(&changed(&[], &shuffled).unwrap(), &at_once);
        prop_assert_eq!(&changed(&changed(&[], first).unwrap(), second).unwrap(), &at_once);
    }

    #[test]
    fn what_is_added_is_taken_away_again(before in changes(1..=3), added in changes(0..=200)) {
        let stored = changed(&[], &before).unwrap();
        let taken: Vec<_> = added.iter().map(|(score, by)| (score, -by)).collect();
        prop_assert_eq!(changed(&changed(&stored, &added).unwrap(), &taken).unwrap(), stored);
    }

    /// Nothing panics, the three functions agree, and what they accept is what apply would write.
    #[test]
    fn damaged_bytes_are_refused_or_canonical(
        before in changes(1..=200),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..3u8, any::<u8>()), 1..4),
        noise in prop::collection::vec(prop_oneof![any::<u8>(), 0..3u8], 0..24),
    ) {
        let mut edited = changed(&[], &before).unwrap();
        for (at, edit, byte) in edits {
            let at = at.index(edited.len() + 1);
            match edit {
                0 => edited.insert(at, byte),
                1 => edited.truncate(at),
                _ => edited.iter_mut().skip(at).take(1).for_each(|b| *b ^= byte),
            }
        }
        for bytes in [edited, [&[1], noise.as_slice()].concat(), noise] {
            let written = changed::<&str>(&bytes, &[]);
            prop_assert_eq!(written.is_ok(), count(&bytes).is_ok());
            prop_assert_eq!(written.is_ok(), median(&bytes).is_ok());
            if let Ok(written) = written {
                prop_assert_eq!(written, bytes);
            }
        }
    }
}
