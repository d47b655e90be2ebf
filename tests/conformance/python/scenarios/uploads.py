"""Uploads of files and file objects, in parts and by Intelligent Ingestion."""

import io

import samples
from harness import Failure, check, equal, refused, scenario
from samples import MIB

from filestack import Client
from filestack.uploads import intelligent_ingestion

# Regular uploads are cut every 5 MiB, intelligent ones every 8 MiB.
REGULAR_SIZES = (1, 100_000, 5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 10 * MIB, 12 * MIB + 345)
INTELLIGENT_SIZES = (1, 100_000, 8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 17 * MIB + 345)


def uploaded(context, sizes, upload):
    for size in sizes:
        content = samples.content(size)
        filelink = upload(content)
        context.arrived(filelink, content, f'{size} bytes')
        equal(filelink.upload_response['size'], size, 'the size in the reply')
        equal(filelink.upload_response['status'], 'Stored', 'the status in the reply')
    return f'{len(sizes)} sizes from {sizes[0]} to {sizes[-1]} bytes, each hash equal'


@scenario('open', 'upload of a path')
def upload_path(context):
    return uploaded(context, REGULAR_SIZES, context.stored)


@scenario('open', 'upload of a file object')
def upload_file_object(context):
    client = context.client()
    return uploaded(context, REGULAR_SIZES, lambda content: client.upload(file_obj=io.BytesIO(content)))


@scenario('open', 'intelligent upload')
def upload_intelligent(context):
    client = context.client()
    return uploaded(context, INTELLIGENT_SIZES,
                    lambda content: client.upload(filepath=context.file(content), intelligent=True))


@scenario('fault', 'an intelligent upload goes on after a failed chunk')
def upload_intelligent_again(context):
    content = samples.content(9 * MIB)
    filelink = context.client().upload(filepath=context.file(content), intelligent=True)
    check(intelligent_ingestion.CHUNK_SIZE < 8 * MIB, 'no chunk has failed')
    context.arrived(filelink, content)
    return 'sent again in smaller chunks, hash equal'


@scenario('open', 'name and type of an upload')
def names(context):
    client = context.client()
    content = samples.picture()
    for parameters, name, mimetype in (
        (None, 'a picture.png', 'image/png'),
        ({'filename': 'other.jpg'}, 'other.jpg', 'image/png'),
        ({'mimetype': 'image/x-other'}, 'a picture.png', 'image/x-other'),
        ({'filename': 'Zażółć, gęślą.txt', 'mimetype': 'text/plain'}, 'Zażółć, gęślą.txt', 'text/plain'),
    ):
        filelink = client.upload(filepath=context.file(content, 'a picture.png'), store_params=parameters)
        reply, metadata = filelink.upload_response, context.service.metadata(filelink.handle)
        equal((reply['filename'], reply['mimetype']), (name, mimetype), 'name and type in the reply')
        equal((metadata['filename'], metadata['mimetype']), (name, mimetype), 'name and type in the metadata')
        context.arrived(filelink, content)
    filelink = client.upload(file_obj=io.BytesIO(content))
    equal(filelink.upload_response['filename'], 'unnamed_file', 'the name of a file object')
    equal(filelink.upload_response['mimetype'], 'application/octet-stream', 'the type of a file object')
    return 'of the path, given, and of a file object'


@scenario('open', 'upload with every store parameter')
def store_parameters(context):
    content = samples.content(3000)
    for intelligent in (False, True):
        parameters = {
            'filename': 'stored.bin', 'mimetype': 'application/x-stored', 'location': 'gcs', 'path': 'folder/exact.bin',
            'container': 'a-container', 'region': 'eu-west-1', 'access': 'public', 'base64decode': False,
            'workflows': ['workflow-one', 'workflow-two'], 'upload_tags': {'first': 'one', 'second': 'two'},
        }
        filelink = context.client().upload(filepath=context.file(content), store_params=parameters,
                                           intelligent=intelligent)
        reply = filelink.upload_response
        equal(reply['key'], 'folder/exact.bin', 'the key')
        equal(reply['container'], 'a-container', 'the container')
        equal(reply['upload_tags'], {'first': 'one', 'second': 'two'}, 'the tags')
        equal(sorted(reply['workflows']), ['workflow-one', 'workflow-two'], 'the workflows')
        check(all(run['jobid'] for run in reply['workflows'].values()), 'a workflow without a job')
        metadata = context.service.metadata(filelink.handle, 'location', 'path', 'container', 'mimetype')
        equal(metadata, {'location': 'gcs', 'path': 'folder/exact.bin', 'container': 'a-container',
                         'mimetype': 'application/x-stored'}, 'the metadata')
        context.arrived(filelink, content)
    return 'regular and intelligent, looked up in reply and metadata'


@scenario('open', 'upload into a folder')
def folder(context):
    content = samples.content(500)
    filelink = context.client().upload(filepath=context.file(content, 'a.bin'), store_params={'path': 'folder/'})
    key = filelink.upload_response['key']
    check(key.startswith('folder/') and key.endswith('_a.bin'), f'the key is {key!r}')
    context.arrived(filelink, content)
    return 'folder, hash and name in the key'


@scenario('open', 'upload to each storage')
def storages(context):
    names = ('S3', 'gcs', 'azure', 'rackspace', 'dropbox')
    for storage in names:
        content = samples.content(700)
        filelink = Client(context.apikey, storage=storage).upload(filepath=context.file(content))
        equal(context.service.metadata(filelink.handle, 'location'), {'location': storage}, 'the location')
        context.arrived(filelink, content)
    return ', '.join(names)


@scenario('open', 'an empty file is refused')
def empty(context):
    refused('invalid params: size', context.client().upload, filepath=context.file(b''))
    return 'invalid params: size'


@scenario('open', 'a missing API key is refused')
def without_key(context):
    refused('Parameters are invalid', Client('').upload, filepath=context.file(b'abc'))
    return 'Parameters are invalid'


@scenario('regular', 'an unknown API key is refused')
def unknown_key(context):
    refused('application not found', Client('AnotherConformanceKeyz').upload, filepath=context.file(b'abc'))
    context.arrived(context.stored(b'abc'), b'abc')
    return 'the known one is taken'


@scenario('regular', 'intelligent upload where it is switched off')
def intelligent_off(context):
    # The last of its process: what is tried again leaves the SDK with chunks of 16 KiB.
    try:
        context.client().upload(filepath=context.file(samples.content(1000)), intelligent=True)
    except Exception as error:
        equal(str(error), 'Minimal chunk size failed', 'the error')
        return 'refused: the SDK sends chunks without being granted them'
    raise Failure('chunks were taken')
