/* The typed helpers of tasks.h: what they add is what the same parameters give as JSON. */
#include <stdlib.h>
#include <string.h>

#include "filestack/tasks.h"
#include "support/check.h"
#include "support/picture.h"
#include "support/service.h"
#include "support/stored.h"

#define HANDLE "5aYkEQJSQCmYShsoCnZN"
#define OTHER "bfTNCigRLq0QMI6gZNhb"

static filestack_transformation *of_handle(void)
{
    filestack_client *client = NULL;
    filestack_filelink *filelink = NULL;
    filestack_transformation *made = NULL;
    CHECK_OK(filestack_client_new("KEY", NULL, &client, failure_out()));
    CHECK_OK(filestack_client_filelink(client, HANDLE, NULL, &filelink, failure_out()));
    CHECK_OK(filestack_filelink_transform(filelink, &made, failure_out()));
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    return made;
}

/* Compares a chain with the one that JSON gives, and frees it. */
static void check_same(const char *task, const char *json, filestack_transformation *typed)
{
    filestack_transformation *plain = of_handle();
    char *expected = NULL, *actual = NULL;
    CHECK_OK(filestack_transformation_add_json(plain, task, json, failure_out()));
    CHECK_OK(filestack_transformation_url(plain, &expected, failure_out()));
    CHECK_OK(filestack_transformation_url(typed, &actual, failure_out()));
    CHECK_STRING(expected, actual);
    filestack_string_free(expected);
    filestack_string_free(actual);
    filestack_transformation_free(plain);
    filestack_transformation_free(typed);
}

/* CHECK_SAME(method, "task", "{parameters as JSON}", .member = value, ...) */
#define CHECK_SAME(method, task, json, ...)                                                                            \
    do {                                                                                                               \
        const filestack_##method##_args args = {__VA_ARGS__};                                                          \
        filestack_transformation *typed = of_handle();                                                                 \
        CHECK_OK(filestack_add_##method(typed, &args, failure_out()));                                                 \
        check_same(task, json, typed);                                                                                 \
    } while (0)

/* CHECK_REFUSED(status, "part of the message", method, .member = value, ...) */
#define CHECK_REFUSED(status, said, method, ...)                                                                       \
    do {                                                                                                               \
        const filestack_##method##_args args = {__VA_ARGS__};                                                          \
        filestack_transformation *typed = of_handle();                                                                 \
        CHECK_STATUS(status, filestack_add_##method(typed, &args, failure_out()));                                     \
        CHECK_CONTAINS(said, message());                                                                               \
        filestack_transformation_free(typed);                                                                          \
    } while (0)

static void numbers_know_zero_from_unset(void)
{
    CHECK_SAME(resize, "resize", "{\"width\":5}", .width = filestack_int(5));
    CHECK_SAME(resize, "resize", "{\"width\":5,\"height\":0}", .width = filestack_int(5), .height = filestack_int(0));
    CHECK_SAME(sepia, "sepia", "{\"tone\":0}", .tone = filestack_int(0));
    CHECK_SAME(modulate, "modulate", "{\"hue\":0,\"saturation\":155}", .hue = filestack_int(0),
               .saturation = filestack_int(155));
    CHECK_SAME(blackwhite, "blackwhite", "{\"threshold\":45}", .threshold = filestack_int(45));
    CHECK_SAME(quality, "quality", "{\"value\":80}", .value = filestack_int(80));
    CHECK_SAME(round_corners, "rounded_corners", "{\"blur\":0}", .blur = filestack_number(0));
    CHECK_SAME(round_corners, "rounded_corners", "{\"blur\":0.3}", .blur = filestack_number(0.3));
    CHECK_SAME(detect_faces, "detect_faces", "{\"minsize\":0.25,\"maxsize\":400.5}", .minsize = filestack_number(0.25),
               .maxsize = filestack_number(400.5));
}

static void booleans_know_false_from_unset(void)
{
    CHECK_SAME(upscale, "upscale", "{\"upscale\":false}", .upscale = filestack_bool(0));
    CHECK_SAME(upscale, "upscale", "{\"upscale\":true}", .upscale = filestack_bool(7));
    CHECK_SAME(ascii, "ascii", "{\"colored\":true,\"reverse\":false,\"size\":50}", .colored = filestack_bool(1),
               .reverse = filestack_bool(0), .size = filestack_int(50));
    CHECK_SAME(minify_js, "minify_js", "{\"mangle\":false,\"mergeVars\":true,\"merge_vars\":false}",
               .mangle = filestack_bool(0), .mergeVars = filestack_bool(1), .merge_vars = filestack_bool(0));
}

static void words_are_constants(void)
{
    CHECK_SAME(resize, "resize", "{\"width\":5,\"fit\":\"clip\"}", .width = filestack_int(5),
               .fit = FILESTACK_RESIZE_FIT_CLIP);
    CHECK_SAME(resize, "resize", "{\"width\":5,\"fit\":\"max\"}", .width = filestack_int(5),
               .fit = FILESTACK_RESIZE_FIT_MAX);
    CHECK_SAME(vignette, "vignette", "{\"amount\":30,\"blurmode\":\"linear\",\"background\":\"black\"}",
               .amount = filestack_int(30), .blurmode = FILESTACK_VIGNETTE_BLURMODE_LINEAR, .background = "black");
    CHECK_SAME(upscale, "upscale", "{\"noise\":\"low\",\"style\":\"artwork\"}", .noise = FILESTACK_UPSCALE_NOISE_LOW,
               .style = FILESTACK_UPSCALE_STYLE_ARTWORK);
    CHECK_SAME(enhance, "enhance", "{\"preset\":\"fix_dark\"}", .preset = FILESTACK_ENHANCE_PRESET_FIX_DARK);
    CHECK_SAME(qr, "qr", "{\"version\":4,\"format\":\"png\"}", .version = filestack_int(4), .format = "png");
    CHECK_SAME(filetype_conversion, "output",
               "{\"format\":\"webp\",\"page\":2,\"secure\":true,\"colorspace\":\"cmyk\",\"pageformat\":\"letter\"}",
               .format = FILESTACK_FILETYPE_CONVERSION_FORMAT_WEBP, .page = filestack_int(2),
               .secure = filestack_bool(1), .colorspace = FILESTACK_FILETYPE_CONVERSION_COLORSPACE_CMYK,
               .pageformat = FILESTACK_FILETYPE_CONVERSION_PAGEFORMAT_LETTER);
    CHECK_SAME(av_convert, "video_convert",
               "{\"preset\":\"h264\",\"aspect_mode\":\"pad\",\"fps\":25,\"two_pass\":true,\"access\":\"private\"}",
               .preset = FILESTACK_AV_CONVERT_PRESET_H264, .aspect_mode = FILESTACK_AV_CONVERT_ASPECT_MODE_PAD,
               .fps = filestack_int(25), .two_pass = filestack_bool(1), .access = FILESTACK_AV_CONVERT_ACCESS_PRIVATE);
}

static void a_number_or_a_word(void)
{
    CHECK_SAME(rotate, "rotate", "{\"deg\":90,\"exif\":false}", .deg = filestack_as_int(90), .exif = filestack_bool(0));
    CHECK_SAME(rotate, "rotate", "{\"deg\":0}", .deg = filestack_as_int(0));
    CHECK_SAME(rotate, "rotate", "{\"deg\":\"exif\"}", .deg = filestack_as_word(FILESTACK_ROTATE_DEG_EXIF));
    CHECK_SAME(round_corners, "rounded_corners", "{\"radius\":20}", .radius = filestack_as_int(20));
    CHECK_SAME(round_corners, "rounded_corners", "{\"radius\":\"max\"}",
               .radius = filestack_as_word(FILESTACK_ROUND_CORNERS_RADIUS_MAX));
    CHECK_SAME(filetype_conversion, "output", "{\"quality\":\"input\"}",
               .quality = filestack_as_word(FILESTACK_FILETYPE_CONVERSION_QUALITY_INPUT));
    CHECK_SAME(cache, "cache", "{\"expiry\":3600}", .expiry = filestack_as_int(3600));
    CHECK_SAME(cache, "cache", "{\"expiry\":\"max\"}", .expiry = filestack_as_word(FILESTACK_CACHE_EXPIRY_MAX));
    /* Both at once are one too many. */
    CHECK_REFUSED(FILESTACK_E_ARGUMENT, "deg", rotate, .deg = {{1, 90}, FILESTACK_ROTATE_DEG_EXIF});
    CHECK_REFUSED(FILESTACK_E_PARAM_RANGE, "deg", rotate, .deg = filestack_as_word("max"));
}

static void places_and_corners(void)
{
    CHECK_SAME(resize, "resize", "{\"width\":5,\"align\":\"faces\"}", .width = filestack_int(5),
               .align = filestack_at(FILESTACK_PLACE_FACES));
    CHECK_SAME(resize, "resize", "{\"width\":5,\"align\":[\"top\",\"left\"]}", .width = filestack_int(5),
               .align = filestack_at_corner(FILESTACK_PLACE_TOP, FILESTACK_PLACE_LEFT));
    CHECK_SAME(watermark, "watermark", "{\"file\":\"" OTHER "\",\"size\":25,\"position\":[\"bottom\",\"right\"]}",
               .file = OTHER, .size = filestack_int(25),
               .position = filestack_at_corner(FILESTACK_PLACE_BOTTOM, FILESTACK_PLACE_RIGHT));
    CHECK_REFUSED(FILESTACK_E_PARAM_RANGE, "align", resize, .width = filestack_int(5),
                  .align = filestack_at_corner(FILESTACK_PLACE_LEFT, FILESTACK_PLACE_TOP));
}

static void faces_in_three_ways(void)
{
    static const int64_t numbers[] = {2, 4, 6};
    CHECK_SAME(crop_faces, "crop_faces", "{\"faces\":\"all\",\"mode\":\"fill\",\"buffer\":0}",
               .faces = filestack_all_faces(), .mode = FILESTACK_CROP_FACES_MODE_FILL, .buffer = filestack_int(0));
    CHECK_SAME(pixelate_faces, "pixelate_faces", "{\"faces\":3,\"type\":\"oval\"}", .faces = filestack_face(3),
               .type = FILESTACK_PIXELATE_FACES_TYPE_OVAL);
    CHECK_SAME(blur_faces, "blur_faces", "{\"faces\":[2,4,6],\"amount\":2.5}", .faces = filestack_faces_at(numbers, 3),
               .amount = filestack_number(2.5));
    CHECK_SAME(blur_faces, "blur_faces", "{\"blur\":1}", .blur = filestack_number(1));
}

static void lists_of_numbers_and_boxes(void)
{
    static const int64_t rectangle[] = {20, 30, 250, 260}, spread[] = {5, 15}, vector[] = {-4, 8};
    static const filestack_box boxes[] = {{10, 20, 30, 40}, {50, 60, 70, 80}};
    CHECK_SAME(crop, "crop", "{\"dim\":[20,30,250,260]}", .dim = rectangle, .dim_count = 4);
    CHECK_SAME(torn_edges, "torn_edges", "{\"spread\":[5,15],\"background\":\"white\"}", .spread = spread,
               .spread_count = 2, .background = "white");
    CHECK_SAME(shadow, "shadow", "{\"vector\":[-4,8],\"opacity\":0,\"blur\":1.5}", .vector = vector, .vector_count = 2,
               .opacity = filestack_int(0), .blur = filestack_number(1.5));
    CHECK_SAME(partial_blur, "partial_blur", "{\"objects\":[[10,20,30,40],[50,60,70,80]],\"amount\":3}",
               .objects = boxes, .objects_count = 2, .amount = filestack_number(3));
    CHECK_SAME(partial_pixelate, "partial_pixelate", "{\"objects\":[[10,20,30,40]],\"type\":\"rect\"}",
               .objects = boxes, .objects_count = 1, .type = FILESTACK_PARTIAL_PIXELATE_TYPE_RECT);
    CHECK_REFUSED(FILESTACK_E_PARAM_RANGE, "dim", crop, .dim = rectangle, .dim_count = 3);
    CHECK_REFUSED(FILESTACK_E_NULL, "dim is NULL", crop, .dim_count = 4);
}

static void lists_of_texts(void)
{
    static const char *const files[] = {HANDLE, OTHER}, *const pages[] = {"1", "3-5", "7-"};
    static const char *const workflows[] = {"d2a86bb3-2b8a-4b3b-9f0f-2d0f6a0d8c31"}, *const fields[] = {"size", "md5"};
    CHECK_SAME(collage, "collage",
               "{\"files\":[\"" HANDLE "\",\"" OTHER "\"],\"width\":1000,\"height\":800,\"fit\":\"crop\",\"margin\":1}",
               .files = files, .files_count = 2, .width = filestack_int(1000), .height = filestack_int(800),
               .fit = FILESTACK_COLLAGE_FIT_CROP, .margin = filestack_int(1));
    CHECK_SAME(pdf_convert, "pdfconvert", "{\"pages\":[\"1\",\"3-5\",\"7-\"],\"pageorientation\":\"landscape\"}",
               .pages = pages, .pages_count = 3, .pageorientation = FILESTACK_PDF_CONVERT_PAGEORIENTATION_LANDSCAPE);
    CHECK_SAME(doc_to_images, "doc_to_images", "{\"pages\":[\"1\"],\"hidden_slides\":true}", .pages = pages,
               .pages_count = 1, .hidden_slides = filestack_bool(1));
    CHECK_SAME(store, "store", "{\"workflows\":[\"d2a86bb3-2b8a-4b3b-9f0f-2d0f6a0d8c31\"],\"base64decode\":false}",
               .workflows = workflows, .workflows_count = 1, .base64decode = filestack_bool(0));
    CHECK_SAME(metadata, "metadata", "{\"fields\":[\"size\",\"md5\"]}", .fields = fields, .fields_count = 2);
}

static void texts_of_every_kind(void)
{
    CHECK_SAME(av_convert, "video_convert", "{\"clip_length\":\"00:01:30\",\"clip_offset\":\"01:00:05\"}",
               .clip_length = "00:01:30", .clip_offset = "01:00:05");
    CHECK_SAME(polaroid, "polaroid", "{\"color\":\"snow\",\"background\":\"FF0000\",\"rotate\":33}", .color = "snow",
               .background = "FF0000", .rotate = filestack_int(33));
    CHECK_SAME(border, "border", "{\"color\":\"gray50\",\"width\":9}", .color = "gray50", .width = filestack_int(9));
    CHECK_SAME(preview, "preview", "{\"css\":\"https://example.com/a.css?b=c,d\"}",
               .css = "https://example.com/a.css?b=c,d");
    CHECK_SAME(store, "store", "{\"location\":\"gcs\",\"path\":\"a/b, c/\",\"access\":\"public\"}", .location = "gcs",
               .path = "a/b, c/", .access = FILESTACK_STORE_ACCESS_PUBLIC);
    CHECK_SAME(fallback, "fallback", "{\"handle\":\"" OTHER "\",\"cache\":10}", .handle = OTHER,
               .cache = filestack_int(10));
    CHECK_SAME(content, "content", "{\"filename\":\"gr\\u00fc\\u00dfe, [1]:\\\"2\\\".png\",\"type\":\"image/png\"}",
               .filename = "gr\xc3\xbc\xc3\x9f"
                           "e, [1]:\"2\".png",
               .type = "image/png");
    CHECK_SAME(smart_crop, "smart_crop", "{\"mode\":\"object\",\"object\":\"bird\",\"fill_color\":\"white\"}",
               .mode = FILESTACK_SMART_CROP_MODE_OBJECT, .object = "bird", .fill_color = "white");
    CHECK_REFUSED(FILESTACK_E_UTF8, "object", smart_crop, .object = "\xff");
    CHECK_REFUSED(FILESTACK_E_PARAM_RANGE, "color", polaroid, .color = "#ffffff");
}

static void reserved_words_end_with_an_underscore(void)
{
    CHECK_SAME(cache, "cache", "{\"false\":true}", .false_ = 1);
    CHECK_SAME(cache, "cache", NULL, .false_ = 0);
    CHECK_SAME(detect_faces, "detect_faces", "{\"export\":true,\"color\":\"red\"}", .export_ = filestack_bool(1),
               .color = "red");
}

static void tasks_without_parameters(void)
{
    static const struct {
        const char *task;
        filestack_status (*add)(filestack_transformation *transformation, filestack_error **error);
    } tasks[] = {
        {"flip", filestack_add_flip},
        {"flop", filestack_add_flop},
        {"monochrome", filestack_add_monochrome},
        {"negative", filestack_add_negative},
        {"redeye", filestack_add_redeye},
        {"auto_image", filestack_add_auto_image},
        {"no_metadata", filestack_add_no_metadata},
        {"imagesize", filestack_add_imagesize},
        {"zip", filestack_add_zip},
        {"sfw", filestack_add_sfw},
    };
    for (size_t i = 0; i < sizeof tasks / sizeof tasks[0]; i++) {
        filestack_transformation *typed = of_handle();
        CHECK_OK(tasks[i].add(typed, failure_out()));
        check_same(tasks[i].task, NULL, typed);
    }
}

static void args_may_be_null_where_nothing_is_needed(void)
{
    filestack_transformation *typed = of_handle();
    CHECK_OK(filestack_add_sepia(typed, NULL, failure_out()));
    check_same("sepia", NULL, typed);
    typed = of_handle();
    CHECK_OK(filestack_add_round_corners(typed, NULL, failure_out()));
    check_same("rounded_corners", NULL, typed);
    typed = of_handle();
    CHECK_STATUS(FILESTACK_E_PARAM_MISSING, filestack_add_resize(typed, NULL, failure_out()));
    CHECK_CONTAINS("'width' or 'height'", message());
    filestack_transformation_free(typed);
    typed = of_handle();
    CHECK_STATUS(FILESTACK_E_PARAM_MISSING, filestack_add_filetype_conversion(typed, NULL, failure_out()));
    CHECK_CONTAINS("'output'", message());
    filestack_transformation_free(typed);
    CHECK_STATUS(FILESTACK_E_NULL, filestack_add_sepia(NULL, NULL, failure_out()));
    CHECK_STRING("transformation is NULL", message());
}

static void a_constant_that_is_none_is_refused_with_its_parameter(void)
{
    CHECK_REFUSED(FILESTACK_E_PARAM_TYPE, "'fit'", resize, .width = filestack_int(5), .fit = (filestack_resize_fit)5);
    CHECK_REFUSED(FILESTACK_E_PARAM_TYPE, "'fit'", resize, .width = filestack_int(5), .fit = (filestack_resize_fit)-1);
    CHECK_REFUSED(FILESTACK_E_PARAM_TYPE, "'align'", resize, .width = filestack_int(5),
                  .align = filestack_at((filestack_place)99));
    CHECK_REFUSED(FILESTACK_E_PARAM_RANGE, "'align'", resize, .width = filestack_int(5),
                  .align = filestack_at_corner(FILESTACK_PLACE_TOP, (filestack_place)99));
    CHECK_REFUSED(FILESTACK_E_PARAM_RANGE, "'align'", resize, .width = filestack_int(5),
                  .align = filestack_at_corner(FILESTACK_PLACE_UNSET, FILESTACK_PLACE_LEFT));
}

/* The way in which C code is meant to chain: NULL for each error, and one look at the end. */
static void the_first_refusal_is_reported_at_the_end(void)
{
    filestack_transformation *transformation = of_handle();
    const filestack_resize_args wide = {.width = filestack_int(10001)};
    const filestack_sepia_args tinted = {.tone = filestack_int(-1)};
    char *url = NULL;
    filestack_add_flip(transformation, NULL);
    filestack_add_resize(transformation, &wide, NULL);
    filestack_add_sepia(transformation, &tinted, NULL);
    CHECK_STATUS(FILESTACK_E_PARAM_RANGE, filestack_transformation_url(transformation, &url, failure_out()));
    CHECK_CONTAINS("'resize'", message());
    CHECK_CONTAINS("'width'", message());
    CHECK(url == NULL);
    filestack_transformation_free(transformation);
}

static void a_picture_is_resized_by_the_service(void)
{
    filestack_client *client = service_client();
    filestack_transformation *transformation = NULL;
    filestack_buffer *content = NULL;
    size_t size;
    uint8_t *bytes = picture_new(60, 40, &size);
    filestack_filelink *filelink = stored_new(client, "gray.png", bytes, size);
    const filestack_resize_args args = {.width = filestack_int(30),
                                        .height = filestack_int(30),
                                        .fit = FILESTACK_RESIZE_FIT_CROP,
                                        .align = filestack_at_corner(FILESTACK_PLACE_TOP, FILESTACK_PLACE_RIGHT)};
    const filestack_rotate_args turn = {.deg = filestack_as_int(90)};
    const filestack_resize_args flat = {
        .width = filestack_int(20), .height = filestack_int(4), .fit = FILESTACK_RESIZE_FIT_SCALE};
    CHECK_OK(filestack_filelink_transform(filelink, &transformation, failure_out()));
    CHECK_OK(filestack_add_resize(transformation, &args, failure_out()));
    CHECK_OK(filestack_transformation_get_content(transformation, NULL, &content, failure_out()));
    check_picture(filestack_buffer_data(content), filestack_buffer_size(content), 30, 30);
    filestack_buffer_free(content);

    CHECK_OK(filestack_add_resize(transformation, &flat, failure_out()));
    CHECK_OK(filestack_add_rotate(transformation, &turn, failure_out()));
    CHECK_OK(filestack_transformation_get_content(transformation, NULL, &content, failure_out()));
    check_picture(filestack_buffer_data(content), filestack_buffer_size(content), 4, 20);
    filestack_buffer_free(content);
    filestack_transformation_free(transformation);
    filestack_filelink_release(filelink);
    filestack_client_release(client);
    free(bytes);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(numbers_know_zero_from_unset),
        TEST(booleans_know_false_from_unset),
        TEST(words_are_constants),
        TEST(a_number_or_a_word),
        TEST(places_and_corners),
        TEST(faces_in_three_ways),
        TEST(lists_of_numbers_and_boxes),
        TEST(lists_of_texts),
        TEST(texts_of_every_kind),
        TEST(reserved_words_end_with_an_underscore),
        TEST(tasks_without_parameters),
        TEST(args_may_be_null_where_nothing_is_needed),
        TEST(a_constant_that_is_none_is_refused_with_its_parameter),
        TEST(the_first_refusal_is_reported_at_the_end),
        TEST(a_picture_is_resized_by_the_service),
    };
    return RUN(tests);
}
