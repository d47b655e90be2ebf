//! The checkpoint of an upload: its journal, when the caller wants one, and whether it may be gone on with.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::context::{Call, Context};
use crate::endpoints::Endpoint;
use crate::error::{Error, ErrorKind, Result};
use crate::generation::Generation;
use crate::web_url;

use super::journal::{Journal, Unusable};
use super::state::{BegunPart, Description, SentPart, Start, State};

/// The journal of an upload. Without one, nothing is noted.
pub(super) struct Checkpoint {
    file: Option<Arc<CheckpointFile>>,
    generation: Arc<Generation>,
}

struct CheckpointFile {
    path: Box<Path>,
    /// While it is open.
    journal: Mutex<Option<Journal>>,
}

impl Checkpoint {
    pub(super) fn new(path: Option<&Path>, call: &Call) -> Self {
        let file = |path: &Path| Arc::new(CheckpointFile { path: path.into(), journal: Mutex::new(None) });
        Checkpoint { file: path.map(file), generation: Arc::clone(call.generation()) }
    }

    /// Opens the journal, and tells what is in it.
    ///
    /// # Errors
    /// `State` while another call has it, or when it is damaged; `Argument` when the file is something else;
    /// `Unsupported` when another version wrote it; `Io`.
    pub(super) async fn open(&self) -> Result<Option<State>> {
        let Some(file) = self.file.clone() else { return Ok(None) };
        let open = move || {
            let (journal, found) = Journal::open(&file.path).map_err(|problem| file.unusable(problem))?;
            *file.journal() = Some(journal);
            Ok(found)
        };
        self.generation.threads().work(open).await
    }

    /// Refuses the journal of another upload.
    ///
    /// # Errors
    /// `State`, which says what differs.
    pub(super) fn check(&self, found: &Start, context: &Context, description: &Description) -> Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let problem = if found.filename != description.filename {
            format!("its file is called '{}', not '{}'", found.filename, description.filename)
        } else if found.options != description.digest_of_options(application(context)?) {
            "it has another key, host, store options, tags or alternative text".to_owned()
        } else if web_url::leaves_tls(context.endpoints().base(Endpoint::Upload), &found.place.host) {
            return Err(file.unusable(Unusable::Damaged));
        } else {
            return Ok(());
        };
        let advice = "finish that one with it, or remove it";
        Err(Error::new(ErrorKind::State, format!("{} is that of another upload: {problem}; {advice}", file.name())))
    }

    /// The error for a source that is not the one of which the storage has parts.
    pub(super) fn other_source(&self) -> Error {
        let name = self.file.as_ref().map_or_else(|| "the checkpoint".to_owned(), |file| file.name());
        let problem = "the source is not the one that it was when";
        let message = format!("{problem} {name} was written: remove the checkpoint to upload it from the beginning");
        Error::new(ErrorKind::SourceChanged, message)
    }

    /// What to do before the same file may be uploaded again.
    pub(super) fn advice(&self) -> String {
        match &self.file {
            Some(file) => format!("look for it, and remove {} to upload it again", file.name()),
            None => "look for it before you upload it again".to_owned(),
        }
    }

    /// Notes that an upload was started.
    pub(super) async fn begin(&self, start: &Start) -> Result<()> {
        let start = start.clone();
        self.note(move |journal| journal.begin(start)).await
    }

    /// Notes a part that the storage has.
    pub(super) async fn part(&self, number: u64, part: &SentPart) -> Result<()> {
        let part = part.clone();
        self.note(move |journal| journal.part(number, &part)).await
    }

    /// Notes how much of a part the storage has.
    pub(super) async fn chunk(&self, number: u64, begun: BegunPart) -> Result<()> {
        self.note(move |journal| journal.chunk(number, &begun)).await
    }

    /// Notes that the service is going to be told to join the parts.
    pub(super) async fn completing(&self) -> Result<()> {
        self.note(Journal::completing).await
    }

    /// Removes the journal of an upload that is done.
    pub(super) async fn remove(&self) -> Result<()> {
        self.note(|journal| journal.remove()).await
    }

    /// Closes the journal, so that another call can have it. One in which nothing stands is removed.
    pub(super) async fn end(self) {
        let Some(file) = self.file else { return };
        let close = move || {
            if let Some(journal) = file.journal().take()
                && journal.is_empty()
            {
                // It is no worse than before when this fails.
                let _ = journal.remove();
            }
            Ok(())
        };
        // Without a thread for it, the last reference closes it.
        let _ = self.generation.threads().work(close).await;
    }

    async fn note(&self, note: impl FnOnce(&mut Journal) -> io::Result<()> + Send + 'static) -> Result<()> {
        let Some(file) = self.file.clone() else { return Ok(()) };
        let write = move || {
            let mut journal = file.journal();
            let noted = journal.as_mut().map_or(Ok(()), note);
            noted.map_err(|cause| Error::io(format!("cannot write {}", file.name()), &cause))
        };
        self.generation.threads().work(write).await
    }
}

impl CheckpointFile {
    fn journal(&self) -> MutexGuard<'_, Option<Journal>> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn name(&self) -> String {
        format!("the checkpoint '{}'", self.path.display())
    }

    fn unusable(&self, problem: Unusable) -> Error {
        let name = self.name();
        match problem {
            Unusable::InUse => {
                let problem = "is in use by another call or process: wait for its end";
                Error::new(ErrorKind::State, format!("{name} {problem}"))
            }
            Unusable::Foreign => Error::argument(format!("{name} is a file of another kind: choose another path")),
            Unusable::OtherVersion => {
                let problem = "was written by another version of this library: finish the upload with that one";
                Error::new(ErrorKind::Unsupported, format!("{name} {problem}, or remove the file"))
            }
            Unusable::Damaged => {
                let advice = "look whether the file is stored, and remove the checkpoint to upload it again";
                Error::new(ErrorKind::State, format!("{name} is damaged: {advice}"))
            }
            Unusable::Io(cause) => Error::io(format!("cannot open {name}"), &cause),
        }
    }
}

/// Whose uploads have the same options.
pub(super) fn application(context: &Context) -> Result<[&str; 2]> {
    Ok([context.api_key("an upload")?, context.endpoints().base(Endpoint::Upload)])
}
