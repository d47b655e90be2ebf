"""Tests of filestack.py. They run inside filestack-local, started with --secret."""
import contextlib
import ctypes
import gc
import hashlib
import inspect
import keyword
import multiprocessing
import os
import pathlib
import pickle
import pydoc
import struct
import sys
import tempfile
import threading
import unittest
import zlib

import filestack

HANDLE = "5aYkEQJSQCmYShsoCnZN"


def picture(width, height):
    """A PNG with a gradient."""
    def chunk(name, data):
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\0" + b"".join(bytes((x % 256, y % 256, 128)) for x in range(width)) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def dimensions(png):
    assert png.startswith(b"\x89PNG\r\n\x1a\n"), png[:64]
    return struct.unpack(">II", png[16:24])


def offline():
    return filestack.Client("KEY").filelink(HANDLE)


def path_of(url):
    return url.replace("https://cdn.filestackcontent.com/", "").replace("/" + HANDLE, "")


class Module(unittest.TestCase):
    def test_it_stays_small(self):
        with open(filestack.__file__, encoding="utf-8") as source:
            lines = source.read().splitlines()
        self.assertLessEqual(len(lines), 220)
        self.assertLessEqual(max(map(len, lines)), 120)


class Signatures(unittest.TestCase):
    def test_every_task_has_a_method_with_its_parameters(self):
        for task in filestack._CATALOGUE["tasks"]:
            for name in {task["method"], task["name"]}:
                # The call to store a result has the name of the task of the same purpose.
                method = getattr(filestack.Transformation, "add_store" if name == "store" else name)
                keywords = dict(list(inspect.signature(method).parameters.items())[1:])
                with self.subTest(name):
                    wire = [word[:-1] if word.endswith("_") else word for word in keywords]
                    self.assertEqual([param["name"] for param in task["params"]], wire)
                    for word, param in zip(keywords, task["params"]):
                        self.assertIs(keywords[word].kind, inspect.Parameter.KEYWORD_ONLY)
                        self.assertIsNot(keywords[word].annotation, inspect.Parameter.empty)
                        self.assertFalse(keyword.iskeyword(word))
                        self.assertIs(keywords[word].default, inspect.Parameter.empty if param["required"] else None)

    def test_a_signature_names_words_and_types(self):
        signature = inspect.signature(offline().resize)
        self.assertEqual(["width", "height", "fit", "align", "filter"], list(signature.parameters))
        self.assertIn("Literal['clip', 'crop', 'scale', 'max']", str(signature.parameters["fit"]))
        self.assertIn("int", str(signature.parameters["width"]))
        self.assertIs(signature.return_annotation, filestack.Transformation)
        self.assertEqual("(self, *, dim: List[int]) -> filestack.Transformation",
                         str(inspect.signature(filestack.Filelink.crop)))

    def test_help_explains_every_parameter(self):
        text = pydoc.plain(pydoc.render_doc(offline().resize))
        self.assertIn("Changes width and height.", text)
        self.assertIn("Range: 0 to 10000.", text)
        self.assertIn("fit: How the picture fits into the box", text)
        self.assertIn("Values: clip, crop, scale, max. Default: clip.", text)
        self.assertIn("Values: top, middle, bottom, left, center, right, faces. Default: center.", text)

    def test_names_of_python_end_with_an_underscore(self):
        self.assertEqual("cache=false", path_of(offline().cache(false_=True).url))

    def test_wire_names_reach_the_same_task(self):
        image = offline()
        self.assertEqual(image.round_corners(radius=5).url, image.rounded_corners(radius=5).url)
        self.assertEqual(image.output(format="png").url, image.filetype_conversion(format="png").url)


class Chains(unittest.TestCase):
    def test_values_of_every_type(self):
        image = offline()
        expected = {
            "resize=align:[top,left],fit:crop,width:300": image.resize(width=300, fit="crop", align=["top", "left"]),
            "resize=height:0,width:5": image.resize(width=5, height=0),
            "crop=dim:[1,2,3,4]": image.crop(dim=[1, 2, 3, 4]),
            "rotate=deg:exif": image.rotate(deg="exif"),
            "shadow=blur:1.5,vector:[-4,4]": image.shadow(blur=1.5, vector=[-4, 4]),
            "upscale=upscale:false": image.upscale(upscale=False),
            "blur_faces=faces:[1,2]": image.blur_faces(faces=[1, 2]),
            "partial_blur=objects:[[1,2,3,4]]": image.partial_blur(objects=[[1, 2, 3, 4]]),
            "pdfconvert=pages:[1,3-]": image.pdfconvert(pages=["1", "3-"]),
            f"watermark=file:{HANDLE}": image.watermark(file=image),
        }
        for path, transformation in expected.items():
            self.assertEqual(f"https://cdn.filestackcontent.com/{path}/{HANDLE}", transformation.url)

    def test_each_task_leaves_the_chain_before_as_it_is(self):
        small = offline().resize(width=300)
        self.assertEqual("resize=width:300/sepia=tone:60", path_of(small.sepia(tone=60).url))
        self.assertEqual("resize=width:300/flip", path_of(small.flip().url))
        with self.assertRaises(filestack.Error):
            small.sepia(tone=-1)
        self.assertEqual("resize=width:300", path_of(small.url))

    def test_a_task_that_the_catalogue_does_not_know(self):
        unchecked = offline().add("sharpen_eyes", {"level": 3}, checked=False)
        self.assertEqual("sharpen_eyes=level:3", path_of(unchecked.url))
        with self.assertRaises(filestack.Error) as raised:
            offline().add("resise", {})
        self.assertEqual("FILESTACK_E_TASK_UNKNOWN", raised.exception.name)

    def test_sources_that_are_no_filelink(self):
        client, cdn = filestack.Client("KEY"), "https://cdn.filestackcontent.com/KEY/"
        self.assertEqual(cdn + "flip/https://example.com/a", client.transform("https://example.com/a").flip().url)
        self.assertEqual(cdn + f"zip/[{HANDLE},src://alias/b]", client.transform(HANDLE, "src://alias/b").zip().url)
        self.assertEqual(cdn + "text_sentiment=text:good",
                         client.transform().add("text_sentiment", {"text": "good"}).url)


class Errors(unittest.TestCase):
    def test_an_unknown_keyword_is_refused_by_python(self):
        with self.assertRaisesRegex(TypeError, r"resize\(\) got an unexpected keyword argument 'widht'"):
            offline().resize(widht=300)

    def test_a_missing_keyword_is_refused_by_python(self):
        with self.assertRaisesRegex(TypeError, "required keyword-only argument: 'dim'"):
            offline().crop()

    def test_positions_are_refused_by_python(self):
        with self.assertRaises(TypeError):
            offline().resize(300)

    def test_a_wrong_value_is_refused_by_the_library_with_the_nearest_word(self):
        with self.assertRaises(filestack.Error) as raised:
            offline().resize(width=300, fit="crob")
        error = raised.exception
        self.assertEqual((23, "FILESTACK_E_PARAM_RANGE", False), (error.code, error.name, error.retryable))
        self.assertIn("did you mean 'crop'?", error.message)
        self.assertIn("FILESTACK_E_PARAM_RANGE", str(error))
        self.assertIsNone(error.http_status)
        self.assertIsNone(error.request_id)

    def test_errors_travel_between_processes(self):
        with self.assertRaises(filestack.Error) as raised:
            offline().resize(width="wide")
        copy = pickle.loads(pickle.dumps(raised.exception))
        self.assertEqual((str(raised.exception), 22), (str(copy), copy.code))

    def test_unknown_options_are_refused(self):
        with self.assertRaisesRegex(TypeError, "filenam"):
            offline().store(filenam="a.png")
        with self.assertRaisesRegex(TypeError, "bas_url"):
            filestack.Client("KEY", bas_url="http://127.0.0.1")

    def test_what_is_no_text_is_refused_by_ctypes(self):
        for call in (lambda: filestack.Client(42), lambda: filestack.Client("KEY").filelink(42),
                     lambda: filestack.Client("KEY", base_url=True), lambda: offline().download(["a.png"]),
                     lambda: offline().store(filename=7), lambda: offline().signed_url(7)):
            self.assertRaises(ctypes.ArgumentError, call)

    def test_texts_do_not_end_early(self):
        with self.assertRaisesRegex(Exception, "NUL"):
            filestack.Client("KEY").filelink(HANDLE + "\0x")
        self.assertEqual("text_sentiment=text:gr%C3%BC%C3%9Fe",
                         path_of(offline().add("text_sentiment", {"text": "grüße"}, checked=False).url))


class Threads(unittest.TestCase):
    def test_threads_call_the_same_functions(self):
        self.addCleanup(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(1e-6)
        urls = []

        def work():
            client = filestack.Client("KEY")
            for _ in range(200):
                urls.append(path_of(client.filelink(HANDLE).resize(width=300).flip().url))

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(1600, urls.count("resize=width:300/flip"))


class Memory(unittest.TestCase):
    ENDS = ("client_release", "client_options_free", "filelink_release", "transformation_free", "string_free",
            "error_release", "security_release")

    def setUp(self):
        self.ended = dict.fromkeys(self.ENDS, 0)
        for end in self.ENDS:
            name = "filestack_" + end
            self.addCleanup(setattr, filestack._library, name, getattr(filestack._library, name))
            setattr(filestack._library, name, self.counting(end, getattr(filestack._library, name)))

    def counting(self, end, function):
        def count(address):
            self.ended[end] += 1
            function(address)
        return count

    def test_everything_is_given_back(self):
        for _ in range(100):
            security = filestack.Security({"expiry": 4102444800}, "secret")
            image = filestack.Client("KEY", security=security).filelink(HANDLE)
            self.assertIn("flip", image.resize(width=3).flip().url)
            with contextlib.suppress(filestack.Error):
                image.resize(width=-1)
        del security, image
        gc.collect()
        # A transformation per task that is added, and one per task that is refused.
        self.assertEqual({"client_release": 100, "client_options_free": 100, "filelink_release": 100,
                          "transformation_free": 300, "string_free": 100, "error_release": 100,
                          "security_release": 100}, self.ended)

    def test_what_is_made_keeps_alive_what_it_needs(self):
        chain = filestack.Client("KEY").filelink(HANDLE).resize(width=3).flip()
        gc.collect()
        self.assertEqual("resize=width:3/flip", path_of(chain.url))


@unittest.skipUnless(os.environ.get("FILESTACK_LOCAL_URL"), "needs filestack-local")
class Service(unittest.TestCase):
    def setUp(self):
        self.url, self.key = os.environ["FILESTACK_LOCAL_URL"], os.environ["FILESTACK_LOCAL_API_KEY"]
        self.security = filestack.Security({"expiry": 4102444800}, os.environ["FILESTACK_LOCAL_APP_SECRET"])
        self.client = filestack.Client(self.key, base_url=self.url, security=self.security)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_upload_resize_store_download(self):
        png = picture(60, 40)
        image = self.client.upload(png, filename="gradient.png", mimetype="image/png")
        self.assertEqual(png, image.get_content())
        known = image.metadata("md5", "size", "filename", "width", "height")
        self.assertEqual({"md5": hashlib.md5(png).hexdigest(), "size": len(png), "filename": "gradient.png",
                          "width": 60, "height": 40}, known)

        stored = image.resize(width=30, fit="scale", height=10).monochrome().store(filename="small.png")
        path = pathlib.Path(self.folder, "small.png")
        stored.download(path)
        content = path.read_bytes()
        self.assertEqual((30, 10), dimensions(content))
        self.assertNotEqual(image.handle, stored.handle)
        self.assertEqual({"sha256": hashlib.sha256(content).hexdigest(), "filename": "small.png"},
                         stored.metadata("sha256", "filename"))
        self.assertEqual(content, stored.get_content())

    def test_a_path_is_uploaded_as_it_is(self):
        path = pathlib.Path(self.folder, "größe.png")
        path.write_bytes(picture(8, 8))
        for source in path, str(path):
            image = self.client.upload(source)
            self.assertEqual(picture(8, 8), image.get_content())
            self.assertEqual({"filename": "größe.png"}, image.metadata("filename"))

    def test_a_signed_url_opens_what_is_closed_without(self):
        image = self.client.upload(picture(4, 4), filename="a.png")
        self.assertIn("security=p:", image.signed_url())
        self.assertNotIn("security", image.url)
        nobody = filestack.Client(self.key, base_url=self.url)
        with self.assertRaises(filestack.Error) as raised:
            nobody.filelink(image.handle).get_content()
        error = raised.exception
        self.assertEqual(("FILESTACK_E_AUTH", False), (error.name, error.retryable))
        self.assertIn(error.http_status, (401, 403))
        self.assertTrue(error.request_id)
        self.assertEqual(picture(4, 4), nobody.filelink(image.handle, self.security).get_content())

    def test_tasks_that_answer_json_give_their_answer(self):
        image = self.client.upload(picture(50, 20), filename="a.png")
        size = image.resize(width=25).imagesize()
        self.assertEqual((25, 10), (size["width"], size["height"]))
        self.assertIsInstance(image.tags()["tags"]["auto"], dict)

    def test_a_deleted_file_is_gone(self):
        image = self.client.upload(b"some text", filename="a.txt")
        image.delete()
        with self.assertRaises(filestack.Error) as raised:
            image.get_content()
        self.assertEqual(("FILESTACK_E_NOT_FOUND", 404), (raised.exception.name, raised.exception.http_status))

    def test_forked_processes_use_what_they_have_inherited(self):
        content = os.urandom(100_000)
        image = self.client.upload(content, filename="a.bin")

        def work():
            uploaded = self.client.upload(content, filename="b.bin")
            os._exit(0 if image.get_content() == content == uploaded.get_content() else 1)

        processes = [multiprocessing.get_context("fork").Process(target=work) for _ in range(8)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(60)
            self.assertEqual(0, process.exitcode)
        self.assertEqual(content, image.get_content())

    def test_an_unreadable_path_is_an_error(self):
        with self.assertRaises(filestack.Error) as raised:
            self.client.upload(pathlib.Path(self.folder, "missing.png"))
        self.assertEqual("FILESTACK_E_IO", raised.exception.name)


if __name__ == "__main__":
    unittest.main()
