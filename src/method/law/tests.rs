use super::*;
use crate::expr::Dim;
use crate::expr::fixture::*;
use crate::method::fixture::{Table, check, word};

fn random(t: &mut Table, tex: &str, sort: Sort, law: Law) -> Expr {
    use_of(&t.declare(tex, sort, Domain::All, Role::Random(law)))
}

fn law_of(law: Law, sort: Sort) -> Expr {
    Expr::new(Kind::LawOf(law), Sort::Law(Box::new(sort)), x_span())
}

fn normal(t: &mut Table, tex: &str) -> Expr {
    random(t, tex, Sort::Real, Law::Normal(n(0), n(1)))
}

#[test]
fn affine_maps_of_normals_are_proved_by_mean_and_covariance() {
    let mut t = Table::default();
    let (a, b) = (&t.real("a"), &t.real("b"));
    let z = &normal(&mut t, "z");
    let says = |mean: Expr, variance: Expr| {
        let law = law_of(Law::Normal(flat(mean), flat(variance)), Sort::Real);
        word(&LawComparison, &t.claim(a * z + b, Relation::Distributed, law))
    };
    assert_eq!(says(b.clone(), a * a), "proves");
    assert_eq!(says(b.clone(), n(2) * a * a), "contradicts");
    assert_eq!(says(a.clone(), a * a), "contradicts");
}

#[test]
fn vectors_keep_the_order_of_their_covariance() {
    let mut t = Table::default();
    let d = t.dimension("d");
    let m = &t.square("A", &d, Domain::All);
    let vector = Sort::Vector(d.clone());
    let square = Sort::Matrix(d.clone(), d.clone());
    let zero = || n(0) * Expr::new(Kind::Ones(d.clone()), vector.clone(), x_span());
    let identity = Expr::new(Kind::Identity(d.clone()), square.clone(), x_span());
    let z = random(&mut t, "z", vector.clone(), Law::Normal(flat(zero()), identity));
    let transposed = array_of(ArrayFunction::Transpose, vec![m.clone()], square);
    let says = |covariance: Expr| {
        let law = law_of(Law::Normal(flat(zero()), flat(covariance)), vector.clone());
        word(&LawComparison, &t.claim(m * &z, Relation::Distributed, law))
    };
    // Equal at every size that is tried; that it is at all sizes is not shown.
    assert_eq!(says(m * &transposed), "agrees");
    assert_eq!(says(&transposed * m), "contradicts");
    let _: &Dim = &d;
}

#[test]
fn the_same_moments_are_not_the_same_law() {
    let mut t = Table::default();
    let (z, g) = (&normal(&mut t, "z"), &normal(&mut t, "g"));
    let law = || law_of(Law::Normal(n(0), n(1)), Sort::Real);
    assert_eq!(word(&LawComparison, &t.claim(z * g, Relation::Distributed, law())), "contradicts");
    let difference = (pow(z.clone(), n(2)) - pow(g.clone(), n(2))) / n(2);
    assert_eq!(word(&LawComparison, &t.claim(z * g, Relation::EqualInLaw, difference)), "agrees");
}

#[test]
fn signs_are_enumerated() {
    let mut t = Table::default();
    let p = t.declare(
        "p",
        Sort::Real,
        Domain::Interval {
            lower: Some((crate::numeric::Rational::NEG_ONE, false)),
            upper: Some((crate::numeric::Rational::ONE, false)),
        },
        Role::Variable,
    );
    let p = &use_of(&p);
    let s = random(&mut t, "s", Sort::Integer, Law::Rademacher(p.clone()));
    let law = |mean: Expr| law_of(Law::Rademacher(flat(mean)), Sort::Real);
    let turned = |mean: Expr| word(&LawComparison, &t.claim(-s.clone(), Relation::Distributed, law(mean)));
    assert!(matches!(turned(-p.clone()), "agrees" | "proves"));
    assert_eq!(turned(p.clone()), "contradicts");
}

#[test]
fn what_cannot_be_integrated_is_drawn() {
    let mut t = Table::default();
    let vector = Sort::Vector(Dim::Literal(5));
    let zero = || n(0) * Expr::new(Kind::Ones(Dim::Literal(5)), vector.clone(), x_span());
    let z = random(&mut t, "z", vector.clone(), Law::Normal(flat(zero()), n(1)));
    let w = random(&mut t, "w", vector.clone(), Law::Normal(flat(zero()), n(1)));
    let cubed = |e: &Expr| {
        array_of(
            ArrayFunction::Hadamard,
            vec![e.clone(), array_of(ArrayFunction::Hadamard, vec![e.clone(), e.clone()], vector.clone())],
            vector.clone(),
        )
    };
    let agrees = check(&LawComparison, &t.claim(cubed(&z), Relation::EqualInLaw, -cubed(&w)));
    assert_eq!(agrees.finding.word(), "agrees", "{agrees:?}");
    let differs = check(&LawComparison, &t.claim(cubed(&z), Relation::EqualInLaw, n(2) * cubed(&w)));
    assert_eq!(differs.finding.word(), "contradicts", "{differs:?}");
}

#[test]
fn what_is_not_random_is_refused() {
    let mut t = Table::default();
    let x = t.real("x");
    let claim = t.claim(x, Relation::Distributed, law_of(Law::Normal(n(0), n(1)), Sort::Real));
    assert!(LawComparison.applies(&claim).is_err());
}

#[test]
fn draws_are_shown_with_the_density_of_their_law() {
    let mut t = Table::default();
    let z = &normal(&mut t, "z");
    let law = |variance: i64| law_of(Law::Normal(n(1), n(variance)), Sort::Real);
    let shown = |variance: i64| {
        let evidence = check(&LawComparison, &t.claim(n(2) * z + n(1), Relation::Distributed, law(variance)));
        let figure = evidence.figures.first().expect("a histogram").clone();
        let [density, drawn] = figure.series.as_slice() else { panic!("two series") };
        // The density at a bin by the nearest of its points; how many standard errors the bins are off on average.
        let at = |x: f64| {
            let k = (0..density.x.len()).min_by(|a, b| (density.x[*a] - x).abs().total_cmp(&(density.x[*b] - x).abs()));
            density.y[k.unwrap()]
        };
        let off = (0..drawn.x.len()).map(|i| (drawn.y[i] - at(drawn.x[i])).abs() / (drawn.high[i] - drawn.y[i]));
        off.sum::<f64>() / drawn.x.len() as f64
    };
    assert!(shown(4) < 2.0 && shown(9) > 4.0, "{} {}", shown(4), shown(9));
}
