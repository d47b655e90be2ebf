"""What scenarios are made of: their list, what they are given, and how they say that something is wrong."""

import os
import pathlib
import re
import time

from redirection import Redirection
from service import Service, sha256

from filestack import Client, Security
from filestack.exceptions import FilestackHTTPError

# Scenario by group and name, in the order of the modules.
SCENARIOS = {}


class Failure(Exception):
    """A scenario that does not hold."""


class Skip(Exception):
    """A scenario that this machine cannot run."""


def scenario(group, name):
    """Puts a function into the list. It gets a context and returns what it has seen, in a few words."""

    def enter(function):
        if (group, name) in SCENARIOS:
            raise ValueError(f'two scenarios are called {name}')
        SCENARIOS[group, name] = function
        return function

    return enter


def check(holds, what):
    if not holds:
        raise Failure(what)


def equal(got, expected, what):
    check(got == expected, f'{what}: {got!r} instead of {expected!r}')


def same_content(got, expected, what):
    """Compares by hash: content does not belong into a message."""
    if sha256(got) != sha256(expected):
        raise Failure(f'{what}: {len(got)} bytes {sha256(got)[:16]} instead of {len(expected)} bytes '
                      f'{sha256(expected)[:16]}')


def refused(words, call, *arguments, **options):
    """Calls what must fail with an error of the service that has these words. The SDK keeps the text only."""
    try:
        call(*arguments, **options)
    except FilestackHTTPError as error:
        check(words in str(error), f'refused with {str(error)[:200]!r}, which lacks {words!r}')
        return str(error)
    raise Failure(f'not refused, although {words!r} was expected')


class Context:
    """What a scenario works with."""

    def __init__(self, group):
        self.group = group
        self.apikey = os.environ['FILESTACK_LOCAL_APIKEY']
        self.secret = os.environ.get('FILESTACK_LOCAL_SECRET')
        self.service = Service(os.environ['FILESTACK_LOCAL_URL'], os.environ['FILESTACK_LOCAL_CA'], self.secret)
        self.redirection = Redirection(self.service.address)
        self.scratch = pathlib.Path(os.environ['CONFORMANCE_SCRATCH'])
        self._files = 0

    def client(self, storage='S3', **policy):
        """A client; in a secured application it signs with a policy that allows everything, or with this one."""
        return Client(self.apikey, storage=storage, security=self.security(**policy))

    def security(self, secret=None, **policy):
        """Credentials for an hour, None in an application without security."""
        if not self.secret:
            return None
        return Security({'expiry': int(time.time()) + 3600, **policy}, secret or self.secret)

    def any_security(self):
        """Credentials for calls that want some even in an application without a secret."""
        return Security({'expiry': int(time.time()) + 3600}, 'any-secret')

    def file(self, content, name='file.bin'):
        """A file of this content and name in a folder of its own."""
        folder = self.scratch / str(self._files)
        self._files += 1
        folder.mkdir()
        path = folder / name
        path.write_bytes(content)
        return str(path)

    def stored(self, content, name='file.bin'):
        """A filelink for this content."""
        return self.client().upload(filepath=self.file(content, name))

    def arrived(self, filelink, content, what='the stored file'):
        """Holds that a filelink has this content: by its hash, without the SDK and through it."""
        same_content(self.service.content(filelink.handle), content, what)
        same_content(filelink.get_content(security=self.security()), content, f'{what} through the SDK')


def one_line(error):
    """An error as the detail of a result."""
    text = str(error) if isinstance(error, (Failure, Skip)) else f'{type(error).__name__}: {error}'
    return re.sub(r'\s+', ' ', text)[:400]
