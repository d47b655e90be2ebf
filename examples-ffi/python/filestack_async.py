"""filestack.py for asyncio: the same methods, whose calls are started and awaited. No threads are needed for that.

    client = filestack_async.AsyncClient("YOUR_API_KEY")
    images = await asyncio.gather(*map(client.upload, paths))

Any number may be started at once: what is too much for now waits in the library. Loops that have add_reader will do,
which are all but Windows' default one.
"""
import asyncio
import ctypes
import itertools
import weakref
from ctypes import c_int32, c_int64, c_uint32, c_uint64, c_void_p

import filestack
from filestack import _call, _library, _made

WAITING, RUNNING, PAUSED, DONE = range(1, 5)  # The states of a call.
_RESULTS = {**filestack._RESULTS, "filelink": lambda *call: AsyncFilelink(_made(*call))}
_queues = weakref.WeakKeyDictionary()  # A weak reference to the queue of each loop.
for _result, _parameters, _names in (
        (c_int32, [c_void_p], "queue_fd"), (c_int32, [c_void_p, c_int64, c_void_p, c_void_p, c_void_p], "queue_take"),
        (None, [c_void_p], "queue_cancel_all queue_release operation_cancel operation_release")):
    for _function in (getattr(_library, "filestack_" + name) for name in _names.split()):
        _function.restype, _function.argtypes = _result, _parameters


class Progress(ctypes.Structure):
    """How far a call is. Totals are 0 as long as they are not known."""
    _fields_ = [("struct_size", c_uint32), ("state", c_uint32), ("tag", c_uint64), ("bytes_done", c_uint64),
                ("bytes_total", c_uint64), ("bytes_resent", c_uint64), ("parts_done", c_uint32),
                ("parts_total", c_uint32), ("retries", c_uint32), ("reserved", c_uint32)]


class Operation(asyncio.Future):
    """A call that was started. Awaiting it gives what the method of filestack.py returns.

    Who cancels it, or a task that awaits it, asks the library to end the call. It is cancelled only when the call has
    ended, so that nothing of it goes on after CancelledError. An upload may have been faster: the file is there then.
    """
    def __init__(self, address, result):
        super().__init__(loop=asyncio.get_running_loop())
        self._as_parameter_, self._kind, self._cancelling = address, result, None
        weakref.finalize(self, _library.filestack_operation_release, address)

    def cancel(self, msg=None):
        if self.done():
            return False
        self._cancelling = self._cancelling or (msg,)
        _library.filestack_operation_cancel(self)
        return True  # As a task does, which ends later, too.

    def progress(self):
        snapshot = Progress(struct_size=ctypes.sizeof(Progress))
        _call("operation_progress", self, ctypes.byref(snapshot))
        return snapshot

    def _end(self):
        if self._cancelling:
            super().cancel(*self._cancelling)
            return
        try:
            self.set_result(_RESULTS[self._kind]("operation_" + self._kind, self))
        except filestack.Error as error:
            self.set_exception(error)


class _Queue:
    """Where operations of a loop arrive when they have ended. The reader keeps it until the loop is closed."""
    def __init__(self):
        self._as_parameter_, self._operations, self._tags = _made("queue_new"), {}, itertools.count(1)
        weakref.finalize(self, _Queue._close, self._as_parameter_)
        asyncio.get_running_loop().add_reader(_library.filestack_queue_fd(self), self._drain)

    @staticmethod
    def _close(address):
        # Nobody can await what runs now. The last reference discards what arrives.
        _library.filestack_queue_cancel_all(address)
        _library.filestack_queue_release(address)

    def start(self, result, name, *inputs):
        tag = next(self._tags)
        operation = Operation(_made(name + "_start", *inputs, self, c_uint64(tag)), result)
        self._operations[tag] = operation
        return operation

    def _drain(self):
        tag = c_uint64()
        while _library.filestack_queue_take(self, 0, ctypes.byref(tag), None, None) == 0:
            self._operations.pop(tag.value)._end()


class _Async:
    """Starts what filestack.py waits for. The methods return an Operation, on the loop that runs."""
    def _run(self, result, name, *inputs):
        loop = asyncio.get_running_loop()
        queue = _queues.get(loop, lambda: None)()
        if queue is None:
            queue = _Queue()
            _queues[loop] = weakref.ref(queue)
        return queue.start(result, name, self, *inputs)


class AsyncClient(_Async, filestack.Client):
    """As filestack.Client. Every loop may use it."""


class AsyncFilelink(_Async, filestack.Filelink):
    """As filestack.Filelink."""


class AsyncTransformation(_Async, filestack.Transformation):
    """As filestack.Transformation."""


_Async._filelink, _Async._transformation = AsyncFilelink, AsyncTransformation
