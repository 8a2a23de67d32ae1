//! Which bytes of a text belong to lexemes, one bit a byte: found for a whole text at once,
//! without a branch that depends on it, and then read per lexeme with a shift.

use wide::{i8x16, u8x16};

/// How many bytes are classified at once; the compiler turns that into vectors.
pub(super) const BLOCK: usize = 64;

/// Runs of ASCII letters and digits, with apostrophes, hyphens and dots inside.
#[derive(Debug, Default)]
pub(super) struct Runs {
    /// Bit i of byte n is for byte 8n + i of the text; then some zeros.
    bits: Vec<u8>,
}

impl Runs {
    /// How long a run [`Runs::length`] sees at least.
    #[cfg(test)]
    const LONGEST: usize = 24;

    /// Reads another text, and tells whether it is ASCII.
    pub(super) fn read(&mut self, text: &[u8]) -> bool {
        self.bits.clear();
        let (mut alphanumeric, mut connectors, mut before) = (0, 0, 0);
        let mut any = u8x16::ZERO;
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        let mut last = [0; BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        for block in blocks.iter().chain([&last]) {
            let next = bits(block, is_alphanumeric);
            self.push(before, alphanumeric, next, connectors);
            (before, alphanumeric) = (alphanumeric, next);
            connectors = bits(block, |byte| matches!(byte, b'\'' | b'-' | b'.'));
            let (sixteens, _) = block.as_chunks::<16>();
            any = sixteens.iter().fold(any, |any, sixteen| any | u8x16::new(*sixteen));
        }
        self.push(before, alphanumeric, 0, connectors);
        self.bits.extend([0; 8]);
        any.to_bitmask() == 0
    }

    /// Adds the runs of the block whose letters and digits are `alphanumeric`. A connector
    /// needs to know what is on either side of it, in the blocks beside it as well.
    #[inline]
    fn push(&mut self, before: u64, alphanumeric: u64, next: u64, connectors: u64) {
        let inside = connectors & (alphanumeric << 1 | before >> 63) & (alphanumeric >> 1 | next << 63);
        self.bits.extend((alphanumeric | inside).to_le_bytes());
    }

    /// The length of the run that begins at byte `at`, up to [`Runs::LONGEST`] and more.
    #[inline]
    pub(super) fn length(&self, at: usize) -> usize {
        let byte = BLOCK / 8 + at / 8;
        let bits = self.bits.get(byte..).and_then(|bits| bits.first_chunk());
        (bits.map_or(0, |bits| u32::from_le_bytes(*bits)) >> (at % 8)).trailing_ones() as usize
    }
}

/// Whether the byte is an ASCII letter or digit, in a form that becomes vectors.
#[inline]
pub(super) fn is_alphanumeric(byte: u8) -> bool {
    ((byte | 0x20).wrapping_sub(b'a') < 26) | (byte.wrapping_sub(b'0') < 10)
}

/// One bit for each byte, the first one lowest.
#[inline]
pub(super) fn bits(block: &[u8; BLOCK], is: impl Fn(u8) -> bool) -> u64 {
    let flags = block.map(|byte| if is(byte) { -1 } else { 0 });
    let (sixteens, _) = flags.as_chunks::<16>();
    let mask = |sixteen: &[i8; 16]| u64::from(i8x16::new(*sixteen).to_bitmask());
    sixteens.iter().rev().fold(0, |bits, sixteen| bits << 16 | mask(sixteen))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn runs_agree_with_a_byte_loop(text in "[a-zA-Z0-9'. ,é-]{0,200}") {
            let text = text.as_bytes();
            let alphanumeric = |at: usize| text.get(at).is_some_and(u8::is_ascii_alphanumeric);
            let in_run = |at: usize| {
                let connects = at > 0 && alphanumeric(at - 1) && alphanumeric(at + 1);
                alphanumeric(at) || connects && matches!(text[at], b'\'' | b'-' | b'.')
            };
            let mut runs = Runs::default();
            runs.read(b"something else");
            runs.read(text);
            for at in 0..text.len() {
                let length = (at..text.len()).take_while(|&at| in_run(at)).count();
                prop_assert_eq!(runs.length(at).min(Runs::LONGEST), length.min(Runs::LONGEST), "{}", at);
            }
        }
    }
}
