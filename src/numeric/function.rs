//! The table of real functions and constants that the formula language knows.

/// A named constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Constant {
    /// π.
    Pi,
    /// e, the base of natural logarithms.
    Euler,
    /// γ, the Euler–Mascheroni constant.
    EulerGamma,
}

macro_rules! functions {
    ($($variant:ident, $name:literal, $arity:literal, $tex:literal, $doc:literal;)*) => {
        /// A real function of one or two real arguments.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Function { $(#[doc = $doc] $variant),* }
        impl Function {
            /// Every function.
            pub const ALL: &'static [Function] = &[$(Function::$variant),*];
            /// Its name in messages.
            pub const fn name(self) -> &'static str { match self { $(Function::$variant => $name),* } }
            /// How many arguments it takes.
            pub const fn arity(self) -> usize { match self { $(Function::$variant => $arity),* } }
            /// How it is printed in TeX, without its arguments.
            pub const fn tex(self) -> &'static str { match self { $(Function::$variant => $tex),* } }
        }
    };
}

functions! {
    Exp, "exp", 1, r"\exp", "eˣ.";
    Log, "log", 1, r"\log", "Natural logarithm, x > 0.";
    Sqrt, "sqrt", 1, r"\sqrt", "Non-negative square root, x ≥ 0.";
    Sin, "sin", 1, r"\sin", "Sine.";
    Cos, "cos", 1, r"\cos", "Cosine.";
    Tan, "tan", 1, r"\tan", "Tangent.";
    Asin, "arcsin", 1, r"\arcsin", "Inverse sine on [-1, 1].";
    Acos, "arccos", 1, r"\arccos", "Inverse cosine on [-1, 1].";
    Atan, "arctan", 1, r"\arctan", "Inverse tangent.";
    Sinh, "sinh", 1, r"\sinh", "Hyperbolic sine.";
    Cosh, "cosh", 1, r"\cosh", "Hyperbolic cosine.";
    Tanh, "tanh", 1, r"\tanh", "Hyperbolic tangent.";
    Asinh, "arsinh", 1, r"\operatorname{arsinh}", "Inverse hyperbolic sine.";
    Acosh, "arcosh", 1, r"\operatorname{arcosh}", "Inverse hyperbolic cosine, x ≥ 1.";
    Atanh, "artanh", 1, r"\operatorname{artanh}", "Inverse hyperbolic tangent, |x| < 1.";
    Erf, "erf", 1, r"\operatorname{erf}", "Error function.";
    Erfc, "erfc", 1, r"\operatorname{erfc}", "Complementary error function.";
    Gamma, "Γ", 1, r"\Gamma", "Gamma function.";
    LogGamma, "log Γ", 1, r"\log\Gamma", "Logarithm of |Γ(x)|.";
    Digamma, "ψ", 1, r"\psi", "Digamma function.";
    Factorial, "factorial", 1, "!", "n! for whole n ≥ 0.";
    Binomial, "binomial", 2, r"\binom", "Binomial coefficient of whole n, k ≥ 0.";
    Abs, "abs", 1, r"\operatorname{abs}", "Absolute value.";
    Sign, "sgn", 1, r"\operatorname{sgn}", "Sign: -1, 0 or 1.";
    Heaviside, "Θ", 1, r"\Theta", "Heaviside step; undefined at 0.";
    Floor, "floor", 1, r"\operatorname{floor}", "Largest whole number below or equal.";
    Ceil, "ceil", 1, r"\operatorname{ceil}", "Smallest whole number above or equal.";
    RealPart, "Re", 1, r"\operatorname{Re}", "Real part: of a real number itself.";
    ImaginaryPart, "Im", 1, r"\operatorname{Im}", "Imaginary part: of a real number zero.";
    Min, "min", 2, r"\min", "The smaller of two numbers.";
    Max, "max", 2, r"\max", "The larger of two numbers.";
}

/// A special function of several arguments, in the order of the usual notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Special {
    /// Γ(s, x) = ∫ₓ^∞ u^{s−1} e^{−u} du.
    UpperGamma,
    /// γ(s, x) = ∫₀ˣ u^{s−1} e^{−u} du.
    LowerGamma,
    /// B(a, b) = Γ(a) Γ(b) / Γ(a + b).
    Beta,
    /// Riemann's ζ(s).
    Zeta,
    /// Hurwitz's ζ(s, a) = Σ (a + k)^{−s}.
    HurwitzZeta,
    /// J_ν(x): order, argument.
    BesselJ,
    /// I_ν(x): order, argument.
    BesselI,
    /// K_ν(x): order, argument.
    BesselK,
    /// ₁F₁(a; b; x).
    Hypergeometric1F1,
    /// ₂F₁(a, b; c; x).
    Hypergeometric2F1,
}

impl Special {
    /// Every function.
    pub const ALL: &'static [Self] = &[
        Self::UpperGamma,
        Self::LowerGamma,
        Self::Beta,
        Self::Zeta,
        Self::HurwitzZeta,
        Self::BesselJ,
        Self::BesselI,
        Self::BesselK,
        Self::Hypergeometric1F1,
        Self::Hypergeometric2F1,
    ];

    /// How many arguments it takes, the order of a Bessel function included.
    pub const fn arity(self) -> usize {
        match self {
            Self::Zeta => 1,
            Self::UpperGamma
            | Self::LowerGamma
            | Self::Beta
            | Self::HurwitzZeta
            | Self::BesselJ
            | Self::BesselI
            | Self::BesselK => 2,
            Self::Hypergeometric1F1 => 3,
            Self::Hypergeometric2F1 => 4,
        }
    }

    /// Its name in TeX; that of a Bessel function is followed by its order as a subscript.
    pub const fn tex(self) -> &'static str {
        match self {
            Self::UpperGamma => r"\Gamma",
            Self::LowerGamma => r"\gamma",
            Self::Beta => r"\mathrm{B}",
            Self::Zeta | Self::HurwitzZeta => r"\zeta",
            Self::BesselJ => r"\operatorname{J}",
            Self::BesselI => r"\operatorname{I}",
            Self::BesselK => r"\operatorname{K}",
            Self::Hypergeometric1F1 => r"{}_{1}F_{1}",
            Self::Hypergeometric2F1 => r"{}_{2}F_{1}",
        }
    }
}
