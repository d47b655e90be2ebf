"""The Filestack SDK for Python: libfilestack by ctypes, with nothing but the standard library of Python 3.9 or later.

    client = filestack.Client("YOUR_API_KEY")
    image = client.upload("photo.jpg")
    image.resize(width=300, fit="crop").sepia().store().download("small.jpg")

The tasks' methods come from the library's catalogue. FILESTACK_LIBRARY is its path; otherwise the loader finds it.
"""
import ctypes
import json
import keyword
import os
import weakref
from ctypes import c_char_p, c_int32, c_size_t, c_uint64, c_void_p
from typing import List, Literal, Optional, Union

_library = ctypes.CDLL(os.environ.get("FILESTACK_LIBRARY") or "libfilestack.so.0.1")
# The functions that cannot fail: what they return, what they take, and their names. _call declares the others.
for _result, _parameters, _names in (
        (c_char_p, [], "catalogue_json"), (c_void_p, [], "client_options_new store_options_new upload_options_new"),
        (c_char_p, [c_void_p], "error_json filelink_handle"), (c_char_p, [c_int32], "status_name"),
        (c_void_p, [c_void_p], "buffer_data transformation_clone"), (c_size_t, [c_void_p], "buffer_size"),
        (None, [c_void_p], "error_release string_free buffer_free security_release client_release source_release"
         " filelink_release transformation_free client_options_free store_options_free upload_options_free")):
    for _function in (getattr(_library, "filestack_" + name) for name in _names.split()):
        _function.restype, _function.argtypes = _result, _parameters


class _Parameter(c_void_p):
    """A number of ctypes, an object, a place for a result, None, or a text, which travels as UTF-8."""
    @classmethod
    def from_param(cls, value):
        if isinstance(value, (c_size_t, c_uint64)):
            return value
        text = os.fspath(value) if isinstance(value, (str, os.PathLike)) else None
        if isinstance(value, int) or "\0" in (text or ""):
            raise TypeError(f"{value!r} is neither an object nor a text without NUL")
        return c_void_p.from_param(value) if text is None else c_char_p(text.encode())


class Error(Exception):
    """What went wrong: the status `code` and its `name`, a `message`, and the rest where it is known."""
    code = name = message = http_status = service_text = retryable = retry_after_ms = request_id = None


def _call(name, *arguments):
    """Calls a function that can fail. It takes the error last and returns a status."""
    # An object of its own: declaring a function anew while another thread calls it crashes Python.
    function, failure = _library["filestack_" + name], c_void_p()
    function.restype, function.argtypes = c_int32, [_Parameter] * (len(arguments) + 1)
    if function(*arguments, ctypes.byref(failure)):
        details = json.loads(_library.filestack_error_json(failure))
        _library.filestack_error_release(failure)
        details["name"] = _library.filestack_status_name(details["code"]).decode()
        error = Error("{name}: {message}".format(**details))
        vars(error).update(details)
        raise error


def _made(name, *arguments, kind=c_void_p):
    """What a function hands over by its last parameter but the error: an address, or a number of that kind."""
    made = kind()
    _call(name, *arguments, ctypes.byref(made))
    return made.value


def _text(name, *arguments):
    text = _Object(_made(name, *arguments), "string_free")
    return ctypes.string_at(text._as_parameter_).decode()


def _content(name, *arguments):
    buffer = _Object(_made(name, *arguments), "buffer_free")
    return ctypes.string_at(_library.filestack_buffer_data(buffer), _library.filestack_buffer_size(buffer))


# What calls to the service give, by the word of filestack_operation_*: functions that call one by its name and read it.
_RESULTS = {"outcome": _call, "filelink": lambda *call: Filelink(_made(*call)), "take_content": _content,
            "json": lambda *call: json.loads(_text(*call)), "size_bytes": lambda *call: _made(*call, kind=c_uint64)}


class _Object:
    """Something of the library's. It is given back as soon as nothing refers to this object."""
    def __init__(self, address, end=None):
        self._as_parameter_ = address
        weakref.finalize(self, getattr(_library, "filestack_" + (end or self._end)), address)

    def _run(self, result, name, *inputs):
        """Makes a call to the service and waits for it. filestack_async.py starts it instead."""
        return _RESULTS[result](name, self, *inputs)


def _options(kind, given):
    options = _Object(getattr(_library, f"filestack_{kind}_options_new")(), f"{kind}_options_free")
    for name in (name for name, value in given.items() if value is not None):
        if not hasattr(_library, f"filestack_{kind}_options_set_{name}"):
            raise TypeError(f"there is no {kind} option {name!r}")
        _call(f"{kind}_options_set_{name}", options, given[name])
    return options


class Security(_Object):
    """A policy, which is a dict, and its signature."""
    def __init__(self, policy, secret):
        super().__init__(_made("security_new", json.dumps(policy), secret), "security_release")


class Client(_Object):
    """An application's key and connections. `options`: security, base_url, cname, storage, proxy, ca_file."""
    def __init__(self, api_key=None, **options):
        super().__init__(_made("client_new", api_key, _options("client", options)), "client_release")

    def upload(self, source, **store):
        """Uploads a path or bytes. `store`: filename, mimetype, location, path, container, region, access."""
        options = _options("upload", {"store": _options("store", store)})
        if not isinstance(source, bytes):
            return self._run("filelink", "client_upload_path", source, options)
        memory = _Object(_made("source_from_memory", source, c_size_t(len(source)), None, None), "source_release")
        return self._run("filelink", "client_upload", memory, options)

    def filelink(self, handle, security=None):
        return self._filelink(_made("client_filelink", self, handle, security))

    def transform(self, *sources, security=None):
        """A transformation of any number of handles, external URLs and storage aliases."""
        texts = (c_char_p * len(sources))(*map(str.encode, sources))
        return self._transformation(_made("client_transform", self, texts, c_size_t(len(sources)), security))


class _File(_Object):
    """What can be done with a file and with the result of a transformation alike. The tasks' methods come below."""
    url = property(lambda self: _text(self._kind + "_url", self), doc="The URL, without credentials.")

    def signed_url(self, security=None):
        """The URL with credentials, by default the object's own. A secret."""
        return _text(self._kind + "_signed_url", self, security)

    def download(self, path):
        """Writes it to a path, where it appears when it is whole, and returns how many bytes it has."""
        return self._run("size_bytes", self._kind + "_download", path, None)

    def get_content(self):
        return self._run("take_content", self._kind + "_get_content", None)

    def store(self, **store):
        """Stores it as a new file. `store`: as for Client.upload."""
        return self._run("filelink", self._kind + "_store", _options("store", store), None)

    def add(self, task, params, checked=True):
        """A transformation with one more task; None is unset. Unchecked, the catalogue need not know the task."""
        is_chain, clone = isinstance(self, Transformation), _library.filestack_transformation_clone
        copy = self._transformation(clone(self) if is_chain else _made("filelink_transform", self))
        text = json.dumps(params, default=lambda file: file.handle)
        _call("transformation_add_json" if checked else "transformation_add_unchecked", copy, task, text)
        return copy


class Filelink(_File):
    """A file of the service."""
    _kind, _end = "filelink", "filelink_release"
    handle = property(lambda self: _library.filestack_filelink_handle(self).decode())

    def metadata(self, *fields):
        names = (c_char_p * len(fields))(*map(str.encode, fields))
        return self._run("json", "filelink_metadata", names, c_size_t(len(fields)), None)

    def delete(self):
        return self._run("outcome", "filelink_delete", None)


class Transformation(_File):
    """A chain of tasks, for one thread at a time. Each task makes a longer one and leaves this one as it is."""
    _kind, _end = "transformation", "transformation_free"

    def get_json(self):
        """The answer to a chain whose last task gives no file."""
        return self._run("json", "transformation_get_json", None)


_Object._filelink, _Object._transformation = Filelink, Transformation
_CATALOGUE = json.loads(_library.filestack_catalogue_json())
_RESERVED = {word.lower() for word in keyword.kwlist}  # A parameter of such a name ends with an underscore here.
_TYPES = {"int": int, "bool": bool, "flag": bool, "number": float, "list_int": List[int], "objects": List[List[int]],
          "position": Union[str, List[str]], "faces": Union[str, int, List[int]], "page_ranges": List[str],
          "string_list": List[str], "handle_list": List[Union[str, Filelink]], "handle_or_url": Union[str, Filelink]}


def _explain(method, name, param):
    """Adds a parameter to the annotations of a method and to what help() says of it."""
    rules = _CATALOGUE["types"].get(param["type"], {})
    words = tuple(param.get("values") or rules.get("values") or rules.get("single") or ())
    kind = {**_TYPES, "enum": Literal[words], "int_or_enum": Union[int, Literal[words]]}.get(param["type"], str)
    method.__annotations__[name] = kind if param["required"] else Optional[kind]
    method.__doc__ += f"\n{name}: {param['summary']}" + (f" Values: {', '.join(words)}." if words else "")
    method.__doc__ += f" Range: {param['min']} to {param['max']}." if "max" in param else ""
    method.__doc__ += f" Default: {param['default']}." if "default" in param else ""


def _method(task, name):
    """A function that adds a task, compiled as those of namedtuple are: Python itself checks its keywords."""
    params = {param["name"] + "_" * (param["name"] in _RESERVED): param for param in task["params"]}
    keywords = ["*"] * bool(params) + [word if param["required"] else word + "=None" for word, param in params.items()]
    given = ", ".join(f"{param['name']!r}: {word}" for word, param in params.items())
    answer = ".get_json()" if task["output"] == "json" else ""
    scope = {"__name__": __name__}
    exec(f"def {name}(self, {', '.join(keywords)}): return self.add({task['name']!r}, {{{given}}}){answer}", scope)
    method = scope[name]
    method.__doc__, method.__annotations__["return"] = task["summary"] + "\n", dict if answer else Transformation
    for word, param in params.items():
        _explain(method, word, param)
    return method


for _task in _CATALOGUE["tasks"]:
    for _name in {_task["method"], _task["name"]}:
        _name = "add_" + _name if hasattr(_File, _name) else _name
        setattr(_File, _name, _method(_task, _name))
