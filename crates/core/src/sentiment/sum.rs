//! From the words' valences to the compound: the "but" weighting, Python's `sum`, the
//! normalisation and Python's `round`.

use super::rules::Valence;
use std::collections::BTreeSet;

/// A valence and the index of its word in the sentence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub(super) at: usize,
    pub(super) valence: Valence,
}

/// Up to this many values are searched one by one.
const SCANNED: usize = 24;

/// Halves what comes before the first "but" and adds half to what comes after.
///
/// For each value in turn the reference weighs the first word that has this value at that
/// moment, not the word it stands at; so does this.
pub(super) fn weigh_around_but(values: &mut [Placed], but: usize) {
    // Value and index of the words so far, kept only where a scan would not be cheaper.
    let mut seen: BTreeSet<(u64, usize)> = BTreeSet::new();
    let scan = values.len() <= SCANNED;
    for i in 0..values.len() {
        let value = values[i].valence.value;
        // A zero stays zero, and which zero is weighed shows only in its type: see `Analyzer`.
        if value == 0.0 {
            continue;
        }
        let key = value.to_bits();
        let first = if scan {
            let mut so_far = values[..i].iter();
            so_far.position(|earlier| earlier.valence.value == value)
        } else {
            seen.insert((key, i));
            seen.range((key, 0)..).next().map(|&(_, first)| first)
        };
        let first = first.unwrap_or(i);
        let weighed = value * if values[first].at < but { 0.5 } else { 1.5 };
        values[first].valence = Valence { value: weighed, int: false };
        if !scan {
            seen.remove(&(key, first));
            seen.insert((weighed.to_bits(), first));
        }
    }
}

/// CPython's `sum` (3.12 and later): ints add up exactly until the first float, floats with
/// Neumaier's compensation.
pub(super) fn sum(values: &[Placed]) -> f64 {
    let mut values = values.iter().map(|placed| placed.valence);
    let mut total = 0.0;
    for valence in values.by_ref() {
        total += valence.value;
        if !valence.int {
            break;
        }
    }
    let mut compensation = 0.0;
    for Valence { value: x, .. } in values {
        let next: f64 = total + x;
        compensation += if total.abs() >= x.abs() { (total - next) + x } else { (x - next) + total };
        total = next;
    }
    total + compensation
}

/// The compound of a sum of valences with this many exclamation and question marks, in ten-thousandths.
pub(super) fn compound(sum: f64, exclamations: usize, questions: usize) -> i64 {
    if sum == 0.0 {
        return 0;
    }
    let questions = match questions {
        0 | 1 => 0.0,
        2 | 3 => questions as f64 * 0.18,
        _ => 0.96,
    };
    let emphasis = exclamations.min(4) as f64 * 0.292 + questions;
    let score = sum + emphasis.copysign(sum);
    round4((score / (score * score + 15.0).sqrt()).clamp(-1.0, 1.0))
}

/// Python's `round(x, 4)` for |x| ≤ 1 in ten-thousandths: the exact binary value rounded in decimal,
/// ties to even.
fn round4(x: f64) -> i64 {
    /// 1.5 · 2^52: beside it a double has no room for a fraction, and rounding ties to even is what adding does.
    const NO_FRACTION: f64 = 6_755_399_441_055_744.0;
    let scaled = x * 1e4;
    let whole = (scaled + NO_FRACTION) - NO_FRACTION;
    // The product is off by less than 1e-11; only that close to a tie can it mislead.
    if ((scaled - whole).abs() - 0.5).abs() > 1e-9 {
        whole as i64
    } else {
        format!("{x:.4}").parse().map_or(whole, |rounded: f64| rounded * 1e4).round() as i64
    }
}
