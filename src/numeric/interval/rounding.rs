//! Directed rounding of the four operations and the square root.
//!
//! The rounding error of a sum is exact (Knuth's two-sum), that of a product, quotient or root is found with a fused
//! multiply-add (Muller et al., *Handbook of Floating-Point Arithmetic*, §4.3–4.4). Near underflow and overflow those
//! transformations can fail, so the result there always moves by one unit.

/// Below this magnitude the error of a product need not be representable.
const SAFE: f64 = 1e-280;
/// Above this magnitude intermediate steps might overflow.
const LARGE: f64 = 1e290;

/// What the exact value minus the rounded one tells: `Some(e)` with the sign of e, or `None` if unknown.
type Error = Option<f64>;

fn sum(a: f64, b: f64) -> (f64, Error) {
    let s = a + b;
    if !(s.abs() < LARGE && a.abs() < LARGE && b.abs() < LARGE) {
        return (s, None);
    }
    let t = s - a;
    (s, Some((a - (s - t)) + (b - t)))
}

fn product(a: f64, b: f64) -> (f64, Error) {
    // 0 × ∞ is 0 here: an infinite endpoint stands for finite numbers without a bound.
    if a == 0.0 || b == 0.0 {
        return (0.0, Some(0.0));
    }
    let p = a * b;
    if !(SAFE..LARGE).contains(&p.abs()) { (p, None) } else { (p, Some(a.mul_add(b, -p))) }
}

fn quotient(a: f64, b: f64) -> (f64, Error) {
    if a == 0.0 {
        return (0.0, Some(0.0));
    }
    let q = a / b;
    let safe = [a, b, q].iter().all(|x| (SAFE..LARGE).contains(&x.abs()));
    // a − q b has the sign of the error times the sign of b.
    if safe { (q, Some((-q).mul_add(b, a) * b.signum())) } else { (q, None) }
}

fn root(a: f64) -> (f64, Error) {
    let r = a.sqrt();
    if a == 0.0 {
        (0.0, Some(0.0))
    } else if (SAFE..LARGE).contains(&a) {
        (r, Some((-r).mul_add(r, a)))
    } else {
        (r, None)
    }
}

/// Results at most the exact value.
pub(super) mod down {
    fn settle((value, error): (f64, super::Error)) -> f64 {
        match error {
            _ if value.is_nan() => f64::NEG_INFINITY,
            Some(e) if e >= 0.0 => value,
            _ => value.next_down(),
        }
    }
    pub(in super::super) fn add(a: f64, b: f64) -> f64 {
        settle(super::sum(a, b))
    }
    pub(in super::super) fn mul(a: f64, b: f64) -> f64 {
        settle(super::product(a, b))
    }
    pub(in super::super) fn div(a: f64, b: f64) -> f64 {
        settle(super::quotient(a, b))
    }
    pub(in super::super) fn sqrt(a: f64) -> f64 {
        settle(super::root(a)).max(0.0)
    }
}

/// Results at least the exact value.
pub(super) mod up {
    fn settle((value, error): (f64, super::Error)) -> f64 {
        match error {
            _ if value.is_nan() => f64::INFINITY,
            Some(e) if e <= 0.0 => value,
            _ => value.next_up(),
        }
    }
    pub(in super::super) fn add(a: f64, b: f64) -> f64 {
        settle(super::sum(a, b))
    }
    pub(in super::super) fn mul(a: f64, b: f64) -> f64 {
        settle(super::product(a, b))
    }
    pub(in super::super) fn div(a: f64, b: f64) -> f64 {
        settle(super::quotient(a, b))
    }
    pub(in super::super) fn sqrt(a: f64) -> f64 {
        settle(super::root(a))
    }
}
