"""`tags`, `sfw` and `ocr`."""

import samples
from harness import check, equal, refused, scenario

from filestack import Filelink


def picture(context):
    return context.stored(samples.picture(), 'a.png')


def asked(ask, holds):
    """Asks by the method of a filelink and of a transformation, twice each: the same bytes have the same answer."""
    for subject in ask:
        first, second = subject(), subject()
        check(holds(first), f'the reply is {str(first)[:200]}')
        equal(first, second, 'the second reply')


@scenario('secured', 'tags')
def tags(context):
    filelink = picture(context)
    asked([filelink.tags, lambda: filelink.resize(width=50).tags()],
          lambda reply: reply['tags']['auto'] and all(0 <= score <= 100 for score in reply['tags']['auto'].values()))
    refused('policy error', filelink.tags, security=context.security(call=['read']))
    return 'words with their scores, of a filelink and of a transformation'


@scenario('secured', 'sfw')
def sfw(context):
    filelink = picture(context)
    asked([filelink.sfw, lambda: filelink.resize(width=50).sfw()], lambda reply: reply['sfw'] in (True, False))
    return 'true or false, of a filelink and of a transformation'


@scenario('secured', 'ocr')
def ocr(context):
    filelink = picture(context)

    def holds(reply):
        areas = reply['document']['text_areas']
        return isinstance(reply['text'], str) and all(len(area['bounding_box']) == 4 for area in areas)

    asked([filelink.ocr, lambda: filelink.resize(width=50).ocr()], holds)
    return 'text and areas, of a filelink and of a transformation'


@scenario('open', 'tags, sfw and ocr in an open application')
def open_application(context):
    # They want credentials everywhere, and the SDK refuses to ask without.
    filelink = Filelink(picture(context).handle, security=context.any_security())
    for member, reply in (('tags', filelink.tags()), ('sfw', filelink.sfw()), ('text', filelink.ocr())):
        check(member in reply, f'{member} is not in the reply')
    unsigned = filelink.resize(width=10)
    reply = context.service.fetch(unsigned.url.replace('/resize', '/tags/resize'))
    equal(reply.status, 403, 'the status of an unsigned request')
    return 'with any policy; 403 without'
