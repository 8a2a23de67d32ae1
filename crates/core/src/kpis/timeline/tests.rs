//! Small calls, worked out by hand.

use super::*;
use Speaker::{Assistant, User};

/// The sweep over these spans, with a backchannel where it says so.
fn sweep(spans: &[(Speaker, u64, u64, bool)]) -> Timeline {
    let mut timeline = Timeline::default();
    for &(by, start, end, is_backchannel) in spans {
        timeline.add(by, (start, end), || is_backchannel);
    }
    timeline
}

fn spoken(spans: &[(Speaker, u64, u64)]) -> Timeline {
    sweep(&spans.iter().map(|&(by, start, end)| (by, start, end, false)).collect::<Vec<_>>())
}

fn of_both<T>(timeline: &Timeline, what: impl Fn(Side) -> T) -> (T, T) {
    (what(timeline.side(User)), what(timeline.side(Assistant)))
}

#[test]
fn overlaps_of_one_side_count_once_and_of_both_for_both() {
    let speech = |spans: &[_]| of_both(&spoken(spans), |side| side.speech);
    assert_eq!(speech(&[]), (0, 0));
    assert_eq!(speech(&[(User, 0, 10), (User, 5, 20), (User, 7, 8), (User, 30, 31)]), (21, 0));
    assert_eq!(speech(&[(User, 0, 10), (Assistant, 5, 20), (User, 10, 12)]), (12, 15));
    assert_eq!(speech(&[(User, 5, 5)]), (0, 0));
    assert_eq!(speech(&[(Assistant, 0, 1 << 53), (User, 0, 1 << 53)]), (1 << 53, 1 << 53));
}

#[test]
fn interruptions_start_strictly_inside_and_overlap_for_half_a_second() {
    let interruptions = |spans: &[_]| of_both(&spoken(spans), |side| side.interruptions);
    assert_eq!(interruptions(&[(Assistant, 0, 1_000), (User, 500, 2_000)]), (1, 0));
    assert_eq!(interruptions(&[(Assistant, 0, 1_000), (User, 501, 2_000)]), (0, 0));
    assert_eq!(interruptions(&[(Assistant, 0, 9_000), (User, 500, 999)]), (0, 0));
    assert_eq!(interruptions(&[(User, 0, 5_000), (Assistant, 0, 5_000)]), (0, 0));
    assert_eq!(interruptions(&[(User, 7, 5_000), (Assistant, 8, 5_000)]), (0, 1));
    assert_eq!(interruptions(&[(Assistant, 0, 900), (User, 900, 5_000)]), (0, 0));
    // Both begin at once, and of what began before nothing is left.
    assert_eq!(interruptions(&[(Assistant, 0, 10), (Assistant, 10, 900), (User, 10, 900)]), (0, 0));
    // Each once, however often it could; and the longest overlap decides.
    assert_eq!(interruptions(&[(Assistant, 0, 9_000), (User, 100, 700), (User, 800, 1_400)]), (2, 0));
    let long = [(Assistant, 0, 9_000), (Assistant, 100, 300), (Assistant, 200, 8_000), (User, 250, 5_000)];
    assert_eq!(interruptions(&long), (1, 0));
}

#[test]
fn the_text_decides_last() {
    let mut asked = Vec::new();
    let mut timeline = Timeline::default();
    let spans = [
        (Assistant, 0, 9_000),
        // Interrupts by its times; lies within the other's turn; neither.
        (User, 100, 700),
        (User, 800, 900),
        (User, 9_000, 9_500),
        (Assistant, 9_500, 9_600),
    ];
    for (at, (by, start, end)) in spans.into_iter().enumerate() {
        let interrupts = timeline.add(by, (start, end), || {
            asked.push(at);
            true
        });
        assert!(!interrupts);
    }
    assert_eq!(asked, [1, 2]);
}

#[test]
fn a_turn_lasts_until_the_other_side_speaks() {
    let turns = |spans: &[_]| of_both(&sweep(spans), |side| side.longest_turn);
    assert_eq!(turns(&[]), (0, 0));
    // 1000 to 4000, the pause included; then the assistant's 500.
    let call = [(User, 1_000, 2_000, false), (User, 3_000, 4_000, false), (Assistant, 4_100, 4_600, false)];
    assert_eq!(turns(&call), (3_000, 500));
    // The end is the latest one, not the last.
    assert_eq!(turns(&[(User, 0, 5_000, false), (User, 1_000, 2_000, false)]), (5_000, 0));
    // A word of the other side parts 0-2000 from 3000-4500.
    let call = [(User, 0, 2_000, false), (Assistant, 1_500, 2_100, false), (User, 3_000, 4_500, false)];
    assert_eq!(turns(&call), (2_000, 600));
}

#[test]
fn who_is_still_speaking_has_the_turn_again() {
    let turns = |spans: &[_]| {
        let mut timeline = sweep(spans);
        let (user, assistant) = of_both(&timeline, |side| side.longest_turn);
        (user, assistant, timeline.switches, timeline.median_wait())
    };
    // The user's 2000-3000 lies in the midst of the assistant's 0-9000.
    let call = |next| [(Assistant, 0, 9_000, false), (User, 2_000, 3_000, false), next];
    // To the user, back, and on: the assistant's second turn is 3000-15000.
    assert_eq!(turns(&call((Assistant, 10_000, 15_000, false))), (1_000, 12_000, 2, 0));
    // To the user, back, and to the user again, who has waited for 500; the median of 0 and 500.
    assert_eq!(turns(&call((User, 9_500, 10_000, false))), (1_000, 9_000, 3, 250));
    // A backchannel is within the turn that the assistant has again.
    assert_eq!(turns(&call((User, 4_000, 4_500, true))), (1_000, 9_000, 2, 0));
    assert_eq!(turns(&call((User, 9_000, 9_500, true))), (1_000, 9_000, 3, 0));
    // Without a pause the user's turn goes on.
    assert_eq!(turns(&call((User, 3_000, 4_000, false))), (2_000, 9_000, 1, 0));
    // What the assistant says as soon as the user ends is a turn of its own.
    assert_eq!(turns(&call((Assistant, 3_000, 4_000, false))), (1_000, 9_000, 2, 0));
}

#[test]
fn a_backchannel_within_a_turn_ends_none_and_begins_none() {
    let after = |start: u64| {
        let yeah = (Assistant, start, start + 400, true);
        sweep(&[(User, 0, 2_000, false), yeah, (User, 3_000, 4_500, false), (Assistant, 5_000, 6_000, false)])
    };
    let within = after(1_999);
    assert_eq!(of_both(&within, |side| side.longest_turn), (4_500, 1_000));
    assert_eq!(within.switches, 1);
    // In the pause it takes the turn: 0-2000, 2000-2400, 3000-4500, 5000-6000.
    let between = after(2_000);
    assert_eq!(of_both(&between, |side| side.longest_turn), (2_000, 1_000));
    assert_eq!(between.switches, 3);
}

#[test]
fn a_reply_waits_for_the_other_side_to_end() {
    let median = |spans: &[_]| spoken(spans).median_wait();
    assert_eq!(median(&[]), 0);
    assert_eq!(median(&[(User, 500, 600), (User, 900, 1_000)]), 0, "no reply");
    assert_eq!(median(&[(Assistant, 0, 1_000), (User, 1_700, 2_000), (User, 9_000, 9_100)]), 700);
    assert_eq!(median(&[(Assistant, 0, 1_000), (User, 900, 2_000)]), 0, "an overlap is no wait");
    // The user interrupts; then 0 to 9000 is still what there is to wait for.
    let call = [(Assistant, 0, 9_000), (User, 1_000, 2_000), (Assistant, 3_000, 4_000), (User, 9_600, 9_900)];
    assert_eq!(median(&call), 300, "of 0 and 600");
}

#[test]
fn the_median_is_the_middle_or_the_mean_of_two() {
    // The assistant speaks for 10 ms every 1000 ms, and the user so long after that.
    let median = |waits: &[u64]| {
        let calls = (0..).zip(waits).flat_map(|(at, wait)| {
            let end = 1_000 * at + 10;
            [(Assistant, end - 10, end), (User, end + wait, end + wait + 1)]
        });
        spoken(&calls.collect::<Vec<_>>()).median_wait()
    };
    assert_eq!(median(&[30]), 30);
    assert_eq!(median(&[30, 10, 900]), 30);
    assert_eq!(median(&[40, 10]), 25);
    assert_eq!(median(&[40, 11]), 26, "25.5, up");
    assert_eq!(median(&[900, 10, 40, 20]), 30);
}

#[test]
fn silence_is_where_nobody_speaks() {
    let silence = |spans: &[_]| {
        let timeline = spoken(spans);
        (timeline.silence, timeline.longest_silence, timeline.span())
    };
    assert_eq!(silence(&[]), (0, 0, 0));
    // What is before the first word and after the last is none.
    assert_eq!(silence(&[(User, 700, 900)]), (0, 0, 200));
    let call = [(User, 0, 1_000), (Assistant, 400, 1_500), (User, 500, 600), (User, 2_000, 3_000)];
    assert_eq!(silence(&call), (500, 500, 3_000));
    assert_eq!(
        silence(&[(User, 0, 100), (User, 400, 500), (Assistant, 1_500, 1_600)]),
        (1_300, 1_000, 1_600)
    );
    // A moment's utterance breaks the silence, though it takes none of it away.
    assert_eq!(silence(&[(User, 0, 100), (Assistant, 500, 500), (User, 1_000, 1_100)]), (900, 500, 1_100));
    assert_eq!(silence(&[(User, 0, 0), (User, 1 << 53, 1 << 53)]), (1 << 53, 1 << 53, 1 << 53));
}

#[test]
fn switches_are_changes_of_turn() {
    let switches = |spans: &[_]| spoken(spans).switches;
    assert_eq!(switches(&[]), 0);
    assert_eq!(switches(&[(User, 0, 1), (User, 2, 3)]), 0);
    assert_eq!(switches(&[(User, 0, 1), (Assistant, 1, 2), (Assistant, 2, 3), (User, 4, 5)]), 2);
}
