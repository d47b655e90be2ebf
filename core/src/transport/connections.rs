//! New connections: noticed where they are made, for the request that is waiting for one.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

tokio::task_local! {
    /// Whether a connection was opened for the request of this task.
    static HAS_OPENED: Arc<AtomicBool>;
}

/// The result of `sending`, and whether a connection was opened for it.
pub(super) async fn noticed<T>(sending: impl Future<Output = T>) -> (T, bool) {
    let has_opened = Arc::new(AtomicBool::new(false));
    let outcome = HAS_OPENED.scope(Arc::clone(&has_opened), sending).await;
    (outcome, has_opened.load(Ordering::Relaxed))
}

/// Puts [`Noticing`] around the service that connects.
#[derive(Clone, Copy)]
pub(super) struct Notice;

impl<S> Layer<S> for Notice {
    type Service = Noticing<S>;

    fn layer(&self, inner: S) -> Noticing<S> {
        Noticing(inner)
    }
}

/// Connects, and notes it.
#[derive(Clone)]
pub(super) struct Noticing<S>(S);

impl<Target, S: Service<Target>> Service<Target> for Noticing<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, target: Target) -> S::Future {
        // Outside of a request there is nobody to tell.
        let _ = HAS_OPENED.try_with(|has_opened| has_opened.store(true, Ordering::Relaxed));
        self.0.call(target)
    }
}
