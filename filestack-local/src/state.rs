//! The state of the service, which all requests share.

use std::collections::HashMap;
use std::fmt::Display;
use std::fs::{File, TryLockError};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use axum::http::{HeaderMap, Uri, header};
use tokio::sync::{OwnedMutexGuard, Semaphore};

use crate::clock;
use crate::connection::hosts;
use crate::content::aliases::Aliases;
use crate::content::digests::Digests;
use crate::content::fetch::Fetcher;
use crate::database::Database;
use crate::errors::ServiceError;
use crate::faults::Faults;
use crate::handles::{self, Names};
use crate::options::Options;
use crate::recording::RequestLog;
use crate::security::policy::Guard;
use crate::storage::Storage;
use crate::storage::signing::Signer;
use crate::webhooks::Webhooks;

/// Uploads that were begun this long ago and never completed are removed at the next start, as the real ones expire.
const UPLOAD_LIFETIME_MS: i64 = 7 * 24 * 3600 * 1000;

/// How the names begin that the service uses in the data folder.
const OWN_NAMES: [&str; 6] = ["ca.pem", DATABASE, "lock", "objects", "parts", "temporary"];
const DATABASE: &str = "filestack-local.sqlite";

/// The state behind every handler.
pub(crate) type Shared = Arc<State>;

/// What all requests share.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) database: Database,
    pub(crate) storage: Storage,
    pub(crate) signer: Signer,
    /// Makes the names that clients get to see.
    pub(crate) names: Names,
    pub(crate) guard: Guard,
    pub(crate) keys: ApiKeys,
    pub(crate) faults: Faults,
    pub(crate) requests: RequestLog,
    pub(crate) intelligent_ingestion: bool,
    /// Start calls give a hash that complete calls must bring back.
    pub(crate) metahash: bool,
    pub(crate) complete_pending: u32,
    /// How many requests for a job are answered before it is done.
    pub(crate) job_polls: u32,
    pub(crate) control: bool,
    pub(crate) aliases: Aliases,
    pub(crate) page: bool,
    /// Of stored files, for the page.
    pub(crate) digests: Digests,
    pub(crate) fetcher: Fetcher,
    pub(crate) webhooks: Webhooks,
    /// Uploads whose parts are being merged, so that two such calls do not meet.
    pub(crate) merging: NamedLocks,
    /// Video jobs that are being answered, for the same reason.
    pub(crate) jobs: NamedLocks,
    /// Decoded images are large: only so many at a time.
    pub(crate) conversions: Semaphore,
    /// Held for as long as the data folder is in use; the system releases it even when the process is killed.
    _lock: File,
    /// `http` or `https`.
    scheme: &'static str,
    /// `host:port` for clients that name none.
    authority: String,
    /// What start names as the host of the calls after it.
    location_url: Option<String>,
}

/// The API keys of the service.
#[derive(Debug, Clone)]
pub(crate) struct ApiKeys(Vec<String>);

impl ApiKeys {
    /// Whether calls with this key are served.
    pub(crate) fn accepts(&self, key: &str) -> bool {
        !key.is_empty() && (self.0.is_empty() || self.names(key))
    }

    /// Whether this very key was set.
    pub(crate) fn names(&self, key: &str) -> bool {
        self.0.iter().any(|known| known == key)
    }

    /// The refusal of any other key.
    pub(crate) fn refusal() -> ServiceError {
        ServiceError::text(axum::http::StatusCode::NOT_FOUND, "application not found")
    }
}

/// Locks by name.
#[derive(Debug, Default)]
pub(crate) struct NamedLocks(Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>);

impl NamedLocks {
    /// Waits until nobody else holds the lock called `name`.
    pub(crate) async fn hold(&self, name: &str) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            locks.retain(|_, lock| lock.strong_count() > 0);
            let held = locks.get(name).and_then(Weak::upgrade);
            held.unwrap_or_else(|| {
                let lock = Arc::new(tokio::sync::Mutex::new(()));
                locks.insert(name.to_owned(), Arc::downgrade(&lock));
                lock
            })
        };
        lock.lock_owned().await
    }
}

impl State {
    /// Opens the data folder, which is [prepared](prepare). `ca_pem` is the authority of a service with TLS, which trusts itself.
    pub(crate) fn open(
        options: &Options,
        root: &Path,
        authority: String,
        ca_pem: Option<&str>,
    ) -> std::io::Result<Self> {
        let lock = lock(root)?;
        let storage = Storage::open(root)?;
        let database = Database::open(&root.join(DATABASE))?;
        let key = database
            .setting("signing-key", || {
                let mut key = vec![0; 32];
                handles::fill_random(&mut key);
                key
            })
            .map_err(std::io::Error::other)?;
        let limit = clock::now_ms() - UPLOAD_LIFETIME_MS;
        database.expire_uploads(limit).map_err(std::io::Error::other)?;
        storage.forget_other_uploads(&database.open_uploads().map_err(std::io::Error::other)?)?;
        storage.forget_other_objects(&database.recorded_objects().map_err(std::io::Error::other)?)?;
        let fetcher = Fetcher::new(ca_pem);
        let webhooks = match &options.webhook {
            Some(url) => Webhooks::to(fetcher.client()?, url, options.webhook_secret.as_deref())?,
            None => Webhooks::default(),
        };
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Self {
            storage,
            signer: Signer::new(key, options.part_url_lifetime),
            // A folder that is opened again must not see its own names again.
            names: Names::new(options.seed, database.count_run().map_err(std::io::Error::other)?),
            guard: Guard::new(options),
            keys: ApiKeys(options.api_keys.clone()),
            faults: Faults::new(options.faults.clone()),
            requests: RequestLog::new(if options.record_requests { options.kept_requests } else { 0 }),
            intelligent_ingestion: options.intelligent_ingestion,
            metahash: options.metahash,
            complete_pending: options.complete_pending,
            job_polls: options.job_polls,
            control: options.control,
            aliases: Aliases::open(&options.aliases)?,
            page: options.page,
            digests: Digests::default(),
            fetcher,
            webhooks,
            merging: NamedLocks::default(),
            jobs: NamedLocks::default(),
            conversions: Semaphore::new(processors),
            _lock: lock,
            scheme: if options.tls { "https" } else { "http" },
            authority,
            database,
            location_url: options.location_url.clone(),
        })
    }

    /// The address under which the service is reached by default.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.authority.parse::<SocketAddr>().ok().map(|address| address.ip())
    }

    /// The origin under which the client of this request reaches the service.
    pub(crate) fn origin(&self, uri: &Uri, headers: &HeaderMap) -> String {
        format!("{}://{}", self.scheme, self.named(uri, headers))
    }

    /// The origin of file URLs for the client of this request.
    pub(crate) fn file_origin(&self, uri: &Uri, headers: &HeaderMap) -> String {
        format!("{}://{}", self.scheme, hosts::of_files(self.named(uri, headers)))
    }

    /// Where the client of this request is to send the calls after start.
    pub(crate) fn location_url(&self, uri: &Uri, headers: &HeaderMap) -> String {
        match (&self.location_url, self.scheme) {
            (Some(text), _) => text.clone(),
            // As the real service has it: clients put `https://` in front.
            (None, "https") => self.named(uri, headers).to_owned(),
            (None, _) => self.origin(uri, headers),
        }
    }

    /// What the client called us is what works for it, through a forwarded port or another name as well.
    fn named<'a>(&'a self, uri: &'a Uri, headers: &'a HeaderMap) -> &'a str {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let named = uri.authority().map(|authority| authority.as_str()).or(host).filter(|host| !host.is_empty());
        named.unwrap_or(&self.authority)
    }
}

/// Makes the data folder. Links among what the service writes there itself would lead out of it.
pub(crate) fn prepare(root: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(root)?;
    for entry in std::fs::read_dir(root)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_own = OWN_NAMES.iter().any(|own| name.to_str().is_some_and(|name| name.starts_with(own)));
        if is_own && entry.file_type()?.is_symlink() {
            return Err(std::io::Error::other(format!("{} is a symbolic link", name.display())));
        }
    }
    Ok(())
}

/// The same error with what it is about in front.
pub(crate) fn about(what: impl Display, error: &std::io::Error) -> std::io::Error {
    std::io::Error::new(error.kind(), format!("{what}: {error}"))
}

/// Two services in one folder would remove each other's files.
fn lock(root: &Path) -> std::io::Result<File> {
    let file = File::create(root.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(std::io::Error::other(format!("{} is in use by another filestack-local", root.display())))
        }
        Err(TryLockError::Error(error)) => Err(error),
    }
}
