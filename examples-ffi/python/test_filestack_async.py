"""Tests of filestack_async.py. They run inside filestack-local, started with --secret and --control."""
import asyncio
import gc
import hashlib
import json
import os
import pathlib
import tempfile
import threading
import unittest
import urllib.request
import weakref

import filestack
import filestack_async
from test_filestack import dimensions, picture


def make_client():
    security = filestack.Security({"expiry": 4102444800}, os.environ["FILESTACK_LOCAL_APP_SECRET"])
    return filestack_async.AsyncClient(
        os.environ["FILESTACK_LOCAL_API_KEY"], base_url=os.environ["FILESTACK_LOCAL_URL"], security=security)


def set_faults(*rules):
    """Replaces the rules by which the service misbehaves. They count from now on."""
    for method, body in (("DELETE", None), ("POST", json.dumps(rules).encode())):
        url = os.environ["FILESTACK_LOCAL_URL"] + "/local/faults"
        urllib.request.urlopen(urllib.request.Request(url, body, method=method)).close()


async def until(condition):
    while not condition():
        await asyncio.sleep(0.01)


class Module(unittest.TestCase):
    def test_it_stays_small(self):
        lines = pathlib.Path(filestack_async.__file__).read_text(encoding="utf-8").splitlines()
        self.assertLessEqual(len(lines), 120)
        self.assertLessEqual(max(map(len, lines)), 120)

    def test_calls_need_a_loop_that_runs(self):
        with self.assertRaises(RuntimeError):
            filestack_async.AsyncClient("KEY").upload("a.png")


@unittest.skipUnless(os.environ.get("FILESTACK_LOCAL_URL"), "needs filestack-local")
class Service(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(set_faults)
        self.folder, self.client = pathlib.Path(folder.name), make_client()

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    async def test_fifty_uploads_at_a_time(self):
        contents = [os.urandom(10_000 + 1_000 * number) for number in range(49)] + [os.urandom(9 << 20)]
        sources = [self.file(f"{number}.bin", content) if number % 2 else content
                   for number, content in enumerate(contents)]
        threads = threading.active_count()
        files = await asyncio.gather(*map(self.client.upload, sources))
        self.assertEqual(contents, await asyncio.gather(*(file.get_content() for file in files)))

        paths = [self.folder / f"{number}.back" for number in range(50)]
        sizes = await asyncio.gather(*(file.download(path) for file, path in zip(files, paths)))
        self.assertEqual(list(map(len, contents)), sizes)
        self.assertEqual(contents, [path.read_bytes() for path in paths])
        self.assertEqual(threads, threading.active_count())

    async def test_every_method_is_awaited(self):
        png = picture(60, 40)
        image = await self.client.upload(png, filename="gradient.png", mimetype="image/png")
        self.assertIsInstance(image, filestack_async.AsyncFilelink)
        self.assertEqual({"md5": hashlib.md5(png).hexdigest(), "filename": "gradient.png"},
                         await image.metadata("md5", "filename"))
        chain = image.resize(width=30, height=10, fit="scale")
        self.assertIsInstance(chain, filestack_async.AsyncTransformation)
        stored = await chain.monochrome().store(filename="small.png")
        self.assertEqual((30, 10), dimensions(await stored.get_content()))
        size = await chain.imagesize()
        self.assertEqual((30, 10), (size["width"], size["height"]))

        again = self.client.filelink(stored.handle)
        self.assertIsNone(await again.delete())
        with self.assertRaises(filestack.Error) as raised:
            await stored.get_content()
        self.assertEqual(("FILESTACK_E_NOT_FOUND", 404), (raised.exception.name, raised.exception.http_status))
        urls = self.client.transform(image.handle, image.handle).zip().url
        self.assertIn(f"zip/[{image.handle},{image.handle}]", urls)

    async def test_failures_are_raised_where_the_call_is_awaited(self):
        missing = self.client.upload(self.folder / "missing.png")
        good = self.client.upload(b"some text", filename="a.txt")
        with self.assertRaises(filestack.Error) as raised:
            await missing
        self.assertEqual("FILESTACK_E_IO", raised.exception.name)
        self.assertIn("missing.png", raised.exception.message)
        self.assertEqual(b"some text", await (await good).get_content())

    async def test_misuse_is_raised_at_once(self):
        with self.assertRaises(TypeError):
            self.client.upload(b"some text", filenam="a.txt")
        with self.assertRaises(filestack.Error) as raised:
            filestack_async.AsyncTransformation.get_json(self.client.filelink("5aYkEQJSQCmYShsoCnZN"))
        self.assertEqual("FILESTACK_E_OBJECT", raised.exception.name)

    async def test_a_snapshot_tells_how_far_a_call_is(self):
        content = os.urandom(9 << 20)  # Two parts.
        set_faults("PUT /s3/* 2 hang")
        operation = self.client.upload(content, filename="a.bin")
        await until(lambda: operation.progress().parts_done == 1)
        progress = operation.progress()
        self.assertEqual((filestack_async.RUNNING, len(content), 2, 1),
                         (progress.state, progress.bytes_total, progress.parts_total, progress.parts_done))
        self.assertGreater(progress.bytes_done, 1 << 20)
        operation.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await operation
        self.assertEqual(filestack_async.DONE, operation.progress().state)

        set_faults()
        operation = self.client.upload(content, filename="a.bin")
        self.assertEqual(content, await (await operation).get_content())
        progress = operation.progress()
        self.assertEqual((filestack_async.DONE, len(content), 2), (progress.state, progress.bytes_done,
                                                                   progress.parts_done))

    async def test_a_cancelled_task_ends_when_the_call_has_ended(self):
        content = os.urandom(1 << 20)
        file = await self.client.upload(content, filename="a.bin")
        set_faults(f"GET */{file.handle}* 1 drip:65536/50")
        path, operations = self.folder / "slow.bin", []

        async def download():
            operations.append(file.download(path))
            await operations[0]

        task = asyncio.create_task(download())
        # The bytes stand beside the path until they are whole.
        await until(lambda: any(part.stat().st_size > 0 for part in self.folder.glob(".filestack-*")))
        self.assertGreater(operations[0].progress().bytes_done, 0)
        self.assertTrue(task.cancel("enough"))
        self.assertTrue(task.cancel("more than enough"))
        self.assertFalse(operations[0].done())
        with self.assertRaises(asyncio.CancelledError):
            await task
        # Now, not soon: the library has put away what it had.
        self.assertEqual([], os.listdir(self.folder))
        self.assertEqual(filestack_async.DONE, operations[0].progress().state)
        self.assertTrue(operations[0].cancelled())
        self.assertFalse(operations[0].cancel())
        self.assertEqual(len(content), await file.download(path))

    async def test_a_call_takes_too_long(self):
        set_faults("POST /multipart/start 1 hang")
        operation = self.client.upload(b"some text", filename="a.txt")
        with self.assertRaises(asyncio.TimeoutError):
            await asyncio.wait_for(operation, 0.2)
        self.assertEqual((True, filestack_async.DONE), (operation.cancelled(), operation.progress().state))
        file = await asyncio.wait_for(self.client.upload(b"some text", filename="a.txt"), 60)
        self.assertEqual(b"some text", await file.get_content())

    async def test_many_are_cancelled_at_once(self):
        set_faults("POST /multipart/start * hang")
        operations = [self.client.upload(b"some text", filename="a.txt") for _ in range(200)]
        group = asyncio.gather(*operations, return_exceptions=True)  # Otherwise it ends with the first.
        # More than have their turn at a time.
        await until(lambda: sum(each.progress().state == filestack_async.RUNNING for each in operations) >= 32)
        group.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await group
        self.assertTrue(all(each.cancelled() for each in operations))

    async def test_clients_of_a_loop_share_its_queue(self):
        first, second = self.client.upload(b"1", filename="1"), make_client().upload(b"2", filename="2")
        queues = filestack_async._queues
        queue = queues[asyncio.get_running_loop()]()
        self.assertEqual(2, len(queue._operations))
        await asyncio.gather(first, second)
        self.assertEqual({}, queue._operations)
        self.assertIs(queue, queues[asyncio.get_running_loop()]())


@unittest.skipUnless(os.environ.get("FILESTACK_LOCAL_URL"), "needs filestack-local")
class Loops(unittest.TestCase):
    def test_two_loops_in_two_threads(self):
        client, results = make_client(), {}

        async def work(name):
            contents = [name * 1000 + bytes([number]) for number in range(20)]
            files = await asyncio.gather(*(client.upload(content, filename="a.bin") for content in contents))
            back = await asyncio.gather(*(file.get_content() for file in files))
            results[name] = back == contents, filestack_async._queues[asyncio.get_running_loop()]()

        threads = [threading.Thread(target=lambda name=name: asyncio.run(work(name))) for name in (b"one", b"two")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([True, True], [results[name][0] for name in (b"one", b"two")])
        self.assertIsNot(results[b"one"][1], results[b"two"][1])

    def test_a_queue_is_closed_with_its_loop(self):
        async def work(client):
            self.assertEqual(b"text", await (await client.upload(b"text", filename="a.txt")).get_content())
            set_faults("POST /multipart/start 1 hang")
            self.addCleanup(set_faults)
            queue = filestack_async._queues[asyncio.get_running_loop()]()
            return (weakref.ref(queue), filestack._library.filestack_queue_fd(queue),
                    client.upload(b"text", filename="never.txt"))

        gc.disable()
        self.addCleanup(gc.enable)
        queue, descriptor, operation = asyncio.run(work(make_client()))
        self.assertIsNone(queue(), "the loop's reader has kept it")
        with self.assertRaises(OSError):
            os.fstat(descriptor)
        # What nobody has awaited is cancelled, too.
        filestack._call("operation_wait", operation, filestack.c_uint64(60_000))
        with self.assertRaises(filestack.Error) as raised:
            filestack._call("operation_outcome", operation)
        self.assertEqual("FILESTACK_E_CANCELLED", raised.exception.name)


if __name__ == "__main__":
    unittest.main()
