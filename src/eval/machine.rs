//! The evaluator: a walk over the compiled tree in jets over an arithmetic.

use super::call::Callee;
use super::compile::excerpt;
use super::op::{Length, Literal, Memo, Node, Op, Test};
use super::{Assignment, Program, Value, array, matrix_function};
use crate::expr::{ArrayFunction, Relation};
use crate::numeric::jet::{Jet, Jets};
use crate::numeric::{Arithmetic, Function, Rational, Undefined, whole};
use nalgebra::DMatrix;
use smallvec::SmallVec;
use std::cmp::Ordering;

/// What a special function takes more than an elementary one, in operations.
const SPECIAL: u64 = 40;

/// Evaluations stop after this many operations: a sum over 10¹² terms is refused, not awaited.
pub(super) const MAX_STEPS: u64 = 30_000_000;
/// No axis is longer, and no array has more entries than its square.
const MAX_LENGTH: usize = 2048;

pub(super) type JetValue<A> = Value<Jet<<A as Arithmetic>::Number>>;

/// A value that stays as long as nothing changes in what it depends on.
struct Kept<A: Arithmetic> {
    /// When the slots that it depends on were last set.
    times: Vec<u64>,
    /// The infinitesimals of its jets; empty if it has none, so that it can be used under any.
    orders: SmallVec<[usize; 4]>,
    value: JetValue<A>,
}

pub(super) struct Machine<'m, 'a, A: Arithmetic> {
    pub(super) jets: &'m Jets<'a, A>,
    program: &'m Program,
    pub(super) at: &'m Assignment<A::Number>,
    constants: Vec<Result<Jet<A::Number>, Undefined>>,
    values: Vec<Option<JetValue<A>>>,
    /// When each value was last set; times are counted by `clock`.
    changed: Vec<u64>,
    clock: u64,
    /// Values of costly parts.
    memos: Vec<Option<Kept<A>>>,
    sizes: Vec<Option<usize>>,
    pub(super) callees: Vec<Option<Callee<'m, 'a, A>>>,
    pub(super) steps: u64,
    /// Operations after which it stops.
    limit: u64,
    /// The innermost sub-expression that failed last.
    blame: Option<usize>,
}

impl<'m, 'a, A: Arithmetic> Machine<'m, 'a, A> {
    pub(super) fn new(
        jets: &'m Jets<'a, A>,
        program: &'m Program,
        at: &'m Assignment<A::Number>,
    ) -> Result<Self, Undefined> {
        let constants = program
            .constants
            .iter()
            .map(|literal| match literal {
                Literal::Number(value) => Ok(jets.rational(value)),
                Literal::Named(constant) => jets.constant(*constant),
            })
            .collect();
        let sizes: Vec<Option<usize>> = program.slots.iter().map(|symbol| at.size(symbol)).collect();
        let number = |size: usize| Value::Scalar(jets.rational(&Rational::from(size)));
        let values: Vec<Option<JetValue<A>>> = program
            .slots
            .iter()
            .zip(&sizes)
            .map(|(symbol, size)| {
                at.get(symbol).map(|value| value.map(|x| Jet::constant(x.clone()))).or_else(|| size.map(number))
            })
            .collect();
        let callee = |symbol| at.function(symbol).map(|meaning| Callee::new(jets, meaning, at)).transpose();
        let callees = program.slots.iter().map(callee).collect::<Result<_, _>>()?;
        let (changed, memos) = (vec![0; values.len()], (0..program.memos).map(|_| None).collect());
        Ok(Self {
            jets,
            program,
            at,
            constants,
            values,
            changed,
            clock: 0,
            memos,
            sizes,
            callees,
            steps: 0,
            limit: MAX_STEPS,
            blame: None,
        })
    }

    /// Stops after so many operations, if that is less than it stops after anyway.
    pub(super) fn allow(&mut self, steps: u64) {
        self.limit = self.limit.min(steps);
    }

    pub(super) fn within_limit(&self) -> Result<(), Undefined> {
        match self.steps > self.limit {
            true => Err(Undefined::unsupported("a sum or integral with this many terms")),
            false => Ok(()),
        }
    }

    /// Adds `epsilon · along` to the value of a symbol.
    pub(super) fn displace(
        &mut self,
        symbol: &crate::expr::Symbol,
        along: &Value<A::Number>,
        epsilon: &Jet<A::Number>,
    ) -> Result<(), Undefined> {
        let Some(slot) = self.program.slots.iter().position(|known| known == symbol) else {
            return Ok(());
        };
        let step = along.map(|x| self.jets.mul(&Jet::constant(x.clone()), epsilon));
        let moved = array::add(self.jets, self.value(slot)?, &step)?;
        self.replace(slot, Some(moved));
        Ok(())
    }

    pub(super) fn number(&self, value: impl Into<Rational>) -> Jet<A::Number> {
        self.jets.rational(&value.into())
    }

    pub(super) fn value(&self, slot: usize) -> Result<&JetValue<A>, Undefined> {
        self.values[slot]
            .as_ref()
            .ok_or_else(|| Undefined::Shape(format!("{} has no value", self.program.slots[slot].tex())))
    }

    pub(super) fn symbols(&self) -> &'m [crate::expr::Symbol] {
        &self.program.slots
    }

    pub(super) fn constants(&self) -> &'m [Literal] {
        &self.program.constants
    }

    /// The value of the whole program; what cannot be evaluated is named.
    pub(super) fn run(&mut self) -> Result<JetValue<A>, Undefined> {
        self.blame = None;
        let place = |blame: Option<usize>| blame.and_then(|place| self.program.places.get(place));
        self.eval(&self.program.root).map_err(|error| match error {
            Undefined::Unsupported(what) => match place(self.blame) {
                Some(part) => Undefined::Unsupported(format!("{what} (${}$)", excerpt(part)).into()),
                None => Undefined::Unsupported(what),
            },
            other => other,
        })
    }

    /// The largest approximate magnitude of a coefficient.
    pub(super) fn size(&self, value: &JetValue<A>) -> f64 {
        let inner = self.jets.inner();
        value.entries().iter().flat_map(Jet::coefficients).fold(0.0, |m: f64, c| m.max(inner.approximate(c).abs()))
    }

    /// Forgets which sub-expression failed: another way is tried.
    pub(super) fn forgive(&mut self) {
        self.blame = None;
    }

    /// Sets a symbol, if the program mentions it.
    pub(super) fn assign(&mut self, symbol: &crate::expr::Symbol, value: JetValue<A>) {
        if let Some(slot) = self.program.slots.iter().position(|known| known == symbol) {
            self.replace(slot, Some(value));
        }
    }

    /// The value of the whole program, which is a number.
    pub(super) fn run_scalar(&mut self) -> Result<Jet<A::Number>, Undefined> {
        self.scalar(&self.program.root)
    }

    /// Sets a slot and returns what was there.
    pub(super) fn replace(&mut self, slot: usize, value: Option<JetValue<A>>) -> Option<JetValue<A>> {
        self.clock += 1;
        self.changed[slot] = self.clock;
        std::mem::replace(&mut self.values[slot], value)
    }

    pub(super) fn length(&self, length: Length) -> Result<usize, Undefined> {
        let size = match length {
            Length::Literal(size) => size,
            Length::Slot(slot) => match (self.sizes[slot], &self.values[slot]) {
                (Some(size), _) => size,
                (None, Some(Value::Scalar(value))) => {
                    self.whole(value, "a dimension")?.try_into().unwrap_or(usize::MAX)
                }
                _ => return Err(Undefined::Shape(format!("{} has no size", self.program.slots[slot].tex()))),
            },
        };
        if size > MAX_LENGTH { Err(Undefined::unsupported("an array of this length")) } else { Ok(size) }
    }

    pub(super) fn whole(&self, value: &Jet<A::Number>, what: &'static str) -> Result<i64, Undefined> {
        whole(self.jets.inner(), value.base()).ok_or(Undefined::Domain(what))
    }

    /// The bound of a range: a whole number, or one that cannot be told from it, as the enclosure of √16 cannot.
    pub(super) fn range_bound(&self, value: &Jet<A::Number>) -> Result<i64, Undefined> {
        const NEAR: f64 = 1e-9;
        let (a, value) = (self.jets.inner(), value.base());
        let near = || {
            let approximate = a.approximate(value);
            let nearest = approximate.round();
            let is_near = (approximate - nearest).abs() < NEAR && nearest.abs() < 9.0e15;
            let nearest = nearest as i64;
            let is_open = is_near && a.compare(value, &a.rational(&Rational::from(nearest))).is_none();
            is_open.then_some(nearest)
        };
        whole(a, value).or_else(near).ok_or(Undefined::Domain("a range with a bound that is not whole"))
    }

    pub(super) fn scalar(&mut self, node: &Node) -> Result<Jet<A::Number>, Undefined> {
        match self.eval(node)? {
            Value::Scalar(x) => Ok(x),
            value => value.as_scalar().cloned().ok_or_else(|| {
                let (rows, columns) = value.shape();
                Undefined::Shape(format!("a {rows} × {columns} array where a number is needed"))
            }),
        }
    }

    fn matrix(&mut self, node: &Node) -> Result<DMatrix<Jet<A::Number>>, Undefined> {
        Ok(match self.eval(node)? {
            Value::Array(m) => m,
            Value::Scalar(x) => DMatrix::from_vec(1, 1, vec![x]),
        })
    }

    pub(super) fn eval(&mut self, node: &Node) -> Result<JetValue<A>, Undefined> {
        self.steps += 1;
        self.within_limit()?;
        if let Some(value) = node.memo.as_ref().and_then(|memo| self.kept(memo)) {
            return Ok(value);
        }
        let value = match self.operation(&node.op) {
            Ok(value) => value,
            Err(error) => {
                self.blame.get_or_insert(node.place);
                return Err(error);
            }
        };
        let value = match value {
            Value::Array(m) if node.scalar => match m.len() {
                1 => Value::Scalar(m[0].clone()),
                _ => {
                    let shape = format!("a {} × {} array where a number is needed", m.nrows(), m.ncols());
                    return Err(Undefined::Shape(shape));
                }
            },
            value => value,
        };
        if let Some(memo) = &node.memo {
            let is_plain = value.entries().iter().all(|jet| jet.coefficients().len() == 1);
            let orders = if is_plain { SmallVec::new() } else { self.jets.orders() };
            let times = memo.free.iter().map(|slot| self.changed[*slot]).collect();
            self.memos[memo.index] = Some(Kept { times, orders, value: value.clone() });
        }
        Ok(value)
    }

    /// The value that a costly part had when what it depends on was last set.
    fn kept(&self, memo: &Memo) -> Option<JetValue<A>> {
        let kept = self.memos[memo.index].as_ref()?;
        let is_current = memo.free.iter().zip(&kept.times).all(|(slot, time)| self.changed[*slot] == *time);
        let fits = kept.orders.is_empty() || kept.orders == self.jets.orders();
        (is_current && fits).then(|| kept.value.clone())
    }

    fn operation(&mut self, op: &Op) -> Result<JetValue<A>, Undefined> {
        let jets = self.jets;
        match op {
            Op::Constant(index) => self.constants[*index].clone().map(Value::Scalar),
            Op::Slot(slot) => self.value(*slot).cloned(),
            Op::Add(terms) => {
                let mut sum = self.eval(&terms[0])?;
                for term in &terms[1..] {
                    sum = array::add(jets, &sum, &self.eval(term)?)?;
                }
                Ok(sum)
            }
            Op::Neg(term) => Ok(self.eval(term)?.map(|x| jets.neg(x))),
            Op::Mul(factors) => {
                let mut product = self.eval(&factors[0])?;
                for factor in &factors[1..] {
                    product = array::mul(jets, &product, &self.eval(factor)?)?;
                }
                Ok(product)
            }
            Op::Div(p, q) => {
                let (p, q) = (self.eval(p)?, self.scalar(q)?);
                array::zip::<Jets<A>>(&p, &Value::Scalar(q), "a quotient", true, |x, y| jets.div(x, y))
            }
            Op::Pow(base, exponent) => {
                let (base, exponent) = (self.eval(base)?, self.scalar(exponent)?);
                self.power(&base, &exponent)
            }
            Op::Function(function, arguments) => self.function(*function, arguments),
            Op::Array(function, arguments) => self.array(*function, arguments),
            Op::DiagonalOf(matrix) => array::diagonal_of(&self.eval(matrix)?),
            Op::Identity(length) => Ok(Value::Array(array::identity(jets, self.length(*length)?))),
            Op::Ones(length) => Ok(Value::vector(vec![self.number(1); self.length(*length)?])),
            Op::Component(array, indices) => self.component(array, indices),
            Op::Column(array, index) => self.column(array, index),
            Op::Fold { fold, binders, condition, body, shape } => {
                self.fold(*fold, binders, condition.as_deref(), body, *shape)
            }
            Op::Integral { slot, lower, upper, body } => self.integral(*slot, lower, upper, body),
            Op::Space { symbols, body } => self.space(symbols, body),
            Op::Sift { slot, argument, body } => self.sift(*slot, argument, body),
            Op::AverageOver { slot, shape, densities, product } => self.average_over(*slot, *shape, densities, product),
            Op::Expectation(variables, body, reduced) => self.expectation(variables, body, reduced.as_deref()),
            Op::Derivative { body, slot, order } => self.derivative(body, *slot, *order),
            Op::Gradient { body, slot } => self.gradient(body, *slot),
            Op::Differential { operator, body, slot } => self.differential(*operator, body, *slot),
            Op::DerivativeByEntry { body, slot, indices } => self.derivative_by_entry(body, *slot, indices),
            Op::Limit { slot, approach, target, body } => self.limit(*slot, *approach, target, body),
            Op::Optimum { optimum, slot, shape, condition, body } => {
                self.optimum(*optimum, *slot, *shape, condition.as_deref(), body)
            }
            Op::Let(bindings, body) => {
                let values = bindings.iter().map(|(_, value)| self.eval(value)).collect::<Result<Vec<_>, _>>()?;
                let slots = bindings.iter().map(|(slot, _)| *slot);
                let saved: Vec<_> =
                    slots.zip(values).map(|(slot, value)| (slot, self.replace(slot, Some(value)))).collect();
                let result = self.eval(body);
                for (slot, value) in saved.into_iter().rev() {
                    self.replace(slot, value);
                }
                result
            }
            Op::Special(special, arguments) => {
                let arguments = arguments.iter().map(|node| self.scalar(node)).collect::<Result<Vec<_>, _>>()?;
                self.steps += SPECIAL;
                jets.special(*special, &arguments).map(Value::Scalar)
            }
            Op::Entries(rows) => {
                let mut entries = Vec::with_capacity(rows.len() * rows[0].len());
                for node in rows.iter().flatten() {
                    entries.push(self.scalar(node)?);
                }
                Ok(Value::Array(DMatrix::from_row_slice(rows.len(), rows[0].len(), &entries)))
            }
            Op::Kronecker(i, j) => {
                let (i, j) = (self.scalar(i)?, self.scalar(j)?);
                let order = jets.compare(&i, &j).ok_or(Undefined::Precision("a condition"))?;
                Ok(Value::Scalar(self.number(i64::from(order == Ordering::Equal))))
            }
            Op::Call { slot, arguments, shape } => self.call(*slot, arguments, *shape),
            Op::Cases(branches, otherwise) => {
                for (value, test) in branches {
                    if self.holds(test)? {
                        return self.eval(value);
                    }
                }
                match otherwise {
                    Some(value) => self.eval(value),
                    None => Err(Undefined::Domain("a case distinction")),
                }
            }
        }
    }

    fn power(&self, base: &JetValue<A>, exponent: &Jet<A::Number>) -> Result<JetValue<A>, Undefined> {
        match base {
            Value::Scalar(x) => match exponent.coefficients().len() {
                1 => match whole(self.jets.inner(), exponent.base()) {
                    Some(n) => self.jets.powi(x, n),
                    None => self.jets.pow(x, exponent),
                },
                _ => self.jets.pow(x, exponent),
            }
            .map(Value::Scalar),
            Value::Array(m) => {
                if let Some(n) = whole(self.jets.inner(), exponent.base()) {
                    return array::power(self.jets, m, n).map(Value::Array);
                }
                let plain = |x: &Jet<A::Number>| x.coefficients().len() == 1;
                if !plain(exponent) || !m.iter().all(plain) {
                    return Err(Undefined::unsupported("a derivative of a real power of a matrix"));
                }
                matrix_function::real_power(self.jets, m, self.jets.approximate(exponent)).map(Value::Array)
            }
        }
    }

    fn function(&mut self, function: Function, arguments: &[Node]) -> Result<JetValue<A>, Undefined> {
        let jets = self.jets;
        let first = self.eval(&arguments[0])?;
        if let Some(second) = arguments.get(1) {
            let second = self.eval(second)?;
            return array::zip::<Jets<A>>(&first, &second, function.name(), true, |x, y| {
                jets.function(function, &[x.clone(), y.clone()])
            });
        }
        Ok(match first {
            Value::Scalar(x) => Value::Scalar(jets.function(function, &[x])?),
            Value::Array(m) => {
                let entries = m
                    .iter()
                    .map(|x| jets.function(function, std::slice::from_ref(x)))
                    .collect::<Result<Vec<_>, _>>()?;
                Value::Array(DMatrix::from_vec(m.nrows(), m.ncols(), entries))
            }
        })
    }

    fn array(&mut self, function: ArrayFunction, arguments: &[Node]) -> Result<JetValue<A>, Undefined> {
        let jets = self.jets;
        Ok(match function {
            ArrayFunction::Transpose => array::transpose(&self.eval(&arguments[0])?),
            ArrayFunction::Inverse => Value::Array(array::inverse(jets, &self.matrix(&arguments[0])?)?),
            ArrayFunction::Trace => Value::Scalar(array::trace(jets, &self.matrix(&arguments[0])?)?),
            ArrayFunction::Determinant => Value::Scalar(array::determinant(jets, &self.matrix(&arguments[0])?)?),
            ArrayFunction::Norm => Value::Scalar(array::norm(jets, &self.eval(&arguments[0])?)?),
            ArrayFunction::NormSquared => Value::Scalar(array::norm_squared(jets, &self.eval(&arguments[0])?)),
            ArrayFunction::Dot => {
                let (x, y) = (self.eval(&arguments[0])?, self.eval(&arguments[1])?);
                Value::Scalar(array::dot(jets, &x, &y)?)
            }
            ArrayFunction::Hadamard => {
                let (x, y) = (self.eval(&arguments[0])?, self.eval(&arguments[1])?);
                array::zip::<Jets<A>>(&x, &y, "an element-wise product", false, |p, q| Ok(jets.mul(p, q)))?
            }
            ArrayFunction::Outer => {
                let (x, y) = (self.matrix(&arguments[0])?, self.matrix(&arguments[1])?);
                let entry = |i, j| jets.mul(&x[(i, 0)], &y[(j, 0)]);
                Value::Array(DMatrix::from_fn(x.nrows(), y.nrows(), entry))
            }
            ArrayFunction::Diagonal => Value::Array(array::diagonal_matrix(jets, &self.eval(&arguments[0])?)),
            ArrayFunction::Exponential => {
                Value::Array(matrix_function::exponential(jets, &self.matrix(&arguments[0])?)?)
            }
            ArrayFunction::Logarithm => {
                let matrix = self.matrix(&arguments[0])?;
                if !matrix.iter().all(|x| x.coefficients().len() == 1) {
                    return Err(Undefined::unsupported("a derivative of the logarithm of a matrix"));
                }
                Value::Array(matrix_function::logarithm(jets, &matrix)?)
            }
            ArrayFunction::Eigenvalues => Value::vector(array::eigenvalues(jets, &self.matrix(&arguments[0])?)?),
        })
    }

    fn column(&mut self, array: &Node, index: &Node) -> Result<JetValue<A>, Undefined> {
        let index = self.scalar(index)?;
        let at = self.whole(&index, "an index that is not whole")?;
        let matrix = self.matrix(array)?;
        match usize::try_from(at - 1) {
            Ok(column) if column < matrix.ncols() => Ok(Value::vector(matrix.column(column).iter().cloned().collect())),
            _ => Err(Undefined::Shape(format!("the column {at} of a {} × {} array", matrix.nrows(), matrix.ncols()))),
        }
    }

    fn component(&mut self, array: &Node, indices: &[Node]) -> Result<JetValue<A>, Undefined> {
        let mut at = [1_i64; 2];
        for (place, index) in at.iter_mut().zip(indices) {
            let index = self.scalar(index)?;
            *place = self.whole(&index, "an index that is not whole")?;
        }
        let entry = |m: &DMatrix<Jet<A::Number>>| {
            // One index counts along a vector, whichever way it lies.
            let (row, column) = match indices.len() {
                1 if m.ncols() == 1 => (at[0], 1),
                1 if m.nrows() == 1 => (1, at[0]),
                1 => return None,
                _ => (at[0], at[1]),
            };
            let place = (usize::try_from(row).ok()?.checked_sub(1)?, usize::try_from(column).ok()?.checked_sub(1)?);
            m.get(place).cloned()
        };
        let outside = |(rows, columns): (usize, usize)| {
            let index: Vec<String> = at[..indices.len()].iter().map(ToString::to_string).collect();
            Undefined::Shape(format!("the index {} of a {rows} × {columns} array", index.join(", ")))
        };
        // A named array is not copied to take one entry.
        if let Op::Slot(slot) = array.op
            && let Value::Array(m) = self.value(slot)?
        {
            return entry(m).map(Value::Scalar).ok_or_else(|| outside(m.shape()));
        }
        let m = self.matrix(array)?;
        entry(&m).map(Value::Scalar).ok_or_else(|| outside(m.shape()))
    }

    /// Whether a condition holds; undecided comparisons are an error, never "no".
    pub(super) fn holds(&mut self, test: &Test) -> Result<bool, Undefined> {
        match test {
            Test::All(parts) => {
                for part in parts {
                    if !self.holds(part)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Test::Compare(left, relation, right) => {
                let (left, right) = (self.scalar(left)?, self.scalar(right)?);
                let order = self.jets.compare(&left, &right).ok_or(Undefined::Precision("a condition"))?;
                Ok(match relation {
                    Relation::NotEqual => order != Ordering::Equal,
                    Relation::Less => order == Ordering::Less,
                    Relation::LessOrEqual => order != Ordering::Greater,
                    Relation::Greater => order == Ordering::Greater,
                    Relation::GreaterOrEqual => order != Ordering::Less,
                    _ => order == Ordering::Equal,
                })
            }
        }
    }
}
