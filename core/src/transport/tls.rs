//! TLS: which certificates are trusted, and how connections are secured.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use rustls::ClientConfig;
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls_platform_verifier::Verifier;

use crate::error::{Error, ErrorKind, Result};

use super::certificates::authorities;

/// Reading the system's certificates takes milliseconds, so every client without extra ones shares this. Behind no lock:
/// one that another thread holds during a fork would stay locked in the child.
static PLATFORM_TRUST: ArcSwapOption<ClientConfig> = ArcSwapOption::const_empty();

/// The variables that name other authorities than those of the system, as OpenSSL has them: a file, and folders.
const FILE_VARIABLE: &str = "SSL_CERT_FILE";
const FOLDERS_VARIABLE: &str = "SSL_CERT_DIR";

/// Where these variables count: where the system keeps its authorities in files.
const HAS_VARIABLES: bool = cfg!(all(unix, not(target_vendor = "apple"), not(target_os = "android")));

/// The configuration that trusts the authorities of the platform, or of the environment, and `extra` ones.
///
/// # Errors
/// `Tls` when a variable of the environment names no authorities, or no configuration can be made.
pub(super) fn client_config(extra: &[CertificateDer<'static>]) -> Result<ClientConfig> {
    let variables = Variables::read(|name| std::env::var_os(name).filter(|_| HAS_VARIABLES));
    match variables.authorities()? {
        Some(named) => {
            let provider = provider();
            configure(verifier_of(RootCertStore::empty(), named, extra, &provider)?, provider)
        }
        None if extra.is_empty() => platform_config(),
        None => platform_config_with(extra),
    }
}

fn platform_config() -> Result<ClientConfig> {
    if let Some(known) = &*PLATFORM_TRUST.load() {
        return Ok(ClientConfig::clone(known));
    }
    let config = platform_config_with(&[])?;
    PLATFORM_TRUST.store(Some(Arc::new(config.clone())));
    Ok(config)
}

/// The platform's verifier; where the system has no certificates at all (an empty container), Mozilla's roots.
fn platform_config_with(extra: &[CertificateDer<'static>]) -> Result<ClientConfig> {
    let provider = provider();
    if Verifier::new(Arc::clone(&provider)).is_ok() {
        let verifier =
            Verifier::new_with_extra_roots(extra.iter().cloned(), Arc::clone(&provider)).map_err(|_| no_setup())?;
        return configure(Arc::new(verifier), provider);
    }
    let mozilla = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    configure(verifier_of(mozilla, Vec::new(), extra, &provider)?, provider)
}

/// What verifies with the roots of a store, the usable ones of `named`, and `extra` ones.
fn verifier_of(
    mut roots: RootCertStore,
    named: Vec<CertificateDer<'static>>,
    extra: &[CertificateDer<'static>],
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>> {
    roots.add_parsable_certificates(named);
    for certificate in extra {
        // They were checked when they were set.
        roots.add(certificate.clone()).map_err(|_| no_setup())?;
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|_| no_setup())?;
    Ok(verifier)
}

fn configure(verifier: Arc<dyn ServerCertVerifier>, provider: Arc<CryptoProvider>) -> Result<ClientConfig> {
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| no_setup())?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// What rustls says of such failures can hold a whole certificate as a list of numbers.
fn no_setup() -> Error {
    Error::new(ErrorKind::Tls, "TLS cannot be set up with these certificates")
}

/// What the environment says of authorities. It is read for each client: what was good for one may be broken for the
/// next.
struct Variables {
    file: Option<OsString>,
    folders: Option<OsString>,
}

impl Variables {
    fn read(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        Variables {
            file: variable(FILE_VARIABLE),
            // An empty one is how people say that there are none.
            folders: variable(FOLDERS_VARIABLE).filter(|value| !value.is_empty()),
        }
    }

    /// The authorities that the variables name together; `None` when none is set.
    ///
    /// # Errors
    /// `Tls`, naming the variable and the file, when they cannot be read or there are none.
    fn authorities(&self) -> Result<Option<Vec<CertificateDer<'static>>>> {
        if self.file.is_none() && self.folders.is_none() {
            return Ok(None);
        }
        let mut found = Vec::new();
        if let Some(file) = &self.file {
            found.extend(of_file(Path::new(file))?);
        }
        if let Some(folders) = &self.folders {
            for folder in std::env::split_paths(folders).filter(|path| !path.as_os_str().is_empty()) {
                found.extend(of_folder(&folder)?);
            }
            if found.is_empty() {
                let folders = Path::new(folders).display();
                return Err(broken(FOLDERS_VARIABLE, format!("'{folders}' has no certificates")));
            }
        }
        Ok(Some(found))
    }
}

fn of_file(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    if path.as_os_str().is_empty() {
        return Err(broken(FILE_VARIABLE, "it is empty: unset it, or name a file of CA certificates".into()));
    }
    let name = path.display();
    let text = std::fs::read(path).map_err(|cause| broken(FILE_VARIABLE, format!("cannot read '{name}': {cause}")))?;
    authorities(&text).map_err(|error| broken(FILE_VARIABLE, format!("file '{name}': {}", error.message())))
}

/// The certificates of a folder's files; there may be others in it, such as lists of revocations.
fn of_folder(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let unreadable =
        |cause: std::io::Error| broken(FOLDERS_VARIABLE, format!("cannot read folder '{}': {cause}", path.display()));
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if !file.is_file() {
            continue;
        }
        if let Ok(certificates) = std::fs::read(&file).map(|text| authorities(&text).unwrap_or_default()) {
            found.extend(certificates);
        }
    }
    // Most have two names in such a folder.
    found.sort_unstable_by(|one, other| one.as_ref().cmp(other.as_ref()));
    found.dedup();
    Ok(found)
}

fn broken(variable: &str, problem: String) -> Error {
    Error::new(ErrorKind::Tls, format!("the CA certificates of the environment variable {variable}: {problem}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> String {
        rcgen::generate_simple_self_signed(["a".to_owned()]).unwrap().cert.pem()
    }

    fn named(file: Option<&Path>, folders: Option<&Path>) -> Result<Option<Vec<CertificateDer<'static>>>> {
        Variables::read(|name| {
            let path = if name == FILE_VARIABLE { file } else { folders };
            path.map(|path| path.as_os_str().to_owned())
        })
        .authorities()
    }

    #[test]
    fn http_2_is_offered() {
        let config = client_config(&[]).unwrap();
        assert_eq!(config.alpn_protocols, [b"h2".to_vec(), b"http/1.1".to_vec()]);
    }

    #[test]
    fn the_environment_names_a_file_and_folders() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, [b"caf\xe9\n".as_slice(), made().as_bytes(), made().as_bytes()].concat()).unwrap();
        std::fs::write(folder.path().join("README"), "no certificate").unwrap();
        std::fs::create_dir(folder.path().join("deeper")).unwrap();
        std::fs::copy(&file, folder.path().join("1.0")).unwrap();
        std::fs::write(other.path().join("b.pem"), made()).unwrap();
        let both = std::env::join_paths([folder.path(), other.path()]).unwrap();
        let count = |file, folders| named(file, folders).unwrap().map(|found| found.len());
        assert_eq!(count(None, None), None);
        assert_eq!(count(Some(&file), None), Some(2));
        assert_eq!(count(None, Some(Path::new(&both))), Some(3), "the copy counts once");
        assert_eq!(count(Some(&file), Some(Path::new(""))), Some(2));
        assert_eq!(count(None, Some(Path::new(""))), None);
        let empty = tempfile::tempdir().unwrap();
        assert_eq!(count(Some(&file), Some(empty.path())), Some(2));
    }

    #[test]
    fn broken_variables_are_named_with_their_files() {
        let folder = tempfile::tempdir().unwrap();
        let with = |name: &str, content: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            path
        };
        let missing = folder.path().join("missing");
        let cut_short = [made(), made()[..200].to_owned()].concat();
        for (file, problem) in [
            (missing.clone(), "No such file"),
            (folder.path().to_owned(), "cannot read"),
            (with("empty.pem", ""), "is empty"),
            (with("text.pem", "hello"), "no '-----BEGIN CERTIFICATE-----' block"),
            (with("cut.pem", &cut_short), "PEM block 2"),
            (Path::new("").to_owned(), "unset it"),
        ] {
            let error = named(Some(&file), None).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Tls);
            let message = error.message();
            assert!(message.contains(FILE_VARIABLE) && message.contains(problem), "{message}");
            assert!(message.contains(file.to_str().unwrap()), "{message}");
        }
        let empty = tempfile::tempdir().unwrap();
        for folder in [missing.as_path(), empty.path()] {
            let error = named(None, Some(folder)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Tls);
            let message = error.message();
            assert!(message.contains(FOLDERS_VARIABLE) && message.contains(folder.to_str().unwrap()), "{message}");
        }
    }
}
