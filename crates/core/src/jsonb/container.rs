//! Arrays and objects as they lie in the bytes: a header, JEntries, the children's data.

use super::{
    Array, CONTAINER, COUNT, Corrupt, HAS_END, IS_ARRAY, IS_OBJECT, IS_SCALAR, KIND, LENGTH_OR_END, NUMERIC,
    Node, Object, STRING, Value,
};

#[derive(Debug, Clone, Copy)]
pub(super) struct Container<'a> {
    pub(super) header: u32,
    pub(super) entries: &'a [[u8; 4]],
    data: &'a [u8],
}

impl<'a> Container<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Corrupt> {
        let (header, rest) = bytes.split_first_chunk::<4>().ok_or(Corrupt)?;
        let header = u32::from_ne_bytes(*header);
        let count = (header & COUNT) as usize;
        let count = match header & (IS_ARRAY | IS_OBJECT) {
            IS_ARRAY => count,
            IS_OBJECT => count * 2,
            _ => return Err(Corrupt),
        };
        let entries = rest.as_chunks::<4>().0.get(..count).ok_or(Corrupt)?;
        let data = rest.get(entries.as_flattened().len()..).ok_or(Corrupt)?;
        Ok(Self { header, entries, data })
    }

    pub(super) fn value(self) -> Result<Value<'a>, Corrupt> {
        match self.header & (IS_ARRAY | IS_OBJECT | IS_SCALAR) {
            IS_ARRAY => Ok(Value::Array(Array(self))),
            IS_OBJECT => Ok(Value::Object(Object(self))),
            _ => Err(Corrupt),
        }
    }

    /// The values of an object whose keys are these and no others, all of them read at once.
    #[inline]
    pub(super) fn values_of<const N: usize>(self, names: [&str; N]) -> Option<Nodes<'a>> {
        let (keys, values) = self.entries.split_at_checked(N)?;
        let (mut same, mut offset) = (N < 32, 0);
        for (position, (entry, name)) in keys.iter().zip(names).enumerate() {
            let end = offset + name.len();
            let flag = if position == 0 { HAS_END } else { 0 };
            same &= u32::from_ne_bytes(*entry) == STRING | flag | name.len() as u32;
            same &= self.data.get(offset..end)? == name.as_bytes();
            offset = end;
        }
        same.then_some(Nodes { entries: values.iter(), data: self.data, offset })
    }

    pub(super) fn nodes(self) -> Nodes<'a> {
        Nodes { entries: self.entries.iter(), data: self.data, offset: 0 }
    }
}

/// Walks the children of a container, adding up their lengths.
#[derive(Debug, Clone)]
pub struct Nodes<'a> {
    entries: std::slice::Iter<'a, [u8; 4]>,
    data: &'a [u8],
    offset: usize,
}

impl<'a> Nodes<'a> {
    fn node(&mut self, entry: u32) -> Option<Node<'a>> {
        let field = (entry & LENGTH_OR_END) as usize;
        let start = self.offset;
        let end = if entry & HAS_END == 0 { start + field } else { field };
        let kind = entry & KIND;
        let bytes = self.data.get(start..end)?;
        self.offset = end;
        // The data begins on a multiple of four, so its offsets tell the padding.
        let padding = match kind {
            NUMERIC | CONTAINER => start.wrapping_neg() % 4,
            _ => 0,
        };
        Some(Node { kind, bytes: bytes.get(padding..)? })
    }
}

impl<'a> Iterator for Nodes<'a> {
    type Item = Result<Node<'a>, Corrupt>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = u32::from_ne_bytes(*self.entries.next()?);
        let node = self.node(entry);
        if node.is_none() {
            self.entries = [].iter();
        }
        Some(node.ok_or(Corrupt))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.entries.size_hint()
    }
}
