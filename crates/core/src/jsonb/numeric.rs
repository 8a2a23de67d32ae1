//! PostgreSQL's numeric as it lies inside a jsonb: a varlena of base-10000 digits.

use super::Corrupt;

const SPECIAL: u16 = 0xC000;
const SHORT: u16 = 0x8000;
const NEGATIVE_LONG: u16 = 0x4000;
const NEGATIVE_SHORT: u16 = 0x2000;
const NAN: u16 = 0xC000;
const MINUS_INFINITY: u16 = 0xF000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Positive,
    Negative,
    NaN,
    Infinity,
    MinusInfinity,
}

/// An exact decimal number: Σ digit\[i\] · 10000^(weight − i).
#[derive(Debug, Clone, Copy)]
pub struct Numeric<'a> {
    sign: Sign,
    /// Base-10000 exponent of the first digit.
    weight: i32,
    /// Decimal digits shown after the point.
    scale: usize,
    digits: &'a [[u8; 2]],
}

impl<'a> Numeric<'a> {
    /// Reads a whole numeric varlena, its header included.
    ///
    /// # Errors
    /// [`Corrupt`] when the length is wrong, or a digit is not below 10000.
    #[inline]
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Corrupt> {
        let (header, rest) = body(bytes)?.split_first_chunk::<2>().ok_or(Corrupt)?;
        let header = u16::from_ne_bytes(*header);
        let (sign, weight, scale, rest) = if header & SPECIAL == SPECIAL {
            let sign = match header {
                NAN => Sign::NaN,
                MINUS_INFINITY => Sign::MinusInfinity,
                _ => Sign::Infinity,
            };
            (sign, 0, 0, [].as_slice())
        } else if header & SHORT != 0 {
            let negative = header & NEGATIVE_SHORT != 0;
            // Seven bits, the upper one the sign.
            let weight = i32::from(header & 0x3F) - i32::from(header & 0x40);
            (sign_of(negative), weight, (header >> 7) & 0x3F, rest)
        } else {
            let (weight, rest) = rest.split_first_chunk::<2>().ok_or(Corrupt)?;
            let negative = header & NEGATIVE_LONG != 0;
            (sign_of(negative), i16::from_ne_bytes(*weight).into(), header & 0x3FFF, rest)
        };
        let (digits, odd) = rest.as_chunks::<2>();
        if !odd.is_empty() || digits.iter().any(|d| u16::from_ne_bytes(*d) > 9999) {
            return Err(Corrupt);
        }
        Ok(Self { sign, weight, scale: scale.into(), digits })
    }

    /// The number if it is whole, from 0 to 99,999,999 and written as PostgreSQL writes those: what
    /// nearly all times are, at a fraction of the price. None leaves it open what it is.
    #[inline]
    pub fn small_whole(bytes: &[u8]) -> Option<u64> {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let (header, digits) = rest.split_first_chunk::<2>()?;
        let length = u32::from_ne_bytes(*length);
        let length = if cfg!(target_endian = "little") { length.rotate_right(2) } else { length };
        let digits = match digits.as_chunks::<2>() {
            ([one], []) => [*one, [0, 0]],
            ([one, two], []) => [*one, *two],
            _ => return None,
        };
        let [first, second] = digits.map(|digit| u64::from(u16::from_ne_bytes(digit)));
        let fits = length as usize == bytes.len() && first < 10_000 && second < 10_000;
        match u16::from_ne_bytes(*header) {
            // Positive, without decimals, the weight 0 or 1.
            SHORT if fits && second == 0 => Some(first),
            header if header == SHORT + 1 && fits => Some(10_000 * first + second),
            _ => None,
        }
    }

    /// The number rounded half away from zero and clamped to `0..=max`; None for NaN.
    pub fn round_clamped(&self, max: u64) -> Option<u64> {
        match self.sign {
            Sign::NaN => return None,
            Sign::Negative | Sign::MinusInfinity => return Some(0),
            Sign::Infinity => return Some(max),
            Sign::Positive => {}
        }
        let mut whole = 0u64;
        for position in 0..=self.weight {
            if whole >= max || (whole == 0 && position as usize >= self.digits.len()) {
                break;
            }
            let digit = self.digit(position);
            whole = whole.saturating_mul(10_000).saturating_add(digit.into());
        }
        let half = self.digit(self.weight.saturating_add(1)) >= 5_000;
        Some(whole.saturating_add(half.into()).min(max))
    }

    /// The number rounded half away from zero, as PostgreSQL casts it to an integer; None for what is no number, or
    /// outside an i64.
    pub fn rounded(&self) -> Option<i64> {
        if !matches!(self.sign, Sign::Positive | Sign::Negative) {
            return None;
        }
        let magnitude = Self { sign: Sign::Positive, ..*self }.round_clamped(i64::MAX as u64 + 1)?;
        let magnitude = i64::try_from(magnitude).ok()?;
        Some(if self.sign == Sign::Negative { -magnitude } else { magnitude })
    }

    /// The number as PostgreSQL prints it: plain decimal text, with its own scale.
    pub fn to_plain_string(&self) -> String {
        match self.sign {
            Sign::NaN => return "NaN".into(),
            Sign::Infinity => return "Infinity".into(),
            Sign::MinusInfinity => return "-Infinity".into(),
            Sign::Positive | Sign::Negative => {}
        }
        let mut text = String::new();
        if self.sign == Sign::Negative {
            text.push('-');
        }
        if self.weight < 0 {
            text.push('0');
        }
        for position in 0..=self.weight {
            let digit = self.digit(position);
            text += &if position == 0 { format!("{digit}") } else { format!("{digit:04}") };
        }
        if self.scale > 0 {
            text.push('.');
            let point = text.len();
            let mut position = self.weight + 1;
            while text.len() - point < self.scale {
                text += &format!("{:04}", self.digit(position));
                position += 1;
            }
            text.truncate(point + self.scale);
        }
        text
    }

    /// The base-10000 digit `position` places after the first one, or 0 outside.
    fn digit(&self, position: i32) -> u16 {
        let digit = usize::try_from(position).ok().and_then(|at| self.digits.get(at));
        digit.map_or(0, |digit| u16::from_ne_bytes(*digit))
    }
}

fn sign_of(negative: bool) -> Sign {
    if negative { Sign::Negative } else { Sign::Positive }
}

/// What follows the varlena header. jsonb keeps whole headers; short ones are read as well,
/// because nothing in PostgreSQL forbids them here. Compressed or external ones cannot be.
#[inline]
fn body(bytes: &[u8]) -> Result<&[u8], Corrupt> {
    let first = *bytes.first().ok_or(Corrupt)?;
    let short = if cfg!(target_endian = "little") { first & 1 != 0 } else { first & 0x80 != 0 };
    let (header, total) = if short {
        let total = if cfg!(target_endian = "little") { first >> 1 } else { first & 0x7F };
        (1, usize::from(total))
    } else {
        let word = u32::from_ne_bytes(*bytes.first_chunk::<4>().ok_or(Corrupt)?);
        let (flags, total) = if cfg!(target_endian = "little") {
            (word & 3, word >> 2)
        } else {
            (word >> 30, word & 0x3FFF_FFFF)
        };
        if flags != 0 {
            return Err(Corrupt);
        }
        (4, total as usize)
    };
    if total != bytes.len() {
        return Err(Corrupt);
    }
    bytes.get(header..).ok_or(Corrupt)
}
