//! How formulas use their names, before anything is declared: what is summed over, inverted, transposed, called. From
//! this, sorts are guessed; a guess is never taken for a declaration.

use super::Trouble;
use super::name::canonical_node;
use super::notation::{self, Meaning};
use super::tree::{Node, NodeKind, parse};
use crate::expr::{ArrayFunction, Relation};
use crate::numeric::Function;
use std::collections::{BTreeMap, BTreeSet};

/// What is done with a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// How often it occurs.
    pub count: usize,
    /// A sum or product runs over it.
    pub runs: bool,
    /// An integral or a limit binds it.
    pub bound: bool,
    /// It occurs outside the binders that bind it.
    pub free: bool,
    /// A sum or product runs up to it.
    pub limit: bool,
    /// In a factorial or binomial, or an index.
    pub counts: bool,
    /// Its subscripts, where they are index letters: as many as there are, and what they run to.
    pub indices: BTreeSet<Vec<String>>,
    /// `^{-1}`.
    pub inverted: bool,
    /// `^T`.
    pub transposed: bool,
    /// In a trace or determinant.
    pub square: bool,
    /// In a norm.
    pub normed: bool,
    /// Alone in a logarithm or a square root, or greater than zero.
    pub positive: bool,
    /// How many arguments follow in parentheses, where they can hardly be a factor: neither a sum nor a difference.
    pub called: BTreeSet<usize>,
    /// How often a sum or difference in parentheses follows, be it an argument or a factor: `f(x + h)`, `x(1 - y)`.
    pub before_sum: usize,
    /// Alone on the left of a first relation.
    pub defined: bool,
}

/// The uses of every name of some formulas, and what each index runs to.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// By canonical name.
    pub names: BTreeMap<String, Uses>,
    /// The upper end of the sums over an index.
    pub ends: BTreeMap<String, String>,
    /// Letters before the arguments of a special function of that name.
    pub specials: BTreeSet<String>,
}

/// Letters that are indices where they stand in a subscript.
const INDICES: &[&str] = &["i", "j", "k", "l", "m", "n", r"\mu", r"\nu", "a", "b", "s", "t"];
/// Those of them that are so even if nothing runs over them.
const STRICT_INDICES: &[&str] = &["i", "j", "k", "l", "m", "n", r"\mu", r"\nu"];
/// Names that mean something by themselves.
const CONSTANTS: &[&str] = &[
    "e",
    r"\mathrm{e}",
    r"\pi",
    r"\mathbb{I}",
    r"\mathbb{1}",
    r"\mathbf{1}",
    r"\mathds{1}",
    r"\mathbbm{1}",
    r"\mathsf{E}",
    r"\mathbb{E}",
    r"\mathbb{P}",
    r"\mathrm{I}",
    r"\mathbf{I}",
    r"\mathrm{Id}",
    r"\mathbb{R}",
    r"\mathbb{N}",
    r"\mathbb{Z}",
    r"\mathbb{C}",
    r"\mathcal{N}",
    r"\mathrm{d}",
    r"\mathcal{O}",
    r"\prime",
    r"\top",
    r"\dagger",
];

impl Usage {
    /// Adds the uses in one formula.
    ///
    /// # Errors
    /// The formula cannot be read even as a tree.
    pub fn add(&mut self, text: &str) -> Result<(), Trouble> {
        let nodes = parse(text)?;
        let mut walker = Walker { usage: self, bound: Vec::new() };
        let relation = nodes.iter().position(is_relation);
        if let Some([name]) = relation.map(|at| &nodes[..at]) {
            walker.one(name, &nodes[1..], |uses| uses.defined = true);
        }
        walker.list(&nodes);
        Ok(())
    }
}

fn is_relation(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Mark(c) => matches!(c, '=' | '<' | '>' | '≤' | '≥'),
        NodeKind::Operator(Meaning::Relation(_) | Meaning::Member) => true,
        _ => false,
    }
}

/// Whether a node is a name or a name with scripts.
fn is_name(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Letter(_) | NodeKind::Font(..) | NodeKind::Accent(..) => true,
        NodeKind::Word(word) => notation::word_meaning(word).is_none(),
        // An indicator: what stands below it is a condition.
        NodeKind::Scripted(base, Some(sub), ..) if is_one(base) && mentions_relation(sub) => false,
        NodeKind::Scripted(base, ..) => is_name(base),
        _ => false,
    }
}

/// Whether a name before so many arguments is a special function where nothing is declared.
fn is_special(name: &str, arguments: usize) -> bool {
    match arguments {
        1 => matches!(name, r"\Gamma" | r"\zeta" | r"\psi" | r"\Theta" | r"\delta"),
        2 => matches!(name, r"\Gamma" | r"\gamma" | r"\zeta" | "B" | r"\mathrm{B}"),
        _ => false,
    }
}

/// Whether a node is the sign of an indicator.
fn is_one(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Font(_, body) if matches!(body.as_slice(), [Node { kind: NodeKind::Number(n), .. }] if n == "1"))
}

fn mentions_relation(nodes: &[Node]) -> bool {
    nodes.iter().any(|n| match &n.kind {
        NodeKind::Fence(_, _, body) | NodeKind::Group(body) => mentions_relation(body),
        _ => is_relation(n),
    })
}

fn is_differential(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Letter(c) => c == "d",
        NodeKind::Word(word) => word == "d",
        NodeKind::Operator(Meaning::Partial) => true,
        NodeKind::Scripted(base, None, _, _) => is_differential(base),
        _ => false,
    }
}

struct Walker<'u> {
    usage: &'u mut Usage,
    bound: Vec<String>,
}

impl Walker<'_> {
    fn note(&mut self, name: &str, change: impl FnOnce(&mut Uses)) {
        if CONSTANTS.contains(&name) {
            return;
        }
        let is_free = !self.bound.iter().any(|b| b == name);
        let uses = self.usage.names.entry(name.to_owned()).or_default();
        uses.free |= is_free;
        change(uses);
    }

    /// Notes a change for a node that is one name.
    fn one(&mut self, node: &Node, _rest: &[Node], change: impl FnOnce(&mut Uses)) {
        if is_name(node) {
            let (name, ..) = self.split(node);
            self.note(&name, change);
        }
    }

    /// The name of a node, its indices and its power.
    fn split<'n>(&self, node: &'n Node) -> (String, Vec<String>, Option<&'n [Node]>) {
        let NodeKind::Scripted(base, sub, sup, primes) = &node.kind else {
            return (canonical_node(node), Vec::new(), None);
        };
        let letters: Vec<String> = match sub.as_deref() {
            Some(sub) => sub.iter().filter(|n| !matches!(n.kind, NodeKind::Mark(','))).map(canonical_node).collect(),
            None => Vec::new(),
        };
        let is_index = |letter: &String| {
            STRICT_INDICES.contains(&letter.as_str())
                || INDICES.contains(&letter.as_str()) && self.bound.contains(letter)
        };
        let indexed = !letters.is_empty() && *primes == 0 && letters.iter().all(is_index);
        let name = super::name::scripted(base, sub.as_deref().filter(|_| !indexed), None, *primes);
        (name, if indexed { letters } else { Vec::new() }, sup.as_deref())
    }

    fn list(&mut self, nodes: &[Node]) {
        // An integral binds what follows its d, a sum what stands in its subscript, to the end of the list.
        let depth = self.bound.len();
        let integrates = nodes.iter().any(|n| matches!(base_of(n), NodeKind::Operator(Meaning::Integral)));
        if integrates {
            for pair in nodes.windows(2) {
                if is_differential(&pair[0]) && is_name(&pair[1]) {
                    let (name, ..) = self.split(&pair[1]);
                    self.bound.push(name.clone());
                    self.note(&name, |uses| uses.bound = true);
                }
            }
        }
        let mut at = 0;
        while let Some(node) = nodes.get(at) {
            let rest = &nodes[at + 1..];
            if is_relation(node) {
                self.relation(nodes, at);
                // What a sum binds is bound to the end of its side.
                self.bound.truncate(depth + usize::from(integrates) * (self.bound.len() - depth));
            }
            if is_differential(node) && rest.first().is_some_and(is_name) && (integrates || is_partial(node)) {
                at += 1;
                continue;
            }
            self.node(node, rest);
            at += 1;
        }
        self.bound.truncate(depth);
    }

    fn relation(&mut self, nodes: &[Node], at: usize) {
        let above = matches!(
            nodes[at].kind,
            NodeKind::Mark('>' | '≥')
                | NodeKind::Operator(Meaning::Relation(Relation::Greater | Relation::GreaterOrEqual))
        );
        let is_number = |n: Option<&Node>| n.is_some_and(|n| matches!(n.kind, NodeKind::Number(_)));
        if above && is_number(nodes.get(at + 1)) && at > 0 && (at == 1 || !is_name(&nodes[at - 2])) {
            self.one(&nodes[at - 1], &[], |uses| uses.positive = true);
        }
    }

    fn node(&mut self, node: &Node, rest: &[Node]) {
        if is_name(node) {
            return self.name(node, rest);
        }
        match &node.kind {
            NodeKind::Scripted(base, sub, sup, _) => {
                let (sub, sup) = (sub.as_deref().unwrap_or_default(), sup.as_deref().unwrap_or_default());
                match &base.kind {
                    NodeKind::Operator(Meaning::Fold(_) | Meaning::Extreme(_)) => self.fold(sub, sup, rest),
                    NodeKind::Operator(Meaning::Integral) => {
                        self.list(sub);
                        self.list(sup);
                    }
                    NodeKind::Operator(Meaning::Partial | Meaning::Nabla) => self.list(sub),
                    _ => {
                        self.node(base, rest);
                        self.list(sub);
                        self.list(sup);
                    }
                }
            }
            NodeKind::Operator(Meaning::Function(function)) => {
                if matches!(function, Function::Log | Function::Sqrt) {
                    self.argument(rest, |uses| uses.positive = true);
                }
            }
            NodeKind::Operator(Meaning::Array(function)) => self.array(*function, rest),
            NodeKind::Word(word) => match notation::word_meaning(word) {
                Some(Meaning::Array(function)) => self.array(function, rest),
                Some(Meaning::Function(Function::Log)) => self.argument(rest, |uses| uses.positive = true),
                _ => {}
            },
            NodeKind::Fence(open, _, body) => {
                if *open == '‖' {
                    body.iter().for_each(|n| self.one(n, &[], |uses| uses.normed = true));
                }
                self.list(body);
            }
            NodeKind::Root(degree, body) => {
                if let [only] = body.as_slice() {
                    self.one(only, &[], |uses| uses.positive = true);
                }
                self.list(degree.as_deref().unwrap_or_default());
                self.list(body);
            }
            NodeKind::Fraction(upper, lower) => {
                let differs = |n: Option<&Node>| n.is_some_and(is_differential);
                if differs(upper.first()) && differs(lower.first()) {
                    self.list(&upper[1..]);
                    lower.iter().filter(|n| !is_differential(n)).for_each(|n| self.node(n, &[]));
                } else {
                    self.list(upper);
                    self.list(lower);
                }
            }
            NodeKind::Binomial(upper, lower) => {
                for n in upper.iter().chain(lower) {
                    self.one(n, &[], |uses| uses.counts = true);
                }
                self.list(upper);
                self.list(lower);
            }
            NodeKind::Group(body) => self.list(body),
            NodeKind::Grid(_, rows) => rows.iter().flatten().for_each(|cell| self.list(cell)),
            _ => {}
        }
    }

    fn name(&mut self, node: &Node, rest: &[Node]) {
        let (name, indices, power) = self.split(node);
        if let Some(NodeKind::Fence('(', ')', body)) = rest.first().map(|n| &n.kind)
            && is_special(&name, body.split(|n| matches!(n.kind, NodeKind::Mark(',' | ';'))).count())
        {
            self.usage.specials.insert(name);
            self.list(power.unwrap_or_default());
            return;
        }
        let mut before_sum = 0;
        let arguments = match rest.first().map(|n| &n.kind) {
            Some(NodeKind::Fence('(' | '[', ')' | ']', body)) => {
                let pieces: Vec<&[Node]> = body.split(|n| matches!(n.kind, NodeKind::Mark(',' | ';' | '|'))).collect();
                let is_sign = |n: &Node| {
                    matches!(n.kind, NodeKind::Mark('+' | '-' | '−') | NodeKind::Operator(Meaning::PlusMinus))
                };
                let is_sum = pieces.len() == 1 && body.iter().skip(1).any(is_sign);
                before_sum = usize::from(is_sum);
                (!is_sum).then_some(pieces.len())
            }
            _ => None,
        };
        let factorial = matches!(rest.first().map(|n| &n.kind), Some(NodeKind::Mark('!')));
        let (inverted, transposed) = match power {
            Some(power) => {
                let text = super::name::canonical(power);
                (text == "-1", matches!(text.as_str(), "T" | r"\top" | r"\intercal" | r"\mathrm{T}" | r"-T" | r"-\top"))
            }
            None => (false, false),
        };
        for index in &indices {
            self.note(index, |uses| uses.counts = true);
        }
        self.note(&name, |uses| {
            uses.count += 1;
            uses.inverted |= inverted;
            uses.transposed |= transposed;
            uses.counts |= factorial;
            if !indices.is_empty() {
                uses.indices.insert(indices);
            }
            uses.called.extend(arguments);
            uses.before_sum += before_sum;
        });
        if let Some(power) = power.filter(|_| !transposed) {
            self.list(power);
        }
    }

    /// `\sum_{i=1}^{n}`: what it binds and how far it runs.
    fn fold(&mut self, sub: &[Node], sup: &[Node], rest: &[Node]) {
        let mut bound = Vec::new();
        for piece in sub.split(|n| matches!(n.kind, NodeKind::Mark(','))) {
            let end = piece.iter().position(is_relation).unwrap_or(piece.len());
            bound.extend(piece[..end].iter().filter(|n| is_name(n)).map(canonical_node));
            let beyond = piece.get(end + 1..).unwrap_or_default();
            // In `i < j` both run, if both are indices of what is summed.
            match beyond {
                [name] if is_name(name) && is_subscript(&canonical_node(name), rest) => {
                    bound.push(canonical_node(name))
                }
                _ => self.list(beyond),
            }
        }
        if let [only] = sup
            && is_name(only)
        {
            let end = canonical_node(only);
            for index in &bound {
                self.usage.ends.insert(index.clone(), end.clone());
            }
            self.note(&end, |uses| {
                uses.limit = true;
                uses.count += 1;
            });
        } else {
            for n in sup.iter().filter(|n| is_name(n)) {
                self.one(n, &[], |uses| uses.limit = true);
            }
            self.list(sup);
        }
        self.bound.extend(bound.iter().cloned());
        for index in bound {
            self.note(&index, |uses| uses.runs = true);
        }
    }

    fn argument(&mut self, rest: &[Node], change: fn(&mut Uses)) {
        match rest.first() {
            Some(Node { kind: NodeKind::Fence('(' | '[' | '{', _, body), .. }) => {
                if let [only] = body.as_slice() {
                    self.one(only, &[], change);
                }
            }
            Some(node) => self.one(node, &[], change),
            None => {}
        }
    }

    fn array(&mut self, function: ArrayFunction, rest: &[Node]) {
        if !matches!(function, ArrayFunction::Trace | ArrayFunction::Determinant) {
            return;
        }
        match rest.first() {
            Some(Node { kind: NodeKind::Fence(_, _, body), .. }) => {
                body.iter().for_each(|n| self.one(n, &[], |uses| uses.square = true));
            }
            Some(node) => self.one(node, &[], |uses| uses.square = true),
            None => {}
        }
    }
}

/// Whether a letter stands in a subscript somewhere in some nodes.
fn is_subscript(letter: &str, nodes: &[Node]) -> bool {
    nodes.iter().any(|node| match &node.kind {
        NodeKind::Scripted(base, sub, sup, _) => {
            sub.as_deref().is_some_and(|sub| sub.iter().any(|n| canonical_node(n) == letter))
                || is_subscript(letter, std::slice::from_ref(base))
                || sup.as_deref().is_some_and(|sup| is_subscript(letter, sup))
        }
        NodeKind::Group(body) | NodeKind::Fence(_, _, body) | NodeKind::Root(_, body) => is_subscript(letter, body),
        NodeKind::Fraction(a, b) => is_subscript(letter, a) || is_subscript(letter, b),
        _ => false,
    })
}

fn base_of(node: &Node) -> &NodeKind {
    match &node.kind {
        NodeKind::Scripted(base, ..) => &base.kind,
        other => other,
    }
}

fn is_partial(node: &Node) -> bool {
    matches!(base_of(node), NodeKind::Operator(Meaning::Partial))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uses(text: &str) -> Usage {
        let mut usage = Usage::default();
        usage.add(text).expect(text);
        usage
    }

    #[test]
    fn what_is_done_with_names() {
        let usage = uses(r"\sum_{i=1}^{N} x_i a^2 = n! \log y + \int_0^1 f(s) ds");
        let of = |name: &str| usage.names.get(name).unwrap_or_else(|| panic!("{name} in {:?}", usage.names));
        assert!(of("i").runs && !of("i").free && of("N").limit && of("N").free);
        assert_eq!(of("x").indices.iter().next().unwrap(), &["i"]);
        assert!(of("n").counts && of("y").positive && of("f").called.contains(&1));
        assert!(of("s").bound && !of("s").free && !usage.names.contains_key("d"));
        assert_eq!(usage.ends["i"], "N");
        let usage = uses(r"H = \operatorname{Tr}(A^{-1} B^\top) + \|v\|^2 + \det C + e^{x_0}");
        let of = |name: &str| usage.names.get(name).unwrap_or_else(|| panic!("{name} in {:?}", usage.names));
        assert!(of("H").defined && of("A").inverted && of("A").square && of("B").transposed && of("v").normed);
        assert!(of("C").square && of("x_{0}").free && !usage.names.contains_key("e"));
        let usage = uses(r"\mu(\theta) + g(x + h) - g(2 x) = r^2(1 - \theta) \psi(u)");
        let of = |name: &str| usage.names.get(name).unwrap_or_else(|| panic!("{name} in {:?}", usage.names));
        assert!(of(r"\mu").called.contains(&1) && of("g").called.contains(&1) && of("r").called.is_empty());
        assert_eq!((of("g").before_sum, of("r").before_sum, of("r").count), (1, 1, 1));
        assert!(usage.specials.contains(r"\psi"));
        let usage = uses(r"\frac{d}{dx} \cosh(x) = x(1 - y)");
        assert!(usage.names["x"].called.is_empty() && !usage.names.contains_key("d"), "{usage:?}");
    }
}
