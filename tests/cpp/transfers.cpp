/* Uploads and downloads through the wrapper, compared byte for byte, and how long callbacks live. */
#include "support.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <stdexcept>

using namespace filestack;

static const std::size_t mib = 1024 * 1024;

static void bytes_of_every_kind_are_uploaded()
{
    const client here = client_here();
    const std::string text = content_of(1000, 1);
    const std::vector<unsigned char> numbers(text.begin(), text.end());
    std::array<std::byte, 1000> array;
    std::memcpy(array.data(), text.data(), array.size());
    check_stored_is(here.upload(text), text);
    check_stored_is(here.upload(std::string_view(text)), text);
    check_stored_is(here.upload(numbers), text);
    check_stored_is(here.upload(array), text);
    check_stored_is(here.upload(bytes(text.data(), text.size())), text);
    check_stored_is(here.upload("until the NUL"), "until the NUL");
    const std::string with_nul("a\0b", 3);
    check_stored_is(here.upload(with_nul), with_nul);
}

static void a_file_goes_up_in_parts_and_comes_down_again()
{
    const client here = client_here();
    const std::string content = content_of(11 * mib + 7, 2);
    char *const path = file_new("big.bin", content.data(), content.size());
    upload_options options;
    options.part_size_bytes = 5 * mib;
    options.concurrency = 2;
    options.store.filename = "renamed.bin";
    options.store.mimetype = "application/x-test";
    options.store.upload_tags = {{"color", "red"}};
    control_reset();
    const filelink file = here.upload_path(path, options);
    CHECK_SIZE(3, control_count("PUT", "/s3/"));
    control_reset();
    std::free(path);
    check_stored_is(file, content);
    CHECK_TEXT("renamed.bin", file.filename().value_or("(none)"));
    CHECK_TEXT("application/x-test", file.mimetype().value_or("(none)"));
    CHECK_SIZE(content.size(), file.size_bytes().value_or(0));
    CHECK_TEXT("Stored", file.status().value_or("(none)"));
    CHECK_TEXT(file.handle(), member_of(file.upload_response_json().value_or(""), "handle"));
    CHECK(!here.filelink(file.handle()).filename());
    CHECK(!here.filelink(file.handle()).size_bytes());

    CHECK_SIZE(content.size(), file.download(in_folder("again.bin")));
    CHECK(content_at(in_folder("again.bin")) == content);
    const buffer read = file.get_content();
    CHECK(read.view() == content);
    CHECK(std::string(read.begin(), read.end()) == read.str());
    CHECK_INT(FILESTACK_E_EXISTS, failure_of([&] {
                                      request_options request;
                                      request.if_exists = if_exists::fail;
                                      file.download(in_folder("again.bin"), request);
                                  }).code());
    CHECK_INT(FILESTACK_E_TOO_LARGE, failure_of([&] {
                                         request_options request;
                                         request.max_size_bytes = 10;
                                         file.get_content(request);
                                     }).code());
}

static void memory_is_borrowed_until_it_is_given_back()
{
    const client here = client_here();
    const std::string content = content_of(1000, 3);
    int calls = 0, destroyed = 0;
    {
        const source lent = source::from_memory(content, [&calls, count = counted(destroyed)] { ++calls; });
        const source copy(lent);
        check_stored_is(here.upload(lent), content);
        check_stored_is(here.upload(copy), content);
        CHECK_INT(0, calls);
        CHECK_INT(0, destroyed);
    }
    CHECK_INT(1, calls);
    CHECK_INT(1, destroyed);
}

static void memory_is_given_back_although_no_source_was_made()
{
    int calls = 0;
    const error failure = failure_of([&] { source::from_memory(bytes(nullptr, 3), [&calls] { ++calls; }); });
    CHECK_INT(FILESTACK_E_NULL, failure.code());
    CHECK_INT(1, calls);
}

static void what_giving_back_throws_goes_nowhere()
{
    int calls = 0;
    source::from_memory("bytes", [&calls] {
        ++calls;
        throw std::runtime_error("thrown where nobody can catch it");
    });
    CHECK_INT(1, calls);
}

static void a_container_moves_into_its_source()
{
    const client here = client_here();
    std::string content = content_of(100000, 4);
    const std::string same = content;
    const source kept = source::from_container(std::move(content));
    check_stored_is(here.upload(kept), same);
    check_stored_is(here.upload(source::from_memory(same)), same);
}

/* A file object of the program's own, in memory. */
class tape {
public:
    explicit tape(std::string content) : content_(std::move(content)) {}
    std::size_t read(void *buffer, std::size_t room)
    {
        const std::size_t count = content_.copy(static_cast<char *>(buffer), std::min<std::size_t>(room, 70000), at_);
        at_ += count;
        return count;
    }
    void seek(std::uint64_t offset) { at_ = static_cast<std::size_t>(offset); }
    std::uint64_t size() const { return content_.size(); }

private:
    std::string content_;
    std::size_t at_ = 0;
};

static void a_reader_serves_as_many_uploads_as_it_can_seek()
{
    const client here = client_here();
    const std::string content = content_of(6 * mib, 5);
    int destroyed = 0;
    {
        const auto file = std::make_shared<tape>(content);
        const source read = source::from_reader(
            [file, count = counted(destroyed)](void *buffer, std::size_t room) { return file->read(buffer, room); },
            [file](std::uint64_t offset) { file->seek(offset); }, [file] { return file->size(); });
        check_stored_is(here.upload(read), content);
        check_stored_is(here.upload(read), content);
        CHECK_INT(0, destroyed);
    }
    CHECK_INT(1, destroyed);
}

static void a_reader_that_can_only_read_serves_one_upload()
{
    const client here = client_here();
    const std::string content = content_of(100000, 6);
    auto file = std::make_unique<tape>(content);
    const source read = source::from_reader(
        [file = std::move(file)](void *buffer, std::size_t room) { return file->read(buffer, room); });
    check_stored_is(here.upload(read), content);
    CHECK_INT(FILESTACK_E_STATE, failure_of([&] { here.upload(read); }).code());
}

struct own_exception : std::runtime_error {
    own_exception() : std::runtime_error("the tape is torn") {}
};

/* Whether an upload of the source throws what its functions have thrown. */
static bool throws_its_own(const client &here, const source &read)
{
    try {
        here.upload(read);
    } catch (const own_exception &exception) {
        return std::strcmp(exception.what(), "the tape is torn") == 0;
    } catch (const error &failure) {
        CHECK_TEXT("the exception of the reader", failure.message());
    }
    return false;
}

static void what_a_reader_throws_is_thrown_by_the_upload()
{
    const client here = client_here();
    const auto file = std::make_shared<tape>(content_of(1000, 7));
    const auto read = [file](void *buffer, std::size_t room) { return file->read(buffer, room); };
    const auto seek = [file](std::uint64_t offset) { file->seek(offset); };
    const auto torn_read = [](void *, std::size_t) -> std::size_t { throw own_exception(); };
    const auto torn_seek = [](std::uint64_t) { throw own_exception(); };
    const auto torn_size = []() -> std::int64_t { throw own_exception(); };
    int destroyed = 0;
    CHECK(throws_its_own(here,
                         source::from_reader([torn_read, count = counted(destroyed)](void *buffer, std::size_t room) {
                             return torn_read(buffer, room);
                         })));
    CHECK_INT(1, destroyed);
    CHECK(throws_its_own(here, source::from_reader(read, torn_seek, [file] { return file->size(); })));
    CHECK(throws_its_own(here, source::from_reader(read, seek, torn_size)));
    const filelink file_there = here.upload("before");
    try {
        file_there.overwrite(source::from_reader(torn_read));
        CHECK_NEVER("nothing was thrown");
    } catch (const own_exception &) {
    }
    check_stored_is(file_there, "before");
}

/* The exception of one upload does not reach the next. */
static void an_exception_is_thrown_once()
{
    const client here = client_here();
    const std::string content = content_of(1000, 8);
    const auto file = std::make_shared<tape>(content);
    const auto mode = std::make_shared<std::atomic<int>>(0);
    const source read = source::from_reader(
        [file, mode](void *buffer, std::size_t room) -> std::int64_t {
            if (*mode == 0)
                throw own_exception();
            return *mode == 1 ? -1 : static_cast<std::int64_t>(file->read(buffer, room));
        },
        [file](std::uint64_t offset) { return file->seek(offset), true; });
    CHECK(throws_its_own(here, read));
    *mode = 1;
    CHECK_INT(FILESTACK_E_CALLBACK, failure_of([&] { here.upload(read); }).code());
    *mode = 2;
    check_stored_is(here.upload(read), content);
}

static void a_progress_function_is_told_and_cancels()
{
    const client here = client_here();
    int destroyed = 0;
    std::atomic<std::uint64_t> done{0};
    const std::string content = content_of(mib, 3);
    {
        upload_options options;
        options.progress = [&done, count = std::make_shared<counted>(destroyed)](const filestack_progress &progress) {
            done = progress.bytes_done;
            return true;
        };
        options.progress_interval = std::chrono::milliseconds(1);
        const filelink file = here.upload(content, options);
        CHECK_SIZE(mib, done);

        request_options request;
        request.progress = options.progress;
        done = 0;
        CHECK(file.get_content(request).view() == content);
        CHECK_SIZE(mib, done);
    }
    CHECK_INT(1, destroyed);

    control_fault("POST /multipart/start * hang");
    upload_options options;
    options.progress_interval = std::chrono::milliseconds(1);
    options.progress = [](const filestack_progress &) { return false; };
    CHECK_INT(FILESTACK_E_CANCELLED, failure_of([&] { here.upload(content, options); }).code());
    options.progress = [](const filestack_progress &) -> bool { throw own_exception(); };
    try {
        here.upload(content, options);
        CHECK_NEVER("nothing was thrown");
    } catch (const own_exception &) {
    }
    control_reset();
}

static void options_of_an_upload_reach_the_service()
{
    const client here = client_here();
    upload_options options;
    options.store.filename = "a#b.bin";
    options.alt_text = "a crane";
    options.sanitize_filename.emplace();
    options.verify = verify::sha256;
    options.checkpoint_path = "/missing/upload";
    CHECK_INT(FILESTACK_E_IO, failure_of([&] { here.upload("abc", options); }).code());
    options.checkpoint_path.reset();
    CHECK_TEXT("a-b.bin", here.upload("abc", options).filename().value_or("(none)"));
    options.sanitize_filename->exclude = "b";
    options.sanitize_filename->replacement = "(c)";
    CHECK_TEXT("a#(c).bin", here.upload("abc", options).filename().value_or("(none)"));
}

static void a_reader_fails_by_what_it_returns()
{
    const client here = client_here();
    const auto end = [](void *, std::size_t) { return 0; };
    CHECK_INT(FILESTACK_E_CALLBACK,
              failure_of([&] { here.upload(source::from_reader([](void *, std::size_t) { return -1; })); }).code());
    CHECK_INT(FILESTACK_E_CALLBACK,
              failure_of([&] {
                  here.upload(source::from_reader(end, [](std::uint64_t) { return false; }, [] { return 5; }));
              }).code());
}

static void downloads_go_to_functions_and_descriptors()
{
    const client here = client_here();
    const std::string content = content_of(300 * 1000, 12);
    const filelink file = here.upload(content);
    std::string taken;
    int destroyed = 0;
    {
        const sink some = sink::from_writer([&taken, count = counted(destroyed)](const void *data, std::size_t size) {
            const std::size_t part = std::min<std::size_t>(size, 1000);
            taken.append(static_cast<const char *>(data), part);
            return part;
        });
        CHECK_SIZE(content.size(), file.download_to(some));
        CHECK(taken == content);
        taken.clear();
        CHECK_SIZE(content.size(), file.transform().download_to(some));
        CHECK(taken == content);
        CHECK_INT(0, destroyed);
    }
    CHECK_INT(1, destroyed);
    taken.clear();
    const sink all = sink::from_writer(
        [&taken](const void *data, std::size_t size) { taken.append(static_cast<const char *>(data), size); });
    const std::uint64_t size = here.zip_to(all, {file.handle()});
    CHECK_SIZE(taken.size(), size);
    CHECK(taken.compare(0, 2, "PK") == 0);

    std::FILE *const out = std::fopen(in_folder("sink.bin").c_str(), "wb");
    CHECK_SIZE(content.size(), file.download_to(sink::from_fd(fileno(out))));
    std::fclose(out);
    CHECK(content_at(in_folder("sink.bin")) == content);
    CHECK_INT(FILESTACK_E_ARGUMENT, failure_of([] { sink::from_fd(-1); }).code());
}

static void what_a_writer_throws_is_thrown_by_the_download()
{
    const filelink file = client_here().upload(content_of(1000, 13));
    const sink torn = sink::from_writer([](const void *, std::size_t) { throw own_exception(); });
    try {
        file.download_to(torn);
        CHECK_NEVER("nothing was thrown");
    } catch (const own_exception &) {
    }
    const sink full = sink::from_writer([](const void *, std::size_t) { return 0; });
    CHECK_INT(FILESTACK_E_CALLBACK, failure_of([&] { file.download_to(full); }).code());
}

static void a_log_takes_events_and_is_destroyed_when_another_comes()
{
    int destroyed = 0;
    std::mutex lock;
    std::string messages;
    bool all_are_objects = true;
    set_log(log_level::debug, [&, count = counted(destroyed)](const log_event &event) {
        const std::lock_guard<std::mutex> hold(lock);
        messages += event.message;
        all_are_objects = all_are_objects && json_is_object(std::string(event.fields_json).c_str());
        throw own_exception();
    });
    client_here().upload("logged");
    CHECK_INT(0, destroyed);
    clear_log();
    CHECK_INT(1, destroyed);
    CHECK(!messages.empty());
    CHECK(all_are_objects);
    int refused = 0;
    CHECK_INT(FILESTACK_E_ARGUMENT, failure_of([&] {
                                        set_log(static_cast<log_level>(99),
                                                [count = counted(refused)](const log_event &) {});
                                    }).code());
    CHECK_INT(1, refused);
}

static void a_file_is_changed_copied_asked_and_deleted()
{
    const client here = client_here();
    upload_options named;
    named.store.filename = "picture.png";
    const std::string picture = picture_of(40, 30);
    const filelink file = here.upload(picture, named);
    CHECK_TEXT("picture.png", member_of(file.metadata({"filename", "size"}), "filename"));
    CHECK_TEXT(std::to_string(picture.size()), member_of(file.metadata(), "size"));
    CHECK(json_is_object(file.tags().c_str()));
    CHECK_CONTAINS("sfw", file.sfw().c_str());
    CHECK(json_is_object(file.ocr().c_str()));

    store_options store;
    store.filename = "copy.png";
    const filelink copy = file.store(store);
    CHECK(copy.handle() != file.handle());
    check_stored_is(copy, picture);

    CHECK(json_is_object(file.overwrite(source::from_memory("new content")).c_str()));
    check_stored_is(file, "new content");
    check_stored_is(copy, picture);
    file.overwrite(source::from_memory("bmV3ZXI="), true);
    check_stored_is(file, "newer");
    file.delete_();
    CHECK_INT(FILESTACK_E_NOT_FOUND, failure_of([&] { file.get_content(); }).code());
    CHECK_INT(FILESTACK_E_NOT_FOUND, failure_of([&] { file.delete_(); }).code());
}

static void files_become_an_archive()
{
    const client here = client_here();
    const std::string first = content_of(100, 9), second = content_of(200, 10);
    const std::uint64_t size =
        here.zip(in_folder("both.zip"), {here.upload(first).handle(), here.upload(second).handle()});
    const std::string archive = content_at(in_folder("both.zip"));
    CHECK_SIZE(archive.size(), size);
    CHECK_TEXT("PK", archive.substr(0, 2));
    CHECK_INT(FILESTACK_E_ARGUMENT, failure_of([&] { here.zip(in_folder("none.zip"), {}); }).code());
}

static void a_video_is_converted()
{
    const client here = client_here();
    upload_options named;
    named.store.filename = "clip.mp4";
    named.store.mimetype = "video/mp4";
    const filelink clip = here.upload(content_of(1000, 11), named);
    const av_job job = clip.av_convert(av_convert_args().with_preset(preset::webm).with_width(320));
    CHECK(!job.uuid().empty());
    CHECK(!job.timestamp().empty());
    CHECK_INT(FILESTACK_E_STATE, failure_of([&] { job.filelink(); }).code());
    job.wait();
    CHECK(job.status() == av_status::completed);
    CHECK_TEXT("completed", member_of(job.json(), "status"));
    CHECK(job.filelink().get_content().size() > 0);
    av_convert_args same;
    same.preset = preset::webm;
    same.width = 320;
    CHECK_TEXT(job.uuid(), clip.transform().av_convert(same).uuid());
}

static const struct test tests[] = {
    CPP_TEST(bytes_of_every_kind_are_uploaded),
    CPP_TEST(a_file_goes_up_in_parts_and_comes_down_again),
    CPP_TEST(memory_is_borrowed_until_it_is_given_back),
    CPP_TEST(memory_is_given_back_although_no_source_was_made),
    CPP_TEST(what_giving_back_throws_goes_nowhere),
    CPP_TEST(a_container_moves_into_its_source),
    CPP_TEST(a_reader_serves_as_many_uploads_as_it_can_seek),
    CPP_TEST(a_reader_that_can_only_read_serves_one_upload),
    CPP_TEST(what_a_reader_throws_is_thrown_by_the_upload),
    CPP_TEST(an_exception_is_thrown_once),
    CPP_TEST(a_reader_fails_by_what_it_returns),
    CPP_TEST(a_progress_function_is_told_and_cancels),
    CPP_TEST(options_of_an_upload_reach_the_service),
    CPP_TEST(downloads_go_to_functions_and_descriptors),
    CPP_TEST(what_a_writer_throws_is_thrown_by_the_download),
    CPP_TEST(a_log_takes_events_and_is_destroyed_when_another_comes),
    CPP_TEST(a_file_is_changed_copied_asked_and_deleted),
    CPP_TEST(files_become_an_archive),
    CPP_TEST(a_video_is_converted),
};

int main()
{
    return RUN(tests);
}
