//! The context of a call: the application's key, credentials, hosts and connections.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fmt;
use std::future::{Future, pending};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use serde_json::{Map, Value};

use crate::endpoints::Endpoints;
use crate::error::{Error, ErrorKind, Result};
use crate::generation::{Epoch, Generation};
use crate::limits::{Limits, Turn};
use crate::location::Location;
use crate::operation::Operation;
use crate::options::{ClientOptions, Control};
use crate::progress::Reports;
use crate::reporter::Reporter;
use crate::security::Security;
use crate::threads::Threads;
use crate::transport::{Blueprint, Reply, Request, Transport};
use crate::web_url;

/// After this time a call has had its turn for long.
const LONG: Duration = Duration::from_millis(500);

/// What every call to the service needs. Clones share the connections.
#[derive(Clone)]
pub struct Context {
    shared: Arc<Shared>,
    security: Option<Security>,
}

struct Shared {
    api_key: Option<String>,
    storage: Location,
    endpoints: Endpoints,
    blueprint: Arc<Blueprint>,
    /// Those of the present epoch, or of an earlier one when no call was made since. Behind no lock: one that another
    /// thread holds during a fork would stay locked in the child.
    connections: ArcSwapOption<Connections>,
}

/// What the calls of a client share in one epoch.
struct Connections {
    epoch: Epoch,
    transport: Transport,
    limits: Arc<Limits>,
    temporary_folder: Option<PathBuf>,
}

/// One running call: what it runs on and what controls it.
pub(crate) struct Call {
    operation: Operation,
    reports: Reports,
    connections: Arc<Connections>,
    generation: Arc<Generation>,
    /// Where certificates passed verification, when the call outlasts changes of the network.
    verified: Option<Mutex<BTreeSet<String>>>,
}

impl Call {
    /// Lets the call go on through changes of the network, such as a captive portal's.
    pub(crate) fn outlasting_network(self) -> Self {
        self.operation.outlast_network();
        Call { verified: Some(Mutex::default()), ..self }
    }

    /// The result of `work`, or the error of the call's end. The observer of the call is told of its end before this
    /// returns, so a call runs once.
    pub(crate) async fn run<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let running = self.operation.run(work);
        let Some(mut reporter) = Reporter::start(&self.reports, &self.operation, &self.generation)? else {
            let outcome = running.await;
            self.operation.finish();
            return outcome;
        };
        let outcome = tokio::select! {
            biased;
            outcome = running => outcome,
            failure = reporter.failure() => Err(failure),
        };
        self.operation.finish();
        reporter.end().await;
        outcome
    }

    /// The result of `work`, which needs descriptors or threads and is begun when it is the call's turn. Until then it
    /// has no memory either.
    pub(crate) async fn in_turn<T>(&self, work: impl AsyncFnOnce() -> Result<T>) -> Result<T> {
        let limits = self.limits();
        let turn = match limits.turn_now() {
            Some(turn) => turn,
            None => {
                self.operation.wait_for_turn(true);
                let turn = limits.turn().await?;
                self.operation.wait_for_turn(false);
                turn
            }
        };
        tokio::select! {
            biased;
            outcome = Box::pin(work()) => outcome,
            never = self.make_room(turn) => match never {},
        }
    }

    /// Lets others have the turn: when this call has had it for long, and when it waits for the host.
    async fn make_room(&self, turn: Turn) -> Infallible {
        let mut turn = Some(turn);
        let lengthen = async {
            tokio::time::sleep(LONG).await;
            if let Ok(long) = self.limits().long_turn().await {
                turn = Some(long);
            }
            pending::<()>().await;
        };
        tokio::select! {
            () = lengthen => {}
            () = self.operation.until_waiting_for_host() => {}
        }
        drop(turn);
        pending().await
    }

    /// What controls the call.
    pub(crate) fn operation(&self) -> &Operation {
        &self.operation
    }

    /// The limits that the call shares with the client's other ones.
    pub(crate) fn limits(&self) -> &Arc<Limits> {
        &self.connections.limits
    }

    /// Where content is copied to that cannot tell its size.
    pub(crate) fn temporary_folder(&self) -> Option<&Path> {
        self.connections.temporary_folder.as_deref()
    }

    /// Where work that blocks is done.
    pub(crate) fn threads(&self) -> &Threads {
        self.generation.threads()
    }

    /// What the call runs on, for work that goes on without it.
    pub(crate) fn generation(&self) -> &Arc<Generation> {
        &self.generation
    }

    /// Runs `attempt` until it succeeds, fails for good, or the retries are used up.
    pub(crate) async fn retry<T, F, Fut>(&self, attempt: F) -> Result<T>
    where
        F: FnMut() -> Fut + Send,
        Fut: Future<Output = Result<T>> + Send,
    {
        self.connections.transport.retry(&self.operation, attempt).await
    }

    /// Sends `request` once.
    pub(crate) async fn send(&self, request: &Request) -> Result<Reply> {
        let outcome = self.connections.transport.send(request, &self.operation).await;
        if let Some(verified) = &self.verified
            && let Some(origin) = web_url::secure_origin(request.url())
        {
            let mut verified = verified.lock().unwrap_or_else(PoisonError::into_inner);
            match outcome {
                // Somebody else answers for the service, and may go away.
                Err(failure) if failure.kind() == ErrorKind::Tls => {
                    let was_itself = verified.contains(&origin);
                    let is_retryable = failure.is_retryable() || was_itself;
                    return Err(failure.with_retryable(is_retryable));
                }
                Err(failure) if failure.http_status().is_none() => return Err(failure),
                outcome => {
                    verified.insert(origin);
                    return outcome;
                }
            }
        }
        outcome
    }

    /// Sends `request` with retries and reads the JSON object that it is answered with.
    pub(crate) async fn json(&self, request: &Request) -> Result<Map<String, Value>> {
        self.retry(|| async { self.send(request).await?.json_object().await }).await
    }

    /// Sends `request` with retries, within the call's limit, and returns the JSON object that it is answered with as text.
    pub(crate) async fn json_text(&self, request: &Request) -> Result<String> {
        let reply = self.run(self.json(request)).await?;
        Ok(Value::Object(reply).to_string())
    }

    /// Sends `request` with retries and reads the JSON value that it is answered with.
    pub(crate) async fn json_value(&self, request: &Request) -> Result<Value> {
        self.retry(|| async { self.send(request).await?.json_value().await }).await
    }
}

impl Context {
    /// The context of the application with `api_key`.
    ///
    /// # Errors
    /// `Argument` when the key is empty or an option cannot be used.
    pub(crate) fn new(api_key: Option<&str>, options: ClientOptions) -> Result<Self> {
        if let Some(key) = api_key
            && (key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)))
        {
            return Err(Error::argument(format!(
                "the API key '{key}' must consist of letters and digits: copy it from the developer portal"
            )));
        }
        let blueprint = Arc::new(Blueprint::new(options.network, options.host)?);
        let connections = Connections::new(&blueprint)?;
        let shared = Shared {
            api_key: api_key.map(str::to_owned),
            storage: options.storage,
            endpoints: options.endpoints,
            blueprint,
            connections: ArcSwapOption::from_pointee(connections),
        };
        Ok(Context { shared: Arc::new(shared), security: options.security })
    }

    /// Begins a call. `what` names it in errors: "download of 'H'". Its time is the call's limit, or else the client's.
    ///
    /// # Errors
    /// `Resources` when the library's threads cannot be started.
    pub(crate) fn begin(&self, control: Control<'_>, what: &str, limit: Option<Duration>) -> Result<Call> {
        self.begin_waiting(control, what, limit.or(self.shared.blueprint.settings().total_timeout))
    }

    /// Begins a call that waits for something that takes its time: the client's limit is not for it.
    ///
    /// # Errors
    /// Those of [`Context::begin`].
    pub(crate) fn begin_waiting(&self, control: Control<'_>, what: &str, limit: Option<Duration>) -> Result<Call> {
        let operation = control.operation.cloned().unwrap_or_default();
        operation.begin(what, limit);
        let generation = self.shared.blueprint.host().generation()?;
        generation.begin(&operation);
        let reports = control.reports.clone();
        Ok(Call { operation, reports, connections: self.shared.connections()?, generation, verified: None })
    }

    /// The same context with other credentials.
    #[must_use]
    pub(crate) fn with_security(&self, security: Option<Security>) -> Self {
        Context { shared: Arc::clone(&self.shared), security }
    }

    /// The same context with the credentials of one call, when it has some.
    #[must_use]
    pub(crate) fn signed_by(&self, call: Option<&Security>) -> Self {
        self.with_security(self.call_security(call).cloned())
    }

    /// The credentials of one call, or else the context's.
    pub(crate) fn call_security<'a>(&'a self, call: Option<&'a Security>) -> Option<&'a Security> {
        call.or(self.security.as_ref())
    }

    /// Puts the credentials into the members of a JSON body, where the upload API wants them.
    pub(crate) fn sign_members(&self, body: &mut Map<String, Value>) {
        if let Some(security) = &self.security {
            body.insert("policy".into(), security.policy_b64().into());
            body.insert("signature".into(), security.signature().into());
        }
    }

    /// The API key, or an error that says what needs it.
    pub(crate) fn api_key(&self, needed_by: &str) -> Result<&str> {
        self.optional_api_key().ok_or_else(|| {
            Error::argument(format!("{needed_by} needs an API key, but the client was made without one"))
        })
    }

    pub(crate) fn optional_api_key(&self) -> Option<&str> {
        self.shared.api_key.as_deref()
    }

    pub(crate) fn storage(&self) -> Location {
        self.shared.storage
    }

    pub(crate) fn endpoints(&self) -> &Endpoints {
        &self.shared.endpoints
    }
}

impl Shared {
    /// The connections of the present epoch.
    fn connections(&self) -> Result<Arc<Connections>> {
        let epoch = self.blueprint.host().epoch();
        if let Some(found) = self.connections.load_full()
            && found.epoch == epoch
        {
            return Ok(found);
        }
        let fresh = Arc::new(Connections::new(&self.blueprint)?);
        leave(self.connections.swap(Some(Arc::clone(&fresh))), epoch);
        Ok(fresh)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        leave(self.connections.swap(None), self.blueprint.host().epoch());
    }
}

impl Connections {
    fn new(blueprint: &Arc<Blueprint>) -> Result<Self> {
        let settings = blueprint.settings();
        let limits = Arc::new(Limits::new(settings.max_requests, settings.memory_limit));
        let transport = Transport::new(blueprint, Arc::clone(&limits))?;
        let temporary_folder = settings.temporary_folder.clone();
        Ok(Connections { epoch: blueprint.host().epoch(), transport, limits, temporary_folder })
    }
}

/// Parts with connections. Those of a parent process are leaked: closing them here would take their sockets out of
/// the poll set that the parent shares, and their locks may be held by threads that do not exist in this process.
fn leave(connections: Option<Arc<Connections>>, now: Epoch) {
    if let Some(connections) = connections
        && connections.epoch.forks != now.forks
    {
        mem::forget(connections);
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("api_key", &self.shared.api_key)
            .field("storage", &self.shared.storage)
            .field("endpoints", &self.shared.endpoints)
            .finish_non_exhaustive()
    }
}
