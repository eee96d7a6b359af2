//! Functions and what they are applied to.

use super::super::name::canonical;
use super::super::notation::Meaning;
use super::super::tree::{Node, NodeKind};
use super::term::ends_term;
use super::{Cursor, Elaborator, Read, Trouble, array, is_mark, span_of};
use crate::diagnostic::codes;
use crate::expr::{ArrayFunction, Binder, Expr, Fold, Kind, Range, Sort, Symbol};
use crate::numeric::Function;
use crate::source::Span;

impl Elaborator<'_> {
    /// A real function with its scripts, applied to what follows; element by element on arrays.
    pub(super) fn function(
        &self,
        function: Function,
        sub: Option<&[Node]>,
        sup: Option<&[Node]>,
        cursor: &mut Cursor<'_>,
        span: Span,
    ) -> Read<Expr> {
        let (function, sup) = match sup {
            Some([Node { kind: NodeKind::Mark('-'), .. }, Node { kind: NodeKind::Number(one), .. }]) if one == "1" => {
                (inverse(function, span)?, None)
            }
            other => (function, other),
        };
        let (arguments, power) = self.operands(cursor, Some(function), span)?;
        let end = span.join(arguments.last().map_or(span, |a| a.span));
        // `\exp_{\odot}(A)`: entry by entry.
        let by_entries = matches!(sub, Some([Node { kind: NodeKind::Operator(Meaning::Hadamard), .. }]));
        let sub = sub.filter(|_| !by_entries);
        let mut value = if by_entries && function.arity() == 1 {
            let argument = arguments.into_iter().next().expect("one argument");
            let sort = argument.sort.clone();
            Expr::new(Kind::Function(function, vec![argument]), sort, end)
        } else if function.arity() == 1 {
            self.elementwise(function, arguments.into_iter().next().expect("one argument"), end)?
        } else {
            Expr::new(Kind::Function(function, arguments), Sort::Real, end)
        };
        if let Some(sub) = sub {
            if function != Function::Log {
                return Err(Trouble::new(
                    &codes::UNEXPECTED_TOKEN,
                    span_of(sub, span),
                    "only a logarithm has a base below it",
                ));
            }
            let base = self.whole(sub, span)?;
            let log_base = Expr::new(Kind::Function(Function::Log, vec![base]), Sort::Real, span);
            value = array::divide(value, log_base)?;
        }
        if let Some(sup) = sup {
            value = self.power(value, sup, end)?;
        }
        self.indexed(value, None, power, end)
    }

    /// `\coth x`: one over a real function.
    pub(super) fn reciprocal(
        &self,
        function: Function,
        sup: Option<&[Node]>,
        cursor: &mut Cursor<'_>,
        span: Span,
    ) -> Read<Expr> {
        if let Some([Node { kind: NodeKind::Mark('-'), .. }, ..]) = sup {
            return Err(Trouble::new(&codes::AMBIGUOUS, span, "the inverse or the reciprocal could be meant")
                .hint("write a fraction for the reciprocal"));
        }
        let value = self.function(function, None, None, cursor, span)?;
        let end = span.join(value.span);
        let quotient = Expr { span: end, ..array::divide(Expr::integer(1, span), value)? };
        match sup {
            Some(sup) => self.power(quotient, sup, end),
            None => Ok(quotient),
        }
    }

    /// A function of one number; of an array, element by element.
    pub(super) fn elementwise(&self, function: Function, argument: Expr, span: Span) -> Read<Expr> {
        let sort = match &argument.sort {
            sort if sort.is_scalar() => match function {
                Function::Sign | Function::Floor | Function::Ceil | Function::Heaviside => Sort::Integer,
                Function::Factorial | Function::Abs if matches!(argument.sort, Sort::Integer | Sort::Index(_)) => {
                    Sort::Integer
                }
                _ => Sort::Real,
            },
            sort if sort.shape().is_some() => sort.clone(),
            sort => {
                return Err(Trouble::new(&codes::SORT_MISMATCH, span, format!("{} is not of {sort}", function.name())));
            }
        };
        // An exponential, a logarithm or a root of a square matrix is one of the whole matrix; some mean its entries.
        if let Sort::Matrix(n, m) = &argument.sort
            && matches!(function, Function::Exp | Function::Log | Function::Sqrt)
        {
            if n != m {
                return Ok(Expr::new(Kind::Function(function, vec![argument]), sort, span));
            }
            let whole = match function {
                Function::Exp => ArrayFunction::Exponential,
                Function::Log => ArrayFunction::Logarithm,
                _ => {
                    let half = array::divide(Expr::integer(1, span), Expr::integer(2, span))?;
                    return Ok(Expr::new(Kind::Pow(argument, half), sort, span));
                }
            };
            // Nobody takes logarithms of entries that may be negative.
            let either = function == Function::Exp;
            if either {
                self.matrix_place.set(self.matrix_place.get().or(Some(span)));
            }
            return match either && self.options.by_entries {
                true => Ok(Expr::new(Kind::Function(function, vec![argument]), sort, span)),
                false => array::apply(self, whole, argument, span),
            };
        }
        // Any other function of a matrix would be read as a matrix function by some: say which.
        if matches!(argument.sort, Sort::Matrix(..))
            && !matches!(function, Function::Sign | Function::Abs | Function::Tanh)
        {
            return Err(Trouble::new(
                &codes::UNSUPPORTED_CONSTRUCT,
                span,
                format!("{} of a matrix could be meant entry by entry or as a matrix function", function.name()),
            )
            .hint("write it for the eigenvalues or the components"));
        }
        Ok(Expr::new(Kind::Function(function, vec![argument]), sort, span))
    }

    /// A matrix or vector function with its scripts.
    pub(super) fn array_function(
        &self,
        function: ArrayFunction,
        sup: Option<&[Node]>,
        cursor: &mut Cursor<'_>,
        span: Span,
    ) -> Read<Expr> {
        // Indices on the parentheses are those of the value: `\operatorname{diag}(v)_{ij}`.
        if let Some(Node { kind: NodeKind::Scripted(base, Some(indices), power, 0), .. }) = cursor.peek()
            && let NodeKind::Fence('(' | '[', _, body) = &base.kind
        {
            cursor.at += 1;
            let end = span.join(base.span);
            let mut value = array::apply(self, function, self.whole(body, base.span)?, end)?;
            if let Some(sup) = sup {
                value = self.power(value, sup, end)?;
            }
            return self.indexed(value, Some(indices), power.as_deref(), end);
        }
        let (mut arguments, power) = self.operands(cursor, None, span)?;
        let argument = arguments.remove(0);
        let end = span.join(argument.span);
        let mut value = array::apply(self, function, argument, end)?;
        if let Some(sup) = sup {
            value = self.power(value, sup, end)?;
        }
        self.indexed(value, None, power, end)
    }

    /// `\min(a, b, …)`.
    pub(super) fn extreme(&self, fold: Fold, cursor: &mut Cursor<'_>, span: Span) -> Read<Expr> {
        let Some(Node { kind: NodeKind::Fence('(' | '[' | '{', _, body), span: fence }) = cursor.peek() else {
            return Err(Trouble::new(
                &codes::UNEXPECTED_TOKEN,
                span,
                "this needs its arguments in parentheses, or an index below it",
            ));
        };
        cursor.at += 1;
        let function = if fold == Fold::Minimum { Function::Min } else { Function::Max };
        let mut arguments = body.split(|n| is_mark(n, ',')).map(|piece| self.whole(piece, *fence));
        let mut value = arguments.next().expect("a split has a piece")?;
        for argument in arguments {
            let argument = argument?;
            if !value.sort.is_scalar() || !argument.sort.is_scalar() {
                return Err(super::mismatch(*fence, "an extreme of", &value.sort, &argument.sort));
            }
            value = Expr::new(Kind::Function(function, vec![value, argument]), Sort::Real, span.join(*fence));
        }
        Ok(value)
    }

    /// What a function is applied to: a fence, or the factors that follow up to the next sign, slash or function; and the
    /// power of the function's value in `f(x)^2`, which some mean for the argument.
    pub(super) fn operands<'n>(
        &self,
        cursor: &mut Cursor<'n>,
        function: Option<Function>,
        span: Span,
    ) -> Read<(Vec<Expr>, Option<&'n [Node]>)> {
        let count = function.map_or(1, Function::arity);
        let (fence, power) = match cursor.peek() {
            Some(Node { kind: NodeKind::Scripted(base, None, power, 0), .. }) => (Some(&**base), power.as_deref()),
            other => (other, None),
        };
        match fence {
            Some(Node { kind: NodeKind::Fence('(' | '[' | '{', _, body), span: fence }) => {
                cursor.at += 1;
                let mut arguments =
                    body.split(|n| is_mark(n, ',')).map(|p| self.whole(p, *fence)).collect::<Read<Vec<_>>>()?;
                if arguments.len() != count {
                    return Err(Trouble::new(
                        &codes::SORT_MISMATCH,
                        *fence,
                        format!("this function takes {count} argument(s), not {}", arguments.len()),
                    ));
                }
                if let Some(power) = power {
                    if self.power_place.get().is_none() {
                        self.power_place.set(Some(*fence));
                    }
                    if self.options.inner_power && count == 1 {
                        let argument = arguments.remove(0);
                        return Ok((vec![self.indexed(argument, None, Some(power), *fence)?], None));
                    }
                }
                Ok((arguments, power))
            }
            _ if count == 1 => Ok((vec![self.bare_operand(function, cursor, span)?], None)),
            _ => Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, "this function needs its arguments in parentheses")),
        }
    }

    fn bare_operand(&self, function: Option<Function>, cursor: &mut Cursor<'_>, span: Span) -> Read<Expr> {
        let mut factors: Vec<Expr> = Vec::new();
        let first = cursor.at;
        while let Some(node) = cursor.peek() {
            let stops = (ends_term(node) && !self.is_declared_text(node))
                || matches!(node.kind, NodeKind::Mark('/' | '*' | '·' | '×' | '!'))
                || matches!(
                    node.kind,
                    NodeKind::Operator(
                        Meaning::Times
                            | Meaning::Dot
                            | Meaning::Hadamard
                            | Meaning::Circle
                            | Meaning::Outer
                            | Meaning::Lattice(_)
                    )
                );
            if stops || (!factors.is_empty() && applies(node) && !self.goes_on(function, &factors, node)) {
                break;
            }
            // `\tanh \beta (J m + h)`: the parenthesis belongs to the argument, or stands after the function.
            if is_parenthesis(node) && !factors.is_empty() {
                self.either_operand(&cursor.nodes[first..cursor.at], node, span)?;
                if self.options.other_operand {
                    break;
                }
                factors.push(self.factor(cursor)?);
                if let Some(next) = cursor.peek().filter(|n| self.juxtaposed(cursor) && !applies(n)) {
                    return Err(either(next.span, span));
                }
                break;
            }
            let function_first = applies(node) || self.is_special_function(node, cursor.nodes.get(cursor.at + 1));
            factors.push(self.factor(cursor)?);
            if function_first {
                break;
            }
        }
        if factors.is_empty() {
            return Err(Trouble::new(&codes::UNEXPECTED_TOKEN, span, "this function has no argument")
                .hint("put its argument in parentheses"));
        }
        // `\cos x / 2` is (cos x)/2 for some and cos(x/2) for others; before another function nobody means the latter.
        let slash = cursor.span();
        if function.is_some() && cursor.is_mark('/') && !cursor.nodes.get(cursor.at + 1).is_some_and(applies) {
            self.operand_place.set(self.operand_place.get().or(Some(slash)));
            if self.options.other_operand {
                cursor.at += 1;
                let below = self.denominator(cursor, slash)?;
                return array::divide(array::multiply(self, factors)?, below);
            }
        }
        array::multiply(self, factors)
    }

    /// Notes that a parenthesis may belong to what a function is applied to. Only one such choice is open in a formula: where
    /// different operands stand before a parenthesis, one could be meant one way and one the other.
    fn either_operand(&self, before: &[Node], parenthesis: &Node, function: Span) -> Read<()> {
        let operand = canonical(before);
        let mut known = self.operand_before.borrow_mut();
        if known.as_ref().is_some_and(|known| *known != operand) {
            return Err(either(parenthesis.span, function));
        }
        *known = Some(operand);
        self.operand_place.set(self.operand_place.get().or(Some(parenthesis.span)));
        Ok(())
    }

    /// Whether the operand of a logarithm goes on with a function: `\ln 2 \cosh x` is the logarithm of all of it unless the
    /// other reading is asked for, `\log 2 \sum_i x_i` only then.
    fn goes_on(&self, function: Option<Function>, factors: &[Expr], node: &Node) -> bool {
        if function != Some(Function::Log) || !factors.iter().all(|f| f.as_number().is_some()) {
            return false;
        }
        self.operand_place.set(self.operand_place.get().or(Some(node.span)));
        is_function(node) != self.options.other_operand
    }
}

fn is_parenthesis(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Fence('(' | '[', ..) => true,
        NodeKind::Scripted(base, ..) => is_parenthesis(base),
        _ => false,
    }
}

fn either(factor: Span, function: Span) -> Trouble {
    let message = "this factor could belong to the argument or stand after the function";
    Trouble::new(&codes::AMBIGUOUS, factor, message)
        .also(function, "this function has no parentheses")
        .hint("put the function's argument in parentheses")
}

/// Whether a node is a function of numbers.
fn is_function(node: &Node) -> bool {
    let meaning = match &node.kind {
        NodeKind::Operator(meaning) => Some(*meaning),
        NodeKind::Word(word) => super::super::notation::word_meaning(word),
        NodeKind::Scripted(base, ..) => return is_function(base),
        _ => None,
    };
    matches!(meaning, Some(Meaning::Function(_) | Meaning::Reciprocal(_)))
}

/// Whether a node is itself something that takes what follows: a function, a sum, an integral.
fn applies(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Operator(meaning) => matches!(
            meaning,
            Meaning::Function(_)
                | Meaning::Reciprocal(_)
                | Meaning::Array(_)
                | Meaning::Fold(_)
                | Meaning::Extreme(_)
                | Meaning::Optimum(_)
                | Meaning::Limit
                | Meaning::Integral
                | Meaning::Nabla
                | Meaning::Partial
        ),
        NodeKind::Word(word) => super::super::notation::word_meaning(word).is_some(),
        NodeKind::Scripted(base, ..) => applies(base),
        _ => false,
    }
}

/// f⁻¹ of the functions for which this is the usual notation.
fn inverse(function: Function, span: Span) -> Read<Function> {
    Ok(match function {
        Function::Sin => Function::Asin,
        Function::Cos => Function::Acos,
        Function::Tan => Function::Atan,
        Function::Sinh => Function::Asinh,
        Function::Cosh => Function::Acosh,
        Function::Tanh => Function::Atanh,
        other => {
            return Err(Trouble::new(
                &codes::AMBIGUOUS,
                span,
                format!("the inverse or the reciprocal of {} could be meant", other.name()),
            )
            .hint("write a fraction for the reciprocal"));
        }
    })
}

/// `n!!`: the product of n, n − 2, n − 4 … down to 2 or 1, and 1 for n = 0 and n = −1.
pub(super) fn double_factorial(n: Expr) -> Read<Expr> {
    let span = n.span;
    if !matches!(n.sort, Sort::Integer | Sort::Index(_)) {
        let message = format!("the double factorial is of a whole number, not of {}", n.sort);
        return Err(Trouble::new(&codes::SORT_MISMATCH, span, message).hint("declare it as `integer`"));
    }
    let integer = |value| Expr::integer(value, span);
    let whole = |kind| Expr::new(kind, Sort::Integer, span);
    let symbol = Symbol::new("k", Sort::Integer);
    let twice = whole(Kind::Mul(vec![integer(2), Expr::symbol(&symbol, span)]));
    let factor = whole(Kind::Add(vec![n.clone(), whole(Kind::Neg(twice))]));
    let half = Expr::new(Kind::Div(whole(Kind::Add(vec![n, integer(-1)])), integer(2)), Sort::Real, span);
    let last = whole(Kind::Function(Function::Floor, vec![half]));
    let binder = Binder { symbol, range: Range::Between(integer(0), last) };
    Ok(whole(Kind::Fold(Fold::Product, vec![binder], None, factor)))
}
