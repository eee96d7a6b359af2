//! Inequalities on boxes: the range of the symbols is cut into boxes until the margin is enclosed on the right side of zero
//! on each (Moore 1966). Where the margin is differentiable, its mean-value form is tighter, and on a box on which it is
//! monotone in a symbol only the end where it is least counts: so a bound that is attained at an end is proved, too.

use super::Budget;
use super::range::of_symbol;
use super::setting::Setting;
use crate::eval::{Assignment, Meter, Program, Value};
use crate::expr::{Expr, Kind, Link, Relation, Sort, Symbol, walk};
use crate::numeric::interval::{Interval, Intervals};
use crate::numeric::{Arithmetic, Function};

/// Symbols of a box: more are not cut finely enough.
const MOST_SYMBOLS: usize = 4;

/// Boxes that are looked at.
const MOST_BOXES: usize = 3000;

/// A box is not cut below this width, beside its place.
const NARROWEST: f64 = 1e-6;

/// Beyond this a range without an end is not cut.
const FARTHEST: f64 = 1e9;

/// What holds on the whole range of the symbols of a prepared inequality; `None` if it is not shown, or the formula is not one
/// of a few real numbers only.
pub fn proves(link: &Link, setting: &Setting<'_>, budget: &Budget) -> Option<String> {
    let symbols: Vec<Symbol> = walk::free_symbols_of_links([link]);
    if !link.relation.is_order() || symbols.len() > MOST_SYMBOLS {
        return None;
    }
    let whole: Vec<Interval> = symbols.iter().map(|s| range(s, setting)).collect::<Option<_>>()?;
    let margin = Margin::new(link, symbols, budget)?;
    let (mut open, mut boxes) = (vec![whole], 0);
    while let Some(ranges) = open.pop() {
        boxes += 1;
        if boxes > MOST_BOXES || margin.meter.is_spent() {
            return None;
        }
        if !margin.holds_on(&ranges) {
            let (low, high) = halves(&ranges)?;
            open.extend([low, high]);
        }
    }
    if walk::free_symbols_of_links([link]).is_empty() {
        return Some("the margin of the two numbers is enclosed on the right side of zero".to_owned());
    }
    let word = if boxes == 1 { "box" } else { "boxes" };
    Some(format!(
        "the margin is enclosed on the right side of zero on {boxes} {word} that cover the range of the symbols"
    ))
}

/// Right minus left, or left minus right: what must not be negative.
struct Margin {
    program: Program,
    symbols: Vec<Symbol>,
    strict: bool,
    smooth: bool,
    meter: std::sync::Arc<Meter>,
}

impl Margin {
    fn new(link: &Link, symbols: Vec<Symbol>, budget: &Budget) -> Option<Self> {
        let upward = matches!(link.relation, Relation::Less | Relation::LessOrEqual);
        let (more, less) = if upward { (&link.right, &link.left) } else { (&link.left, &link.right) };
        let real = |kind| Expr::new(kind, Sort::Real, link.left.span);
        let margin = real(Kind::Add(vec![more.clone(), real(Kind::Neg(less.clone()))]));
        let meter = Meter::new(budget.steps);
        let program = Program::compile(&margin).ok()?.metered(&meter);
        let strict = matches!(link.relation, Relation::Less | Relation::Greater);
        Some(Self { program, symbols, strict, smooth: !has_kinks(&margin), meter })
    }

    fn at(&self, ranges: &[Interval]) -> Assignment<Interval> {
        let mut at = Assignment::new();
        self.symbols.iter().zip(ranges).for_each(|(s, x)| at.set(s, Value::Scalar(*x)));
        at
    }

    fn least(&self, ranges: &[Interval]) -> Option<f64> {
        let value = self.program.evaluate(&Intervals::new(), &self.at(ranges)).ok()?;
        value.as_scalar().map(Interval::lo)
    }

    fn suffices(&self, least: f64) -> bool {
        if self.strict { least > 0.0 } else { least >= 0.0 }
    }

    fn holds_on(&self, ranges: &[Interval]) -> bool {
        if self.least(ranges).is_some_and(|m| self.suffices(m)) {
            return true;
        }
        let bounded = ranges.iter().all(|x| x.lo().is_finite() && x.hi().is_finite());
        if !self.smooth || !bounded {
            return false;
        }
        let Some(slopes) = self.slopes(ranges) else { return false };
        // Where the margin is monotone, the end where it is least.
        let lowest = |(x, slope): (&Interval, &Interval)| match (slope.lo() >= 0.0, slope.hi() <= 0.0) {
            (true, _) => Interval::point(x.lo()),
            (_, true) => Interval::point(x.hi()),
            _ => *x,
        };
        let reduced: Vec<Interval> = ranges.iter().zip(&slopes).map(lowest).collect();
        if self.least(&reduced).is_some_and(|m| self.suffices(m)) {
            return true;
        }
        // m(c) + Σ mᵢ'(X) (Xᵢ − cᵢ) on what is left.
        let a = Intervals::new();
        let centre: Vec<Interval> = reduced.iter().map(|x| Interval::point(f64::midpoint(x.lo(), x.hi()))).collect();
        let Ok(value) = self.program.evaluate(&a, &self.at(&centre)) else { return false };
        let Some(value) = value.as_scalar() else { return false };
        let terms = reduced.iter().zip(&centre).zip(&slopes);
        let form = terms.fold(*value, |sum, ((x, c), slope)| a.add(&sum, &a.mul(slope, &a.sub(x, c))));
        self.suffices(form.lo())
    }

    /// Enclosures of the partial derivatives on a box.
    fn slopes(&self, ranges: &[Interval]) -> Option<Vec<Interval>> {
        let (a, at) = (Intervals::new(), self.at(ranges));
        let slope = |symbol: &Symbol| {
            let along = [(symbol.clone(), Value::Scalar(Interval::point(1.0)))];
            let coefficients = self.program.expand(&a, &at, &along, 1).ok()?;
            coefficients.get(1)?.as_scalar().copied()
        };
        self.symbols.iter().map(slope).collect()
    }
}

/// Whether a formula has places without a derivative by its form.
fn has_kinks(e: &Expr) -> bool {
    walk::any(e, &mut |part| match &*part.kind {
        Kind::Function(f, _) => matches!(
            f,
            Function::Abs
                | Function::Sign
                | Function::Heaviside
                | Function::Floor
                | Function::Ceil
                | Function::Min
                | Function::Max
        ),
        Kind::Cases(..) | Kind::Kronecker(..) | Kind::Optimum(..) | Kind::Limit(..) => true,
        Kind::Fold(fold, ..) => matches!(fold, crate::expr::Fold::Minimum | crate::expr::Fold::Maximum),
        _ => false,
    })
}

/// The range of a real number; whole numbers are no box.
fn range(symbol: &Symbol, setting: &Setting<'_>) -> Option<Interval> {
    if *symbol.sort() == Sort::Real { of_symbol(symbol, setting) } else { None }
}

/// A box cut across its widest side; `None` if it is too narrow to be cut.
fn halves(ranges: &[Interval]) -> Option<(Vec<Interval>, Vec<Interval>)> {
    let width = |x: &Interval| (x.hi() - x.lo()) / (1.0 + x.lo().abs().min(x.hi().abs()));
    let (widest, x) = ranges.iter().enumerate().max_by(|(_, x), (_, y)| width(x).total_cmp(&width(y)))?;
    if width(x) < NARROWEST {
        return None;
    }
    let far = |x: f64| 2.0 * x.abs().max(0.5);
    let cut = match (x.lo().is_finite(), x.hi().is_finite()) {
        (true, true) => f64::midpoint(x.lo(), x.hi()),
        (true, false) if x.lo() < 0.0 => 0.0,
        (true, false) => far(x.lo()),
        (false, true) if x.hi() > 0.0 => 0.0,
        (false, true) => -far(x.hi()),
        (false, false) => 0.0,
    };
    if cut.abs() > FARTHEST {
        return None;
    }
    let with = |part: Interval| {
        let mut ranges = ranges.to_vec();
        ranges[widest] = part;
        ranges
    };
    Some((with(Interval::new(x.lo(), cut)), with(Interval::new(cut, x.hi()))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::{Domain, Role};
    use crate::expr::fixture::*;
    use crate::method::fixture::{Table, above};
    use crate::numeric::Function::{Cos, Exp, Log, Sqrt, Tanh};
    use crate::numeric::Rational;
    use crate::random::SeedPath;

    fn shown(table: &Table, left: Expr, relation: Relation, right: Expr) -> bool {
        let claim = table.claim(left, relation, right);
        let budget = Budget::default();
        let setting = Setting::new(&claim, &budget, &SeedPath::root(1)).unwrap();
        proves(&claim.statement.links[0], &setting, &budget).is_some()
    }

    fn between(t: &mut Table, tex: &str, low: i64, high: i64) -> Expr {
        let end = |n: i64| Some((Rational::from(n), true));
        use_of(&t.declare(tex, Sort::Real, Domain::Interval { lower: end(low), upper: end(high) }, Role::Variable))
    }

    #[test]
    fn what_holds_on_a_box_is_shown_and_what_fails_somewhere_is_not() {
        let mut t = Table::default();
        let (x, y) = (&between(&mut t, "x", 0, 1), &between(&mut t, "y", -2, 2));
        let relation = Relation::LessOrEqual;
        assert!(shown(&t, x * (n(1) - x), relation, q(26, 100)));
        assert!(!shown(&t, x * (n(1) - x), relation, q(24, 100)));
        assert!(shown(&t, f(Cos, x + y), Relation::Less, n(1) + f(Exp, y.clone())));
        // Attained at an end.
        assert!(shown(&t, f(Log, n(1) + x), relation, x.clone()));
        assert!(!shown(&t, f(Log, n(1) + x), Relation::Less, x.clone()));
        assert!(!shown(&t, x.clone(), relation, f(Log, n(1) + x)));
        // Fails on an interval of width 0.002 only.
        let parabola = pow(x - q(1234, 10_000), n(2));
        assert!(!shown(&t, q(1, 1_000_000), relation, parabola));
    }

    #[test]
    fn ranges_without_an_end_are_cut_and_kinks_have_no_slope() {
        let mut t = Table::default();
        let x = &use_of(&t.declare("x", Sort::Real, above(0, true), Role::Variable));
        assert!(shown(&t, f(Tanh, x.clone()), Relation::LessOrEqual, n(1)));
        assert!(shown(&t, f(Exp, -x.clone()), Relation::LessOrEqual, n(1)));
        assert!(!shown(&t, f(Sqrt, x.clone()), Relation::LessOrEqual, n(100)));
        let y = &t.real("y");
        assert!(shown(&t, -f(Function::Abs, y.clone()), Relation::LessOrEqual, n(0)));
        assert!(!shown(&t, f(Function::Sign, y.clone()), Relation::LessOrEqual, q(1, 2)));
        // Whole numbers are no box.
        let k = &use_of(&t.declare("k", Sort::Integer, above(0, true), Role::Variable));
        assert!(!shown(&t, -k.clone(), Relation::LessOrEqual, n(0)));
    }
}
