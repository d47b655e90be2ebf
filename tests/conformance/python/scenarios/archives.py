"""`zip` and `urlscreenshot`."""

import io
import pathlib
import zipfile

import pictures
import samples
from harness import check, equal, refused, same_content, scenario
from origin import serving


def open_zip(content, expected):
    """Holds that an archive has these files, by name and hash."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        equal(archive.testzip(), None, 'the damaged member')
        equal(sorted(archive.namelist()), sorted(expected), 'the names in the archive')
        for name, content in expected.items():
            same_content(archive.read(name), content, name)


@scenario('open', 'zip')
def zip_files(context):
    files = {'first.bin': samples.content(100_000), 'second.txt': b'text\n', 'third.png': samples.picture()}
    handles = [context.stored(content, name).handle for name, content in files.items()]
    with serving({'/fourth.bin': ('application/octet-stream', samples.content(5000))}) as address:
        path = pathlib.Path(context.file(b''))
        size = context.client().zip(str(path), [*handles, f'{address}/fourth.bin'])
    equal(size, path.stat().st_size, 'the size that is returned')
    open_zip(path.read_bytes(), {**files, 'fourth.bin': samples.content(5000)})
    return 'three handles and a URL, each content by its hash'


@scenario('open', 'zip of what is not there')
def zip_missing(context):
    refused('file not found', context.client().zip, context.file(b''), ['AAAAAAAAAAAAAAAAAAAA'])
    return 'file not found'


@scenario('secured', 'zip')
def zip_secured(context):
    content = samples.content(2000)
    filelink = context.stored(content, 'a.bin')
    path = pathlib.Path(context.file(b''))
    context.client().zip(str(path), [filelink.handle])
    open_zip(path.read_bytes(), {'a.bin': content})
    refused('policy error', context.client(call=['remove']).zip, str(path), [filelink.handle])
    return 'signed: each content by its hash; refused with a policy for something else'


@scenario('open', 'urlscreenshot')
def urlscreenshot(context):
    client = context.client()
    with serving({'/': ('text/html', b'<!DOCTYPE html><title>t</title><p>text')}) as address:
        for options, size in (
            ({'width': 200, 'height': 100}, (200, 100)),
            ({'agent': 'mobile', 'mode': 'window', 'width': 320, 'height': 480, 'delay': 10}, (320, 480)),
        ):
            screenshot = client.urlscreenshot(address + '/', **options)
            content = screenshot.get_content()
            kind = pictures.kind(content)
            check(kind is not None, 'no picture')
            equal((kind.width, kind.height), size, 'the size')
            same_content(context.service.fetch(screenshot.url).body, content, 'the picture without the SDK')
    return 'PNG of the asked size'
