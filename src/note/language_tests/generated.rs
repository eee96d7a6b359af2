//! Random expressions, printed and read back.

use super::fixtures;
use crate::expr::fixture::flat;
use crate::expr::walk::{same, substitute};
use crate::expr::{Expr, Kind, Link, Sort, Symbol, print};
use crate::latex::{self, Scope};
use crate::source::Span;

/// Random expressions of a sort, of every kind of operation that a formula can be printed with.
struct Generator<'s> {
    scope: &'s Scope,
    state: u64,
}

impl Generator<'_> {
    fn below(&mut self, n: u64) -> u64 {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) % n
    }

    fn symbol(&self, name: &str) -> Symbol {
        self.scope.declared(name).unwrap_or_else(|| panic!("{name} is declared")).symbol.clone()
    }

    fn function(&self, head: &str) -> Symbol {
        let found = self.scope.declarations().find(|d| d.symbol.tex() == head && d.symbol.notation().is_some());
        found.unwrap_or_else(|| panic!("{head} is declared")).symbol.clone()
    }

    fn of(kind: Kind, sort: Sort) -> Expr {
        Expr::new(kind, sort, Span::default())
    }

    fn real(kind: Kind) -> Expr {
        Self::of(kind, Sort::Real)
    }

    fn use_of(&self, name: &str) -> Expr {
        Expr::symbol(&self.symbol(name), Span::default())
    }

    /// A fresh symbol for a declared one, and an expression with it in the place of the other.
    fn bound(&mut self, name: &str, body: &Expr) -> (Symbol, Expr) {
        let old = self.symbol(name);
        let fresh = old.renamed();
        let body = substitute(body, &old, &Expr::symbol(&fresh, Span::default())).expect("it is a plain symbol");
        (fresh, body)
    }

    fn scalar(&mut self, depth: u32) -> Expr {
        use crate::expr::{Approach, ArrayFunction, Binder, Differential, Fold, Law, Optimum, Order, Range, Special};
        use crate::expr::{Condition, RandomVariable, Relation};
        use crate::numeric::Function;
        if depth == 0 {
            let names = ["s", "t", "u", "c", r"\lambda"];
            return match self.below(7) {
                n @ 0..5 => self.use_of(names[n as usize]),
                _ => Expr::integer(1 + self.below(9) as i64, Span::default()),
            };
        }
        let d = depth - 1;
        match self.below(30) {
            0 => flat(self.scalar(d) + self.scalar(d)),
            1 => flat(self.scalar(d) - self.scalar(d)),
            2 | 3 => flat(self.scalar(d) * self.scalar(d)),
            4 => self.scalar(d) / self.scalar(d),
            5 => Self::real(Kind::Pow(self.scalar(d), Expr::integer(2 + self.below(3) as i64, Span::default()))),
            6 => {
                let functions = [Function::Exp, Function::Tanh, Function::Sqrt, Function::Abs, Function::Gamma];
                let function = functions[self.below(5) as usize];
                Self::real(Kind::Function(function, vec![self.scalar(d)]))
            }
            7 => Self::real(Kind::Call(self.function("g"), vec![self.scalar(d)])),
            8 => Self::real(Kind::Call(self.function("p"), vec![self.vector(d)])),
            9 => Self::real(Kind::Call(self.function("p_{t}"), vec![self.vector(d), self.scalar(d)])),
            10 => Self::real(Kind::Call(self.function(r"\rho"), vec![self.vector(d), self.vector(d)])),
            11 => Self::real(Kind::Array(ArrayFunction::Dot, vec![self.vector(d), self.vector(d)])),
            12 => Self::real(Kind::Array(ArrayFunction::NormSquared, vec![self.vector(d)])),
            13 => {
                let body = self.scalar(d);
                Self::real(Kind::Derivative(body, self.symbol("s"), 1 + self.below(2) as u32))
            }
            14 => {
                let body = self.vector(d);
                Self::real(Kind::Differential(Differential::Divergence, body, self.symbol("x")))
            }
            15 => {
                let body = self.scalar(d);
                Self::real(Kind::Differential(Differential::Laplacian, body, self.symbol("x")))
            }
            16 => {
                let body = self.scalar(d);
                let (symbol, body) = self.bound("u", &body);
                Self::real(Kind::Integral(symbol, self.scalar(0), self.scalar(0), body))
            }
            17 => {
                let body = self.scalar(d);
                let (symbol, body) = self.bound("y", &body);
                let infinity = || Self::real(Kind::Infinity);
                Self::real(Kind::Integral(symbol, Self::real(Kind::Neg(infinity())), infinity(), body))
            }
            18 => {
                let (body, p) = (self.scalar(d), self.function("p"));
                let (symbol, body) = self.bound("x", &body);
                let density = Self::real(Kind::Call(p, vec![Expr::symbol(&symbol, Span::default())]));
                Self::real(Kind::AverageOver(vec![symbol], density, body))
            }
            19 => {
                let body = self.scalar(d) * self.use_of(r"\xi");
                let law = Law::Normal(Expr::integer(0, Span::default()), Expr::integer(1, Span::default()));
                let variable = RandomVariable { symbol: self.symbol(r"\xi"), law };
                Self::real(Kind::Variance(vec![variable], flat(body)))
            }
            20 => {
                let law = Law::Normal(Expr::integer(0, Span::default()), Expr::integer(1, Span::default()));
                let link = Link { left: self.use_of(r"\xi"), relation: Relation::Greater, right: self.scalar(d) };
                let variable = RandomVariable { symbol: self.symbol(r"\xi"), law };
                Self::real(Kind::Probability(vec![variable], Box::new(Condition::Holds(link))))
            }
            21 => {
                let body = self.scalar(d);
                let (symbol, body) = self.bound("u", &body);
                let optimum = [Optimum::Minimum, Optimum::Supremum, Optimum::ArgMax][self.below(3) as usize];
                Self::real(Kind::Optimum(optimum, vec![symbol], None, body))
            }
            22 => {
                let body = self.scalar(d);
                let (symbol, body) = self.bound("u", &body);
                let side = [Approach::Both, Approach::Above, Approach::Below][self.below(3) as usize];
                Self::real(Kind::Limit(symbol, side, self.scalar(0), body))
            }
            23 => {
                let body = Self::real(Kind::Derivative(self.scalar(d), self.symbol("u"), 1));
                let (symbol, body) = self.bound("u", &body);
                Self::real(Kind::At(symbol, self.scalar(0), body))
            }
            24 => {
                let function = Special::ALL[self.below(Special::ALL.len() as u64) as usize];
                let operands = (0..function.arity()).map(|_| self.scalar(d)).collect();
                Self::real(Kind::Special(function, operands))
            }
            25 => Self::real(Kind::Dirac(self.vector(d))),
            26 => Self::real(Kind::Order(Order::Big, self.scalar(d))),
            27 => {
                let spread = Expr::symbol(&self.symbol("C"), Span::default());
                Self::real(Kind::DensityOf(Law::Normal(self.vector(d), spread), self.vector(d)))
            }
            28 => {
                let index = self.symbol("i").renamed();
                let of = Expr::symbol(&index, Span::default());
                let body = flat(Self::real(Kind::Component(self.use_of("x"), vec![of])) * self.scalar(d));
                let upper = Expr::symbol(&self.symbol("d"), Span::default());
                let range = Range::Between(Expr::integer(1, Span::default()), upper);
                Self::real(Kind::Fold(Fold::Sum, vec![Binder { symbol: index, range }], None, body))
            }
            _ => Self::real(Kind::Call(self.function(r"\Delta_{t}"), vec![self.scalar(d)])),
        }
    }

    fn vector(&mut self, depth: u32) -> Expr {
        use crate::expr::ArrayFunction;
        let sort = self.symbol("x").sort().clone();
        if depth == 0 {
            let names = ["x", "y", "a", "m"];
            let name = names[self.below(4) as usize];
            return self.use_of(name);
        }
        let d = depth - 1;
        match self.below(8) {
            0 => flat(self.vector(d) + self.vector(d)),
            1 => flat(self.scalar(d) * self.vector(d)),
            2 => self.vector(d) / self.scalar(d),
            3 => Self::of(Kind::Call(self.function("F"), vec![self.vector(d)]), sort),
            4 => Self::of(Kind::Call(self.function("X"), vec![self.use_of("t") + self.scalar(d)]), sort),
            5 => {
                let body = self.scalar(d);
                Self::of(Kind::Gradient(body, self.symbol("x")), sort)
            }
            6 => Self::of(Kind::Array(ArrayFunction::Hadamard, vec![self.vector(d), self.vector(d)]), sort),
            _ => flat(Expr::symbol(&self.symbol("C"), Span::default()) * self.vector(d)),
        }
    }
}

#[test]
fn what_is_printed_is_read_back_as_the_same_tree() {
    let scope = fixtures();
    let mut wrong = Vec::new();
    for seed in 0..3000 {
        let mut generator = Generator { scope: &scope, state: seed };
        let expr = flat(generator.scalar(1 + (seed % 3) as u32));
        let printed = print::expr(&expr);
        match latex::expression(&printed, &scope, &[]) {
            Ok(again) if same(&expr, &again) => {}
            Ok(again) => wrong.push(format!("{printed} is read as {}", print::expr(&again))),
            Err(t) => wrong.push(format!("{printed}: {}", t.message)),
        }
    }
    wrong.sort_by_key(String::len);
    assert!(wrong.is_empty(), "{} of 3000, the shortest:\n{}", wrong.len(), wrong[..wrong.len().min(12)].join("\n"));
}
