//! Analysis of a file: what the service finds in it, and the workflows that it runs on it.

use crate::error::Result;
use crate::options::RequestOptions;

use super::Filelink;

impl Filelink {
    /// Words for what the picture shows, as a JSON object. Needs credentials.
    ///
    /// # Errors
    /// As [`crate::Transformation::answer`].
    pub async fn tags(&self, options: &RequestOptions) -> Result<String> {
        self.transform().answer("tags", &[], options).await
    }

    /// Whether the picture is safe for work, as a JSON object. Needs credentials.
    ///
    /// # Errors
    /// As [`crate::Transformation::answer`].
    pub async fn sfw(&self, options: &RequestOptions) -> Result<String> {
        self.transform().answer("sfw", &[], options).await
    }

    /// The text in the picture, as a JSON object. Needs credentials.
    ///
    /// # Errors
    /// As [`crate::Transformation::answer`].
    pub async fn ocr(&self, options: &RequestOptions) -> Result<String> {
        self.transform().answer("ocr", &[], options).await
    }

    /// Starts a workflow on the file and returns the service's reply with the job's id. Needs credentials.
    ///
    /// # Errors
    /// As [`crate::Transformation::answer`].
    pub async fn run_workflow(&self, id: &str, options: &RequestOptions) -> Result<String> {
        self.transform().answer("run_workflow", &[("id", id.into())], options).await
    }
}
