//! How often simulated claims are refuted that are true, and that are wrong by a little: `cargo bench --bench calibration`
//! writes `reports/calibration/`. Seeds can be given: `cargo bench --bench calibration -- 100`.

use corrigenda::evidence::{Axis, Figure, Mark, Series};
use corrigenda::method::NoCache;
use corrigenda::random::SeedPath;
use corrigenda::runner::{self, Setup};
use corrigenda::stats::kolmogorov_smirnov;
use corrigenda::{Profile, SourceFile, Verdict, catalog, note, plan, report};
use rand_distr::{Distribution, Exp1, StandardNormal};
use rayon::prelude::*;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Error rate of the claims at the edge of the margin: large enough to be seen.
const RATE: f64 = 0.05;

/// A claim about an experiment whose closed form is exact.
struct Subject {
    name: &'static str,
    symbols: &'static str,
    formula: String,
    experiment: &'static str,
}

fn subjects() -> [Subject; 2] {
    let bits = catalog::find("hebbian-bit-error-exact").expect("a catalogued closed form");
    let wiener = Subject {
        name: "mean-square error of the Wiener filter (no bounds: asymptotic intervals)",
        symbols: "'d' = 'dimension'\n'k' = 'index(d)'\n'\\sigma' = 'real > 0'\n'\\beta' = 'positive vector(d)'\n",
        formula: r"\sum_k \frac{\sigma^2 \beta_k}{\beta_k + \sigma^2}".into(),
        experiment: r#"{ name = "wiener-filter", estimand = "mse", d = 12, sigma = 0.7 }"#,
    };
    let network = Subject {
        name: "bits that flip in a Hebbian network (between 0 and 1: empirical Bernstein)",
        symbols: "",
        formula: (bits.value)(&[41.0, 101.0]).to_string(),
        experiment: r#"{ name = "hebbian-field", estimand = "unstable-bit", N = 101, K = 41, probes = 100 }"#,
    };
    [wiener, network]
}

/// Refuted, supported and undecided of so many seeds, for the closed form times `factor`.
fn verdicts(subject: &Subject, factor: f64, profile: &Profile, seeds: u64) -> [usize; 3] {
    let text = format!(
        "+++\n[symbols]\n'\\mathcal{{E}}' = 'estimand'\n{}+++\n$$ \\mathcal{{E}} = {factor} {} $$\n<!-- claim: c\nexperiment = {}\n-->\n",
        subject.symbols, subject.formula, subject.experiment
    );
    let (raw, problems) = note::read(&SourceFile::new("calibration.md", text.as_str()));
    let (lowered, more) = note::lower(&raw);
    assert!(problems.is_empty() && more.is_empty(), "{problems:?} {more:?}");
    let count = |wanted: fn(Verdict) -> bool, found: &[Verdict]| found.iter().filter(|v| wanted(**v)).count();
    let found: Vec<Verdict> = (1..=seeds)
        .into_par_iter()
        .map(|seed| {
            let never = AtomicBool::new(false);
            let setup = Setup::new(&NoCache, &never, &());
            let plan = plan::plan(&lowered.claims, profile, seed);
            runner::run(&lowered.claims, &plan, &setup, &mut ()).claims[0].verdict
        })
        .collect();
    let (refuted, supported) = (count(|v| v == Verdict::Refuted, &found), count(|v| v == Verdict::Supported, &found));
    [refuted, supported, found.len() - refuted - supported]
}

fn points(name: &str, x: &[f64], y: Vec<f64>, seeds: u64) -> Series {
    // Two standard errors of a share, by Agresti and Coull.
    let n = seeds as f64 + 4.0;
    let ends = |sign: f64| {
        y.iter()
            .map(|p| {
                let p = (p * seeds as f64 + 2.0) / n;
                (p + sign * 2.0 * (p * (1.0 - p) / n).sqrt()).clamp(0.0, 1.0)
            })
            .collect()
    };
    Series { name: name.into(), mark: Mark::Points, x: x.to_vec(), low: ends(-1.0), high: ends(1.0), y }
}

/// The distribution of the p-values of `seeds` samples of 200 numbers that follow the law they are tested against.
fn p_values(seeds: u64, draw: impl Fn(&mut corrigenda::random::Stream) -> f64, cdf: impl Fn(f64) -> f64) -> Vec<f64> {
    let mut values: Vec<f64> = (0..seeds)
        .map(|seed| {
            let mut stream = SeedPath::root(seed).child("calibration").stream();
            let mut sample: Vec<f64> = (0..200).map(|_| draw(&mut stream)).collect();
            kolmogorov_smirnov(&mut sample, &cdf).expect("numbers").p_value
        })
        .collect();
    values.sort_by(f64::total_cmp);
    values
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seeds: u64 = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(1000);
    let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/calibration");
    std::fs::create_dir_all(&out)?;
    let mut profile = Profile::named("quick")?;
    // Small samples: what is to be seen is how often errors of either kind occur, not how few they can be made.
    profile.maximum_replicates = 2048;
    let margin = profile.relative_margin;
    let mut text = format!(
        "# Calibration\n\n`cargo bench --bench calibration`: {seeds} seeds for each error, version {}. The margin is {} %, as in the quick profile; a check ends after 2048 replicates.\n",
        env!("CARGO_PKG_VERSION"),
        100.0 * margin
    );
    // In units of a percent: true, at the edge of the margin, and beyond it by 1, 2, 4 and 8 %.
    let errors = [0.0, 0.0, 1.0, 2.0, 4.0, 8.0];
    for (number, subject) in subjects().iter().enumerate() {
        text += &format!(
            "\n## {}\n\n| error | error rate | refuted | supported | undecided |\n|---|---|---|---|---|\n",
            subject.name
        );
        let mut shares = Vec::new();
        for (k, beyond) in errors.iter().enumerate() {
            let is_true = k == 0;
            profile.error_rate = if k == 1 { RATE } else { 1e-3 };
            let size = if is_true { 0.0 } else { margin + beyond / 100.0 };
            let factor = 1.0 / (1.0 - size);
            let [refuted, supported, open] = verdicts(subject, factor, &profile, seeds);
            let what = if is_true { "none".to_owned() } else { format!("{:.0} % (margin + {beyond} %)", 100.0 * size) };
            text += &format!("| {what} | {} | {refuted} | {supported} | {open} |\n", profile.error_rate);
            println!("{}: {what}: {refuted} refuted, {supported} supported, {open} undecided", subject.name);
            if is_true || k == 1 {
                // At the edge of the margin the nominal rate is the most that may be; two streams make it rarer still.
                let most = profile.error_rate * seeds as f64;
                assert!(refuted as f64 <= most + 4.0 * most.sqrt() + 1.0, "{refuted} of {seeds} true claims refuted");
            }
            shares.push((100.0 * size, [refuted, supported, open].map(|n| n as f64 / seeds as f64)));
        }
        let x: Vec<f64> = shares.iter().map(|(x, _)| *x).collect();
        let of = |i: usize| shares.iter().map(|(_, s)| s[i]).collect::<Vec<f64>>();
        let figure = Figure {
            slug: format!("power-{}", number + 1),
            title: format!("Verdicts by error: {}", subject.name),
            caption: "Shares of the seeds with two standard errors; the first point is true, the second at the edge of the margin.".into(),
            x: Axis { label: "error of the claimed constant (%)".into(), log: false },
            y: Axis { label: "share of the seeds".into(), log: false },
            series: vec![
                points("refuted", &x, of(0), seeds),
                points("supported", &x, of(1), seeds),
                points("undecided", &x, of(2), seeds),
            ],
            heat: None,
        };
        std::fs::write(out.join(format!("power-{}.svg", number + 1)), report::svg(&figure)?)?;
        text += &format!("\n![{}](power-{}.svg)\n", figure.title, number + 1);
    }
    let laws = [
        ("N(0, 1)", p_values(seeds, |s| StandardNormal.sample(s), |x| 0.5 * core_math::erfc(-x / 2f64.sqrt()))),
        ("Exp(1)", p_values(seeds, |s| Exp1.sample(s), |x: f64| 1.0 - (-x).exp())),
    ];
    let grid: Vec<f64> = (0..=40).map(|k| f64::from(k) / 40.0).collect();
    let share = |values: &[f64], level: f64| values.iter().filter(|p| **p <= level).count() as f64 / seeds as f64;
    text += "\n## Exact laws\n\nP-values of Kolmogorov–Smirnov tests of 200 draws against their own law should be uniform.\n\n| law | p ≤ 0.01 | p ≤ 0.05 | p ≤ 0.5 |\n|---|---|---|---|\n";
    let mut series = vec![Series {
        name: "uniform".into(),
        mark: Mark::Line,
        x: grid.clone(),
        y: grid.clone(),
        low: vec![],
        high: vec![],
    }];
    for (name, values) in &laws {
        let [a, b, c] = [0.01, 0.05, 0.5].map(|level| share(values, level));
        text += &format!("| {name} | {a} | {b} | {c} |\n");
        for (level, found) in [(0.01, a), (0.05, b), (0.5, c)] {
            let error = (level * (1.0 - level) / seeds as f64).sqrt();
            assert!((found - level).abs() < 4.5 * error + 0.01, "{name}: {found} of the p-values are below {level}");
        }
        series.push(points(name, &grid, grid.iter().map(|level| share(values, *level)).collect(), seeds));
    }
    let figure = Figure {
        slug: "p-values".into(),
        title: "P-values of exact laws".into(),
        caption: "Share of p-values up to a level, with two standard errors.".into(),
        x: Axis { label: "level".into(), log: false },
        y: Axis { label: "share of the seeds with p ≤ level".into(), log: false },
        series,
        heat: None,
    };
    std::fs::write(out.join("p-values.svg"), report::svg(&figure)?)?;
    text += "\n![P-values of exact laws](p-values.svg)\n";
    std::fs::write(out.join("README.md"), text)?;
    Ok(())
}
