"""What a filelink tells: content and metadata."""

import hashlib
import pathlib

import samples
from harness import check, equal, refused, same_content, scenario

from filestack import Filelink

HASHES = ('md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512')


@scenario('open', 'download')
def download(context):
    content = samples.content(6 * samples.MIB)
    filelink = context.stored(content)
    path = pathlib.Path(context.file(b''))
    equal(filelink.download(str(path)), len(content), 'the size that is returned')
    same_content(path.read_bytes(), content, 'the file')
    return 'to a path, hash and size equal'


@scenario('open', 'content')
def get_content(context):
    content = samples.content(6 * samples.MIB)
    same_content(context.stored(content).get_content(), content, 'the content')
    return 'into memory, hash equal'


@scenario('open', 'download of a transformation')
def download_transformation(context):
    filelink = context.stored(samples.picture(), 'a.png')
    path = pathlib.Path(context.file(b''))
    size = filelink.resize(width=40).download(str(path))
    equal(size, path.stat().st_size, 'the size that is returned')
    same_content(path.read_bytes(), filelink.resize(width=40).get_content(), 'the file')
    return 'the same bytes as its content'


@scenario('open', 'metadata without a wish')
def metadata(context):
    metadata = context.stored(samples.content(321), 'a.bin').metadata()
    missing = {'mimetype', 'size', 'filename', 'uploaded', 'writeable'} - set(metadata)
    check(not missing, f'not in the metadata: {sorted(missing)}')
    equal((metadata['size'], metadata['filename']), (321, 'a.bin'), 'size and name')
    check(isinstance(metadata['uploaded'], float), f'uploaded is {metadata["uploaded"]!r}')
    return 'the members of the service'


@scenario('open', 'metadata with every wish')
def metadata_wishes(context):
    content = samples.picture(120, 80)
    filelink = context.stored(content, 'a.png')
    expected = {name: hashlib.new(name, content).hexdigest() for name in HASHES}
    expected.update(size=len(content), mimetype='image/png', filename='a.png', width=120, height=80, writeable=True)
    told = filelink.metadata([*expected, 'uploaded', 'location', 'path', 'container'])
    for name, value in expected.items():
        equal(told.get(name), value, name)
    equal(told['location'], 'S3', 'the location')
    equal(told['path'], filelink.upload_response['key'], 'the path')
    equal(told['container'], filelink.upload_response['container'], 'the container')
    for name, value in expected.items():
        equal(filelink.metadata([name]), {name: value}, f'{name} alone')
    return 'each alone and together, six hashes computed here'


@scenario('open', 'an unknown handle')
def unknown(context):
    filelink = Filelink('AAAAAAAAAAAAAAAAAAAA')
    for call in (filelink.get_content, filelink.metadata, filelink.resize(width=10).get_content):
        refused('file not found', call)
    equal(context.service.fetch(filelink.url).status, 404, 'the status')
    return '404, file not found'
