//! Factorials and binomial coefficients as exact numbers, shared by every arithmetic.

use super::{Rational, Undefined};
use dashu_int::UBig;

/// Beyond this many factors the exact number is refused rather than computed.
const MAX_FACTORS: u64 = 20_000;

/// n! for 0 ≤ n ≤ 20000.
pub fn factorial(n: i64) -> Result<Rational, Undefined> {
    match u64::try_from(n) {
        Err(_) => Err(Undefined::Domain("the factorial of a negative number")),
        Ok(n) if n > MAX_FACTORS => Err(Undefined::NonFinite),
        Ok(n) => Ok(Rational::from((2..=n).fold(UBig::ONE, |product, i| product * i))),
    }
}

/// The number of k-subsets of n things, for whole n, k ≥ 0; zero for k > n.
pub fn binomial(n: i64, k: i64) -> Result<Rational, Undefined> {
    let (Ok(n), Ok(k)) = (u64::try_from(n), u64::try_from(k)) else {
        return Err(Undefined::Domain("a binomial coefficient of a negative number"));
    };
    if k > n {
        return Ok(Rational::ZERO);
    }
    let k = k.min(n - k);
    if k > MAX_FACTORS {
        return Err(Undefined::NonFinite);
    }
    // After i steps the product is C(n - k + i, i), so every division is exact.
    Ok(Rational::from((1..=k).fold(UBig::ONE, |product, i| product * (n - k + i) / i)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pascal_and_factorial_quotient() {
        for n in 1..30 {
            for k in 1..=n {
                let sum = binomial(n - 1, k - 1).unwrap() + binomial(n - 1, k).unwrap();
                assert_eq!(binomial(n, k).unwrap(), sum);
                let quotient = factorial(n).unwrap() / (factorial(k).unwrap() * factorial(n - k).unwrap());
                assert_eq!(binomial(n, k).unwrap(), quotient);
            }
        }
        assert_eq!(binomial(3, 7).unwrap(), Rational::ZERO);
        assert!(binomial(-1, 0).is_err() && factorial(-1).is_err());
    }
}
