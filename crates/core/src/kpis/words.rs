//! The words of the lexicon.

use super::lexicon::Lex;

/// Every word by meaning. Hesitations and backchannels stand here with repeated letters
/// collapsed ("hm" is "hmmm" as well); apostrophes are straight.
pub(super) const WORDS: &[(Lex, &[&str])] = &[
    (Lex::HESITATION, &["um", "uh", "uhm", "er", "erm", "ah", "hm"]),
    (Lex::SOFT, &["basically", "actually", "literally", "honestly"]),
    // Vocalisations. "uh" by itself hesitates, "uh huh" does not.
    (Lex::BACKCHANNEL, &["mhm", "mhmm", "m-hm", "hm", "mm-hmm", "uh-huh", "uhhuh", "huh", "aha", "ah", "oh"]),
    // Assent.
    (
        Lex::BACKCHANNEL,
        &[
            "yeah", "yea", "yeh", "yep", "yup", "yes", "ya", "ok", "okay", "k", "kay", "right", "alright",
            "sure", "true", "exactly", "totally", "indeed", "gotcha",
        ],
    ),
    (Lex::BACKCHANNEL, &["absolutely", "definitely", "certainly", "understood"]),
    // Short assessments.
    (Lex::BACKCHANNEL, &["good", "great", "nice", "cool", "fine", "perfect", "wow", "really"]),
    (
        Lex::LEAD_IN,
        &[
            "so", "and", "but", "or", "well", "now", "then", "also", "um", "uh", "uhm", "er", "erm", "ah",
            "hm", "oh", "ok", "okay", "alright", "right", "yeah", "yep", "yes", "sure", "great", "perfect",
            "cool", "good", "fine", "hi", "hey", "hello",
        ],
    ),
    (
        Lex::TAG,
        &[
            "right", "ok", "okay", "alright", "yeah", "yep", "yes", "no", "huh", "hm", "mhm", "eh",
            "correct", "true", "really", "sure", "see", "good", "fine", "cool", "great", "oh", "hi", "hey",
            "hello",
        ],
    ),
    (Lex::TAG, &["understood"]),
    (
        Lex::AUXILIARY,
        &[
            "do", "does", "did", "am", "is", "are", "was", "were", "have", "has", "had", "can", "could",
            "will", "would", "shall", "should", "may", "might", "must", "don't", "doesn't", "didn't",
            "isn't", "aren't", "wasn't", "weren't", "haven't", "hasn't", "hadn't", "can't", "couldn't",
            "won't", "wouldn't",
        ],
    ),
    (Lex::AUXILIARY, &["shouldn't"]),
    (Lex::COMMAND, &["do", "have", "don't"]),
    (Lex::PRONOUN, &["i", "you", "he", "she", "it", "we", "they", "this", "that", "these", "those", "there"]),
    (Lex::OBJECT, &["it", "this", "that", "these", "those"]),
    (Lex::WH, &["what", "when", "where", "which", "who", "whom", "whose", "why", "how"]),
    (
        Lex::WH_AUXILIARY,
        &[
            "what's", "what're", "what'd", "what'll", "when's", "when'd", "where's", "where'd", "where're",
            "which's", "who's", "who'd", "who'll", "who're", "why's", "why'd", "how's", "how'd", "how're",
            "how'll",
        ],
    ),
    (Lex::DETERMINER, &["what", "which", "this", "that", "some", "any", "a"]),
    (Lex::TITLE, &["mr", "mrs", "ms", "dr", "prof", "sr", "jr", "st", "vs"]),
    (Lex::DO, &["do"]),
    (Lex::YOU, &["you"]),
    (Lex::KNOW, &["know"]),
    (Lex::I, &["i"]),
    (Lex::MEAN, &["mean"]),
    (Lex::KIND, &["kind", "sort"]),
    (Lex::OF, &["of"]),
    (Lex::LIKE, &["like"]),
    (Lex::UH, &["uh"]),
    (Lex::HUH, &["huh"]),
    (Lex::HM, &["hm"]),
    (Lex::GOT, &["got"]),
    (Lex::IT, &["it"]),
    (Lex::SEE, &["see"]),
    (Lex::ALL, &["all"]),
    (Lex::RIGHT, &["right"]),
    (Lex::COURSE, &["course"]),
    (Lex::MAKES, &["makes"]),
    (Lex::SENSE, &["sense"]),
    (Lex::FAIR, &["fair"]),
    (Lex::ENOUGH, &["enough"]),
];
