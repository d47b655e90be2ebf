/* Objects as values: copies, moves, errors with all they know, options and texts on their way into the library. */
#include "support.hpp"

#include <type_traits>

using namespace filestack;

static_assert(std::is_nothrow_move_constructible_v<client> && std::is_nothrow_move_assignable_v<client>);
static_assert(std::is_nothrow_move_constructible_v<filelink> && std::is_nothrow_move_assignable_v<filelink>);
static_assert(std::is_nothrow_move_constructible_v<security> && std::is_nothrow_copy_constructible_v<security>);
static_assert(std::is_nothrow_move_constructible_v<source> && std::is_nothrow_move_assignable_v<source>);
static_assert(std::is_nothrow_move_constructible_v<transformation>);
static_assert(std::is_nothrow_move_assignable_v<transformation>);
static_assert(std::is_nothrow_move_constructible_v<buffer> && !std::is_copy_constructible_v<buffer>);
static_assert(std::is_nothrow_copy_constructible_v<error> && std::is_nothrow_copy_assignable_v<error>);
static_assert(!std::is_convertible_v<std::string_view, client>);

static const char handle[] = "5aYkEQJSQCmYShsoCnZN";

static void copies_of_shared_objects_are_references_to_the_same()
{
    const client first("KEY");
    client second(first);
    CHECK(first.get() == second.get());
    client third("OTHER");
    third = second;
    CHECK(third.get() == first.get());
    second = client("THIRD");
    CHECK(second.get() != first.get());
    CHECK_TEXT(first.filelink(handle).handle(), third.filelink(handle).handle());
}

static void what_was_moved_from_fails_and_can_be_assigned()
{
    client first("KEY");
    client second(std::move(first));
    CHECK(!first);
    CHECK(static_cast<bool>(second));
    CHECK_INT(FILESTACK_E_NULL, failure_of([&] { first.hosts_json(); }).code());
    CHECK_INT(FILESTACK_E_NULL, failure_of([&] { first.transform({handle}); }).code());
    first = second;
    CHECK(first.get() == second.get());

    filelink file = second.filelink(handle), taken = std::move(file);
    CHECK_TEXT("", file.handle());
    CHECK(!file.filename());
    CHECK_INT(FILESTACK_E_NULL, failure_of([&] { file.url(); }).code());
    CHECK_INT(FILESTACK_E_NULL, failure_of([&] { file.sepia(); }).code());

    transformation chain = taken.sepia(), other = std::move(chain);
    CHECK(!chain);
    CHECK_INT(FILESTACK_E_NULL, failure_of([&] { chain.url(); }).code());
    chain = other;
    CHECK_TEXT(other.url(), chain.url());
    chain = std::move(other);
    CHECK(!other);
    CHECK_INT(FILESTACK_E_NULL, failure_of([&] { other.url(); }).code());

    security signer(policy{std::chrono::system_clock::from_time_t(4102444800)}, "secret");
    const security kept = std::move(signer);
    CHECK_TEXT("", signer.signature());
    CHECK_SIZE(64, kept.signature().size());
}

static void assigning_an_object_to_itself_keeps_it()
{
    client one("KEY");
    client &same = one;
    filestack_client *const native = one.get();
    one = same;
    CHECK(one.get() == native);
    one = std::move(same);
    CHECK(one.get() == native);
    transformation chain = one.transform({handle}).sepia();
    transformation &same_chain = chain;
    const std::string url = chain.url();
    chain = same_chain;
    CHECK_TEXT(url, chain.url());
    chain = std::move(same_chain);
    CHECK_TEXT(url, chain.url());
}

static void a_copy_of_a_transformation_goes_its_own_way()
{
    const client here("KEY");
    transformation first = here.transform({handle}).sepia();
    transformation second(first);
    second.flip();
    CHECK_TEXT("https://cdn.filestackcontent.com/sepia/5aYkEQJSQCmYShsoCnZN", first.url());
    CHECK_TEXT("https://cdn.filestackcontent.com/sepia/flip/5aYkEQJSQCmYShsoCnZN", second.url());
    first = second;
    first.flop();
    CHECK_TEXT("https://cdn.filestackcontent.com/sepia/flip/flop/5aYkEQJSQCmYShsoCnZN", first.url());
    CHECK_TEXT("https://cdn.filestackcontent.com/sepia/flip/5aYkEQJSQCmYShsoCnZN", second.url());
}

static void children_keep_what_they_need_alive()
{
    std::optional<client> here(std::in_place, "KEY");
    const filelink file = here->filelink(handle);
    here.reset();
    CHECK_TEXT("https://cdn.filestackcontent.com/flip/5aYkEQJSQCmYShsoCnZN", file.flip().url());
}

static void c_objects_can_be_lent_given_and_taken()
{
    client here("KEY");
    filestack_client *const native = here.release();
    CHECK(native != nullptr);
    CHECK(!here);
    const client again = client::adopt(native);
    CHECK(again.get() == native);
    transformation chain = again.transform({handle}).flip();
    CHECK_OK(filestack_transformation_add(chain.get(), "flop", NULL, 0, failure_out()));
    CHECK_TEXT("https://cdn.filestackcontent.com/flip/flop/5aYkEQJSQCmYShsoCnZN", chain.url());
    const std::string url = chain.url();
    CHECK_TEXT(url, transformation::adopt(chain.release()).url());
}

static void texts_need_no_nul_at_their_end_and_have_none_inside()
{
    const std::string_view longer("5aYkEQJSQCmYShsoCnZN/and/more");
    const client here("KEY");
    CHECK_TEXT(handle, here.filelink(longer.substr(0, 20)).handle());
    const std::string with_nul("a\0b", 3);
    for (const error &failure : {
             failure_of([&] { client{with_nul}; }),
             failure_of([&] { here.filelink(with_nul); }),
             failure_of([&] { here.transform({handle, with_nul}); }),
             failure_of([&] { here.upload_path(with_nul); }),
             failure_of([&] { here.transform({handle}).resize(resize_args().with_width(1).with_filter(with_nul)); }),
             failure_of([&] { here.transform({handle}).collage(collage_args().with_files({with_nul})); }),
             failure_of([&] { here.transform({handle}).task("resize", {{"filter", with_nul}}); }),
             failure_of([&] { here.transform({handle}).task("resize", {{with_nul, 1}}); }),
             failure_of([&] { here.transform({handle}).task(with_nul); }),
             failure_of([&] { here.transform({handle}).task_json("resize", with_nul); }),
             failure_of([&] { here.filelink(handle).metadata({with_nul}); }),
             failure_of([&] { security::from_json("{}", with_nul); }),
         }) {
        CHECK_INT(FILESTACK_E_ARGUMENT, failure.code());
        CHECK_CONTAINS("must not have a NUL in it", failure.what());
        CHECK(failure.get() == nullptr);
        CHECK(json_is_object(std::string(failure.json()).c_str()));
    }
    CHECK_TEXT("'handle' must not have a NUL in it", failure_of([&] { here.filelink(with_nul); }).message());
    CHECK_TEXT("'filter' must not have a NUL in it",
               failure_of([&] { here.transform({handle}).resize(resize_args().with_filter(with_nul)); }).message());
    CHECK_TEXT("4", member_of(failure_of([&] { here.filelink(with_nul); }).json(), "code"));
}

static void an_error_of_the_wrapper_is_json_whatever_its_text()
{
    const error made(FILESTACK_E_ARGUMENT, "a \"quoted\"\n\\text");
    CHECK(json_is_object(std::string(made.json()).c_str()));
    CHECK_TEXT("a \"quoted\" \\text", member_of(made.json(), "message"));
}

static void errors_know_what_the_library_knows()
{
    const client here = client_here();
    client_options options = options_here();
    options.max_retries = 0;
    const client impatient(service_api_key(), options);
    control_fault("POST /multipart/start * status:429:slow down retry-after=7");
    const error failure = failure_of([&] { impatient.upload("some bytes"); });
    control_reset();
    CHECK_INT(FILESTACK_E_RATE_LIMIT, failure.code());
    CHECK_TEXT("FILESTACK_E_RATE_LIMIT", failure.name());
    CHECK_TEXT(failure.what(), failure.message());
    CHECK(!failure.message().empty());
    CHECK_INT(429, failure.http_status().value_or(0));
    CHECK_CONTAINS("slow down", std::string(failure.service_text().value_or("")).c_str());
    CHECK(failure.retryable());
    CHECK_INT(7000, failure.retry_after().value_or(std::chrono::milliseconds(0)).count());
    CHECK(failure.request_id().has_value() == (member_of(failure.json(), "request_id") != "(none)"));
    CHECK_TEXT("429", member_of(failure.json(), "http_status"));
    CHECK_TEXT(failure.message(), member_of(failure.json(), "message"));
    CHECK(failure.get() != nullptr);

    error copy = failure;
    CHECK(copy.get() == failure.get());
    copy = failure_of([&] { here.filelink(""); });
    CHECK_INT(FILESTACK_E_ARGUMENT, copy.code());
    CHECK(!copy.http_status());
    CHECK(!copy.service_text());
    CHECK(!copy.retry_after());
    CHECK(!copy.request_id());
    CHECK(!copy.retryable());
    const error &same = copy;
    copy = same;
    CHECK_INT(FILESTACK_E_ARGUMENT, copy.code());
}

static void errors_are_exceptions_of_the_standard()
{
    try {
        client("KEY").filelink("");
        CHECK_NEVER("nothing was thrown");
    } catch (const std::exception &exception) {
        CHECK_CONTAINS("handle", exception.what());
    }
}

static void a_policy_is_signed_as_it_is_built()
{
    policy allowed;
    allowed.expiry = std::chrono::system_clock::from_time_t(4102444800);
    allowed.calls = {"read", "convert"};
    allowed.handle = handle;
    allowed.max_size_bytes = 1000;
    allowed.members = {{"minSize", "10"}};
    const security signer(allowed, "secret");
    const security from_its_json = security::from_json(allowed.json(), "secret");
    CHECK_TEXT(from_its_json.signature(), signer.signature());
    CHECK_TEXT("4102444800", member_of(signer.policy_json(), "expiry"));
    CHECK_TEXT("1000", member_of(signer.policy_json(), "maxSize"));
    CHECK_TEXT("10", member_of(signer.policy_json(), "minSize"));
    const security again = security::from_encoded(signer.policy_b64(), "secret");
    CHECK_TEXT(signer.signature(), again.signature());
    const security taken = security::from_signed(signer.policy_b64(), signer.signature());
    CHECK_TEXT(signer.url_string(), taken.url_string());
    const security same = security::from_json(signer.policy_json(), "secret");
    CHECK_TEXT(signer.signature(), same.signature());
    allowed.members = {{"maxsize", "1"}};
    CHECK_CONTAINS("maxSize", failure_of([&] { security(allowed, "secret"); }).what());
    CHECK_INT(FILESTACK_E_ARGUMENT, failure_of([&] { security(policy(), "secret"); }).code());
}

static void options_reach_the_library()
{
    client_options options;
    options.cname = "files.example.com";
    options.endpoints = {{endpoint::cdn, "https://pictures.example.com"}};
    const client here("KEY", options);
    CHECK_TEXT("https://pictures.example.com/flip/5aYkEQJSQCmYShsoCnZN", here.transform({handle}).flip().url());
    CHECK_CONTAINS("files.example.com", here.hosts_json().c_str());
    const auto refused = [](auto set) {
        client_options wrong;
        set(wrong);
        return failure_of([&] { client("KEY", wrong); }).code();
    };
    CHECK_INT(FILESTACK_E_ARGUMENT, refused([](client_options &wrong) { wrong.storage = "nowhere"; }));
    CHECK_INT(FILESTACK_E_ARGUMENT, refused([](client_options &wrong) { wrong.base_url = "no url"; }));
    CHECK_INT(FILESTACK_E_ARGUMENT, refused([](client_options &wrong) { wrong.proxy = "no url"; }));
    CHECK_INT(FILESTACK_E_ARGUMENT, refused([](client_options &wrong) { wrong.ca_pems = {"no certificate"}; }));
    CHECK_INT(FILESTACK_E_IO, refused([](client_options &wrong) { wrong.ca_files = {"/no/such/file"}; }));
    CHECK_INT(FILESTACK_E_ARGUMENT, refused([](client_options &wrong) {
                  wrong.client_certificate = client_certificate{"no certificate", "no key"};
              }));
    CHECK_INT(FILESTACK_E_ARGUMENT, refused([](client_options &wrong) {
                  wrong.client_certificate = client_certificate{std::string("a\0b", 3), "no key"};
              }));
    CHECK_INT(FILESTACK_E_ARGUMENT, refused([](client_options &wrong) { wrong.user_agent = "a\nb"; }));
    CHECK_INT(FILESTACK_E_ARGUMENT,
              refused([](client_options &wrong) { wrong.connect_timeout = std::chrono::milliseconds(-1); }));
    CHECK_INT(FILESTACK_E_ARGUMENT, refused([](client_options &wrong) {
                  wrong.retry_delay = retry_delays{std::chrono::milliseconds(-1), std::chrono::milliseconds(1)};
              }));
}

static void a_client_without_a_key_says_so_where_it_needs_one()
{
    const client here = client::create(std::nullopt);
    CHECK_TEXT("https://cdn.filestackcontent.com/flip/5aYkEQJSQCmYShsoCnZN", here.transform({handle}).flip().url());
    CHECK_INT(FILESTACK_E_ARGUMENT, failure_of([&] { here.upload("some bytes"); }).code());
}

static void credentials_go_where_they_are_given()
{
    const client here("KEY");
    const security signer(policy{std::chrono::system_clock::from_time_t(4102444800)}, "secret");
    CHECK_INT(FILESTACK_E_ARGUMENT, failure_of([&] { here.filelink(handle).signed_url(); }).code());
    const std::string url = here.filelink(handle).signed_url(signer);
    CHECK_CONTAINS(std::string(signer.signature()).c_str(), url.c_str());
    CHECK_TEXT(url, here.filelink(handle, signer).signed_url());
    CHECK_TEXT(url, here.with_security(signer).filelink(handle).signed_url());
    CHECK_INT(FILESTACK_E_ARGUMENT,
              failure_of([&] {
                  here.with_security(signer).with_security(std::nullopt).filelink(handle).signed_url();
              }).code());
}

static void a_webhook_is_what_was_signed()
{
    const std::string_view body =
        "{\"text\": {\"filename\": \"filename.jpg\", \"key\": \"kGaeljnga9wkysK6Z_filename.jpg\"}}";
    const std::string signature = "57cbb25386c3d6ff758a7a75cf52ba02cf2b0a1a2d6d5dfb9c886553ca6011cb";
    const std::vector<std::pair<std::string, std::string>> headers = {{"FS-Timestamp", "123456789999"},
                                                                      {"fs-signature", signature}};
    webhook_verify("webhook-secret", body, "123456789999", signature);
    webhook_verify_headers("webhook-secret", body, headers);
    CHECK_INT(FILESTACK_E_SIGNATURE,
              failure_of([&] { webhook_verify("webhook-secret", "{}", "123456789999", signature); }).code());
    CHECK_INT(FILESTACK_E_SIGNATURE,
              failure_of([&] { webhook_verify_headers("webhook-secret", body, {headers[0]}); }).code());
    CHECK_INT(FILESTACK_E_SIGNATURE, failure_of([&] {
                                         webhook_verify("webhook-secret", body, "123456789999", signature,
                                                        std::chrono::seconds(60));
                                     }).code());
    CHECK_INT(FILESTACK_E_ARGUMENT, failure_of([&] { webhook_verify("", body, "1", signature); }).code());
    const std::vector<unsigned char> nothing;
    CHECK_INT(FILESTACK_E_SIGNATURE,
              failure_of([&] { webhook_verify("webhook-secret", nothing, "123456789999", signature); }).code());
}

static void the_library_says_who_it_is()
{
    CHECK_SIZE(FILESTACK_VERSION_NUMBER, version_number());
    CHECK_CONTAINS(".", std::string(version()).c_str());
    CHECK(json_is_object(std::string(catalogue_json()).c_str()));
}

static const struct test tests[] = {
    CPP_TEST(copies_of_shared_objects_are_references_to_the_same),
    CPP_TEST(what_was_moved_from_fails_and_can_be_assigned),
    CPP_TEST(assigning_an_object_to_itself_keeps_it),
    CPP_TEST(a_copy_of_a_transformation_goes_its_own_way),
    CPP_TEST(children_keep_what_they_need_alive),
    CPP_TEST(c_objects_can_be_lent_given_and_taken),
    CPP_TEST(texts_need_no_nul_at_their_end_and_have_none_inside),
    CPP_TEST(an_error_of_the_wrapper_is_json_whatever_its_text),
    CPP_TEST(errors_know_what_the_library_knows),
    CPP_TEST(errors_are_exceptions_of_the_standard),
    CPP_TEST(a_policy_is_signed_as_it_is_built),
    CPP_TEST(options_reach_the_library),
    CPP_TEST(a_client_without_a_key_says_so_where_it_needs_one),
    CPP_TEST(credentials_go_where_they_are_given),
    CPP_TEST(a_webhook_is_what_was_signed),
    CPP_TEST(the_library_says_who_it_is),
};

int main()
{
    return RUN(tests);
}
