//! Confidence intervals at 95 %: Wilson's for a proportion, Student's for a mean. Pure arithmetic; the vectors beside it
//! are published ones.

/// Two-sided 95 % quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// Two-sided 95 % quantiles of Student's t for 1 to 30 degrees of freedom.
const T: [f64; 30] = [
    12.706_205, 4.302_653, 3.182_446, 2.776_445, 2.570_582, 2.446_912, 2.364_624, 2.306_004, 2.262_157, 2.228_139,
    2.200_985, 2.178_813, 2.160_369, 2.144_787, 2.131_450, 2.119_905, 2.109_816, 2.100_922, 2.093_024, 2.085_963,
    2.079_614, 2.073_873, 2.068_658, 2.063_899, 2.059_539, 2.055_529, 2.051_831, 2.048_407, 2.045_230, 2.042_272,
];

/// An estimate with the bounds of its interval.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Interval {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

impl Interval {
    fn map(self, f: impl Fn(f64) -> f64) -> Self {
        Self { value: f(self.value), low: f(self.low), high: f(self.high) }
    }
}

/// Two-sided 95 % quantile of Student's t; beyond 30 degrees of freedom by the expansion in 1/df (Abramowitz & Stegun
/// 26.7.5), good to five decimals there.
#[must_use]
pub fn t_quantile(df: u64) -> f64 {
    if df == 0 {
        return f64::INFINITY;
    }
    if let Some(t) = usize::try_from(df - 1).ok().and_then(|i| T.get(i)) {
        return *t;
    }
    let (n, z) = (df as f64, Z);
    let g1 = (z.powi(3) + z) / 4.0;
    let g2 = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0;
    let g3 = (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / 384.0;
    z + g1 / n + g2 / n.powi(2) + g3 / n.powi(3)
}

/// The share of `k` among `n` with Wilson's score interval, between 0 and 1; `None` of nothing.
#[must_use]
pub fn wilson(k: u64, n: u64) -> Option<Interval> {
    if n == 0 || k > n {
        return None;
    }
    let (k, n) = (k as f64, n as f64);
    let p = k / n;
    let spread = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let (mid, scale) = (p + Z * Z / (2.0 * n), 1.0 + Z * Z / n);
    let bound = |x: f64| (x / scale).clamp(0.0, 1.0);
    Some(Interval { value: p, low: bound(mid - spread), high: bound(mid + spread) })
}

/// As [`wilson`] in per cent with one decimal.
#[must_use]
pub fn share(k: u64, n: u64) -> Option<Interval> {
    wilson(k, n).map(|i| i.map(|x| (x * 1000.0).round() / 10.0))
}

/// The mean of values given as (value, how often), with Student's interval cut to `[low, high]`, two decimals. A single
/// value has no spread: its interval is all there is.
#[must_use]
pub fn mean(counts: &[(u32, u64)], low: f64, high: f64) -> Option<Interval> {
    let n: u64 = counts.iter().map(|(_, n)| n).sum();
    if n == 0 {
        return None;
    }
    let sum: f64 = counts.iter().map(|(v, n)| f64::from(*v) * *n as f64).sum();
    let mean = sum / n as f64;
    let interval = if n == 1 {
        Interval { value: mean, low, high }
    } else {
        let squares: f64 = counts.iter().map(|(v, n)| (f64::from(*v) - mean).powi(2) * *n as f64).sum();
        let error = (squares / (n - 1) as f64 / n as f64).sqrt();
        let reach = t_quantile(n - 1) * error;
        Interval { value: mean, low: (mean - reach).max(low), high: (mean + reach).min(high) }
    };
    Some(interval.map(|x| (x * 100.0).round() / 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64, by: f64) -> bool {
        (a - b).abs() < by
    }

    #[test]
    fn wilson_gives_the_published_intervals() {
        // R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        for (k, n, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let i = wilson(k, n).unwrap();
            assert!(near(i.low, low, 6e-5) && near(i.high, high, 6e-5), "{k}/{n}: {i:?}");
        }
        let all = wilson(10, 10).unwrap();
        assert!(near(all.high, 1.0, 1e-12) && near(all.low, 0.7225, 6e-5), "{all:?}");
        assert_eq!(wilson(0, 0), None);
        assert_eq!(wilson(2, 1), None);
        assert_eq!(share(81, 263), Some(Interval { value: 30.8, low: 25.5, high: 36.6 }));
    }

    #[test]
    fn student_gives_the_tabled_quantiles() {
        for (df, t) in [
            (1, 12.7062),
            (2, 4.3027),
            (5, 2.5706),
            (10, 2.2281),
            (30, 2.0423),
            (31, 2.0395),
            (40, 2.0211),
            (60, 2.0003),
            (120, 1.9799),
        ] {
            assert!(near(t_quantile(df), t, 6e-5), "{df}: {}", t_quantile(df));
        }
        assert!(near(t_quantile(10_000_000), Z, 1e-5));
        assert!(t_quantile(0).is_infinite());
    }

    #[test]
    fn a_mean_has_its_interval_within_the_scale() {
        // 3 4 4 4 5: mean 4, deviation √0.5, t(4) = 2.776.
        assert_eq!(mean(&[(3, 1), (4, 3), (5, 1)], 1.0, 5.0), Some(Interval { value: 4.0, low: 3.12, high: 4.88 }));
        // 5 5 5 1: mean 4, deviation 2, t(3) = 3.182: ±3.18, cut on both sides.
        assert_eq!(mean(&[(5, 3), (1, 1)], 1.0, 5.0), Some(Interval { value: 4.0, low: 1.0, high: 5.0 }));
        assert_eq!(mean(&[(5, 10)], 1.0, 5.0), Some(Interval { value: 5.0, low: 5.0, high: 5.0 }));
        assert_eq!(mean(&[(2, 1)], 1.0, 5.0), Some(Interval { value: 2.0, low: 1.0, high: 5.0 }));
        assert_eq!(mean(&[(2, 0)], 1.0, 5.0), None);
    }
}
