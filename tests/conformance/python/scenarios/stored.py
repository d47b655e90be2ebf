"""`store`: filelinks of what is delivered."""

import base64

import pictures
import samples
from harness import check, equal, refused, scenario


@scenario('open', 'storing a file again')
def again(context):
    content = samples.content(9000)
    first = context.stored(content, 'first.bin')
    second = first.store()
    check(first.handle != second.handle, 'the same handle came back')
    context.arrived(second, content)
    return 'a handle of its own, hash equal'


@scenario('open', 'storing with every parameter')
def parameters(context):
    content = samples.content(9000)
    filelink = context.stored(content).store(
        filename='renamed.bin', location='gcs', path='folder/exact.bin', container='a-container', region='eu-west-1',
        access='public', base64decode=False, workflows=['workflow-one', 'workflow-two'])
    metadata = context.service.metadata(filelink.handle, 'filename', 'location', 'path', 'container')
    equal(metadata, {'filename': 'renamed.bin', 'location': 'gcs', 'path': 'folder/exact.bin',
                     'container': 'a-container'}, 'the metadata')
    context.arrived(filelink, content)
    return 'looked up in the metadata, hash equal'


@scenario('open', 'storing under a path with commas and spaces')
def quoted_path(context):
    content, path = samples.content(900), 'a folder, with (commas)/the file.bin'
    filelink = context.stored(content).store(path=path)
    equal(context.service.metadata(filelink.handle, 'path'), {'path': path}, 'the path')
    context.arrived(filelink, content)
    return 'quoted by the SDK, looked up in the metadata'


@scenario('open', 'storing under a name with a comma')
def comma(context):
    refused('Invalid transformation attribute', context.stored(b'abc').store, filename='first,second.bin')
    return 'refused: the SDK does not quote it, so it is two parameters'


@scenario('open', 'storing Base64 decoded')
def base64decode(context):
    content = samples.content(900)
    filelink = context.stored(base64.b64encode(content), 'a.txt').store(base64decode=True)
    context.arrived(filelink, content)
    return 'the decoded bytes are stored, hash equal'


@scenario('open', 'storing a transformation')
def transformation(context):
    filelink = context.stored(samples.picture(120, 80), 'a.png')
    expected = filelink.resize(width=60).flip().get_content()
    stored = filelink.resize(width=60).flip().store(filename='small.png')
    context.arrived(stored, expected)
    equal(pictures.kind(expected), ('PNG', 60, 40), 'the picture')
    equal(context.service.metadata(stored.handle, 'filename', 'width', 'height'),
          {'filename': 'small.png', 'width': 60, 'height': 40}, 'the metadata')
    return 'the bytes that are delivered, PNG of 60x40'
