"""The SDK as it was published, and the hosts that it talks to."""

import base64
import hashlib
import importlib.metadata

import filestack
import samples
from harness import check, equal, refused, scenario
from redirection import CNAME


@scenario('open', 'the SDK is what was published')
def unmodified(context):
    distribution = importlib.metadata.distribution('filestack-python')
    equal(distribution.version, filestack.__version__, 'the version')
    files = [file for file in distribution.files if file.hash and file.suffix == '.py']
    for file in files:
        digest = hashlib.new(file.hash.mode, file.read_binary()).digest()
        equal(base64.urlsafe_b64encode(digest).decode().rstrip('='), file.hash.value, str(file))
    check(files, 'the distribution lists no files')
    return 'each file has the hash that its wheel lists'


@scenario('open', 'the hosts of the service')
def real_hosts(context):
    context.redirection.take_hosts()
    content = samples.content(1000)
    filelink = context.stored(content)
    equal(context.redirection.take_hosts(), {'upload.filestackapi.com', 'upload-eu-west-1.filestackapi.com'},
          'the hosts of an upload')
    equal(filelink.upload_response['url'], filelink.url, 'the URL of the reply')
    equal(filelink.url, f'https://cdn.filestackcontent.com/{filelink.handle}', 'the URL of the filelink')
    context.arrived(filelink, content)
    equal(context.redirection.take_hosts(), {'cdn.filestackcontent.com'}, 'the hosts of a download')
    return 'upload, upload-REGION and cdn, by their real names'


@scenario('open', 'a CNAME')
def cname(context):
    content = samples.content(2000)
    context.redirection.take_hosts()
    filestack.config.CNAME = CNAME
    try:
        filelink = context.stored(content)
        equal(filelink.url, f'https://cdn.{CNAME}/{filelink.handle}', 'the URL of the filelink')
        context.arrived(filelink, content)
        equal(filelink.metadata(['size'])['size'], len(content), 'the size in the metadata')
        equal(context.redirection.take_hosts(),
              {f'upload.{CNAME}', 'upload-eu-west-1.filestackapi.com', f'cdn.{CNAME}'}, 'the hosts')
        filelink.delete(security=context.any_security())
        refused('file not found', filelink.get_content)
    finally:
        filestack.config.CNAME = ''
    equal(context.redirection.take_hosts(), {'www.filestackapi.com', f'cdn.{CNAME}'}, 'the hosts of a deletion')
    return 'upload and cdn below the domain of a customer; the file API keeps its own'
