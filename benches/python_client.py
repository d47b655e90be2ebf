"""Uploads one file or those of a folder with the official SDK, as it is: `python_client.py URL PATH AT_ONCE`.

Prints the uploads per second.
"""

import concurrent.futures
import pathlib
import sys
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / 'tests' / 'conformance' / 'python'))

from redirection import Redirection  # noqa: E402

from filestack import Client  # noqa: E402

url, path, at_once = sys.argv[1:]
parts = urllib.parse.urlsplit(url)
Redirection((parts.hostname, parts.port))
path = pathlib.Path(path)
paths = [str(file) for file in path.iterdir()] if path.is_dir() else [str(path)]
client = Client('ABenchApiKey0000000z')
start = time.monotonic()
with concurrent.futures.ThreadPoolExecutor(int(at_once)) as pool:
    list(pool.map(lambda file: client.upload(filepath=file), paths))
print(f'{len(paths) / (time.monotonic() - start):.1f}')
