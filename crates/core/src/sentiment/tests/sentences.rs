//! Sentences for each rule.

/// Sentences of vaderSentiment's documentation with the compounds that version 3.3.2 gives.
pub(super) const FROM_PYTHON: [(&str, f64); 12] = [
    ("VADER is smart, handsome, and funny.", 0.8316),
    ("VADER is smart, handsome, and funny!", 0.8439),
    ("VADER is very smart, handsome, and funny.", 0.8545),
    ("VADER is VERY SMART, handsome, and FUNNY.", 0.9227),
    ("VADER is VERY SMART, handsome, and FUNNY!!!", 0.9342),
    ("VADER is not smart, handsome, nor funny.", -0.7424),
    ("The book was good.", 0.4404),
    ("At least it isn't a horrible book.", 0.431),
    ("The book was only kind of good.", 0.3832),
    ("Today SUX!", -0.5461),
    ("Today only kinda sux! But I'll get by, lol", 0.5249),
    ("Not bad at all", 0.431),
];

/// Sentences for the oracle, by rule.
#[rustfmt::skip]
pub(super) const ALL: &[&str] = &[
    // Nothing to rate.
    "", " ", "\t\n", "the", "is?", "?!?!", "...", "'", "\0", "good\0", "\0good",
    "the meeting is at noon!", "seven words and not one is rated", "x", "I", "-", "—",
    // Ratings.
    "good", "bad", "a good day", "the worst service ever", "thanks", "I am happy and sad",
    "abandon ability absent", "excellent, excellent, excellent", "disadvantageousnesses",
    "tenderheartednesses all round", "a once-in-a-lifetime offer", "DISADVANTAGEOUSLY put",
    "sentimentalization is not oversimplification", "uncontrollabilityx",
    // Tokens: punctuation, short forms, emoticons.
    "good,", "(good)", "--good--", "\"bad\"!", "ok", "ok,", "ok.", "OK!", "so!", "no.", "no,",
    ":)", ":(", ":-)", ":D", ":P", "8-)", "<3", "</3", "XD", "xD", ":'(", "(:", ":) :(", "$:",
    "good:)", ":)good", "g:)", "a.good.day", "good-bad", "good/bad", "lol", "rofl!", "%-)", "^<_<",
    // White space.
    "good\tbad", "good\nbad", "good\u{1c}bad", "good\u{a0}bad", "good\u{2003}bad", "good\u{85}bad",
    "good\u{b}bad", "good\u{200b}bad", "  good  ", "not\u{1f}good",
    // Boosters and dampeners, at each distance, with either sign.
    "very good", "very bad", "a very good day", "really the good", "so the one good",
    "so very good", "so very really good", "extremely very much good", "hardly good",
    "was hardly any good", "barely bad", "kinda good", "kind of good", "it was kind of good",
    "it was sort of bad", "sort of good", "just enough good", "it was just enough good",
    "it was kind-of good", "it was sortof good", "a kind of a good one", "what kind of good thing",
    "kind", "kind of", "of a kind", "kind off good", "KIND OF good", "not kind of good",
    "it is just enough of a kind of good", "more or less good", "most", "little", "good so",
    // Capitals.
    "GOOD", "GOOD day", "BAD day", "VERY good", "the VERY bad one", "HARDLY good here",
    "HARDLY BAD here", "I love it", "I hate IT", "GOOD BAD", "Good BAD", "A GOOD 1ST TRY", "123 GOOD",
    "GOOD ÉTÉ", "GOOD été", "GOOD ǅ x", "ÀGOOD bad", "SO GOOD so BAD", "NOT good", "GO0D :)",
    // Negation, at each distance.
    "not good", "not a good", "not a very good", "not at all good", "never good", "isn't good",
    "isnt bad", "n't good", "couldn't've been good", "DON'T like it", "nothing good", "no-one good",
    "rarely ever good", "despite good reviews", "not not good", "not bad not good", "uh-uh good",
    "neither good nor bad", "can't can't can't love", "cannot be that good", "won'ts good",
    "don’t like it", "aiN'T bad", "N'TÉ bad", "supercalifragilisticn't good",
    // "never so", "never this", "without doubt".
    "never so good", "never this good", "never so very good", "never this very good",
    "never very so good", "never was so good", "it is so good", "the cat this good", "this good",
    "was so bad", "it never was this bad", "without doubt good", "without a doubt good",
    "without any doubt good", "without doubt a good", "without a good", "without good",
    "not really doubt good", "doubt good", "without a doubt, excellent",
    // "no".
    "no", "no good", "no problem", "no, problem", "no really good", "no good or bad",
    "no good nor bad", "no good and bad", "no cat or bad", "no no", "no no no", "no cat", "NO good day",
    "NO PROBLEM at all", "good no", "no 1 good", "no way or good", "it is no fun", "no fun or no joy",
    // "least".
    "least good", "at least good", "very least good", "the least good", "he is at least smart",
    "least bad", "LEAST bad one", "at the least good", "at least terrible", "least, good",
    "it is the least kind of good",
    // "but".
    "good but bad", "bad but good", "but good", "good but", "good good but good", "but", "but but",
    "good but good but good", "bad bad bad but bad bad", "the good but the bad", "good, but: bad!",
    "good BUT bad", "good butt bad", "good great good but good bad great good", "no but no",
    "but the bomb it is the bomb", "it was the bomb but it was the bomb and bad",
    "it is the shit but so it is the shit", "a the the the bomb but yes",
    "great 1 great 2 great but great 3 great", ":) but :(", "not good but not bad but never great",
    // Idioms: they need three words before the rated one.
    "the shit", "was the shit", "this is the shit", "this is the bomb", "he is a bad ass",
    "bad ass", "she is such a badass", "wait at the bus stop", "at the next bus stop here",
    "bus stop", "well yeah right good", "it is yeah right good", "yeah right",
    "it was the kiss of death", "kiss of death", "the cake was to die for", "to die for",
    "it is to die for good", "was a beating heart", "it was a beating heart", "beating heart good",
    "it is bad ass so good", "these are the shittiest of times", "oh my so good bad ass",
    "it is a kiss of death", "that one is to die", "I would say die for it", "of death a good one",
    "it is not the bomb", "this is kind of the bomb", "not the least bad ass",
    "it is bus stop kind of good", "the bomb 1 good", "the bomb 1 2 good",
    "it is the bomb the bomb the bomb bad bad",
    // Punctuation.
    "good!", "good!!", "good!!!", "good!!!!", "good!!!!!", "bad!", "bad!!!!!!!!", "good?", "good??",
    "good???", "good????", "good?????", "bad?!?!", "bad??", "!good", "good ! bad ?? x", "a!b good", "is!",
    // Emoji and other characters.
    "💘", "💘💋", "x💘", "💘y", "x 💘 y", "I love it 💖", "😀", "😭!", "🆙", "🔛 good", "❤", "❤️", "☠ ☹",
    "good😀but😭", "Catch utf-8 emoji such as 💘 and 💋 and 😁", "👨‍👩‍👧 good", "👍🏽", "© good ®",
    "naïve", "café good", "«good»", "“good”", "good…", "good、bad", "İyi good", "ΣΑΣ good", "ﬁne good",
    "\u{212A}ind people", "than\u{212A}s a lot", "li\u{212A}e it", "\u{212A}", "GOOD\u{212A} x bad", "é:)", "é!", "éé!",
    // Sums that cancel, and long ones.
    "good bad", "ambw afu!", "happy sad happy sad!!", "good good good good good good good good good",
    "bad bad bad bad bad bad bad bad bad bad bad bad!!!! ????",
    "The plot was good, but the characters are uncompelling and the dialog is not great.",
    "VADER is VERY SMART, uber handsome, and FRIGGIN FUNNY!!!",
    "It was one of the worst movies I've seen, despite good reviews. Unbelievably bad acting!!",
    // Calls.
    "Okay, yeah, no problem, I can help you with that.", "Well, yes, sure, please go ahead.",
    "I'm sorry to hear that, it must be really frustrating.", "No, no, that's not what I said.",
    "Thank you so much for calling, have a wonderful day!", "I like that, but it's kind of expensive.",
    "We have never had such a terrible experience with support.", "What kind of issues do you have?",
];
