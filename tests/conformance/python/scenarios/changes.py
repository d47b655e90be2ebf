"""Overwriting and deleting."""

import base64
import io

import samples
from harness import equal, refused, scenario
from origin import serving

from filestack import Filelink


@scenario('secured', 'overwrite by a path')
def overwrite_path(context):
    filelink = context.stored(samples.content(100), 'before.bin')
    content = samples.content(6 * samples.MIB)
    equal(filelink.overwrite(filepath=context.file(content)), filelink, 'what overwrite returns')
    context.arrived(filelink, content)
    equal(context.service.metadata(filelink.handle, 'size'), {'size': len(content)}, 'the size')
    return 'the handle has the new content, hash equal'


@scenario('secured', 'overwrite by a file object')
def overwrite_object(context):
    filelink = context.stored(samples.content(100))
    filelink.overwrite(file_obj=io.BytesIO(samples.content(2000)))
    context.arrived(filelink, samples.content(2000))
    return 'the handle has the new content, hash equal'


@scenario('secured', 'overwrite by a URL')
def overwrite_url(context):
    filelink = context.stored(samples.content(100))
    with serving({'/a.bin?b=c': ('application/octet-stream', samples.content(3000))}) as address:
        filelink.overwrite(url=f'{address}/a.bin?b=c')
    context.arrived(filelink, samples.content(3000))
    return 'the handle has the new content, hash equal'


@scenario('secured', 'overwrite with Base64')
def overwrite_base64(context):
    filelink = context.stored(samples.content(100))
    content = samples.content(2000)
    filelink.overwrite(file_obj=io.BytesIO(base64.b64encode(content)), base64decode=True)
    context.arrived(filelink, content)
    return 'decoded by the service, hash equal'


@scenario('secured', 'delete')
def delete(context):
    filelink = context.stored(samples.content(100))
    other = context.stored(samples.content(100))
    equal(filelink.delete(), None, 'what delete returns')
    refused('file not found', filelink.get_content)
    refused('file not found', filelink.metadata)
    refused('file not found', filelink.delete)
    equal(context.service.get(f'/{filelink.handle}{context.service.credentials()}').status, 404, 'the status')
    context.arrived(other, samples.content(100), 'another file')
    return '404 after that, and for a second delete'


@scenario('open', 'overwrite and delete in an open application')
def open_application(context):
    # Both want credentials everywhere; here there is no secret to judge them by.
    filelink = context.stored(samples.content(100))
    credentials = context.any_security()
    filelink.overwrite(file_obj=io.BytesIO(samples.content(50)), security=credentials)
    context.arrived(filelink, samples.content(50))
    Filelink(filelink.handle).delete(apikey=context.apikey, security=credentials)
    refused('file not found', filelink.get_content)
    return 'with any policy: the new content, then 404'
