/* Transformations: a part of filestack.hpp. */

#ifndef FILESTACK_CPP_TRANSFORMATION_HPP
#define FILESTACK_CPP_TRANSFORMATION_HPP

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "filelink.hpp"
#include "param.hpp"

namespace filestack {
inline namespace FILESTACK_STYLE {

/**
 * A chain of tasks over one or more sources: a value, of one thread at a time. It has a method for every task, which
 * adds the task, and returns this transformation, or a new one that was moved from it when it was a temporary.
 *
 * The first failure stays, and every later call fails with it.
 */
class transformation : public task_detail::adds_tasks<transformation> {
public:
    using native_type = filestack_transformation;
    static transformation adopt(filestack_transformation *native) noexcept { return transformation(native); }

    transformation(const transformation &other)
        : native_(filestack_transformation_clone(other.get())), failure_(other.failure_)
    {
    }
    transformation(transformation &&other) noexcept
        : native_(std::move(other.native_)), failure_(std::exchange(other.failure_, std::nullopt))
    {
    }
    transformation &operator=(const transformation &other) { return *this = transformation(other); }
    transformation &operator=(transformation &&other) noexcept
    {
        transformation taken(std::move(other));
        native_.swap(taken.native_);
        failure_.swap(taken.failure_);
        return *this;
    }
    ~transformation() = default;

    /** The C object, which stays this object's. NULL when it was moved from. */
    filestack_transformation *get() const noexcept { return native_.get(); }
    /** Gives the C object away: the caller frees it. */
    [[nodiscard]] filestack_transformation *release() noexcept { return native_.release(); }
    /** Whether nothing has failed so far. */
    explicit operator bool() const noexcept { return native_ && !failure_; }
    /** What failed first. */
    const std::optional<error> &failure() const noexcept { return failure_; }

    /** Adds the task of an args struct. The only way for those whose method is a call: tags, sfw, ocr, store. */
    template <class Args, class = decltype(task_detail::task_of(std::declval<const Args &>()))>
    transformation &task(const Args &args) &
    {
        task_detail::param_list list;
        put(list, args);
        return add(task_detail::task_of(args), list);
    }
    template <class Args, class = decltype(task_detail::task_of(std::declval<const Args &>()))>
    transformation task(const Args &args) &&
    {
        return std::move(task(args));
    }

    /** Adds a task by its name, with parameters by theirs: `task("resize", {{"width", 300}, {"fit", "crop"}})`. */
    transformation &task(std::string_view name, const std::vector<param> &params = {}) &
    {
        task_detail::param_list list;
        for (const param &each : params)
            each.put_to(list);
        return add(name, list);
    }
    transformation task(std::string_view name, const std::vector<param> &params = {}) &&
    {
        return std::move(task(name, params));
    }

    /** Adds a task with its parameters as a JSON object. */
    transformation &task_json(std::string_view name, std::string_view params_json) &
    {
        return add_json(filestack_transformation_add_json, name, params_json);
    }
    transformation task_json(std::string_view name, std::string_view params_json) &&
    {
        return std::move(task_json(name, params_json));
    }

    /** Adds a task that the library does not know yet; nothing is checked but that a URL can hold it. */
    transformation &task_unchecked(std::string_view name, std::string_view params_json = "{}") &
    {
        return add_json(filestack_transformation_add_unchecked, name, params_json);
    }
    transformation task_unchecked(std::string_view name, std::string_view params_json = "{}") &&
    {
        return std::move(task_unchecked(name, params_json));
    }

    /** The URL of the result, without credentials. */
    outcome<std::string> url() const
    {
        return detail::deliver(detail::call(failure_).run<std::string>(filestack_transformation_url, get()));
    }
    /** The URL of the result with credentials, by default the transformation's. A secret. */
    outcome<std::string> signed_url(const std::optional<security> &signer = std::nullopt) const
    {
        return detail::deliver(detail::call(failure_).run<std::string>(filestack_transformation_signed_url, get(),
                                                                       detail::native_of(signer)));
    }
    /** Stores the result as a new file. Blocks. */
    outcome<filelink> store(const store_options &store = {}, const request_options &request = {}) const
    {
        return store_by(detail::blocking(), filestack_transformation_store, store, request);
    }
    /** Starts `store`. */
    outcome<operation<filelink>> store_start(const store_options &store = {}, const request_options &request = {},
                                             const delivery &to = {}) const
    {
        return store_by(to, filestack_transformation_store_start, store, request);
    }
    /** Downloads to a file, which appears only when it is whole; returns its size in bytes. Blocks. */
    outcome<std::uint64_t> download(std::string_view path, const request_options &request = {}) const
    {
        return download_by(detail::blocking(), filestack_transformation_download, path, request);
    }
    /** Starts `download`. */
    outcome<operation<std::uint64_t>> download_start(std::string_view path, const request_options &request = {},
                                                     const delivery &to = {}) const
    {
        return download_by(to, filestack_transformation_download_start, path, request);
    }
    /** Downloads to a sink, which is not used after the call; returns the size in bytes. Blocks. */
    outcome<std::uint64_t> download_to(const sink &target, const request_options &request = {}) const
    {
        return download_to_by(detail::blocking(), filestack_transformation_download_to, target, request);
    }
    /** Starts `download_to`. */
    outcome<operation<std::uint64_t>> download_to_start(const sink &target, const request_options &request = {},
                                                        const delivery &to = {}) const
    {
        return download_to_by(to, filestack_transformation_download_to_start, target, request);
    }
    /** Reads the result into memory. Blocks. */
    outcome<buffer> get_content(const request_options &request = {}) const
    {
        return ask<buffer>(detail::blocking(), filestack_transformation_get_content, request);
    }
    /** Starts `get_content`. */
    outcome<operation<buffer>> get_content_start(const request_options &request = {}, const delivery &to = {}) const
    {
        return ask<buffer>(to, filestack_transformation_get_content_start, request);
    }
    /** The service's JSON answer to a chain that ends with a task whose reply is not a file. Blocks. */
    outcome<std::string> get_json(const request_options &request = {}) const
    {
        return ask<std::string>(detail::blocking(), filestack_transformation_get_json, request);
    }
    /** Starts `get_json`. */
    outcome<operation<std::string>> get_json_start(const request_options &request = {}, const delivery &to = {}) const
    {
        return ask<std::string>(to, filestack_transformation_get_json_start, request);
    }
    /** Words for what the result shows, as a JSON object. Blocks. */
    outcome<std::string> tags(const request_options &request = {}) const
    {
        return ask<std::string>(detail::blocking(), filestack_transformation_tags, request);
    }
    /** Starts `tags`. */
    outcome<operation<std::string>> tags_start(const request_options &request = {}, const delivery &to = {}) const
    {
        return ask<std::string>(to, filestack_transformation_tags_start, request);
    }
    /** Whether the result is safe for work, as a JSON object. Blocks. */
    outcome<std::string> sfw(const request_options &request = {}) const
    {
        return ask<std::string>(detail::blocking(), filestack_transformation_sfw, request);
    }
    /** Starts `sfw`. */
    outcome<operation<std::string>> sfw_start(const request_options &request = {}, const delivery &to = {}) const
    {
        return ask<std::string>(to, filestack_transformation_sfw_start, request);
    }
    /** The text in the result, as a JSON object. Blocks. */
    outcome<std::string> ocr(const request_options &request = {}) const
    {
        return ask<std::string>(detail::blocking(), filestack_transformation_ocr, request);
    }
    /** Starts `ocr`. */
    outcome<operation<std::string>> ocr_start(const request_options &request = {}, const delivery &to = {}) const
    {
        return ask<std::string>(to, filestack_transformation_ocr_start, request);
    }
    /** Starts a conversion of audio or video at the service. Blocks until it is started. */
    outcome<av_job> av_convert(const av_convert_args &args = {}, const request_options &request = {}) const
    {
        return av_convert_by(detail::blocking(), filestack_transformation_av_convert, args, request);
    }
    /** Starts `av_convert`. */
    outcome<operation<av_job>> av_convert_start(const av_convert_args &args = {}, const request_options &request = {},
                                                const delivery &to = {}) const
    {
        return av_convert_by(to, filestack_transformation_av_convert_start, args, request);
    }

private:
    friend class client;
    friend class filelink;

    explicit transformation(filestack_transformation *native) noexcept : native_(native) {}

    /* What begins with a failure keeps it, as what fails later does. */
    static transformation begin(result<transformation> made)
    {
#if defined(FILESTACK_NO_EXCEPTIONS)
        if (!made) {
            transformation failed(nullptr);
            failed.failure_ = made.error();
            return failed;
        }
#endif
        return std::move(made).value();
    }

    transformation &add(std::string_view name, const task_detail::param_list &list)
    {
        detail::call call(failure_);
        const std::string c_name = call.text("task", name);
        if (list.with_nul())
            call.refuse_nul(list.with_nul());
        call.step([&](filestack_error **failure) {
            return filestack_transformation_add(get(), c_name.c_str(), list.data(), list.size(), failure);
        });
        return keep(call);
    }
    template <class Add> transformation &add_json(Add c_function, std::string_view name, std::string_view params_json)
    {
        detail::call call(failure_);
        const std::string c_name = call.text("task", name), c_params = call.text("params_json", params_json);
        call.step(
            [&](filestack_error **failure) { return c_function(get(), c_name.c_str(), c_params.c_str(), failure); });
        return keep(call);
    }
    transformation &keep(const detail::call &call)
    {
        failure_ = call.failure();
#if !defined(FILESTACK_NO_EXCEPTIONS)
        if (failure_)
            throw *failure_;
#endif
        return *this;
    }

    /* What takes request options only. */
    template <class T, class How, class Function>
    detail::given<How, T> ask(const How &how, Function function, const request_options &request) const
    {
        detail::call call(failure_);
        const auto c_request = detail::make(call, request);
        return call.perform<T>(how, function, get(), c_request.get());
    }
    template <class How, class Function>
    detail::given<How, filelink> store_by(const How &how, Function function, const store_options &store,
                                          const request_options &request) const
    {
        detail::call call(failure_);
        const auto c_store = detail::make(call, store);
        const auto c_request = detail::make(call, request);
        return call.perform<filelink>(how, function, get(), c_store.get(), c_request.get());
    }
    template <class How, class Function>
    detail::given<How, std::uint64_t> download_by(const How &how, Function function, std::string_view path,
                                                  const request_options &request) const
    {
        detail::call call(failure_);
        const std::string c_path = call.text("path", path);
        const auto c_request = detail::make(call, request);
        return call.perform<std::uint64_t>(how, function, get(), c_path.c_str(), c_request.get());
    }
    template <class How, class Function>
    detail::given<How, std::uint64_t> download_to_by(const How &how, Function function, const sink &target,
                                                     const request_options &request) const
    {
        detail::call call(failure_);
        call.uses(target.functions_);
        const auto c_request = detail::make(call, request);
        return call.perform<std::uint64_t>(how, function, get(), target.get(), c_request.get());
    }
    template <class How, class Function>
    detail::given<How, av_job> av_convert_by(const How &how, Function function, const av_convert_args &args,
                                             const request_options &request) const
    {
        detail::call call(failure_);
        task_detail::param_list list;
        put(list, args);
        if (list.with_nul())
            call.refuse_nul(list.with_nul());
        const auto c_request = detail::make(call, request);
        return call.perform<av_job>(how, function, get(), list.data(), list.size(), c_request.get());
    }

    detail::owned<filestack_transformation, filestack_transformation_free> native_;
    std::optional<error> failure_;
};

inline filestack::transformation filelink::transform() const
{
    return filestack::transformation::begin(
        detail::call().run<filestack::transformation>(filestack_filelink_transform, get()));
}

inline outcome<av_job> filelink::av_convert(const av_convert_args &args, const request_options &request) const
{
    return transform().av_convert(args, request);
}
inline outcome<operation<av_job>> filelink::av_convert_start(const av_convert_args &args,
                                                             const request_options &request, const delivery &to) const
{
    return transform().av_convert_start(args, request, to);
}

} // namespace FILESTACK_STYLE
} // namespace filestack

#endif /* FILESTACK_CPP_TRANSFORMATION_HPP */
