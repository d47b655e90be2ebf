"""Files at other addresses: stored by `upload_url`, transformed by `transform_external`."""

import pictures
import samples
from harness import check, equal, refused, same_content, scenario
from origin import serving


@scenario('open', 'upload of a URL')
def upload_url(context):
    content = samples.content(300_000)
    with serving({'/a/file.bin': ('application/x-test', content)}) as address:
        filelink = context.client().upload_url(f'{address}/a/file.bin')
    reply = filelink.upload_response
    equal((reply['filename'], reply['type'], reply['size']), ('file.bin', 'application/x-test', len(content)),
          'the reply')
    equal(reply['url'], filelink.url, 'the URL of the reply')
    context.arrived(filelink, content)
    return 'fetched by the service, hash equal'


@scenario('open', 'upload of a URL with a query')
def upload_url_with_query(context):
    content = samples.content(2000)
    with serving({'/file.bin?a=b&c=d': ('application/octet-stream', content)}) as address:
        filelink = context.client().upload_url(f'{address}/file.bin?a=b&c=d')
    context.arrived(filelink, content)
    return 'the whole URL is fetched, hash equal'


@scenario('open', 'upload of a URL of the service')
def upload_own_url(context):
    content = samples.content(50_000)
    first = context.stored(content, 'first.bin')
    second = context.client().upload_url(first.url)
    check(second.handle != first.handle, 'the same file came back')
    context.arrived(second, content)
    third = context.client().upload_url(f'{context.service.url}/{first.handle}')
    context.arrived(third, content)
    return 'by its real host and by its address, hash equal'


@scenario('open', 'upload of a URL with every store parameter')
def upload_url_stored(context):
    content = samples.content(4000)
    with serving({'/file.bin': ('application/x-test', content)}) as address:
        filelink = context.client().upload_url(f'{address}/file.bin', store_params={
            'filename': 'renamed.bin', 'location': 'azure', 'path': 'folder/exact.bin', 'container': 'a-container',
            'region': 'eu-west-1', 'access': 'private', 'base64decode': False, 'workflows': ['workflow-one'],
        })
    reply = filelink.upload_response
    equal((reply['filename'], reply['key'], reply['container']), ('renamed.bin', 'folder/exact.bin', 'a-container'),
          'the reply')
    equal(list(reply['workflows']), ['workflow-one'], 'the workflows')
    equal(context.service.metadata(filelink.handle, 'location'), {'location': 'azure'}, 'the location')
    context.arrived(filelink, content)
    return 'looked up in reply and metadata, hash equal'


@scenario('open', 'upload of a URL that is not there')
def upload_missing_url(context):
    with serving({}) as address:
        refused(f'{address}/nothing could not be fetched', context.client().upload_url, f'{address}/nothing')
    return 'refused, in words that name the URL'


@scenario('open', 'transformation of a URL')
def transform_external(context):
    with serving({'/a/picture.png': ('image/png', samples.picture(120, 80))}) as address:
        transformation = context.client().transform_external(f'{address}/a/picture.png').resize(width=60).flip()
        content = transformation.get_content()
        same_content(context.service.fetch(transformation.url).body, content, 'the result without the SDK')
    equal(pictures.kind(content), ('PNG', 60, 40), 'the result')
    return 'resized and flipped, PNG of 60x40'


@scenario('open', 'transformation of a URL with a query')
def transform_external_with_query(context):
    with serving({'/picture.png?version=2&b=c': ('image/png', samples.picture(120, 80))}) as address:
        transformation = context.client().transform_external(f'{address}/picture.png?version=2&b=c').resize(height=20)
        content = transformation.get_content()
    equal(pictures.kind(content), ('PNG', 30, 20), 'the result')
    return 'the query reaches the source, PNG of 30x20'


@scenario('open', 'storing a transformation of a URL')
def store_external(context):
    with serving({'/picture.png': ('image/png', samples.picture(120, 80))}) as address:
        filelink = context.client().transform_external(f'{address}/picture.png').resize(width=30).store()
    content = context.service.content(filelink.handle)
    equal(pictures.kind(content), ('PNG', 30, 20), 'what was stored')
    context.arrived(filelink, content)
    return 'PNG of 30x20 under a handle of its own'
