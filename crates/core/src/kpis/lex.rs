//! What the lexicon tells of a word: its meanings as a set of bits.

/// What the KPIs want to know of a word: a set of the constants below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Lex(u64);

impl Lex {
    pub(crate) const NONE: Lex = Lex(0);
    /// Always a filler.
    pub(super) const HESITATION: Lex = Lex(1);
    /// A filler wherever it stands, though it is a word.
    pub(super) const SOFT: Lex = Lex(1 << 1);
    /// Shows that one listens, by itself or with others of its kind.
    pub(super) const BACKCHANNEL: Lex = Lex(1 << 2);
    /// May precede the beginning of a question.
    pub(super) const LEAD_IN: Lex = Lex(1 << 3);
    /// A question of this one word asks nothing but agreement or attention.
    pub(super) const TAG: Lex = Lex(1 << 4);
    /// An auxiliary verb.
    pub(super) const AUXILIARY: Lex = Lex(1 << 5);
    /// An auxiliary that commands when an object follows: "do it", "have this".
    pub(super) const COMMAND: Lex = Lex(1 << 6);
    /// A pronoun that can follow an auxiliary in a question.
    pub(super) const PRONOUN: Lex = Lex(1 << 7);
    /// A pronoun that is as often an object.
    pub(super) const OBJECT: Lex = Lex(1 << 8);
    /// A wh-word.
    pub(super) const WH: Lex = Lex(1 << 9);
    /// A wh-word and its auxiliary in one: "what's".
    pub(super) const WH_AUXILIARY: Lex = Lex(1 << 10);
    /// After it, "kind of" and "sort of" mean what they say.
    pub(super) const DETERMINER: Lex = Lex(1 << 11);
    /// An abbreviation whose dot does not end the sentence.
    pub(super) const TITLE: Lex = Lex(1 << 12);

    // What tells open questions from closed ones.
    pub(super) const WHAT: Lex = Lex(1 << 13);
    pub(super) const HOW: Lex = Lex(1 << 14);
    pub(super) const WHY: Lex = Lex(1 << 15);
    /// After "how" it asks for a number or a degree: "how many", "how long".
    pub(super) const MEASURE: Lex = Lex(1 << 38);
    /// What is asked for when "what" wants one fact: "what time", "what's your name".
    pub(super) const FACT: Lex = Lex(1 << 39);
    /// May stand before such a fact.
    pub(super) const DEFINITE: Lex = Lex(1 << 40);
    pub(super) const BE: Lex = Lex(1 << 41);
    pub(super) const PREPOSITION: Lex = Lex(1 << 42);
    /// Makes a request softer and changes nothing in what is asked.
    pub(super) const SOFTENER: Lex = Lex(1 << 43);
    /// Before "you" it opens a request.
    pub(super) const REQUEST: Lex = Lex(1 << 44);
    pub(super) const DESCRIBE: Lex = Lex(1 << 45);
    pub(super) const TELL: Lex = Lex(1 << 46);
    pub(super) const ME: Lex = Lex(1 << 47);
    pub(super) const WALK: Lex = Lex(1 << 48);
    pub(super) const THROUGH: Lex = Lex(1 << 49);
    pub(super) const HELP: Lex = Lex(1 << 50);
    pub(super) const UNDERSTAND: Lex = Lex(1 << 51);
    pub(super) const WHETHER: Lex = Lex(1 << 52);

    // Words that only matter beside each other.
    pub(super) const DO: Lex = Lex(1 << 16);
    pub(super) const YOU: Lex = Lex(1 << 17);
    pub(super) const KNOW: Lex = Lex(1 << 18);
    pub(super) const I: Lex = Lex(1 << 19);
    pub(super) const MEAN: Lex = Lex(1 << 20);
    pub(super) const KIND: Lex = Lex(1 << 21);
    pub(super) const OF: Lex = Lex(1 << 22);
    pub(super) const LIKE: Lex = Lex(1 << 23);
    pub(super) const UH: Lex = Lex(1 << 24);
    pub(super) const HUH: Lex = Lex(1 << 25);
    pub(super) const MM: Lex = Lex(1 << 26);
    pub(super) const HM: Lex = Lex(1 << 27);
    pub(super) const GOT: Lex = Lex(1 << 28);
    pub(super) const IT: Lex = Lex(1 << 29);
    pub(super) const SEE: Lex = Lex(1 << 30);
    pub(super) const ALL: Lex = Lex(1 << 31);
    pub(super) const RIGHT: Lex = Lex(1 << 32);
    pub(super) const COURSE: Lex = Lex(1 << 33);
    pub(super) const MAKES: Lex = Lex(1 << 34);
    pub(super) const SENSE: Lex = Lex(1 << 35);
    pub(super) const FAIR: Lex = Lex(1 << 36);
    pub(super) const ENOUGH: Lex = Lex(1 << 37);

    /// Whether the word is any of `meanings`.
    #[inline]
    pub(super) const fn is(self, meanings: Lex) -> bool {
        self.0 & meanings.0 != 0
    }

    /// Either's meanings.
    pub(crate) const fn or(self, other: Lex) -> Lex {
        Lex(self.0 | other.0)
    }

    /// Some meaning, or none.
    #[inline]
    pub(super) const fn any_if(some: bool) -> Lex {
        Lex(some as u64)
    }

    /// Those of its meanings that are among `meanings`.
    pub(super) const fn only(self, meanings: Lex) -> Lex {
        Lex(self.0 & meanings.0)
    }
}
