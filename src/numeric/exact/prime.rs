//! Prime fields, and rational powers in their subgroups of squares.
//!
//! Each P of the table is a safe prime: M = (P − 1)/2 is prime too, so in the group of squares, whose order is M, every root of
//! an order that is no multiple of M exists and is unique, and x ↦ x^(a/b) is a homomorphism. The primes up to 31 are squares
//! mod P and −1 is not (so P ≡ −1 mod 8). "Is a square" is to the field what "is positive" is to the reals. The table holds
//! the largest such primes below 2⁶², found by a search downwards; a test verifies the properties. There are several,
//! because whether a *constant* such as 1 − √2 is a square depends on the prime alone.

use crate::numeric::Rational;
use dashu_base::Sign;
use dashu_int::Word;

/// 2⁶² − P.
const OFFSETS: [u64; 32] = [
    308_225,
    7_332_785,
    17_482_505,
    19_618_145,
    22_839_305,
    28_038_785,
    28_447_985,
    30_091_745,
    30_505_865,
    34_494_545,
    35_665_505,
    41_799_785,
    45_084_905,
    53_153_945,
    55_523_585,
    61_506_905,
    62_831_705,
    65_209_625,
    72_088_505,
    76_528_745,
    83_564_585,
    86_895_905,
    90_270_185,
    91_624_265,
    94_437_785,
    94_496_345,
    96_025_025,
    100_040_585,
    102_134_345,
    106_946_705,
    112_835_945,
    113_336_705,
];

fn times(x: u64, y: u64, modulus: u64) -> u64 {
    (u128::from(x) * u128::from(y) % u128::from(modulus)) as u64
}

fn power_by(times: impl Fn(u64, u64) -> u64, mut base: u64, mut exponent: u64) -> u64 {
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = times(result, base);
        }
        base = times(base, base);
        exponent >>= 1;
    }
    result
}

/// The residue of a whole number given by its words, the least significant first.
fn residue(words: &[Word], modulus: u64) -> u64 {
    match words {
        [] => 0,
        [word] => word % modulus,
        words => {
            let join =
                |high: u64, low: &Word| ((u128::from(high) << 64 | u128::from(*low)) % u128::from(modulus)) as u64;
            words.iter().rev().fold(0, join)
        }
    }
}

/// A fraction modulo a prime with its multiplication; `None` if its denominator vanishes there, or its numerator although it
/// is not zero.
fn fraction(value: &Rational, modulus: u64, times: impl Fn(u64, u64) -> u64) -> Option<u64> {
    let p = residue(value.numerator().as_sign_words().1, modulus);
    let ratio = if value.denominator().is_one() {
        p
    } else {
        let q = residue(value.denominator().as_words(), modulus);
        if q == 0 {
            return None;
        }
        times(p, power_by(&times, q, modulus - 2))
    };
    if p == 0 && !value.is_zero() {
        return None;
    }
    let is_negative = value.sign() == Sign::Negative;
    Some(if is_negative && ratio != 0 { modulus - ratio } else { ratio })
}

/// A field of the table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Field {
    p: u64,
}

impl Field {
    /// How many there are.
    pub(super) const COUNT: usize = OFFSETS.len();

    /// A field by its number below [`Field::COUNT`].
    pub(super) fn of_index(index: usize) -> Self {
        Self { p: (1 << 62) - OFFSETS[index % OFFSETS.len()] }
    }

    /// The number of elements.
    pub(super) fn size(self) -> u64 {
        self.p
    }

    pub(super) fn add(self, x: u64, y: u64) -> u64 {
        (x + y) % self.p
    }

    pub(super) fn neg(self, x: u64) -> u64 {
        if x == 0 { 0 } else { self.p - x }
    }

    pub(super) fn mul(self, x: u64, y: u64) -> u64 {
        // 2⁶² ≡ c with c < 2²⁷: folding twice leaves less than 2⁶² + 2⁵⁵, which is less than 2P.
        const LOW: u64 = (1 << 62) - 1;
        let c = (1 << 62) - self.p;
        let product = u128::from(x) * u128::from(y);
        let once = (product >> 62) * u128::from(c) + u128::from(product as u64 & LOW);
        let twice = (once >> 62) as u64 * c + (once as u64 & LOW);
        if twice >= self.p { twice - self.p } else { twice }
    }

    fn whole_power(self, base: u64, exponent: u64) -> u64 {
        power_by(|x, y| self.mul(x, y), base, exponent)
    }

    /// The reciprocal; zero for zero.
    pub(super) fn inverse(self, x: u64) -> u64 {
        self.whole_power(x, self.p - 2)
    }

    pub(super) fn is_square(self, x: u64) -> bool {
        self.whole_power(x, (self.p - 1) / 2) == 1
    }

    /// The image of a rational, if it has a faithful one.
    pub(super) fn image(self, value: &Rational) -> Option<u64> {
        fraction(value, self.p, |x, y| self.mul(x, y))
    }

    /// `base` ≠ 0 to a whole power, or to a fractional one if it is a square.
    pub(super) fn power(self, base: u64, exponent: &Rational) -> Option<u64> {
        if exponent.is_int() {
            let (sign, magnitude) = exponent.numerator().as_sign_words();
            let result = self.whole_power(base, residue(magnitude, self.p - 1));
            return Some(if sign == Sign::Negative { self.inverse(result) } else { result });
        }
        if !self.is_square(base) {
            return None;
        }
        let order = (self.p - 1) / 2;
        // An exponent that is a multiple of the order is no multiple of it in the reals: refused.
        let exponent = fraction(exponent, order, |x, y| times(x, y, order))?;
        Some(self.whole_power(base, exponent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn power_mod(base: u64, exponent: u64, modulus: u64) -> u64 {
        power_by(|x, y| times(x, y, modulus), base, exponent)
    }

    proptest! {
        #[test]
        fn products_are_those_of_the_integers(index in 0..Field::COUNT, x: u64, y: u64, top in 0_u64..4, one in 0_u64..4) {
            let field = Field::of_index(index);
            let p = field.size();
            prop_assert_eq!(field.mul(x % p, y % p), times(x % p, y % p, p));
            prop_assert_eq!(field.mul(p - 1 - top, p - 1 - one), times(p - 1 - top, p - 1 - one, p));
        }
    }

    fn is_prime(n: u64) -> bool {
        // Miller–Rabin with the first twelve primes decides below 3.1 · 10²³ (Sorenson and Webster 2017).
        let (s, d) = ((n - 1).trailing_zeros(), (n - 1) >> (n - 1).trailing_zeros());
        [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37].iter().all(|a| {
            let mut x = power_mod(*a, d, n);
            (x == 1 || x == n - 1)
                || (1..s).any(|_| {
                    x = times(x, x, n);
                    x == n - 1
                })
        })
    }

    #[test]
    fn the_primes_are_what_they_should_be() {
        for index in 0..Field::COUNT {
            let field = Field::of_index(index);
            let p = field.size();
            assert!(is_prime(p) && is_prime((p - 1) / 2) && p % 8 == 7);
            for q in [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31] {
                assert!(field.is_square(q), "{q} mod {p}");
            }
            assert!(!field.is_square(p - 1));
        }
        assert!(!is_prime(Field::of_index(0).size() + 2));
    }

    #[test]
    fn rational_powers_are_homomorphisms_on_squares() {
        let field = Field::of_index(3);
        let (x, y) = (field.mul(12_345, 12_345), field.mul(98_765, 98_765));
        let half = Rational::ONE / Rational::from(2);
        let root = |x| field.power(x, &half).unwrap();
        assert_eq!(field.mul(root(x), root(x)), x);
        assert_eq!(field.mul(root(x), root(y)), root(field.mul(x, y)));
        let third = Rational::from(-5) / Rational::from(3);
        let w = field.power(x, &third).unwrap();
        assert_eq!(field.power(w, &Rational::from(3)).unwrap(), field.power(x, &Rational::from(-5)).unwrap());
        assert_eq!(field.power(field.neg(4), &half), None, "−4 is not a square");
        assert_eq!(field.image(&(Rational::from(-7) / Rational::from(3))).map(|x| field.mul(x, 3)), Some(field.neg(7)));
    }
}
