"""A secured application: what is signed passes, what is not does not."""

import time

import pictures
import samples
from harness import equal, refused, same_content, scenario
from origin import serving

from filestack import Client, Filelink, Security


@scenario('secured', 'signed uploads')
def uploads(context):
    content = samples.content(6 * samples.MIB)
    client = context.client(call=['pick', 'read'])
    context.arrived(client.upload(filepath=context.file(content)), content, 'the regular upload')
    context.arrived(client.upload(filepath=context.file(content), intelligent=True), content, 'the intelligent upload')
    with serving({'/a.bin': ('application/octet-stream', content)}) as address:
        stored = context.client(call=['store', 'convert']).upload_url(f'{address}/a.bin')
    context.arrived(stored, content, 'the upload of a URL')
    return 'regular, intelligent, of a URL; each hash equal'


@scenario('secured', 'an upload signed by its own credentials')
def own_credentials(context):
    content = samples.content(1000)
    client = Client(context.apikey)
    filelink = client.upload(filepath=context.file(content), security=context.security(call=['pick']))
    equal(filelink.security, None, 'the credentials of the filelink')
    context.arrived(filelink, content)
    return 'hash equal; the filelink has those of the client'


@scenario('secured', 'unsigned calls are refused')
def unsigned(context):
    client = Client(context.apikey)
    refused('policy error', client.upload, filepath=context.file(b'abc'))
    refused('policy error', client.upload, filepath=context.file(b'abc'), intelligent=True)
    refused('policy error', client.upload_url, 'http://127.0.0.1:9/a')
    filelink = Filelink(context.stored(samples.picture(), 'a.png').handle)
    for call in (filelink.get_content, filelink.metadata, filelink.resize(width=10).get_content):
        refused('policy error', call)
    equal(context.service.get('/' + filelink.handle).status, 403, 'the status')
    return '403 for uploads, content, metadata, transformations'


@scenario('secured', 'signed reading')
def reading(context):
    content = samples.picture(120, 80)
    filelink = context.stored(content, 'a.png')
    same_content(filelink.get_content(), content, 'the content')
    equal(filelink.download(context.file(b'')), len(content), 'the downloaded size')
    equal(filelink.metadata(['size', 'width']), {'size': len(content), 'width': 120}, 'the metadata')
    same_content(context.service.fetch(filelink.signed_url()).body, content, 'what the signed URL names')
    small = filelink.resize(width=60)
    equal(pictures.kind(small.get_content()), ('PNG', 60, 40), 'the transformation')
    same_content(context.service.fetch(small.signed_url()).body, small.get_content(), 'the signed transformation')
    return 'content, download, metadata, transformation, signed URLs'


@scenario('secured', 'a wrong signature is refused')
def wrong_signature(context):
    wrong = context.security(secret='another-secret')
    filelink = context.stored(samples.picture(), 'a.png')
    refused('policy error', filelink.get_content, security=wrong)
    refused('policy error', filelink.metadata, security=wrong)
    refused('policy error', filelink.delete, security=wrong)
    refused('policy error', filelink.overwrite, filepath=context.file(b'abc'), security=wrong)
    refused('policy error', Client(context.apikey, security=wrong).upload, filepath=context.file(b'abc'))
    context.arrived(filelink, samples.picture(), 'the file after that')
    return 'for content, metadata, delete, overwrite, upload'


@scenario('secured', 'an expired policy is refused')
def expired(context):
    old = Security({'expiry': int(time.time()) - 1}, context.secret)
    filelink = context.stored(b'abc')
    refused('policy error', filelink.get_content, security=old)
    refused('policy error', Client(context.apikey, security=old).upload, filepath=context.file(b'abc'))
    refused('policy error', filelink.delete, security=old)
    context.arrived(filelink, b'abc', 'the file after that')
    return 'for content, upload, delete'


@scenario('secured', 'a policy allows what it names')
def calls(context):
    filelink = context.stored(samples.picture(), 'a.png')
    only_read = context.security(call=['read'])
    same_content(filelink.get_content(security=only_read), samples.picture(), 'the content')
    refused('policy error', filelink.metadata, security=only_read)
    refused('policy error', filelink.resize(width=10).get_content, security=only_read)
    refused('policy error', filelink.delete, security=only_read)
    refused('policy error', filelink.overwrite, filepath=context.file(b'abc'), security=only_read)
    of_another = context.security(handle=context.stored(b'abc').handle)
    refused('policy error', filelink.get_content, security=of_another)
    small = context.client(maxSize=10)
    refused('policy error', small.upload, filepath=context.file(samples.content(11)))
    context.arrived(small.upload(filepath=context.file(samples.content(10))), samples.content(10))
    return 'by call, by handle, by size'


@scenario('secured', 'storing in a secured application')
def store(context):
    filelink = context.stored(samples.picture(), 'a.png')
    refused('policy error', filelink.store)
    refused('policy error', filelink.resize(width=10).store)
    return 'refused: the SDK does not sign it'
