//! Endpoints: the URLs of the service's parts.

use url::Url;

use crate::domain;
use crate::error::{Error, ErrorKind, Result};
use crate::web_url;

const API: &str = "https://www.filestackapi.com/api";
const CDN: &str = "https://cdn.filestackcontent.com";
const PROCESS: &str = "https://process.filestackapi.com";
const UPLOAD: &str = "https://upload.filestackapi.com";
const CLOUD: &str = "https://cloud.filestackapi.com";

/// The domains that a CNAME takes the place of.
const DOMAINS: [&str; 2] = ["filestackapi.com", "filestackcontent.com"];

/// The longest of the sub-domains above.
const LONGEST_SUBDOMAIN: &str = "process.";

/// One part of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// Files and their metadata: `https://www.filestackapi.com/api`.
    Api,
    /// Delivery and transformations: `https://cdn.filestackcontent.com`.
    Cdn,
    /// Processing by JSON: `https://process.filestackapi.com`.
    Process,
    /// Uploads: `https://upload.filestackapi.com`.
    Upload,
    /// Cloud drives: `https://cloud.filestackapi.com`.
    Cloud,
}

/// The base URL of each part, without a final slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    api: String,
    cdn: String,
    process: String,
    upload: String,
    cloud: String,
}

impl Default for Endpoints {
    fn default() -> Self {
        Endpoints {
            api: API.into(),
            cdn: CDN.into(),
            process: PROCESS.into(),
            upload: UPLOAD.into(),
            cloud: CLOUD.into(),
        }
    }
}

impl Endpoints {
    /// All parts on one origin, as `filestack-local` serves them. The API keeps its path `/api`.
    ///
    /// # Errors
    /// `Argument` when `origin` is not an http or https URL with a host.
    pub fn on_one_origin(origin: &str) -> Result<Self> {
        let base = checked_base(origin)?;
        Ok(Endpoints {
            api: format!("{base}/api"),
            cdn: base.clone(),
            process: base.clone(),
            upload: base.clone(),
            cloud: base,
        })
    }

    /// The service under the customer's own domain: sub-domains and paths are kept, so that
    /// `cdn.filestackcontent.com` becomes `cdn.<domain>`.
    ///
    /// # Errors
    /// `Argument` with the reason when `domain` is not a bare domain of two labels or more: an IP address, a wildcard,
    /// a name with a port, an underscore or a final dot. For a name in another script the message has the `xn--` form
    /// to write.
    pub fn with_cname(domain: &str) -> Result<Self> {
        domain::check_cname(domain, LONGEST_SUBDOMAIN.len())?;
        let replaced =
            |base: &str| DOMAINS.iter().fold(base.to_owned(), |base, original| base.replace(original, domain));
        Ok(Endpoints {
            api: replaced(API),
            cdn: replaced(CDN),
            process: replaced(PROCESS),
            upload: replaced(UPLOAD),
            cloud: replaced(CLOUD),
        })
    }

    /// Replaces the base URL of one part.
    ///
    /// # Errors
    /// `Argument` when `url` is not an http or https URL with a host.
    pub fn set(&mut self, endpoint: Endpoint, url: &str) -> Result<()> {
        let base = checked_base(url)?;
        match endpoint {
            Endpoint::Api => self.api = base,
            Endpoint::Cdn => self.cdn = base,
            Endpoint::Process => self.process = base,
            Endpoint::Upload => self.upload = base,
            Endpoint::Cloud => self.cloud = base,
        }
        Ok(())
    }

    /// The base URL of one part, without a final slash.
    #[must_use]
    pub fn base(&self, endpoint: Endpoint) -> &str {
        match endpoint {
            Endpoint::Api => &self.api,
            Endpoint::Cdn => &self.cdn,
            Endpoint::Process => &self.process,
            Endpoint::Upload => &self.upload,
            Endpoint::Cloud => &self.cloud,
        }
    }

    /// The host names of some parts, sorted, each once.
    pub(crate) fn hosts(&self, endpoints: &[Endpoint]) -> Vec<String> {
        let host = |endpoint: &Endpoint| Url::parse(self.base(*endpoint)).ok()?.host_str().map(str::to_owned);
        let hosts: std::collections::BTreeSet<_> = endpoints.iter().filter_map(host).collect();
        hosts.into_iter().collect()
    }

    /// The base URL of the upload host that the service named for one upload: a bare host is reached as the
    /// configured upload endpoint is, and a full URL may not leave TLS.
    ///
    /// # Errors
    /// `Protocol` when the name is not a host or URL, or leads from https to http.
    pub(crate) fn upload_location(&self, location: &str) -> Result<String> {
        let refused = |why: &str| {
            Error::new(ErrorKind::Protocol, format!("the service names the upload host '{location}', which {why}"))
        };
        let secure = self.upload.starts_with("https://");
        let url = if location.contains("://") {
            location.to_owned()
        } else {
            format!("{}://{location}", if secure { "https" } else { "http" })
        };
        let base = checked_base(&url).map_err(|_| refused("is not a host name"))?;
        if web_url::leaves_tls(&self.upload, &base) {
            return Err(refused("would send the upload without TLS"));
        }
        Ok(base)
    }
}

/// `url` without its final slash, when it is one that requests can be sent below.
fn checked_base(url: &str) -> Result<String> {
    let refused =
        || Error::argument(format!("'{url}' must be a URL such as 'https://example.com', without query and fragment"));
    let parsed = Url::parse(url).map_err(|_| refused())?;
    // The parser repairs what was a slip: it drops tabs and line ends, and takes backslashes for slashes.
    let is_plain = !url.contains(|letter: char| letter.is_control() || letter.is_whitespace() || letter == '\\');
    let usable = is_plain
        && matches!(parsed.scheme(), "http" | "https")
        && parsed.host_str().is_some_and(|host| !host.contains('*'))
        && parsed.query().is_none()
        && parsed.fragment().is_none()
        && parsed.username().is_empty()
        && parsed.password().is_none();
    if !usable {
        return Err(refused());
    }
    Ok(parsed.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cname_takes_the_place_of_both_domains() {
        let endpoints = Endpoints::with_cname("newcname.com").unwrap();
        assert_eq!(endpoints.base(Endpoint::Cdn), "https://cdn.newcname.com");
        assert_eq!(endpoints.base(Endpoint::Upload), "https://upload.newcname.com");
        assert_eq!(endpoints.base(Endpoint::Process), "https://process.newcname.com");
        assert_eq!(endpoints.base(Endpoint::Cloud), "https://cloud.newcname.com");
        assert_eq!(endpoints.base(Endpoint::Api), "https://www.newcname.com/api");
        for bad in ["", "https://a.com", "a.com/x", "a b", "a.com:80"] {
            assert!(Endpoints::with_cname(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn one_origin_serves_all() {
        let endpoints = Endpoints::on_one_origin("http://127.0.0.1:8080/").unwrap();
        assert_eq!(endpoints.base(Endpoint::Cdn), "http://127.0.0.1:8080");
        assert_eq!(endpoints.base(Endpoint::Api), "http://127.0.0.1:8080/api");
        assert!(Endpoints::on_one_origin("http://my_service:8080").is_ok(), "as containers are named");
        for bad in [
            "",
            "127.0.0.1:80",
            "ftp://x",
            "http://x?y",
            "http://x#y",
            "http://u:p@x",
            "http://",
            "http://x\n",
            " http://x",
            "http://x\r\nX-Evil: 1",
            "http://ex\tample.com",
            "http://x/a b",
            "http:\\\\x",
            "https://*.example.com",
        ] {
            assert!(Endpoints::on_one_origin(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_upload_location_never_leaves_tls() {
        let service = Endpoints::default();
        assert_eq!(
            service.upload_location("upload-eu.filestackapi.com").unwrap(),
            "https://upload-eu.filestackapi.com"
        );
        assert!(service.upload_location("http://127.0.0.1:1").is_err());
        assert!(service.upload_location("").is_err());
        let local = Endpoints::on_one_origin("http://127.0.0.1:8080").unwrap();
        assert_eq!(local.upload_location("127.0.0.1:9").unwrap(), "http://127.0.0.1:9");
        assert_eq!(local.upload_location("https://127.0.0.1:9").unwrap(), "https://127.0.0.1:9");
    }
}
