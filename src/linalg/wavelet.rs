//! Orthonormal wavelet transforms of periodic signals, by lifting.

/// A family of orthonormal wavelets with compact support.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wavelet {
    /// Haar 1910: a step up and a step down, one vanishing moment.
    Haar,
    /// Daubechies 1988: four coefficients, two vanishing moments.
    Daubechies4,
}

impl Wavelet {
    /// One step of the transform: the normalised averages of neighbouring samples come into the first half of `x`, the details
    /// into the second. An orthogonal map, factored into lifting steps after Daubechies and Sweldens 1998, §7. Samples beyond
    /// the end are those of the beginning.
    ///
    /// # Panics
    /// If the length is odd or zero.
    pub fn step(self, x: &mut [f64]) {
        let half = half(x);
        let mut s: Vec<f64> = x.iter().step_by(2).copied().collect();
        let mut d: Vec<f64> = x.iter().skip(1).step_by(2).copied().collect();
        match self {
            Self::Haar => {
                for (s, d) in s.iter_mut().zip(&mut d) {
                    *d = *s - *d;
                    *s -= 0.5 * *d;
                }
                scale(&mut s, &mut d, std::f64::consts::SQRT_2);
            }
            Self::Daubechies4 => {
                let (root, first, second, norm) = daubechies();
                (0..half).for_each(|l| s[l] += root * d[l]);
                (0..half).for_each(|l| d[l] -= first * s[l] + second * s[(l + half - 1) % half]);
                (0..half).for_each(|l| s[l] -= d[(l + 1) % half]);
                scale(&mut s, &mut d, norm);
            }
        }
        x[..half].copy_from_slice(&s);
        x[half..].copy_from_slice(&d);
    }

    /// Undoes [`Self::step`].
    ///
    /// # Panics
    /// If the length is odd or zero.
    pub fn unstep(self, x: &mut [f64]) {
        let half = half(x);
        let (mut s, mut d) = (x[..half].to_vec(), x[half..].to_vec());
        match self {
            Self::Haar => {
                scale(&mut s, &mut d, std::f64::consts::FRAC_1_SQRT_2);
                for (s, d) in s.iter_mut().zip(&mut d) {
                    *s += 0.5 * *d;
                    *d = *s - *d;
                }
            }
            Self::Daubechies4 => {
                let (root, first, second, norm) = daubechies();
                scale(&mut s, &mut d, 1.0 / norm);
                (0..half).for_each(|l| s[l] += d[(l + 1) % half]);
                (0..half).for_each(|l| d[l] += first * s[l] + second * s[(l + half - 1) % half]);
                (0..half).for_each(|l| s[l] -= root * d[l]);
            }
        }
        for (l, (s, d)) in s.into_iter().zip(d).enumerate() {
            (x[2 * l], x[2 * l + 1]) = (s, d);
        }
    }

    /// All steps down to one average, which comes first; then the details from the coarsest to the finest.
    ///
    /// # Panics
    /// If the length is not a power of two.
    pub fn transform(self, x: &mut [f64]) {
        assert!(x.len().is_power_of_two());
        let mut length = x.len();
        while length > 1 {
            self.step(&mut x[..length]);
            length /= 2;
        }
    }
}

fn half(x: &[f64]) -> usize {
    assert!(!x.is_empty() && x.len().is_multiple_of(2), "a step splits an even number of samples");
    x.len() / 2
}

/// Multiplies the averages and divides the details: a map of determinant one.
fn scale(s: &mut [f64], d: &mut [f64], factor: f64) {
    s.iter_mut().for_each(|s| *s *= factor);
    d.iter_mut().for_each(|d| *d /= factor);
}

/// The lifting coefficients √3, √3/4, (√3 − 2)/4 and the norm (√3 − 1)/√2.
fn daubechies() -> (f64, f64, f64, f64) {
    let root = 3f64.sqrt();
    (root, root / 4.0, (root - 2.0) / 4.0, (root - 1.0) * std::f64::consts::FRAC_1_SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Wavelet; 2] = [Wavelet::Haar, Wavelet::Daubechies4];

    fn unit(n: usize, k: usize) -> Vec<f64> {
        (0..n).map(|i| f64::from(u8::from(i == k))).collect()
    }

    #[test]
    fn steps_are_undone() {
        for wavelet in BOTH {
            for n in [2, 4, 6, 16, 64] {
                let x: Vec<f64> = (0..n).map(|k| ((3 * k * k + 1) as f64).sin()).collect();
                let mut y = x.clone();
                wavelet.step(&mut y);
                assert!(y.iter().zip(&x).any(|(y, x)| (y - x).abs() > 0.1));
                wavelet.unstep(&mut y);
                assert!(y.iter().zip(&x).all(|(y, x)| (y - x).abs() < 1e-14), "{wavelet:?} {n}");
            }
        }
    }

    #[test]
    fn rows_are_orthonormal() {
        for wavelet in BOTH {
            for n in [2, 4, 8, 32] {
                let columns: Vec<Vec<f64>> = (0..n)
                    .map(|k| {
                        let mut x = unit(n, k);
                        wavelet.transform(&mut x);
                        x
                    })
                    .collect();
                for (i, a) in columns.iter().enumerate() {
                    for (j, b) in columns.iter().enumerate() {
                        let product: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
                        assert!((product - f64::from(u8::from(i == j))).abs() < 1e-14, "{wavelet:?} {n}: {i} {j}");
                    }
                }
            }
        }
    }

    #[test]
    fn filters_are_those_of_the_tables() {
        // The coefficients of an average are the response of the inverse to it.
        let filter = |wavelet: Wavelet, k| {
            let mut x = unit(8, k);
            wavelet.unstep(&mut x);
            x
        };
        let (r, n) = (3f64.sqrt(), 4.0 * 2f64.sqrt());
        let h = [(1.0 + r) / n, (3.0 + r) / n, (3.0 - r) / n, (1.0 - r) / n];
        let near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-14);
        assert!(near(&filter(Wavelet::Daubechies4, 1), &[0.0, 0.0, h[0], h[1], h[2], h[3], 0.0, 0.0]));
        let half = 0.5f64.sqrt();
        assert!(near(&filter(Wavelet::Haar, 1), &[0.0, 0.0, half, half, 0.0, 0.0, 0.0, 0.0]));
        assert!(near(&filter(Wavelet::Haar, 5), &[0.0, 0.0, half, -half, 0.0, 0.0, 0.0, 0.0]));
    }

    #[test]
    fn moments_vanish() {
        // Details of a constant, and for four coefficients of a line, away from the seam.
        for (wavelet, degree) in [(Wavelet::Haar, 0), (Wavelet::Daubechies4, 1)] {
            let details = |degree: i32| {
                let mut x: Vec<f64> = (0..16).map(|k| f64::from(k).powi(degree)).collect();
                wavelet.step(&mut x);
                x[9..15].iter().map(|d| d.abs()).fold(0.0, f64::max)
            };
            assert!((0..=degree).all(|k| details(k) < 1e-13) && details(degree + 1) > 0.1, "{wavelet:?}");
        }
    }
}
