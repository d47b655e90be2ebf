/* Policies and signatures, byte for byte as the official SDKs make them: filestack-api.md, section 25.1. */
#include <stdlib.h>
#include <string.h>

#include "support/check.h"

/* Rows 1 to 7 of the table: the policies of the Python SDK, whose form the library writes. */
static const struct {
    /* In an order of keys and with blanks that are not those of the result. */
    const char *policy;
    const char *same_policy;
    const char *secret;
    const char *policy_b64;
    const char *signature;
} python_vectors[] = {
    {"{\"expiry\":1562763146,\"call\":[\"read\"]}", "{ \"call\" : [ \"read\" ], \"expiry\" : 1562763146 }",
     "SECURITY-SECRET", "eyJjYWxsIjogWyJyZWFkIl0sICJleHBpcnkiOiAxNTYyNzYzMTQ2fQ==",
     "89f1325dca54cfce976163fb692bb266f28129525b8c6bb0eeadf4b7d450e2f0"},
    {"{\"expiry\":253381964415,\"call\":[\"read\"]}", "{\"call\":[\"read\"],\"expiry\":253381964415}",
     "SECURITY-SECRET", "eyJjYWxsIjogWyJyZWFkIl0sICJleHBpcnkiOiAyNTMzODE5NjQ0MTV9",
     "f61fa1effb0638ab5b6e208d5d2fd9343f8557d8a0bf529c6d8542935f77bb3c"},
    {"{\"expires\":123}", "\n{\t\"expires\": 123}\n", "secret",
     "eyJleHBpcmVzIjogMTIzfQ==", "379d2ba0d5be34eddf09f873b7f38643dc51599b0afcd564f52733b52d698748"},
    {"{\"expires\":999999999999}", "{\"\\u0065xpires\":999999999999}", "secret",
     "eyJleHBpcmVzIjogOTk5OTk5OTk5OTk5fQ==", "8c75305f7615776a892ddd165111dba0fa24b45107024a55a7170a7d1d60157a"},
    {"{\"call\":[\"read\"],\"expiry\":10238239}", "{\"expiry\":10238239,\"call\":[\"read\"]}", "APPSECRET",
     "eyJjYWxsIjogWyJyZWFkIl0sICJleHBpcnkiOiAxMDIzODIzOX0=",
     "858d1ee9c0a1f06283e495f78dc7950ff6e64136ce960465f35539791fcd486b"},
    {"{\"call\":[\"write\"],\"expiry\":1655992432}", "{\"expiry\":1655992432,\"call\":[\"write\"]}", "another-secret",
     "eyJjYWxsIjogWyJ3cml0ZSJdLCAiZXhwaXJ5IjogMTY1NTk5MjQzMn0=",
     "625cc5b9beab3e939fb53935f7795919c9f57f628d43adfc14566d2ad9a4ad47"},
    {"{\"expiry\":123}", "{\"expiry\": 123 }", "secret", "eyJleHBpcnkiOiAxMjN9",
     "4de8b7441b3daf0d68b4f8ebcf7e015d07aef43a1295476a1dde1aed327abc01"},
    /* The two derived ones, which pin the URL-safe alphabet. */
    {"{\"call\":[\"read\",\"convert\"],\"expiry\":1893456000,\"url\":\"https://x.io/?>~\"}",
     "{\"url\":\"https:\\/\\/x.io/?>~\",\"expiry\":1893456000,\"call\":[\"read\",\"convert\"]}", "SECURITY-SECRET",
     "eyJjYWxsIjogWyJyZWFkIiwgImNvbnZlcnQiXSwgImV4cGlyeSI6IDE4OTM0NTYwMDAsICJ1cmwiOiAiaHR0cHM6Ly94LmlvLz8-fiJ9",
     "575294977ba4645324f91e2d5b4d52448c5a34a1c209247d945857e68c3b9120"},
    {"{\"call\":[\"read\",\"convert\"],\"expiry\":1893456000,\"url\":\"???\"}",
     "{\"url\":\"???\",\"call\":[\"read\",\"convert\"],\"expiry\":1893456000}", "SECURITY-SECRET",
     "eyJjYWxsIjogWyJyZWFkIiwgImNvbnZlcnQiXSwgImV4cGlyeSI6IDE4OTM0NTYwMDAsICJ1cmwiOiAiPz8_In0=",
     "5a8e9b871c1280dd63bc526f746d09a15e224f3f479e1c2fc9698119cde47d1c"},
};

/* Rows 8 to 13: other SDKs write JSON in other ways; their policies are signed as they were encoded. */
static const struct {
    const char *policy_b64;
    const char *secret;
    const char *signature;
} encoded_vectors[] = {
    {"eyJleHBpcnkiOjE2MTcyMjgwMDB9", "MBVEKA6ARFGNDDTVY7IQDZ4HYU",
     "8ff61ba46198ad2778933e578e62fdf37ca4e28193655e8cd04f775598165f90"},
    {"eyJleHBpcnkiOjQ2NTM2NTE2MDB9", "RDOQO4WFRBFPRCFZOZFHJGZHW4",
     "ab1bea1b6ce36f77ff2a0a4da25651e64dfd9daeb0b2eacfe3836a13c96c022c"},
    {"eyJleHBpcnkiOjE1MjM1OTU2MDAsImNhbGwiOlsicGljayIsInJlYWQiLCJzdGF0Iiwid3JpdGUiLCJ3cml0ZVVybCIsInN0b3JlIiwiY29udmVy"
     "dCIsInJlbW92ZSIsImV4aWYiLCJydW5Xb3JrZmxvdyJdLCJoYW5kbGUiOiJURVNUX0hBTkRMRSJ9",
     "testAppSecret", "7df0536104cdcc16370ad6494cdbda30c9773a62eec6e5153fa539544db6206e"},
    {"eyJleHBpcnkiOjE1NDA5MjUyMzYsImNhbGxzIjpbInBpY2siLCJyZWFkIiwic3RhdCIsIndyaXRlIiwid3JpdGVVcmwiLCJzdG9yZSIsImNvbnZl"
     "cnQiLCJyZW1vdmUiLCJleGlmIl19",
     "RDOQO4WFRBFPRCFZOZFHJGZHW4", "589352c67bec6999108060af07027175cade89db4a1296f7f7a603df72240edc"},
    {"eyJleHBpcnkiOjQ2NTM2NTE2MDAsImNhbGxzIjpbIndyaXRlIiwicmVtb3ZlIl0sImhhbmRsZSI6IktXOUVKaFl0UzZ5NDhXaG0yUzZEIiwidXJs"
     "IjoiaHR0cHM6Ly91cGxvYWRcXC53aWtpbWVkaWFcXC5vcmcvd2lraXBlZGlhLy4qIiwibWF4U2l6ZSI6MTAyNCwibWluU2l6ZSI6MTI4LCJwYXRo"
     "IjoiL3NvbWUvZGlyLyIsImNvbnRhaW5lciI6InNvbWUtY29udGFpbmVyIn0=",
     "RDOQO4WFRBFPRCFZOZFHJGZHW4", "506bd728a25588c6692565b0076889097e5d23971bcf1d1de646f4426d2dc9b6"},
    {"eyJjYWxsIjpbInJlYWQiLCJzdGF0Iiwid3JpdGUiLCJjb252ZXJ0Il0sImNvbnRhaW5lciI6IlNPTUUtQ09OVEFJTkVSIiwiZXhwaXJ5IjoxMjM0"
     "NSwiaGFuZGxlIjoiU09NRS1IQU5ETEUiLCJtYXhfc2l6ZSI6MTAyNDAsIm1pbl9zaXplIjoxMDI0LCJwYXRoIjoiU09NRS1QQVRIIiwidXJsIjoi"
     "aHR0cHM6XC9cL3NvbWUtdXJsLnRsZCJ9",
     "MY-APP-SECRET", "752d1daa283c45ccccbeebbfc384b59b69fe4a8fc50607adc9937ed1789deaaa"},
    /* The bare HMAC of the Java SDK: its message happens to be an encoded text of the right length. */
    {"filestackMessage", "filestackKey", "3ea0712eaae796f0330814eff179dd39ab852924a7af023789ce39e3788af2f3"},
};

static void check_signed(const char *policy, const char *secret, const char *policy_b64, const char *signature)
{
    filestack_security *security = NULL;
    CHECK_OK(filestack_security_new(policy, secret, &security, failure_out()));
    CHECK_STRING(policy_b64, filestack_security_policy_b64(security));
    CHECK_STRING(signature, filestack_security_signature(security));
    filestack_security_release(security);
}

static void python_policies_are_signed_whatever_their_order(void)
{
    for (size_t i = 0; i < sizeof python_vectors / sizeof python_vectors[0]; i++) {
        check_signed(python_vectors[i].policy, python_vectors[i].secret, python_vectors[i].policy_b64,
                     python_vectors[i].signature);
        check_signed(python_vectors[i].same_policy, python_vectors[i].secret, python_vectors[i].policy_b64,
                     python_vectors[i].signature);
    }
}

static void encoded_policies_are_signed_as_they_are(void)
{
    for (size_t i = 0; i < sizeof encoded_vectors / sizeof encoded_vectors[0]; i++) {
        filestack_security *security = NULL;
        CHECK_OK(filestack_security_from_encoded(encoded_vectors[i].policy_b64, encoded_vectors[i].secret, &security,
                                                 failure_out()));
        CHECK_STRING(encoded_vectors[i].policy_b64, filestack_security_policy_b64(security));
        CHECK_STRING(encoded_vectors[i].signature, filestack_security_signature(security));
        filestack_security_release(security);
    }
}

static void the_url_string_is_that_of_the_python_sdk(void)
{
    filestack_security *security = NULL;
    CHECK_OK(filestack_security_new("{\"expires\": 999999999999}", "secret", &security, failure_out()));
    CHECK_STRING("security=p:eyJleHBpcmVzIjogOTk5OTk5OTk5OTk5fQ==,"
                 "s:8c75305f7615776a892ddd165111dba0fa24b45107024a55a7170a7d1d60157a",
                 filestack_security_url_string(security));
    filestack_security_release(security);
}

static void a_decoded_policy_can_be_read(void)
{
    filestack_security *security = NULL;
    CHECK_OK(filestack_security_from_encoded("eyJleHBpcnkiOjE2MTcyMjgwMDB9", "secret", &security, failure_out()));
    CHECK_STRING("{\"expiry\":1617228000}", filestack_security_policy(security));
    filestack_security_release(security);
}

/* What json.dumps(json.loads(x), sort_keys=True) of Python makes of a value. */
static const struct {
    const char *value;
    const char *written;
} python_forms[] = {
    {"0", "0"},
    {"-0", "0"},
    {"-0.0", "-0.0"},
    {"1e16", "1e+16"},
    {"1E+16", "1e+16"},
    {"9999999999999998.0", "9999999999999998.0"},
    {"1e15", "1000000000000000.0"},
    {"0.00001", "1e-05"},
    {"0.0001", "0.0001"},
    {"1.0", "1.0"},
    {"2.50", "2.5"},
    {"0.1", "0.1"},
    {"9007199254740993.0", "9007199254740992.0"},
    {"5e-324", "5e-324"},
    {"1.7976931348623157e308", "1.7976931348623157e+308"},
    {"18446744073709551616", "18446744073709551616"},
    {"123456789012345678901234567890123", "123456789012345678901234567890123"},
    {"-123456789012345678901234567890123", "-123456789012345678901234567890123"},
    {"\"\x7f\"", "\"\\u007f\""},
    {"\"/\"", "\"/\""},
    {"\"\\/\"", "\"/\""},
    {"\"<>&'\"", "\"<>&'\""},
    {"\"\\u0000\\u001f\"", "\"\\u0000\\u001f\""},
    {"\"\\b\\f\\n\\r\\t\\\\\\\"\"", "\"\\b\\f\\n\\r\\t\\\\\\\"\""},
    {"\"\xc3\xa9\xe2\x82\xac\"", "\"\\u00e9\\u20ac\""},
    {"\"\\u00E9\"", "\"\\u00e9\""},
    {"\"\xf0\x9f\x98\x80\"", "\"\\ud83d\\ude00\""},
    {"\"\\uD83D\\uDE00\"", "\"\\ud83d\\ude00\""},
    {"[true,false,null,[],{}]", "[true, false, null, [], {}]"},
    {"{\"b\":1,\"a\":2,\"B\":3,\"\xc3\xa9\":4}", "{\"B\": 3, \"a\": 2, \"b\": 1, \"\\u00e9\": 4}"},
};

static void values_are_written_as_python_writes_them(void)
{
    for (size_t i = 0; i < sizeof python_forms / sizeof python_forms[0]; i++) {
        char policy[256], expected[256];
        filestack_security *security = NULL;
        strcat(strcat(strcpy(policy, "{\"k\":"), python_forms[i].value), "}");
        strcat(strcat(strcpy(expected, "{\"k\": "), python_forms[i].written), "}");
        CHECK_OK(filestack_security_new(policy, "secret", &security, failure_out()));
        CHECK_STRING(expected, filestack_security_policy(security));
        filestack_security_release(security);
    }
}

/* Python reads it as the last one, and keeps the first one's place, which sorting makes no difference. */
static void the_last_of_two_equal_keys_counts(void)
{
    check_signed("{\"expiry\":1,\"expiry\":123}", "secret", "eyJleHBpcnkiOiAxMjN9",
                 "4de8b7441b3daf0d68b4f8ebcf7e015d07aef43a1295476a1dde1aed327abc01");
}

static void a_number_beyond_the_double_is_refused(void)
{
    filestack_security *security = NULL;
    CHECK_STATUS(FILESTACK_E_ARGUMENT,
                 filestack_security_new("{\"expiry\":1e999}", "secret", &security, failure_out()));
    CHECK_CONTAINS("999", message());
}

static void what_is_no_policy_is_refused(void)
{
    static const char *const policies[] = {
        "", "[]", "\"x\"", "null", "1", "{", "{}x", "{'expiry': 1}", "{\"a\":1,}", "{\"a\":01}", "{\"a\":NaN}"};
    for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++) {
        filestack_security *security = NULL;
        CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_security_new(policies[i], "secret", &security, failure_out()));
        CHECK_CONTAINS("policy", message());
        CHECK(security == NULL);
    }
}

static void an_empty_secret_is_refused(void)
{
    filestack_security *security = NULL;
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_security_new("{\"expiry\":1}", "", &security, failure_out()));
    CHECK_CONTAINS("secret is empty", message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_security_from_encoded("eyJ9", "", &security, failure_out()));
    CHECK_CONTAINS("secret is empty", message());
}

static void what_is_not_base64_is_refused(void)
{
    /* Half a padding, a blank, both alphabets at once, other characters. */
    static const char *const encoded[] = {"eyJleHBpcmVzIjogMTIzfQ=", "ey J", "ab+_", "\xc3\xbc==="};
    for (size_t i = 0; i < sizeof encoded / sizeof encoded[0]; i++) {
        filestack_security *security = NULL;
        CHECK_STATUS(FILESTACK_E_ARGUMENT,
                     filestack_security_from_encoded(encoded[i], "secret", &security, failure_out()));
        CHECK_CONTAINS("base64", message());
        CHECK_LACKS(encoded[i], filestack_error_json(failure()));
    }
}

/* What other SDKs write is taken, and signed as it is. */
static void either_alphabet_is_taken_with_padding_or_without(void)
{
    static const char *const encoded[] = {"eyJhIjogIj8/Pz4+Pn5+In0=", "eyJhIjogIj8/Pz4+Pn5+In0",
                                          "eyJhIjogIj8_Pz4-Pn5-In0=", "eyJhIjogIj8_Pz4-Pn5-In0"};
    for (size_t i = 0; i < sizeof encoded / sizeof encoded[0]; i++) {
        filestack_security *security = NULL;
        CHECK_OK(filestack_security_from_encoded(encoded[i], "secret", &security, failure_out()));
        CHECK_STRING("{\"a\": \"?"
                     "?"
                     "?>>>~~\"}",
                     filestack_security_policy(security));
        CHECK_STRING(encoded[i], filestack_security_policy_b64(security));
        filestack_security_release(security);
    }
}

#define POLICY "eyJleHBpcnkiOiAxMjN9"
#define SIGNATURE "4de8b7441b3daf0d68b4f8ebcf7e015d07aef43a1295476a1dde1aed327abc01"

static void a_signature_of_a_server_is_taken_without_the_secret(void)
{
    filestack_security *security = NULL;
    CHECK_OK(filestack_security_from_signed(POLICY, SIGNATURE, &security, failure_out()));
    CHECK_STRING("{\"expiry\": 123}", filestack_security_policy(security));
    CHECK_STRING("security=p:" POLICY ",s:" SIGNATURE, filestack_security_url_string(security));
    filestack_security_release(security);
    CHECK_OK(filestack_security_from_signed(POLICY, "4DE8B7441B3DAF0D68B4F8EBCF7E015D07AEF43A1295476A1DDE1AED327ABC01",
                                            &security, failure_out()));
    CHECK_STRING(SIGNATURE, filestack_security_signature(security));
    filestack_security_release(security);
}

static void what_is_no_signature_is_refused(void)
{
    static const char *const signatures[] = {"", "4de8", SIGNATURE "0",
                                             "gde8b7441b3daf0d68b4f8ebcf7e015d07aef43a1295476a1dde1aed327abc01"};
    for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++) {
        filestack_security *security = NULL;
        CHECK_STATUS(FILESTACK_E_ARGUMENT,
                     filestack_security_from_signed(POLICY, signatures[i], &security, failure_out()));
        CHECK_CONTAINS("64 hex digits", message());
    }
}

static void a_built_policy_is_signed_like_a_written_one(void)
{
    filestack_policy *policy = filestack_policy_new();
    filestack_security *built = NULL, *written = NULL;
    CHECK_OK(filestack_policy_set_container(policy, "c.*", failure_out()));
    CHECK_OK(filestack_policy_set_path(policy, "/p/.*", failure_out()));
    CHECK_OK(filestack_policy_set_min_size(policy, 0, failure_out()));
    CHECK_OK(filestack_policy_set_max_size(policy, 1024, failure_out()));
    CHECK_OK(filestack_policy_set_url(policy, "https://.*", failure_out()));
    CHECK_OK(filestack_policy_set_handle(policy, "HANDLE", failure_out()));
    CHECK_OK(filestack_policy_add_call(policy, "read", failure_out()));
    CHECK_OK(filestack_policy_add_call(policy, "convert", failure_out()));
    CHECK_OK(filestack_policy_add_call(policy, "read", failure_out()));
    CHECK_OK(filestack_policy_set_expiry(policy, 1893456000, failure_out()));
    CHECK_OK(filestack_security_from_policy(policy, "secret", &built, failure_out()));
    CHECK_OK(filestack_security_new("{\"expiry\":1893456000,\"call\":[\"read\",\"convert\"],\"handle\":\"HANDLE\","
                                    "\"url\":\"https://.*\",\"maxSize\":1024,\"minSize\":0,\"path\":\"/p/.*\","
                                    "\"container\":\"c.*\"}",
                                    "secret", &written, failure_out()));
    CHECK_STRING(filestack_security_url_string(written), filestack_security_url_string(built));
    /* The policy stays the caller's, and what was made from it does not follow its changes. */
    CHECK_OK(filestack_policy_set_handle(policy, "OTHER", failure_out()));
    filestack_policy_free(policy);
    CHECK_STRING(filestack_security_policy(written), filestack_security_policy(built));
    filestack_security_release(built);
    filestack_security_release(written);
}

static void every_key_can_be_set_by_its_name(void)
{
    static const char *const members[][2] = {{"expiry", "1893456000"}, {"call", "[\"read\"]"}, {"call", "\"stat\""},
                                             {"handle", "\"H\""},      {"url", "\"u\""},       {"maxSize", "2"},
                                             {"minSize", "1"},         {"path", "\"p\""},      {"container", "\"c\""}};
    filestack_policy *policy = filestack_policy_new();
    filestack_security *security = NULL;
    char *json = NULL;
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        CHECK_OK(filestack_policy_set(policy, members[i][0], members[i][1], failure_out()));
    }
    CHECK_OK(filestack_policy_json(policy, &json, failure_out()));
    CHECK_CONTAINS("\"call\":[\"stat\"]", json);
    CHECK_CONTAINS("\"maxSize\":2", json);
    CHECK_OK(filestack_security_from_policy(policy, "secret", &security, failure_out()));
    CHECK_STRING("{\"call\": [\"stat\"], \"container\": \"c\", \"expiry\": 1893456000, \"handle\": \"H\", "
                 "\"maxSize\": 2, \"minSize\": 1, \"path\": \"p\", \"url\": \"u\"}",
                 filestack_security_policy(security));
    filestack_string_free(json);
    filestack_security_release(security);
    filestack_policy_free(policy);
}

static void misspelt_keys_and_calls_are_refused_with_the_nearest_right_name(void)
{
    static const char *const keys[][2] = {{"expires", "expiry"},     {"calls", "call"},       {"max_size", "maxSize"},
                                          {"maxsize", "maxSize"},    {"min_size", "minSize"}, {"handel", "handle"},
                                          {"Container", "container"}};
    filestack_policy *policy;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        policy = filestack_policy_new();
        CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_policy_set(policy, keys[i][0], "1", failure_out()));
        CHECK_CONTAINS(keys[i][0], message());
        CHECK_CONTAINS("did you mean", message());
        CHECK_CONTAINS(keys[i][1], strstr(message(), "did you mean"));
        filestack_policy_free(policy);
    }
    policy = filestack_policy_new();
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_policy_add_call(policy, "writeurl", failure_out()));
    CHECK_CONTAINS("did you mean 'writeUrl'", message());
    filestack_policy_free(policy);
}

/* Nothing that would lift a restriction is taken, and who does not look signs nothing. */
static void a_setter_that_fails_poisons_the_policy(void)
{
    static const char *const members[][2] = {
        {"expiry", "\"soon\""},   {"expiry", "1.5"},      {"expiry", "0"},     {"expiry", "-1"},
        {"call", "[\"read\",7]"}, {"call", "[\"reed\"]"}, {"call", "[]"},      {"call", "null"},
        {"call", "\"\""},         {"handle", "\"\""},     {"handle", "7"},     {"handle", "null"},
        {"maxSize", "\"big\""},   {"maxSize", "-1"},      {"maxSize", "null"}, {"minSize", "null"},
        {"path", "[\"a\"]"},      {"path", "null"},       {"url", "true"},     {"url", "\"\""},
        {"container", "\"\""},    {"container", "[]"},    {"expiry", "{"}};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        filestack_policy *policy = filestack_policy_new();
        filestack_security *security = NULL;
        char *json = NULL, *first;
        CHECK_OK(filestack_policy_set_expiry(policy, 1893456000, failure_out()));
        CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_policy_set(policy, members[i][0], members[i][1], failure_out()));
        CHECK_CONTAINS(members[i][0], message());
        first = strdup(message());
        CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_policy_add_call(policy, "read", failure_out()));
        CHECK_STRING(first, message());
        CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_policy_json(policy, &json, failure_out()));
        CHECK_STRING(first, message());
        CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_security_from_policy(policy, "secret", &security, failure_out()));
        CHECK_STRING(first, message());
        CHECK(json == NULL && security == NULL);
        free(first);
        filestack_policy_free(policy);
    }
}

static void other_failures_poison_it_too(void)
{
    filestack_policy *policy = filestack_policy_new();
    filestack_security *security = NULL;
    CHECK_OK(filestack_policy_set_expiry(policy, 1893456000, failure_out()));
    CHECK_STATUS(FILESTACK_E_NULL, filestack_policy_set_handle(policy, NULL, failure_out()));
    CHECK_STATUS(FILESTACK_E_NULL, filestack_security_from_policy(policy, "secret", &security, failure_out()));
    filestack_policy_free(policy);
    policy = filestack_policy_new();
    CHECK_OK(filestack_policy_set_expiry(policy, 1893456000, failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_policy_set_max_size(policy, -1, failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_security_from_policy(policy, "secret", &security, failure_out()));
    CHECK(security == NULL);
    filestack_policy_free(policy);
}

static void check_refused_expiry(const char *json)
{
    filestack_policy *policy = filestack_policy_new();
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_policy_set(policy, "expiry", json, failure_out()));
    CHECK_CONTAINS("milliseconds", message());
    filestack_policy_free(policy);
}

static void milliseconds_are_no_expiry(void)
{
    filestack_policy *policy = filestack_policy_new();
    check_refused_expiry("1893456000000");
    /* The last second of the year 9999 is the last one that counts as seconds. */
    check_refused_expiry("253402300800");
    CHECK_OK(filestack_policy_set_expiry(policy, 253402300799, failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_policy_set_expiry(policy, 253402300800, failure_out()));
    CHECK_CONTAINS("milliseconds", message());
    filestack_policy_free(policy);
}

static void a_policy_needs_an_expiry_and_sizes_that_leave_something(void)
{
    filestack_policy *policy = filestack_policy_new();
    filestack_security *security = NULL;
    CHECK_OK(filestack_policy_set_max_size(policy, 9, failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_security_from_policy(policy, "secret", &security, failure_out()));
    CHECK_CONTAINS("expiry", message());
    CHECK_OK(filestack_policy_set_expiry(policy, 1893456000, failure_out()));
    CHECK_OK(filestack_policy_set_min_size(policy, 10, failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_security_from_policy(policy, "secret", &security, failure_out()));
    CHECK_CONTAINS("minSize 10", message());
    CHECK(security == NULL);
    CHECK_OK(filestack_policy_set_min_size(policy, 9, failure_out()));
    CHECK_OK(filestack_security_from_policy(policy, "secret", &security, failure_out()));
    filestack_security_release(security);
    filestack_policy_free(policy);
}

static void references_are_given_back_in_any_order(void)
{
    filestack_security *security = NULL, *second;
    CHECK_OK(filestack_security_new("{\"expiry\":123}", "secret", &security, failure_out()));
    second = filestack_security_retain(security);
    CHECK(second == security);
    filestack_security_release(security);
    CHECK_STRING(SIGNATURE, filestack_security_signature(second));
    filestack_security_release(second);
}

static void null_has_harmless_answers(void)
{
    CHECK_STRING(NULL, filestack_security_policy(NULL));
    CHECK_STRING(NULL, filestack_security_policy_b64(NULL));
    CHECK_STRING(NULL, filestack_security_signature(NULL));
    CHECK_STRING(NULL, filestack_security_url_string(NULL));
    CHECK(filestack_security_retain(NULL) == NULL);
    filestack_security_release(NULL);
    filestack_policy_free(NULL);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(python_policies_are_signed_whatever_their_order),
        TEST(encoded_policies_are_signed_as_they_are),
        TEST(the_url_string_is_that_of_the_python_sdk),
        TEST(a_decoded_policy_can_be_read),
        TEST(values_are_written_as_python_writes_them),
        TEST(the_last_of_two_equal_keys_counts),
        TEST(a_number_beyond_the_double_is_refused),
        TEST(what_is_no_policy_is_refused),
        TEST(an_empty_secret_is_refused),
        TEST(what_is_not_base64_is_refused),
        TEST(either_alphabet_is_taken_with_padding_or_without),
        TEST(a_signature_of_a_server_is_taken_without_the_secret),
        TEST(what_is_no_signature_is_refused),
        TEST(a_built_policy_is_signed_like_a_written_one),
        TEST(every_key_can_be_set_by_its_name),
        TEST(misspelt_keys_and_calls_are_refused_with_the_nearest_right_name),
        TEST(a_setter_that_fails_poisons_the_policy),
        TEST(other_failures_poison_it_too),
        TEST(milliseconds_are_no_expiry),
        TEST(a_policy_needs_an_expiry_and_sizes_that_leave_something),
        TEST(references_are_given_back_in_any_order),
        TEST(null_has_harmless_answers),
    };
    return RUN(tests);
}
