//! Calls that read like transcripts to a branch predictor: words, commas and sentences in no
//! order that could be learnt, and the same ones in every run.

use callcoach_core::jsonb::encode::encode;
use serde_json::json;

const WORDS: &str = "\
    the to and that of for in is it we our your with on be are this have can what if not my at \
    from about there one they me was an by which would them when how then all more up out had \
    call calls customer account team price plan budget quarter month week year today tomorrow \
    meeting demo email phone number name address date time minutes contract renewal licence \
    subscription invoice payment deposit balance fee rate interest loan mortgage credit lender \
    appraisal income score house family husband application policy claim damage accident \
    vehicle repair shop adjuster coverage deductible premium report photo document form \
    ticket issue error system server platform integration data security access users seats \
    feature option solution product service provider vendor competitor market value proposal \
    quote discount offer example difference question answer reason step process decision goal \
    manager director owner partner company office department schedule follow send review sign \
    check confirm update upload change cancel return replace explain understand tell think \
    want need look work take make give find keep start run show talk speak hear wait moment \
    let me go ahead first second last next each every other same new old current previous \
    Monday Tuesday Friday January two three twenty thousand percent 15 60 2,400 3.5 \
    we're it's that's you're they've I've let's there's I'll we'll \
    don't can't won't isn't didn't wouldn't \
    um uh er hmm mm-hmm yeah okay right sure yes no so well like basically actually honestly \
    literally absolutely definitely really just very quite too almost never nothing but \
    you know I mean kind of sort of i you do see got it makes sense \
    good great perfect nice happy excited interested love best better easy helpful free thanks \
    thank please help worried bad problem problems difficult terrible frustrated angry sorry \
    wrong lost concerned hard expensive fair safe secure trust agree hope fine welcome";

const OPENINGS: [&str; 12] = [
    "What is",
    "Do you",
    "How would",
    "And",
    "So",
    "Well,",
    "I",
    "We",
    "Okay, so",
    "Could you",
    "Let me",
    "Um,",
];

const LISTENING: [&str; 8] =
    ["Mm-hmm.", "Yeah.", "Okay, great.", "Right, I see.", "Got it.", "Sure.", "Uh huh", "Yes, of course."];

/// Xorshift, so that every run measures the same calls.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// `count` different calls of so many utterances, as binary jsonb.
pub fn calls(count: usize, utterances: u64) -> Vec<Vec<u8>> {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    (0..count).map(|_| call(&mut random, &words, utterances)).collect()
}

fn call(random: &mut Random, words: &[&str], utterances: u64) -> Vec<u8> {
    let mut at = 0;
    let rows = (0..utterances).map(|i| {
        let speaker = if i % 2 == 0 { "user" } else { "assistant" };
        let text = if random.one_in(8) { random.pick(&LISTENING).into() } else { turn(random, words) };
        let end = at + 300 * text.split(' ').count() as u64;
        let row = json!({"speaker": speaker, "text": text, "start_ms": at, "end_ms": end});
        at = (end + random.below(1_400) as u64).saturating_sub(700);
        row
    });
    encode(&rows.collect())
}

/// One to three sentences of three to eleven words.
fn turn(random: &mut Random, words: &[&str]) -> String {
    let mut text = String::new();
    for _ in 0..1 + random.below(2) + random.below(2) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(random.pick(&OPENINGS));
        for _ in 0..2 + random.below(8) {
            if random.one_in(12) && !text.ends_with(',') {
                text.push(',');
            }
            text.push(' ');
            text.push_str(random.pick(words));
        }
        text.push_str(random.pick(&[".", ".", ".", "?", "!", "..."]));
    }
    text
}
