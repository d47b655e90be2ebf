/* Operations and queues through the wrapper: what they give, what they throw, and what becomes of copies. */
#include "support.hpp"

#include <atomic>
#include <cstdio>
#include <cstring>
#include <map>
#include <stdexcept>
#include <thread>
#include <type_traits>

#include <poll.h>

using namespace filestack;

static_assert(std::is_nothrow_move_constructible_v<operation<filelink>>);
static_assert(std::is_nothrow_move_assignable_v<operation<filelink>>);
static_assert(std::is_nothrow_copy_constructible_v<operation<void>>);
static_assert(std::is_nothrow_copy_assignable_v<operation<void>>);
static_assert(std::is_nothrow_move_constructible_v<queue> && std::is_nothrow_copy_constructible_v<queue>);
static_assert(std::is_nothrow_move_constructible_v<finished> && std::is_nothrow_copy_constructible_v<finished>);
static_assert(!std::is_convertible_v<filestack_operation *, operation<filelink>>);
static_assert(std::is_same_v<decltype(std::declval<const operation<void> &>().get()), void>);

static const std::size_t mib = 1024 * 1024;
static const std::chrono::milliseconds no_wait(0), no_limit(-1);

/* A reader that has nothing until it may read, and then as much as it is asked for. */
class tap {
public:
    explicit tap(std::string content) : content_(std::move(content)) {}
    void open() { is_open_ = true; }
    std::int64_t read(void *buffer, std::size_t room)
    {
        was_asked_ = true;
        if (!is_open_)
            return would_block;
        const std::size_t count = content_.copy(static_cast<char *>(buffer), room, at_);
        at_ += count;
        return static_cast<std::int64_t>(count);
    }
    /* Returns once the reader has been asked for the first time. */
    void until_asked() const
    {
        while (!was_asked_)
            std::this_thread::yield();
    }

private:
    std::string content_;
    std::size_t at_ = 0;
    std::atomic<bool> is_open_{false}, was_asked_{false};
};

static source source_of(const std::shared_ptr<tap> &from)
{
    return source::from_reader([from](void *buffer, std::size_t room) { return from->read(buffer, room); });
}

/* Takes what ends next, which must come. */
static finished take_from(const queue &ended)
{
    std::optional<finished> taken = ended.take();
    CHECK(taken.has_value());
    return taken.value();
}

static void a_started_upload_gives_its_filelink()
{
    const client here = client_here();
    const std::string content = content_of(3 * mib, 1);
    const operation<filelink> upload = here.upload_start(content);
    const filelink file = upload.get();
    check_stored_is(file, content);
    CHECK(upload.done());
    CHECK(upload.state() == state::done);
    CHECK(upload.wait_for(no_wait));
    CHECK_SIZE(0, upload.tag());
    CHECK_TEXT(file.handle(), upload.get().handle());
}

/* The start copies the bytes, and retains and copies all else. */
static void what_a_start_was_given_may_go()
{
    const std::string content = content_of(100000, 2);
    const operation<filelink> from_bytes = client_here().upload_start(std::string(content));
    const operation<filelink> from_container =
        client_here().upload_start(source::from_container(std::vector<char>(content.begin(), content.end())));
    char *const path = file_new("given.bin", content.data(), content.size());
    const operation<filelink> from_path = client_here().upload_path_start(std::string(path));
    std::free(path);
    check_stored_is(from_bytes.get(), content);
    check_stored_is(from_container.get(), content);
    check_stored_is(from_path.get(), content);
}

static void a_queue_gives_every_operation_once()
{
    const client here = client_here();
    const queue ended;
    std::map<std::uint64_t, std::string> contents;
    for (std::uint64_t tag = 1; tag <= 20; ++tag) {
        contents[tag] = content_of(static_cast<std::size_t>(tag) * 30011, tag);
        here.upload_start(contents[tag], {}, {ended, tag});
    }
    for (std::size_t count = contents.size(); count > 0; --count) {
        const finished one = take_from(ended);
        const auto content = contents.find(one.tag());
        if (!CHECK(content != contents.end()))
            continue;
        const operation<filelink> upload = one.as<filelink>();
        CHECK_SIZE(one.tag(), upload.tag());
        CHECK(upload.done());
        check_stored_is(upload.get(), content->second);
        contents.erase(content);
    }
    CHECK(!ended.take(no_wait));
}

static void a_failure_arrives_as_a_success_does()
{
    const queue ended;
    const operation<filelink> upload = client_here().upload_path_start(in_folder("missing"), {}, {ended, 3});
    CHECK_INT(FILESTACK_E_IO, failure_of([&] { upload.get(); }).code());
    const finished one = take_from(ended);
    CHECK_SIZE(3, one.tag());
    CHECK_INT(FILESTACK_E_IO, failure_of([&] { one.as<filelink>().get(); }).code());
    CHECK_CONTAINS("missing", failure_of([&] { one.as<void>().get(); }).what());
}

static bool is_readable(const queue &ended)
{
    struct pollfd wanted = {ended.fd(), POLLIN, 0};
    return poll(&wanted, 1, 0) == 1;
}

static void taking_ends_without_an_operation()
{
    const queue ended;
    CHECK(!ended.take(no_wait));
    CHECK(!ended.take(std::chrono::milliseconds(5)));
    CHECK(!is_readable(ended));
    ended.wake();
    CHECK(is_readable(ended));
    CHECK(!ended.take());
    CHECK(!is_readable(ended));
    std::thread later([copy = ended] { copy.wake(); });
    CHECK(!ended.take(no_limit));
    later.join();
}

static void the_descriptor_tells_when_something_can_be_taken()
{
    const queue ended;
    const operation<filelink> upload = client_here().upload_start("told", {}, {ended});
    struct pollfd wanted = {ended.fd(), POLLIN, 0};
    CHECK_INT(1, poll(&wanted, 1, -1));
    CHECK(upload.done());
    CHECK_SIZE(0, take_from(ended).tag());
    CHECK(!is_readable(ended));
}

static void an_operation_goes_on_without_its_references()
{
    const std::string content = content_of(mib, 4);
    const queue ended;
    {
        queue same = ended;
        client_here().upload_start(content, {}, {std::move(same), 5});
    }
    check_stored_is(take_from(ended).as<filelink>().get(), content);
}

static void what_is_cancelled_ends()
{
    const client here = client_here();
    const queue ended;
    control_fault("POST /multipart/start * hang");
    const operation<filelink> first = here.upload_start("first", {}, {ended, 1});
    const operation<filelink> second = here.upload_start("second", {}, {ended, 2});
    const operation<filelink> third = here.upload_start("third", {}, {ended, 3});
    CHECK(!second.wait_for(no_wait));
    CHECK(!second.done());
    second.cancel();
    CHECK_SIZE(2, take_from(ended).tag());
    CHECK_INT(FILESTACK_E_CANCELLED, failure_of([&] { second.get(); }).code());
    CHECK(!first.done());
    ended.cancel_all();
    take_from(ended);
    take_from(ended);
    CHECK(first.done() && third.done());
    CHECK_INT(FILESTACK_E_CANCELLED, failure_of([&] { first.get(); }).code());
    CHECK_INT(FILESTACK_E_CANCELLED, failure_of([&] { third.get(); }).code());
    first.cancel();
    control_reset();
    check_stored_is(here.upload("after"), "after");
}

static void what_is_paused_stands_still_until_it_is_resumed()
{
    const std::string content = content_of(2 * mib, 6);
    const auto from = std::make_shared<tap>(content);
    const source read = source_of(from);
    const operation<filelink> upload = client_here().upload_start(read);
    from->until_asked();
    upload.pause();
    upload.pause();
    CHECK(upload.state() == state::paused);
    from->open();
    read.ready();
    CHECK(!upload.wait_for(std::chrono::milliseconds(50)));
    CHECK(upload.state() == state::paused);
    CHECK_INT(FILESTACK_STATE_PAUSED, upload.progress().state);
    upload.resume();
    check_stored_is(upload.get(), content);
    CHECK(upload.state() == state::done);
    upload.resume();
    upload.pause();
    CHECK(upload.state() == state::done);
    const operation<std::string> asked = upload.get().metadata_start();
    CHECK_INT(FILESTACK_E_UNSUPPORTED, failure_of([&] { asked.pause(); }).code());
    CHECK_INT(FILESTACK_E_UNSUPPORTED, failure_of([&] { asked.resume(); }).code());
    asked.get();
}

static void a_paused_operation_can_be_cancelled()
{
    const auto from = std::make_shared<tap>("never read");
    const operation<filelink> upload = client_here().upload_start(source_of(from));
    upload.pause();
    upload.cancel();
    CHECK_INT(FILESTACK_E_CANCELLED, failure_of([&] { upload.get(); }).code());
    CHECK(upload.done());
}

static void progress_is_told_and_can_be_asked()
{
    const std::string content = content_of(mib, 7);
    const queue ended;
    std::atomic<std::uint64_t> done{0}, tag{0};
    int destroyed = 0;
    upload_options options;
    options.progress = [&, count = std::make_shared<counted>(destroyed)](const filestack_progress &progress) {
        done = progress.bytes_done;
        tag = progress.tag;
        return true;
    };
    const operation<filelink> upload = client_here().upload_start(content, options, {ended, 8});
    options.progress = nullptr;
    take_from(ended);
    CHECK_INT(1, destroyed);
    CHECK_SIZE(mib, done);
    CHECK_SIZE(8, tag);
    const filestack_progress progress = upload.progress();
    CHECK_SIZE(mib, progress.bytes_done);
    CHECK_SIZE(mib, progress.bytes_total);
    CHECK_SIZE(8, progress.tag);
    CHECK_INT(FILESTACK_STATE_DONE, progress.state);
}

static void readers_and_writers_may_have_nothing_to_do()
{
    const client here = client_here();
    const std::string content = content_of(200000, 9);
    const auto from = std::make_shared<tap>(content);
    const source read = source_of(from);
    const operation<filelink> upload = here.upload_start(read);
    from->until_asked();
    CHECK(!upload.wait_for(std::chrono::milliseconds(20)));
    from->open();
    read.ready();
    const filelink file = upload.get();
    check_stored_is(file, content);

    std::string taken;
    std::atomic<int> calls{0};
    const sink written = sink::from_writer([&](const void *data, std::size_t size) -> std::int64_t {
        if (++calls == 1)
            return would_block;
        taken.append(static_cast<const char *>(data), size);
        return static_cast<std::int64_t>(size);
    });
    const operation<std::uint64_t> download = file.download_to_start(written);
    while (calls == 0)
        std::this_thread::yield();
    CHECK(!download.wait_for(std::chrono::milliseconds(20)));
    CHECK_INT(1, calls);
    written.ready();
    CHECK_SIZE(content.size(), download.get());
    CHECK(taken == content);
}

struct own_exception : std::runtime_error {
    using runtime_error::runtime_error;
};

/* What the operation throws that a callback has thrown. */
template <class T> static std::string thrown_by(const operation<T> &failed)
{
    try {
        static_cast<void>(failed.get());
    } catch (const own_exception &exception) {
        return exception.what();
    } catch (const error &failure) {
        return std::string(failure.name());
    }
    return "nothing";
}

static void what_callbacks_throw_is_thrown_by_get()
{
    const client here = client_here();
    const filelink file = here.upload("before");
    const auto torn_read = [](void *, std::size_t) -> std::size_t { throw own_exception("read"); };
    const auto torn_write = [](const void *, std::size_t) { throw own_exception("write"); };
    const operation<filelink> upload = here.upload_start(source::from_reader(torn_read));
    const operation<std::string> overwrite = file.overwrite_start(source::from_reader(torn_read));
    const operation<std::uint64_t> download = file.download_to_start(sink::from_writer(torn_write));
    const operation<std::uint64_t> transformed = file.transform().download_to_start(sink::from_writer(torn_write));
    const operation<std::uint64_t> archive = here.zip_to_start(sink::from_writer(torn_write), {file.handle()});
    CHECK_TEXT("read", thrown_by(upload));
    CHECK_TEXT("read", thrown_by(operation<filelink>(upload)));
    CHECK_TEXT("read", thrown_by(overwrite));
    CHECK_TEXT("write", thrown_by(download));
    CHECK_TEXT("write", thrown_by(transformed));
    CHECK_TEXT("write", thrown_by(archive));
    check_stored_is(file, "before");

    control_fault("POST /multipart/start * hang");
    upload_options options;
    options.progress_interval = std::chrono::milliseconds(1);
    options.progress = [](const filestack_progress &) -> bool { throw own_exception("progress"); };
    const operation<filelink> watched = here.upload_start("bytes", options);
    options.progress = [](const filestack_progress &) { return false; };
    const operation<filelink> stopped = here.upload_start("bytes", options);
    CHECK_TEXT("progress", thrown_by(watched));
    CHECK_TEXT("FILESTACK_E_CANCELLED", thrown_by(stopped));
    control_reset();
}

static void what_a_queue_gives_has_the_error_only()
{
    const queue ended;
    const operation<filelink> upload = client_here().upload_start(
        source::from_reader([](void *, std::size_t) -> std::size_t { throw own_exception("read"); }), {}, {ended});
    CHECK_TEXT("FILESTACK_E_CALLBACK", thrown_by(take_from(ended).as<filelink>()));
    CHECK_TEXT("read", thrown_by(upload));
}

/* A source that is used again: each operation has its own exception. */
static void an_exception_stays_with_its_operation()
{
    const client here = client_here();
    const auto turn = std::make_shared<std::atomic<int>>(1);
    const source read = source::from_reader(
        [turn](void *, std::size_t) -> std::int64_t {
            switch (*turn) {
            case 1: throw own_exception("first");
            case 2: throw own_exception("second");
            case 3: return -1;
            default: return 0;
            }
        },
        [](std::uint64_t) { return true; }, [] { return 10; });
    const operation<filelink> first = here.upload_start(read);
    first.wait_for(no_limit);
    *turn = 2;
    const operation<filelink> second = here.upload_start(read);
    second.wait_for(no_limit);
    *turn = 3;
    const operation<filelink> third = here.upload_start(read);
    third.wait_for(no_limit);
    CHECK_TEXT("first", thrown_by(first));
    CHECK_TEXT("second", thrown_by(second));
    CHECK_TEXT("FILESTACK_E_CALLBACK", thrown_by(third));
    CHECK_TEXT("first", thrown_by(first));
}

static void a_result_of_another_type_is_refused()
{
    const queue ended;
    client_here().upload_start("bytes", {}, {ended});
    const finished one = take_from(ended);
    CHECK_INT(FILESTACK_E_STATE, failure_of([&] { one.as<std::string>().get(); }).code());
    CHECK_INT(FILESTACK_E_STATE, failure_of([&] { one.as<std::uint64_t>().get(); }).code());
    CHECK_INT(FILESTACK_E_STATE, failure_of([&] { one.as<buffer>().get(); }).code());
    CHECK_INT(FILESTACK_E_STATE, failure_of([&] { one.as<av_job>().get(); }).code());
    CHECK_INT(FILESTACK_E_STATE, failure_of([&] { one.as<av_status>().get(); }).code());
    one.as<void>().get();
    check_stored_is(one.as<filelink>().get(), "bytes");
}

static void content_can_be_taken_once()
{
    const filelink file = client_here().upload("content");
    const operation<buffer> read = file.get_content_start();
    CHECK_TEXT("content", read.get().view());
    CHECK_INT(FILESTACK_E_STATE, failure_of([&] { read.get(); }).code());
}

static void copies_are_references_and_what_was_moved_from_fails()
{
    const client here = client_here();
    operation<filelink> first = here.upload_start("first", {}, {std::nullopt, 1});
    operation<filelink> second(first);
    CHECK(first.native() == second.native());
    operation<filelink> third(std::move(second));
    CHECK(!second);
    CHECK(static_cast<bool>(third));
    CHECK(third.native() == first.native());
    CHECK_INT(FILESTACK_E_NULL, failure_of([&] { second.get(); }).code());
    CHECK_INT(FILESTACK_E_NULL, failure_of([&] { second.wait_for(no_wait); }).code());
    CHECK_INT(FILESTACK_E_NULL, failure_of([&] { second.pause(); }).code());
    CHECK_SIZE(0, second.tag());
    CHECK(!second.done());
    CHECK_INT(0, second.progress().state);
    second.cancel();
    second = here.upload_start("second", {}, {std::nullopt, 2});
    CHECK_SIZE(2, second.tag());
    first = std::move(second);
    CHECK_SIZE(2, first.tag());
    check_stored_is(first.get(), "second");
    check_stored_is(third.get(), "first");
    operation<filelink> &same = third;
    third = same;
    third = std::move(same);
    CHECK_SIZE(1, third.tag());

    filestack_operation *const native = third.release();
    CHECK(!third);
    check_stored_is(operation<filelink>::adopt(native).get(), "first");

    queue ended;
    const queue kept = std::move(ended);
    CHECK_INT(-1, ended.fd());
    CHECK_INT(FILESTACK_E_NULL, failure_of([&] { ended.take(); }).code());
    CHECK_INT(FILESTACK_E_NULL, failure_of([&] { here.upload_start("nowhere", {}, {ended}); }).code());
    ended = kept;
    CHECK(ended.get() == kept.get());
    CHECK(queue::adopt(ended.release()).get() == kept.get());
}

/* What is wrong before the call begins fails at once, and then nothing arrives. */
static void a_start_that_fails_delivers_nothing()
{
    const client here = client_here();
    const queue ended;
    const std::string with_nul("a\0b", 3);
    const delivery to = {ended, 1};
    CHECK_INT(FILESTACK_E_ARGUMENT, failure_of([&] { here.upload_path_start(with_nul, {}, to); }).code());
    CHECK_INT(FILESTACK_E_NULL, failure_of([&] { here.upload_start(bytes(nullptr, 1), {}, to); }).code());
    CHECK_INT(FILESTACK_E_ARGUMENT, failure_of([&] {
                                        upload_options wrong;
                                        wrong.concurrency = 1000;
                                        here.upload_start("bytes", wrong, to);
                                    }).code());
    client moved = here;
    const client taken = std::move(moved);
    CHECK_INT(FILESTACK_E_NULL, failure_of([&] { moved.upload_start("bytes", {}, to); }).code());
    int destroyed = 0;
    CHECK_INT(FILESTACK_E_ARGUMENT, failure_of([&] {
                                        request_options wrong;
                                        wrong.total_timeout = std::chrono::milliseconds(-1);
                                        wrong.progress = [count = std::make_shared<counted>(destroyed)](
                                                             const filestack_progress &) { return true; };
                                        taken.workflow_status_start("job", wrong, to);
                                    }).code());
    CHECK_INT(1, destroyed);
    ended.wake();
    CHECK(!ended.take());
}

static void every_call_of_a_client_can_be_started()
{
    policy all_calls;
    all_calls.expiry = std::chrono::system_clock::from_time_t(4102444800);
    const client here = client_here().with_security(security(all_calls, service_secret()));
    const std::string content = content_of(1000, 10);
    const filelink file = here.upload_start(source::from_memory(content)).get();
    check_stored_is(file, content);
    store_options named;
    named.filename = "again.bin";
    const filelink again = here.upload_url_start(file.signed_url(), named).get();
    check_stored_is(again, content);
    CHECK_TEXT("again.bin", again.filename().value_or("(none)"));
    const std::uint64_t size = here.zip_start(in_folder("both.zip"), {file.handle(), again.handle()}).get();
    CHECK_SIZE(content_at(in_folder("both.zip")).size(), size);
    std::string archive;
    const sink all = sink::from_writer(
        [&archive](const void *data, std::size_t part) { archive.append(static_cast<const char *>(data), part); });
    const std::uint64_t archive_size = here.zip_to_start(all, {file.handle()}).get();
    CHECK_SIZE(archive.size(), archive_size);
    CHECK_TEXT("PK", archive.substr(0, 2));
    const std::string run = file.run_workflow_start("0b3a8d4e-75a9-4c31-9a0f-5c1f0a4b7d11").get();
    CHECK(json_is_object(here.workflow_status_start(member_of(run, "jobid")).get().c_str()));
}

static void every_call_of_a_filelink_can_be_started()
{
    const client here = client_here();
    upload_options named;
    named.store.filename = "picture.png";
    const std::string picture = picture_of(40, 30);
    const filelink file = here.upload(picture, named);
    check_stored_is(file.store_start().get(), picture);
    CHECK_SIZE(picture.size(), file.download_start(in_folder("picture.png")).get());
    CHECK(content_at(in_folder("picture.png")) == picture);
    CHECK(file.get_content_start().get().view() == picture);
    CHECK_TEXT("picture.png", member_of(file.metadata_start({"filename"}).get(), "filename"));
    CHECK(json_is_object(file.tags_start().get().c_str()));
    CHECK_CONTAINS("sfw", file.sfw_start().get().c_str());
    CHECK(json_is_object(file.ocr_start().get().c_str()));
    CHECK(json_is_object(file.overwrite_start(source::from_memory("bmV3ZXI="), true).get().c_str()));
    check_stored_is(file, "newer");
    CHECK(json_is_object(file.overwrite_url_start(here.upload("external").signed_url()).get().c_str()));
    check_stored_is(file, "external");
    file.delete_start().get();
    CHECK_INT(FILESTACK_E_NOT_FOUND, failure_of([&] { file.delete_start().get(); }).code());
}

static void every_call_of_a_transformation_can_be_started()
{
    upload_options named;
    named.store.filename = "picture.png";
    const filelink file = client_here().upload(picture_of(40, 30), named);
    const transformation flipped = file.flip();
    const std::string picture = flipped.get_content().str();
    CHECK(flipped.get_content_start().get().view() == picture);
    CHECK_SIZE(picture.size(), flipped.download_start(in_folder("flipped.png")).get());
    CHECK(content_at(in_folder("flipped.png")) == picture);
    std::FILE *const out = std::fopen(in_folder("sink.png").c_str(), "wb");
    CHECK_SIZE(picture.size(), flipped.download_to_start(sink::from_fd(fileno(out))).get());
    std::fclose(out);
    CHECK(content_at(in_folder("sink.png")) == picture);
    check_stored_is(flipped.store_start().get(), picture);
    CHECK_TEXT("40", member_of(file.transform().task("imagesize").get_json_start().get(), "width"));
    CHECK(json_is_object(flipped.tags_start().get().c_str()));
    CHECK_CONTAINS("sfw", flipped.sfw_start().get().c_str());
    CHECK(json_is_object(flipped.ocr_start().get().c_str()));
}

static void a_conversion_and_what_it_is_asked_can_be_started()
{
    upload_options named;
    named.store.filename = "clip.mp4";
    named.store.mimetype = "video/mp4";
    const filelink clip = client_here().upload(content_of(1000, 11), named);
    const queue ended;
    const av_convert_args args = av_convert_args().with_preset(preset::webm).with_width(320);
    const av_job job = clip.av_convert_start(args).get();
    CHECK(job.status_start().get() == av_status::pending);
    job.wait_start().get();
    CHECK(job.status_start().get() == av_status::completed);
    clip.transform().av_convert_start(args, {}, {ended});
    CHECK_TEXT(job.uuid(), take_from(ended).as<av_job>().get().uuid());
    CHECK(job.filelink().get_content().size() > 0);
}

static const struct test tests[] = {
    CPP_TEST(a_started_upload_gives_its_filelink),
    CPP_TEST(what_a_start_was_given_may_go),
    CPP_TEST(a_queue_gives_every_operation_once),
    CPP_TEST(a_failure_arrives_as_a_success_does),
    CPP_TEST(taking_ends_without_an_operation),
    CPP_TEST(the_descriptor_tells_when_something_can_be_taken),
    CPP_TEST(an_operation_goes_on_without_its_references),
    CPP_TEST(what_is_cancelled_ends),
    CPP_TEST(what_is_paused_stands_still_until_it_is_resumed),
    CPP_TEST(a_paused_operation_can_be_cancelled),
    CPP_TEST(progress_is_told_and_can_be_asked),
    CPP_TEST(readers_and_writers_may_have_nothing_to_do),
    CPP_TEST(what_callbacks_throw_is_thrown_by_get),
    CPP_TEST(what_a_queue_gives_has_the_error_only),
    CPP_TEST(an_exception_stays_with_its_operation),
    CPP_TEST(a_result_of_another_type_is_refused),
    CPP_TEST(content_can_be_taken_once),
    CPP_TEST(copies_are_references_and_what_was_moved_from_fails),
    CPP_TEST(a_start_that_fails_delivers_nothing),
    CPP_TEST(every_call_of_a_client_can_be_started),
    CPP_TEST(every_call_of_a_filelink_can_be_started),
    CPP_TEST(every_call_of_a_transformation_can_be_started),
    CPP_TEST(a_conversion_and_what_it_is_asked_can_be_started),
};

int main()
{
    return RUN(tests);
}
