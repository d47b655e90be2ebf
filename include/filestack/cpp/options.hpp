/* Options: a part of filestack.hpp. */

#ifndef FILESTACK_CPP_OPTIONS_HPP
#define FILESTACK_CPP_OPTIONS_HPP

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "security.hpp"

namespace filestack {
inline namespace FILESTACK_STYLE {

enum class endpoint : std::int32_t {
    api = FILESTACK_ENDPOINT_API,
    cdn = FILESTACK_ENDPOINT_CDN,
    process = FILESTACK_ENDPOINT_PROCESS,
    upload = FILESTACK_ENDPOINT_UPLOAD,
    cloud = FILESTACK_ENDPOINT_CLOUD
};

enum class intelligent : std::int32_t {
    off = FILESTACK_INTELLIGENT_OFF,
    on = FILESTACK_INTELLIGENT_ON,
    fallback = FILESTACK_INTELLIGENT_FALLBACK
};

enum class verify : std::int32_t {
    off = FILESTACK_VERIFY_OFF,
    size = FILESTACK_VERIFY_SIZE,
    sha256 = FILESTACK_VERIFY_SHA256
};

enum class if_exists : std::int32_t {
    replace = FILESTACK_IF_EXISTS_REPLACE,
    fail = FILESTACK_IF_EXISTS_FAIL,
    resume = FILESTACK_IF_EXISTS_RESUME
};

/** The delay before the first retry, and the longest that it grows to. */
struct retry_delays {
    std::chrono::milliseconds first{500};
    std::chrono::milliseconds longest{15000};
};

/** What a client shows to servers that ask who it is: its certificate chain, its own first, and its key, both in PEM. */
struct client_certificate {
    std::string chain{};
    std::string key{};
};

/** How a client works. */
struct client_options {
    /** The storage of uploads that name none: s3 (the default), gcs, azure, rackspace or dropbox. */
    std::optional<std::string> storage{};
    /** Signs every call that is given no other credentials. */
    std::optional<filestack::security> security{};
    /** Your own domain for every part of the service. */
    std::optional<std::string> cname{};
    /** One origin for every part of the service, such as that of filestack-local. */
    std::optional<std::string> base_url{};
    /** Other URLs for single parts. */
    std::vector<std::pair<endpoint, std::string>> endpoints{};
    /** 15 s, 120 s, as idle (5 minutes for calls that store or convert) and no limit by default; 0 = no limit. */
    std::optional<std::chrono::milliseconds> connect_timeout{};
    std::optional<std::chrono::milliseconds> idle_timeout{};
    std::optional<std::chrono::milliseconds> response_timeout{};
    std::optional<std::chrono::milliseconds> total_timeout{};
    /** 5 by default. */
    std::optional<std::uint32_t> max_retries{};
    std::optional<retry_delays> retry_delay{};
    /** "http://user:password@host:port", or socks5h:// and others; without it the variables of the environment count. */
    std::optional<std::string> proxy{};
    /** Certificates to trust besides the platform's: PEM files and PEM texts. */
    std::vector<std::string> ca_files{};
    std::vector<std::string> ca_pems{};
    std::optional<filestack::client_certificate> client_certificate{};
    std::optional<std::string> user_agent{};
    /** Requests in flight, 16 by default, and memory for buffers, 64 MiB by default; of all calls together. */
    std::optional<std::uint32_t> max_requests{};
    std::optional<std::uint64_t> memory_limit_bytes{};
    /** For copies of content that cannot tell its size; the system's folder by default. */
    std::optional<std::string> temporary_folder{};
};

/** Where and under which name a file is stored. */
struct store_options {
    std::optional<std::string> filename{};
    std::optional<std::string> mimetype{};
    /** s3, gcs, azure, rackspace or dropbox. */
    std::optional<std::string> location{};
    /** A folder when it ends with a slash, otherwise the exact key. */
    std::optional<std::string> path{};
    std::optional<std::string> container{};
    std::optional<std::string> region{};
    /** access::public_ or access::private_. */
    std::optional<filestack::access> access{};
    std::optional<bool> base64decode{};
    /** Started once the file is stored. */
    std::vector<std::string> workflows{};
    std::vector<std::pair<std::string, std::string>> upload_tags{};
};

/** What is replaced in the names of files: by default what filestack-js replaces, by "-". Extensions stay. */
struct filename_sanitizer {
    std::optional<std::string> exclude{};
    std::optional<std::string> replacement{};
};

/**
 * Is told how far a call is, at intervals and once at its end, on a thread of the library; false cancels the call. What it
 * throws cancels the call, too, which then throws it, as does `get` of an operation.
 */
using progress_function = std::function<bool(const filestack_progress &)>;

/** How a file is uploaded. */
struct upload_options {
    store_options store{};
    /** Says what a picture shows: up to 125 characters. */
    std::optional<std::string> alt_text{};
    /** Replaces characters of the file's name, wherever that comes from. */
    std::optional<filestack::filename_sanitizer> sanitize_filename{};
    std::optional<filestack::intelligent> intelligent{};
    /** What is compared with what was sent once the file is stored; nothing by default. */
    std::optional<filestack::verify> verify{};
    /** Where the upload notes how far it is, so that a later one with the same options goes on. */
    std::optional<std::string> checkpoint_path{};
    /** 5 MiB to 5 GiB, 8 MiB by default. */
    std::optional<std::uint64_t> part_size_bytes{};
    /** How many parts travel at the same time: 1 to 20, 4 by default. */
    std::optional<std::uint32_t> concurrency{};
    /** Instead of the client's. */
    std::optional<filestack::security> security{};
    std::optional<std::chrono::milliseconds> total_timeout{};
    /** Called every 100 ms by default. */
    progress_function progress{};
    std::optional<std::chrono::milliseconds> progress_interval{};
};

/** How one call to the service is made. */
struct request_options {
    /** Instead of the object's. */
    std::optional<filestack::security> security{};
    std::optional<std::chrono::milliseconds> total_timeout{};
    /** 1 GiB for content in memory by default, no limit for files. */
    std::optional<std::uint64_t> max_size_bytes{};
    /** When the destination of a download exists; it is replaced by default. */
    std::optional<filestack::if_exists> if_exists{};
    /** Called every 100 ms by default. */
    progress_function progress{};
    std::optional<std::chrono::milliseconds> progress_interval{};
};

namespace detail {

/* What the C library calls for a progress function. */
struct progress_teller {
    progress_function function;
    std::shared_ptr<thrown> failed;

    static std::int32_t tell(void *user, const filestack_progress *progress) noexcept
    {
        progress_teller &self = *static_cast<progress_teller *>(user);
        return fenced<std::int32_t>(
            1, [&] { return self.function(*progress) ? 0 : 1; }, [&] { self.failed->leave(std::current_exception()); });
    }
};

template <auto Set, auto SetInterval, class Object, class Options>
void set_progress(call &call, Object &made, const Options &from)
{
    if (from.progress) {
        std::unique_ptr<progress_teller> teller(new progress_teller{from.progress, call.progress_thrown()});
        call.step([&](filestack_error **failure) {
            return Set(made.get(), progress_teller::tell, teller.release(), destroy<progress_teller>, failure);
        });
    }
    call.template set<SetInterval>(made, "progress_interval", from.progress_interval);
}

inline c_policy make(call &call, const policy &from)
{
    c_policy made(filestack_policy_new());
    call.set<filestack_policy_set_expiry>(made, "expiry", from.expiry);
    for (const std::string &allowed : from.calls)
        call.set_text<filestack_policy_add_call>(made, "calls", allowed);
    call.set<filestack_policy_set_handle>(made, "handle", from.handle);
    call.set<filestack_policy_set_url>(made, "url", from.url);
    call.set<filestack_policy_set_path>(made, "path", from.path);
    call.set<filestack_policy_set_container>(made, "container", from.container);
    call.set<filestack_policy_set_max_size>(made, "max_size_bytes", from.max_size_bytes);
    call.set<filestack_policy_set_min_size>(made, "min_size_bytes", from.min_size_bytes);
    for (const auto &member : from.members) {
        const std::string key = call.text("members", member.first), value = call.text("members", member.second);
        call.step([&](filestack_error **failure) {
            return filestack_policy_set(made.get(), key.c_str(), value.c_str(), failure);
        });
    }
    return made;
}

inline c_client_options make(call &call, const client_options &from)
{
    c_client_options made(filestack_client_options_new());
    call.set<filestack_client_options_set_storage>(made, "storage", from.storage);
    call.set<filestack_client_options_set_security>(made, "security", from.security);
    call.set<filestack_client_options_set_cname>(made, "cname", from.cname);
    call.set<filestack_client_options_set_base_url>(made, "base_url", from.base_url);
    for (const auto &part : from.endpoints) {
        const std::string url = call.text("endpoints", part.second);
        call.step([&](filestack_error **failure) {
            return filestack_client_options_set_endpoint(made.get(), static_cast<std::int32_t>(part.first), url.c_str(),
                                                         failure);
        });
    }
    call.set<filestack_client_options_set_connect_timeout_ms>(made, "connect_timeout", from.connect_timeout);
    call.set<filestack_client_options_set_idle_timeout_ms>(made, "idle_timeout", from.idle_timeout);
    call.set<filestack_client_options_set_response_timeout_ms>(made, "response_timeout", from.response_timeout);
    call.set<filestack_client_options_set_total_timeout_ms>(made, "total_timeout", from.total_timeout);
    call.set<filestack_client_options_set_max_retries>(made, "max_retries", from.max_retries);
    if (from.retry_delay && (from.retry_delay->first.count() < 0 || from.retry_delay->longest.count() < 0)) {
        call.refuse("'retry_delay' must not be negative");
    } else if (from.retry_delay) {
        call.step([&](filestack_error **failure) {
            return filestack_client_options_set_retry_delay_ms(
                made.get(), static_cast<std::uint64_t>(from.retry_delay->first.count()),
                static_cast<std::uint64_t>(from.retry_delay->longest.count()), failure);
        });
    }
    call.set<filestack_client_options_set_proxy>(made, "proxy", from.proxy);
    for (const std::string &path : from.ca_files) {
        call.set_text<filestack_client_options_set_ca_file>(made, "ca_files", path);
    }
    for (const std::string &pem : from.ca_pems) {
        call.set_text<filestack_client_options_set_ca_pem>(made, "ca_pems", pem);
    }
    if (from.client_certificate) {
        /* No copy of the key, which nobody would wipe. */
        const client_certificate &shown = *from.client_certificate;
        if (shown.chain.find('\0') != std::string::npos || shown.key.find('\0') != std::string::npos)
            call.refuse_nul("client_certificate");
        call.step([&](filestack_error **failure) {
            return filestack_client_options_set_client_certificate_pem(made.get(), shown.chain.c_str(),
                                                                       shown.key.c_str(), failure);
        });
    }
    call.set<filestack_client_options_set_user_agent>(made, "user_agent", from.user_agent);
    call.set<filestack_client_options_set_max_requests>(made, "max_requests", from.max_requests);
    call.set<filestack_client_options_set_memory_limit_bytes>(made, "memory_limit_bytes", from.memory_limit_bytes);
    call.set<filestack_client_options_set_temporary_folder>(made, "temporary_folder", from.temporary_folder);
    return made;
}

inline c_store_options make(call &call, const store_options &from)
{
    c_store_options made(filestack_store_options_new());
    call.set<filestack_store_options_set_filename>(made, "filename", from.filename);
    call.set<filestack_store_options_set_mimetype>(made, "mimetype", from.mimetype);
    call.set<filestack_store_options_set_location>(made, "location", from.location);
    call.set<filestack_store_options_set_path>(made, "path", from.path);
    call.set<filestack_store_options_set_container>(made, "container", from.container);
    call.set<filestack_store_options_set_region>(made, "region", from.region);
    if (from.access)
        call.set_text<filestack_store_options_set_access>(made, "access", word_of(*from.access));
    call.set<filestack_store_options_set_base64decode>(made, "base64decode", from.base64decode);
    for (const std::string &id : from.workflows) {
        call.set_text<filestack_store_options_add_workflow>(made, "workflows", id);
    }
    for (const auto &tag : from.upload_tags) {
        const std::string key = call.text("upload_tags", tag.first), value = call.text("upload_tags", tag.second);
        call.step([&](filestack_error **failure) {
            return filestack_store_options_add_upload_tag(made.get(), key.c_str(), value.c_str(), failure);
        });
    }
    return made;
}

inline c_upload_options make(call &call, const upload_options &from)
{
    c_upload_options made(filestack_upload_options_new());
    const c_store_options store = make(call, from.store);
    call.step([&](filestack_error **failure) {
        return filestack_upload_options_set_store(made.get(), store.get(), failure);
    });
    call.set<filestack_upload_options_set_alt_text>(made, "alt_text", from.alt_text);
    if (from.sanitize_filename) {
        const std::optional<std::string> &exclude = from.sanitize_filename->exclude;
        const std::optional<std::string> &replacement = from.sanitize_filename->replacement;
        const std::string c_exclude = call.text("exclude", exclude.value_or("")),
                          c_replacement = call.text("replacement", replacement.value_or(""));
        call.step([&](filestack_error **failure) {
            return filestack_upload_options_set_sanitize_filename(made.get(), 1, exclude ? c_exclude.c_str() : nullptr,
                                                                  replacement ? c_replacement.c_str() : nullptr,
                                                                  failure);
        });
    }
    call.set<filestack_upload_options_set_intelligent>(made, "intelligent", from.intelligent);
    call.set<filestack_upload_options_set_verify>(made, "verify", from.verify);
    call.set<filestack_upload_options_set_checkpoint_path>(made, "checkpoint_path", from.checkpoint_path);
    call.set<filestack_upload_options_set_part_size_bytes>(made, "part_size_bytes", from.part_size_bytes);
    call.set<filestack_upload_options_set_concurrency>(made, "concurrency", from.concurrency);
    call.set<filestack_upload_options_set_security>(made, "security", from.security);
    call.set<filestack_upload_options_set_total_timeout_ms>(made, "total_timeout", from.total_timeout);
    set_progress<filestack_upload_options_set_progress, filestack_upload_options_set_progress_interval_ms>(call, made,
                                                                                                           from);
    return made;
}

inline c_request_options make(call &call, const request_options &from)
{
    c_request_options made(filestack_request_options_new());
    call.set<filestack_request_options_set_security>(made, "security", from.security);
    call.set<filestack_request_options_set_total_timeout_ms>(made, "total_timeout", from.total_timeout);
    call.set<filestack_request_options_set_max_size_bytes>(made, "max_size_bytes", from.max_size_bytes);
    call.set<filestack_request_options_set_if_exists>(made, "if_exists", from.if_exists);
    set_progress<filestack_request_options_set_progress, filestack_request_options_set_progress_interval_ms>(call, made,
                                                                                                             from);
    return made;
}

} // namespace detail

inline outcome<std::string> policy::json() const
{
    detail::call call;
    const detail::c_policy made = detail::make(call, *this);
    return detail::deliver(call.run<std::string>(filestack_policy_json, made.get()));
}

inline outcome<security> security::create(const policy &unsigned_policy, std::string_view secret)
{
    detail::call call;
    const detail::c_policy made = detail::make(call, unsigned_policy);
    const std::string c_secret = call.text("secret", secret);
    return detail::deliver(call.run<security>(filestack_security_from_policy, made.get(), c_secret.c_str()));
}

} // namespace FILESTACK_STYLE
} // namespace filestack

#endif /* FILESTACK_CPP_OPTIONS_HPP */
