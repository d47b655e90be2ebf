//! Storage aliases: folders whose files are sources, as `src://ALIAS/PATH`.

use std::fs::Metadata;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use sha2::{Digest as _, Sha256};

use crate::content::blob::Blob;
use crate::content::filename;
use crate::errors::{Result, ServiceError};
use crate::hex::hex;

const SCHEME: &str = "src://";

/// Folders by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Aliases(Arc<Vec<(String, PathBuf)>>);

impl Aliases {
    /// Every folder has to be there.
    pub(crate) fn open(given: &[(String, PathBuf)]) -> io::Result<Self> {
        let open = |(name, folder): &(String, PathBuf)| {
            let failed = |reason: String| io::Error::other(format!("alias {name}: {}: {reason}", folder.display()));
            let real = folder.canonicalize().map_err(|error| failed(error.to_string()))?;
            if real.is_dir() { Ok((name.clone(), real)) } else { Err(failed("not a folder".to_owned())) }
        };
        given.iter().map(open).collect::<io::Result<Vec<_>>>().map(|folders| Self(Arc::new(folders)))
    }

    /// The file that a source names. Blocks. Whatever keeps it from being had is told to nobody: it is not found.
    pub(crate) fn find(&self, source: &str) -> Result<Blob> {
        let (path, metadata) = self.locate(source).ok_or_else(ServiceError::file_not_found)?;
        let filename = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mimetype = filename::mimetype_of(&filename);
        let version = version(&path, &metadata);
        Ok(Blob::found(path, filename, mimetype, metadata.len(), version))
    }

    fn locate(&self, source: &str) -> Option<(PathBuf, Metadata)> {
        let start = source.get(..SCHEME.len()).filter(|start| start.eq_ignore_ascii_case(SCHEME))?;
        let (alias, path) = source[start.len()..].split_once('/')?;
        let (_, folder) = self.0.iter().find(|(name, _)| name == alias)?;
        let path = Path::new(path);
        if path.components().any(|part| !matches!(part, Component::Normal(_))) {
            return None;
        }
        // With all links followed the path says where the file really is.
        let real = folder.join(path).canonicalize().ok().filter(|real| real.starts_with(folder))?;
        let metadata = real.metadata().ok().filter(Metadata::is_file)?;
        Some((real, metadata))
    }
}

/// Reads `NAME=DIR` of the command line.
pub(crate) fn parse(text: &str) -> std::result::Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, folder)) if !name.is_empty() && !name.contains('/') && !folder.is_empty() => {
            Ok((name.to_owned(), PathBuf::from(folder)))
        }
        _ => Err("NAME=DIR is expected".to_owned()),
    }
}

fn version(path: &Path, metadata: &Metadata) -> String {
    let changed = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let text = format!("{} {} {}", path.display(), metadata.len(), changed.as_nanos());
    hex(&Sha256::digest(text)[..16])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn no_path_leads_out_of_the_folder() {
        let outside = tempfile::tempdir().unwrap();
        let folder = outside.path().join("folder");
        std::fs::create_dir_all(folder.join("sub")).unwrap();
        std::fs::write(outside.path().join("secret.txt"), "secret").unwrap();
        std::fs::write(folder.join("sub/a b.txt"), "inside").unwrap();
        symlink("../secret.txt", folder.join("out")).unwrap();
        symlink("..", folder.join("up")).unwrap();
        symlink("sub/a b.txt", folder.join("in.txt")).unwrap();
        let aliases = Aliases::open(&[("work".to_owned(), folder.clone())]).unwrap();
        for good in ["src://work/sub/a b.txt", "SRC://work/in.txt", "src://work/sub//a b.txt"] {
            assert_eq!(aliases.find(good).unwrap().size, 6, "{good}");
        }
        assert_eq!(aliases.find("src://work/in.txt").unwrap().mimetype, "text/plain");
        let absolute = format!("src://work/{}", outside.path().join("secret.txt").display());
        for bad in [
            "src://other/a",
            "src://work",
            "src://work/",
            "src://work/sub",
            "src://work/nosuch",
            "src://work/../secret.txt",
            "src://work/sub/../../secret.txt",
            "src://work/out",
            "src://work/up/secret.txt",
            "src://work/a\0b",
            absolute.as_str(),
        ] {
            assert_eq!(aliases.find(bad).unwrap_err().status(), 404, "{bad}");
        }
    }

    #[test]
    fn folders_must_be_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        for bad in [folder.path().join("nosuch"), file] {
            let refused = Aliases::open(&[("a".to_owned(), bad)]).unwrap_err();
            assert!(refused.to_string().starts_with("alias a: "), "{refused}");
        }
        assert_eq!(parse("a=/b=c"), Ok(("a".to_owned(), PathBuf::from("/b=c"))));
        for bad in ["a", "=b", "a=", "a/b=c"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
