/* Tasks by their methods, in C++20: what stands in the URL, what is refused, and what the service makes of it. */
#include "support.hpp"

#include <span>

using namespace filestack;

static transformation begin()
{
    return client("KEY").transform({"5aYkEQJSQCmYShsoCnZN"});
}

/* The tasks in the URL. */
static std::string tasks_of(const transformation &chain)
{
    const std::string url = chain.url(), origin = "https://cdn.filestackcontent.com/";
    const std::size_t end = url.rfind('/');
    return end < origin.size() ? "" : url.substr(origin.size(), end - origin.size());
}

static void values_of_every_kind_are_sent()
{
    CHECK_TEXT("resize=align:[top,left],fit:crop,width:300",
               tasks_of(begin().resize({.width = 300, .fit = fit::crop, .align = position(place::top, place::left)})));
    CHECK_TEXT("resize=align:faces,height:0", tasks_of(begin().resize({.height = 0, .align = place::faces})));
    CHECK_TEXT("crop=dim:[1,2,30,40]", tasks_of(begin().crop({.dim = box{1, 2, 30, 40}})));
    CHECK_TEXT("rotate=deg:90", tasks_of(begin().rotate({.deg = 90})));
    CHECK_TEXT("rotate=background:white,deg:exif,exif:false",
               tasks_of(begin().rotate({.deg = word::exif, .exif = false, .background = "white"})));
    CHECK_TEXT("detect_faces=export:true,minsize:0.25",
               tasks_of(begin().detect_faces({.minsize = 0.25, .export_ = true})));
    CHECK_TEXT("pixelate_faces=faces:all,type:oval",
               tasks_of(begin().pixelate_faces({.faces = faces::all(), .type = type::oval})));
    CHECK_TEXT("pixelate_faces=faces:2", tasks_of(begin().pixelate_faces({.faces = 2})));
    CHECK_TEXT("pixelate_faces=faces:[1,3]", tasks_of(begin().pixelate_faces({.faces = faces({1, 3})})));
    CHECK_TEXT("partial_blur=objects:[[1,2,3,4],[5,6,7,8]]",
               tasks_of(begin().partial_blur({.objects = {{1, 2, 3, 4}, {5, 6, 7, 8}}})));
    CHECK_TEXT("rounded_corners=radius:max", tasks_of(begin().round_corners({.radius = word::max})));
    CHECK_TEXT("shadow=vector:[4,5]", tasks_of(begin().shadow({.vector = offset{4, 5}})));
    CHECK_TEXT("torn_edges=spread:[1,10]", tasks_of(begin().torn_edges({.spread = interval{1, 10}})));
    CHECK_TEXT("collage=files:[FILEHANDLE,FILEHANDLE2],fit:auto,height:1000,width:1000",
               tasks_of(begin().collage(
                   {.files = {"FILEHANDLE", "FILEHANDLE2"}, .width = 1000, .height = 1000, .fit = fit::auto_})));
    CHECK_TEXT("output=format:pdf,pageformat:a4,pageorientation:landscape,quality:input",
               tasks_of(begin().filetype_conversion({.format = format::pdf,
                                                     .quality = word::input,
                                                     .pageformat = pageformat::a4,
                                                     .pageorientation = pageorientation::landscape})));
    CHECK_TEXT("doc_to_images=pages:[3,5-7,9-,-2]",
               tasks_of(begin().doc_to_images({.pages = {3, {5, 7}, page_range::from(9), page_range::up_to(2)}})));
    CHECK_TEXT("cache=false", tasks_of(begin().cache({.false_ = true})).substr(0, 11));
    CHECK_TEXT("enhance=preset:beautify_plus", tasks_of(begin().enhance({.preset = preset::beautify_plus})));
}

static void what_is_not_set_is_not_sent()
{
    CHECK_TEXT("sepia", tasks_of(begin().sepia()));
    CHECK_TEXT("sepia", tasks_of(begin().sepia({})));
    CHECK_TEXT("cache", tasks_of(begin().cache({.false_ = false})));
}

static void setters_say_the_same_as_designators()
{
    CHECK_TEXT(tasks_of(begin().resize({.width = 300, .fit = fit::scale, .align = place::top})),
               tasks_of(begin().resize(resize_args().with_width(300).with_fit(fit::scale).with_align(place::top))));
    CHECK_TEXT(tasks_of(begin().collage({.files = {"A", "B"}, .width = 1, .height = 2, .color = "red"})),
               tasks_of(begin().collage(
                   collage_args().with_files({"A", "B"}).with_width(1).with_height(2).with_color("red"))));
    CHECK_TEXT(tasks_of(begin().pixelate_faces({.faces = faces({1, 2})})),
               tasks_of(begin().pixelate_faces(pixelate_faces_args().with_faces(faces({1, 2})))));
}

static void chains_of_variables_and_of_temporaries()
{
    transformation chain = begin();
    transformation &same = chain.sepia().flip();
    CHECK(&same == &chain);
    CHECK_TEXT("sepia/flip", tasks_of(chain));
    transformation moved = std::move(chain).flop();
    CHECK_TEXT("sepia/flip/flop", tasks_of(moved));
    const transformation &kept = begin().sepia().flip();
    CHECK_TEXT("sepia/flip", tasks_of(kept));
}

static void tasks_by_name()
{
    CHECK_TEXT("resize=fit:crop,width:300", tasks_of(begin().task("resize", {{"width", 300}, {"fit", "crop"}})));
    CHECK_TEXT("resize=fit:crop,width:300",
               tasks_of(begin().task("resize", {{"width", std::int64_t(300)}, {"fit", std::string("crop")}})));
    CHECK_TEXT("detect_faces=export:true,minsize:0.5",
               tasks_of(begin().task("detect_faces", {{"export", true}, {"minsize", 0.5}})));
    CHECK_TEXT("resize=align:[top,left],width:1",
               tasks_of(begin().task("resize", {{"width", 1}, param::json("align", "[\"top\",\"left\"]")})));
    CHECK_TEXT("resize=width:300", tasks_of(begin().task_json("resize", "{\"width\": 300}")));
    CHECK_TEXT("tags=version:1", tasks_of(begin().task(tags_args{.version = 1})));
    CHECK_TEXT("flip/flop", tasks_of(begin().task("flip").task("flop")));
    CHECK_TEXT("brand_new=speed:9/brand_new",
               tasks_of(begin().task_unchecked("brand_new", "{\"speed\": 9}").task_unchecked("brand_new")));
    const client here("KEY");
    CHECK_TEXT("https://cdn.filestackcontent.com/KEY/urlscreenshot=mode:window,width:100/https://example.com/",
               here.urlscreenshot("https://example.com/", {.mode = mode::window, .width = 100}).url());
    CHECK_TEXT("https://cdn.filestackcontent.com/KEY/sepia/https://example.com/a.png",
               here.transform_external("https://example.com/a.png").sepia().url());
}

static void a_task_that_is_refused_throws_and_stays()
{
    transformation chain = begin();
    const error failure = failure_of([&] { chain.resize({.width = 999999}); });
    CHECK_INT(FILESTACK_E_PARAM_RANGE, failure.code());
    CHECK_CONTAINS("width", failure.what());
    CHECK(!chain);
    CHECK(chain.failure().has_value());
    CHECK_TEXT(failure.message(), failure_of([&] { chain.sepia(); }).message());
    CHECK_TEXT(failure.message(), failure_of([&] { chain.url(); }).message());
    CHECK_TEXT(failure.message(), failure_of([&] { chain.store(); }).message());
    CHECK_TEXT(failure.message(), failure_of([&] { transformation(chain).url(); }).message());
    chain = begin().sepia();
    CHECK_TEXT("sepia", tasks_of(chain));

    CHECK_INT(FILESTACK_E_PARAM_RANGE, failure_of([] { begin().resize({.width = 1, .fit = fit::auto_}); }).code());
    CHECK_INT(FILESTACK_E_PARAM_RANGE,
              failure_of([] { begin().resize({.width = 1, .fit = static_cast<fit>(99)}); }).code());
    CHECK_INT(FILESTACK_E_PARAM_MISSING, failure_of([] { begin().crop({}); }).code());
    CHECK_INT(FILESTACK_E_PARAM_UNKNOWN, failure_of([] { begin().task("resize", {{"widht", 1}}); }).code());
    CHECK_INT(FILESTACK_E_TASK_UNKNOWN, failure_of([] { begin().task("rezise"); }).code());
    CHECK_INT(FILESTACK_E_TASK_ORDER, failure_of([] { begin().imagesize().sepia(); }).code());
    CHECK_INT(FILESTACK_E_ARGUMENT, failure_of([] { begin().task_json("resize", "[]"); }).code());
    CHECK_INT(FILESTACK_E_ARGUMENT, failure_of([] { client("KEY").transform({""}); }).code());
    CHECK_INT(FILESTACK_E_ARGUMENT, failure_of([] { client("KEY").transform_external("no url"); }).code());
}

static void pictures_are_made_smaller_and_stored()
{
    const client here = client_here();
    upload_options named;
    named.store.filename = "picture.png";
    const filelink img = here.upload(picture_of(80, 60), named);
    const filelink small = img.resize({.width = 40, .height = 20, .fit = fit::crop}).monochrome().store();
    const buffer content = small.get_content();
    check_picture(content.data(), content.size(), 40, 20);
    CHECK(small.handle() != img.handle());

    const transformation flipped = img.resize({.width = 20}).flip();
    CHECK_SIZE(flipped.get_content().size(), flipped.download(in_folder("flipped.png")));
    const std::string file = content_at(in_folder("flipped.png"));
    check_picture(file.data(), file.size(), 20, 15);
    CHECK_CONTAINS("security=", flipped.signed_url().c_str());
    CHECK(json_is_object(img.imagesize().get_json().c_str()));
    CHECK_TEXT("80", member_of(img.imagesize().get_json(), "width"));
    CHECK(json_is_object(flipped.tags().c_str()));
    CHECK(json_is_object(flipped.sfw().c_str()));
    CHECK(json_is_object(flipped.ocr().c_str()));
    const std::vector<std::byte> spanned(10);
    check_stored_is(here.upload(std::span<const std::byte>(spanned)), std::string(10, '\0'));
}

static const struct test tests[] = {
    CPP_TEST(values_of_every_kind_are_sent),
    CPP_TEST(what_is_not_set_is_not_sent),
    CPP_TEST(setters_say_the_same_as_designators),
    CPP_TEST(chains_of_variables_and_of_temporaries),
    CPP_TEST(tasks_by_name),
    CPP_TEST(a_task_that_is_refused_throws_and_stays),
    CPP_TEST(pictures_are_made_smaller_and_stored),
};

int main()
{
    return RUN(tests);
}
