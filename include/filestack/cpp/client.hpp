/* The client: a part of filestack.hpp. */

#ifndef FILESTACK_CPP_CLIENT_HPP
#define FILESTACK_CPP_CLIENT_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "library.hpp"
#include "transformation.hpp"

namespace filestack {
inline namespace FILESTACK_STYLE {

/** An application's key, credentials and connections. Make one and keep it: its connections are reused. */
class client : public detail::shared<filestack_client, filestack_client_retain, filestack_client_release> {
public:
    static client adopt(filestack_client *native) noexcept { return client(native); }

#if !defined(FILESTACK_NO_EXCEPTIONS)
    explicit client(std::string_view api_key, const client_options &options = {}) : client(create(api_key, options)) {}
#endif
    /** Makes no network call. Without an API key what needs one says so. */
    static outcome<client> create(std::optional<std::string_view> api_key, const client_options &options = {})
    {
        detail::call call;
        const std::string c_key = call.text("api_key", api_key.value_or(""));
        const auto c_options = detail::make(call, options);
        return detail::deliver(
            call.run<client>(filestack_client_new, api_key ? c_key.c_str() : nullptr, c_options.get()));
    }

    /** A client of the same application, over the same connections, with other credentials or none. */
    outcome<client> with_security(const std::optional<security> &signer) const
    {
        return detail::deliver(
            detail::call().run<client>(filestack_client_with_security, get(), detail::native_of(signer)));
    }
    /** The hosts that this client contacts, for allow-lists, as a JSON object. */
    outcome<std::string> hosts_json() const
    {
        return detail::deliver(detail::call().run<std::string>(filestack_client_hosts_json, get()));
    }

    /** The file with this handle. Makes no network call. */
    outcome<filestack::filelink> filelink(std::string_view handle,
                                          const std::optional<security> &signer = std::nullopt) const
    {
        detail::call call;
        const std::string c_handle = call.text("handle", handle);
        return detail::deliver(call.run<filestack::filelink>(filestack_client_filelink, get(), c_handle.c_str(),
                                                             detail::native_of(signer)));
    }

    /** Uploads the file at `path`. Blocks. */
    outcome<filestack::filelink> upload_path(std::string_view path, const upload_options &options = {}) const
    {
        return upload_path_by(detail::blocking(), filestack_client_upload_path, path, options);
    }
    /** Starts `upload_path`. */
    outcome<operation<filestack::filelink>> upload_path_start(std::string_view path, const upload_options &options = {},
                                                              const delivery &to = {}) const
    {
        return upload_path_by(to, filestack_client_upload_path_start, path, options);
    }
    /** Uploads a source. Blocks. */
    outcome<filestack::filelink> upload(const source &content, const upload_options &options = {}) const
    {
        return upload_by(detail::blocking(), filestack_client_upload, content, options);
    }
    /** Starts `upload` of a source. */
    outcome<operation<filestack::filelink>> upload_start(const source &content, const upload_options &options = {},
                                                         const delivery &to = {}) const
    {
        return upload_by(to, filestack_client_upload_start, content, options);
    }
    /** Uploads bytes, which are not copied. Blocks. */
    outcome<filestack::filelink> upload(bytes content, const upload_options &options = {}) const
    {
        const auto stay_the_callers = [](void *) {};
        return upload_bytes_by(detail::blocking(), filestack_client_upload, content, stay_the_callers, options);
    }
    /** Starts `upload` of a copy of the bytes. A source of a container, or of memory with a function, needs no copy. */
    outcome<operation<filestack::filelink>> upload_start(bytes content, const upload_options &options = {},
                                                         const delivery &to = {}) const
    {
        return upload_bytes_by(to, filestack_client_upload_start, content, nullptr, options);
    }
    /** Stores the file that the service finds at an external URL. Blocks. */
    outcome<filestack::filelink> upload_url(std::string_view url, const store_options &store = {},
                                            const request_options &request = {}) const
    {
        return upload_url_by(detail::blocking(), filestack_client_upload_url, url, store, request);
    }
    /** Starts `upload_url`. */
    outcome<operation<filestack::filelink>> upload_url_start(std::string_view url, const store_options &store = {},
                                                             const request_options &request = {},
                                                             const delivery &to = {}) const
    {
        return upload_url_by(to, filestack_client_upload_url_start, url, store, request);
    }

    /** A transformation of any number of sources: handles, URLs, storage aliases. */
    transformation transform(const std::vector<std::string> &sources,
                             const std::optional<security> &signer = std::nullopt) const
    {
        detail::call call;
        const auto c_sources = call.texts("sources", sources);
        return transformation::begin(call.run<transformation>(filestack_client_transform, get(), c_sources.data(),
                                                              c_sources.size(), detail::native_of(signer)));
    }
    /** A transformation of the file at an external URL. */
    transformation transform_external(std::string_view url, const std::optional<security> &signer = std::nullopt) const
    {
        detail::call call;
        const std::string c_url = call.text("url", url);
        return transformation::begin(call.run<transformation>(filestack_client_transform_external, get(), c_url.c_str(),
                                                              detail::native_of(signer)));
    }
    /** A picture of a web page. */
    transformation urlscreenshot(std::string_view url, const urlscreenshot_args &args = {}) const
    {
        detail::call call;
        const std::string c_url = call.text("url", url);
        task_detail::param_list list;
        put(list, args);
        if (list.with_nul())
            call.refuse_nul(list.with_nul());
        return transformation::begin(
            call.run<transformation>(filestack_client_urlscreenshot, get(), c_url.c_str(), list.data(), list.size()));
    }

    /** Downloads files as one zip archive; returns its size in bytes. Blocks. */
    outcome<std::uint64_t> zip(std::string_view destination_path, const std::vector<std::string> &files,
                               const request_options &request = {}) const
    {
        return zip_by(detail::blocking(), filestack_client_zip, destination_path, files, request);
    }
    /** Starts `zip`. */
    outcome<operation<std::uint64_t>> zip_start(std::string_view destination_path,
                                                const std::vector<std::string> &files,
                                                const request_options &request = {}, const delivery &to = {}) const
    {
        return zip_by(to, filestack_client_zip_start, destination_path, files, request);
    }
    /** Downloads files as one zip archive to a sink, which is not used after the call; returns its size. Blocks. */
    outcome<std::uint64_t> zip_to(const sink &target, const std::vector<std::string> &files,
                                  const request_options &request = {}) const
    {
        return zip_to_by(detail::blocking(), filestack_client_zip_to, target, files, request);
    }
    /** Starts `zip_to`. */
    outcome<operation<std::uint64_t>> zip_to_start(const sink &target, const std::vector<std::string> &files,
                                                   const request_options &request = {}, const delivery &to = {}) const
    {
        return zip_to_by(to, filestack_client_zip_to_start, target, files, request);
    }
    /** How far a workflow's job is, as a JSON object. Blocks. */
    outcome<std::string> workflow_status(std::string_view job_id, const request_options &request = {}) const
    {
        return workflow_status_by(detail::blocking(), filestack_client_workflow_status, job_id, request);
    }
    /** Starts `workflow_status`. */
    outcome<operation<std::string>> workflow_status_start(std::string_view job_id, const request_options &request = {},
                                                          const delivery &to = {}) const
    {
        return workflow_status_by(to, filestack_client_workflow_status_start, job_id, request);
    }

private:
    explicit client(filestack_client *native) noexcept : shared(native) {}

    template <class How, class Function>
    detail::given<How, filestack::filelink> upload_path_by(const How &how, Function function, std::string_view path,
                                                           const upload_options &options) const
    {
        detail::call call;
        const std::string c_path = call.text("path", path);
        const auto c_options = detail::make(call, options);
        return call.perform<filestack::filelink>(how, function, get(), c_path.c_str(), c_options.get());
    }
    template <class How, class Function>
    detail::given<How, filestack::filelink> upload_by(const How &how, Function function, const source &content,
                                                      const upload_options &options) const
    {
        detail::call call;
        call.uses(content.functions_);
        const auto c_options = detail::make(call, options);
        return call.perform<filestack::filelink>(how, function, get(), content.get(), c_options.get());
    }
    /* Without `give_back` the bytes are copied. */
    template <class How, class Function>
    detail::given<How, filestack::filelink> upload_bytes_by(const How &how, Function function, bytes content,
                                                            filestack_destroy give_back,
                                                            const upload_options &options) const
    {
        detail::call call;
        const auto c_options = detail::make(call, options);
        const result<source> made =
            call.run<source>(filestack_source_from_memory, content.data(), content.size(), give_back, nullptr);
        return call.perform<filestack::filelink>(how, function, get(), made ? made->get() : nullptr, c_options.get());
    }
    template <class How, class Function>
    detail::given<How, filestack::filelink> upload_url_by(const How &how, Function function, std::string_view url,
                                                          const store_options &store,
                                                          const request_options &request) const
    {
        detail::call call;
        const std::string c_url = call.text("url", url);
        const auto c_store = detail::make(call, store);
        const auto c_request = detail::make(call, request);
        return call.perform<filestack::filelink>(how, function, get(), c_url.c_str(), c_store.get(), c_request.get());
    }
    template <class How, class Function>
    detail::given<How, std::uint64_t> zip_by(const How &how, Function function, std::string_view destination_path,
                                             const std::vector<std::string> &files,
                                             const request_options &request) const
    {
        detail::call call;
        const std::string c_path = call.text("destination_path", destination_path);
        const auto c_files = call.texts("files", files);
        const auto c_request = detail::make(call, request);
        return call.perform<std::uint64_t>(how, function, get(), c_path.c_str(), c_files.data(), c_files.size(),
                                           c_request.get());
    }
    template <class How, class Function>
    detail::given<How, std::uint64_t> zip_to_by(const How &how, Function function, const sink &target,
                                                const std::vector<std::string> &files,
                                                const request_options &request) const
    {
        detail::call call;
        call.uses(target.functions_);
        const auto c_files = call.texts("files", files);
        const auto c_request = detail::make(call, request);
        return call.perform<std::uint64_t>(how, function, get(), target.get(), c_files.data(), c_files.size(),
                                           c_request.get());
    }
    template <class How, class Function>
    detail::given<How, std::string> workflow_status_by(const How &how, Function function, std::string_view job_id,
                                                       const request_options &request) const
    {
        detail::call call;
        const std::string c_id = call.text("job_id", job_id);
        const auto c_request = detail::make(call, request);
        return call.perform<std::string>(how, function, get(), c_id.c_str(), c_request.get());
    }
};

} // namespace FILESTACK_STYLE
} // namespace filestack

#endif /* FILESTACK_CPP_CLIENT_HPP */
