"""Uploads one file with the official SDK, as it is: `python_client.py URL FILE`."""

import pathlib
import sys
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / 'tests' / 'conformance' / 'python'))

from redirection import Redirection  # noqa: E402

from filestack import Client  # noqa: E402

url, path = sys.argv[1:]
parts = urllib.parse.urlsplit(url)
Redirection((parts.hostname, parts.port))
Client('ABenchApiKey0000000z').upload(filepath=path)
