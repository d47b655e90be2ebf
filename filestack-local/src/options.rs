//! What the service can be told: the command line, and the same as a plain struct.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use crate::content::aliases;
use crate::faults::Rule;

/// The API key that commands are given when none was set; 22 characters, as the real ones.
pub const DEFAULT_API_KEY: &str = "AFilestackLocalApiKeyz";

const DEFAULT_JOB_POLLS: u32 = 2;
const DEFAULT_KEPT_REQUESTS: usize = 10_000;
const DEFAULT_PART_URL_LIFETIME: u32 = 3600;

/// How a [`Service`](crate::Service) is to run.
///
/// ```
/// let options = filestack_local::Options { secret: Some("SECRET".into()), ..Default::default() };
/// assert_eq!(options.port, 0);
/// ```
#[derive(Debug, Clone)]
pub struct Options {
    /// Address to listen on. Default: 127.0.0.1.
    pub listen: IpAddr,
    /// TCP port; 0 takes a free one. Default: 0.
    pub port: u16,
    /// Folder for files and records, made if missing. Default: a temporary folder that goes with the service.
    pub data: Option<PathBuf>,
    /// The application's secret; with one, calls need a policy and a signature. Default: none.
    pub secret: Option<String>,
    /// Serve calls without credentials although there is a secret, but for those that always need some. Default: off.
    pub open: bool,
    /// Accept policies in padded, URL-safe base64 only. Default: off, which reads the other alphabet as well.
    pub strict_base64: bool,
    /// API keys that are accepted. Default: none, which accepts every key that is not empty.
    pub api_keys: Vec<String>,
    /// Serve HTTPS with a certificate of its own authority. Default: off.
    pub tls: bool,
    /// Names for the certificate beside its own and those of the real service; `*.` may lead. Default: none.
    pub tls_names: Vec<String>,
    /// PEM file of the authorities whose certificates clients must show, with TLS. Default: none, and none is asked for.
    pub tls_client_ca: Option<PathBuf>,
    /// What start and upload calls name as `location_url`. Default: the host that the client used, behind `http://`
    /// without TLS and bare with it, as the real service has it.
    pub location_url: Option<String>,
    /// Grant Intelligent Ingestion to uploads that ask for it. Default: on.
    pub intelligent_ingestion: bool,
    /// Give a hash with every start call that its complete call must bring back, with the same name and type. Default:
    /// off.
    pub metahash: bool,
    /// Seconds for which the signed URL of a part is good. Default: 3600.
    pub part_url_lifetime: u32,
    /// Folders whose files are sources, by the names of their storage aliases. Default: none.
    pub aliases: Vec<(String, PathBuf)>,
    /// How many complete calls of each upload are answered with 202 before one is carried out. Default: 0.
    pub complete_pending: u32,
    /// How many requests for a video job or a workflow's status are answered before it is done. Default: 2.
    pub job_polls: u32,
    /// URL that is told of uploads, overwrites and deletions. Default: none.
    pub webhook: Option<String>,
    /// Secret that signs what is sent to `webhook`. Default: none, which leaves it unsigned.
    pub webhook_secret: Option<String>,
    /// Faults from the start on; see [`Rule`] for the form. More can be added while the service runs.
    pub faults: Vec<Rule>,
    /// Serve `/local/faults` and `/local/requests` to clients on this machine. Default: off.
    pub control: bool,
    /// Where handles and ids begin that then are the same in every run, for calls in the same order. Default: none,
    /// and nobody can guess them.
    pub seed: Option<u64>,
    /// Keep a log of requests that [`Service::requests`](crate::Service::requests) returns. Default: on.
    pub record_requests: bool,
    /// How many requests the log keeps; older ones go. Default: 10 000.
    pub kept_requests: usize,
    /// Serve a page about files and requests to browsers on this machine. Default: on.
    pub page: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            data: None,
            secret: None,
            open: false,
            strict_base64: false,
            api_keys: Vec::new(),
            tls: false,
            tls_names: Vec::new(),
            tls_client_ca: None,
            location_url: None,
            intelligent_ingestion: true,
            metahash: false,
            part_url_lifetime: DEFAULT_PART_URL_LIFETIME,
            aliases: Vec::new(),
            complete_pending: 0,
            job_polls: DEFAULT_JOB_POLLS,
            webhook: None,
            webhook_secret: None,
            faults: Vec::new(),
            control: false,
            seed: None,
            record_requests: true,
            kept_requests: DEFAULT_KEPT_REQUESTS,
            page: true,
        }
    }
}

/// `on` or `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    On,
    Off,
}

/// A local Filestack service: uploads, delivery, transformations and file metadata on one port.
///
/// Files are kept on disk; no account is needed. Point a client's upload, CDN and API base URLs at the printed
/// address. With a COMMAND the service runs for as long as the command does and exits with its status.
#[derive(Debug, Parser)]
#[command(name = "filestack-local", version, after_help = AFTER_HELP)]
pub(crate) struct CommandLine {
    /// TCP port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Address to listen on.
    #[arg(long, value_name = "ADDR", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,
    /// Folder for files and records, made if missing [default: a temporary folder, removed at the end]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Application secret: calls then need a policy and a signature made with it.
    #[arg(long)]
    secret: Option<String>,
    /// Serve calls without credentials all the same, but for those that always need some.
    #[arg(long, requires = "secret")]
    open: bool,
    /// Refuse policies that are not in padded, URL-safe base64.
    #[arg(long)]
    strict_base64: bool,
    /// API key to accept, repeatable [default: any key that is not empty]
    #[arg(long = "apikey", value_name = "KEY")]
    api_keys: Vec<String>,
    /// Serve HTTPS; the certificate authority's PEM file is printed with the address.
    #[arg(long)]
    tls: bool,
    /// Further name for the certificate, repeatable; *.NAME stands for all names below it.
    #[arg(long = "tls-name", value_name = "NAME", requires = "tls")]
    tls_names: Vec<String>,
    /// With --tls, demand a client certificate that an authority of this PEM file has signed.
    #[arg(long, value_name = "FILE", requires = "tls")]
    tls_client_ca: Option<PathBuf>,
    /// Name this as the host of the calls after start [default: the host that the client used]
    #[arg(long, value_name = "TEXT")]
    location_url: Option<String>,
    /// Grant Intelligent Ingestion to uploads that ask for it.
    #[arg(long, value_enum, default_value_t = Switch::On)]
    fii: Switch,
    /// Give a metahash with each start call, and refuse complete calls without it or with another name or type.
    #[arg(long)]
    metahash: bool,
    /// Let the signed URLs of parts expire after so long; 0 expires them at once.
    #[arg(long, value_name = "SECONDS", default_value_t = DEFAULT_PART_URL_LIFETIME)]
    part_url_lifetime: u32,
    /// Serve the files below DIR as src://NAME/PATH, repeatable; nothing outside of DIR can be reached.
    #[arg(long = "alias", value_name = "NAME=DIR", value_parser = aliases::parse)]
    aliases: Vec<(String, PathBuf)>,
    /// Answer the first K complete calls of each upload with 202.
    #[arg(long, value_name = "K", default_value_t = 0)]
    complete_pending: u32,
    /// Answer the first K requests for each video job or workflow status as if it were under way.
    #[arg(long, value_name = "K", default_value_t = DEFAULT_JOB_POLLS)]
    job_polls: u32,
    /// Tell this URL of uploads, overwrites and deletions.
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,
    /// Sign what is sent to the webhook.
    #[arg(long, value_name = "SECRET", requires = "webhook")]
    webhook_secret: Option<String>,
    /// Take handles and ids from a sequence that begins here [default: from the system, impossible to guess]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Misbehave on purpose, repeatable; see below for the form of RULE.
    #[arg(long = "fault", value_name = "RULE")]
    faults: Vec<Rule>,
    /// Serve /local/faults and /local/requests to clients on this machine.
    #[arg(long)]
    control: bool,
    /// How many requests /local/requests remembers.
    #[arg(long, value_name = "N", default_value_t = DEFAULT_KEPT_REQUESTS, requires = "control")]
    keep_requests: usize,
    /// Serve a page about files and requests at / to browsers on this machine.
    #[arg(long, value_enum, default_value_t = Switch::On)]
    page: Switch,
    /// Command to run while the service is up, with its arguments.
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

const AFTER_HELP: &str = "\
Environment of COMMAND:
  FILESTACK_LOCAL_URL         the service's address
  FILESTACK_LOCAL_CA          PEM file of the certificate authority (only with --tls)
  FILESTACK_LOCAL_API_KEY     an API key that is accepted; FILESTACK_LOCAL_APIKEY is the same
  FILESTACK_LOCAL_APP_SECRET  the application secret (only with --secret); FILESTACK_LOCAL_SECRET
                              is the same

Fault rules: 'METHOD PATHGLOB NTH ACTION'
  METHOD    an HTTP method, or * for all
  PATHGLOB  matched against the whole raw path with its query; * stands for any text, slashes too
  NTH       which of the matching requests: 1, 2-3, 1- (from the first on), or *
  ACTION    instead of carrying the request out:
              status:CODE[:BODY] [header=NAME:VALUE].. [retry-after=SECONDS]
                              answer with CODE. A BODY that begins with a quote or looks like an
                              option, and a header with blanks, is put in double quotes, in which
                              \\\" and \\\\ stand for quotes and backslashes
              reset           TCP reset before the request's body is read
              reset-body:BYTES  TCP reset when BYTES of the request's body have come
              garbage         200, application/json, malformed JSON
              notjson         200, text/plain, 'Invalid Application'
              endless         200, application/json, a body that never ends
              hang            never answer
              skew            403 RequestTimeTooSkewed, as storage says it
              bad-digest      400 BadDigest, as storage says it
            while carrying it out:
              delay:MS        begin only after MS milliseconds
              reset-after     TCP reset instead of the reply
              reset-mid       TCP reset in the middle of the reply's body
              truncate:BYTES  announce the whole reply, close the connection after BYTES of its body
              drip:BYTES/MS   send the reply's body BYTES at a time, MS milliseconds apart
              no-etag         answer without the ETag header
              wrong-etag      answer with another ETag
  Examples: --fault 'PUT /s3/* 2 status:503 retry-after=1'
            --fault 'POST /multipart/* * status:401:{\"error\":\"no\"} header=\"X-Why: on purpose\"'

Control (--control, this machine only, never subject to faults):
  POST /local/faults    JSON list of rules to add; GET lists them, DELETE removes them all
  GET /local/requests   one JSON object a line: number, method, path, status, duration, headers, size and
                        SHA-256 of the body, and the beginning of it if it is text, secrets masked;
                        ?since=N for those after number N; DELETE forgets them all

Page (this machine only; --page off makes it go away):
  GET /                 stored files, the latest requests (with --control) and a form for transformations;
                        with --secret it signs links, so everybody with an account on this machine can
                        look at the files";

impl CommandLine {
    /// Splits into what the service is told and the command to run.
    pub(crate) fn into_parts(self) -> (Options, Vec<OsString>) {
        let options = Options {
            listen: self.listen,
            port: self.port,
            data: self.data,
            secret: self.secret,
            open: self.open,
            strict_base64: self.strict_base64,
            api_keys: self.api_keys,
            tls: self.tls,
            tls_names: self.tls_names,
            tls_client_ca: self.tls_client_ca,
            location_url: self.location_url,
            intelligent_ingestion: self.fii == Switch::On,
            metahash: self.metahash,
            part_url_lifetime: self.part_url_lifetime,
            aliases: self.aliases,
            complete_pending: self.complete_pending,
            job_polls: self.job_polls,
            webhook: self.webhook,
            webhook_secret: self.webhook_secret,
            faults: self.faults,
            control: self.control,
            seed: self.seed,
            record_requests: self.control,
            kept_requests: self.keep_requests,
            page: self.page == Switch::On,
        };
        (options, self.command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn a_command_follows_two_dashes() {
        let line = ["filestack-local", "--fii", "off", "--apikey", "A", "--apikey", "B", "--", "sh", "-c", "true"];
        let (options, command) = CommandLine::try_parse_from(line).unwrap().into_parts();
        assert!(!options.intelligent_ingestion);
        assert_eq!(options.api_keys, ["A", "B"]);
        assert_eq!(command, ["sh", "-c", "true"]);
    }

    #[test]
    fn some_options_need_others() {
        let parse = |line: &[&str]| CommandLine::try_parse_from([&["filestack-local"], line].concat());
        let line =
            ["--secret", "S", "--open", "--tls", "--tls-name", "a.test", "--tls-name", "*.b.test", "--seed", "7"];
        let (options, _) = parse(&line).unwrap().into_parts();
        assert!(options.open && !options.strict_base64 && !options.metahash);
        assert_eq!((options.tls_names.join(" "), options.seed), ("a.test *.b.test".to_owned(), Some(7)));
        for alone in [
            &["--open"][..],
            &["--tls-name", "a.test"],
            &["--tls-client-ca", "ca.pem"],
            &["--seed", "x"],
            &["--part-url-lifetime", "-1"],
        ] {
            assert!(parse(alone).is_err(), "{alone:?}");
        }
    }

    #[test]
    fn aliases_have_names_and_folders() {
        let line = ["filestack-local", "--alias", "a=/x", "--alias", "b=y/z"];
        let (options, _) = CommandLine::try_parse_from(line).unwrap().into_parts();
        assert_eq!(options.aliases, [("a".to_owned(), "/x".into()), ("b".to_owned(), "y/z".into())]);
        assert!(CommandLine::try_parse_from(["filestack-local", "--alias", "a"]).is_err());
    }

    #[test]
    fn the_log_can_be_shortened_and_the_page_switched_off() {
        let line = ["filestack-local", "--control", "--keep-requests", "7", "--page", "off"];
        let (options, _) = CommandLine::try_parse_from(line).unwrap().into_parts();
        assert_eq!((options.control, options.kept_requests, options.page), (true, 7, false));
        assert!(CommandLine::try_parse_from(["filestack-local", "--keep-requests", "7"]).is_err());
        let (options, _) = CommandLine::try_parse_from(["filestack-local"]).unwrap().into_parts();
        assert!(options.page && !options.control && !options.record_requests);
    }

    #[test]
    fn a_webhook_may_have_a_secret_and_a_secret_needs_a_webhook() {
        let line = ["filestack-local", "--job-polls", "0", "--webhook", "http://x/", "--webhook-secret", "S"];
        let (options, _) = CommandLine::try_parse_from(line).unwrap().into_parts();
        assert_eq!((options.job_polls, options.webhook.as_deref()), (0, Some("http://x/")));
        assert_eq!(options.webhook_secret.as_deref(), Some("S"));
        assert!(CommandLine::try_parse_from(["filestack-local", "--webhook-secret", "S"]).is_err());
    }
}
