/* Files, and conversions of audio and video: a part of filestack.hpp. */

#ifndef FILESTACK_CPP_FILELINK_HPP
#define FILESTACK_CPP_FILELINK_HPP

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "options.hpp"
#include "sink.hpp"
#include "source.hpp"

namespace filestack {
inline namespace FILESTACK_STYLE {

class av_job;
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
        return detail::deliver(detail::call().string(
            [&](char **out, filestack_error **failure) { return filestack_filelink_url(get(), out, failure); }));
    }
    /** The file's URL with credentials, by default its own. A secret. */
    outcome<std::string> signed_url(const std::optional<security> &signer = std::nullopt) const
    {
        return detail::deliver(detail::call().string([&](char **out, filestack_error **failure) {
            return filestack_filelink_signed_url(get(), detail::native_of(signer), out, failure);
        }));
    }

    /** Begins a transformation of the file. */
    filestack::transformation transform() const;

    /** Stores a copy as a new file. Blocks. */
    outcome<filelink> store(const store_options &store = {}, const request_options &request = {}) const
    {
        detail::call call;
        const auto c_store = detail::make(call, store);
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.object<filelink>([&](filestack_filelink **out, filestack_error **failure) {
            return filestack_filelink_store(get(), c_store.get(), c_request.get(), out, failure);
        }));
    }
    /** Downloads to a file, which appears only when it is whole; returns its size in bytes. Blocks. */
    outcome<std::uint64_t> download(std::string_view path, const request_options &request = {}) const
    {
        detail::call call;
        const std::string c_path = call.text("path", path);
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.value<std::uint64_t>([&](std::uint64_t *out, filestack_error **failure) {
            return filestack_filelink_download(get(), c_path.c_str(), c_request.get(), out, failure);
        }));
    }
    /** Downloads to a sink, which is not used after the call; returns the size in bytes. Blocks. */
    outcome<std::uint64_t> download_to(const sink &target, const request_options &request = {}) const
    {
        detail::call call;
        const auto c_request = detail::make(call, request);
        return detail::deliver(
            target.after_use(call.value<std::uint64_t>([&](std::uint64_t *out, filestack_error **failure) {
                return filestack_filelink_download_to(get(), target.get(), c_request.get(), out, failure);
            })));
    }
    /** Reads the content into memory. Blocks. */
    outcome<buffer> get_content(const request_options &request = {}) const
    {
        detail::call call;
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.object<buffer>([&](filestack_buffer **out, filestack_error **failure) {
            return filestack_filelink_get_content(get(), c_request.get(), out, failure);
        }));
    }
    /** What the service knows of the file, as a JSON object; without fields the service chooses. Blocks. */
    outcome<std::string> metadata(const std::vector<std::string> &fields = {},
                                  const request_options &request = {}) const
    {
        detail::call call;
        const auto c_fields = call.texts("fields", fields);
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.string([&](char **out, filestack_error **failure) {
            return filestack_filelink_metadata(get(), c_fields.data(), c_fields.size(), c_request.get(), out, failure);
        }));
    }
    /** Words for what the picture shows, as a JSON object. Blocks. */
    outcome<std::string> tags(const request_options &request = {}) const
    {
        return json(filestack_filelink_tags, request);
    }
    /** Whether the picture is safe for work, as a JSON object. Blocks. */
    outcome<std::string> sfw(const request_options &request = {}) const
    {
        return json(filestack_filelink_sfw, request);
    }
    /** The text in the picture, as a JSON object. Blocks. */
    outcome<std::string> ocr(const request_options &request = {}) const
    {
        return json(filestack_filelink_ocr, request);
    }
    /** Starts a workflow on the file; returns the service's reply. Blocks. */
    outcome<std::string> run_workflow(std::string_view workflow_id, const request_options &request = {}) const
    {
        detail::call call;
        const std::string c_id = call.text("workflow_id", workflow_id);
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.string([&](char **out, filestack_error **failure) {
            return filestack_filelink_run_workflow(get(), c_id.c_str(), c_request.get(), out, failure);
        }));
    }
    /** Replaces the content; returns the service's reply. The handle stays. Blocks. */
    outcome<std::string> overwrite(const source &content, bool base64decode = false,
                                   const request_options &request = {}) const
    {
        detail::call call;
        const auto c_request = detail::make(call, request);
        return detail::deliver(content.after_use(call.string([&](char **out, filestack_error **failure) {
            return filestack_filelink_overwrite(get(), content.get(), base64decode, c_request.get(), out, failure);
        })));
    }
    /** The same with what the service finds at a URL. Blocks. */
    outcome<std::string> overwrite_url(std::string_view url, bool base64decode = false,
                                       const request_options &request = {}) const
    {
        detail::call call;
        const std::string c_url = call.text("url", url);
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.string([&](char **out, filestack_error **failure) {
            return filestack_filelink_overwrite_url(get(), c_url.c_str(), base64decode, c_request.get(), out, failure);
        }));
    }
    /** Starts a conversion of audio or video at the service. Blocks until it is started. */
    outcome<av_job> av_convert(const av_convert_args &args = {}, const request_options &request = {}) const;
    /** Deletes the file from the service and its storage. Blocks. */
    outcome<void> delete_(const request_options &request = {}) const
    {
        detail::call call;
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.run(
            [&](filestack_error **failure) { return filestack_filelink_delete(get(), c_request.get(), failure); }));
    }

private:
    explicit filelink(filestack_filelink *native) noexcept : shared(native) {}

    template <class Ask> outcome<std::string> json(Ask ask, const request_options &request) const
    {
        detail::call call;
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.string(
            [&](char **out, filestack_error **failure) { return ask(get(), c_request.get(), out, failure); }));
    }
};

enum class av_status : std::int32_t {
    started = FILESTACK_AV_STARTED,
    pending = FILESTACK_AV_PENDING,
    completed = FILESTACK_AV_COMPLETED
};

/** A conversion of audio or video that runs at the service; it goes on without this object. */
class av_job : public detail::shared<filestack_av_job, filestack_av_job_retain, filestack_av_job_release> {
public:
    static av_job adopt(filestack_av_job *native) noexcept { return av_job(native); }

    std::string uuid() const { return detail::text_of(filestack_av_job_uuid(get())); }
    /** When it was started, as the service writes it: seconds since 1970. */
    std::string timestamp() const { return detail::text_of(filestack_av_job_timestamp(get())); }
    /** The service's latest reply about the job, as a JSON object. */
    outcome<std::string> json() const
    {
        return detail::deliver(detail::call().string(
            [&](char **out, filestack_error **failure) { return filestack_av_job_json(get(), out, failure); }));
    }
    /** Asks the service how far the job is. Blocks. */
    outcome<av_status> status(const request_options &request = {}) const
    {
        detail::call call;
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.value<av_status>([&](av_status *out, filestack_error **failure) {
            std::int32_t status = 0;
            const filestack_status made = filestack_av_job_status(get(), c_request.get(), &status, failure);
            *out = static_cast<av_status>(status);
            return made;
        }));
    }
    /** Waits until the job is completed; a timeout of 0 asks once, -1 ms is no limit. Blocks. */
    outcome<void> wait(std::chrono::milliseconds timeout = std::chrono::milliseconds(-1),
                       const request_options &request = {}) const
    {
        detail::call call;
        const auto c_request = detail::make(call, request);
        return detail::deliver(call.run([&](filestack_error **failure) {
            return filestack_av_job_wait(get(), timeout.count(), c_request.get(), failure);
        }));
    }
    /** The result of a completed job. */
    outcome<filestack::filelink> filelink() const
    {
        return detail::deliver(
            detail::call().object<filestack::filelink>([&](filestack_filelink **out, filestack_error **failure) {
                return filestack_av_job_filelink(get(), out, failure);
            }));
    }

private:
    explicit av_job(filestack_av_job *native) noexcept : shared(native) {}
};

} // namespace FILESTACK_STYLE
} // namespace filestack

/* What a file begins, which is defined there. */
#include "transformation.hpp"

#endif /* FILESTACK_CPP_FILELINK_HPP */
