//! From [`Expr`] to a tree whose symbols are slot numbers.

use super::op::{Binder, Bound, Distribution, Length, Literal, Memo, Node, Op, Random, Shape, Test, Values, Weight};
use super::{Program, Unevaluable, desugar, dirac, product, reduce};
use crate::expr::{ArrayFunction, Condition, Dim, Expr, Kind, Law, Link, Range, Relation, Sort, Symbol, print, walk};
use std::collections::BTreeMap;

/// Deeper expressions are refused, so that evaluation cannot exhaust the stack.
const MAX_DEPTH: usize = 200;

/// Operations of one program: some averages double with every term that is written out.
const MAX_NODES: usize = 1 << 18;

struct Compiler {
    slots: Vec<Symbol>,
    by_id: BTreeMap<u32, usize>,
    constants: Vec<Literal>,
    places: Vec<Expr>,
    /// What is worth keeping while nothing in it changes.
    memos: Vec<Expr>,
    depth: usize,
}

fn refuse<T>(what: impl Into<String>, expr: &Expr) -> Result<T, Unevaluable> {
    Err(Unevaluable { what: format!("{} (${}$)", what.into(), excerpt(expr)), span: expr.span })
}

/// An expression as TeX, if it is short; else its beginning.
pub(super) fn excerpt(expr: &Expr) -> String {
    const LONGEST: usize = 80;
    let tex = print::expr(expr);
    match tex.char_indices().nth(LONGEST) {
        None => tex,
        Some((end, _)) => format!(r"{} \ldots", &tex[..end]),
    }
}

/// What has no evaluator, in words.
const fn unevaluated(kind: &Kind) -> &'static str {
    match kind {
        Kind::ImaginaryUnit => "a complex number",
        Kind::Tuple(_) => "a list of values",
        Kind::Dirac(_) => "Dirac's δ outside an integral over all values of one number",
        Kind::Order(..) => "a term of which only the order is known",
        Kind::IntegralOver(..) => "an integral over a set known by name only",
        Kind::AverageOver(..) => "an average over a density that is no product of densities of one symbol each",
        Kind::ConditionalMean(..) => "a conditional expectation",
        Kind::LawOf(_) => "a law as a value",
        Kind::DerivativeBy(..) => "a derivative by this place",
        Kind::Increment(_) => "a differential",
        Kind::Mapping(..) | Kind::Apply(..) => "a function as a value",
        Kind::Convolution(..) => "a convolution without its argument",
        _ => "this expression",
    }
}

pub(super) fn compile(expr: &Expr) -> Result<Program, Unevaluable> {
    let mut compiler =
        Compiler { slots: vec![], by_id: BTreeMap::new(), constants: vec![], places: vec![], memos: vec![], depth: 0 };
    let root = compiler.node(expr)?;
    let memos = compiler.memos.len();
    Ok(Program {
        root,
        constants: compiler.constants,
        slots: compiler.slots,
        places: compiler.places,
        memos,
        meter: None,
    })
}

impl Compiler {
    fn slot(&mut self, symbol: &Symbol) -> usize {
        let next = self.slots.len();
        let slot = *self.by_id.entry(symbol.id()).or_insert(next);
        if slot == next {
            self.slots.push(symbol.clone());
        }
        slot
    }

    fn length(&mut self, dim: &Dim) -> Length {
        match dim {
            Dim::Literal(n) => Length::Literal(*n),
            Dim::Named(symbol) => Length::Slot(self.slot(symbol)),
        }
    }

    fn shape(&mut self, sort: &Sort) -> Shape {
        sort.shape().map(|(rows, columns)| (self.length(&rows), self.length(&columns)))
    }

    fn literal(&mut self, literal: Literal) -> Op {
        let index = self.constants.iter().position(|known| *known == literal).unwrap_or_else(|| {
            self.constants.push(literal);
            self.constants.len() - 1
        });
        Op::Constant(index)
    }

    fn boxed(&mut self, expr: &Expr) -> Result<Box<Node>, Unevaluable> {
        self.node(expr).map(Box::new)
    }

    fn all(&mut self, exprs: &[Expr]) -> Result<Vec<Node>, Unevaluable> {
        exprs.iter().map(|e| self.node(e)).collect()
    }

    fn node(&mut self, expr: &Expr) -> Result<Node, Unevaluable> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return refuse("an expression nested this deeply", expr);
        }
        let place = self.places.len();
        if place >= MAX_NODES {
            return refuse("an expression that is this long when its averages are written out", expr);
        }
        self.places.push(expr.clone());
        let op = match desugar::desugar(expr) {
            Some(simpler) => self.node(&simpler)?.op,
            None => self.op(expr)?,
        };
        self.depth -= 1;
        let memo = op.is_costly().then(|| self.memo(expr));
        Ok(Node { op, scalar: expr.sort.is_scalar(), place, memo })
    }

    /// Where the value of an expression is kept, and what it depends on: an integral inside another that does not contain its
    /// variable is taken once, and so is a partition function that stands in several places.
    fn memo(&mut self, expr: &Expr) -> Memo {
        let index = self.memos.iter().position(|known| walk::same(known, expr)).unwrap_or_else(|| {
            self.memos.push(expr.clone());
            self.memos.len() - 1
        });
        let free = walk::free_symbols(expr);
        Memo { index, free: free.iter().filter_map(|symbol| self.by_id.get(&symbol.id()).copied()).collect() }
    }

    fn op(&mut self, expr: &Expr) -> Result<Op, Unevaluable> {
        Ok(match &*expr.kind {
            Kind::Number(value) => self.literal(Literal::Number(value.clone())),
            Kind::Constant(constant) => self.literal(Literal::Named(*constant)),
            Kind::Infinity => return refuse("infinity outside a bound", expr),
            Kind::Symbol(symbol) => {
                if matches!(symbol.sort(), Sort::Function(..) | Sort::Boolean) {
                    return refuse(format!("{} as a value", symbol.tex()), expr);
                }
                Op::Slot(self.slot(symbol))
            }
            Kind::Add(terms) => Op::Add(self.all(terms)?),
            Kind::Neg(term) => Op::Neg(self.boxed(term)?),
            Kind::Mul(factors) => Op::Mul(self.all(factors)?),
            Kind::Div(p, q) => Op::Div(self.boxed(p)?, self.boxed(q)?),
            Kind::Pow(base, exponent) => Op::Pow(self.boxed(base)?, self.boxed(exponent)?),
            Kind::Function(function, arguments) => {
                if arguments.len() != function.arity() {
                    return refuse(format!("{} of {} arguments", function.name(), arguments.len()), expr);
                }
                Op::Function(*function, self.all(arguments)?)
            }
            Kind::Array(function, arguments) => {
                let binary = matches!(function, ArrayFunction::Dot | ArrayFunction::Hadamard | ArrayFunction::Outer);
                if arguments.len() != if binary { 2 } else { 1 } {
                    return refuse(format!("an array function of {} arguments", arguments.len()), expr);
                }
                match (function, &arguments[0].sort) {
                    (ArrayFunction::Diagonal, Sort::Matrix(..)) => Op::DiagonalOf(self.boxed(&arguments[0])?),
                    _ => Op::Array(*function, self.all(arguments)?),
                }
            }
            Kind::Identity(dim) => Op::Identity(self.length(dim)),
            Kind::Ones(dim) => Op::Ones(self.length(dim)),
            Kind::Component(array, indices) => {
                if indices.is_empty() || indices.len() > 2 {
                    return refuse(format!("a component with {} indices", indices.len()), expr);
                }
                if let (Sort::Matrix(..), [index]) = (&array.sort, indices.as_slice()) {
                    return Ok(Op::Column(self.boxed(array)?, self.boxed(index)?));
                }
                Op::Component(self.boxed(array)?, self.all(indices)?)
            }
            Kind::Fold(fold, binders, condition, body) => {
                let binders = binders.iter().map(|b| self.binder(b, expr)).collect::<Result<_, _>>()?;
                let condition = condition.as_ref().map(|c| self.test(c, expr)).transpose()?.map(Box::new);
                let shape = self.shape(&expr.sort);
                Op::Fold { fold: *fold, binders, condition, body: self.boxed(body)?, shape }
            }
            Kind::Integral(symbol, lower, upper, body) => return self.integral(expr, symbol, lower, upper, body),
            Kind::IntegralOver(symbol, set, body) => match (&*set.kind, &set.sort) {
                (Kind::Symbol(_), Sort::Set(members)) if **members == Sort::Real && *symbol.sort() == Sort::Real => {
                    let (lower, upper) = (self.end_of(set, 1)?, self.end_of(set, 2)?);
                    Op::Integral { slot: self.slot(symbol), lower, upper, body: self.boxed(body)? }
                }
                _ => return refuse(unevaluated(&expr.kind), expr),
            },
            Kind::Expectation(variables, body) => {
                let reduced = reduce::reduce(variables, body).map(|e| self.boxed(&e)).transpose()?;
                let mut random = vec![];
                for variable in variables {
                    let law = match &variable.law {
                        Law::Normal(mean, variance) => Distribution::Normal(self.node(mean)?, self.node(variance)?),
                        Law::Rademacher(mean) => Distribution::Rademacher(self.node(mean)?),
                        Law::Uniform(lower, upper) => Distribution::Uniform(self.node(lower)?, self.node(upper)?),
                        Law::Density(_) => return refuse("a random variable with a declared density", expr),
                    };
                    let shape = self.shape(variable.symbol.sort());
                    random.push(Random { slot: self.slot(&variable.symbol), shape, law });
                }
                Op::Expectation(random, self.boxed(body)?, reduced)
            }
            Kind::AverageOver(symbols, density, body) => match symbols.as_slice() {
                [symbol] if matches!(symbol.sort(), Sort::Integer | Sort::Index(_)) => {
                    return refuse("an average over whole numbers", expr);
                }
                [symbol] => {
                    let product = Kind::Mul(vec![density.clone(), body.clone()]);
                    return self.average(symbol, &Expr::new(product, body.sort.clone(), expr.span));
                }
                _ => return refuse(unevaluated(&expr.kind), expr),
            },
            Kind::Derivative(body, symbol, order) => {
                if !symbol.sort().is_scalar() {
                    return refuse("a derivative by an array", expr);
                }
                Op::Derivative { slot: self.slot(symbol), order: *order, body: self.boxed(body)? }
            }
            Kind::Gradient(body, symbol) => Op::Gradient { slot: self.slot(symbol), body: self.boxed(body)? },
            Kind::Cases(branches, otherwise) => {
                let branches = branches
                    .iter()
                    .map(|(value, condition)| Ok((self.node(value)?, self.test(condition, expr)?)))
                    .collect::<Result<_, _>>()?;
                Op::Cases(branches, otherwise.as_ref().map(|e| self.boxed(e)).transpose()?)
            }
            Kind::Call(symbol, arguments) => {
                let shape = self.shape(&expr.sort);
                Op::Call { slot: self.slot(symbol), arguments: self.all(arguments)?, shape }
            }
            Kind::Differential(operator, body, symbol) => {
                Op::Differential { operator: *operator, slot: self.slot(symbol), body: self.boxed(body)? }
            }
            Kind::DerivativeBy(body, place) => match &*place.kind {
                Kind::Component(array, indices) if let Kind::Symbol(symbol) = &*array.kind => Op::DerivativeByEntry {
                    slot: self.slot(symbol),
                    indices: self.all(indices)?,
                    body: self.boxed(body)?,
                },
                _ => return refuse(unevaluated(&expr.kind), expr),
            },
            Kind::Limit(symbol, approach, target, body) => Op::Limit {
                slot: self.slot(symbol),
                approach: *approach,
                target: self.bound(target)?,
                body: self.boxed(body)?,
            },
            Kind::Optimum(optimum, symbols, condition, body) => match symbols.as_slice() {
                [symbol] if !matches!(symbol.sort(), Sort::Function(..)) => Op::Optimum {
                    optimum: *optimum,
                    slot: self.slot(symbol),
                    shape: self.shape(symbol.sort()),
                    condition: condition.as_ref().map(|c| self.test(c, expr)).transpose()?.map(Box::new),
                    body: self.boxed(body)?,
                },
                [_] => return refuse("an optimum over functions", expr),
                _ => return refuse("an optimum over several symbols", expr),
            },
            Kind::At(symbol, value, body) => {
                let value = self.node(value)?;
                Op::Let(vec![(self.slot(symbol), value)], self.boxed(body)?)
            }
            Kind::Apply(function, arguments) => match &*function.kind {
                Kind::Mapping(parameters, body) if parameters.len() == arguments.len() => {
                    let values = self.all(arguments)?;
                    let bindings = parameters.iter().zip(values).map(|(p, value)| (self.slot(p), value)).collect();
                    Op::Let(bindings, self.boxed(body)?)
                }
                _ => return refuse(unevaluated(&expr.kind), expr),
            },
            Kind::Special(special, arguments) => {
                if arguments.len() != special.arity() {
                    return refuse(format!("a special function of {} arguments", arguments.len()), expr);
                }
                Op::Special(*special, self.all(arguments)?)
            }
            Kind::Entries(rows) => {
                if rows.is_empty() || rows.iter().any(|row| row.len() != rows[0].len()) {
                    return refuse("a matrix with rows of different lengths", expr);
                }
                Op::Entries(rows.iter().map(|row| self.all(row)).collect::<Result<_, _>>()?)
            }
            Kind::Kronecker(i, j) => Op::Kronecker(self.boxed(i)?, self.boxed(j)?),
            other => return refuse(unevaluated(other), expr),
        })
    }

    fn integral(
        &mut self,
        expr: &Expr,
        symbol: &Symbol,
        lower: &Expr,
        upper: &Expr,
        body: &Expr,
    ) -> Result<Op, Unevaluable> {
        let (lower, upper) = (self.bound(lower)?, self.bound(upper)?);
        let whole = matches!((&lower, &upper), (Bound::MinusInfinity, Bound::Infinity));
        if !whole {
            if !symbol.sort().is_scalar() {
                return refuse("an integral over a part of the space of arrays", expr);
            }
            return Ok(Op::Integral { slot: self.slot(symbol), lower, upper, body: self.boxed(body)? });
        }
        if matches!(symbol.sort(), Sort::Integer | Sort::Index(_)) {
            return refuse("an integral over whole numbers", expr);
        }
        if let Some(derivative) = dirac::derivative_outside(symbol, body) {
            return Ok(self.node(&derivative)?.op);
        }
        let mentions = |e: &Expr| walk::mentions(e, symbol);
        if symbol.sort().is_scalar()
            && let Some((dirac, rest)) =
                desugar::splits(body, &|f| matches!(&*f.kind, Kind::Dirac(a) if mentions(a))).into_iter().next()
            && let Kind::Dirac(argument) = &*dirac.kind
        {
            let argument = self.boxed(argument)?;
            return Ok(Op::Sift { slot: self.slot(symbol), argument, body: self.boxed(&rest)? });
        }
        if body.sort.is_scalar() && !desugar::splits(body, &|f| desugar::is_density_of(f, symbol)).is_empty() {
            return self.average(symbol, body);
        }
        // Integrals over all values of one symbol inside another are one integral over the product space.
        let mut symbols = vec![(self.slot(symbol), self.shape(symbol.sort()))];
        let mut inner = body.clone();
        while let Kind::Integral(symbol, lower, upper, body) = &*inner.kind.clone() {
            let ends = (self.bound(lower)?, self.bound(upper)?);
            let dirac = walk::any(body, &mut |e| matches!(&*e.kind, Kind::Dirac(_)));
            let density = !desugar::splits(body, &|f| desugar::is_density_of(f, symbol)).is_empty();
            if !matches!(ends, (Bound::MinusInfinity, Bound::Infinity)) || dirac || density {
                break;
            }
            symbols.push((self.slot(symbol), self.shape(symbol.sort())));
            inner = body.clone();
        }
        let body = self.boxed(&product::gathered(&inner))?;
        match symbols.as_slice() {
            [(slot, None)] => Ok(Op::Integral { slot: *slot, lower, upper, body }),
            _ => Ok(Op::Space { symbols, body }),
        }
    }

    /// ∫ product over all values of a symbol: by the moments of a density among the factors where that helps.
    fn average(&mut self, symbol: &Symbol, product: &Expr) -> Result<Op, Unevaluable> {
        let factors = desugar::splits(product, &|f| desugar::is_density_of(f, symbol));
        for (density, body) in &factors {
            if let Kind::DensityOf(law, _) = &*density.kind {
                let variable = crate::expr::RandomVariable { symbol: symbol.clone(), law: law.clone() };
                let mean = Kind::Expectation(vec![variable], body.clone());
                return Ok(self.node(&Expr::new(mean, product.sort.clone(), product.span))?.op);
            }
        }
        let (slot, shape) = (self.slot(symbol), self.shape(symbol.sort()));
        let mut densities = Vec::with_capacity(factors.len());
        for (density, body) in &factors {
            if let Kind::Call(function, arguments) = &*density.kind {
                let others = self.all(&arguments[1..])?;
                densities.push(Weight { function: self.slot(function), others, body: self.node(body)? });
            }
        }
        Ok(Op::AverageOver { slot, shape, densities, product: self.boxed(product)? })
    }

    /// An end of a set of numbers, which is drawn as an interval: its two ends.
    fn end_of(&mut self, set: &Expr, which: i64) -> Result<Bound, Unevaluable> {
        let end = Kind::Component(set.clone(), vec![Expr::integer(which, set.span)]);
        self.boxed(&Expr::new(end, Sort::Real, set.span)).map(Bound::Finite)
    }

    fn bound(&mut self, expr: &Expr) -> Result<Bound, Unevaluable> {
        Ok(match &*expr.kind {
            Kind::Infinity => Bound::Infinity,
            Kind::Neg(inner) if matches!(&*inner.kind, Kind::Infinity) => Bound::MinusInfinity,
            _ => Bound::Finite(self.boxed(expr)?),
        })
    }

    fn binder(&mut self, binder: &crate::expr::Binder, within: &Expr) -> Result<Binder, Unevaluable> {
        let range = match &binder.range {
            Range::Between(lower, upper) => match (self.bound(lower)?, self.bound(upper)?) {
                (Bound::Finite(lower), Bound::Finite(upper)) => Values::Between(*lower, *upper),
                (Bound::Finite(lower), Bound::Infinity) => Values::From(*lower),
                _ => return refuse("a range without a beginning", lower),
            },
            Range::Signs => Values::Signs,
            Range::SignVectors(dim) => Values::SignVectors(self.length(dim)),
            Range::Values(values) => Values::List(self.all(values)?),
            Range::Members(set) => Values::Members(self.set_of_indices(set, within)?),
        };
        Ok(Binder { slot: self.slot(&binder.symbol), range })
    }

    /// The slot of a set of indices.
    fn set_of_indices(&mut self, set: &Expr, within: &Expr) -> Result<usize, Unevaluable> {
        match (&*set.kind, &set.sort) {
            (Kind::Symbol(symbol), Sort::Set(members)) if matches!(**members, Sort::Index(_)) => Ok(self.slot(symbol)),
            _ => refuse("a set known by name only", within),
        }
    }

    fn test(&mut self, condition: &Condition, within: &Expr) -> Result<Test, Unevaluable> {
        Ok(match condition {
            Condition::Holds(Link { left, relation: relation @ (Relation::Member | Relation::NotMember), right }) => {
                let set = self.set_of_indices(right, within)?;
                let place = self.places.len();
                self.places.push(right.clone());
                let node = |op| Node { op, scalar: true, place, memo: None };
                let indicator = Node { scalar: false, ..node(Op::Slot(set)) };
                let entry = node(Op::Component(Box::new(indicator), vec![self.node(left)?]));
                let value = i64::from(*relation == Relation::Member);
                let value = node(self.literal(Literal::Number(value.into())));
                Test::Compare(Box::new(entry), Relation::Equal, Box::new(value))
            }
            Condition::Holds(link) => {
                if !link.relation.is_order() && !matches!(link.relation, Relation::Equal | Relation::NotEqual) {
                    return refuse(format!("the condition {}", link.relation.tex()), within);
                }
                Test::Compare(self.boxed(&link.left)?, link.relation, self.boxed(&link.right)?)
            }
            Condition::All(parts) => {
                Test::All(parts.iter().map(|part| self.test(part, within)).collect::<Result<_, _>>()?)
            }
        })
    }
}
