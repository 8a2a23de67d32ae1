//! Perfect hashing, worked out by the compiler: each word of a table has a slot to itself, so
//! that a look-up is one comparison whether the word is there or not. Which words come is
//! unpredictable, so a look-up that branched would cost many times one that does not.
//!
//! The hash picks a bucket, the bucket's seed the slot. Buckets are placed from the fullest
//! to the emptiest, each with the first seed that leads its words to free slots.

/// A list's end.
const NONE: usize = usize::MAX;

/// The slot of the word with this hash in a table of `slots`, a power of two.
#[inline]
pub(super) const fn slot<const BUCKETS: usize>(seeds: &[u8; BUCKETS], hash: u64, slots: usize) -> usize {
    with_seed(seeds[hash as usize % BUCKETS], hash, slots)
}

#[inline]
const fn with_seed(seed: u8, hash: u64, slots: usize) -> usize {
    (hash.wrapping_mul(2 * seed as u64 + 1) >> (u64::BITS - slots.trailing_zeros())) as usize
}

/// A well-mixed hash of up to sixteen bytes of a word, the first one lowest.
#[inline]
pub(super) const fn hash(word: u128) -> u64 {
    let (head, tail) = (word as u64, (word >> 64) as u64);
    let product = (head ^ 0x9E37_79B9_7F4A_7C15) as u128 * (tail ^ 0xD6E8_FEB8_6659_FD93) as u128;
    (product as u64) ^ (product >> 64) as u64
}

/// The seeds that give words with these hashes slots of their own. A word may be listed more
/// than once. The compiler stops where a bucket finds no place.
pub(super) const fn seeds<const WORDS: usize, const BUCKETS: usize, const SLOTS: usize>(
    hashes: &[u64; WORDS],
) -> [u8; BUCKETS] {
    // Each bucket's words as a linked list.
    let (mut first, mut next) = ([NONE; BUCKETS], [NONE; WORDS]);
    let (mut sizes, mut largest) = ([0; BUCKETS], 0);
    let mut word = 0;
    while word < WORDS {
        assert!(hashes[word] != 0);
        let bucket = hashes[word] as usize % BUCKETS;
        next[word] = first[bucket];
        first[bucket] = word;
        sizes[bucket] += 1;
        if sizes[bucket] > largest {
            largest = sizes[bucket];
        }
        word += 1;
    }
    let mut seeds = [0; BUCKETS];
    // The hash of the word in each slot, or 0.
    let mut taken = [0; SLOTS];
    while largest > 0 {
        let mut bucket = 0;
        while bucket < BUCKETS {
            if sizes[bucket] == largest {
                let mut seed = 0;
                while !place(hashes, &next, first[bucket], seed, &mut taken) {
                    assert!(seed < u8::MAX);
                    seed += 1;
                }
                seeds[bucket] = seed;
            }
            bucket += 1;
        }
        largest -= 1;
    }
    seeds
}

/// Takes the slots of a bucket's words under `seed`, or none of them if one is not free.
const fn place<const WORDS: usize, const SLOTS: usize>(
    hashes: &[u64; WORDS],
    next: &[usize; WORDS],
    first: usize,
    seed: u8,
    taken: &mut [u64; SLOTS],
) -> bool {
    let mut word = first;
    while word != NONE {
        let slot = with_seed(seed, hashes[word], SLOTS);
        if taken[slot] != 0 && taken[slot] != hashes[word] {
            break;
        }
        taken[slot] = hashes[word];
        word = next[word];
    }
    let (stopped, mut undone) = (word, first);
    while stopped != NONE && undone != stopped {
        taken[with_seed(seed, hashes[undone], SLOTS)] = 0;
        undone = next[undone];
    }
    stopped == NONE
}
