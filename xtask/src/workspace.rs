//! The workspace that this program was built from, and its files.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use filestack_catalogue::Catalogue;

/// What a command answers; the failure is the text that the user sees.
pub(crate) type Result<T> = std::result::Result<T, String>;

/// The folder of the workspace.
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The workspace that this package is a member of.
    pub(crate) fn here() -> Self {
        // Copies of a tree that share a target folder share this program as well, so Cargo says which one it runs in.
        let package =
            std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        Workspace { root: package.parent().unwrap_or(&package).to_owned() }
    }

    /// A path in the workspace.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The name under which a file of the workspace is reported.
    pub(crate) fn shown<'a>(&self, path: &'a Path) -> std::path::Display<'a> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }

    /// The text of the committed header.
    pub(crate) fn header(&self) -> Result<String> {
        read(&self.path("include/filestack/filestack.h"))
    }

    /// Every Rust file below a folder of the workspace, sorted.
    pub(crate) fn rust_files(&self, folder: &str) -> Result<Vec<PathBuf>> {
        self.files(folder, "rs")
    }

    /// Every file with this ending below a folder of the workspace, sorted.
    pub(crate) fn files(&self, folder: &str, ending: &str) -> Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        let mut folders = vec![self.path(folder)];
        while let Some(folder) = folders.pop() {
            let failed = |cause| format!("{}: {cause}", folder.display());
            for entry in std::fs::read_dir(&folder).map_err(failed)? {
                let path = entry.map_err(failed)?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|given| given == ending) {
                    found.push(path);
                }
            }
        }
        found.sort();
        Ok(found)
    }

    /// Runs Cargo in the workspace and returns what it prints to stdout.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Result<String> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        output_of(Command::new(cargo).args(arguments).current_dir(&self.root))
    }
}

/// Runs a program whose stderr the user sees, and returns what it prints to stdout.
pub(crate) fn output_of(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stderr(Stdio::inherit()).output().map_err(|cause| format!("{program}: {cause}"))?;
    if !output.status.success() {
        return Err(format!("{program} failed: {}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|cause| format!("{program}: {cause}"))
}

/// Reads a text file.
pub(crate) fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|cause| format!("{}: {cause}", path.display()))
}

/// Writes a file, unless it has that content already: its time would make everything after it be built again.
pub(crate) fn write_if_changed(path: &Path, content: &[u8]) -> Result<()> {
    if std::fs::read(path).is_ok_and(|present| present == content) {
        return Ok(());
    }
    let failed = |cause| format!("{}: {cause}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    std::fs::write(path, content).map_err(failed)
}

const CATALOGUE: &str = "catalogue/tasks.toml";

/// The catalogue of the workspace.
pub(crate) fn catalogue(workspace: &Workspace) -> Result<Catalogue> {
    let text = read(&workspace.path(CATALOGUE))?;
    filestack_catalogue::read(&text).map_err(|problems| format!("{CATALOGUE}: {}", problems.join("\n")))
}
