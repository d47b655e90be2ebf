/* The style without exceptions, compiled without them and without RTTI: every failure is a value. */
#define FILESTACK_NO_EXCEPTIONS
#include "support.hpp"

using namespace filestack;

static_assert(std::is_same_v<outcome<filelink>, result<filelink>>);
static_assert(std::is_same_v<decltype(std::declval<const filelink &>().sepia()), transformation>);

static client client_here()
{
    return client::create(service_api_key(), options_here()).value();
}

static void a_success_has_its_value()
{
    const client here = client_here();
    const std::string content = content_of(1000, 1);
    const result<filelink> file = here.upload(content);
    if (!CHECK(file.has_value()))
        return;
    check_stored_is(*file, content);
    const result<buffer> read = file->get_content();
    CHECK(read && read->view() == content);
    CHECK_TEXT(file->handle(), here.filelink(file->handle()).value().handle());
    CHECK(file->delete_().has_value());
    CHECK(static_cast<bool>(clear_log()));
}

static void a_failure_has_its_error()
{
    const client here = client_here();
    const result<filelink> none = here.filelink("");
    CHECK(!none);
    CHECK_INT(FILESTACK_E_ARGUMENT, none.error().code());
    CHECK_INT(FILESTACK_E_ARGUMENT, here.filelink(std::string_view("a\0b", 3)).error().code());
    CHECK_TEXT("instead", here.filelink("5aYkEQJSQCmYShsoCnZN")->metadata({"nonsense"}).value_or("instead"));
    const result<void> gone = here.filelink("5aYkEQJSQCmYShsoCnZN")->delete_();
    CHECK(!gone);
    CHECK_INT(404, gone.error().http_status().value_or(0));
    CHECK_INT(FILESTACK_E_ARGUMENT, security::create(policy(), "secret").error().code());
    client_options wrong;
    wrong.base_url = "no url";
    CHECK_INT(FILESTACK_E_ARGUMENT, client::create("KEY", wrong).error().code());
    policy misspelt;
    misspelt.calls = {"raed"};
    CHECK(!misspelt.json());
}

static void a_chain_is_looked_at_once_at_its_end()
{
    const client here = client_here();
    const transformation right = here.transform({"5aYkEQJSQCmYShsoCnZN"}).sepia().flip();
    CHECK(static_cast<bool>(right));
    CHECK_CONTAINS("/sepia/flip/", right.url().value_or("(none)").c_str());
    const transformation wrong =
        here.transform({"5aYkEQJSQCmYShsoCnZN"}).resize(resize_args().with_width(999999)).sepia();
    CHECK(!wrong);
    CHECK_INT(FILESTACK_E_PARAM_RANGE, wrong.failure()->code());
    CHECK_INT(FILESTACK_E_PARAM_RANGE, wrong.url().error().code());
    CHECK_INT(FILESTACK_E_PARAM_RANGE, wrong.store().error().code());
    CHECK_INT(FILESTACK_E_PARAM_RANGE, wrong.av_convert().error().code());
    CHECK_INT(FILESTACK_E_PARAM_RANGE, transformation(wrong).url().error().code());
    const error nul = here.transform({"5aYkEQJSQCmYShsoCnZN"})
                          .resize(resize_args().with_width(1).with_filter(std::string("\0", 1)))
                          .sepia()
                          .url()
                          .error();
    CHECK_TEXT("'filter' must not have a NUL in it", nul.message());
}

static void a_chain_that_cannot_begin_fails_at_its_end()
{
    client here = client_here();
    CHECK_INT(FILESTACK_E_ARGUMENT, here.transform_external("no url").sepia().url().error().code());
    CHECK_INT(FILESTACK_E_ARGUMENT, here.transform({""}).sepia().get_content().error().code());
    const client taken = std::move(here);
    CHECK_INT(FILESTACK_E_NULL, here.transform({}).sepia().url().error().code());
    filelink file = taken.filelink("5aYkEQJSQCmYShsoCnZN").value(), other = std::move(file);
    CHECK_INT(FILESTACK_E_NULL, file.sepia().flip().get_json().error().code());
}

static void readers_and_what_they_hold()
{
    const client here = client_here();
    const std::string content = content_of(100000, 2);
    int destroyed = 0;
    {
        std::size_t at = 0;
        const result<source> read = source::from_reader(
            [&content, &at, count = counted(destroyed)](void *buffer, std::size_t room) {
                const std::size_t size = content.copy(static_cast<char *>(buffer), room, at);
                at += size;
                return size;
            },
            [&at](std::uint64_t offset) { return at = static_cast<std::size_t>(offset), true; },
            [&content] { return content.size(); });
        const result<filelink> file = here.upload(*read);
        if (CHECK(file.has_value()))
            check_stored_is(*file, content);
    }
    CHECK_INT(1, destroyed);
    const result<source> torn = source::from_reader([](void *, std::size_t) { return -1; });
    CHECK_INT(FILESTACK_E_CALLBACK, here.upload(*torn).error().code());
    int calls = 0;
    CHECK_INT(FILESTACK_E_NULL, source::from_memory(bytes(nullptr, 1), [&calls] { ++calls; }).error().code());
    CHECK_INT(1, calls);
}

static void a_failure_on_the_way_in_makes_no_call()
{
    const client here = client_here();
    control_reset();
    upload_options options;
    options.store.upload_tags = {{std::string("a\0", 2), "b"}};
    CHECK_TEXT("'upload_tags' must not have a NUL in it", here.upload("bytes", options).error().message());
    options = upload_options();
    options.concurrency = 1000;
    CHECK_INT(FILESTACK_E_ARGUMENT, here.upload("bytes", options).error().code());
    CHECK_SIZE(0, control_count(nullptr, "/"));
}

static const struct test tests[] = {
    TEST(a_success_has_its_value),
    TEST(a_failure_has_its_error),
    TEST(a_chain_is_looked_at_once_at_its_end),
    TEST(a_chain_that_cannot_begin_fails_at_its_end),
    TEST(readers_and_what_they_hold),
    TEST(a_failure_on_the_way_in_makes_no_call),
};

int main()
{
    return RUN(tests);
}
