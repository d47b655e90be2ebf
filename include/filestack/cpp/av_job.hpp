/* Conversions of audio and video: a part of filestack.hpp. */

#ifndef FILESTACK_CPP_AV_JOB_HPP
#define FILESTACK_CPP_AV_JOB_HPP

#include <chrono>
#include <cstdint>
#include <string>

#include "operation.hpp"
#include "options.hpp"

namespace filestack {
inline namespace FILESTACK_STYLE {

class filelink;

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
        return detail::deliver(detail::call().run<std::string>(filestack_av_job_json, get()));
    }
    /** Asks the service how far the job is. Blocks. */
    outcome<av_status> status(const request_options &request = {}) const
    {
        return status_by(detail::blocking(), filestack_av_job_status, request);
    }
    /** Starts `status`. */
    outcome<operation<av_status>> status_start(const request_options &request = {}, const delivery &to = {}) const
    {
        return status_by(to, filestack_av_job_status_start, request);
    }
    /** Waits until the job is completed; a timeout of 0 asks once, a negative one is no limit. Blocks. */
    outcome<void> wait(std::chrono::milliseconds timeout = std::chrono::milliseconds(-1),
                       const request_options &request = {}) const
    {
        return wait_by(detail::blocking(), filestack_av_job_wait, timeout, request);
    }
    /** Starts `wait`. */
    outcome<operation<void>> wait_start(std::chrono::milliseconds timeout = std::chrono::milliseconds(-1),
                                        const request_options &request = {}, const delivery &to = {}) const
    {
        return wait_by(to, filestack_av_job_wait_start, timeout, request);
    }
    /** The result of a completed job. */
    outcome<filestack::filelink> filelink() const;

private:
    explicit av_job(filestack_av_job *native) noexcept : shared(native) {}

    template <class How, class Function>
    detail::given<How, av_status> status_by(const How &how, Function function, const request_options &request) const
    {
        detail::call call;
        const auto c_request = detail::make(call, request);
        return call.perform<av_status>(how, function, get(), c_request.get());
    }
    template <class How, class Function>
    detail::given<How, void> wait_by(const How &how, Function function, std::chrono::milliseconds timeout,
                                     const request_options &request) const
    {
        detail::call call;
        const auto c_request = detail::make(call, request);
        return call.perform<void>(how, function, get(), detail::wait_ms(timeout), c_request.get());
    }
};

} // namespace FILESTACK_STYLE
} // namespace filestack

/* What a job gives, where `filelink` is defined. */
#include "filelink.hpp"

#endif /* FILESTACK_CPP_AV_JOB_HPP */
