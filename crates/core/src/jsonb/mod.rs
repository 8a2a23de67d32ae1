//! Reads PostgreSQL's binary jsonb in place: no copy, no allocation, no recursion.
//!
//! The input is what follows the varlena header. A container is a `u32` header (count and
//! flags), a `u32` JEntry per child (all keys of an object, then all its values) and the
//! children's data. A JEntry holds a type and either the child's length or, every 32
//! children, the offset of its end. Numbers and containers begin on a multiple of four; the
//! padding before them belongs to their length. All integers are in the machine's order.
//!
//! Every offset is checked before it is followed, so damaged bytes give [`Corrupt`], and a
//! child that nobody asks for is stepped over unread.

mod container;
mod numeric;

pub mod encode;
pub mod object;
mod text;

pub use container::Nodes;
pub use numeric::Numeric;
pub use text::to_text;

use container::Container;

const COUNT: u32 = 0x0FFF_FFFF;
const IS_SCALAR: u32 = 0x1000_0000;
const IS_OBJECT: u32 = 0x2000_0000;
const IS_ARRAY: u32 = 0x4000_0000;

const LENGTH_OR_END: u32 = 0x0FFF_FFFF;
const KIND: u32 = 0x7000_0000;
const HAS_END: u32 = 0x8000_0000;

const STRING: u32 = 0x0000_0000;
const NUMERIC: u32 = 0x1000_0000;
const FALSE: u32 = 0x2000_0000;
const TRUE: u32 = 0x3000_0000;
const NULL: u32 = 0x4000_0000;
const CONTAINER: u32 = 0x5000_0000;

/// How many steps a long loop takes between two calls of the caller's `tick`.
const TICK_EVERY: usize = 1024;

/// The bytes are not binary jsonb, or hold text that is not UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Corrupt;

impl std::fmt::Display for Corrupt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("binary jsonb is damaged")
    }
}

impl std::error::Error for Corrupt {}

/// A JSON value that borrows from the jsonb it was read from.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, exact.
    Number(Numeric<'a>),
    /// A string.
    String(&'a str),
    /// An array, its elements unread.
    Array(Array<'a>),
    /// An object, its fields unread.
    Object(Object<'a>),
}

impl Value<'_> {
    /// The name `jsonb_typeof` gives this kind of value.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }
}

/// Reads the root of a jsonb, given the bytes after its varlena header.
///
/// # Errors
/// [`Corrupt`] when the header or the array of JEntries is damaged.
pub fn root(bytes: &[u8]) -> Result<Value<'_>, Corrupt> {
    let container = Container::parse(bytes)?;
    if container.header & IS_SCALAR == 0 {
        return container.value();
    }
    // A bare scalar is stored as an array of one.
    match (container.header & IS_ARRAY, container.entries) {
        (IS_ARRAY, [_]) => match container.nodes().next() {
            Some(node) if node?.kind != CONTAINER => node?.value(),
            _ => Err(Corrupt),
        },
        _ => Err(Corrupt),
    }
}

/// A child of an array or object: where it is, not yet what it is.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    kind: u32,
    bytes: &'a [u8],
}

impl<'a> Node<'a> {
    /// The string, if it is one; cheaper than [`Node::value`].
    ///
    /// # Errors
    /// [`Corrupt`] when it is a string and no UTF-8.
    #[inline]
    pub fn as_str(self) -> Result<Option<&'a str>, Corrupt> {
        if self.kind == STRING { self.text().map(Some) } else { Ok(None) }
    }

    /// The bytes of the string, if it is one, unchecked: for who finds out by itself whether they are UTF-8.
    #[inline]
    pub fn as_string(self) -> Option<&'a [u8]> {
        (self.kind == STRING).then_some(self.bytes)
    }

    /// The number, if it is one; cheaper than [`Node::value`].
    ///
    /// # Errors
    /// [`Corrupt`] when it is a number and damaged.
    #[inline]
    pub fn as_number(self) -> Result<Option<Numeric<'a>>, Corrupt> {
        if self.kind == NUMERIC { Numeric::parse(self.bytes).map(Some) } else { Ok(None) }
    }

    /// The number rounded half away from zero and clamped to `0..=max`, if it is one and not NaN.
    ///
    /// # Errors
    /// [`Corrupt`] when it is a number and damaged.
    #[inline]
    pub fn as_clamped(self, max: u64) -> Result<Option<u64>, Corrupt> {
        if self.kind == NUMERIC
            && let Some(number) = Numeric::small_whole(self.bytes)
        {
            return Ok(Some(number.min(max)));
        }
        Ok(self.as_number()?.and_then(|number| number.round_clamped(max)))
    }

    /// Whether it is the string `text`.
    #[inline]
    pub fn is_str(self, text: &str) -> bool {
        self.kind == STRING && self.bytes == text.as_bytes()
    }

    #[inline]
    fn text(self) -> Result<&'a str, Corrupt> {
        std::str::from_utf8(self.bytes).map_err(|_| Corrupt)
    }

    /// Reads the child.
    ///
    /// # Errors
    /// [`Corrupt`] when its bytes are no value of its type.
    pub fn value(self) -> Result<Value<'a>, Corrupt> {
        match self.kind {
            STRING => self.text().map(Value::String),
            NUMERIC => Numeric::parse(self.bytes).map(Value::Number),
            FALSE => Ok(Value::Bool(false)),
            TRUE => Ok(Value::Bool(true)),
            NULL => Ok(Value::Null),
            CONTAINER => Container::parse(self.bytes)?.value(),
            _ => Err(Corrupt),
        }
    }
}

/// An array inside a jsonb.
#[derive(Debug, Clone, Copy)]
pub struct Array<'a>(Container<'a>);

impl<'a> Array<'a> {
    /// The number of elements.
    pub fn len(&self) -> usize {
        self.0.entries.len()
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.0.entries.is_empty()
    }

    /// The elements in order, each found in constant time. Ends after the first error.
    pub fn iter(&self) -> Nodes<'a> {
        self.0.nodes()
    }
}

/// An object inside a jsonb.
#[derive(Debug, Clone, Copy)]
pub struct Object<'a>(Container<'a>);

impl<'a> Object<'a> {
    /// The number of fields.
    pub fn len(&self) -> usize {
        self.0.entries.len() / 2
    }

    /// Whether there are no fields.
    pub fn is_empty(&self) -> bool {
        self.0.entries.is_empty()
    }

    /// The keys, and beside them the values.
    fn entries(&self) -> (std::iter::Take<Nodes<'a>>, Nodes<'a>) {
        let keys = self.0.nodes();
        let mut values = self.0.nodes();
        values.by_ref().take(self.len()).for_each(drop);
        (keys.take(self.len()), values)
    }

    /// Finds the values of `names` in one walk, calling `tick` every 1,024 fields.
    /// `names` must be in jsonb's order of keys: by length, then by bytes.
    ///
    /// # Errors
    /// [`Corrupt`] when a field's offset leads outside the object.
    #[inline]
    pub fn fields<const N: usize>(
        &self,
        names: [&str; N],
        tick: &mut dyn FnMut(),
    ) -> Result<[Option<Node<'a>>; N], Corrupt> {
        debug_assert!(names.is_sorted_by(|a, b| (a.len(), *a) < (b.len(), *b)));
        let count = self.len();
        // The usual case: these fields and no others.
        if count == N
            && let Some(mut values) = self.0.values_of(names)
        {
            let mut found = [None; N];
            for slot in &mut found {
                *slot = values.next().transpose()?;
            }
            return Ok(found);
        }
        let mut found = [None; N];
        let mut nodes = self.0.nodes();

        let mut at = [usize::MAX; N];
        let mut next = 0;
        for (position, key) in nodes.by_ref().take(count).enumerate() {
            let key = key?.bytes;
            while let Some(name) = names.get(next) {
                if key == name.as_bytes() {
                    at[next] = position;
                } else if (key.len(), key) < (name.len(), name.as_bytes()) {
                    break;
                }
                next += 1;
            }
            if position % TICK_EVERY == TICK_EVERY - 1 {
                tick();
            }
        }

        let mut wanted = at.iter().zip(&mut found).filter(|(at, _)| **at < count);
        let mut next = wanted.next();
        for (position, node) in nodes.enumerate() {
            let Some((at, slot)) = &mut next else { break };
            let node = node?;
            if position == **at {
                **slot = Some(node);
                next = wanted.next();
            }
            if position % TICK_EVERY == TICK_EVERY - 1 {
                tick();
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests;
