/* Webhooks: which of them come from Filestack. Needs no service. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/check.h"
#include "support/hash.h"

#define SECRET "webhook-secret"
#define TIMESTAMP "123456789999"
#define BODY "{\"text\": {\"filename\": \"filename.jpg\", \"key\": \"kGaeljnga9wkysK6Z_filename.jpg\"}}"
#define SIGNATURE "57cbb25386c3d6ff758a7a75cf52ba02cf2b0a1a2d6d5dfb9c886553ca6011cb"

/* HMAC-SHA256 of "TIMESTAMP.BODY" for secrets of up to 64 bytes, as hex: what the service puts in FS-Signature. */
static struct sha256_text signature_of(const char *secret, const char *timestamp, const void *body, size_t size)
{
    size_t length = strlen(timestamp);
    uint8_t *inner = malloc(64 + length + 1 + size), outer[64 + 32];
    struct sha256_text hash;
    for (size_t i = 0; i < 64; i++) {
        uint8_t byte = i < strlen(secret) ? (uint8_t)secret[i] : 0;
        inner[i] = byte ^ 0x36;
        outer[i] = byte ^ 0x5c;
    }
    memcpy(inner + 64, timestamp, length);
    inner[64 + length] = '.';
    if (size) {
        memcpy(inner + 64 + length + 1, body, size);
    }
    hash = sha256_of(inner, 64 + length + 1 + size);
    for (size_t i = 0; i < 32; i++) {
        char digits[3] = {hash.hex[2 * i], hash.hex[2 * i + 1], '\0'};
        outer[64 + i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    free(inner);
    return sha256_of(outer, sizeof outer);
}

/* Checks that webhooks of others are refused, and that the reason does not give the right signature away. */
static void check_refused(const char *secret, const void *body, size_t size, const char *timestamp,
                          const char *signature)
{
    struct sha256_text right = signature_of(secret, timestamp, body, size);
    CHECK_STATUS(FILESTACK_E_SIGNATURE,
                 filestack_webhook_verify(secret, body, size, timestamp, signature, 0, failure_out()));
    CHECK_LACKS(right.hex, message());
    CHECK_LACKS(right.hex, filestack_error_json(failure()));
    CHECK_LACKS(secret, filestack_error_json(failure()));
    CHECK(!filestack_error_retryable(failure()));
    CHECK_INT(0, filestack_error_http_status(failure()));
}

static void the_vectors_of_the_reference_pass(void)
{
    static const char body[] =
        "{\"id\": 6844, \"action\": \"fp.upload\", \"timestamp\": 1559199901, \"text\": {\"url\": "
        "\"http://cdn.filestackapi.dev/xK88QArxRiyVvFzo4p33\", \"client\": \"Computer\", \"data\": "
        "{\"filename\": \"01 (1).png\", \"type\": \"image/png\", \"size\": 881855}}}";
    CHECK_OK(filestack_webhook_verify(SECRET, BODY, strlen(BODY), TIMESTAMP, SIGNATURE, 0, failure_out()));
    CHECK_OK(filestack_webhook_verify("Y5cWb1rdRDSTSqEjF5pv", body, strlen(body), "1559199901",
                                      "14495b54b246e1352bb69cd91c5c1bfe2221f2d0330414b3df8f5fb2903db730", 0,
                                      failure_out()));
}

/* What follows signs by itself: it must do so as the vectors do. */
static void the_signatures_of_these_tests_are_right(void)
{
    CHECK_STRING(SIGNATURE, signature_of(SECRET, TIMESTAMP, BODY, strlen(BODY)).hex);
}

static void every_changed_byte_of_the_body_is_noticed(void)
{
    char body[sizeof BODY];
    for (size_t i = 0; i < strlen(BODY); i++) {
        memcpy(body, BODY, sizeof BODY);
        body[i] ^= 1;
        check_refused(SECRET, body, strlen(BODY), TIMESTAMP, SIGNATURE);
    }
}

static void a_body_that_is_cut_or_continued_is_noticed(void)
{
    check_refused(SECRET, BODY, strlen(BODY) - 1, TIMESTAMP, SIGNATURE);
    check_refused(SECRET, BODY "\n", strlen(BODY) + 1, TIMESTAMP, SIGNATURE);
    check_refused(SECRET, BODY, sizeof BODY, TIMESTAMP, SIGNATURE);
    check_refused(SECRET, "", 0, TIMESTAMP, SIGNATURE);
}

static void a_changed_timestamp_is_noticed(void)
{
    static const char *const timestamps[] = {"123456789998", "0123456789999", "12345678999", " 123456789999", "", "."};
    for (size_t i = 0; i < sizeof timestamps / sizeof timestamps[0]; i++) {
        check_refused(SECRET, BODY, strlen(BODY), timestamps[i], SIGNATURE);
    }
}

static void every_changed_digit_of_the_signature_is_noticed(void)
{
    char signature[sizeof SIGNATURE];
    for (size_t i = 0; i < strlen(SIGNATURE); i++) {
        memcpy(signature, SIGNATURE, sizeof SIGNATURE);
        signature[i] = signature[i] == '0' ? '1' : '0';
        check_refused(SECRET, BODY, strlen(BODY), TIMESTAMP, signature);
    }
}

static void what_is_no_signature_is_refused(void)
{
    static const char *const signatures[] = {"",
                                             "57cb",
                                             SIGNATURE "00",
                                             "0x" SIGNATURE,
                                             " " SIGNATURE,
                                             "no hex at all, but of just the same length as sixty-four digits",
                                             "+7cbb25386c3d6ff758a7a75cf52ba02cf2b0a1a2d6d5dfb9c886553ca6011cb"};
    for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++) {
        check_refused(SECRET, BODY, strlen(BODY), TIMESTAMP, signatures[i]);
    }
}

static void another_secret_is_noticed(void)
{
    check_refused("webhook-secreT", BODY, strlen(BODY), TIMESTAMP, SIGNATURE);
    check_refused("webhook-secret ", BODY, strlen(BODY), TIMESTAMP, SIGNATURE);
}

static void an_empty_secret_is_refused(void)
{
    struct sha256_text signature = signature_of("", TIMESTAMP, BODY, strlen(BODY));
    CHECK_STATUS(FILESTACK_E_ARGUMENT,
                 filestack_webhook_verify("", BODY, strlen(BODY), TIMESTAMP, signature.hex, 0, failure_out()));
    CHECK_CONTAINS("secret is empty", message());
}

/* The body counts as it arrived, whatever it is. */
static void bodies_are_any_bytes(void)
{
    uint8_t bytes[1024];
    struct sha256_text signature;
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)i;
    }
    signature = signature_of(SECRET, TIMESTAMP, bytes, sizeof bytes);
    CHECK_OK(filestack_webhook_verify(SECRET, bytes, sizeof bytes, TIMESTAMP, signature.hex, 0, failure_out()));
    /* Behind a NUL too. */
    bytes[257] ^= 1;
    check_refused(SECRET, bytes, sizeof bytes, TIMESTAMP, signature.hex);
}

static void an_empty_body_has_a_signature_too(void)
{
    struct sha256_text signature = signature_of(SECRET, TIMESTAMP, NULL, 0);
    CHECK_OK(filestack_webhook_verify(SECRET, NULL, 0, TIMESTAMP, signature.hex, 0, failure_out()));
    CHECK_OK(filestack_webhook_verify(SECRET, "", 0, TIMESTAMP, signature.hex, 0, failure_out()));
    CHECK_STATUS(FILESTACK_E_NULL,
                 filestack_webhook_verify(SECRET, NULL, 1, TIMESTAMP, signature.hex, 0, failure_out()));
    CHECK_CONTAINS("body", message());
}

static void what_must_be_there_is_named(void)
{
    CHECK_STATUS(FILESTACK_E_NULL, filestack_webhook_verify(NULL, BODY, 1, TIMESTAMP, SIGNATURE, 0, failure_out()));
    CHECK_CONTAINS("secret", message());
    CHECK_STATUS(FILESTACK_E_NULL, filestack_webhook_verify(SECRET, BODY, 1, NULL, SIGNATURE, 0, failure_out()));
    CHECK_CONTAINS("timestamp", message());
    CHECK_STATUS(FILESTACK_E_NULL, filestack_webhook_verify(SECRET, BODY, 1, TIMESTAMP, NULL, 0, failure_out()));
    CHECK_CONTAINS("signature", message());
    CHECK_STATUS(FILESTACK_E_NULL, filestack_webhook_verify(NULL, NULL, 1, NULL, NULL, -1, NULL));
}

static void texts_must_be_utf8(void)
{
    CHECK_STATUS(FILESTACK_E_UTF8, filestack_webhook_verify("\xff", BODY, 1, TIMESTAMP, SIGNATURE, 0, failure_out()));
    CHECK_CONTAINS("secret", message());
    CHECK_STATUS(FILESTACK_E_UTF8, filestack_webhook_verify(SECRET, BODY, 1, "\xc3", SIGNATURE, 0, failure_out()));
    CHECK_CONTAINS("timestamp", message());
    CHECK_STATUS(FILESTACK_E_UTF8, filestack_webhook_verify(SECRET, BODY, 1, TIMESTAMP, "\x80", 0, failure_out()));
    CHECK_CONTAINS("signature", message());
}

/* A webhook that was sent `ago` seconds before now, by a tolerance. */
static filestack_status verify_sent(long long ago, int64_t tolerance, filestack_error **error)
{
    char timestamp[32];
    struct sha256_text signature;
    snprintf(timestamp, sizeof timestamp, "%lld", (long long)time(NULL) - ago);
    signature = signature_of(SECRET, timestamp, BODY, strlen(BODY));
    return filestack_webhook_verify(SECRET, BODY, strlen(BODY), timestamp, signature.hex, tolerance, error);
}

/* The margins are hours: no machine is that slow. */
static void age_counts_when_a_tolerance_is_given(void)
{
    CHECK_OK(verify_sent(0, 3600, failure_out()));
    CHECK_OK(verify_sent(3600, 2 * 3600, failure_out()));
    CHECK_OK(verify_sent(-3600, 2 * 3600, failure_out()));
    CHECK_OK(verify_sent(0, INT64_MAX, failure_out()));
    CHECK_STATUS(FILESTACK_E_SIGNATURE, verify_sent(2 * 3600, 3600, failure_out()));
    CHECK_CONTAINS("3600 s", message());
    CHECK_STATUS(FILESTACK_E_SIGNATURE, verify_sent(-2 * 3600, 3600, failure_out()));
    CHECK_OK(verify_sent(2 * 3600, 0, failure_out()));
    CHECK_OK(verify_sent(-2 * 3600, 0, failure_out()));
}

static void the_vectors_are_too_old_for_any_tolerance_but_none(void)
{
    CHECK_STATUS(FILESTACK_E_SIGNATURE,
                 filestack_webhook_verify(SECRET, BODY, strlen(BODY), TIMESTAMP, SIGNATURE, 300, failure_out()));
    CHECK_CONTAINS("300 s", message());
}

/* Only a signature makes a timestamp worth looking at: a wrong one is named first. */
static void the_signature_is_judged_before_the_age(void)
{
    char signature[sizeof SIGNATURE] = SIGNATURE;
    signature[0] = '0';
    CHECK_STATUS(FILESTACK_E_SIGNATURE,
                 filestack_webhook_verify(SECRET, BODY, strlen(BODY), TIMESTAMP, signature, 300, failure_out()));
    CHECK_CONTAINS("does not match", message());
}

static void a_timestamp_that_is_no_number_has_no_age(void)
{
    static const char *const timestamps[] = {"", "soon", "-5", "1.5", "99999999999999999999999999"};
    for (size_t i = 0; i < sizeof timestamps / sizeof timestamps[0]; i++) {
        struct sha256_text signature = signature_of(SECRET, timestamps[i], BODY, strlen(BODY));
        CHECK_OK(filestack_webhook_verify(SECRET, BODY, strlen(BODY), timestamps[i], signature.hex, 0, failure_out()));
        CHECK_STATUS(FILESTACK_E_SIGNATURE, filestack_webhook_verify(SECRET, BODY, strlen(BODY), timestamps[i],
                                                                     signature.hex, INT64_MAX, failure_out()));
        CHECK_CONTAINS("timestamp", message());
    }
}

static void a_negative_tolerance_is_refused(void)
{
    CHECK_STATUS(FILESTACK_E_ARGUMENT,
                 filestack_webhook_verify(SECRET, BODY, strlen(BODY), TIMESTAMP, SIGNATURE, -1, failure_out()));
    CHECK_CONTAINS("tolerance_seconds is -1", message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT,
                 filestack_webhook_verify(SECRET, BODY, strlen(BODY), TIMESTAMP, SIGNATURE, INT64_MIN, failure_out()));
}

static filestack_status verify_headers(const char *const (*headers)[2], size_t count, int64_t tolerance)
{
    const char *names[8], *values[8];
    for (size_t i = 0; i < count; i++) {
        names[i] = headers[i][0];
        values[i] = headers[i][1];
    }
    return filestack_webhook_verify_headers(SECRET, BODY, strlen(BODY), names, values, count, tolerance, failure_out());
}

static void headers_are_found_in_any_case_and_at_any_place(void)
{
    static const char *const rows[][3][2] = {
        {{"FS-Timestamp", TIMESTAMP}, {"FS-Signature", SIGNATURE}, {"Host", "example.com"}},
        {{"host", "example.com"}, {"fs-signature", SIGNATURE}, {"fs-timestamp", TIMESTAMP}},
        {{"FS-SIGNATURE", SIGNATURE}, {"Content-Type", "application/json"}, {"fS-tImEsTaMp", TIMESTAMP}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_OK(verify_headers(rows[i], 3, 0));
    }
}

static void missing_headers_are_named(void)
{
    static const char *const timestamp[][2] = {{"FS-Timestamp", TIMESTAMP}, {"X-FS-Signature", SIGNATURE}};
    static const char *const signature[][2] = {{"FS-Signature", SIGNATURE}, {"FS-Timestam", TIMESTAMP}};
    CHECK_STATUS(FILESTACK_E_SIGNATURE, verify_headers(timestamp, 2, 0));
    CHECK_CONTAINS("no fs-signature header", message());
    CHECK_LACKS(SIGNATURE, message());
    CHECK_STATUS(FILESTACK_E_SIGNATURE, verify_headers(signature, 2, 0));
    CHECK_CONTAINS("no fs-timestamp header", message());
    CHECK_STATUS(FILESTACK_E_SIGNATURE, verify_headers(timestamp, 0, 0));
    CHECK_STATUS(FILESTACK_E_SIGNATURE,
                 filestack_webhook_verify_headers(SECRET, BODY, strlen(BODY), NULL, NULL, 0, 0, failure_out()));
}

/* Which of two the application would go by nobody knows: neither is trusted, even when they are alike. */
static void doubled_headers_are_refused(void)
{
    static const char *const rows[][3][2] = {
        {{"FS-Timestamp", TIMESTAMP}, {"FS-Signature", SIGNATURE}, {"fs-timestamp", "1"}},
        {{"FS-Timestamp", TIMESTAMP}, {"FS-Signature", SIGNATURE}, {"fs-timestamp", TIMESTAMP}},
        {{"FS-Signature", "00"}, {"FS-Signature", SIGNATURE}, {"FS-Timestamp", TIMESTAMP}},
        {{"FS-Signature", SIGNATURE}, {"FS-SIGNATURE", SIGNATURE}, {"FS-Timestamp", TIMESTAMP}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_STATUS(FILESTACK_E_SIGNATURE, verify_headers(rows[i], 3, 0));
        CHECK_CONTAINS("more than one", message());
        CHECK_LACKS(SIGNATURE, message());
    }
}

static void headers_are_judged_as_their_values_are(void)
{
    static const char *const right[][2] = {{"FS-Timestamp", TIMESTAMP}, {"FS-Signature", SIGNATURE}};
    static const char *const wrong[][2] = {{"FS-Timestamp", "1"}, {"FS-Signature", SIGNATURE}};
    CHECK_OK(verify_headers(right, 2, 0));
    CHECK_STATUS(FILESTACK_E_SIGNATURE, verify_headers(right, 2, 300));
    CHECK_CONTAINS("300 s", message());
    CHECK_STATUS(FILESTACK_E_ARGUMENT, verify_headers(right, 2, -1));
    CHECK_STATUS(FILESTACK_E_SIGNATURE, verify_headers(wrong, 2, 0));
    CHECK_CONTAINS("does not match", message());
}

static void headers_that_are_no_texts_are_refused(void)
{
    const char *names[2] = {"FS-Timestamp", "FS-Signature"}, *values[2] = {TIMESTAMP, SIGNATURE};
    CHECK_STATUS(FILESTACK_E_NULL,
                 filestack_webhook_verify_headers(SECRET, BODY, strlen(BODY), NULL, values, 2, 0, failure_out()));
    CHECK_CONTAINS("names", message());
    CHECK_STATUS(FILESTACK_E_NULL,
                 filestack_webhook_verify_headers(SECRET, BODY, strlen(BODY), names, NULL, 2, 0, failure_out()));
    CHECK_CONTAINS("values", message());
    values[1] = NULL;
    CHECK_STATUS(FILESTACK_E_NULL,
                 filestack_webhook_verify_headers(SECRET, BODY, strlen(BODY), names, values, 2, 0, failure_out()));
    CHECK_CONTAINS("values", message());
    values[1] = "\xff";
    CHECK_STATUS(FILESTACK_E_UTF8,
                 filestack_webhook_verify_headers(SECRET, BODY, strlen(BODY), names, values, 2, 0, failure_out()));
    CHECK_CONTAINS("values", message());
}

int main(void)
{
    static const struct test tests[] = {
        TEST(the_vectors_of_the_reference_pass),
        TEST(the_signatures_of_these_tests_are_right),
        TEST(every_changed_byte_of_the_body_is_noticed),
        TEST(a_body_that_is_cut_or_continued_is_noticed),
        TEST(a_changed_timestamp_is_noticed),
        TEST(every_changed_digit_of_the_signature_is_noticed),
        TEST(what_is_no_signature_is_refused),
        TEST(another_secret_is_noticed),
        TEST(an_empty_secret_is_refused),
        TEST(bodies_are_any_bytes),
        TEST(an_empty_body_has_a_signature_too),
        TEST(what_must_be_there_is_named),
        TEST(texts_must_be_utf8),
        TEST(age_counts_when_a_tolerance_is_given),
        TEST(the_vectors_are_too_old_for_any_tolerance_but_none),
        TEST(the_signature_is_judged_before_the_age),
        TEST(a_timestamp_that_is_no_number_has_no_age),
        TEST(a_negative_tolerance_is_refused),
        TEST(headers_are_found_in_any_case_and_at_any_place),
        TEST(missing_headers_are_named),
        TEST(doubled_headers_are_refused),
        TEST(headers_are_judged_as_their_values_are),
        TEST(headers_that_are_no_texts_are_refused),
    };
    return RUN(tests);
}
