//! A deterministic generator of sentences that meet the rules often.

use super::{emoji, lexicon};

/// Words and phrases that the rules name, and what they may be mistaken for.
pub(super) const WORDS: [&str; 117] = [
    "very",
    "really",
    "so",
    "absolutely",
    "extremely",
    "most",
    "quite",
    "fucking",
    "uber",
    "kinda",
    "kind of",
    "sort of",
    "sortof",
    "kind-of",
    "just enough",
    "hardly",
    "barely",
    "less",
    "slightly",
    "little",
    "kind",
    "of",
    "sort",
    "just",
    "enough",
    "not",
    "never",
    "never so",
    "never this",
    "without",
    "without doubt",
    "without a doubt",
    "doubt",
    "don't",
    "can't",
    "wasn't",
    "isnt",
    "n't",
    "shouldn't've",
    "nothing",
    "nope",
    "rarely",
    "despite",
    "uh-uh",
    "no",
    "or",
    "nor",
    "and",
    "least",
    "at least",
    "very least",
    "the least",
    "at",
    "but",
    "but",
    "this",
    "the shit",
    "the bomb",
    "bad ass",
    "badass",
    "bus stop",
    "yeah right",
    "yeah",
    "right",
    "kiss of death",
    "to die for",
    "beating heart",
    "bomb",
    "ass",
    "heart",
    "death",
    "die",
    "for",
    "to",
    "the",
    "a",
    "it",
    "was",
    "I",
    "IT",
    "we",
    "good",
    "GOOD",
    "great",
    "bad",
    "BAD",
    "love",
    "hate",
    "happy",
    "Happy",
    "ok",
    "ok,",
    "okay",
    "yes",
    "please",
    "like",
    "well",
    "sure",
    "help",
    ":)",
    ":(",
    ":D",
    "8-)",
    "<3",
    "XD",
    "lol",
    "!",
    "?",
    "!!!",
    "??",
    "--",
    "...",
    "'",
    "caf\u{e9}",
    "don\u{2019}t",
    "\u{130}\u{212A}",
    "\u{3a3}\u{3a3}",
];

const SPACES: [&str; 12] = [" ", " ", " ", " ", " ", " ", " ", "  ", ", ", "\t", "\n", "\u{a0}"];

const ENDS: [&str; 12] = ["", "", "", ".", "!", "!!", "!!!!!", "?", "??", "????", "?!", "..."];

/// The source of sentences; the same seed yields the same ones.
pub(super) struct Generator {
    state: u64,
    rated: Vec<&'static str>,
    emoji: Vec<&'static str>,
}

impl Generator {
    pub(super) fn new(seed: u64) -> Self {
        Generator { state: seed, rated: lexicon().map(|(word, _)| word).collect(), emoji: emoji().collect() }
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[self.below(from.len())]
    }

    fn word(&mut self) -> String {
        let word = match self.below(20) {
            0..7 => {
                let index = self.below(self.rated.len());
                self.rated[index]
            }
            7 => {
                let index = self.below(self.emoji.len());
                self.emoji[index]
            }
            _ => self.pick(&WORDS),
        };
        match self.below(14) {
            0 => word.to_uppercase(),
            1 => format!("{word},"),
            2 => format!("\"{word}\"!"),
            _ => word.to_owned(),
        }
    }

    /// One sentence of up to 24 words.
    pub(super) fn sentence(&mut self) -> String {
        let mut sentence = String::new();
        // A third use few words, so that equal values meet around a "but".
        let few: Vec<String> = (0..4).map(|_| self.word()).collect();
        let repeats = self.below(3) == 0;
        for _ in 0..self.below(25) {
            let word = if repeats { few[self.below(4)].clone() } else { self.word() };
            sentence += &word;
            sentence += self.pick(&SPACES);
        }
        sentence + self.pick(&ENDS)
    }
}
