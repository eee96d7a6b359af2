//! The command line.

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Root seed if none is given.
pub const DEFAULT_SEED: u64 = 1;

/// Reads notes, checks every formula in them, and prints the corrections.
#[derive(Debug, Parser)]
#[command(name = "corrigenda", version, max_term_width = 100, disable_help_subcommand = true, after_help = EXIT_CODES)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Colours: auto honours NO_COLOR, CLICOLOR_FORCE and whether a terminal is there.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Colour,
    /// Say less: no progress, one line for each problem.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

const EXIT_CODES: &str = "Exit codes: 0 every claim as expected, 1 some verdict not as expected, \
                          2 bad input or usage, or an internal error, 4 nothing was checked.";

/// When colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For reading in a terminal.
    #[default]
    Human,
    /// For programs; versioned.
    Json,
    /// For pasting into a document.
    Markdown,
}

/// How the verdicts of a run are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RunFormat {
    /// For reading in a terminal.
    #[default]
    Human,
    /// For programs; versioned, see `corrigenda explain json`.
    Json,
    /// For pasting into a document.
    Markdown,
    /// JUnit XML: a test case per claim.
    Junit,
    /// SARIF 2.1.0: a result per problem, for code scanning.
    Sarif,
    /// Annotations of a GitHub workflow; the step summary goes where GITHUB_STEP_SUMMARY says.
    Github,
}

/// How thorough the checks are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ProfileName {
    /// Seconds: wide margins.
    Quick,
    /// Minutes.
    #[default]
    Standard,
    /// As long as it takes: narrow margins.
    Thorough,
}

impl ProfileName {
    /// The word on the command line and in records.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Standard => "standard",
            Self::Thorough => "thorough",
        }
    }
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check notes, write the record and the report, print the verdicts.
    Check(CheckArguments),
    /// Draw the report of a record again.
    Report(ReportArguments),
    /// Check on save, and serve the site on this machine.
    Watch(WatchArguments),
    /// Say what changed from one run to another.
    Diff(DiffArguments),
    /// Make one record of the parts of a run that was split with --shard.
    Merge(MergeArguments),
    /// Repeat a recorded run and say whether it comes out the same.
    Replay(ReplayArguments),
    /// Check one formula without a file.
    Try(TryArguments),
    /// Run one experiment and print its estimates as JSON.
    Simulate(SimulateArguments),
    /// Draft the symbols and claims of a note that has none.
    Init(InitArguments),
    /// List claims, closed forms, experiments, methods, diagnostic codes or equations.
    List(ListArguments),
    /// Say what a diagnostic or verdict means and what to do.
    Explain(ExplainArguments),
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// Notes, or folders with notes.
    #[arg(default_value = "derivations", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How the verdicts are printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: RunFormat,
    /// Folder of the record and the report.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// Also write the figures as PNG.
    #[arg(long)]
    pub png: bool,
    /// Check formulas without a claim, too, with undeclared letters taken for real numbers; such a formula is supported or
    /// doubted, never refuted. Notes without any annotation are checked so in any case.
    #[arg(long)]
    pub unclaimed: bool,
    /// Undecided claims count as not expected.
    #[arg(long)]
    pub strict: bool,
    /// Check only part m of n of the claims; `corrigenda merge` makes one record of all parts.
    #[arg(long, value_name = "M/N", value_parser = part)]
    pub shard: Option<(usize, usize)>,
    /// Compare with the verdicts in this file: what it knows does not fail the run, what is worse does.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write the verdicts of this run to the baseline.
    #[arg(long, requires = "baseline", conflicts_with = "shard")]
    pub update: bool,
    /// What is common to checks.
    #[command(flatten)]
    pub run: RunArguments,
}

/// What is common to commands that check.
#[derive(Clone, Copy, Debug, Args)]
pub struct RunArguments {
    /// Root of all random streams.
    #[arg(long, value_name = "N", default_value_t = DEFAULT_SEED)]
    pub seed: u64,
    /// Threads; results do not depend on it [default: all cores].
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// How thorough the checks are.
    #[arg(long, value_enum, default_value_t)]
    pub profile: ProfileName,
    /// Draw every simulation again.
    #[arg(long)]
    pub no_cache: bool,
}

/// Arguments of `report`.
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// The record that `check` wrote.
    pub record: PathBuf,
    /// How the verdicts are printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: RunFormat,
    /// Folder of the report.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// Also write the figures as PNG.
    #[arg(long)]
    pub png: bool,
}

/// Arguments of `watch`.
#[derive(Debug, Args)]
pub struct WatchArguments {
    /// Notes, or folders with notes.
    #[arg(default_value = "derivations", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Port on 127.0.0.1; 0 for any that is free.
    #[arg(long, value_name = "N", default_value_t = 4747)]
    pub port: u16,
    /// Check formulas without a claim, too, with undeclared letters taken for real numbers; such a formula is supported or
    /// doubted, never refuted. Notes without any annotation are checked so in any case.
    #[arg(long)]
    pub unclaimed: bool,
    /// Folder of the record and the report.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// What is common to checks.
    #[command(flatten)]
    pub run: RunArguments,
}

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct DiffArguments {
    /// The earlier record, or a baseline.
    pub old: PathBuf,
    /// The later record.
    pub new: PathBuf,
    /// How the differences are printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Arguments of `merge`.
#[derive(Debug, Args)]
pub struct MergeArguments {
    /// The records of all shards of one run, in any order.
    #[arg(required = true, value_name = "RECORD")]
    pub records: Vec<PathBuf>,
    /// How the verdicts are printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: RunFormat,
    /// Folder of the merged record and the report.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
}

/// Arguments of `replay`.
#[derive(Debug, Args)]
pub struct ReplayArguments {
    /// The record of the run to repeat.
    pub record: PathBuf,
    /// Only this claim; without it all.
    pub claim: Option<String>,
    /// Threads; results do not depend on it [default: all cores].
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
}

/// Reads `m/n` with 1 ≤ m ≤ n.
fn part(text: &str) -> Result<(usize, usize), String> {
    let parts = text.split_once('/').and_then(|(m, n)| Some((m.parse().ok()?, n.parse().ok()?)));
    match parts {
        Some((m, n)) if 1 <= m && m <= n => Ok((m, n)),
        _ => Err("a part is `m/n` with 1 ≤ m ≤ n, e.g. 2/3".to_owned()),
    }
}

/// Arguments of `try`.
#[derive(Debug, Args)]
pub struct TryArguments {
    /// The formula as TeX, e.g. '\cosh^2 x - \sinh^2 x = 1'.
    #[arg(value_name = "FORMULA")]
    pub formula: String,
    /// Declarations and ranges of its symbols, e.g. 'x > 0; C: spd(d)'.
    #[arg(long, value_name = "DECLARATIONS", default_value = "")]
    pub given: String,
    /// How the verdict is printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// What is common to checks.
    #[command(flatten)]
    pub run: RunArguments,
}

/// Arguments of `simulate`.
#[derive(Debug, Args)]
pub struct SimulateArguments {
    /// Name of the experiment; `corrigenda list experiments` prints them.
    pub name: String,
    /// A parameter; those not given have their default.
    #[arg(short, long = "parameter", value_name = "KEY=VALUE", allow_hyphen_values = true)]
    pub parameters: Vec<String>,
    /// How many replicates are drawn.
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(1..=1_000_000_000_000))]
    pub replicates: u64,
    /// Root of all random streams.
    #[arg(long, value_name = "N", default_value_t = DEFAULT_SEED)]
    pub seed: u64,
    /// Threads; results do not depend on it [default: all cores].
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct InitArguments {
    /// A Markdown note, into which the draft is written, or a LaTeX document, beside which it is written.
    pub note: PathBuf,
    /// Also where the note has symbols or claims, or the document has its file beside it.
    #[arg(long)]
    pub force: bool,
    /// Print the draft and write nothing.
    #[arg(long, conflicts_with = "force")]
    pub stdout: bool,
}

/// Arguments of `list`.
#[derive(Debug, Args)]
pub struct ListArguments {
    /// What to list; without it, how many there are of each.
    #[arg(value_enum)]
    pub what: Option<Listing>,
    /// Notes, or folders with notes, for claims and equations.
    #[arg(default_value = "derivations", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Only the equations of this source.
    #[arg(long, value_name = "SLUG")]
    pub source: Option<String>,
    /// How the list is printed.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Listing {
    /// Claims of notes.
    Claims,
    /// Closed forms of the catalogue.
    ClosedForms,
    /// Experiments with their parameters and estimands.
    Experiments,
    /// Methods of checking.
    Methods,
    /// Codes of diagnostics.
    Codes,
    /// Numbered equations of the sources that notes cite.
    Equations,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// The code of a diagnostic, a verdict, or `json` for the schema of `--format json`.
    #[arg(value_name = "CODE")]
    pub word: String,
}
