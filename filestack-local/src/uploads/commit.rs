//! `POST /multipart/commit`: the chunks of a part are all there.

use axum::extract::{Request, State as Extracted};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{answer, assembly, check_open, find_upload, open};
use crate::database::PartRecord;
use crate::errors::{Result, ServiceError};
use crate::state::Shared;

/// Merges the chunks of a part.
pub(crate) async fn handle(Extracted(state): Extracted<Shared>, request: Request) -> Response {
    answer(commit(&state, request).await)
}

async fn commit(state: &Shared, request: Request) -> Result<Response> {
    let (_, fields) = open(request).await?;
    let upload = find_upload(state, &fields).await?;
    if !upload.intelligent {
        return Err(ServiceError::invalid_params("fii"));
    }
    // The size here is the whole file's, not the part's; but PHP, which sends forms, has it the other way.
    let announced = fields.integer("size");
    if announced != Some(upload.size) && !fields.is_form {
        return Err(ServiceError::invalid_params("size"));
    }
    let number = fields.part()?;
    check_open(&upload)?;
    let _held = state.merging.hold(&upload.upload_id).await;
    let chunks = state.database.chunks(&upload.upload_id, number).await?;
    let existing = state.database.parts(&upload.upload_id).await?.into_iter().find(|part| part.number == number);
    if chunks.is_empty() {
        return match existing {
            // Said again because the first answer was lost.
            Some(_) => Ok(StatusCode::OK.into_response()),
            None => Err(ServiceError::invalid_params("part")),
        };
    }
    let base = existing.as_ref().map_or(0, |part| part.size);
    let Some(size) = assembly::covered(base, &chunks) else {
        return Err(ServiceError::json(StatusCode::BAD_REQUEST, format!("invalid params: part {number} has a gap")));
    };
    if announced != Some(upload.size) && announced != Some(size) {
        return Err(ServiceError::invalid_params("size"));
    }
    let storage = state.storage.clone();
    let (upload_id, pieces) = (upload.upload_id.clone(), chunks.clone());
    let merged = tokio::task::spawn_blocking(move || {
        let (file, md5) = assembly::merge(&storage, existing.as_ref(), &pieces)?;
        let file = storage.keep_part(&upload_id, file)?;
        Ok::<_, std::io::Error>(PartRecord { number, size, md5, file, intelligent: true })
    });
    let part = merged.await.map_err(ServiceError::internal)??;
    let replaced = state.database.commit_part(&upload.upload_id, part, chunks.clone()).await?;
    for name in replaced.iter().chain(chunks.iter().map(|chunk| &chunk.file)) {
        state.storage.forget_part(name);
    }
    Ok(StatusCode::OK.into_response())
}
