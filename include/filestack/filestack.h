/*
 * filestack.h - the Filestack SDK for C.
 *
 * Generated from src by `make headers`: edit that, not this file.
 *
 * The contract, which holds for every function below:
 *
 *  - A function that can fail returns a filestack_status, 0 = FILESTACK_OK, and takes a filestack_error ** last.
 *    It may be NULL. Otherwise what it held is overwritten: NULL on success, on failure an object that is yours
 *    and that filestack_error_release frees. There is no thread-local state.
 *  - On failure outputs are NULL or 0 and nothing has changed. Two exceptions: a task that cannot be added poisons
 *    its transformation, and a failed setter its policy, which then returns that first failure from every later call.
 *  - Any pointer may be NULL without a crash; where NULL is not allowed the error names the parameter.
 *  - Strings are UTF-8 and end with NUL; paths are any bytes on Unix. Those passed in are copied before the call
 *    returns. Those handed out are either borrowed from their object, or yours and freed with filestack_string_free:
 *    each function says which.
 *  - "Shared" objects may be used by any thread, are retained and released in any order, and keep what they need
 *    alive. "Owned" objects belong to one thread at a time and are freed by their _free function. Freeing takes
 *    NULL, never blocks and does no input or output.
 *  - Booleans passed in are int32_t, nonzero = true. Times are milliseconds and sizes bytes where the name ends so.
 *  - A callback, its user pointer and its destroy function travel together; destroy is called exactly once, after
 *    the last use, also when the registration fails. Callbacks run on threads of the library, destroy functions on the
 *    thread of the last release as well. A blocking call made from a callback returns FILESTACK_E_WOULD_DEADLOCK.
 *    Callbacks must not throw; they may end their thread.
 *  - What is lent to a call is not used after it, whatever went wrong. Every call ends soon after its time limit.
 *  - After fork a child may use every object that it has inherited, but for queues and operations that were started:
 *    those are the parent's, and report FILESTACK_E_FORKED.
 *  - No function unwinds, exits, writes to stdout or stderr, or touches the host's signals, locale, working
 *    directory or environment. Secrets never appear in messages, logs or JSON.
 *
 * "Blocks" marks the functions that wait for the network: each has a twin, NAME_start, that returns at once and gives
 * an operation. "Waits" marks those that wait for operations or threads of the library. All others return at once.
 */

/*
 * Sections:
 *
 *   Types            The objects, and what several of them share.
 *   Client           An application's key, credentials and connections.
 *   Upload options   How a file is uploaded.
 *   Store options    Where and under which name a file is stored.
 *   Request options  Credentials, limits, destination and progress of one call.
 *   Progress         How far a call is, reported to a callback.
 *   Operation        Calls that run while their caller goes on.
 *   Queue            Where operations that have ended are taken.
 *   Filelink         Files that the service keeps.
 *   Transformation   Chains of tasks over one or more sources.
 *   AV job           Conversions of audio and video that run at the service.
 *   Sink             Destinations of downloads, descriptors and writers.
 *   Source           Content of uploads, from files, descriptors, memory and readers.
 *   Security         Signed policies, the credentials that the service asks for.
 *   Policy           What signed calls may do, built key by key.
 *   Webhook          Verifies that they come from Filestack.
 *   Error            Status, message and details of a failure.
 *   Status           Codes of results, and their names.
 *   Buffer           Content in memory.
 *   Memory           Strings that the library hands over.
 *   Log              The log: events of the library, given to one function of the host. Silent until one is set.
 *   Catalogue        The catalogue of transformation tasks, for languages that make their interface at run time.
 *   Version          The version of the header and of the running library.
 *   Library          Its threads, and its shutdown.
 */

#ifndef FILESTACK_FILESTACK_H
#define FILESTACK_FILESTACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*---------------------------------------------------------------------------------------------------------------------
 * Types
 *
 * The objects, and what several of them share.
 *--------------------------------------------------------------------------------------------------------------------*/

/**
 * A conversion of audio or video that runs at the service. Shared: any thread, freed by the last
 * filestack_av_job_release; the conversion goes on.
 */
typedef struct filestack_av_job filestack_av_job;

/** Bytes in memory. Owned: one thread at a time, freed with filestack_buffer_free. */
typedef struct filestack_buffer filestack_buffer;

/**
 * An application's key, credentials and connections. Shared: any thread, freed by the last
 * filestack_client_release. Make one and keep it: its connections are reused.
 */
typedef struct filestack_client filestack_client;

/**
 * How a client works: credentials, hosts, limits. Owned: one thread at a time, freed with
 * filestack_client_options_free.
 */
typedef struct filestack_client_options filestack_client_options;

/** What went wrong. Immutable and shared: any thread, freed by the last filestack_error_release. */
typedef struct filestack_error filestack_error;

/**
 * A file of the service, by its handle. Immutable and shared: any thread, freed by the last
 * filestack_filelink_release.
 */
typedef struct filestack_filelink filestack_filelink;

/**
 * A call that was started, by a function whose name ends with _start. Shared: any thread, freed by the last
 * filestack_operation_release, which does not cancel it.
 *
 * Such a function takes what its blocking twin takes, but for the outputs, and returns at once: it copies or retains
 * all that it is given, makes relative paths absolute, and calls no function of the caller's. Then come `queue`, where
 * the operation arrives when it has ended (NULL = nowhere), `tag`, a number of the caller's choice that
 * filestack_queue_take gives back, and `out_operation`, which may be NULL with a queue; `*out_operation` is written
 * before the operation can end, and released with filestack_operation_release. A start fails for misuse, with
 * FILESTACK_E_STATE during a shutdown, FILESTACK_E_RESOURCES, or FILESTACK_E_FORKED when the queue is another
 * process's; then nothing is delivered. Whatever else goes wrong is the operation's outcome.
 *
 * An operation that has ended has let go of the source, the sink, the options and whatever else it was given.
 */
typedef struct filestack_operation filestack_operation;

/**
 * A policy under construction. Owned: one thread at a time, freed with filestack_policy_free.
 *
 * A setter that fails poisons the policy: every later call returns that first failure, signing too, so that code that
 * does not look at the setters' statuses cannot sign a policy that allows more than was meant.
 */
typedef struct filestack_policy filestack_policy;

/**
 * Where operations that were started with it arrive when they have ended, each once. Shared: any thread, freed by the
 * last filestack_queue_release.
 */
typedef struct filestack_queue filestack_queue;

/** How one call to the service is made. Owned: one thread at a time, freed with filestack_request_options_free. */
typedef struct filestack_request_options filestack_request_options;

/** A policy and its signature. Immutable and shared: any thread, freed by the last filestack_security_release. */
typedef struct filestack_security filestack_security;

/**
 * The destination of a download: a descriptor or a writer. Shared: any thread, freed by the last
 * filestack_sink_release; one download uses it at a time.
 */
typedef struct filestack_sink filestack_sink;

/**
 * The content of an upload. Shared: any thread, freed by the last filestack_source_release; one upload uses it at a
 * time.
 */
typedef struct filestack_source filestack_source;

/**
 * Where and under which name a file is stored. What is not set is left to the service. Owned: one thread at a time,
 * freed with filestack_store_options_free.
 */
typedef struct filestack_store_options filestack_store_options;

/**
 * A chain of tasks over one or more sources. Owned: one thread at a time, freed with
 * filestack_transformation_free.
 *
 * A task that cannot be added poisons the chain: every later call returns that first failure, so that you can
 * pass NULL as the error of each call and check once, at the end.
 */
typedef struct filestack_transformation filestack_transformation;

/** How a file is uploaded. Owned: one thread at a time, freed with filestack_upload_options_free. */
typedef struct filestack_upload_options filestack_upload_options;

typedef struct filestack_param filestack_param;

typedef struct filestack_progress filestack_progress;

typedef struct filestack_writer filestack_writer;

typedef struct filestack_reader filestack_reader;

typedef struct filestack_log filestack_log;

/**
 * The result of a function that can fail: FILESTACK_OK or one of FILESTACK_E_*. Never renumbered.
 *
 * 1-99 misuse, 100 local files, 200 network, 300 the service, 400 transfers, 900 internal.
 */
typedef int32_t filestack_status;

/**
 * Receives the progress of a call. Return nonzero to cancel the call, which then fails with FILESTACK_E_CANCELLED.
 *
 * It is called at intervals while the call runs, and once more when it has ended, successfully or not, before the call
 * returns: with FILESTACK_STATE_DONE, and what it returns then does not matter. A call that is refused before it
 * begins, such as one without a destination, tells nothing. Calls have a thread each for it, so one that is slow holds
 * up the end of its own call only; several calls with the same options may call it at a time. `progress` is valid
 * during the call. It must not throw and may not call a blocking function. One that ends its thread ends the call with
 * FILESTACK_E_CALLBACK.
 */
typedef int32_t (*filestack_progress_callback)(void *user, const filestack_progress *progress);

/** Frees what a caller gave to the library. Called exactly once, after the last use, on any thread. */
typedef void (*filestack_destroy)(void *user);

/*---------------------------------------------------------------------------------------------------------------------
 * Client
 *
 * An application's key, credentials and connections.
 *--------------------------------------------------------------------------------------------------------------------*/

/**
 * Makes a client. Makes no network call; reads the environment once: the proxy variables, unless a proxy is set, and
 * SSL_CERT_FILE and SSL_CERT_DIR.
 *
 * `api_key` may be NULL: calls that need one then fail with FILESTACK_E_ARGUMENT. `options` may be NULL: every
 * default; they are copied. `*out_client` is released with filestack_client_release.
 * Errors: FILESTACK_E_ARGUMENT, also for an unusable proxy variable; FILESTACK_E_TLS when SSL_CERT_FILE or
 * SSL_CERT_DIR names no usable certificates. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_client_new(
    const char *api_key, const filestack_client_options *options, filestack_client **out_client,
    filestack_error **error);

/**
 * A client of the same application, over the same connections, whose calls are signed by `security`; NULL = by
 * nothing. Makes no network call.
 *
 * `*out_client` is released with filestack_client_release. Errors: misuse only. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_client_with_security(
    const filestack_client *client, const filestack_security *security, filestack_client **out_client,
    filestack_error **error);

/**
 * The file with this handle. Makes no network call.
 *
 * `security` signs its calls; NULL = the client's. `*out_filelink` is released with filestack_filelink_release
 * and keeps the client alive. Errors: FILESTACK_E_ARGUMENT when the handle is empty or cannot be one.
 * Threads: any. Since: 0.1.0.
 */
filestack_status filestack_client_filelink(
    const filestack_client *client, const char *handle, const filestack_security *security,
    filestack_filelink **out_filelink, filestack_error **error);

/**
 * A transformation of any number of sources: handles, URLs, storage aliases ("src://alias/path"). Makes no network
 * call.
 *
 * `sources` holds `source_count` strings and may be NULL when there are none (tasks such as text_sentiment).
 * `security` signs its calls; NULL = the client's. `*out_transformation` is freed with
 * filestack_transformation_free. Errors: FILESTACK_E_ARGUMENT when a source is not one of these. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_client_transform(
    const filestack_client *client, const char *const *sources, size_t source_count, const filestack_security *security,
    filestack_transformation **out_transformation, filestack_error **error);

/**
 * A transformation of the file at an external URL. Makes no network call; its URL needs the client's API key.
 *
 * `security` signs its calls; NULL = the client's. `*out_transformation` is freed with
 * filestack_transformation_free. Errors: FILESTACK_E_ARGUMENT when `url` is empty or not an http or https URL.
 * Threads: any. Since: 0.1.0.
 */
filestack_status filestack_client_transform_external(
    const filestack_client *client, const char *url, const filestack_security *security,
    filestack_transformation **out_transformation, filestack_error **error);

/**
 * A picture of the web page at `url`, as a transformation to download or to continue. Makes no network call.
 *
 * `params` holds `param_count` parameters of the task urlscreenshot - agent, mode, width, height, delay (ms),
 * orientation, device - and may be NULL. `*out_transformation` is freed with filestack_transformation_free.
 * Errors: FILESTACK_E_ARGUMENT for anything but an http or https URL, and those of filestack_transformation_add.
 * Threads: any. Since: 0.1.0.
 */
filestack_status filestack_client_urlscreenshot(
    const filestack_client *client, const char *url, const filestack_param *params, size_t param_count,
    filestack_transformation **out_transformation, filestack_error **error);

/**
 * Downloads files as one zip archive. Blocks.
 *
 * `files` holds `file_count` handles, URLs or storage aliases. The archive at `destination_path` appears only when
 * it is whole. `request` may be NULL. `out_size_bytes` may be NULL.
 * Errors: FILESTACK_E_ARGUMENT without files, and those of filestack_filelink_download. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_client_zip(
    const filestack_client *client, const char *destination_path, const char *const *files, size_t file_count,
    const filestack_request_options *request, uint64_t *out_size_bytes, filestack_error **error);

/**
 * Starts filestack_client_zip. Its result: filestack_operation_size_bytes.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_client_zip_start(
    const filestack_client *client, const char *destination_path, const char *const *files, size_t file_count,
    const filestack_request_options *request, const filestack_queue *queue, uint64_t tag,
    filestack_operation **out_operation, filestack_error **error);

/**
 * Downloads files as one zip archive to a sink. Blocks.
 *
 * As filestack_client_zip and filestack_filelink_download_to. `request` may be NULL. `out_size_bytes` may be NULL. An
 * archive that was cut is not continued, because the service makes it anew.
 * Errors: FILESTACK_E_ARGUMENT without files, and those of filestack_filelink_download_to. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_client_zip_to(
    const filestack_client *client, const filestack_sink *sink, const char *const *files, size_t file_count,
    const filestack_request_options *request, uint64_t *out_size_bytes, filestack_error **error);

/**
 * Starts filestack_client_zip_to. Its result: filestack_operation_size_bytes.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_client_zip_to_start(
    const filestack_client *client, const filestack_sink *sink, const char *const *files, size_t file_count,
    const filestack_request_options *request, const filestack_queue *queue, uint64_t tag,
    filestack_operation **out_operation, filestack_error **error);

/**
 * How far a workflow's job is, as a JSON object. Blocks. Needs an API key and credentials.
 *
 * `request` may be NULL. `*out_json` is freed with filestack_string_free. Errors: FILESTACK_E_ARGUMENT without API
 * key or credentials, and those of the network and the service. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_client_workflow_status(
    const filestack_client *client, const char *job_id, const filestack_request_options *request, char **out_json,
    filestack_error **error);

/**
 * Starts filestack_client_workflow_status. Its result: filestack_operation_json.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_client_workflow_status_start(
    const filestack_client *client, const char *job_id, const filestack_request_options *request,
    const filestack_queue *queue, uint64_t tag, filestack_operation **out_operation, filestack_error **error);

/**
 * The hosts that this client contacts, for allow-lists, as a JSON object: "fixed" is a list of names,
 * "named_by_the_service" a list of sentences that say where others come from.
 *
 * `*out_json` is freed with filestack_string_free. Errors: misuse only. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_client_hosts_json(const filestack_client *client, char **out_json, filestack_error **error);

/**
 * Adds a reference to the client and returns it.
 *
 * Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
 */
filestack_client *filestack_client_retain(const filestack_client *client);

/**
 * Releases a reference to the client. It lives on while filelinks and transformations of it do.
 *
 * Errors: none; NULL is allowed. Threads: any. Since: 0.1.0.
 */
void filestack_client_release(filestack_client *client);

/* -- The options of a client: credentials, hosts, limits, proxy and trust. */

/** The part of the service that serves files and their metadata: https://www.filestackapi.com/api. */
#define FILESTACK_ENDPOINT_API 1

/** The part that delivers and transforms: https://cdn.filestackcontent.com. */
#define FILESTACK_ENDPOINT_CDN 2

/** The part that processes by JSON: https://process.filestackapi.com. */
#define FILESTACK_ENDPOINT_PROCESS 3

/** The part that takes uploads: https://upload.filestackapi.com. */
#define FILESTACK_ENDPOINT_UPLOAD 4

/** The part that reaches cloud drives: https://cloud.filestackapi.com. */
#define FILESTACK_ENDPOINT_CLOUD 5

/**
 * Makes options with every default.
 *
 * Returns an object to be freed with filestack_client_options_free. Errors: none. Threads: any. Since: 0.1.0.
 */
filestack_client_options *filestack_client_options_new(void);

/**
 * Makes options with the same values.
 *
 * Returns an object to be freed with filestack_client_options_free. Errors: none; NULL for NULL. Threads: one at a
 * time.
 * Since: 0.1.0.
 */
filestack_client_options *filestack_client_options_clone(const filestack_client_options *options);

/**
 * Sets the storage of uploads that name none: s3 (the default), gcs, azure, rackspace or dropbox, in any case.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_client_options_set_storage(
    filestack_client_options *options, const char *storage, filestack_error **error);

/**
 * Signs every call that is given no other credentials. NULL: none. The object is retained.
 *
 * Errors: misuse only. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_client_options_set_security(
    filestack_client_options *options, const filestack_security *security, filestack_error **error);

/**
 * Reaches every part of the service under your own domain, such as "files.example.com": cdn.filestackcontent.com
 * becomes cdn.files.example.com, and so on. Replaces what base_url and endpoint set before.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_client_options_set_cname(
    filestack_client_options *options, const char *domain, filestack_error **error);

/**
 * Reaches every part of the service at one origin, such as that of filestack-local. Replaces what cname and
 * endpoint set before.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_client_options_set_base_url(
    filestack_client_options *options, const char *url, filestack_error **error);

/**
 * Reaches one part of the service, FILESTACK_ENDPOINT_*, at another base URL.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_client_options_set_endpoint(
    filestack_client_options *options, int32_t endpoint, const char *url, filestack_error **error);

/**
 * Limits the time to establish a connection, TLS included. 15 s by default; 0 = no limit.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_client_options_set_connect_timeout_ms(
    filestack_client_options *options, int64_t milliseconds, filestack_error **error);

/**
 * Limits the time in which no byte moves in either direction. 120 s by default; 0 = no limit.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_client_options_set_idle_timeout_ms(
    filestack_client_options *options, int64_t milliseconds, filestack_error **error);

/**
 * Limits the time from the last byte sent to the first byte received: how long the service may think. 0 = no limit.
 * By default it is idle_timeout_ms, and 5 minutes for calls that store or convert.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_client_options_set_response_timeout_ms(
    filestack_client_options *options, int64_t milliseconds, filestack_error **error);

/**
 * Limits the client's requests in flight, of all its calls together: 1 to 1000, 16 by default. Others wait
 * their turn, within the limits of their calls.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_client_options_set_max_requests(
    filestack_client_options *options, uint32_t requests, filestack_error **error);

/**
 * Limits the memory of the buffers of all transfers of the client together: at least 1 MiB, 64 MiB by default. Parts
 * of a reader are kept in them; what needs more than half of the limit goes through a temporary file.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_client_options_set_memory_limit_bytes(
    filestack_client_options *options, uint64_t size_bytes, filestack_error **error);

/**
 * Sets the folder for temporary copies of content that cannot tell its size, and of parts that are too large for the
 * memory limit: the system's folder for temporary files by default. The copies have no names and vanish with the call.
 *
 * Errors: FILESTACK_E_ARGUMENT when there is no such folder. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_client_options_set_temporary_folder(
    filestack_client_options *options, const char *path, filestack_error **error);

/**
 * Limits the time of a whole call with all its retries. No limit (0) by default.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_client_options_set_total_timeout_ms(
    filestack_client_options *options, int64_t milliseconds, filestack_error **error);

/**
 * Sets how often a failed request is tried again: 5 times by default. Only temporary failures are retried.
 *
 * Errors: misuse only. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_client_options_set_max_retries(
    filestack_client_options *options, uint32_t retries, filestack_error **error);

/**
 * Sets the delay before the first retry (500 ms by default) and the longest one that it doubles up to (15 s). A
 * longer pause that the service asks for is kept.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_client_options_set_retry_delay_ms(
    filestack_client_options *options, uint64_t first_ms, uint64_t longest_ms, filestack_error **error);

/**
 * Sends every request through this proxy, "http://user:password@host:port": http, https, socks4, socks4a, socks5 or
 * socks5h, where the last lets the proxy look up names. Without it the proxy variables of the environment count, as
 * they are when the client is made. In user and password, percent-encode what has a
 * meaning in URLs: '/' as %2F, '?' as %3F, '#' as %23, '\' as %5C.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_client_options_set_proxy(
    filestack_client_options *options, const char *url, filestack_error **error);

/**
 * Trusts the certificates of a PEM file besides the platform's. The file is read now; further calls add to it.
 * Comments in any encoding and other blocks, such as keys, are skipped.
 *
 * Errors: FILESTACK_E_IO, FILESTACK_E_ARGUMENT when it holds no certificate or a damaged one. Threads: one at a time.
 * Since: 0.1.0.
 */
filestack_status filestack_client_options_set_ca_file(
    filestack_client_options *options, const char *path, filestack_error **error);

/**
 * Trusts the certificates of a PEM text besides the platform's; further calls add to it. As for a file, the bytes
 * around the blocks are of any encoding.
 *
 * Errors: FILESTACK_E_ARGUMENT when it holds no certificate or a damaged one. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_client_options_set_ca_pem(
    filestack_client_options *options, const char *pem, filestack_error **error);

/**
 * Shows a certificate to servers and proxies that ask for one. `chain` is PEM with the client's own certificate first,
 * `key` its private key in PEM: PKCS#8, PKCS#1 or SEC1, not encrypted; RSA of 2048 bits or more, ECDSA on P-256 or
 * P-384, or Ed25519. Both may be one text that holds both. Another call takes the place of this one.
 *
 * The decoded key is wiped after it was read; the text stays the caller's to wipe.
 * Errors: FILESTACK_E_ARGUMENT when one of them cannot be used or they do not belong together. A server that does not
 * accept the certificate is FILESTACK_E_TLS in the call. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_client_options_set_client_certificate_pem(
    filestack_client_options *options, const char *chain, const char *key, filestack_error **error);

/**
 * Sets the User-Agent header; "libfilestack/<version>" by default.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_client_options_set_user_agent(
    filestack_client_options *options, const char *user_agent, filestack_error **error);

/**
 * Frees the options. What was made with them stays.
 *
 * Errors: none; NULL is allowed. Threads: one at a time. Since: 0.1.0.
 */
void filestack_client_options_free(filestack_client_options *options);

/* -- Uploads: files of this machine, memory, readers and external URLs. */

/**
 * Uploads the file at `path`. Blocks.
 *
 * `options` may be NULL: every default. `*out_filelink` is released with filestack_filelink_release; it has the
 * credentials that signed the upload. Parts are sent in parallel, each is checked by its MD5, and temporary failures
 * are retried.
 * Errors: FILESTACK_E_IO, FILESTACK_E_ARGUMENT (a directory, an empty file, no API key),
 * FILESTACK_E_SOURCE_CHANGED, and those of the network and the service. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_client_upload_path(
    const filestack_client *client, const char *path, const filestack_upload_options *options,
    filestack_filelink **out_filelink, filestack_error **error);

/**
 * Starts filestack_client_upload_path. Its result: filestack_operation_filelink.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_client_upload_path_start(
    const filestack_client *client, const char *path, const filestack_upload_options *options,
    const filestack_queue *queue, uint64_t tag, filestack_operation **out_operation, filestack_error **error);

/**
 * Uploads a source: a file, memory or a reader. Blocks.
 *
 * As filestack_client_upload_path. The source serves one upload at a time and is not read after the call.
 * Errors: as filestack_client_upload_path, FILESTACK_E_STATE when the source is in use or cannot be read again,
 * FILESTACK_E_CALLBACK when a reader fails. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_client_upload(
    const filestack_client *client, const filestack_source *source, const filestack_upload_options *options,
    filestack_filelink **out_filelink, filestack_error **error);

/**
 * Starts filestack_client_upload. Its result: filestack_operation_filelink.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_client_upload_start(
    const filestack_client *client, const filestack_source *source, const filestack_upload_options *options,
    const filestack_queue *queue, uint64_t tag, filestack_operation **out_operation, filestack_error **error);

/**
 * Stores the file that the service finds at an external URL. Blocks.
 *
 * `store` may be NULL: every default; a mimetype is refused, because the service finds it out by itself. `request`
 * may be NULL. `*out_filelink` is released with filestack_filelink_release; it has the credentials that signed the
 * call. Errors: FILESTACK_E_ARGUMENT (no API key, not an http or https URL), and those of the network and the service.
 * Threads: any. Since: 0.1.0.
 */
filestack_status filestack_client_upload_url(
    const filestack_client *client, const char *url, const filestack_store_options *store,
    const filestack_request_options *request, filestack_filelink **out_filelink, filestack_error **error);

/**
 * Starts filestack_client_upload_url. Its result: filestack_operation_filelink.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_client_upload_url_start(
    const filestack_client *client, const char *url, const filestack_store_options *store,
    const filestack_request_options *request, const filestack_queue *queue, uint64_t tag,
    filestack_operation **out_operation, filestack_error **error);

/*---------------------------------------------------------------------------------------------------------------------
 * Upload options
 *
 * How a file is uploaded.
 *--------------------------------------------------------------------------------------------------------------------*/

/** Intelligent Ingestion is not used. */
#define FILESTACK_INTELLIGENT_OFF 0

/** Intelligent Ingestion is used where the application has it; regular parts otherwise. */
#define FILESTACK_INTELLIGENT_ON 1

/** Parts go as a whole, and in Intelligent Ingestion those that the network fails, where the application has it. */
#define FILESTACK_INTELLIGENT_FALLBACK 2

/** A stored file is not verified: each part was checked by its MD5. */
#define FILESTACK_VERIFY_OFF 0

/** The size of a stored file is compared. */
#define FILESTACK_VERIFY_SIZE 1

/** The SHA-256 of a stored file is compared. A file, and memory, are read once more for it. */
#define FILESTACK_VERIFY_SHA256 2

/**
 * Makes options with every default.
 *
 * Returns an object to be freed with filestack_upload_options_free. Errors: none. Threads: any. Since: 0.1.0.
 */
filestack_upload_options *filestack_upload_options_new(void);

/**
 * Makes options with the same values.
 *
 * Returns an object to be freed with filestack_upload_options_free. Errors: none; NULL for NULL. Threads: one at a
 * time.
 * Since: 0.1.0.
 */
filestack_upload_options *filestack_upload_options_clone(const filestack_upload_options *options);

/**
 * Sets where and under which name the file is stored. The values are copied. NULL: every default.
 *
 * Errors: misuse only. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_upload_options_set_store(
    filestack_upload_options *options, const filestack_store_options *store, filestack_error **error);

/**
 * Chooses how parts go to the storage: FILESTACK_INTELLIGENT_*. Off by default.
 *
 * In Intelligent Ingestion a part goes in chunks: as a whole first, and in halves down to 32 KiB when the network
 * fails them; what has arrived is not sent again, and chunks grow back when they get through.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_upload_options_set_intelligent(
    filestack_upload_options *options, int32_t mode, filestack_error **error);

/**
 * Sets an alternative text, which says what a picture shows: up to 125 characters.
 *
 * Errors: FILESTACK_E_ARGUMENT when it is empty or longer. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_upload_options_set_alt_text(
    filestack_upload_options *options, const char *alt_text, filestack_error **error);

/**
 * Replaces characters of the file's name, wherever that comes from; 0 = the name is left as it is, which is the
 * default.
 *
 * `exclude` holds the characters that are replaced; NULL = those of filestack-js, \\ { } | % ` " ' ~ [ ] # ^ < >.
 * `replacement` takes the place of each; NULL = "-". The extension, what stands behind the last dot, stays. A name of
 * which nothing is left becomes "unnamed_file". Errors: FILESTACK_E_ARGUMENT when a text is empty. Threads: one at a
 * time. Since: 0.1.0.
 */
filestack_status filestack_upload_options_set_sanitize_filename(
    filestack_upload_options *options, int32_t sanitize, const char *exclude, const char *replacement,
    filestack_error **error);

/**
 * Sets how the stored file is verified: FILESTACK_VERIFY_*. OFF by default.
 *
 * The service is asked for the file's metadata, for which a policy has to allow "stat". If the stored file differs,
 * the upload fails with FILESTACK_E_PROTOCOL; the message has both values and the handle of the file, which stays. An
 * upload with base64decode cannot be verified. Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_upload_options_set_verify(
    filestack_upload_options *options, int32_t verify, filestack_error **error);

/**
 * Sets the file in which the upload notes how far it is, so that a later call goes on: after a crash, in another
 * process too. `path` is NULL for none, which is the default.
 *
 * The file is made when it is not there, and removed when the upload has succeeded. It stays after every failure;
 * the same call with the same path, source and options then sends only what the storage does not have. It holds no
 * key and no credentials. docs/resume.md has its format, and what happens when the source has changed. `path` is
 * what the system takes; a relative one is looked up when the upload is called or started. With a checkpoint, an
 * upload fails with FILESTACK_E_STATE while another one has it, when it is that of another upload, or when it is
 * damaged, FILESTACK_E_ARGUMENT when the file is something else, FILESTACK_E_UNSUPPORTED when another version wrote
 * it, and FILESTACK_E_IO when it cannot be written.
 *
 * Errors: misuse only. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_upload_options_set_checkpoint_path(
    filestack_upload_options *options, const char *path, filestack_error **error);

/**
 * Sets the size of a part: 5 MiB to 5 GiB, 8 MiB by default. It grows for files of more than 10 000 parts.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_upload_options_set_part_size_bytes(
    filestack_upload_options *options, uint64_t size_bytes, filestack_error **error);

/**
 * Sets how many parts are sent at the same time: 1 to 20, 4 by default. Those of a reader are held in memory
 * meanwhile.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_upload_options_set_concurrency(
    filestack_upload_options *options, uint32_t parts, filestack_error **error);

/**
 * Signs this upload, and the calls of the filelink that it makes, instead of the client's credentials. NULL: the
 * client's. The object is retained.
 *
 * Errors: misuse only. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_upload_options_set_security(
    filestack_upload_options *options, const filestack_security *security, filestack_error **error);

/**
 * Limits the time of the whole upload with all its retries. 0 = the client's limit, which is the default.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_upload_options_set_total_timeout_ms(
    filestack_upload_options *options, int64_t milliseconds, filestack_error **error);

/**
 * Sets a function that is told how far the upload is. NULL: none, which is the default.
 *
 * `destroy`, when set, is called with `user` once: when these options, their copies and the calls that use them are
 * freed or use another function; also when this call fails. Errors: misuse only. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_upload_options_set_progress(
    filestack_upload_options *options, filestack_progress_callback callback, void *user, filestack_destroy destroy,
    filestack_error **error);

/**
 * Sets the time from one call of the progress function to the next. 100 ms by default.
 *
 * Errors: FILESTACK_E_ARGUMENT below 1. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_upload_options_set_progress_interval_ms(
    filestack_upload_options *options, int64_t milliseconds, filestack_error **error);

/**
 * Frees the options. What was made with them stays.
 *
 * Errors: none; NULL is allowed. Threads: one at a time. Since: 0.1.0.
 */
void filestack_upload_options_free(filestack_upload_options *options);

/*---------------------------------------------------------------------------------------------------------------------
 * Store options
 *
 * Where and under which name a file is stored.
 *--------------------------------------------------------------------------------------------------------------------*/

/**
 * Makes options with every default.
 *
 * Returns an object to be freed with filestack_store_options_free. Errors: none. Threads: any. Since: 0.1.0.
 */
filestack_store_options *filestack_store_options_new(void);

/**
 * Makes options with the same values.
 *
 * Returns an object to be freed with filestack_store_options_free. Errors: none; NULL for NULL. Threads: one at a
 * time.
 * Since: 0.1.0.
 */
filestack_store_options *filestack_store_options_clone(const filestack_store_options *options);

/**
 * Sets the name of the stored file. By default that of the uploaded file.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_store_options_set_filename(
    filestack_store_options *options, const char *filename, filestack_error **error);

/**
 * Sets the MIME type, such as "image/png" or "text/plain; charset=utf-8". By default it follows from the first bytes
 * and the name's ending.
 *
 * Errors: FILESTACK_E_ARGUMENT for what cannot stand in a Content-Type header. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_store_options_set_mimetype(
    filestack_store_options *options, const char *mimetype, filestack_error **error);

/**
 * Sets the storage: s3, gcs, azure, rackspace or dropbox, in any case. By default the client's.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_store_options_set_location(
    filestack_store_options *options, const char *location, filestack_error **error);

/**
 * Sets the path in the container: a folder when it ends with a slash, otherwise the exact key.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_store_options_set_path(
    filestack_store_options *options, const char *path, filestack_error **error);

/**
 * Sets the bucket or container. Does not apply to Dropbox.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_store_options_set_container(
    filestack_store_options *options, const char *container, filestack_error **error);

/**
 * Sets the region of the S3 bucket.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_store_options_set_region(
    filestack_store_options *options, const char *region, filestack_error **error);

/**
 * Sets who may read the file in S3: "public" or "private".
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_store_options_set_access(
    filestack_store_options *options, const char *access, filestack_error **error);

/**
 * Asks the service to decode base64 content before it is stored; nonzero = yes.
 *
 * Errors: misuse only. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_store_options_set_base64decode(
    filestack_store_options *options, int32_t decode, filestack_error **error);

/**
 * Starts this workflow once the file is stored. Up to 20.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_store_options_add_workflow(
    filestack_store_options *options, const char *id, filestack_error **error);

/**
 * Tags the upload; a known key gets the new value. Up to 10 tags, keys up to 128 and values up to 256 characters.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_store_options_add_upload_tag(
    filestack_store_options *options, const char *key, const char *value, filestack_error **error);

/**
 * Frees the options. What was made with them stays.
 *
 * Errors: none; NULL is allowed. Threads: one at a time. Since: 0.1.0.
 */
void filestack_store_options_free(filestack_store_options *options);

/*---------------------------------------------------------------------------------------------------------------------
 * Request options
 *
 * Credentials, limits, destination and progress of one call.
 *--------------------------------------------------------------------------------------------------------------------*/

/** An existing destination is replaced, in one step, when the download is whole. */
#define FILESTACK_IF_EXISTS_REPLACE 0

/** A download to an existing destination fails and leaves it as it is. */
#define FILESTACK_IF_EXISTS_FAIL 1

/**
 * An existing destination is replaced as by REPLACE, and a download that fails can be resumed: it keeps what it has,
 * and the next RESUME download to the same path continues it, also in another process.
 */
#define FILESTACK_IF_EXISTS_RESUME 2

/**
 * Makes options with every default.
 *
 * Returns an object to be freed with filestack_request_options_free. Errors: none. Threads: any. Since: 0.1.0.
 */
filestack_request_options *filestack_request_options_new(void);

/**
 * Makes options with the same values.
 *
 * Returns an object to be freed with filestack_request_options_free. Errors: none; NULL for NULL. Threads: one at a
 * time.
 * Since: 0.1.0.
 */
filestack_request_options *filestack_request_options_clone(const filestack_request_options *options);

/**
 * Signs the call, instead of the object's credentials. NULL: the object's. The object is retained.
 *
 * Errors: misuse only. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_request_options_set_security(
    filestack_request_options *options, const filestack_security *security, filestack_error **error);

/**
 * Limits the time of the whole call with all its retries. 0 = the client's limit, which is the default.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_request_options_set_total_timeout_ms(
    filestack_request_options *options, int64_t milliseconds, filestack_error **error);

/**
 * Limits how many bytes are taken; beyond them the call fails with FILESTACK_E_TOO_LARGE. 0 = the default: 1 GiB
 * for content in memory, no limit for files.
 *
 * Errors: misuse only. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_request_options_set_max_size_bytes(
    filestack_request_options *options, uint64_t size_bytes, filestack_error **error);

/**
 * Sets what happens when the destination of a download exists: FILESTACK_IF_EXISTS_*. REPLACE by default.
 *
 * With RESUME the part of a download that fails stays beside the destination, in a file whose name begins with
 * ".filestack-". A later download with RESUME of the same content to the same path asks for the rest only; it begins
 * anew when the content has changed at the service, which gives it an ETag, or when the partial file does not fit.
 * While another call or process writes the part, it fails with FILESTACK_E_STATE. A download to the path without
 * RESUME removes the part. Content in memory and sinks cannot be resumed: FILESTACK_E_UNSUPPORTED.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_request_options_set_if_exists(
    filestack_request_options *options, int32_t behaviour, filestack_error **error);

/**
 * Sets a function that is told how far the call is. NULL: none, which is the default.
 *
 * `destroy`, when set, is called with `user` once: when these options, their copies and the calls that use them are
 * freed or use another function; also when this call fails. Errors: misuse only. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_request_options_set_progress(
    filestack_request_options *options, filestack_progress_callback callback, void *user, filestack_destroy destroy,
    filestack_error **error);

/**
 * Sets the time from one call of the progress function to the next. 100 ms by default.
 *
 * Errors: FILESTACK_E_ARGUMENT below 1. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_request_options_set_progress_interval_ms(
    filestack_request_options *options, int64_t milliseconds, filestack_error **error);

/**
 * Frees the options. What was made with them stays.
 *
 * Errors: none; NULL is allowed. Threads: one at a time. Since: 0.1.0.
 */
void filestack_request_options_free(filestack_request_options *options);

/*---------------------------------------------------------------------------------------------------------------------
 * Progress
 *
 * How far a call is, reported to a callback.
 *--------------------------------------------------------------------------------------------------------------------*/

/** Initial value of a filestack_progress. */
#define FILESTACK_PROGRESS_INIT { (uint32_t)sizeof(filestack_progress), 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/** State of a call: it has not begun, or waits for others to end. */
#define FILESTACK_STATE_WAITING 1

/** State of a call: it runs. */
#define FILESTACK_STATE_RUNNING 2

/** State of a call: it waits to be resumed. */
#define FILESTACK_STATE_PAUSED 3

/** State of a call: it has ended, whatever its outcome. */
#define FILESTACK_STATE_DONE 4

/** How far a call is. Start from FILESTACK_PROGRESS_INIT, which sets struct_size. */
struct filestack_progress {
    /**
     * sizeof(filestack_progress), set by FILESTACK_PROGRESS_INIT, or by the library when it calls a function with it.
     */
    uint32_t struct_size;
    /** FILESTACK_STATE_*. */
    uint32_t state;
    /** The tag of an operation; 0 in blocking calls. */
    uint64_t tag;
    /** Bytes of content that the network has taken or given, each counted once. It never shrinks. */
    uint64_t bytes_done;
    /** Bytes in all; 0 = not known. */
    uint64_t bytes_total;
    /** Bytes that had to be moved again. */
    uint64_t bytes_resent;
    /** Parts of an upload that are done. */
    uint32_t parts_done;
    /** Parts of an upload in all; 0 in other calls. */
    uint32_t parts_total;
    /** How often a request was tried again. */
    uint32_t retries;
    /** 0. */
    uint32_t reserved;
};

/*---------------------------------------------------------------------------------------------------------------------
 * Operation
 *
 * Calls that run while their caller goes on.
 *--------------------------------------------------------------------------------------------------------------------*/

/**
 * Waits until the operation has ended, whatever its outcome: up to `timeout_ms`, 0 = not at all, -1 = without a limit.
 *
 * Errors: FILESTACK_E_PENDING when it runs still; FILESTACK_E_WOULD_DEADLOCK in a callback, unless `timeout_ms` is 0;
 * FILESTACK_E_FORKED in a child of the process that has started it. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_operation_wait(
    const filestack_operation *operation, int64_t timeout_ms, filestack_error **error);

/**
 * The number that the operation was started with.
 *
 * Errors: none; 0 for NULL. Threads: any. Since: 0.1.0.
 */
uint64_t filestack_operation_tag(const filestack_operation *operation);

/**
 * What the operation is doing: FILESTACK_STATE_*. One that waits, waits for others to end.
 *
 * Errors: none; 0 for NULL. Threads: any. Since: 0.1.0.
 */
int32_t filestack_operation_state(const filestack_operation *operation);

/**
 * How far the operation is. Takes no lock.
 *
 * Start from FILESTACK_PROGRESS_INIT. Errors: FILESTACK_E_ARGUMENT when `out_progress->struct_size` is too small.
 * Threads: any, also in a callback. Since: 0.1.0.
 */
filestack_status filestack_operation_progress(
    const filestack_operation *operation, filestack_progress *out_progress, filestack_error **error);

/**
 * Cancels the operation, which ends with FILESTACK_E_CANCELLED, unless it has ended by itself.
 *
 * Errors: none; NULL is allowed, and one that has ended stays as it is. Threads: any, also in a callback. Since: 0.1.0.
 */
void filestack_operation_cancel(const filestack_operation *operation);

/**
 * Lets an upload or a download stand still: parts that are on their way arrive, a download closes its connection, and
 * its time stops. Nothing happens when it stands still or has ended.
 *
 * A pause ends with the process: cancel an upload that has a checkpoint to go on with it later.
 * Errors: FILESTACK_E_UNSUPPORTED for other calls, FILESTACK_E_FORKED in a child of the process that has started it.
 * Threads: any, also in a callback. Since: 0.1.0.
 */
filestack_status filestack_operation_pause(const filestack_operation *operation, filestack_error **error);

/**
 * Lets the operation go on after a pause. A download asks for the rest. Nothing happens when it does not stand still.
 *
 * Errors: as for filestack_operation_pause. Threads: any, also in a callback. Since: 0.1.0.
 */
filestack_status filestack_operation_resume(const filestack_operation *operation, filestack_error **error);

/**
 * Adds a reference to the operation and returns it.
 *
 * Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
 */
filestack_operation *filestack_operation_retain(const filestack_operation *operation);

/**
 * Releases a reference to the operation. One that runs goes on.
 *
 * Errors: none; NULL is allowed. Threads: any. Since: 0.1.0.
 */
void filestack_operation_release(filestack_operation *operation);

/* -- The results of operations, each with the status and the error of the call when that has failed. */

/**
 * Whether the call has succeeded: its status, and its error. Can be asked any number of times.
 *
 * Errors: those of the call; FILESTACK_E_PENDING while it runs. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_operation_outcome(const filestack_operation *operation, filestack_error **error);

/**
 * The file that the call has stored.
 *
 * `*out_filelink` is released with filestack_filelink_release. Errors: those of the call; FILESTACK_E_PENDING while it
 * runs; FILESTACK_E_STATE when it gives something else. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_operation_filelink(
    const filestack_operation *operation, filestack_filelink **out_filelink, filestack_error **error);

/**
 * The service's answer, as JSON.
 *
 * `*out_json` is freed with filestack_string_free. Errors: those of the call; FILESTACK_E_PENDING while it runs;
 * FILESTACK_E_STATE when it gives something else. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_operation_json(
    const filestack_operation *operation, char **out_json, filestack_error **error);

/**
 * How many bytes a download to a path or a sink has brought.
 *
 * Errors: those of the call; FILESTACK_E_PENDING while it runs; FILESTACK_E_STATE when it gives something else.
 * Threads: any. Since: 0.1.0.
 */
filestack_status filestack_operation_size_bytes(
    const filestack_operation *operation, uint64_t *out_size_bytes, filestack_error **error);

/**
 * The content that the call has read into memory. It can be taken once.
 *
 * `*out_content` is freed with filestack_buffer_free. Errors: those of the call; FILESTACK_E_PENDING while it runs;
 * FILESTACK_E_STATE when it gives something else, or was taken already. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_operation_take_content(
    const filestack_operation *operation, filestack_buffer **out_content, filestack_error **error);

/**
 * The job that the call has started at the service.
 *
 * `*out_job` is released with filestack_av_job_release. Errors: those of the call; FILESTACK_E_PENDING while it runs;
 * FILESTACK_E_STATE when it gives something else. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_operation_av_job(
    const filestack_operation *operation, filestack_av_job **out_job, filestack_error **error);

/**
 * How far an AV job is: FILESTACK_AV_*.
 *
 * Errors: those of the call; FILESTACK_E_PENDING while it runs; FILESTACK_E_STATE when it gives something else.
 * Threads: any. Since: 0.1.0.
 */
filestack_status filestack_operation_av_status(
    const filestack_operation *operation, int32_t *out_status, filestack_error **error);

/* -- What operations have cost so far. */

/**
 * What the operation has cost so far, as a JSON object, for logs and for those who ask why it takes its time.
 *
 * Its members: "bytes", "bytes_total" and "bytes_resent"; "parts" and "parts_total"; "retries", an object of how often
 * a request was tried again, by the name of the status that had failed it; "first_byte_ms" and "elapsed_ms", from the
 * beginning to the first byte of content and to now or the end, null when that has not come; "connections_opened" and
 * "connections_reused", requests over a new connection and over one that was there; "smallest_chunk" and
 * "largest_chunk" of Intelligent Ingestion in bytes, null without any. Later versions may have more.
 *
 * `*out_json` is freed with filestack_string_free. Errors: misuse only. Threads: any, also in a callback. Since: 0.1.0.
 */
filestack_status filestack_operation_stats_json(
    const filestack_operation *operation, char **out_json, filestack_error **error);

/*---------------------------------------------------------------------------------------------------------------------
 * Queue
 *
 * Where operations that have ended are taken.
 *--------------------------------------------------------------------------------------------------------------------*/

/**
 * Makes a queue.
 *
 * `*out_queue` is released with filestack_queue_release. Errors: FILESTACK_E_RESOURCES. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_queue_new(filestack_queue **out_queue, filestack_error **error);

/**
 * A descriptor that is readable while something can be taken, for poll, epoll, kqueue and event loops. It is
 * level-triggered and close-on-exec. Wait for it only: do not read, write or close it.
 *
 * Returns a descriptor that lives as long as the queue. Errors: none; -1 for NULL and where the system has none.
 * Threads: any. Since: 0.1.0.
 */
int32_t filestack_queue_fd(const filestack_queue *queue);

/**
 * Takes an operation that has ended. Waits for one up to `timeout_ms`: 0 = not at all, -1 = without a limit.
 *
 * `out_tag` takes the operation's tag and may be NULL. `*out_operation` is released with filestack_operation_release;
 * `out_operation` may be NULL: the operation is released then. Several threads may take; each operation goes to one.
 * Errors: FILESTACK_E_PENDING when there was none in time, or because of filestack_queue_wake;
 * FILESTACK_E_WOULD_DEADLOCK in a callback, unless `timeout_ms` is 0; FILESTACK_E_FORKED in a child of the process that
 * has made the queue. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_queue_take(
    const filestack_queue *queue, int64_t timeout_ms, uint64_t *out_tag, filestack_operation **out_operation,
    filestack_error **error);

/**
 * Lets one filestack_queue_take return FILESTACK_E_PENDING: one that waits, or else a later one. It is counted, and
 * delivered only when there is no operation to take.
 *
 * Errors: none; NULL is allowed. Threads: any, also in a callback. Since: 0.1.0.
 */
void filestack_queue_wake(const filestack_queue *queue);

/**
 * Cancels every operation that was started with the queue and has not ended. They arrive as ever.
 *
 * Errors: none; NULL is allowed. Threads: any, also in a callback. Since: 0.1.0.
 */
void filestack_queue_cancel_all(const filestack_queue *queue);

/**
 * Adds a reference to the queue and returns it.
 *
 * Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
 */
filestack_queue *filestack_queue_retain(const filestack_queue *queue);

/**
 * Releases a reference to the queue. The last one discards what waits in it; operations that run go on.
 *
 * Errors: none; NULL is allowed. Threads: any. Since: 0.1.0.
 */
void filestack_queue_release(filestack_queue *queue);

/*---------------------------------------------------------------------------------------------------------------------
 * Filelink
 *
 * Files that the service keeps.
 *--------------------------------------------------------------------------------------------------------------------*/

/**
 * The handle: the file's name at the service.
 *
 * Returns a string that lives as long as the filelink. Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
 */
const char *filestack_filelink_handle(const filestack_filelink *filelink);

/**
 * The file's URL, without credentials.
 *
 * `*out_url` is freed with filestack_string_free. Errors: misuse only. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_filelink_url(const filestack_filelink *filelink, char **out_url, filestack_error **error);

/**
 * The file's URL with credentials. A secret: it allows everything that the policy allows.
 *
 * `security` may be NULL: the filelink's own. `*out_url` is freed with filestack_string_free.
 * Errors: FILESTACK_E_ARGUMENT when there are no credentials. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_filelink_signed_url(
    const filestack_filelink *filelink, const filestack_security *security, char **out_url, filestack_error **error);

/**
 * Begins a transformation of the file. Makes no network call.
 *
 * `*out_transformation` is freed with filestack_transformation_free and has the filelink's credentials.
 * Errors: misuse only. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_filelink_transform(
    const filestack_filelink *filelink, filestack_transformation **out_transformation, filestack_error **error);

/**
 * The service's whole reply to the upload, as a JSON object. It has both "mimetype" and "type", whichever of the two
 * the service sent.
 *
 * Returns a string that lives as long as the filelink. Errors: none; NULL for NULL and for a filelink that was made
 * from a handle. Threads: any. Since: 0.1.0.
 */
const char *filestack_filelink_upload_response_json(const filestack_filelink *filelink);

/**
 * The file's name, as the service said when it stored the file.
 *
 * Returns a string that lives as long as the filelink. Errors: none; NULL when it is not known. Threads: any.
 * Since: 0.1.0.
 */
const char *filestack_filelink_filename(const filestack_filelink *filelink);

/**
 * The file's MIME type, as the service said when it stored the file.
 *
 * Returns a string that lives as long as the filelink. Errors: none; NULL when it is not known. Threads: any.
 * Since: 0.1.0.
 */
const char *filestack_filelink_mimetype(const filestack_filelink *filelink);

/**
 * "Stored", or "InTransit" while the file is on its way to your own storage.
 *
 * Returns a string that lives as long as the filelink. Errors: none; NULL when it is not known. Threads: any.
 * Since: 0.1.0.
 */
const char *filestack_filelink_status(const filestack_filelink *filelink);

/**
 * The bucket or container that the file was stored in.
 *
 * Returns a string that lives as long as the filelink. Errors: none; NULL when it is not known. Threads: any.
 * Since: 0.1.0.
 */
const char *filestack_filelink_container(const filestack_filelink *filelink);

/**
 * The file's key in its container.
 *
 * Returns a string that lives as long as the filelink. Errors: none; NULL when it is not known. Threads: any.
 * Since: 0.1.0.
 */
const char *filestack_filelink_key(const filestack_filelink *filelink);

/**
 * The workflows that storing the file has started, as a JSON object: {id: {"jobid": id}}.
 *
 * Returns a string that lives as long as the filelink. Errors: none; NULL when there are none. Threads: any.
 * Since: 0.1.0.
 */
const char *filestack_filelink_workflows_json(const filestack_filelink *filelink);

/**
 * The file's size in bytes, as the service said when it stored the file.
 *
 * Errors: none; 0 when it is not known: no stored file is empty. Threads: any. Since: 0.1.0.
 */
uint64_t filestack_filelink_size_bytes(const filestack_filelink *filelink);

/**
 * Adds a reference to the filelink and returns it.
 *
 * Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
 */
filestack_filelink *filestack_filelink_retain(const filestack_filelink *filelink);

/**
 * Releases a reference to the filelink. The file at the service stays.
 *
 * Errors: none; NULL is allowed. Threads: any. Since: 0.1.0.
 */
void filestack_filelink_release(filestack_filelink *filelink);

/* -- Analysis of a file: what the service finds in it, and the workflows that it runs on it. */

/**
 * Words for what the picture shows, as a JSON object: {"tags": {"auto": {word: 0 to 100}, "user": ...}}. Blocks.
 *
 * Needs credentials: the filelink's or those of `request`, which may be NULL. `*out_json` is freed with
 * filestack_string_free. Errors: FILESTACK_E_ARGUMENT without credentials, and those of the network and the service.
 * Threads: any. Since: 0.1.0.
 */
filestack_status filestack_filelink_tags(
    const filestack_filelink *filelink, const filestack_request_options *request, char **out_json,
    filestack_error **error);

/**
 * Starts filestack_filelink_tags. Its result: filestack_operation_json.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_filelink_tags_start(
    const filestack_filelink *filelink, const filestack_request_options *request, const filestack_queue *queue,
    uint64_t tag, filestack_operation **out_operation, filestack_error **error);

/**
 * Whether the picture is safe for work, as a JSON object: {"sfw": true or false}. Blocks.
 *
 * Credentials, ownership and errors as for filestack_filelink_tags. Errors: as there. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_filelink_sfw(
    const filestack_filelink *filelink, const filestack_request_options *request, char **out_json,
    filestack_error **error);

/**
 * Starts filestack_filelink_sfw. Its result: filestack_operation_json.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_filelink_sfw_start(
    const filestack_filelink *filelink, const filestack_request_options *request, const filestack_queue *queue,
    uint64_t tag, filestack_operation **out_operation, filestack_error **error);

/**
 * The text in the picture, as a JSON object: {"document": {"text_areas": [...]}, "text": "..."}. Blocks.
 *
 * Credentials, ownership and errors as for filestack_filelink_tags. Errors: as there. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_filelink_ocr(
    const filestack_filelink *filelink, const filestack_request_options *request, char **out_json,
    filestack_error **error);

/**
 * Starts filestack_filelink_ocr. Its result: filestack_operation_json.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_filelink_ocr_start(
    const filestack_filelink *filelink, const filestack_request_options *request, const filestack_queue *queue,
    uint64_t tag, filestack_operation **out_operation, filestack_error **error);

/**
 * Starts a workflow on the file and answers with the service's reply, a JSON object with "jobid". Blocks.
 *
 * Needs credentials. Ownership as for filestack_filelink_tags. Errors: as there. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_filelink_run_workflow(
    const filestack_filelink *filelink, const char *workflow_id, const filestack_request_options *request,
    char **out_json, filestack_error **error);

/**
 * Starts filestack_filelink_run_workflow. Its result: filestack_operation_json.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_filelink_run_workflow_start(
    const filestack_filelink *filelink, const char *workflow_id, const filestack_request_options *request,
    const filestack_queue *queue, uint64_t tag, filestack_operation **out_operation, filestack_error **error);

/* -- Changes of a file: storing a copy, overwriting, deleting. */

/**
 * Stores a copy of the file as a new one. Blocks.
 *
 * `store` may be NULL: every default; a mimetype and upload tags are refused, because the service cannot set them
 * here. `request` may be NULL. `*out_filelink` is released with filestack_filelink_release; it has the client and
 * the credentials that signed the call. Errors: FILESTACK_E_ARGUMENT, and those of the network and the service.
 * Threads: any. Since: 0.1.0.
 */
filestack_status filestack_filelink_store(
    const filestack_filelink *filelink, const filestack_store_options *store, const filestack_request_options *request,
    filestack_filelink **out_filelink, filestack_error **error);

/**
 * Starts filestack_filelink_store. Its result: filestack_operation_filelink.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_filelink_store_start(
    const filestack_filelink *filelink, const filestack_store_options *store, const filestack_request_options *request,
    const filestack_queue *queue, uint64_t tag, filestack_operation **out_operation, filestack_error **error);

/**
 * Replaces the file's content. The handle stays; copies in caches may be delivered for a while. Blocks.
 *
 * `source` is read while it is sent, whatever its size. `base64decode`, nonzero = yes, makes the service decode the
 * content first. Needs credentials: the filelink's or those of `request`, which may be NULL. `out_json` takes the
 * service's reply, is freed with filestack_string_free, and may be NULL.
 * Errors: FILESTACK_E_ARGUMENT without credentials, those of filestack_client_upload for the source, and those of the
 * network and the service. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_filelink_overwrite(
    const filestack_filelink *filelink, const filestack_source *source, int32_t base64decode,
    const filestack_request_options *request, char **out_json, filestack_error **error);

/**
 * Starts filestack_filelink_overwrite. Its result: filestack_operation_json.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_filelink_overwrite_start(
    const filestack_filelink *filelink, const filestack_source *source, int32_t base64decode,
    const filestack_request_options *request, const filestack_queue *queue, uint64_t tag,
    filestack_operation **out_operation, filestack_error **error);

/**
 * Replaces the file's content by what the service finds at `url`. Blocks.
 *
 * As filestack_filelink_overwrite. Errors: FILESTACK_E_ARGUMENT without credentials or for anything but an http or
 * https URL, and those of the network and the service. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_filelink_overwrite_url(
    const filestack_filelink *filelink, const char *url, int32_t base64decode, const filestack_request_options *request,
    char **out_json, filestack_error **error);

/**
 * Starts filestack_filelink_overwrite_url. Its result: filestack_operation_json.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_filelink_overwrite_url_start(
    const filestack_filelink *filelink, const char *url, int32_t base64decode, const filestack_request_options *request,
    const filestack_queue *queue, uint64_t tag, filestack_operation **out_operation, filestack_error **error);

/**
 * Deletes the file from the service and its storage. Blocks.
 *
 * Needs the client's API key and credentials: the filelink's or those of `request`, which may be NULL.
 * Errors: FILESTACK_E_ARGUMENT that says which of the two is missing, FILESTACK_E_NOT_FOUND when the file is gone
 * already, and those of the network and the service. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_filelink_delete(
    const filestack_filelink *filelink, const filestack_request_options *request, filestack_error **error);

/**
 * Starts filestack_filelink_delete. Its result: filestack_operation_outcome.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_filelink_delete_start(
    const filestack_filelink *filelink, const filestack_request_options *request, const filestack_queue *queue,
    uint64_t tag, filestack_operation **out_operation, filestack_error **error);

/* -- The content of a file, and what the service knows of it. */

/**
 * Downloads the file. Blocks.
 *
 * The file at `path` appears only when the download is whole; until then the bytes stand beside it under a name that
 * begins with ".filestack-", which is removed on failure, unless FILESTACK_IF_EXISTS_RESUME keeps it. A connection
 * that breaks is followed by another one, which brings the rest where the service allows that. `request` may be NULL.
 * `out_size_bytes` may be NULL. Errors: FILESTACK_E_IO, FILESTACK_E_EXISTS, FILESTACK_E_TOO_LARGE, FILESTACK_E_STATE
 * while a resumable download to this path is running, and those of the network and the service.
 * Threads: any. Since: 0.1.0.
 */
filestack_status filestack_filelink_download(
    const filestack_filelink *filelink, const char *path, const filestack_request_options *request,
    uint64_t *out_size_bytes, filestack_error **error);

/**
 * Starts filestack_filelink_download. Its result: filestack_operation_size_bytes.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_filelink_download_start(
    const filestack_filelink *filelink, const char *path, const filestack_request_options *request,
    const filestack_queue *queue, uint64_t tag, filestack_operation **out_operation, filestack_error **error);

/**
 * Downloads the file to a sink. Blocks.
 *
 * The sink receives the bytes in order as they arrive, and is not used after the call. A connection that breaks is
 * followed by another one; what the sink has already is not given to it again. On failure it has a part of the file,
 * so the caller must throw that away. `request` may be NULL. `out_size_bytes` may be NULL.
 * Errors: FILESTACK_E_STATE when the sink is in use, FILESTACK_E_CALLBACK when a writer fails, FILESTACK_E_IO when a
 * descriptor does, FILESTACK_E_SOURCE_CHANGED when the file is another one after the connection broke,
 * FILESTACK_E_UNSUPPORTED with FILESTACK_IF_EXISTS_RESUME, FILESTACK_E_TOO_LARGE, and those of the network and the
 * service. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_filelink_download_to(
    const filestack_filelink *filelink, const filestack_sink *sink, const filestack_request_options *request,
    uint64_t *out_size_bytes, filestack_error **error);

/**
 * Starts filestack_filelink_download_to. Its result: filestack_operation_size_bytes.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_filelink_download_to_start(
    const filestack_filelink *filelink, const filestack_sink *sink, const filestack_request_options *request,
    const filestack_queue *queue, uint64_t tag, filestack_operation **out_operation, filestack_error **error);

/**
 * Reads the file's content into memory. Blocks.
 *
 * `request` may be NULL. `*out_content` is freed with filestack_buffer_free. Errors: FILESTACK_E_TOO_LARGE beyond
 * the limit (1 GiB unless set), and those of the network and the service. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_filelink_get_content(
    const filestack_filelink *filelink, const filestack_request_options *request, filestack_buffer **out_content,
    filestack_error **error);

/**
 * Starts filestack_filelink_get_content. Its result: filestack_operation_take_content.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_filelink_get_content_start(
    const filestack_filelink *filelink, const filestack_request_options *request, const filestack_queue *queue,
    uint64_t tag, filestack_operation **out_operation, filestack_error **error);

/**
 * What the service knows of the file, as a JSON object. Blocks.
 *
 * `fields` holds `field_count` names: size, mimetype, filename, width, height, uploaded (milliseconds since 1970),
 * writeable, cloud, source_url, md5, sha1, sha224, sha256, sha384, sha512, location, path, container, key, exif,
 * status. Without any the service chooses. `request` may be NULL. `*out_json` is freed with filestack_string_free.
 * Errors: FILESTACK_E_ARGUMENT for an unknown name, and those of the network and the service. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_filelink_metadata(
    const filestack_filelink *filelink, const char *const *fields, size_t field_count,
    const filestack_request_options *request, char **out_json, filestack_error **error);

/**
 * Starts filestack_filelink_metadata. Its result: filestack_operation_json.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_filelink_metadata_start(
    const filestack_filelink *filelink, const char *const *fields, size_t field_count,
    const filestack_request_options *request, const filestack_queue *queue, uint64_t tag,
    filestack_operation **out_operation, filestack_error **error);

/*---------------------------------------------------------------------------------------------------------------------
 * Transformation
 *
 * Chains of tasks over one or more sources.
 *--------------------------------------------------------------------------------------------------------------------*/

/**
 * Adds a task with its parameters, checked against the catalogue of tasks.
 *
 * `params` holds `param_count` parameters and may be NULL when there are none; everything is copied.
 * Errors: FILESTACK_E_TASK_UNKNOWN, FILESTACK_E_PARAM_UNKNOWN (both with the nearest right name),
 * FILESTACK_E_PARAM_TYPE, FILESTACK_E_PARAM_RANGE, FILESTACK_E_PARAM_MISSING, FILESTACK_E_TASK_ORDER; they poison
 * the transformation. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_transformation_add(
    filestack_transformation *transformation, const char *task, const filestack_param *params, size_t param_count,
    filestack_error **error);

/**
 * Adds a task with its parameters as a JSON object, checked against the catalogue of tasks.
 *
 * `params_json` may be NULL when there are none; a member that is null counts as not given.
 * Errors: as filestack_transformation_add, and FILESTACK_E_ARGUMENT when the text is not a JSON object; they poison
 * the transformation. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_transformation_add_json(
    filestack_transformation *transformation, const char *task, const char *params_json, filestack_error **error);

/**
 * Adds a task that the catalogue of tasks does not know yet, or one with parameters that it would refuse.
 *
 * Checks only that a URL can hold the names and the values; the service may still refuse the task. `params_json` may
 * be NULL when there are none; its members are booleans, numbers, texts, and lists of these, or null, which counts as
 * not given.
 * Errors: FILESTACK_E_ARGUMENT for an invalid name or a text that is not a JSON object, FILESTACK_E_PARAM_TYPE for
 * a member that is an object, FILESTACK_E_TASK_ORDER; they poison the transformation. Threads: one at a time.
 * Since: 0.1.0.
 */
filestack_status filestack_transformation_add_unchecked(
    filestack_transformation *transformation, const char *task, const char *params_json, filestack_error **error);

/**
 * The URL at which the service delivers the result, without credentials.
 *
 * `*out_url` is freed with filestack_string_free. Errors: that of a task that could not be added;
 * FILESTACK_E_ARGUMENT when the sources do not fit the tasks, or an external source needs an API key and the client
 * has none. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_transformation_url(
    const filestack_transformation *transformation, char **out_url, filestack_error **error);

/**
 * The URL at which the service delivers the result, with credentials. A secret: it allows everything that
 * the policy allows.
 *
 * `security` may be NULL: the transformation's own. `*out_url` is freed with filestack_string_free.
 * Errors: as filestack_transformation_url, and FILESTACK_E_ARGUMENT when there are no credentials.
 * Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_transformation_signed_url(
    const filestack_transformation *transformation, const filestack_security *security, char **out_url,
    filestack_error **error);

/**
 * Makes a transformation with the same sources, credentials and tasks, poisoned as this one is.
 *
 * Returns an object to be freed with filestack_transformation_free. Errors: none; NULL for NULL.
 * Threads: one at a time. Since: 0.1.0.
 */
filestack_transformation *filestack_transformation_clone(const filestack_transformation *transformation);

/**
 * Frees the transformation.
 *
 * Errors: none; NULL is allowed. Threads: one at a time. Since: 0.1.0.
 */
void filestack_transformation_free(filestack_transformation *transformation);

/* -- Parameters of tasks, as an array. */

/** The parameter is true or false: `i`, nonzero = true. */
#define FILESTACK_PARAM_BOOL 1

/** The parameter is an integer: `i`. */
#define FILESTACK_PARAM_INT 2

/** The parameter is a number: `f`. */
#define FILESTACK_PARAM_NUMBER 3

/**
 * The parameter is a text: `p` points to UTF-8 of `len` bytes, or to a NUL-terminated string when `len` is
 * FILESTACK_NUL_TERMINATED. A `len` of 0 is the empty text.
 */
#define FILESTACK_PARAM_STRING 4

/**
 * The parameter is a list of integers: `p` points to `len` values of type int64_t. A list of boxes has four for each.
 */
#define FILESTACK_PARAM_INTS 5

/** The parameter is a list of texts: `p` points to `len` values of type const char *. */
#define FILESTACK_PARAM_STRINGS 6

/** The parameter is a JSON value: `p` and `len` as for FILESTACK_PARAM_STRING. */
#define FILESTACK_PARAM_JSON 7

/** The `len` of a text that ends with NUL. */
#define FILESTACK_NUL_TERMINATED (size_t)-1

/** A named parameter of a task. Zero everything that `kind` does not use. */
struct filestack_param {
    /** The parameter's name, as the catalogue of tasks has it. */
    const char *name;
    /** FILESTACK_PARAM_*: which of the members hold the value. */
    uint32_t kind;
    /** Must be 0. */
    uint32_t reserved;
    /** The value of a BOOL or an INT. */
    int64_t i;
    /** The value of a NUMBER. */
    double f;
    /** The value of a STRING, INTS, STRINGS or JSON. */
    const void *p;
    /** How many bytes or values `p` points to, or FILESTACK_NUL_TERMINATED. */
    size_t len;
};

/* -- The result of a transformation: downloading and storing it, asking about it, converting it. */

/**
 * Downloads the result. Blocks.
 *
 * As filestack_filelink_download. Errors: that of a task that could not be added, and those of
 * filestack_filelink_download. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_transformation_download(
    const filestack_transformation *transformation, const char *path, const filestack_request_options *request,
    uint64_t *out_size_bytes, filestack_error **error);

/**
 * Starts filestack_transformation_download. Its result: filestack_operation_size_bytes.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: one at
 * a time. Since: 0.1.0.
 */
filestack_status filestack_transformation_download_start(
    const filestack_transformation *transformation, const char *path, const filestack_request_options *request,
    const filestack_queue *queue, uint64_t tag, filestack_operation **out_operation, filestack_error **error);

/**
 * Downloads the result to a sink. Blocks.
 *
 * As filestack_filelink_download_to. Errors: that of a task that could not be added, and those of
 * filestack_filelink_download_to. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_transformation_download_to(
    const filestack_transformation *transformation, const filestack_sink *sink,
    const filestack_request_options *request, uint64_t *out_size_bytes, filestack_error **error);

/**
 * Starts filestack_transformation_download_to. Its result: filestack_operation_size_bytes.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: one at
 * a time. Since: 0.1.0.
 */
filestack_status filestack_transformation_download_to_start(
    const filestack_transformation *transformation, const filestack_sink *sink,
    const filestack_request_options *request, const filestack_queue *queue, uint64_t tag,
    filestack_operation **out_operation, filestack_error **error);

/**
 * Reads the result into memory. Blocks.
 *
 * As filestack_filelink_get_content. Errors: that of a task that could not be added, and those of
 * filestack_filelink_get_content. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_transformation_get_content(
    const filestack_transformation *transformation, const filestack_request_options *request,
    filestack_buffer **out_content, filestack_error **error);

/**
 * Starts filestack_transformation_get_content. Its result: filestack_operation_take_content.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: one at
 * a time. Since: 0.1.0.
 */
filestack_status filestack_transformation_get_content_start(
    const filestack_transformation *transformation, const filestack_request_options *request,
    const filestack_queue *queue, uint64_t tag, filestack_operation **out_operation, filestack_error **error);

/**
 * Stores the result as a new file. Blocks.
 *
 * `store` may be NULL: every default; a mimetype and upload tags are refused, because the service cannot set them
 * here. `request` may be NULL. `*out_filelink` is released with filestack_filelink_release; it has the client and
 * the credentials that signed the call. The transformation stays as it is.
 * Errors: that of a task that could not be added, FILESTACK_E_ARGUMENT, and those of the network and the service.
 * Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_transformation_store(
    const filestack_transformation *transformation, const filestack_store_options *store,
    const filestack_request_options *request, filestack_filelink **out_filelink, filestack_error **error);

/**
 * Starts filestack_transformation_store. Its result: filestack_operation_filelink.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: one at
 * a time. Since: 0.1.0.
 */
filestack_status filestack_transformation_store_start(
    const filestack_transformation *transformation, const filestack_store_options *store,
    const filestack_request_options *request, const filestack_queue *queue, uint64_t tag,
    filestack_operation **out_operation, filestack_error **error);

/**
 * The service's JSON answer to a chain that ends with a task whose reply is not a file: tags, sfw, ocr, caption,
 * copyright, doc_detection with coords, image_sentiment, text_sentiment, imagesize, pdfinfo, output with docinfo,
 * detect_faces with export, doc_to_images, metadata, store, video_convert and others. Blocks.
 *
 * `request` may be NULL. `*out_json` is freed with filestack_string_free. Errors: that of a task that could not be
 * added, FILESTACK_E_ARGUMENT when the chain gives a file or lacks credentials that its task needs, and those of the
 * network and the service. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_transformation_get_json(
    const filestack_transformation *transformation, const filestack_request_options *request, char **out_json,
    filestack_error **error);

/**
 * Starts filestack_transformation_get_json. Its result: filestack_operation_json.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: one at
 * a time. Since: 0.1.0.
 */
filestack_status filestack_transformation_get_json_start(
    const filestack_transformation *transformation, const filestack_request_options *request,
    const filestack_queue *queue, uint64_t tag, filestack_operation **out_operation, filestack_error **error);

/**
 * Words for what the result shows, as a JSON object: {"tags": {"auto": {word: 0 to 100}, "user": ...}}. Blocks.
 *
 * The transformation stays as it is. Needs credentials: the transformation's or those of `request`, which may be
 * NULL. `*out_json` is freed with filestack_string_free. Errors: that of a task that could not be added,
 * FILESTACK_E_ARGUMENT without credentials, and those of the network and the service. Threads: one at a time.
 * Since: 0.1.0.
 */
filestack_status filestack_transformation_tags(
    const filestack_transformation *transformation, const filestack_request_options *request, char **out_json,
    filestack_error **error);

/**
 * Starts filestack_transformation_tags. Its result: filestack_operation_json.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: one at
 * a time. Since: 0.1.0.
 */
filestack_status filestack_transformation_tags_start(
    const filestack_transformation *transformation, const filestack_request_options *request,
    const filestack_queue *queue, uint64_t tag, filestack_operation **out_operation, filestack_error **error);

/**
 * Whether the result is safe for work, as a JSON object: {"sfw": true or false}. Blocks.
 *
 * As filestack_transformation_tags. Errors: as there. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_transformation_sfw(
    const filestack_transformation *transformation, const filestack_request_options *request, char **out_json,
    filestack_error **error);

/**
 * Starts filestack_transformation_sfw. Its result: filestack_operation_json.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: one at
 * a time. Since: 0.1.0.
 */
filestack_status filestack_transformation_sfw_start(
    const filestack_transformation *transformation, const filestack_request_options *request,
    const filestack_queue *queue, uint64_t tag, filestack_operation **out_operation, filestack_error **error);

/**
 * The text in the result, as a JSON object: {"document": {"text_areas": [...]}, "text": "..."}. Blocks.
 *
 * As filestack_transformation_tags. Errors: as there. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_transformation_ocr(
    const filestack_transformation *transformation, const filestack_request_options *request, char **out_json,
    filestack_error **error);

/**
 * Starts filestack_transformation_ocr. Its result: filestack_operation_json.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: one at
 * a time. Since: 0.1.0.
 */
filestack_status filestack_transformation_ocr_start(
    const filestack_transformation *transformation, const filestack_request_options *request,
    const filestack_queue *queue, uint64_t tag, filestack_operation **out_operation, filestack_error **error);

/**
 * Starts a conversion of audio or video at the service. Blocks until it is started.
 *
 * `params` holds `param_count` parameters of the task video_convert and may be NULL. `request` may be NULL; its
 * credentials also sign the job's further calls. `*out_job` is released with filestack_av_job_release. The
 * transformation stays as it is. Errors: those of filestack_transformation_add, and those of the network and the
 * service. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_transformation_av_convert(
    const filestack_transformation *transformation, const filestack_param *params, size_t param_count,
    const filestack_request_options *request, filestack_av_job **out_job, filestack_error **error);

/**
 * Starts filestack_transformation_av_convert. Its result: filestack_operation_av_job.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: one at
 * a time. Since: 0.1.0.
 */
filestack_status filestack_transformation_av_convert_start(
    const filestack_transformation *transformation, const filestack_param *params, size_t param_count,
    const filestack_request_options *request, const filestack_queue *queue, uint64_t tag,
    filestack_operation **out_operation, filestack_error **error);

/*---------------------------------------------------------------------------------------------------------------------
 * AV job
 *
 * Conversions of audio and video that run at the service.
 *--------------------------------------------------------------------------------------------------------------------*/

/** The service has taken the job. */
#define FILESTACK_AV_STARTED 1

/** The service works on the job. */
#define FILESTACK_AV_PENDING 2

/** The job's result is there. */
#define FILESTACK_AV_COMPLETED 3

/**
 * The job's id.
 *
 * Returns a string that lives as long as the job. Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
 */
const char *filestack_av_job_uuid(const filestack_av_job *job);

/**
 * When the job was started, as the service writes it: seconds since 1970.
 *
 * Returns a string that lives as long as the job. Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
 */
const char *filestack_av_job_timestamp(const filestack_av_job *job);

/**
 * The service's latest reply about the job, as a JSON object.
 *
 * `*out_json` is freed with filestack_string_free. Errors: misuse only. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_av_job_json(const filestack_av_job *job, char **out_json, filestack_error **error);

/**
 * The result of a completed job. Makes no network call.
 *
 * `*out_filelink` is released with filestack_filelink_release and has the job's client and credentials.
 * Errors: FILESTACK_E_STATE before a status or wait call has reported completion, FILESTACK_E_HTTP with the service's
 * message when it was seen to have failed. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_av_job_filelink(
    const filestack_av_job *job, filestack_filelink **out_filelink, filestack_error **error);

/**
 * Adds a reference to the job and returns it.
 *
 * Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
 */
filestack_av_job *filestack_av_job_retain(const filestack_av_job *job);

/**
 * Releases a reference to the job.
 *
 * Errors: none; NULL is allowed. Threads: any. Since: 0.1.0.
 */
void filestack_av_job_release(filestack_av_job *job);

/* -- How far AV jobs are: asked once, or until they are completed. */

/**
 * Asks the service how far the job is. Blocks.
 *
 * `*out_status` is one of FILESTACK_AV_*. A job is completed only when its result has a URL. `request` may be NULL.
 * Errors: FILESTACK_E_HTTP with the service's message when the job failed, and those of the network and the service.
 * Threads: any. Since: 0.1.0.
 */
filestack_status filestack_av_job_status(
    const filestack_av_job *job, const filestack_request_options *request, int32_t *out_status,
    filestack_error **error);

/**
 * Starts filestack_av_job_status. Its result: filestack_operation_av_status.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_av_job_status_start(
    const filestack_av_job *job, const filestack_request_options *request, const filestack_queue *queue, uint64_t tag,
    filestack_operation **out_operation, filestack_error **error);

/**
 * Waits until the job is completed, by polling the service. Blocks.
 *
 * `timeout_ms` limits the wait; 0 = ask once, -1 = no limit. `request` may be NULL and applies to each request.
 * Errors: FILESTACK_E_TIMEOUT when it is not completed by then (it goes on), and those of filestack_av_job_status.
 * Threads: any. Since: 0.1.0.
 */
filestack_status filestack_av_job_wait(
    const filestack_av_job *job, int64_t timeout_ms, const filestack_request_options *request, filestack_error **error);

/**
 * Starts filestack_av_job_wait. Its result: filestack_operation_outcome.
 *
 * `queue` or `out_operation` may be NULL; filestack_operation says more. Errors: those of a start. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_av_job_wait_start(
    const filestack_av_job *job, int64_t timeout_ms, const filestack_request_options *request,
    const filestack_queue *queue, uint64_t tag, filestack_operation **out_operation, filestack_error **error);

/*---------------------------------------------------------------------------------------------------------------------
 * Sink
 *
 * Destinations of downloads, descriptors and writers.
 *--------------------------------------------------------------------------------------------------------------------*/

/** Initial value of a filestack_writer. */
#define FILESTACK_WRITER_INIT { (uint32_t)sizeof(filestack_writer), 0, 0, 0, 0 }

/**
 * A writer of the caller, such as a file object of another language. Start from FILESTACK_WRITER_INIT, which sets
 * struct_size.
 *
 * The functions are called one at a time, on a thread that the library makes for the writer, with `user`; they may
 * block, must not throw and may not call a blocking function of the library. Nothing is read from the network while
 * `write` runs.
 */
struct filestack_writer {
    /** sizeof(filestack_writer), set by FILESTACK_WRITER_INIT. */
    uint32_t struct_size;
    /** Must be 0. */
    uint32_t reserved;
    /**
     * Consumes 1 to `size` bytes from the front of `data` and returns how many; it is called again with the rest.
     * `data` is valid during the call only. FILESTACK_WOULD_BLOCK means that it can take none yet and
     * filestack_sink_ready will tell; 0 and other negative numbers are failures.
     */
    int64_t (*write)(void *user, const void *data, size_t size);
    /** Frees `user`; called once, after the last call of `write`. May be NULL. */
    filestack_destroy destroy;
    /** Given to both functions. */
    void *user;
};

/**
 * An open descriptor: a regular file, which is written from its present position on, a pipe, a stream socket or a
 * terminal. It is duplicated: yours can be closed at once.
 *
 * Its blocking mode stays as it is. While it is full the download waits, until its time limit at most, and reads
 * nothing from the network. A pipe or socket whose reader has gone is FILESTACK_E_IO, with EPIPE in
 * filestack_error_os_code, and never SIGPIPE. Nothing is closed or synced.
 *
 * `*out_sink` is released with filestack_sink_release.
 * Errors: FILESTACK_E_ARGUMENT when the descriptor is closed, a directory, open for reading only, or a socket of
 * messages; FILESTACK_E_UNSUPPORTED where the system has no descriptors. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_sink_from_fd(int32_t fd, filestack_sink **out_sink, filestack_error **error);

/**
 * A writer. The struct is copied; `writer->destroy` is called once, after the last use, also when this call fails -
 * unless `struct_size` is too small to tell that there is one.
 *
 * `*out_sink` is released with filestack_sink_release. Errors: FILESTACK_E_NULL without `write`,
 * FILESTACK_E_ARGUMENT for a struct_size or reserved that does not fit. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_sink_from_writer(
    const filestack_writer *writer, filestack_sink **out_sink, filestack_error **error);

/**
 * Says that a writer that has answered FILESTACK_WOULD_BLOCK can be asked again. It is remembered when the writer has
 * not answered yet, so nothing is lost when the two cross; more than once counts as once.
 *
 * Errors: none; NULL is allowed. Threads: any, also in a callback. Since: 0.1.0.
 */
void filestack_sink_ready(const filestack_sink *sink);

/**
 * Adds a reference to the sink and returns it.
 *
 * Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
 */
filestack_sink *filestack_sink_retain(const filestack_sink *sink);

/**
 * Releases a reference to the sink.
 *
 * Errors: none; NULL is allowed. Threads: any. Since: 0.1.0.
 */
void filestack_sink_release(filestack_sink *sink);

/*---------------------------------------------------------------------------------------------------------------------
 * Source
 *
 * Content of uploads, from files, descriptors, memory and readers.
 *--------------------------------------------------------------------------------------------------------------------*/

/** Initial value of a filestack_reader. */
#define FILESTACK_READER_INIT { (uint32_t)sizeof(filestack_reader), 0, 0, 0, 0, 0, 0 }

/**
 * What a reader or a writer returns when it has nothing to do yet. It is asked again after filestack_source_ready or
 * filestack_sink_ready; the upload or download waits, up to its time limit, without a place among the requests.
 */
#define FILESTACK_WOULD_BLOCK -1000

/**
 * A reader of the caller, such as a file object of another language. Start from FILESTACK_READER_INIT, which sets
 * struct_size.
 *
 * The functions are called one at a time, on a thread that the library makes for the reader, with `user`; they may
 * block, must not throw and may not call a blocking function of the library.
 */
struct filestack_reader {
    /** sizeof(filestack_reader), set by FILESTACK_READER_INIT. */
    uint32_t struct_size;
    /** Must be 0. */
    uint32_t reserved;
    /**
     * Writes up to `size` bytes to `buffer` and returns how many, 0 at the end, FILESTACK_WOULD_BLOCK when it has none
     * yet and filestack_source_ready will tell, another negative number on failure.
     */
    int64_t (*read)(void *user, void *buffer, size_t size);
    /**
     * Goes to the byte at `offset`, counted from the first; returns 0, or anything else on failure. May be NULL:
     * the source then serves one upload.
     */
    int32_t (*seek)(void *user, uint64_t offset);
    /**
     * Returns the number of bytes from the first to the last, or a negative number when the size is unknown. May be
     * NULL. Without a size the content is first copied to a temporary file. It may move the position when there is
     * `seek`, which is called afterwards.
     */
    int64_t (*size)(void *user);
    /** Frees `user`; called once, after the last call of the others. May be NULL. */
    filestack_destroy destroy;
    /** Given to all functions. */
    void *user;
};

/**
 * The file at `path`, opened now.
 *
 * `*out_source` is released with filestack_source_release.
 * Errors: FILESTACK_E_IO, FILESTACK_E_ARGUMENT when it is not a regular file. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_source_from_path(const char *path, filestack_source **out_source, filestack_error **error);

/**
 * An open descriptor. It is duplicated: yours can be closed at once, or used further once the upload has ended.
 *
 * A regular file is read by position, without moving the one that it has: `size` bytes from `offset` on; -1 for the
 * offset means the present position, and -1 for the size everything up to the end. Pipes, sockets and devices are read
 * in order, serve one upload, and take -1 as the offset; without a size (-1) they are first copied to a temporary
 * file. Their blocking mode stays as it is.
 *
 * `*out_source` is released with filestack_source_release.
 * Errors: FILESTACK_E_ARGUMENT when the descriptor is closed, a directory or cannot be read, or has no offsets;
 * FILESTACK_E_UNSUPPORTED where the system has no descriptors. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_source_from_fd(
    int32_t fd, int64_t offset, int64_t size, filestack_source **out_source, filestack_error **error);

/**
 * `size` bytes in memory.
 *
 * With `destroy` the memory is borrowed until `destroy(user)` is called: once, after the last use, also when this
 * call fails. Without it (NULL) the bytes are copied now. `*out_source` is released with filestack_source_release.
 * Errors: misuse only. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_source_from_memory(
    const void *data, size_t size, filestack_destroy destroy, void *user, filestack_source **out_source,
    filestack_error **error);

/**
 * A reader. The struct is copied; `reader->destroy` is called once, after the last use, also when this call fails -
 * unless `struct_size` is too small to tell that there is one.
 *
 * `*out_source` is released with filestack_source_release. Errors: FILESTACK_E_NULL without `read`,
 * FILESTACK_E_ARGUMENT for a struct_size or reserved that does not fit. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_source_from_reader(
    const filestack_reader *reader, filestack_source **out_source, filestack_error **error);

/**
 * Says that a reader that has answered FILESTACK_WOULD_BLOCK can be asked again. It is remembered when the reader has
 * not answered yet, so nothing is lost when the two cross; more than once counts as once.
 *
 * Errors: none; NULL is allowed. Threads: any, also in a callback. Since: 0.1.0.
 */
void filestack_source_ready(const filestack_source *source);

/**
 * Adds a reference to the source and returns it.
 *
 * Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
 */
filestack_source *filestack_source_retain(const filestack_source *source);

/**
 * Releases a reference to the source.
 *
 * Errors: none; NULL is allowed. Threads: any. Since: 0.1.0.
 */
void filestack_source_release(filestack_source *source);

/*---------------------------------------------------------------------------------------------------------------------
 * Security
 *
 * Signed policies, the credentials that the service asks for.
 *--------------------------------------------------------------------------------------------------------------------*/

/**
 * Signs any JSON object as a policy, byte for byte as the reference SDK does: keys sorted, ASCII only.
 *
 * Nothing in the policy is checked; filestack_policy refuses misspelt keys. The secret is not kept.
 * `*out_security` is released with filestack_security_release.
 * Errors: FILESTACK_E_ARGUMENT when the policy is not a JSON object or the secret is empty. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_security_new(
    const char *policy_json, const char *secret, filestack_security **out_security, filestack_error **error);

/**
 * Signs a policy that was built key by key.
 *
 * `*out_security` is released with filestack_security_release; the policy stays the caller's.
 * Errors: the first failure of a setter of the policy; FILESTACK_E_ARGUMENT when the policy has no expiry or
 * contradicts itself, or the secret is empty.
 * Threads: one at a time for the policy. Since: 0.1.0.
 */
filestack_status filestack_security_from_policy(
    const filestack_policy *policy, const char *secret, filestack_security **out_security, filestack_error **error);

/**
 * Signs a policy that another program has encoded in base64, character by character as it is: in the alphabet with -
 * and _ or the one with + and /, with padding or without.
 *
 * `*out_security` is released with filestack_security_release.
 * Errors: FILESTACK_E_ARGUMENT when it is not base64 or the secret is empty. Threads: any.
 * Since: 0.1.0.
 */
filestack_status filestack_security_from_encoded(
    const char *policy_b64, const char *secret, filestack_security **out_security, filestack_error **error);

/**
 * Takes a policy and a signature that a server made, for a program that must not hold the app secret.
 *
 * `*out_security` is released with filestack_security_release.
 * Errors: FILESTACK_E_ARGUMENT when the policy is not base64 or the signature is not 64 hex digits.
 * Threads: any. Since: 0.1.0.
 */
filestack_status filestack_security_from_signed(
    const char *policy_b64, const char *signature, filestack_security **out_security, filestack_error **error);

/**
 * The policy as JSON text, as it was signed. A secret.
 *
 * Returns a string that lives as long as the object. Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
 */
const char *filestack_security_policy(const filestack_security *security);

/**
 * The policy in URL-safe base64 with padding. A secret.
 *
 * Returns a string that lives as long as the object. Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
 */
const char *filestack_security_policy_b64(const filestack_security *security);

/**
 * The signature: 64 lower-case hex digits of HMAC-SHA256. A secret.
 *
 * Returns a string that lives as long as the object. Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
 */
const char *filestack_security_signature(const filestack_security *security);

/**
 * The URL segment "security=p:<policy>,s:<signature>". A secret.
 *
 * Returns a string that lives as long as the object. Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
 */
const char *filestack_security_url_string(const filestack_security *security);

/**
 * Adds a reference to the object and returns it.
 *
 * Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
 */
filestack_security *filestack_security_retain(const filestack_security *security);

/**
 * Releases a reference; the last release wipes and frees the object.
 *
 * Errors: none; NULL is allowed. Threads: any. Since: 0.1.0.
 */
void filestack_security_release(filestack_security *security);

/*---------------------------------------------------------------------------------------------------------------------
 * Policy
 *
 * What signed calls may do, built key by key.
 *--------------------------------------------------------------------------------------------------------------------*/

/**
 * Makes an empty policy. It needs an expiry before it can be signed.
 *
 * Returns an object to be freed with filestack_policy_free. Errors: none. Threads: any. Since: 0.1.0.
 */
filestack_policy *filestack_policy_new(void);

/**
 * Sets any member by its name on the wire (expiry, call, handle, url, maxSize, minSize, path, container) from a
 * JSON value. An unknown name is refused with the nearest right one, and so are an empty list, an empty text and null,
 * which would allow everything: a mistake never widens the policy.
 *
 * Errors: FILESTACK_E_ARGUMENT for an unknown name or a value that does not fit. Threads: one at a time.
 * Since: 0.1.0.
 */
filestack_status filestack_policy_set(
    filestack_policy *policy, const char *key, const char *value_json, filestack_error **error);

/**
 * Sets when the policy ends, in seconds since 1970. Milliseconds are recognised and refused.
 *
 * Errors: FILESTACK_E_ARGUMENT. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_policy_set_expiry(filestack_policy *policy, int64_t unix_seconds, filestack_error **error);

/**
 * Allows one more call: pick, read, stat, write, writeUrl, store, convert, remove, exif or runWorkflow.
 * A policy without any allows all but exif.
 *
 * Errors: FILESTACK_E_ARGUMENT for another word, with the nearest right one. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_policy_add_call(filestack_policy *policy, const char *call, filestack_error **error);

/**
 * Limits the policy to the file with this handle.
 *
 * Errors: FILESTACK_E_ARGUMENT when it is empty. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_policy_set_handle(filestack_policy *policy, const char *handle, filestack_error **error);

/**
 * Limits external URLs to those that match this regular expression.
 *
 * Errors: FILESTACK_E_ARGUMENT when it is empty. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_policy_set_url(filestack_policy *policy, const char *pattern, filestack_error **error);

/**
 * Limits uploads to at most this many bytes.
 *
 * Errors: FILESTACK_E_ARGUMENT when it is negative. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_policy_set_max_size(filestack_policy *policy, int64_t size_bytes, filestack_error **error);

/**
 * Limits uploads to at least this many bytes.
 *
 * Errors: FILESTACK_E_ARGUMENT when it is negative. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_policy_set_min_size(filestack_policy *policy, int64_t size_bytes, filestack_error **error);

/**
 * Limits storage paths to those that match this regular expression.
 *
 * Errors: FILESTACK_E_ARGUMENT when it is empty. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_policy_set_path(filestack_policy *policy, const char *pattern, filestack_error **error);

/**
 * Limits storage containers to those that match this regular expression.
 *
 * Errors: FILESTACK_E_ARGUMENT when it is empty. Threads: one at a time. Since: 0.1.0.
 */
filestack_status filestack_policy_set_container(filestack_policy *policy, const char *pattern, filestack_error **error);

/**
 * The policy as JSON text.
 *
 * `*out_json` is freed with filestack_string_free. Errors: the first failure of a setter. Threads: one at a time.
 * Since: 0.1.0.
 */
filestack_status filestack_policy_json(const filestack_policy *policy, char **out_json, filestack_error **error);

/**
 * Frees the policy. Security objects made from it stay.
 *
 * Errors: none; NULL is allowed. Threads: one at a time. Since: 0.1.0.
 */
void filestack_policy_free(filestack_policy *policy);

/*---------------------------------------------------------------------------------------------------------------------
 * Webhook
 *
 * Verifies that they come from Filestack.
 *--------------------------------------------------------------------------------------------------------------------*/

/**
 * Checks that a webhook comes from Filestack: its signature, in constant time, over the body as it arrived.
 *
 * `body` holds `body_size` bytes, not re-serialised. `timestamp` and `signature` are the headers FS-Timestamp and
 * FS-Signature. `tolerance_seconds` limits how long ago, or how far ahead, it was sent; 0 = any time.
 * Errors: FILESTACK_E_SIGNATURE when it cannot be trusted, FILESTACK_E_ARGUMENT when the secret is empty or the
 * tolerance negative. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_webhook_verify(
    const char *secret, const void *body, size_t body_size, const char *timestamp, const char *signature,
    int64_t tolerance_seconds, filestack_error **error);

/**
 * As filestack_webhook_verify, with timestamp and signature taken from the request's headers.
 *
 * `names` and `values` hold `header_count` strings each; the names may be in any case.
 * Errors: as filestack_webhook_verify, and FILESTACK_E_SIGNATURE when one of the two headers is missing or there
 * twice. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_webhook_verify_headers(
    const char *secret, const void *body, size_t body_size, const char *const *names, const char *const *values,
    size_t header_count, int64_t tolerance_seconds, filestack_error **error);

/*---------------------------------------------------------------------------------------------------------------------
 * Error
 *
 * Status, message and details of a failure.
 *--------------------------------------------------------------------------------------------------------------------*/

/**
 * The status that the failed function returned.
 *
 * Errors: none; FILESTACK_OK for NULL. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_error_code(const filestack_error *error);

/**
 * One line that says what failed, on what, and what to do; no final period, never a secret.
 *
 * Returns a string that lives as long as the error. Errors: none; "" for NULL. Threads: any. Since: 0.1.0.
 */
const char *filestack_error_message(const filestack_error *error);

/**
 * The HTTP status of the service's reply.
 *
 * Errors: none; 0 when there was no reply, and for NULL. Threads: any. Since: 0.1.0.
 */
int32_t filestack_error_http_status(const filestack_error *error);

/**
 * The service's own error text, shortened, with secrets masked.
 *
 * Returns a string that lives as long as the error. Errors: none; NULL when there is none. Threads: any.
 * Since: 0.1.0.
 */
const char *filestack_error_service_text(const filestack_error *error);

/**
 * The operating system's number of the failure (errno): behind FILESTACK_E_IO, FILESTACK_E_RESOURCES and failures of
 * connections.
 *
 * Errors: none; 0 when there is none, and for NULL. Threads: any. Since: 0.1.0.
 */
int32_t filestack_error_os_code(const filestack_error *error);

/**
 * Whether the same call may succeed later without a change.
 *
 * Errors: none; false for NULL. Threads: any. Since: 0.1.0.
 */
bool filestack_error_retryable(const filestack_error *error);

/**
 * How many milliseconds the service asks to wait before the next try.
 *
 * Errors: none; 0 when it does not say, and for NULL. Threads: any. Since: 0.1.0.
 */
uint64_t filestack_error_retry_after_ms(const filestack_error *error);

/**
 * The id of the failed request, for a report to Filestack's support.
 *
 * Returns a string that lives as long as the error. Errors: none; NULL when no request was made. Threads: any.
 * Since: 0.1.0.
 */
const char *filestack_error_request_id(const filestack_error *error);

/**
 * The whole error as a JSON object: code, message and retryable always; http_status, service_text,
 * retry_after_ms, request_id and os_code when known.
 *
 * Returns a string that lives as long as the error. Errors: none; "{}" for NULL. Threads: any. Since: 0.1.0.
 */
const char *filestack_error_json(const filestack_error *error);

/**
 * Adds a reference to the error and returns it.
 *
 * Errors: none; NULL for NULL. Threads: any. Since: 0.1.0.
 */
filestack_error *filestack_error_retain(const filestack_error *error);

/**
 * Releases a reference to the error; the last release frees it.
 *
 * Errors: none; NULL is allowed. Threads: any. Since: 0.1.0.
 */
void filestack_error_release(filestack_error *error);

/*---------------------------------------------------------------------------------------------------------------------
 * Status
 *
 * Codes of results, and their names.
 *--------------------------------------------------------------------------------------------------------------------*/

/**
 * The C name of a status, for example "FILESTACK_E_TIMEOUT"; "FILESTACK_E_UNKNOWN" for any other number.
 *
 * Returns a static string. Errors: none. Threads: any. Since: 0.1.0.
 */
const char *filestack_status_name(filestack_status status);

/* -- Status codes: the numbers, their names, and the kinds of failure that they stand for. */

/** Success. */
#define FILESTACK_OK 0

/** A pointer that must not be NULL was NULL; the message names it. */
#define FILESTACK_E_NULL 1

/** A string was not valid UTF-8. */
#define FILESTACK_E_UTF8 2

/** A pointer leads to an object of another type, or to one that was freed (best effort). */
#define FILESTACK_E_OBJECT 3

/** A value was refused; the message says what is allowed. */
#define FILESTACK_E_ARGUMENT 4

/** The object is in a state that does not allow the call. */
#define FILESTACK_E_STATE 5

/** A blocking call was made from a callback. */
#define FILESTACK_E_WOULD_DEADLOCK 6

/** This build or this input does not support the call. */
#define FILESTACK_E_UNSUPPORTED 7

/** The catalogue has no such transformation task; the message has the nearest name. */
#define FILESTACK_E_TASK_UNKNOWN 20

/** The task has no such parameter; the message has the nearest name. */
#define FILESTACK_E_PARAM_UNKNOWN 21

/** A task parameter has the wrong type. */
#define FILESTACK_E_PARAM_TYPE 22

/** A task parameter is out of range, or not one of the allowed words. */
#define FILESTACK_E_PARAM_RANGE 23

/** A required task parameter is missing. */
#define FILESTACK_E_PARAM_MISSING 24

/** The task may not stand at this place of the chain. */
#define FILESTACK_E_TASK_ORDER 25

/** A local file could not be read or written. */
#define FILESTACK_E_IO 100

/** The source changed while it was uploaded; nothing was stored. */
#define FILESTACK_E_SOURCE_CHANGED 101

/** The destination exists and may not be replaced. */
#define FILESTACK_E_EXISTS 102

/** Memory, threads or descriptors ran out; filestack_error_os_code has the number. */
#define FILESTACK_E_RESOURCES 103

/** A time limit passed; the message says which. */
#define FILESTACK_E_TIMEOUT 200

/** A host name could not be resolved. */
#define FILESTACK_E_DNS 201

/** No connection could be made. */
#define FILESTACK_E_CONNECT 202

/** The TLS handshake failed, for example because the certificate is not trusted. */
#define FILESTACK_E_TLS 203

/** An established connection broke. */
#define FILESTACK_E_NETWORK 204

/** The service answered with an error status. */
#define FILESTACK_E_HTTP 300

/** The service refused the credentials (HTTP 401 or 403), or a proxy its user and password (HTTP 407). */
#define FILESTACK_E_AUTH 301

/** The service does not know the file or the application (HTTP 404). */
#define FILESTACK_E_NOT_FOUND 302

/** The service asks for fewer requests (HTTP 429). */
#define FILESTACK_E_RATE_LIMIT 303

/** The service's reply is not what the protocol promises. */
#define FILESTACK_E_PROTOCOL 304

/** The reply is larger than the limit. */
#define FILESTACK_E_TOO_LARGE 305

/** A webhook's signature does not match, or it is too old. */
#define FILESTACK_E_SIGNATURE 306

/** The operation was cancelled. */
#define FILESTACK_E_CANCELLED 400

/** The queue or the operation belongs to the parent of this process. */
#define FILESTACK_E_FORKED 401

/** A callback of the caller reported a failure. */
#define FILESTACK_E_CALLBACK 403

/** The service may have stored the file: its answer was lost, and it no longer knows the upload. */
#define FILESTACK_E_MAY_BE_STORED 404

/** Nothing yet: the operation runs still, or the queue is empty. Not a failure: ask again. */
#define FILESTACK_E_PENDING 405

/** A bug in the library was caught; please report the message. */
#define FILESTACK_E_PANIC 900

/*---------------------------------------------------------------------------------------------------------------------
 * Buffer
 *
 * Content in memory.
 *--------------------------------------------------------------------------------------------------------------------*/

/**
 * The first byte of the buffer.
 *
 * Returns memory that lives as long as the buffer. Errors: none; NULL for NULL. Threads: one at a time.
 * Since: 0.1.0.
 */
const void *filestack_buffer_data(const filestack_buffer *buffer);

/**
 * The number of bytes in the buffer.
 *
 * Errors: none; 0 for NULL. Threads: one at a time. Since: 0.1.0.
 */
size_t filestack_buffer_size(const filestack_buffer *buffer);

/**
 * Frees the buffer.
 *
 * Errors: none; NULL is allowed. Threads: one at a time. Since: 0.1.0.
 */
void filestack_buffer_free(filestack_buffer *buffer);

/*---------------------------------------------------------------------------------------------------------------------
 * Memory
 *
 * Strings that the library hands over.
 *--------------------------------------------------------------------------------------------------------------------*/

/**
 * Frees a string that the library handed over, and wipes it first: signed URLs are secrets.
 *
 * Errors: none; NULL is allowed. Threads: any. Since: 0.1.0.
 */
void filestack_string_free(char *string);

/*---------------------------------------------------------------------------------------------------------------------
 * Log
 *
 * The log: events of the library, given to one function of the host. Silent until one is set.
 *--------------------------------------------------------------------------------------------------------------------*/

/** Initial value of a filestack_log. */
#define FILESTACK_LOG_INIT { (uint32_t)sizeof(filestack_log), 0, 0, 0, 0 }

/** Log level: an operation failed in a way that the caller may not see otherwise. */
#define FILESTACK_LOG_ERROR 1

/** Log level: something went wrong and was mended, such as a retry. */
#define FILESTACK_LOG_WARN 2

/** Log level: milestones. */
#define FILESTACK_LOG_INFO 3

/** Log level: each request. */
#define FILESTACK_LOG_DEBUG 4

/** Log level: everything. */
#define FILESTACK_LOG_TRACE 5

/**
 * Where log events go. Start from FILESTACK_LOG_INIT, which sets struct_size.
 *
 * `write` is called on a thread of the library that does nothing else, one event after the other; its strings are
 * valid during the call only, and `fields_json` is a JSON object with the event's further members. It must not throw
 * and may not call a blocking function. When it is so slow that events pile up, some are dropped, and an event says
 * how many. `destroy`, when set, is called with `user` exactly once, after the last call of `write`.
 */
struct filestack_log {
    /** sizeof(filestack_log), set by FILESTACK_LOG_INIT. */
    uint32_t struct_size;
    /** The most detailed level that is wanted: FILESTACK_LOG_ERROR to FILESTACK_LOG_TRACE. */
    int32_t level;
    /** Receives an event. */
    void (*write)(void *user, int32_t level, const char *target, const char *message, const char *fields_json);
    /** Frees `user`; may be NULL. */
    filestack_destroy destroy;
    /** Given to both functions. */
    void *user;
};

/**
 * Sends the library's log events to `log`, or nowhere when `log` is NULL. It takes the place of the one before. Waits.
 *
 * The struct is copied. Pending events still go to the log before, which is destroyed before this call returns, except
 * in a callback. When the call fails, the log before stays and `log->destroy` is called, unless `struct_size` is too
 * small to tell that there is one.
 * Errors: FILESTACK_E_ARGUMENT for an unknown level or a struct_size that is too small, FILESTACK_E_NULL without
 * `write`, FILESTACK_E_RESOURCES when the log's thread cannot be started.
 * Threads: any. Since: 0.1.0.
 */
filestack_status filestack_set_log(const filestack_log *log, filestack_error **error);

/*---------------------------------------------------------------------------------------------------------------------
 * Catalogue
 *
 * The catalogue of transformation tasks, for languages that make their interface at run time.
 *--------------------------------------------------------------------------------------------------------------------*/

/**
 * Every task that the library knows, with its parameters, as JSON.
 *
 * An object with `schema` (1), `types` (the rules of the types that have one) and `tasks`, a list of objects:
 * `name` (which is sent), `method` (the reference's name, which filestack_transformation_add takes as well),
 * `summary`, `aliases`, `category`, `output` (`file`, `json`, `either`, `job` or `html`), `json_switch` (the
 * parameter that makes `either` answer JSON, or null), `terminal`, `paged`, `source` (`one`, `many`, `url` or
 * `none`), `bare` (may stand without parameters), `needs_security`, `needs_one_of`, `reply`, and `params`: `name`,
 * `summary`, `type`, `required`, and where they apply `min`, `max`, `max_items`, `shape`, `values`, `default`,
 * `alias`, `same_as`. Members may be added in later versions.
 * Returns a static string. Errors: none. Threads: any. Since: 0.1.0.
 */
const char *filestack_catalogue_json(void);

/*---------------------------------------------------------------------------------------------------------------------
 * Version
 *
 * The version of the header and of the running library.
 *--------------------------------------------------------------------------------------------------------------------*/

/** Major version of this header. */
#define FILESTACK_VERSION_MAJOR 0

/** Minor version of this header. */
#define FILESTACK_VERSION_MINOR 1

/** Patch version of this header. */
#define FILESTACK_VERSION_PATCH 0

/** Version of this header as one number: major * 10000 + minor * 100 + patch. */
#define FILESTACK_VERSION_NUMBER 100

/**
 * The version of the running library, for example "0.1.0".
 *
 * Returns a static string. Errors: none. Threads: any. Since: 0.1.0.
 */
const char *filestack_version(void);

/**
 * The version of the running library as a number: major * 10000 + minor * 100 + patch.
 *
 * Compare it with FILESTACK_VERSION_NUMBER to learn whether the header fits.
 * Errors: none. Threads: any. Since: 0.1.0.
 */
uint32_t filestack_version_number(void);

/*---------------------------------------------------------------------------------------------------------------------
 * Library
 *
 * Its threads, and its shutdown.
 *--------------------------------------------------------------------------------------------------------------------*/

/**
 * Sets how many threads the library makes at its first network call.
 *
 * `io_threads` drive the network, each over connections of its own; 0 = the default, 2. `worker_threads` do file work
 * and hashing; 0 = the default, as many as there are processors, 2 to 4. Besides these there are up to 4 for name
 * look-ups, and one for each reader, writer and progress function in use; all are made when they are needed. Errors:
 * FILESTACK_E_ARGUMENT above 64, FILESTACK_E_STATE when the threads run already. Threads: any. Since: 0.1.0.
 */
filestack_status filestack_runtime_configure(uint32_t io_threads, uint32_t worker_threads, filestack_error **error);

/**
 * Ends all that the library runs: every call of other threads returns FILESTACK_E_CANCELLED, and its threads are
 * joined. Waits for that.
 *
 * Only a host that unloads the library, or wants to see no thread of it any more, needs it. Objects stay, and are
 * released as ever; a later call starts new threads. `timeout_ms` limits the wait; -1 = no limit. Calling it again, or
 * when nothing runs, does no harm. Errors: FILESTACK_E_TIMEOUT when something still runs - then it may be called
 * again -, FILESTACK_E_WOULD_DEADLOCK in a callback. Threads: any; a call that is made meanwhile returns
 * FILESTACK_E_STATE. Since: 0.1.0.
 */
filestack_status filestack_shutdown(int64_t timeout_ms, filestack_error **error);

#ifdef __cplusplus
}
#endif

#endif /* FILESTACK_FILESTACK_H */
