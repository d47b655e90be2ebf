/* Chains of tasks and the URLs that they become: filestack-api.md, sections 11 and 25.3. */
#include <math.h>
#include <string.h>

#include "support/check.h"
#include "support/param.h"

#define CDN "https://cdn.filestackcontent.com/"
#define HANDLE "5aYkEQJSQCmYShsoCnZN"
/* The tests of the Python SDK write the word SOMEEXTERNALURL, here it must be a URL to be one. */
#define EXTERNAL "https://example.com/SOMEEXTERNALURL"

static filestack_client *new_client(const char *api_key)
{
    filestack_client *client = NULL;
    CHECK_OK(filestack_client_new(api_key, NULL, &client, failure_out()));
    return client;
}

static filestack_transformation *of_sources(const char *api_key, const char *const *sources, size_t count)
{
    filestack_client *client = new_client(api_key);
    filestack_transformation *made = NULL;
    CHECK_OK(filestack_client_transform(client, sources, count, NULL, &made, failure_out()));
    filestack_client_release(client);
    return made;
}

static filestack_transformation *of_handle(void)
{
    const char *sources[] = {HANDLE};
    return of_sources("KEY", sources, 1);
}

static filestack_transformation *of_url(const char *api_key, const char *url)
{
    filestack_client *client = new_client(api_key);
    filestack_transformation *made = NULL;
    CHECK_OK(filestack_client_transform_external(client, url, NULL, &made, failure_out()));
    filestack_client_release(client);
    return made;
}

static void check_url(const char *expected, const filestack_transformation *transformation)
{
    char *url = NULL;
    CHECK_OK(filestack_transformation_url(transformation, &url, failure_out()));
    CHECK_STRING(expected, url);
    filestack_string_free(url);
}

/* Task, parameters as JSON, and what stands in the URL. */
static const char *const python_tasks[][3] = {
    {"resize", "{\"width\":500,\"height\":500}", "resize=height:500,width:500"},
    {"rotate", "{\"deg\":90}", "rotate=deg:90"},
    {"flip", NULL, "flip"},
    {"flip", "{}", "flip"},
    {"modulate", "{\"brightness\":155,\"hue\":155,\"saturation\":155}",
     "modulate=brightness:155,hue:155,saturation:155"},
    {"collage",
     "{\"files\":[\"FILEHANDLE\",\"FILEHANDLE2\",\"FILEHANDLE3\"],\"margin\":50,\"width\":1000,\"height\":1000,"
     "\"color\":\"white\",\"fit\":\"crop\",\"autorotate\":true}",
     "collage=autorotate:true,color:white,files:[FILEHANDLE,FILEHANDLE2,FILEHANDLE3],fit:crop,height:1000,margin:50,"
     "width:1000"},
    {"ascii", "{\"background\":\"black\",\"foreground\":\"black\",\"colored\":true,\"size\":100,\"reverse\":true}",
     "ascii=background:black,colored:true,foreground:black,reverse:true,size:100"},
    {"upscale", "{\"noise\":\"low\",\"style\":\"artwork\"}", "upscale=noise:low,style:artwork"},
    {"output",
     "{\"format\":\"png\",\"page\":1,\"density\":50,\"compress\":true,\"quality\":80,\"strip\":true,"
     "\"colorspace\":\"input\",\"secure\":true,\"docinfo\":true,\"background\":\"white\",\"pageformat\":\"legal\","
     "\"pageorientation\":\"landscape\"}",
     "output=background:white,colorspace:input,compress:true,density:50,docinfo:true,format:png,page:1,"
     "pageformat:legal,pageorientation:landscape,quality:80,secure:true,strip:true"},
    {"minify_css", "{\"level\":1,\"gzip\":false}", "minify_css=gzip:false,level:1"},
    {"pdfinfo", "{\"colorinfo\":true}", "pdfinfo=colorinfo:true"},
    {"pdfconvert", "{\"pageorientation\":\"landscape\"}", "pdfconvert=pageorientation:landscape"},
    {"no_metadata", NULL, "no_metadata"},
    {"auto_image", NULL, "auto_image"},
};

static void python_urls_from_json(void)
{
    for (size_t i = 0; i < sizeof python_tasks / sizeof python_tasks[0]; i++) {
        filestack_transformation *transformation = of_url("SOMEAPIKEY", EXTERNAL);
        char expected[512];
        strcat(strcat(strcpy(expected, CDN "SOMEAPIKEY/"), python_tasks[i][2]), "/" EXTERNAL);
        CHECK_OK(
            filestack_transformation_add_json(transformation, python_tasks[i][0], python_tasks[i][1], failure_out()));
        check_url(expected, transformation);
        filestack_transformation_free(transformation);
    }
}

/* The same through parameters, of every kind, in an order that is not that of the URL. */
static void parameters_of_every_kind(void)
{
    static const char *const files[] = {"FILEHANDLE", "FILEHANDLE2", "FILEHANDLE3"};
    static const int64_t rectangle[] = {20, 20, 250, 250};
    filestack_param resize[] = {of_int("width", 500), of_text("fit", "crop"), of_int("height", 500)};
    filestack_param collage[] = {of_texts("files", files, 3), of_int("margin", 50),      of_int("width", 1000),
                                 of_int("height", 1000),      of_text("color", "white"), of_text("fit", "crop"),
                                 of_bool("autorotate", true)};
    filestack_param crop[] = {of_ints("dim", rectangle, 4)};
    filestack_param faces[] = {of_text("mode", "thumb"), of_int("width", 100),       of_int("height", 100),
                               of_text("faces", "all"),  of_number("minsize", 0.35), of_number("maxsize", 0.35),
                               of_int("buffer", 0)};
    filestack_param blur[] = {of_json("objects", "[[20,20,50,50]]"), of_number("amount", 5.0)};
    filestack_transformation *transformation = of_handle();
    CHECK_OK(filestack_transformation_add(transformation, "resize", resize, 3, failure_out()));
    CHECK_OK(filestack_transformation_add(transformation, "collage", collage, 7, failure_out()));
    CHECK_OK(filestack_transformation_add(transformation, "crop", crop, 1, failure_out()));
    CHECK_OK(filestack_transformation_add(transformation, "crop_faces", faces, 7, failure_out()));
    CHECK_OK(filestack_transformation_add(transformation, "partial_blur", blur, 2, failure_out()));
    CHECK_OK(filestack_transformation_add(transformation, "flip", NULL, 0, failure_out()));
    check_url(CDN "resize=fit:crop,height:500,width:500/"
                  "collage=autorotate:true,color:white,files:[FILEHANDLE,FILEHANDLE2,FILEHANDLE3],fit:crop,height:1000,"
                  "margin:50,width:1000/"
                  "crop=dim:[20,20,250,250]/"
                  "crop_faces=buffer:0,faces:all,height:100,maxsize:0.35,minsize:0.35,mode:thumb,width:100/"
                  "partial_blur=amount:5,objects:[[20,20,50,50]]/flip/" HANDLE,
              transformation);
    filestack_transformation_free(transformation);
}

/* A text with a length need not end with NUL, and everything is copied. */
static void values_are_copied_and_may_have_a_length(void)
{
    char task[] = "resize", name[] = "fit", value[] = {'c', 'r', 'o', 'p', 'X'};
    filestack_param params[] = {of_text(name, value), of_int("width", 1)};
    filestack_transformation *transformation = of_handle();
    params[0].len = 4;
    CHECK_OK(filestack_transformation_add(transformation, task, params, 2, failure_out()));
    memset(task, '?', sizeof task - 1);
    memset(name, '?', sizeof name - 1);
    memset(value, '?', sizeof value);
    check_url(CDN "resize=fit:crop,width:1/" HANDLE, transformation);
    filestack_transformation_free(transformation);
}

/* An empty view into a larger buffer, also one whose pointer is NULL, sends nothing of the buffer. */
static void a_length_of_zero_is_the_empty_text(void)
{
    static const char buffer[] = "crop-and-the-secret-behind-it";
    static const char *const pointers[] = {buffer, buffer + sizeof buffer - 1, "", NULL};
    static const uint32_t kinds[] = {FILESTACK_PARAM_STRING, FILESTACK_PARAM_JSON};
    static const filestack_status statuses[] = {FILESTACK_E_PARAM_RANGE, FILESTACK_E_ARGUMENT};
    for (size_t i = 0; i < sizeof pointers / sizeof pointers[0]; i++) {
        for (size_t k = 0; k < 2; k++) {
            filestack_param params[] = {{"fit", kinds[k], 0, 0, 0, pointers[i], 0}, of_int("width", 1)};
            filestack_transformation *transformation = of_handle();
            CHECK_STATUS(statuses[k], filestack_transformation_add(transformation, "resize", params, 2, failure_out()));
            CHECK(strstr(message(), "crop-") == NULL);
            filestack_transformation_free(transformation);
        }
    }
}

/* Only FILESTACK_NUL_TERMINATED, and no other length, reads up to the NUL. */
static void texts_end_with_nul_on_demand(void)
{
    filestack_param params[] = {{"fit", FILESTACK_PARAM_STRING, 0, 0, 0, "crop", FILESTACK_NUL_TERMINATED},
                                {"width", FILESTACK_PARAM_JSON, 0, 0, 0, "12", FILESTACK_NUL_TERMINATED}};
    filestack_param list[] = {{"dim", FILESTACK_PARAM_INTS, 0, 0, 0, params, FILESTACK_NUL_TERMINATED}};
    filestack_transformation *transformation = of_handle();
    CHECK_OK(filestack_transformation_add(transformation, "resize", params, 2, failure_out()));
    check_url(CDN "resize=fit:crop,width:12/" HANDLE, transformation);
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_transformation_add(transformation, "crop", list, 1, failure_out()));
    CHECK_CONTAINS("dim", message());
    filestack_transformation_free(transformation);
    transformation = of_handle();
    params[0].len = FILESTACK_NUL_TERMINATED - 1;
    CHECK_STATUS(FILESTACK_E_ARGUMENT,
                 filestack_transformation_add(transformation, "resize", params, 2, failure_out()));
    filestack_transformation_free(transformation);
}

static void urls_of_the_other_sdks(void)
{
    filestack_transformation *transformation = of_handle();
    CHECK_OK(filestack_transformation_add_json(transformation, "resize", "{\"width\":200}", failure_out()));
    CHECK_OK(filestack_transformation_add_json(transformation, "rotate", "{\"deg\":90}", failure_out()));
    CHECK_OK(filestack_transformation_add_json(transformation, "crop", "{\"dim\":[20,20,250,250]}", failure_out()));
    check_url(CDN "resize=width:200/rotate=deg:90/crop=dim:[20,20,250,250]/" HANDLE, transformation);
    filestack_transformation_free(transformation);

    transformation = of_handle();
    CHECK_OK(filestack_transformation_add_json(transformation, "rounded_corners",
                                               "{\"radius\":\"max\",\"blur\":0.3,\"background\":\"ff0000\"}",
                                               failure_out()));
    CHECK_OK(filestack_transformation_add_json(transformation, "shadow",
                                               "{\"blur\":4,\"opacity\":60,\"vector\":[4,4],\"color\":\"ff0000\","
                                               "\"background\":\"00ff00\"}",
                                               failure_out()));
    check_url(CDN "rounded_corners=background:ff0000,blur:0.3,radius:max/"
                  "shadow=background:00ff00,blur:4,color:ff0000,opacity:60,vector:[4,4]/" HANDLE,
              transformation);
    filestack_transformation_free(transformation);

    transformation = of_handle();
    CHECK_OK(filestack_transformation_add_json(transformation, "cache", "{\"false\":true}", failure_out()));
    check_url(CDN "cache=false/" HANDLE, transformation);
    filestack_transformation_free(transformation);

    transformation = of_handle();
    CHECK_OK(filestack_transformation_add_json(transformation, "cache", "{\"expiry\":666}", failure_out()));
    check_url(CDN "cache=expiry:666/" HANDLE, transformation);
    filestack_transformation_free(transformation);
}

static void a_stored_chain_is_that_of_the_python_sdk(void)
{
    filestack_transformation *transformation = of_handle();
    CHECK_OK(filestack_transformation_add(transformation, "flip", NULL, 0, failure_out()));
    CHECK_OK(filestack_transformation_add_json(transformation, "resize", "{\"width\":100}", failure_out()));
    CHECK_OK(filestack_transformation_add_json(
        transformation, "store",
        "{\"filename\":\"filename\",\"location\":\"S3\",\"container\":\"bucket\",\"path\":\"folder/image.jpg\"}",
        failure_out()));
    check_url(CDN "flip/resize=width:100/"
                  "store=container:bucket,filename:filename,location:S3,path:%22folder/image.jpg%22/" HANDLE,
              transformation);
    filestack_transformation_free(transformation);
}

static void texts_are_quoted_and_encoded(void)
{
    filestack_transformation *transformation = of_handle();
    filestack_param params[] = {of_text("filename", "a b,c:100%\xc3\xbc?#.png")};
    CHECK_OK(filestack_transformation_add(transformation, "store", params, 1, failure_out()));
    check_url(CDN "store=filename:%22a%20b,c:100%25%C3%BC%3F%23.png%22/" HANDLE, transformation);
    filestack_transformation_free(transformation);
}

/* The form of the JavaScript SDK, and the vectors of its tests. */
static void the_base64_form_is_that_of_the_javascript_sdk(void)
{
    filestack_transformation *transformation = of_handle();
    CHECK_OK(filestack_transformation_add(transformation, "upscale", NULL, 0, failure_out()));
    CHECK_OK(filestack_transformation_add(transformation, "b64", NULL, 0, failure_out()));
    check_url(CDN "b64/W3sibmFtZSI6InVwc2NhbGUifV0=/b64://NWFZa0VRSlNRQ21ZU2hzb0NuWk4=", transformation);
    filestack_transformation_free(transformation);
}

/* What could be taken apart at the wrong place is written in base64 without being asked. */
static void an_ambiguous_source_takes_the_base64_form(void)
{
    filestack_transformation *transformation = of_url("KEY", "https://example.com/a?b=c#d");
    CHECK_OK(filestack_transformation_add(transformation, "flip", NULL, 0, failure_out()));
    check_url(CDN "KEY/b64/W3sibmFtZSI6ImZsaXAifV0=/b64://aHR0cHM6Ly9leGFtcGxlLmNvbS9hP2I9YyNk", transformation);
    filestack_transformation_free(transformation);
}

static void the_documented_urls(void)
{
    const char *sources[] = {"sm9IEXAMPLEQuzfJykmA"};
    filestack_transformation *transformation = of_sources(NULL, sources, 1);
    filestack_security *security = NULL;
    char *url = NULL;
    CHECK_OK(filestack_transformation_add_json(transformation, "resize", "{\"width\":800}", failure_out()));
    check_url(CDN "resize=width:800/sm9IEXAMPLEQuzfJykmA", transformation);
    CHECK_OK(filestack_security_new("{\"expires\":999999999999}", "secret", &security, failure_out()));
    CHECK_OK(filestack_transformation_signed_url(transformation, security, &url, failure_out()));
    CHECK_STRING(CDN "resize=width:800/security=p:eyJleHBpcmVzIjogOTk5OTk5OTk5OTk5fQ==,"
                     "s:8c75305f7615776a892ddd165111dba0fa24b45107024a55a7170a7d1d60157a/sm9IEXAMPLEQuzfJykmA",
                 url);
    filestack_string_free(url);
    filestack_security_release(security);
    filestack_transformation_free(transformation);
}

static void a_signed_url_takes_the_nearest_credentials(void)
{
    filestack_client_options *options = filestack_client_options_new();
    filestack_client *client = NULL;
    filestack_security *clients = NULL, *filelinks = NULL, *calls = NULL;
    filestack_filelink *filelink = NULL, *signed_filelink = NULL;
    filestack_transformation *transformation = NULL, *signed_transformation = NULL;
    char *url = NULL;
    CHECK_OK(filestack_security_new("{\"expiry\":1}", "secret", &clients, failure_out()));
    CHECK_OK(filestack_security_new("{\"expiry\":2}", "secret", &filelinks, failure_out()));
    CHECK_OK(filestack_security_new("{\"expiry\":3}", "secret", &calls, failure_out()));
    CHECK_OK(filestack_client_options_set_security(options, clients, failure_out()));
    CHECK_OK(filestack_client_new("KEY", options, &client, failure_out()));
    CHECK_OK(filestack_client_filelink(client, HANDLE, NULL, &filelink, failure_out()));
    CHECK_OK(filestack_client_filelink(client, HANDLE, filelinks, &signed_filelink, failure_out()));
    CHECK_OK(filestack_filelink_transform(filelink, &transformation, failure_out()));
    CHECK_OK(filestack_filelink_transform(signed_filelink, &signed_transformation, failure_out()));

    CHECK_OK(filestack_transformation_signed_url(transformation, NULL, &url, failure_out()));
    CHECK_CONTAINS(filestack_security_url_string(clients), url);
    filestack_string_free(url);
    CHECK_OK(filestack_transformation_signed_url(signed_transformation, NULL, &url, failure_out()));
    CHECK_CONTAINS(filestack_security_url_string(filelinks), url);
    filestack_string_free(url);
    CHECK_OK(filestack_transformation_signed_url(signed_transformation, calls, &url, failure_out()));
    CHECK_CONTAINS(filestack_security_url_string(calls), url);
    filestack_string_free(url);
    CHECK_OK(filestack_filelink_signed_url(signed_filelink, NULL, &url, failure_out()));
    CHECK_CONTAINS(filestack_security_url_string(filelinks), url);
    filestack_string_free(url);
    CHECK_OK(filestack_filelink_signed_url(filelink, calls, &url, failure_out()));
    CHECK_CONTAINS(filestack_security_url_string(calls), url);
    filestack_string_free(url);
    /* The URL without credentials has none, although there are some. */
    CHECK_OK(filestack_transformation_url(signed_transformation, &url, failure_out()));
    CHECK_STRING(CDN HANDLE, url);
    filestack_string_free(url);

    filestack_transformation_free(transformation);
    filestack_transformation_free(signed_transformation);
    filestack_filelink_release(filelink);
    filestack_filelink_release(signed_filelink);
    filestack_client_release(client);
    filestack_client_options_free(options);
    filestack_security_release(clients);
    filestack_security_release(filelinks);
    filestack_security_release(calls);
}

static void a_signed_url_needs_credentials(void)
{
    filestack_transformation *transformation = of_handle();
    char *url = NULL;
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_transformation_signed_url(transformation, NULL, &url, failure_out()));
    CHECK_CONTAINS("security", message());
    CHECK(url == NULL);
    filestack_transformation_free(transformation);
}

static void clones_do_not_share_what_is_added(void)
{
    filestack_transformation *first = of_handle(), *second;
    CHECK_OK(filestack_transformation_add_json(first, "resize", "{\"width\":1}", failure_out()));
    second = filestack_transformation_clone(first);
    CHECK_OK(filestack_transformation_add(first, "flip", NULL, 0, failure_out()));
    CHECK_OK(filestack_transformation_add(second, "flop", NULL, 0, failure_out()));
    check_url(CDN "resize=width:1/flip/" HANDLE, first);
    filestack_transformation_free(first);
    check_url(CDN "resize=width:1/flop/" HANDLE, second);
    filestack_transformation_free(second);
    CHECK(filestack_transformation_clone(NULL) == NULL);
}

/* The way in which C code is meant to chain: NULL for each error, and one look at the end. */
static void the_first_failure_comes_back_from_every_later_call(void)
{
    filestack_transformation *transformation = of_handle(), *clone;
    char *url = NULL;
    filestack_param bad[] = {of_int("width", -1)};
    CHECK_OK(filestack_transformation_add(transformation, "flip", NULL, 0, NULL));
    CHECK_STATUS(FILESTACK_E_PARAM_RANGE, filestack_transformation_add(transformation, "resize", bad, 1, NULL));
    CHECK_STATUS(FILESTACK_E_PARAM_RANGE, filestack_transformation_add(transformation, "flop", NULL, 0, NULL));
    CHECK_STATUS(FILESTACK_E_PARAM_RANGE, filestack_transformation_add(transformation, "resise", NULL, 0, NULL));
    CHECK_STATUS(FILESTACK_E_PARAM_RANGE, filestack_transformation_add_json(transformation, "flop", "{", NULL));
    CHECK_STATUS(FILESTACK_E_PARAM_RANGE, filestack_transformation_url(transformation, &url, failure_out()));
    CHECK_CONTAINS("resize", message());
    CHECK_CONTAINS("width", message());
    CHECK_CONTAINS("-1", message());
    CHECK(url == NULL);
    clone = filestack_transformation_clone(transformation);
    CHECK_STATUS(FILESTACK_E_PARAM_RANGE, filestack_transformation_url(clone, &url, failure_out()));
    filestack_transformation_free(clone);
    filestack_transformation_free(transformation);
}

/* Mistakes in the arguments poison too: nothing may be dropped from the middle of a chain. */
static void bad_arguments_poison_as_well(void)
{
    static const struct {
        const char *task;
        filestack_param param;
        filestack_status status;
    } mistakes[] = {
        {NULL, {"width", FILESTACK_PARAM_INT, 0, 1, 0, NULL, 0}, FILESTACK_E_NULL},
        {"resi\xff", {"width", FILESTACK_PARAM_INT, 0, 1, 0, NULL, 0}, FILESTACK_E_UTF8},
        {"resize", {NULL, FILESTACK_PARAM_INT, 0, 1, 0, NULL, 0}, FILESTACK_E_NULL},
        {"resize", {"widt\xff", FILESTACK_PARAM_INT, 0, 1, 0, NULL, 0}, FILESTACK_E_UTF8},
        {"resize", {"width", FILESTACK_PARAM_INT, 7, 1, 0, NULL, 0}, FILESTACK_E_ARGUMENT},
        {"resize", {"width", 0, 0, 1, 0, NULL, 0}, FILESTACK_E_ARGUMENT},
        {"resize", {"width", 99, 0, 1, 0, NULL, 0}, FILESTACK_E_ARGUMENT},
        {"resize", {"fit", FILESTACK_PARAM_STRING, 0, 0, 0, NULL, FILESTACK_NUL_TERMINATED}, FILESTACK_E_NULL},
        {"resize", {"fit", FILESTACK_PARAM_STRING, 0, 0, 0, NULL, 4}, FILESTACK_E_NULL},
        {"resize", {"fit", FILESTACK_PARAM_STRING, 0, 0, 0, "cr\xff", FILESTACK_NUL_TERMINATED}, FILESTACK_E_UTF8},
        {"resize", {"fit", FILESTACK_PARAM_STRING, 0, 0, 0, "cr\xff", 3}, FILESTACK_E_UTF8},
        {"crop", {"dim", FILESTACK_PARAM_INTS, 0, 0, 0, NULL, 4}, FILESTACK_E_NULL},
        {"collage", {"files", FILESTACK_PARAM_STRINGS, 0, 0, 0, NULL, 1}, FILESTACK_E_NULL},
        {"crop", {"dim", FILESTACK_PARAM_JSON, 0, 0, 0, "[1,", FILESTACK_NUL_TERMINATED}, FILESTACK_E_ARGUMENT},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        filestack_transformation *transformation = of_handle();
        char *url = NULL;
        CHECK_STATUS(mistakes[i].status, filestack_transformation_add(transformation, mistakes[i].task,
                                                                      &mistakes[i].param, 1, failure_out()));
        CHECK_STATUS(mistakes[i].status, filestack_transformation_url(transformation, &url, failure_out()));
        CHECK(url == NULL);
        filestack_transformation_free(transformation);
    }
}

static void mistakes_are_told_with_what_is_right(void)
{
    static const struct {
        const char *task;
        const char *params;
        filestack_status status;
        const char *said;
    } mistakes[] = {
        {"resise", "{\"width\":1}", FILESTACK_E_TASK_UNKNOWN, "did you mean 'resize'"},
        {"Resize", "{\"width\":1}", FILESTACK_E_TASK_UNKNOWN, "did you mean 'resize'"},
        {"", NULL, FILESTACK_E_TASK_UNKNOWN, "unknown task"},
        {"resize", "{\"widht\":1}", FILESTACK_E_PARAM_UNKNOWN, "did you mean 'width'"},
        {"flip", "{\"deg\":1}", FILESTACK_E_PARAM_UNKNOWN, "it takes none"},
        {"resize", "{\"width\":\"1\"}", FILESTACK_E_PARAM_TYPE, "width"},
        {"resize", "{\"width\":1.5}", FILESTACK_E_PARAM_TYPE, "whole number"},
        {"resize", "{\"width\":true}", FILESTACK_E_PARAM_TYPE, "width"},
        {"resize", "{\"width\":10001}", FILESTACK_E_PARAM_RANGE, "10000"},
        {"resize", "{\"width\":1,\"fit\":\"crob\"}", FILESTACK_E_PARAM_RANGE, "did you mean 'crop'"},
        {"resize", NULL, FILESTACK_E_PARAM_MISSING, "'width' or 'height'"},
        {"crop", "{}", FILESTACK_E_PARAM_MISSING, "dim"},
        {"crop", "{\"dim\":[1,2,3]}", FILESTACK_E_PARAM_RANGE, "[x,y,width,height]"},
        {"crop", "{\"dim\":7}", FILESTACK_E_PARAM_TYPE, "dim"},
        {"resize", "{\"width\":1,\"w\":2}", FILESTACK_E_ARGUMENT, "twice"},
        {"resize", "[1]", FILESTACK_E_ARGUMENT, "JSON object"},
        {"resize", "{\"width\":", FILESTACK_E_ARGUMENT, "JSON"},
        {"resize", "{\"width\":1}x", FILESTACK_E_ARGUMENT, "JSON"},
        {"security", NULL, FILESTACK_E_TASK_ORDER, "security"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        filestack_transformation *transformation = of_handle();
        CHECK_STATUS(mistakes[i].status, filestack_transformation_add_json(transformation, mistakes[i].task,
                                                                           mistakes[i].params, failure_out()));
        CHECK_CONTAINS(mistakes[i].said, message());
        filestack_transformation_free(transformation);
    }
}

static void numbers_that_are_not_finite_are_refused(void)
{
    const double numbers[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < 3; i++) {
        filestack_transformation *transformation = of_handle();
        filestack_param params[] = {of_number("blur", numbers[i])};
        CHECK_STATUS(FILESTACK_E_PARAM_RANGE,
                     filestack_transformation_add(transformation, "rounded_corners", params, 1, failure_out()));
        CHECK_CONTAINS("finite", message());
        filestack_transformation_free(transformation);
    }
}

static void nothing_but_cache_follows_a_reply_that_is_no_file(void)
{
    filestack_transformation *transformation = of_handle();
    CHECK_OK(filestack_transformation_add(transformation, "imagesize", NULL, 0, failure_out()));
    CHECK_OK(filestack_transformation_add_json(transformation, "cache", "{\"expiry\":60}", failure_out()));
    check_url(CDN "imagesize/cache=expiry:60/" HANDLE, transformation);
    CHECK_STATUS(FILESTACK_E_TASK_ORDER, filestack_transformation_add(transformation, "flip", NULL, 0, failure_out()));
    CHECK_CONTAINS("imagesize", message());
    filestack_transformation_free(transformation);
}

static void no_source_one_and_several(void)
{
    const char *sources[] = {"https://example.com/image.jpg", "handle1", "handle2"};
    const char *alias[] = {"src://alias/a/b.jpg"};
    filestack_transformation *transformation = of_sources("KEY", NULL, 0);
    CHECK_OK(filestack_transformation_add_json(transformation, "text_sentiment", "{\"text\":\"good\"}", failure_out()));
    check_url(CDN "KEY/text_sentiment=text:good", transformation);
    filestack_transformation_free(transformation);

    transformation = of_sources("KEY", sources, 3);
    CHECK_OK(filestack_transformation_add(transformation, "zip", NULL, 0, failure_out()));
    check_url(CDN "KEY/zip/[https://example.com/image.jpg,handle1,handle2]", transformation);
    filestack_transformation_free(transformation);

    transformation = of_sources("KEY", alias, 1);
    CHECK_OK(filestack_transformation_add(transformation, "flip", NULL, 0, failure_out()));
    check_url(CDN "KEY/flip/src://alias/a/b.jpg", transformation);
    filestack_transformation_free(transformation);

    transformation = of_handle();
    check_url(CDN HANDLE, transformation);
    filestack_transformation_free(transformation);
}

static void sources_that_do_not_fit_the_tasks_are_refused(void)
{
    const char *two[] = {"handle1", "handle2"};
    filestack_transformation *transformation = of_sources("KEY", two, 2);
    char *url = NULL;
    CHECK_OK(filestack_transformation_add(transformation, "flip", NULL, 0, failure_out()));
    CHECK_STATUS(FILESTACK_E_TASK_ORDER, filestack_transformation_url(transformation, &url, failure_out()));
    CHECK_CONTAINS("flip", message());
    CHECK_CONTAINS("2 sources", message());
    filestack_transformation_free(transformation);

    transformation = of_sources("KEY", NULL, 0);
    CHECK_OK(filestack_transformation_add(transformation, "flip", NULL, 0, failure_out()));
    CHECK_STATUS(FILESTACK_E_TASK_ORDER, filestack_transformation_url(transformation, &url, failure_out()));
    CHECK_CONTAINS("no source", message());
    filestack_transformation_free(transformation);
}

static void an_external_source_needs_an_api_key(void)
{
    filestack_transformation *transformation = of_url(NULL, EXTERNAL);
    char *url = NULL;
    CHECK_OK(filestack_transformation_add(transformation, "flip", NULL, 0, failure_out()));
    CHECK_STATUS(FILESTACK_E_ARGUMENT, filestack_transformation_url(transformation, &url, failure_out()));
    CHECK_CONTAINS("API key", message());
    CHECK(url == NULL);
    filestack_transformation_free(transformation);
}

static void urls_follow_the_clients_addresses(void)
{
    filestack_client_options *options = filestack_client_options_new();
    filestack_client *client = NULL;
    filestack_filelink *filelink = NULL;
    char *url = NULL;
    CHECK_OK(filestack_client_options_set_cname(options, "newcname.com", failure_out()));
    CHECK_OK(filestack_client_new("KEY", options, &client, failure_out()));
    CHECK_OK(filestack_client_filelink(client, "H", NULL, &filelink, failure_out()));
    CHECK_OK(filestack_filelink_url(filelink, &url, failure_out()));
    CHECK_STRING("https://cdn.newcname.com/H", url);
    filestack_string_free(url);
    filestack_filelink_release(filelink);
    filestack_client_release(client);

    CHECK_OK(filestack_client_options_set_base_url(options, "http://127.0.0.1:9/", failure_out()));
    CHECK_OK(filestack_client_options_set_endpoint(options, FILESTACK_ENDPOINT_CDN, "https://customdomain.com/x/",
                                                   failure_out()));
    CHECK_OK(filestack_client_new("KEY", options, &client, failure_out()));
    CHECK_OK(filestack_client_filelink(client, "H", NULL, &filelink, failure_out()));
    CHECK_OK(filestack_filelink_url(filelink, &url, failure_out()));
    CHECK_STRING("https://customdomain.com/x/H", url);
    filestack_string_free(url);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    filestack_client_options_free(options);
}

static void null_is_named(void)
{
    filestack_transformation *transformation = of_handle();
    CHECK_STATUS(FILESTACK_E_NULL, filestack_transformation_add(NULL, "flip", NULL, 0, failure_out()));
    CHECK_STRING("transformation is NULL", message());
    CHECK_STATUS(FILESTACK_E_NULL, filestack_transformation_url(transformation, NULL, failure_out()));
    CHECK_STRING("out_url is NULL", message());
    CHECK_STATUS(FILESTACK_E_NULL, filestack_transformation_add(transformation, "resize", NULL, 1, failure_out()));
    CHECK_STRING("params is NULL", message());
    filestack_transformation_free(transformation);
    filestack_transformation_free(NULL);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(python_urls_from_json),
        TEST(parameters_of_every_kind),
        TEST(values_are_copied_and_may_have_a_length),
        TEST(a_length_of_zero_is_the_empty_text),
        TEST(texts_end_with_nul_on_demand),
        TEST(urls_of_the_other_sdks),
        TEST(a_stored_chain_is_that_of_the_python_sdk),
        TEST(texts_are_quoted_and_encoded),
        TEST(the_base64_form_is_that_of_the_javascript_sdk),
        TEST(an_ambiguous_source_takes_the_base64_form),
        TEST(the_documented_urls),
        TEST(a_signed_url_takes_the_nearest_credentials),
        TEST(a_signed_url_needs_credentials),
        TEST(clones_do_not_share_what_is_added),
        TEST(the_first_failure_comes_back_from_every_later_call),
        TEST(bad_arguments_poison_as_well),
        TEST(mistakes_are_told_with_what_is_right),
        TEST(numbers_that_are_not_finite_are_refused),
        TEST(nothing_but_cache_follows_a_reply_that_is_no_file),
        TEST(no_source_one_and_several),
        TEST(sources_that_do_not_fit_the_tasks_are_refused),
        TEST(an_external_source_needs_an_api_key),
        TEST(urls_follow_the_clients_addresses),
        TEST(null_is_named),
    };
    return RUN(tests);
}
