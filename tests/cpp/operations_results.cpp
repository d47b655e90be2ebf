/* Operations and queues in the style without exceptions, as C++20 writes it: every failure is a value. */
#define FILESTACK_NO_EXCEPTIONS
#include "support.hpp"

#include <memory>
#include <set>

using namespace filestack;

static_assert(std::is_same_v<decltype(std::declval<const client &>().upload_start("")), result<operation<filelink>>>);
static_assert(std::is_same_v<decltype(std::declval<const operation<filelink> &>().get()), result<filelink>>);
static_assert(std::is_same_v<decltype(std::declval<const operation<filelink> &>().wait_for({})), result<bool>>);
static_assert(std::is_same_v<decltype(std::declval<const queue &>().take()), result<std::optional<finished>>>);

static client client_here()
{
    return client::create(service_api_key(), options_here()).value();
}

static void a_started_upload_gives_its_filelink()
{
    const std::string content = content_of(1000, 1);
    const result<operation<filelink>> upload = client_here().upload_start(content, {}, {.tag = 7});
    if (!CHECK(upload.has_value()))
        return;
    const result<filelink> file = upload->get();
    if (CHECK(file.has_value()))
        check_stored_is(*file, content);
    CHECK(upload->wait_for(std::chrono::milliseconds(0)).value_or(false));
    CHECK_SIZE(7, upload->tag());
    CHECK_SIZE(content.size(), upload->progress().bytes_done);
    CHECK(upload->state() == state::done);
}

static void a_queue_gives_every_operation_once()
{
    const client here = client_here();
    const result<queue> ended = queue::create();
    if (!CHECK(ended.has_value()))
        return;
    std::set<std::uint64_t> tags;
    for (std::uint64_t tag = 1; tag <= 20; ++tag) {
        CHECK(here.upload_start(content_of(10000, tag), {}, {.queue = *ended, .tag = tag}).has_value());
        tags.insert(tag);
    }
    while (!tags.empty()) {
        const result<std::optional<finished>> taken = ended->take();
        if (!CHECK(taken.has_value() && taken->has_value()))
            return;
        const finished &one = **taken;
        CHECK_SIZE(1, tags.erase(one.tag()));
        const result<filelink> file = one.as<filelink>().get();
        if (CHECK(file.has_value()))
            check_stored_is(*file, content_of(10000, one.tag()));
        CHECK_INT(FILESTACK_E_STATE, one.as<std::string>().get().error().code());
    }
    const result<std::optional<finished>> none = ended->take(std::chrono::milliseconds(0));
    CHECK(none.has_value() && !none->has_value());
}

static void a_failure_is_a_value_wherever_it_comes()
{
    const client here = client_here();
    CHECK_INT(FILESTACK_E_ARGUMENT, here.upload_path_start(std::string_view("a\0b", 3)).error().code());
    const result<operation<filelink>> missing = here.upload_path_start(in_folder("missing"));
    CHECK_INT(FILESTACK_E_IO, missing->get().error().code());
    const result<source> torn = source::from_reader([](void *, std::size_t) { return -1; });
    CHECK_INT(FILESTACK_E_CALLBACK, here.upload_start(*torn)->get().error().code());
    const transformation wrong = here.transform({"5aYkEQJSQCmYShsoCnZN"}).resize({.width = 999999}).sepia();
    CHECK_INT(FILESTACK_E_PARAM_RANGE, wrong.store_start().error().code());
    CHECK_INT(FILESTACK_E_PARAM_RANGE, wrong.get_content_start().error().code());
    CHECK_INT(FILESTACK_E_PARAM_RANGE, wrong.av_convert_start().error().code());
    operation<filelink> moved = *missing;
    const operation<filelink> kept = std::move(moved);
    CHECK_INT(FILESTACK_E_NULL, moved.get().error().code());
    CHECK_INT(FILESTACK_E_NULL, moved.wait_for(std::chrono::milliseconds(0)).error().code());
    CHECK_INT(FILESTACK_E_NULL, moved.resume().error().code());
}

static void what_is_cancelled_ends_and_what_is_paused_goes_on()
{
    const client here = client_here();
    const result<queue> ended = queue::create();
    control_fault("POST /multipart/start 1 hang");
    const result<operation<filelink>> first = here.upload_start("first", {}, {.queue = *ended, .tag = 1});
    CHECK(!first->wait_for(std::chrono::milliseconds(0)).value_or(true));
    first->cancel();
    CHECK_INT(FILESTACK_E_CANCELLED, first->get().error().code());
    control_reset();
    CHECK_SIZE(1, ended->take().value().value().tag());

    const result<source> read =
        source::from_reader([at = 0](void *, std::size_t) mutable -> std::int64_t { return at++ ? 0 : would_block; });
    const result<operation<filelink>> second = here.upload_start(*read, {}, {.queue = *ended, .tag = 2});
    CHECK(second->pause().has_value());
    CHECK(second->state() == state::paused);
    CHECK(second->resume().has_value());
    read->ready();
    CHECK_INT(FILESTACK_E_ARGUMENT, second->get().error().code());
    CHECK_SIZE(2, ended->take().value().value().tag());
}

static const struct test tests[] = {
    TEST(a_started_upload_gives_its_filelink),
    TEST(a_queue_gives_every_operation_once),
    TEST(a_failure_is_a_value_wherever_it_comes),
    TEST(what_is_cancelled_ends_and_what_is_paused_goes_on),
};

int main()
{
    return RUN(tests);
}
