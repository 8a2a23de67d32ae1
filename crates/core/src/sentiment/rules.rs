//! VADER's rules for one rated word among its neighbours, in the order and arithmetic of
//! vaderSentiment 3.3.2, slips included: scores agree to the last bit before rounding.

use super::token::{BOOSTER, CAPITALS, DAMPENER, DECISIVE, NEGATION, RATED, Token};
use super::words::Role;

/// The value of one word of a sentence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Valence {
    pub(super) value: f64,
    /// Whether Python holds it as an int, which its `sum` adds differently.
    pub(super) int: bool,
}

/// How many words before and after a word its value depends on.
pub(super) const LOOK_BACK: usize = 3;
pub(super) const LOOK_AHEAD: usize = 2;
/// A word and its neighbours.
pub(super) const WINDOW: usize = LOOK_BACK + 1 + LOOK_AHEAD;
type Window = [Token; WINDOW];

const BOOST: f64 = 0.293;
const CAPITALS_BOOST: f64 = 0.733;
const NEGATED: f64 = -0.74;
const NEVER_SO: f64 = 1.25;
/// What a booster is worth one, two and three words before the rated one.
const FADING: [f64; LOOK_BACK] = [1.0, 0.95, 0.9];

/// The valence of the word in the middle of `window`, or `None` if it is not rated there.
/// `mixed_case`: some words of the sentence, but not all, are in capitals.
pub(super) fn valence(window: &Window, mixed_case: bool) -> Option<Valence> {
    let &[third, second, first, word, next, _] = window;
    let around = window.iter().fold(0, |flags, token| flags | token.flags);
    let shouted = word.is(CAPITALS) && mixed_case;
    if around & (BOOSTER | DAMPENER | NEGATION | DECISIVE) == 0 && !shouted {
        // Most words: no rule below holds.
        return word.is(RATED).then(|| Valence { value: word.rating(), int: false });
    }
    let is_booster = word.is(BOOSTER | DAMPENER);
    let is_kind_of = word.role == Role::Kind && next.role == Role::Of;
    if !word.is(RATED) || is_booster || is_kind_of {
        return None;
    }

    let mut value = word.rating();
    if word.role == Role::No && next.is(RATED) {
        value = 0.0;
    }
    let no_or = third.role == Role::No && matches!(first.role, Role::Or | Role::Nor);
    if first.role == Role::No || second.role == Role::No || no_or {
        value = word.rating() * NEGATED;
    }
    if shouted {
        value += away_from_zero(value);
    }

    let mut int = false;
    for (distance, earlier) in [first, second, third].into_iter().enumerate() {
        if earlier.is(RATED) {
            continue;
        }
        value += boost(earlier, value, mixed_case) * FADING[distance];
        value *= negation(window, distance);
        if distance == 2 {
            (value, int) = idioms(window, value);
        }
    }

    let least = first.role == Role::Least && !first.is(RATED);
    if least && !matches!(second.role, Role::At | Role::Very) {
        (value, int) = (value * NEGATED, false);
    }
    Some(Valence { value, int })
}

fn away_from_zero(value: f64) -> f64 {
    if value > 0.0 { CAPITALS_BOOST } else { -CAPITALS_BOOST }
}

/// What the booster or dampener `earlier` adds to `value`.
fn boost(earlier: Token, value: f64, mixed_case: bool) -> f64 {
    let mut boost = match earlier {
        _ if earlier.is(BOOSTER) => BOOST,
        _ if earlier.is(DAMPENER) => -BOOST,
        _ => return 0.0,
    };
    if value < 0.0 {
        boost = -boost;
    }
    if earlier.is(CAPITALS) && mixed_case {
        boost += away_from_zero(value);
    }
    boost
}

/// The factor that the word `distance` + 1 places before puts on a value.
fn negation(&[third, second, first, ..]: &Window, distance: usize) -> f64 {
    let so = |token: Token| matches!(token.role, Role::So | Role::This);
    let doubt = |token: Token| token.role == Role::Doubt;
    let earlier = [first, second, third][distance];
    let (never_so, without_doubt) = match distance {
        0 => (false, false),
        1 => (so(first), doubt(first)),
        _ => (so(second), doubt(second) || doubt(first)),
    };
    // The reference's "and … or" lets a "so" or "this" right before the word count with no
    // "never" anywhere, once three words precede.
    let slip = distance == 2 && so(first);
    if (earlier.role == Role::Never && never_so) || slip {
        NEVER_SO
    } else if !earlier.is(NEGATION) || (earlier.role == Role::Without && without_doubt) {
        1.0
    } else {
        NEGATED
    }
}

/// `value` after the idioms around the word, which replace it, and the dampening phrases
/// before it, which are added.
fn idioms(window: &Window, value: f64) -> (f64, bool) {
    let [third, second, first, word, next, after] = window.map(|token| token.role);
    if [third, second, first, word] == [Role::None; 4] {
        return (value, false);
    }
    let before = pair(first, word)
        .or_else(|| triple(second, first, word))
        .or_else(|| pair(second, first))
        .or_else(|| triple(third, second, first))
        .or_else(|| pair(third, second));
    let from_here = triple(word, next, after).or_else(|| pair(word, next));
    let (mut value, mut int) = from_here.or(before).unwrap_or((value, false));
    for phrase in [(third, second), (second, first)] {
        if is_dampening(phrase) {
            (value, int) = (value - BOOST, false);
        }
    }
    (value, int)
}

/// A two-word idiom's value, and whether the reference writes it as an int.
fn pair(first: Role, second: Role) -> Option<(f64, bool)> {
    match (first, second) {
        (Role::The, Role::Shit | Role::Bomb) => Some((3.0, true)),
        (Role::Bad, Role::Ass) => Some((1.5, false)),
        (Role::Bus, Role::Stop) => Some((0.0, false)),
        (Role::Yeah, Role::Right) => Some((-2.0, true)),
        (Role::Beating, Role::Heart) => Some((3.5, false)),
        _ => None,
    }
}

/// The same for three words.
fn triple(first: Role, second: Role, third: Role) -> Option<(f64, bool)> {
    match (first, second, third) {
        (Role::Kiss, Role::Of, Role::Death) => Some((-1.5, false)),
        (Role::To, Role::Die, Role::For) => Some((3.0, true)),
        _ => None,
    }
}

fn is_dampening(phrase: (Role, Role)) -> bool {
    matches!(phrase, (Role::Kind | Role::Sort, Role::Of) | (Role::Just, Role::Enough))
}
