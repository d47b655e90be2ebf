//! Host names: those by which clients reach the service, and those of file URLs.
//!
//! Requests are routed by path, whatever the host. The host only tells how the client thinks of the service: who
//! uploads to `upload.filestackapi.com` expects files at `cdn.filestackcontent.com`, who uploads to
//! `upload.example.com` expects them at `cdn.example.com`, and who knows nothing but `127.0.0.1:8642` stays there.

/// The service's own domains; files of all of them are at [`FILES`].
const DOMAINS: [&str; 3] = ["filestackapi.com", "filestackcontent.com", "filepicker.io"];
const FILES: &str = "cdn.filestackcontent.com";
/// First labels that say what a host is for.
const ROLES: [&str; 7] = ["api", "cdn", "cloud", "process", "static", "upload", "www"];
/// Regional upload hosts have a first label that starts like this.
const REGIONAL: &str = "upload-";

/// The host, with its port, of file URLs for clients that have come to `authority`.
pub(crate) fn of_files(authority: &str) -> String {
    let (host, port) = split_port(authority);
    let lower = host.to_ascii_lowercase();
    let is_own = |domain: &&str| lower.strip_suffix(*domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    let files = match lower.split_once('.') {
        _ if DOMAINS.iter().any(is_own) => FILES.to_owned(),
        Some((role, domain)) if !domain.is_empty() && (ROLES.contains(&role) || role.starts_with(REGIONAL)) => {
            format!("cdn.{domain}")
        }
        _ => return authority.to_owned(),
    };
    format!("{files}{port}")
}

/// The path and query of a URL that leads to the service whose files are at `files`, an origin.
pub(crate) fn own_target<'a>(url: &'a str, files: &str) -> Option<&'a str> {
    let (scheme, rest) = url.split_once("://")?;
    let (authority, target) = rest.split_at(rest.find('/')?);
    let leads_here = format!("{}://{}", scheme.to_ascii_lowercase(), of_files(authority)) == files;
    leads_here.then_some(target)
}

/// The names that a certificate holds beside those that were asked for.
///
/// The wildcard below `localhost` is not enough: OpenSSL and rustls want two labels after the star.
pub(crate) fn certified() -> Vec<String> {
    let own = DOMAINS.iter().flat_map(|domain| [(*domain).to_owned(), format!("*.{domain}")]);
    let local = ROLES.iter().chain(&["*"]).map(|role| format!("{role}.localhost"));
    own.chain(local).collect()
}

/// The host, and the port with its colon.
fn split_port(authority: &str) -> (&str, &str) {
    match authority.rfind(':') {
        // A colon inside of brackets belongs to an address.
        Some(colon) if !authority[colon..].contains(']') => authority.split_at(colon),
        _ => (authority, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_follow_the_role_of_the_host() {
        for (authority, files) in [
            ("upload.filestackapi.com", "cdn.filestackcontent.com"),
            ("upload-eu-west-1.filestackapi.com", "cdn.filestackcontent.com"),
            ("WWW.filestackapi.com:8642", "cdn.filestackcontent.com:8642"),
            ("cdn.filestackcontent.com", "cdn.filestackcontent.com"),
            ("www.filepicker.io", "cdn.filestackcontent.com"),
            ("upload.example.com", "cdn.example.com"),
            ("upload-eu-west-1.example.com", "cdn.example.com"),
            ("www.example.com:1", "cdn.example.com:1"),
            ("cdn.example.com", "cdn.example.com"),
            ("process.localhost:8642", "cdn.localhost:8642"),
            ("127.0.0.1:8642", "127.0.0.1:8642"),
            ("[::1]:8642", "[::1]:8642"),
            ("[::1]", "[::1]"),
            ("localhost", "localhost"),
            ("upload", "upload"),
            ("upload.", "upload."),
            ("files.example.com", "files.example.com"),
            ("notfilestackapi.com", "notfilestackapi.com"),
        ] {
            assert_eq!(of_files(authority), files, "{authority}");
        }
    }

    #[test]
    fn urls_that_lead_back_are_known_under_every_name() {
        let cdn = "https://cdn.filestackcontent.com";
        assert_eq!(own_target("https://cdn.filestackcontent.com/H?a=b", cdn), Some("/H?a=b"));
        assert_eq!(own_target("HTTPS://process.filestackapi.com/flip/H", cdn), Some("/flip/H"));
        assert_eq!(own_target("http://127.0.0.1:1/H", "http://127.0.0.1:1"), Some("/H"));
        for (url, files) in [
            ("http://cdn.filestackcontent.com/H", cdn),
            ("https://cdn.filestackcontent.com", cdn),
            ("https://cdn.example.com/H", cdn),
            ("http://127.0.0.1:11/H", "http://127.0.0.1:1"),
            ("http://127.0.0.1:1@x.io/H", "http://127.0.0.1:1"),
            ("nonsense", cdn),
        ] {
            assert_eq!(own_target(url, files), None, "{url}");
        }
    }
}
