//! `corrigenda watch`: checks on save and serves the site on this machine, following the note that is being edited.

use super::arguments::WatchArguments;
use super::console::Console;
use super::{Failure, Outcome, checking, reading, writing};
use crate::record::Record;
use crate::report::{self, terminal};
use notify::{RecursiveMode, Watcher};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;
use tiny_http::{Header, Request, Response, Server};

/// Editors write a file in several steps: a change is acted upon when nothing happened for so long.
const QUIET: Duration = Duration::from_millis(150);
/// How long a page's question whether there is news is kept open.
const PATIENCE: Duration = Duration::from_secs(20);
/// The script that asks.
const LIVE: &str = include_str!("../../templates/live.js");

/// What is served now.
#[derive(Default)]
struct Site {
    version: u64,
    /// The page of the note that changed last.
    latest: Option<String>,
    pages: BTreeMap<String, Vec<u8>>,
}

/// The site, and a bell that rings when it changes.
#[derive(Default)]
struct Served {
    site: Mutex<Site>,
    changed: Condvar,
}

/// Checks, serves, and checks again at every change, until interrupted.
pub(super) fn run(arguments: &WatchArguments, console: &Console) -> Result<Outcome, Failure> {
    let (sender, changes) = mpsc::channel();
    let send = move |event: notify::Result<notify::Event>| {
        // The receiver lives as long as the program.
        let _ = sender.send(event);
    };
    let cannot_watch = |error: notify::Error| Failure::new(format!("cannot watch for changes: {error}"));
    let mut watcher = notify::recommended_watcher(send).map_err(cannot_watch)?;
    for path in &arguments.paths {
        // A file that an editor replaces is another file: its folder is watched.
        let folder = if path.is_dir() { path.as_path() } else { parent(path) };
        let mode = if path.is_dir() { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        watcher.watch(folder, mode).map_err(cannot_watch)?;
    }
    let address = ("127.0.0.1", arguments.port);
    let server = Server::http(address).map_err(|error| {
        Failure::new(format!("cannot serve on 127.0.0.1:{}: {error}", arguments.port))
            .hint("choose another port with --port, 0 for any that is free")
    })?;
    let port = server.server_addr().to_ip().map_or(arguments.port, |a| a.port());
    let served = Arc::new(Served::default());
    check(arguments, console, &served, &[])?;
    console.say(&format!("serving http://127.0.0.1:{port}/ · checks on save · Ctrl-C ends"));
    let (answering, server) = (Arc::clone(&served), Arc::new(server));
    std::thread::spawn(move || {
        while let Ok(request) = server.recv() {
            let served = Arc::clone(&answering);
            // A question about news waits; the next request must not wait with it.
            std::thread::spawn(move || answer(request, &served, port));
        }
    });
    loop {
        let changed = wait(&changes)?;
        let is_note = |p: &&PathBuf| is_watched(p, &arguments.out);
        let notes: Vec<PathBuf> = changed.iter().filter(is_note).cloned().collect();
        if !notes.is_empty()
            && let Err(failure) = check(arguments, console, &served, &notes)
        {
            // A note may be missing for a moment while it is saved: what is served stays.
            console.say(&format!("error: {}", failure.message));
        }
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether a change of this file can change a verdict: notes, sources and sidecars, but nothing that a check writes.
fn is_watched(path: &Path, out: &Path) -> bool {
    let is_output = path.canonicalize().ok().zip(out.canonicalize().ok()).is_some_and(|(p, o)| p.starts_with(o));
    let is_note =
        path.extension().is_some_and(|e| ["md", "qmd", "markdown", "tex", "toml"].iter().any(|known| e == *known));
    is_note && !is_output
}

/// Waits for a change, and until the changes pause.
fn wait(changes: &Receiver<notify::Result<notify::Event>>) -> Result<Vec<PathBuf>, Failure> {
    let gone = || Failure::new("the watch for changes has ended");
    let mut paths = Vec::new();
    let mut take = |event: notify::Result<notify::Event>| {
        // Reading a note is an event, too.
        paths.extend(event.into_iter().filter(|e| !e.kind.is_access()).flat_map(|e| e.paths));
    };
    take(changes.recv().map_err(|_| gone())?);
    loop {
        match changes.recv_timeout(QUIET) {
            Ok(event) => take(event),
            Err(RecvTimeoutError::Timeout) => return Ok(paths),
            Err(RecvTimeoutError::Disconnected) => return Err(gone()),
        }
    }
}

/// One run: verdicts to the terminal, record and report to the output folder, the site to the server.
fn check(arguments: &WatchArguments, console: &Console, served: &Served, changed: &[PathBuf]) -> Result<(), Failure> {
    let reading = reading::read(&arguments.paths, arguments.unclaimed)?;
    console.diagnostics(&reading.diagnostics);
    let run = checking::run(&reading, &arguments.paths, &arguments.run, checking::Part::All, console)?;
    writing::all(&run.record, None, &arguments.out)?;
    let style =
        terminal::Style::fitting(console.colour, console.width, run.record.claims.iter().map(|c| c.id.as_str()));
    console.print(&format!(
        "{}{}\n",
        terminal::unexpected(&run.record, &style),
        terminal::tally(&run.record, &style)
    ))?;
    let pages = report::site(&run.record, None)
        .into_iter()
        .filter_map(|page| Some((page.path.strip_prefix("site/")?.to_owned(), page.bytes)))
        .collect();
    let mut site = served.site.lock().unwrap_or_else(PoisonError::into_inner);
    let latest = changed.iter().rev().find_map(|path| page_of(&run.record, path));
    *site = Site { version: site.version + 1, latest: latest.or(site.latest.take()), pages };
    drop(site);
    served.changed.notify_all();
    Ok(())
}

/// The page of the note in this file.
fn page_of(record: &Record, path: &Path) -> Option<String> {
    let path = path.canonicalize().ok()?;
    let note = record.notes.iter().find(|n| Path::new(&n.path).canonicalize().is_ok_and(|p| p == path))?;
    report::page_of(record, &note.path)
}

/// Answers one request; a reader that has gone away is no failure.
fn answer(request: Request, served: &Served, port: u16) {
    let url = request.url().to_owned();
    let (path, query) = url.split_once('?').unwrap_or((&url, ""));
    // Another site must not read this one under a name of its own.
    let hosts = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
    let is_local =
        request.headers().iter().any(|h| h.field.equiv("Host") && hosts.iter().any(|host| h.value == host.as_str()));
    let response = match path.trim_start_matches('/') {
        _ if !is_local => plain(403, "text/plain", b"only for this machine".to_vec()),
        "live" => news(query, served),
        "live.js" => plain(200, "text/javascript", LIVE.as_bytes().to_vec()),
        name => page(if name.is_empty() { "index.html" } else { name }, served),
    };
    let _ = request.respond(response);
}

fn page(name: &str, served: &Served) -> Response<Cursor<Vec<u8>>> {
    let site = served.site.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(bytes) = site.pages.get(name) else { return plain(404, "text/plain", b"no such page".to_vec()) };
    let kind = match Path::new(name).extension().and_then(|e| e.to_str()) {
        Some("html") => "text/html",
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        Some("svg") => "image/svg+xml",
        _ => "text/plain",
    };
    if kind != "text/html" {
        return plain(200, kind, bytes.clone());
    }
    // The page may ask this server for news, and nobody else.
    let script = format!("<script src=\"live.js\" data-version=\"{}\" defer></script></head>", site.version);
    let html = String::from_utf8_lossy(bytes)
        .replacen("default-src 'none'", "default-src 'none'; connect-src 'self'", 1)
        .replacen("</head>", &script, 1);
    plain(200, kind, html.into_bytes())
}

/// Whether there is another version than the page has; waits for one.
fn news(query: &str, served: &Served) -> Response<Cursor<Vec<u8>>> {
    let since = query.strip_prefix("since=").and_then(|n| n.parse().ok()).unwrap_or(0);
    let site = served.site.lock().unwrap_or_else(PoisonError::into_inner);
    let waited = served.changed.wait_timeout_while(site, PATIENCE, |site| site.version == since);
    let (site, _) = waited.unwrap_or_else(PoisonError::into_inner);
    let json = serde_json::json!({ "version": site.version, "page": site.latest });
    plain(200, "application/json", json.to_string().into_bytes())
}

fn plain(status: u16, kind: &str, bytes: Vec<u8>) -> Response<Cursor<Vec<u8>>> {
    let response = Response::from_data(bytes).with_status_code(status);
    let headers = [("Content-Type", format!("{kind}; charset=utf-8")), ("Cache-Control", "no-store".to_owned())];
    headers.iter().fold(response, |response, (name, value)| {
        match Header::from_bytes(name.as_bytes(), value.as_bytes()) {
            Ok(header) => response.with_header(header),
            Err(()) => response,
        }
    })
}
