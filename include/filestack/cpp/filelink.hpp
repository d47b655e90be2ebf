/* Files: a part of filestack.hpp. */

#ifndef FILESTACK_CPP_FILELINK_HPP
#define FILESTACK_CPP_FILELINK_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "av_job.hpp"
#include "operation.hpp"
#include "options.hpp"
#include "sink.hpp"
#include "source.hpp"

namespace filestack {
inline namespace FILESTACK_STYLE {

class transformation;

/**
 * A file of the service. It has a method for every task, which begins a transformation of the file, and calls of its
 * own. What the service said when it stored the file is known only then, and asked by `metadata` otherwise.
 */
class filelink : public detail::shared<filestack_filelink, filestack_filelink_retain, filestack_filelink_release>,
                 public task_detail::begins_tasks<filelink, transformation> {
public:
    static filelink adopt(filestack_filelink *native) noexcept { return filelink(native); }

    std::string handle() const { return detail::text_of(filestack_filelink_handle(get())); }

    std::optional<std::string> filename() const { return detail::optional_text_of(filestack_filelink_filename(get())); }
    std::optional<std::string> mimetype() const { return detail::optional_text_of(filestack_filelink_mimetype(get())); }
    std::optional<std::string> status() const { return detail::optional_text_of(filestack_filelink_status(get())); }
    std::optional<std::string> container() const
    {
        return detail::optional_text_of(filestack_filelink_container(get()));
    }
    std::optional<std::string> key() const { return detail::optional_text_of(filestack_filelink_key(get())); }
    std::optional<std::string> workflows_json() const
    {
        return detail::optional_text_of(filestack_filelink_workflows_json(get()));
    }
    std::optional<std::uint64_t> size_bytes() const noexcept
    {
        const std::uint64_t size = filestack_filelink_size_bytes(get());
        return size != 0 ? std::optional(size) : std::nullopt;
    }
    /** The service's whole reply, as a JSON object. */
    std::optional<std::string> upload_response_json() const
    {
        return detail::optional_text_of(filestack_filelink_upload_response_json(get()));
    }

    /** The file's URL, without credentials. */
    outcome<std::string> url() const
    {
        return detail::deliver(detail::call().run<std::string>(filestack_filelink_url, get()));
    }
    /** The file's URL with credentials, by default its own. A secret. */
    outcome<std::string> signed_url(const std::optional<security> &signer = std::nullopt) const
    {
        return detail::deliver(
            detail::call().run<std::string>(filestack_filelink_signed_url, get(), detail::native_of(signer)));
    }

    /** Begins a transformation of the file. */
    filestack::transformation transform() const;

    /** Stores a copy as a new file. Blocks. */
    outcome<filelink> store(const store_options &store = {}, const request_options &request = {}) const
    {
        return store_by(detail::blocking(), filestack_filelink_store, store, request);
    }
    /** Starts `store`. */
    outcome<operation<filelink>> store_start(const store_options &store = {}, const request_options &request = {},
                                             const delivery &to = {}) const
    {
        return store_by(to, filestack_filelink_store_start, store, request);
    }
    /** Downloads to a file, which appears only when it is whole; returns its size in bytes. Blocks. */
    outcome<std::uint64_t> download(std::string_view path, const request_options &request = {}) const
    {
        return download_by(detail::blocking(), filestack_filelink_download, path, request);
    }
    /** Starts `download`. */
    outcome<operation<std::uint64_t>> download_start(std::string_view path, const request_options &request = {},
                                                     const delivery &to = {}) const
    {
        return download_by(to, filestack_filelink_download_start, path, request);
    }
    /** Downloads to a sink, which is not used after the call; returns the size in bytes. Blocks. */
    outcome<std::uint64_t> download_to(const sink &target, const request_options &request = {}) const
    {
        return download_to_by(detail::blocking(), filestack_filelink_download_to, target, request);
    }
    /** Starts `download_to`. */
    outcome<operation<std::uint64_t>> download_to_start(const sink &target, const request_options &request = {},
                                                        const delivery &to = {}) const
    {
        return download_to_by(to, filestack_filelink_download_to_start, target, request);
    }
    /** Reads the content into memory. Blocks. */
    outcome<buffer> get_content(const request_options &request = {}) const
    {
        return ask<buffer>(detail::blocking(), filestack_filelink_get_content, request);
    }
    /** Starts `get_content`. */
    outcome<operation<buffer>> get_content_start(const request_options &request = {}, const delivery &to = {}) const
    {
        return ask<buffer>(to, filestack_filelink_get_content_start, request);
    }
    /** What the service knows of the file, as a JSON object; without fields the service chooses. Blocks. */
    outcome<std::string> metadata(const std::vector<std::string> &fields = {},
                                  const request_options &request = {}) const
    {
        return metadata_by(detail::blocking(), filestack_filelink_metadata, fields, request);
    }
    /** Starts `metadata`. */
    outcome<operation<std::string>> metadata_start(const std::vector<std::string> &fields = {},
                                                   const request_options &request = {}, const delivery &to = {}) const
    {
        return metadata_by(to, filestack_filelink_metadata_start, fields, request);
    }
    /** Words for what the picture shows, as a JSON object. Blocks. */
    outcome<std::string> tags(const request_options &request = {}) const
    {
        return ask<std::string>(detail::blocking(), filestack_filelink_tags, request);
    }
    /** Starts `tags`. */
    outcome<operation<std::string>> tags_start(const request_options &request = {}, const delivery &to = {}) const
    {
        return ask<std::string>(to, filestack_filelink_tags_start, request);
    }
    /** Whether the picture is safe for work, as a JSON object. Blocks. */
    outcome<std::string> sfw(const request_options &request = {}) const
    {
        return ask<std::string>(detail::blocking(), filestack_filelink_sfw, request);
    }
    /** Starts `sfw`. */
    outcome<operation<std::string>> sfw_start(const request_options &request = {}, const delivery &to = {}) const
    {
        return ask<std::string>(to, filestack_filelink_sfw_start, request);
    }
    /** The text in the picture, as a JSON object. Blocks. */
    outcome<std::string> ocr(const request_options &request = {}) const
    {
        return ask<std::string>(detail::blocking(), filestack_filelink_ocr, request);
    }
    /** Starts `ocr`. */
    outcome<operation<std::string>> ocr_start(const request_options &request = {}, const delivery &to = {}) const
    {
        return ask<std::string>(to, filestack_filelink_ocr_start, request);
    }
    /** Starts a workflow on the file; returns the service's reply. Blocks. */
    outcome<std::string> run_workflow(std::string_view workflow_id, const request_options &request = {}) const
    {
        return run_workflow_by(detail::blocking(), filestack_filelink_run_workflow, workflow_id, request);
    }
    /** Starts `run_workflow`. */
    outcome<operation<std::string>>
    run_workflow_start(std::string_view workflow_id, const request_options &request = {}, const delivery &to = {}) const
    {
        return run_workflow_by(to, filestack_filelink_run_workflow_start, workflow_id, request);
    }
    /** Replaces the content; returns the service's reply. The handle stays. Blocks. */
    outcome<std::string> overwrite(const source &content, bool base64decode = false,
                                   const request_options &request = {}) const
    {
        return overwrite_by(detail::blocking(), filestack_filelink_overwrite, content, base64decode, request);
    }
    /** Starts `overwrite`. */
    outcome<operation<std::string>> overwrite_start(const source &content, bool base64decode = false,
                                                    const request_options &request = {}, const delivery &to = {}) const
    {
        return overwrite_by(to, filestack_filelink_overwrite_start, content, base64decode, request);
    }
    /** The same with what the service finds at a URL. Blocks. */
    outcome<std::string> overwrite_url(std::string_view url, bool base64decode = false,
                                       const request_options &request = {}) const
    {
        return overwrite_url_by(detail::blocking(), filestack_filelink_overwrite_url, url, base64decode, request);
    }
    /** Starts `overwrite_url`. */
    outcome<operation<std::string>> overwrite_url_start(std::string_view url, bool base64decode = false,
                                                        const request_options &request = {},
                                                        const delivery &to = {}) const
    {
        return overwrite_url_by(to, filestack_filelink_overwrite_url_start, url, base64decode, request);
    }
    /** Starts a conversion of audio or video at the service. Blocks until it is started. */
    outcome<av_job> av_convert(const av_convert_args &args = {}, const request_options &request = {}) const;
    /** Starts `av_convert`. */
    outcome<operation<av_job>> av_convert_start(const av_convert_args &args = {}, const request_options &request = {},
                                                const delivery &to = {}) const;
    /** Deletes the file from the service and its storage. Blocks. */
    outcome<void> delete_(const request_options &request = {}) const
    {
        return ask<void>(detail::blocking(), filestack_filelink_delete, request);
    }
    /** Starts `delete_`. */
    outcome<operation<void>> delete_start(const request_options &request = {}, const delivery &to = {}) const
    {
        return ask<void>(to, filestack_filelink_delete_start, request);
    }

private:
    explicit filelink(filestack_filelink *native) noexcept : shared(native) {}

    /* What takes request options only. */
    template <class T, class How, class Function>
    detail::given<How, T> ask(const How &how, Function function, const request_options &request) const
    {
        detail::call call;
        const auto c_request = detail::make(call, request);
        return call.perform<T>(how, function, get(), c_request.get());
    }
    template <class How, class Function>
    detail::given<How, filelink> store_by(const How &how, Function function, const store_options &store,
                                          const request_options &request) const
    {
        detail::call call;
        const auto c_store = detail::make(call, store);
        const auto c_request = detail::make(call, request);
        return call.perform<filelink>(how, function, get(), c_store.get(), c_request.get());
    }
    template <class How, class Function>
    detail::given<How, std::uint64_t> download_by(const How &how, Function function, std::string_view path,
                                                  const request_options &request) const
    {
        detail::call call;
        const std::string c_path = call.text("path", path);
        const auto c_request = detail::make(call, request);
        return call.perform<std::uint64_t>(how, function, get(), c_path.c_str(), c_request.get());
    }
    template <class How, class Function>
    detail::given<How, std::uint64_t> download_to_by(const How &how, Function function, const sink &target,
                                                     const request_options &request) const
    {
        detail::call call;
        call.uses(target.functions_);
        const auto c_request = detail::make(call, request);
        return call.perform<std::uint64_t>(how, function, get(), target.get(), c_request.get());
    }
    template <class How, class Function>
    detail::given<How, std::string> metadata_by(const How &how, Function function,
                                                const std::vector<std::string> &fields,
                                                const request_options &request) const
    {
        detail::call call;
        const auto c_fields = call.texts("fields", fields);
        const auto c_request = detail::make(call, request);
        return call.perform<std::string>(how, function, get(), c_fields.data(), c_fields.size(), c_request.get());
    }
    template <class How, class Function>
    detail::given<How, std::string> run_workflow_by(const How &how, Function function, std::string_view workflow_id,
                                                    const request_options &request) const
    {
        detail::call call;
        const std::string c_id = call.text("workflow_id", workflow_id);
        const auto c_request = detail::make(call, request);
        return call.perform<std::string>(how, function, get(), c_id.c_str(), c_request.get());
    }
    template <class How, class Function>
    detail::given<How, std::string> overwrite_by(const How &how, Function function, const source &content,
                                                 bool base64decode, const request_options &request) const
    {
        detail::call call;
        call.uses(content.functions_);
        const auto c_request = detail::make(call, request);
        return call.perform<std::string>(how, function, get(), content.get(), base64decode, c_request.get());
    }
    template <class How, class Function>
    detail::given<How, std::string> overwrite_url_by(const How &how, Function function, std::string_view url,
                                                     bool base64decode, const request_options &request) const
    {
        detail::call call;
        const std::string c_url = call.text("url", url);
        const auto c_request = detail::make(call, request);
        return call.perform<std::string>(how, function, get(), c_url.c_str(), base64decode, c_request.get());
    }
};

inline outcome<filelink> av_job::filelink() const
{
    return detail::deliver(detail::call().run<filestack::filelink>(filestack_av_job_filelink, get()));
}

} // namespace FILESTACK_STYLE
} // namespace filestack

/* What a file begins, which is defined there. */
#include "transformation.hpp"

#endif /* FILESTACK_CPP_FILELINK_HPP */
