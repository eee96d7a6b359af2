//! A record with every verdict, several notes, figures and hostile text, for the tests of the report.

use crate::evidence::{Axis, Evidence, Fact, Figure, Finding, HeatMap, Mark, SCHEMA, Series, StopReason, Witness};
use crate::record::{
    ClaimEntry, Correction, Coverage, DiagnosticEntry, EquationEntry, FormulaEntry, Header, NoteEntry, Record,
    Sharpness, Survivor, Timing,
};
use crate::source::Position;
use std::collections::BTreeMap;

const WIENER: &str = r#"# The Wiener filter

Let $x\in\mathbb{R}^d$ be Gaussian with covariance $C$, and let $y = x + z$ be seen through white noise, $z\sim\mathcal N(0,\sigma^2 I)$. Among all linear maps
the mean square error is least for

$$ H = C\,(C + \sigma^2 \mathbb{I})^{-1} \tag{6.4.5} $$

<!-- claim: wiener-filter-minimises
minimises = { variable = 'H', objective = '\mathbb{E}\,\| H y - x \|^2' } -->

which shrinks a mode of variance $\lambda_i$ by $\lambda_i/(\lambda_i+\sigma^2)$: strong modes pass, weak ones are suppressed. It does not matter whether $C$ and the noise commute. The error that remains is a trace,

$$ \mathrm{MSE} = \operatorname{tr} \left[ C \left( \mathbb{I} - C (C + \sigma^2 \mathbb{I})^{-1} \right) \right] = \sum_{i=1}^{d} \frac{\lambda_i \sigma^2}{\lambda_i + \sigma^2} \tag{6.4.7} $$

<!-- claim: wiener-mse -->

and the residual is uncorrelated with the data:

$$ \mathbb{E}\,(x - H y)\, y^{\top} = 0 $$

1. A filter that either keeps or drops a mode (the *oracle*) is at most a factor of two worse:

   $$ \frac{\lambda\sigma^2}{\lambda+\sigma^2} \le \min(\lambda,\sigma^2) \le \frac{2\lambda\sigma^2}{\lambda+\sigma^2} $$

2. The bound is reached where $\lambda=\sigma^2$.

| mode | $\lambda$ | kept |
|------|----------:|:----:|
| 1    | 4.0       | yes  |
| 2    | 0.3       | no   |
"#;

const SCORE: &str = r#"# The optimal linear score

Noise the data by an Ornstein–Uhlenbeck process, $x = a\,e^{-t} + \sqrt{\Delta_t}\,z$ with $\Delta_t = 1-e^{-2t}$, and fit the linear denoiser. Its loss is least at

$$ W_{\mathrm{opt}} = \left[(1-e^{-2t})\,\mathbb{I} + e^{-2t}\, C^e\right]^{-1} \tag{7.4.8} $$

<!-- claim: optimal-linear-score -->

The lecture prints the noised covariance as

$$ \Gamma_t = e^{-t} C + (1 - e^{-2t})\,\mathbb{I} \tag{7.4.3} $$

<!-- claim: noised-covariance-printed -->

where the first exponent has lost its factor; the law of $x$ is $\mathcal{N}(m e^{-t}, \Gamma_t)$ with

$$ \Gamma_t = e^{-2t} C + (1 - e^{-2t})\,\mathbb{I} $$

<!-- claim: noised-covariance -->

Speciation happens when the largest eigenvalue $\Lambda$ of $C$ has been washed out, so

$$ t_S = \tfrac12 \log d + O(1), \qquad \hat{\rho}(\vec v, \bar{y}, \dot q, \tilde w, \overline{ab}, \widehat{xy}) $$

```math
\begin{aligned}
 \frac{d}{dt} \log Z &= -\int_{0}^{\infty} \frac{e^{-x^2/2}}{\sqrt{2\pi}} \binom{n}{k} \,dx \\
 &= \begin{pmatrix} a & b \\ c & d \end{pmatrix} + \begin{cases} 1 & x > 0 \\ 0 & \text{otherwise} \end{cases}
\end{aligned}
```

This is a very long one, which must scroll in its own box and not be cut:

$$ \mathcal{F}(\beta, h, \alpha) = -\frac{1}{\beta} \log 2 - \frac{1}{\beta} \int \mathcal{D}z \, \log\cosh\left[\beta\left(m + \sqrt{\alpha r}\, z + h\right)\right] + \frac{m^2}{2} + \frac{\alpha}{2}\left[1 + \beta r (1-q) + \frac{1}{\beta}\log(1-\beta+\beta q) - \frac{q}{1-\beta+\beta q}\right] $$

<!-- claim: amit-free-energy -->
"#;

const HOSTILE: &str = r#"# <script>alert(1)</script> & "friends"

<script>alert('note')</script>
<img src=x onerror=alert(2)> <iframe src="https://evil.example"></iframe> <svg onload=alert(3)><script>alert(4)</script></svg>
[click](javascript:alert(5)) [tracked](https://example.org/a) ![pixel](https://evil.example/p.png) <a href="data:text/html,x">d</a>
<div style="position:fixed;inset:0" onclick="alert(6)">over all</div> ![$\text{" onerror=alert(7) x="}$](x)

$$ \text{</annotation><script>alert(8)</script>} = \href{javascript:alert(9)}{x} $$

$$ {{{unbalanced $$

$$ x = \undefinedmacro{y} $$

And a claim that never ends, $\frac{1}{2}$ — ok.
"#;

fn note(path: &str, title: &str, text: &str, claims: &[(usize, &[&str])]) -> NoteEntry {
    let mut formulas = Vec::new();
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let (open, close) = match (rest.find("$$"), rest.find("```math")) {
            (None, None) => break,
            (Some(d), None) => (d, "$$"),
            (None, Some(f)) => (f, "```"),
            (Some(d), Some(f)) if d < f => (d, "$$"),
            (_, Some(f)) => (f, "```"),
        };
        let start = at + open;
        let inner = start + if close == "$$" { 2 } else { "```math".len() };
        let end = inner + text[inner..].find(close).expect("a closed formula");
        formulas.push(FormulaEntry {
            start,
            end: end + close.len(),
            tex: text[inner..end].trim().to_owned(),
            line: text[..start].matches('\n').count() + 12,
            file: None,
            claims: Vec::new(),
            defines: false,
        });
        at = end + close.len();
    }
    for (index, ids) in claims {
        formulas[*index].claims = ids.iter().map(|s| (*s).to_owned()).collect();
    }
    NoteEntry {
        path: path.into(),
        title: title.into(),
        topic: path.split('/').nth(1).unwrap_or("").into(),
        text: text.into(),
        formulas,
        symbols: vec![("C".into(), "spd(d)".into()), (r"\sigma".into(), "real > 0".into())],
    }
}

fn entry(note: &NoteEntry, formula: usize, id: &str, verdict: &str, because: &str) -> ClaimEntry {
    ClaimEntry {
        id: id.into(),
        note: note.path.clone(),
        file: None,
        line: note.formulas[formula].line,
        column: 4,
        end: None,
        source: Some("beg-rohu-2025".into()),
        cites: Vec::new(),
        as_printed: None,
        corrects: None,
        tex: note.formulas[formula].tex.clone(),
        understood: note.formulas[formula].tex.clone(),
        assumptions: vec!["C is symmetric positive definite, d × d".into(), "σ > 0".into()],
        expect: "holds".into(),
        verdict: verdict.into(),
        because: because.into(),
        as_expected: matches!(verdict, "proved" | "supported"),
        evidence: Vec::new(),
        sharpness: None,
        corrections: Vec::new(),
    }
}

fn fact(label: &str, value: &str) -> Fact {
    Fact { label: label.into(), value: value.into() }
}

fn evidence(method: &str, finding: Finding, detail: &str) -> Evidence {
    let facts = vec![fact("points", "24 of 24 admissible"), fact("error bound", "2⁻⁵⁸ per point")];
    Evidence {
        method: method.into(),
        link: 0,
        finding,
        detail: detail.into(),
        facts,
        estimates: Vec::new(),
        figures: Vec::new(),
    }
}

pub(crate) fn map() -> Figure {
    let (x, y) = (vec![0.05, 0.1, 0.15, 0.2], vec![0.25, 0.5, 0.75]);
    let values = (0..12).map(|k| if k == 7 { f64::NAN } else { 0.93f64.powi(k) }).collect();
    Figure {
        slug: "overlap-over-alpha-and-m".into(),
        title: "Overlap over α and m".into(),
        caption: "Measured means; a cell for each pair of parameters.".into(),
        x: Axis { label: "α: load K/N".into(), log: false },
        y: Axis { label: "m: overlap at the start".into(), log: false },
        series: vec![],
        heat: Some(HeatMap { quantity: "overlap at the end".into(), x, y, values }),
    }
}

pub(crate) fn convergence() -> Figure {
    let x: Vec<f64> = (0..8).map(|k| f64::from(1 << k) * 100.0).collect();
    let wobble = [0.031, -0.02, 0.012, -0.004, 0.005, 0.0021, -0.0012, 0.0004];
    let y: Vec<f64> = wobble.iter().map(|w| 0.618 + w).collect();
    let half: Vec<f64> = x.iter().map(|n| 0.6 / n.sqrt()).collect();
    Figure {
        slug: "convergence".into(),
        title: "Mean square error per component, d = 64".into(),
        caption:
            "The estimate settles inside the margin around the closed form. Bars are always-valid 99.9 % intervals."
                .into(),
        x: Axis { label: "replicates n".into(), log: true },
        y: Axis { label: "MSE / d (units of σ²)".into(), log: false },
        series: vec![
            Series {
                name: "equivalence margin ±1 %".into(),
                mark: Mark::Band,
                x: vec![100.0, 12800.0],
                y: vec![0.618; 2],
                low: vec![0.612; 2],
                high: vec![0.624; 2],
            },
            Series {
                name: "closed form".into(),
                mark: Mark::Line,
                x: vec![100.0, 12800.0],
                y: vec![0.618; 2],
                low: vec![],
                high: vec![],
            },
            Series {
                name: "estimate".into(),
                mark: Mark::Points,
                low: y.iter().zip(&half).map(|(y, h)| y - h).collect(),
                high: y.iter().zip(&half).map(|(y, h)| y + h).collect(),
                x,
                y,
            },
        ],
        heat: None,
    }
}

pub(crate) fn scaling() -> Figure {
    let d: Vec<f64> = (4..10).map(|k| f64::from(1 << k)).collect();
    let law: Vec<f64> = d.iter().map(|d| 0.5 * d.ln()).collect();
    let cloning: Vec<f64> = d.iter().map(|d| 0.5 * d.ln() + 0.21 + 0.9 / d).collect();
    let turn: Vec<f64> = d.iter().map(|d| 0.5 * d.ln() + 0.34 - 1.1 / d).collect();
    let bars =
        |y: &[f64], h: f64| (y.iter().map(|v| v - h).collect::<Vec<_>>(), y.iter().map(|v| v + h).collect::<Vec<_>>());
    let (cl, ch) = bars(&cloning, 0.05);
    let (tl, th) = bars(&turn, 0.07);
    let points = |name: &str, y: Vec<f64>, low, high| Series {
        name: name.into(),
        mark: Mark::Points,
        x: d.clone(),
        y,
        low,
        high,
    };
    Figure {
        slug: "speciation-time".into(),
        title: "Speciation time against dimension".into(),
        caption: "Both measurements run parallel to the law; the fits agree on the slope and differ in the offset."
            .into(),
        x: Axis { label: "dimension d".into(), log: true },
        y: Axis { label: "speciation time t_S (units of the OU time)".into(), log: false },
        series: vec![
            Series { name: "½ log d".into(), mark: Mark::Line, x: d.clone(), y: law, low: vec![], high: vec![] },
            points("cloning", cloning, cl, ch),
            points("U-turn", turn, tl, th),
        ],
        heat: None,
    }
}

/// Several notes with all verdicts, figures, diagnostics and hostile text.
fn survivor(tex: &str, edit: &str) -> Survivor {
    Survivor { tex: tex.into(), edit: edit.into(), reason: "holds as well".into() }
}

pub(crate) fn record() -> Record {
    let wiener = note(
        "derivations/denoising/wiener.md",
        "The Wiener filter",
        WIENER,
        &[(0, &["wiener-filter-minimises"]), (1, &["wiener-mse"]), (3, &["oracle-factor-two"])],
    );
    let score = note(
        "derivations/diffusion/optimal-linear-score.md",
        "The optimal linear score",
        SCORE,
        &[
            (0, &["optimal-linear-score"]),
            (1, &["noised-covariance-printed"]),
            (2, &["noised-covariance"]),
            (3, &["speciation-half-log-d", "speciation-offset"]),
            (5, &["amit-free-energy"]),
        ],
    );
    let hostile = note(
        "derivations/../x/<b>.md",
        "<script>alert(1)</script> & \"friends\"",
        HOSTILE,
        &[(0, &["hostile-\"><script>alert(10)</script>"]), (1, &["unbalanced"]), (2, &["unknown"])],
    );

    let mut filter =
        entry(&wiener, 0, "wiener-filter-minimises", "proved", "stationary and convex: ∂MSE/∂H = 0 exactly");
    filter.cites = vec!["6.4.5".into()];
    filter.as_printed = Some(true);
    filter.evidence = vec![
        evidence(
            "exact",
            Finding::Proves { certificate: "equal at 24 random points of 𝔽_p, p = 2⁶¹ − 1; a false identity survives with probability below 10⁻¹⁶".into() },
            "the gradient vanishes identically over a prime field (d = 2, 3, 5)",
        ),
        evidence("enclosure", Finding::Agrees { bound: "40 points, at least 28 digits".into() }, "both sides agree at every admissible point"),
    ];
    filter.sharpness = Some(Sharpness {
        mutants: 31,
        killed: 29,
        equivalent: 1,
        survivors: vec![survivor(r"H = C\,(\sigma^2 \mathbb{I} + C)^{-\top}", "transpose on $C$")],
    });

    let mut mse = entry(&wiener, 1, "wiener-mse", "supported", "40 points agree to 28 digits; Monte Carlo within ±1 %");
    mse.cites = vec!["6.4.7".into(), "6.4.8".into()];
    mse.as_printed = Some(false);
    mse.evidence = vec![
        evidence(
            "enclosure",
            Finding::Agrees { bound: "40 points, at least 28 digits".into() },
            "both sides agree at every admissible point",
        ),
        Evidence {
            figures: vec![convergence()],
            facts: vec![
                fact("replicates", "12 800 in 50 blocks"),
                fact("estimate", "0.6184"),
                fact("99.9 % interval", "[0.6131, 0.6237]"),
                fact("margin", "±1 % of the closed form"),
                fact("seed", "stream wiener-filter/d=64/σ=1/block 0…49"),
            ],
            ..evidence(
                "simulation",
                Finding::Agrees { bound: "interval inside ±1 %".into() },
                "12 800 replicates at d = 64",
            )
        },
    ];
    mse.sharpness = Some(Sharpness { mutants: 18, killed: 18, equivalent: 0, survivors: vec![] });

    let oracle = ClaimEntry {
        verdict: "vacuous".into(),
        ..entry(&wiener, 3, "oracle-factor-two", "vacuous", "no admissible point: λ > 0 and λ < 0 exclude each other")
    };

    let mut optimal =
        entry(&score, 0, "optimal-linear-score", "supported", "least squares on noised samples within the margin");
    optimal.cites = vec!["7.4.8".into()];
    optimal.as_printed = Some(true);
    optimal.evidence = vec![evidence(
        "calculus",
        Finding::Agrees { bound: "gradient zero to 30 digits at 12 points, Hessian positive".into() },
        "stationary and a minimum",
    )];
    optimal.sharpness = Some(Sharpness {
        mutants: 22,
        killed: 20,
        equivalent: 0,
        survivors: vec![survivor(r"W_{\mathrm{opt}}^{\top}", "transposed"), survivor(r"\frac{a}{b}", "a root dropped")],
    });

    let contradicted = |summary: &str| {
        let witness = Witness {
            point: vec![("t".into(), "1/2".into()), ("C".into(), "(2)".into())],
            left: "1.36788 ± 3·10⁻³⁰".into(),
            right: "1.84518 ± 3·10⁻³⁰".into(),
            summary: summary.into(),
        };
        evidence("enclosure", Finding::Contradicts { witness }, "the two sides separate at 40 of 40 points")
    };
    let mut printed =
        entry(&score, 1, "noised-covariance-printed", "refuted", "at t = 1/2, C = 2 the sides differ by 26 %");
    printed.expect = "refuted".into();
    printed.as_expected = true;
    printed.cites = vec!["7.4.3".into()];
    printed.as_printed = Some(true);
    printed.evidence = vec![contradicted("At t = 1/2 and C = 2 the left side is 1.368 and the right side 1.845.")];
    printed.corrections = vec![
        Correction {
            tex: r"\Gamma_t = e^{-2t} C + (1 - e^{-2t})\,\mathbb{I}".into(),
            edits: 1,
            description: "exponent −t → −2t".into(),
            verified: "agrees at 64 fresh points to 28 digits, and with a second stream of 4 000 replicates".into(),
        },
        Correction {
            tex: r"\Gamma_t = e^{-t} C e^{-t} + (1 - e^{-2t})\,\mathbb{I}".into(),
            edits: 2,
            description: "a factor e⁻ᵗ on each side".into(),
            verified: "agrees at 64 fresh points to 28 digits".into(),
        },
    ];

    let mut repaired = entry(&score, 2, "noised-covariance", "proved", "equal over a prime field at 24 points");
    repaired.corrects = Some("noised-covariance-printed".into());
    repaired.cites = vec!["7.4.3".into()];
    repaired.as_printed = Some(false);
    repaired.evidence = vec![evidence(
        "exact",
        Finding::Proves { certificate: "24 points of 𝔽_p, error below 10⁻¹⁶".into() },
        "identity over a prime field",
    )];
    repaired.sharpness = Some(Sharpness { mutants: 14, killed: 14, equivalent: 0, survivors: vec![] });

    let mut half = entry(
        &score,
        3,
        "speciation-half-log-d",
        "supported",
        "slope 0.502 ± 0.006 over d = 16 … 512 by two measurements",
    );
    half.evidence = vec![Evidence {
        figures: vec![scaling()],
        ..evidence(
            "scaling",
            Finding::Agrees { bound: "slope within ±0.02 of ½".into() },
            "six sizes, cloning and U-turn",
        )
    }];
    half.sharpness = Some(Sharpness { mutants: 9, killed: 7, equivalent: 0, survivors: vec![] });
    let mut offset = entry(
        &score,
        3,
        "speciation-offset",
        "inconclusive",
        "the interval [−0.3, 0.9] is wider than the margin; 40 000 replicates would decide it",
    );
    offset.evidence = vec![evidence(
        "scaling",
        Finding::Undecided {
            reason: StopReason::BudgetExhausted,
            explanation: "the interval [−0.3, 0.9] is wider than the margin after 10 000 replicates".into(),
        },
        "six sizes",
    )];

    let mut wrong =
        entry(&score, 5, "amit-free-energy", "refuted", "the sign of the last term: sides differ by 0.31 at β = 2");
    wrong.evidence =
        vec![contradicted("At β = 2, m = 0.5, q = 0.6, r = 1.2, α = 0.1 the stationarity residual is 0.31, not 0.")];
    wrong.corrections = vec![Correction { tex: r"\mathcal{F} = \frac{m^2}{2} + \frac{\alpha}{2}\left[1 + \beta r(1-q) + \frac{1}{\beta}\log(1-\beta+\beta q) + \frac{q}{1-\beta+\beta q}\right]".into(), edits: 1, description: "sign of the last term".into(), verified: "residual zero to 25 digits at 12 fresh points".into() }];

    let mut evil =
        entry(&hostile, 0, "hostile-\"><script>alert(10)</script>", "conflict", "<img src=x onerror=alert(11)>");
    evil.cites = vec!["<b>1</b>".into()];
    evil.assumptions = vec!["<svg/onload=alert(12)>".into()];
    let mut figure = convergence();
    figure.title = "</title><script>alert(13)</script>".into();
    figure.slug = "../../etc/passwd".into();
    figure.series[2].name = "<script>alert(14)</script>".into();
    figure.series[2].y[3] = f64::NAN;
    figure.series[2].high[4] = f64::INFINITY;
    evil.evidence = vec![
        evidence("exact", Finding::Proves { certificate: "<i>c</i>".into() }, "</details><script>alert(15)</script>"),
        Evidence { figures: vec![figure], ..contradicted("'\"><script>alert(16)</script>") },
    ];
    let unbalanced = entry(&hostile, 1, "unbalanced", "unsupported", "the formula was not understood");
    let unknown = entry(&hostile, 2, "unknown", "unsupported", "no method can evaluate \\undefinedmacro");

    let claims = vec![filter, mse, oracle, optimal, printed, repaired, half, offset, wrong, evil, unbalanced, unknown];
    let equation = |number: &str, tex: &str, status: Coverage, ids: &[&str]| EquationEntry {
        source: "beg-rohu-2025".into(),
        number: number.into(),
        tex: tex.into(),
        kind: "identity".into(),
        status,
        claims: ids.iter().map(|s| (*s).to_owned()).collect(),
        ..EquationEntry::default()
    };
    Record {
        header: Header {
            schema: SCHEMA,
            version: "0.1.0".into(),
            seed: 20251121,
            profile: "standard".into(),
            paths: vec!["derivations".into()],
            error_rate: 1e-3,
            shard: None,
        },
        equations: vec![
            equation("6.4.5", r"H = C (C+\sigma^2 I)^{-1}", Coverage::Covered, &["wiener-filter-minimises"]),
            equation(
                "6.4.7",
                r"\mathrm{MSE} = \sum_i \frac{\lambda_i\sigma^2}{\lambda_i+\sigma^2}",
                Coverage::Restated,
                &["wiener-mse"],
            ),
            equation(
                "7.4.3",
                r"\Gamma_t = e^{-t} C + (1-e^{-2t}) I",
                Coverage::Covered,
                &["noised-covariance-printed", "noised-covariance"],
            ),
            equation("7.4.9", r"\mathcal{L}(W) = \mathbb{E}\|{-Wx} + z/\sqrt{\Delta_t}\|^2", Coverage::Open, &[]),
        ],
        diagnostics: vec![
            DiagnosticEntry {
                code: "unbalanced-group".into(),
                severity: "error".into(),
                file: hostile.path.clone(),
                position: Position { line: 21, column: 4 },
                message: "a group is opened here and never closed".into(),
                hint: Some("add the missing } or remove the {".into()),
            },
            DiagnosticEntry {
                code: "unknown-macro".into(),
                severity: "warning".into(),
                file: hostile.path.clone(),
                position: Position { line: 23, column: 8 },
                message: r"\undefinedmacro<script>alert(17)</script> is not in the table".into(),
                hint: None,
            },
        ],
        timing: Timing {
            total: 74.2,
            claims: BTreeMap::from([("wiener-mse".into(), 12.34), ("optimal-linear-score".into(), 0.2)]),
            machine: "linux x86_64, 2 cores".into(),
            commit: "0123456789ab".into(),
        },
        notes: vec![wiener, score, hostile],
        claims,
    }
}
