//! The word lists of the rules: boosters, negations, idiom words, and the discourse words
//! that callcoach keeps neutral.

/// Words the lexicon rates that only manage the conversation in a call: answers ("yes"),
/// receipts ("ok", "alright"), politeness ("please"), hedges and fillers ("like", "well",
/// "kind of", "sure") and the service formula "how can I help". [`Analyzer`] reads them as
/// if the lexicon did not have them. Their unrated variants ("yup", "yea", "mhm") need no
/// entry.
///
/// [`Analyzer`]: super::Analyzer
pub(super) const DISCOURSE: [&str; 15] = [
    "alright", "help", "kind", "kk", "like", "ok", "okay", "please", "pls", "plz", "sure", "well", "yeah",
    "yep", "yes",
];

/// Words that strengthen the rated word they precede.
pub(super) const BOOSTERS: [&str; 60] = [
    "absolutely",
    "amazingly",
    "awfully",
    "completely",
    "considerable",
    "considerably",
    "decidedly",
    "deeply",
    "effing",
    "enormous",
    "enormously",
    "entirely",
    "especially",
    "exceptional",
    "exceptionally",
    "extreme",
    "extremely",
    "fabulously",
    "flippin",
    "flipping",
    "frackin",
    "fracking",
    "frickin",
    "fricking",
    "friggin",
    "frigging",
    "fuckin",
    "fucking",
    "fuggin",
    "fugging",
    "fully",
    "greatly",
    "hella",
    "highly",
    "hugely",
    "incredible",
    "incredibly",
    "intensely",
    "major",
    "majorly",
    "more",
    "most",
    "particularly",
    "purely",
    "quite",
    "really",
    "remarkably",
    "so",
    "substantially",
    "thoroughly",
    "total",
    "totally",
    "tremendous",
    "tremendously",
    "uber",
    "unbelievably",
    "unusually",
    "utter",
    "utterly",
    "very",
];

/// Words that weaken the rated word they precede ("kind of", "sort of" and "just enough" are
/// n-grams, in the rules).
pub(super) const DAMPENERS: [&str; 21] = [
    "almost",
    "barely",
    "hardly",
    "kind-of",
    "kinda",
    "kindof",
    "less",
    "little",
    "marginal",
    "marginally",
    "occasional",
    "occasionally",
    "partly",
    "scarce",
    "scarcely",
    "slight",
    "slightly",
    "somewhat",
    "sort-of",
    "sorta",
    "sortof",
];

/// Words that negate the rated word they precede, besides any word with "n't" in it.
pub(super) const NEGATIONS: [&str; 37] = [
    "aint", "arent", "cannot", "cant", "couldnt", "darent", "despite", "didnt", "doesnt", "dont", "hadnt",
    "hasnt", "havent", "isnt", "mightnt", "mustnt", "neednt", "neither", "never", "none", "nope", "nor",
    "not", "nothing", "nowhere", "oughtnt", "rarely", "seldom", "shant", "shouldnt", "uh-uh", "uhuh",
    "wasnt", "werent", "without", "wont", "wouldnt",
];

/// The words the rules and idioms name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// No rule names the word.
    None,
    Ass,
    At,
    Bad,
    Beating,
    Bomb,
    Bus,
    But,
    Death,
    Die,
    Doubt,
    Enough,
    For,
    Heart,
    Just,
    Kind,
    Kiss,
    Least,
    Never,
    No,
    Nor,
    Of,
    Or,
    Right,
    Shit,
    So,
    Sort,
    Stop,
    The,
    This,
    To,
    Very,
    Without,
    Yeah,
}

impl Role {
    /// Whether a rule can hold because of this word: of the words that an idiom or a rule wants
    /// together one does, the rarest.
    pub(super) const fn is_decisive(self) -> bool {
        matches!(
            self,
            Role::No
                | Role::Never
                | Role::So
                | Role::This
                | Role::Without
                | Role::Least
                | Role::Kind
                | Role::Sort
                | Role::Enough
                | Role::Shit
                | Role::Bomb
                | Role::Ass
                | Role::Bus
                | Role::Yeah
                | Role::Beating
                | Role::Death
                | Role::Die
        )
    }
}

/// Each role's word.
pub(super) const ROLES: [(&str, Role); 33] = [
    ("ass", Role::Ass),
    ("at", Role::At),
    ("bad", Role::Bad),
    ("beating", Role::Beating),
    ("bomb", Role::Bomb),
    ("bus", Role::Bus),
    ("but", Role::But),
    ("death", Role::Death),
    ("die", Role::Die),
    ("doubt", Role::Doubt),
    ("enough", Role::Enough),
    ("for", Role::For),
    ("heart", Role::Heart),
    ("just", Role::Just),
    ("kind", Role::Kind),
    ("kiss", Role::Kiss),
    ("least", Role::Least),
    ("never", Role::Never),
    ("no", Role::No),
    ("nor", Role::Nor),
    ("of", Role::Of),
    ("or", Role::Or),
    ("right", Role::Right),
    ("shit", Role::Shit),
    ("so", Role::So),
    ("sort", Role::Sort),
    ("stop", Role::Stop),
    ("the", Role::The),
    ("this", Role::This),
    ("to", Role::To),
    ("very", Role::Very),
    ("without", Role::Without),
    ("yeah", Role::Yeah),
];

/// Whether "n't" is anywhere in `word`, in any case.
pub(crate) fn has_nt(word: &[u8]) -> bool {
    word.windows(3).any(|part| part.eq_ignore_ascii_case(b"n't"))
}
