//! Records and reports to disk.

use super::Failure;
use crate::record::diff::Difference;
use crate::record::{self, Record};
use crate::report::{self, Page};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Name of the record in the output folder.
pub(super) const RECORD: &str = "record.jsonl";
/// Folder of the HTML site in the output folder.
pub(super) const SITE: &str = "site";

/// Writes the record, the Markdown report and the site below `out`.
pub(super) fn all(record: &Record, since: Option<&[Difference]>, out: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(out).map_err(|error| cannot(out, &error))?;
    record::write(&out.join(RECORD), record).map_err(|error| {
        Failure::new(error.to_string()).hint("choose another folder with --out, or make room on the disk")
    })?;
    reports(record, since, out)
}

/// Writes the Markdown report and the site of a record below `out`.
pub(super) fn reports(record: &Record, since: Option<&[Difference]>, out: &Path) -> Result<(), Failure> {
    let written = report::markdown(record);
    pages(&written, out)?;
    drop_old_figures(&written, out)?;
    pages(&report::site(record, since), out)
}

/// Removes figures of claims that are gone from the folders of the notes that have figures now.
fn drop_old_figures(written: &[Page], out: &Path) -> Result<(), Failure> {
    let is_figure = |path: &Path| path.extension().is_some_and(|e| e == "svg");
    let current: BTreeSet<PathBuf> = written.iter().map(|page| out.join(&page.path)).filter(|p| is_figure(p)).collect();
    let folders: BTreeSet<&Path> = current.iter().filter_map(|path| path.parent()).collect();
    for folder in folders {
        let listed = std::fs::read_dir(folder).map_err(|error| cannot(folder, &error))?;
        let files = listed.filter_map(Result::ok).map(|entry| entry.path());
        for old in files.filter(|path| is_figure(path) && !current.contains(path)) {
            std::fs::remove_file(&old).map_err(|error| cannot(&old, &error))?;
        }
    }
    Ok(())
}

/// Writes a text beside its place and moves it there.
pub(super) fn text(path: &Path, text: &str) -> Result<(), Failure> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    pages(&[Page { path: name, bytes: text.as_bytes().to_vec() }], folder)
}

/// Writes the figures of a record as PNG below `out`.
pub(super) fn pngs(record: &Record, out: &Path) -> Result<(), Failure> {
    pages(&report::pngs(record), out)
}

/// Each page is written beside its place and moved there: a reader never sees half of one.
fn pages(pages: &[Page], folder: &Path) -> Result<(), Failure> {
    for page in pages {
        let path = folder.join(&page.path);
        let parent = path.parent().unwrap_or(folder);
        let write = || -> std::io::Result<()> {
            std::fs::create_dir_all(parent)?;
            let file = tempfile::NamedTempFile::new_in(parent)?;
            std::fs::write(file.path(), &page.bytes)?;
            set_readable(file.path())?;
            file.persist(&path)?;
            Ok(())
        };
        write().map_err(|error| cannot(&path, &error))?;
    }
    Ok(())
}

/// Temporary files are private; reports are for everybody whom the folder lets in.
#[cfg(unix)]
fn set_readable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_readable(_path: &Path) -> std::io::Result<()> {
    Ok(())
}

fn cannot(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot write {}: {error}", path.display()))
        .hint("choose another folder with --out, or make room on the disk")
}
