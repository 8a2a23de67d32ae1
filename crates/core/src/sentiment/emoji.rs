//! Emoji: VADER reads an emoji as its description, which it puts into the text.
//!
//! `data/vader_emoji.tsv` holds the single-code-point emoji of vaderSentiment 3.3.2 (MIT, see
//! `data/LICENSE-VADER`) in code-point order; the reference looks up one code point at a
//! time, so longer ones never match.

const EMOJI: &str = include_str!("../../data/vader_emoji.tsv");

const COUNT: usize = {
    let (bytes, mut i, mut count) = (EMOJI.as_bytes(), 0, 0);
    while i < bytes.len() {
        count += (bytes[i] == b'\n') as usize;
        i += 1;
    }
    count
};

/// Code point, and where its description starts in [`EMOJI`].
static INDEX: [(u32, u32); COUNT] = index();

/// Writes `text` with its emoji described to `out`, which is emptied first. `false`, and
/// nothing written, if there are none.
pub(super) fn describe(text: &str, out: &mut String) -> bool {
    out.clear();
    let mut copied = 0;
    for (at, emoji) in text.char_indices() {
        let Some(description) = description(emoji) else {
            continue;
        };
        out.push_str(&text[copied..at]);
        if at > 0 && text.as_bytes()[at - 1] != b' ' {
            out.push(' ');
        }
        out.push_str(description);
        copied = at + emoji.len_utf8();
    }
    if copied > 0 {
        out.push_str(&text[copied..]);
    }
    copied > 0
}

fn description(emoji: char) -> Option<&'static str> {
    let code = u32::from(emoji);
    if code < INDEX[0].0 {
        return None;
    }
    let found = INDEX.binary_search_by_key(&code, |&(code, _)| code).ok()?;
    EMOJI[INDEX[found].1 as usize..].lines().next()
}

const fn index() -> [(u32, u32); COUNT] {
    let mut index = [(0, 0); COUNT];
    let (bytes, mut at, mut line) = (EMOJI.as_bytes(), 0, 0);
    while line < COUNT {
        // One UTF-8 code point, then a tab: the lead byte's payload, then six bits a byte.
        let lead = bytes[at] as u32;
        let mut code = lead & (0x7F >> (lead as u8).leading_ones());
        at += 1;
        while bytes[at] != b'\t' {
            code = (code << 6) | (bytes[at] & 0x3F) as u32;
            at += 1;
        }
        at += 1;
        index[line] = (code, at as u32);
        while bytes[at] != b'\n' {
            at += 1;
        }
        at += 1;
        line += 1;
    }
    index
}
