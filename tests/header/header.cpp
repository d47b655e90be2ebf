/* The C++ headers, each first and twice, with everything that is made only when it is used. */
#if defined(TASKS_FIRST)
#include <filestack/tasks.hpp>
#endif
#include <filestack/filestack.hpp>
#include <filestack/tasks.hpp>
#include <filestack/filestack.hpp>

template class filestack::task_detail::adds_tasks<filestack::transformation>;
template class filestack::task_detail::begins_tasks<filestack::filelink, filestack::transformation>;
template class filestack::result<filestack::filelink>;
template class filestack::result<std::string>;
template class filestack::result<std::uint64_t>;

void use_templates(const filestack::client &client, const filestack::filelink &file);

void use_templates(const filestack::client &client, const filestack::filelink &file)
{
    const auto read = [](void *, std::size_t) { return 0; };
    const auto seek = [](std::uint64_t) {};
    const auto size = [] { return 0; };
    static_cast<void>(filestack::source::from_reader(read));
    static_cast<void>(filestack::source::from_reader(read, seek));
    static_cast<void>(filestack::source::from_reader(read, nullptr, size));
    static_cast<void>(filestack::source::from_reader(read, seek, size));
    static_cast<void>(filestack::source::from_memory("bytes", [] {}));
    static_cast<void>(filestack::source::from_container(std::vector<unsigned char>(3)));
    static_cast<void>(filestack::set_log(filestack::log_level::info, [](const filestack::log_event &) {}));
    static_cast<void>(client.upload(std::vector<unsigned char>(3)));
    static_cast<void>(client.transform({"handle", "another"}).task("task", {{"a", 1}, {"b", "c"}, {"d", 0.5}}));
    static_cast<void>(file.resize(filestack::resize_args().with_width(300)).task(filestack::sepia_args()).url());
#if __cplusplus >= 202002L
    static_cast<void>(file.resize({.width = 300, .fit = filestack::fit::crop}).sepia());
    static_cast<void>(file.store({.filename = "name", .access = filestack::access::private_}));
    static_cast<void>(client.upload("bytes", {.store = {.filename = "name"}, .concurrency = 3}));
#endif
}
