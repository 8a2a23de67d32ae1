//! Exact decimals and fractions of decimals. A number is checked for its size
//! before it is expanded, so that `1e1000000` costs nothing.

use bigdecimal::num_bigint::{BigInt, Sign};
use bigdecimal::num_traits::{One, Signed, Zero, pow};
use bigdecimal::{BigDecimal, num_bigint};

/// The limit of a number in a rubric. The widths of a thousand bands multiply into one
/// denominator, so they are held shorter than marks, which only add up.
pub(super) const RUBRIC_LIMIT: u16 = 100;
/// The limit of a mark or a KPI.
pub(super) const MARK_LIMIT: u16 = 1_000;

/// Reads a JSON number's text exactly. `None` when it is no number, or is written with
/// more than `limit` digits or with an exponent beyond ±`limit`.
pub(super) fn parse(text: &str, limit: u16) -> Option<BigDecimal> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (Sign::Minus, rest),
        None => (Sign::Plus, text),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let too_long =
        whole.len() + fraction.len() > usize::from(limit) || exponent.unsigned_abs() > u32::from(limit);
    let digits_only = whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
    if too_long || !digits_only || whole.is_empty() {
        return None;
    }
    let digits: num_bigint::BigUint = format!("{whole}{fraction}").parse().ok()?;
    let scale = i64::try_from(fraction.len()).ok()? - i64::from(exponent);
    Some(BigDecimal::new(BigInt::from_biguint(sign, digits), scale))
}

/// The number without an exponent, as PostgreSQL's `numeric` reads it; trailing
/// zeros stay as they are (`80.00` is `80.00`).
pub fn to_plain_string(number: &BigDecimal) -> String {
    number.to_plain_string()
}

/// `num / den`, never divided before [`Ratio::round`]; `den` is above zero.
#[derive(Clone, Debug)]
pub(super) struct Ratio {
    num: BigDecimal,
    den: BigDecimal,
}

impl Ratio {
    /// `num / den`; the caller sees to it that `den` is above zero.
    pub(super) fn new(num: BigDecimal, den: BigDecimal) -> Self {
        Self { num, den }
    }

    /// The number itself.
    pub(super) fn whole(num: BigDecimal) -> Self {
        Self::new(num, BigDecimal::one())
    }

    pub(super) fn times(self, factor: &BigDecimal) -> Self {
        Self::new(self.num * factor, self.den)
    }

    /// Divides by a number above zero.
    pub(super) fn over(self, divisor: &BigDecimal) -> Self {
        Self::new(self.num, self.den * divisor)
    }

    fn plus(self, other: Self) -> Self {
        if self.den == other.den {
            return Self::new(self.num + other.num, self.den);
        }
        let num = self.num * &other.den + other.num * &self.den;
        Self::new(num, self.den * other.den)
    }

    /// The exact sum. Terms are added in pairs, then the pairs in pairs: with a
    /// thousand different denominators the numbers stay short for most of the way.
    pub(super) fn sum(mut terms: Vec<Self>) -> Self {
        while terms.len() > 1 {
            let mut pairs = Vec::with_capacity(terms.len().div_ceil(2));
            let mut rest = terms.into_iter();
            while let Some(first) = rest.next() {
                pairs.push(match rest.next() {
                    Some(second) => first.plus(second),
                    None => first,
                });
            }
            terms = pairs;
        }
        terms.pop().unwrap_or_else(|| Self::whole(BigDecimal::zero()))
    }

    /// The one rounding: half away from zero, to `places` decimals.
    pub(super) fn round(&self, places: u8) -> BigDecimal {
        let (mut num, num_scale) = self.num.as_bigint_and_exponent();
        let (mut den, den_scale) = self.den.as_bigint_and_exponent();
        let shift = i64::from(places) + den_scale - num_scale;
        let power = pow(BigInt::from(10), shift.unsigned_abs() as usize);
        if shift >= 0 {
            num *= power;
        } else {
            den *= power;
        }
        // BigInt division cuts towards zero, so half of the divisor, added with the
        // dividend's own sign, rounds half away from zero.
        let half = if num.is_negative() { -&den } else { den.clone() };
        let rounded = (num * 2 + half) / (den * 2);
        BigDecimal::new(rounded, i64::from(places))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> BigDecimal {
        parse(text, MARK_LIMIT).unwrap()
    }

    #[test]
    fn reads_json_numbers_exactly() {
        for (text, plain) in [
            ("0", "0"),
            ("-0", "0"),
            ("0.250", "0.250"),
            ("-12.5", "-12.5"),
            ("1e2", "100"),
            ("1E+2", "100"),
            ("25e-2", "0.25"),
            ("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
        ] {
            assert_eq!(to_plain_string(&d(text)), plain, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_number() {
        for text in
            ["", "-", ".", ".5", "NaN", "Infinity", "+1", "1_000", " 1", "1e", "1e5.5", "--1", "1.2.3"]
        {
            assert!(parse(text, MARK_LIMIT).is_none(), "{text}");
        }
    }

    #[test]
    fn bounds_digits_and_exponents_before_expanding_them() {
        for text in ["1e1001", "1e-1001", "1e1000000", "1e-99999999999999999999"] {
            assert!(parse(text, MARK_LIMIT).is_none(), "{text}");
        }
        for (text, read) in [
            ("9".repeat(7), true),
            ("9".repeat(8), false),
            ("0.999999".into(), true),
            ("0.9999999".into(), false),
            ("1e7".into(), true),
            ("1e-8".into(), false),
        ] {
            assert_eq!(parse(&text, 7).is_some(), read, "{text}");
        }
        assert_eq!(to_plain_string(&d("1e1000")).len(), 1_001);
    }

    #[test]
    fn rounds_once_half_away_from_zero() {
        for (num, den, rounded) in [
            ("1", "3", "0.33"),
            ("2", "3", "0.67"),
            ("1", "8", "0.13"),
            ("-1", "8", "-0.13"),
            ("1.005", "1", "1.01"),
            ("1.00499999999999999999", "1", "1.00"),
            ("-1.005", "1", "-1.01"),
            ("1", "200", "0.01"),
            ("1", "201", "0.00"),
            ("0", "7", "0.00"),
            ("1e3", "3e-2", "33333.33"),
            ("1e-1000", "1e1000", "0.00"),
        ] {
            let ratio = Ratio::new(d(num), d(den));
            assert_eq!(to_plain_string(&ratio.round(2)), rounded, "{num}/{den}");
        }
    }

    #[test]
    fn sums_without_losing_anything() {
        let thirds = vec![Ratio::new(d("1"), d("3")); 3];
        assert_eq!(Ratio::sum(thirds).round(2), d("1"));
        let mixed = [("1", "3"), ("1", "6"), ("1", "7"), ("1", "14"), ("2", "7")];
        let mixed = mixed.map(|(n, m)| Ratio::new(d(n), d(m))).to_vec();
        assert_eq!(Ratio::sum(mixed).round(2), d("1"));
        assert_eq!(Ratio::sum(Vec::new()).round(2), d("0"));
    }
}
