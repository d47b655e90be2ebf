"""Every transformation method of the SDK, with every parameter: what its URL delivers.

The methods are found by looking at the SDK, so one without a case, and a parameter that no case has, is a failure.
"""

import collections
import inspect

import samples
from expectations import (
    any_picture, archive, changed, cut, docinfo, framed, frames, json_list, json_object, json_with, minified, one_of,
    only_inside, page_urls, pdf, picture, pixels, same, shades, text_with,
)
from harness import FilestackHTTPError, Failure, check, equal, refused, same_content, scenario

from filestack import ImageTransformationMixin, Filelink

WIDTH, HEIGHT = 120, 80
RED = (255, 0, 0, 255)

# What a method is called with, what its result must be, and of what it is made.
Case = collections.namedtuple('Case', 'arguments holds source', defaults=['picture'])

SOURCES = {
    'picture': ('picture.png', lambda: samples.picture(WIDTH, HEIGHT)),
    'document': ('document.pdf', samples.pdf),
    'script': ('script.js', lambda: samples.SCRIPT),
    'style': ('style.css', lambda: samples.STYLE),
}

# Arguments of this value are replaced by the handle, or the handles, of other pictures.
OTHER, OTHERS = object(), object()
# The source is a list of two pictures, or a handle that names nothing and stands for the other picture.
TWO, MISSING = 'pictures', 'missing'

# The wire names of methods that are called otherwise.
TASKS = {'filetype_conversion': 'output', 'pdf_info': 'pdfinfo', 'pdf_convert': 'pdfconvert'}
# Methods that do more than add a task have scenarios of their own.
ELSEWHERE = {'av_convert': 'videos'}


def cropped(left, top, width, height):
    return pixels(lambda rows: [row[left:left + width] for row in rows[top:top + height]])


def turned(rows):
    """By 90 degrees, clockwise."""
    return [list(column) for column in zip(*rows[::-1])]


def bordered(rows):
    """With a frame of ten red pixels."""
    across = [[RED] * (len(rows[0]) + 20)] * 10
    return across + [[RED] * 10 + row + [RED] * 10 for row in rows] + across


def each_pixel(change):
    return pixels(lambda rows: [[change(*pixel) for pixel in row] for row in rows])


CASES = {
    'resize': [
        Case({'width': 60}, picture(60, 40)),
        Case({'height': 20, 'fit': 'clip'}, picture(30, 20)),
        Case({'width': 50, 'height': 50, 'fit': 'crop', 'align': 'top'}, picture(50, 50)),
        Case({'width': 50, 'height': 50, 'fit': 'crop', 'align': ['bottom', 'right']}, picture(50, 50)),
        Case({'width': 30, 'height': 70, 'fit': 'scale'}, picture(30, 70)),
        Case({'width': 400, 'height': 400, 'fit': 'max'}, picture(WIDTH, HEIGHT)),
    ],
    'crop': [Case({'dim': [10, 20, 30, 40]}, cropped(10, 20, 30, 40))],
    'rotate': [
        Case({'deg': 90}, pixels(turned)),
        Case({'deg': 45, 'background': 'ff0000'}, framed),
        Case({'deg': 180, 'exif': False}, pixels(lambda rows: [row[::-1] for row in rows[::-1]])),
        Case({'exif': True}, picture(WIDTH, HEIGHT)),
    ],
    'flip': [Case({}, pixels(lambda rows: rows[::-1]))],
    'flop': [Case({}, pixels(lambda rows: [row[::-1] for row in rows]))],
    'watermark': [Case({'file': OTHER, 'size': 30, 'position': ['top', 'left']}, changed())],
    'detect_faces': [
        Case({'minsize': 0.25, 'maxsize': 0.55, 'color': 'ff0000', 'export': False}, picture(WIDTH, HEIGHT)),
        Case({'export': True}, json_list),
    ],
    'crop_faces': [
        Case({'mode': 'thumb', 'width': 40, 'height': 30, 'faces': 1, 'buffer': 10},
             one_of(picture(40, 30), any_picture)),
        Case({'mode': 'fill', 'width': 40, 'height': 30, 'faces': 'all'}, one_of(picture(40, 30), any_picture)),
    ],
    'pixelate_faces': [
        Case({'faces': 'all', 'minsize': 0.25, 'maxsize': 0.55, 'buffer': 10, 'amount': 5, 'blur': 2.5,
              'type': 'oval'}, picture(WIDTH, HEIGHT)),
    ],
    'round_corners': [
        Case({'radius': 20, 'blur': 0.5, 'background': 'ff0000'}, cut(WIDTH, HEIGHT, RED)),
        Case({'radius': 'max'}, changed()),
    ],
    'vignette': [Case({'amount': 50, 'blurmode': 'gaussian', 'background': '000000'}, changed())],
    'polaroid': [Case({'color': 'snow', 'rotate': 0, 'background': 'ff0000'}, framed)],
    'torn_edges': [Case({'spread': [5, 10], 'background': 'ff0000'}, cut(WIDTH, HEIGHT, RED))],
    'shadow': [
        Case({'blur': 5, 'opacity': 50, 'vector': [10, 10], 'color': '000000', 'background': 'ffffff'}, framed),
    ],
    'circle': [Case({'background': 'ff0000'}, cut(HEIGHT, HEIGHT, RED))],
    'border': [Case({'width': 10, 'color': 'ff0000', 'background': 'ffffff'}, pixels(bordered))],
    'sharpen': [Case({'amount': 10}, changed())],
    'blur': [Case({'amount': 10}, changed())],
    'monochrome': [Case({}, shades(256))],
    'blackwhite': [Case({'threshold': 40}, shades(2))],
    'sepia': [Case({'tone': 85}, changed())],
    'pixelate': [Case({'amount': 10}, changed())],
    'oil_paint': [Case({'amount': 5}, changed())],
    'negative': [Case({}, each_pixel(lambda red, green, blue, alpha: (255 - red, 255 - green, 255 - blue, alpha)))],
    'modulate': [Case({'brightness': 155, 'hue': 155, 'saturation': 155}, changed())],
    'partial_pixelate': [
        Case({'amount': 10, 'blur': 0, 'type': 'rect', 'objects': [[10, 20, 40, 30]]}, only_inside(10, 20, 40, 30)),
    ],
    'partial_blur': [
        Case({'amount': 10, 'blur': 0, 'type': 'rect', 'objects': [[10, 20, 40, 30]]}, only_inside(10, 20, 40, 30)),
    ],
    'collage': [
        Case({'files': OTHERS, 'margin': 5, 'width': 200, 'height': 100, 'color': 'ff0000', 'fit': 'crop',
              'autorotate': True}, picture(200, 100)),
    ],
    'upscale': [Case({'upscale': True, 'noise': 'low', 'style': 'artwork'}, picture(2 * WIDTH, 2 * HEIGHT))],
    'enhance': [Case({}, any_picture), Case({'preset': 'vivid'}, any_picture)],
    'redeye': [Case({}, picture(WIDTH, HEIGHT))],
    'ascii': [
        Case({'background': 'black', 'foreground': 'white', 'colored': True, 'size': 50, 'reverse': True},
             text_with(b'<html')),
    ],
    'filetype_conversion': [
        Case({'format': 'jpg', 'quality': 80, 'strip': True}, picture(WIDTH, HEIGHT, 'JPEG')),
        Case({'format': 'jpg', 'background': 'ff0000', 'colorspace': 'rgb'}, picture(WIDTH, HEIGHT, 'JPEG')),
        Case({'format': 'png', 'compress': True}, picture(WIDTH, HEIGHT, 'PNG')),
        Case({'format': 'webp', 'quality': 50}, picture(WIDTH, HEIGHT, 'WebP')),
        Case({'format': 'pdf', 'pageformat': 'a4', 'pageorientation': 'landscape'}, pdf),
        Case({'docinfo': True}, docinfo(2, 612, 792), 'document'),
        Case({'format': 'png', 'page': 2, 'density': 50, 'secure': True}, any_picture, 'document'),
    ],
    'no_metadata': [Case({}, picture(WIDTH, HEIGHT))],
    'quality': [Case({'value': 50}, picture(WIDTH, HEIGHT))],
    'zip': [Case({}, archive)],
    'fallback': [Case({'file': OTHER, 'cache': 10}, same), Case({'file': OTHER}, same, MISSING)],
    'pdf_info': [
        Case({}, json_with('numpages'), 'document'),
        Case({'colorinfo': True}, json_with('numpages'), 'document'),
    ],
    'pdf_convert': [
        Case({'pageorientation': 'landscape', 'pageformat': 'a4', 'pages': [1], 'metadata': False}, pdf, 'document'),
    ],
    'minify_js': [
        Case({}, minified(b'add'), 'script'),
        Case({'gzip': False, 'use_babel_polyfill': False, 'keep_fn_name': True, 'keep_class_name': True,
              'mangle': False, 'merge_vars': False, 'remove_console': False, 'remove_undefined': False,
              'targets': 'chrome'}, minified(b'add', b'console'), 'script'),
    ],
    'minify_css': [
        Case({}, minified(b'body', b'margin'), 'style'),
        Case({'level': 1, 'gzip': True}, minified(b'body', b'margin'), 'style'),
    ],
    'auto_image': [Case({}, picture(WIDTH, HEIGHT))],
    'doc_to_images': [
        Case({'pages': [1, 2], 'engine': 'mupdf', 'format': 'png', 'quality': 80, 'density': 50,
              'hidden_slides': False}, page_urls(2), 'document'),
    ],
    'smart_crop': [
        Case({'mode': 'auto', 'width': 50, 'height': 40, 'fill_color': 'ff0000'}, picture(50, 40)),
        Case({'mode': 'auto', 'width': 50, 'height': 40, 'coords': True}, json_object),
    ],
    'pdfcreate': [Case({'engine': 'mupdf'}, pdf, TWO)],
    'animate': [
        Case({'delay': 100, 'loop': 2, 'width': 60, 'height': 40, 'fit': 'scale', 'align': 'center',
              'background': 'ff0000'}, frames(2, 60, 40), TWO),
    ],
}


def methods():
    """The names of all transformation methods, and of the classes that have them."""
    return [name for name, _ in inspect.getmembers(ImageTransformationMixin, inspect.isfunction) if name[0] != '_']


def other_picture(shade):
    return samples.picture(60, 40, shade)


def source_of(context, name):
    """A filelink and its content."""
    if name == TWO:
        handles = ','.join(context.stored(samples.picture(WIDTH, HEIGHT, shade), 'a.png').handle for shade in (0, 90))
        # What the SDK has for several sources: a filelink whose handle is the list.
        return Filelink(f'[{handles}]', apikey=context.apikey), b''
    if name == MISSING:
        return Filelink('AAAAAAAAAAAAAAAAAAAA'), other_picture(100)
    filename, make = SOURCES[name]
    content = make()
    return context.stored(content, filename), content


def with_handles(context, arguments):
    def handle(shade):
        return context.stored(other_picture(shade), 'other.png').handle

    replaced = {OTHER: lambda: handle(100), OTHERS: lambda: [handle(100), handle(150)]}
    return {name: replaced[value]() if value in (OTHER, OTHERS) else value for name, value in arguments.items()}


def run_case(context, method, case):
    """What the result was, or None when the service says that it does not do the task."""
    filelink, source = source_of(context, case.source)
    transformation = getattr(filelink, method)(**with_handles(context, case.arguments))
    reply = context.service.fetch(transformation.url)
    if reply.status == 501:
        text = refused('does not implement', transformation.get_content)
        task = TASKS.get(method, method)
        names = (task, 'rounded_corners') if method == 'round_corners' else (task,)
        check(any(name in text for name in names), f'501 that does not name the task: {text[:200]}')
        return None
    equal(reply.status, 200, f'{transformation.url.split("/")[-2]}, {reply.body[:200]!r}: the status')
    same_content(transformation.get_content(), reply.body, 'the content through the SDK')
    return case.holds(source, reply.body)


def run_method(context, method):
    seen, unserved = [], 0
    for case in CASES[method]:
        try:
            found = run_case(context, method, case)
        except (Failure, FilestackHTTPError) as error:
            raise Failure(f'{method} with {sorted(case.arguments)}: {error}') from error
        if found is None:
            unserved += 1
        elif found not in seen:
            seen.append(found)
    if unserved and seen:
        seen.append(f'{unserved} of {len(CASES[method])} cases not served (501)')
    return '; '.join(seen) or 'not served (501)'


def enter(method):
    @scenario('open', f'transformation {method}')
    def run(context):
        check(method in CASES, 'the SDK has this method, the scenarios have no case for it')
        parameters = set(inspect.signature(getattr(ImageTransformationMixin, method)).parameters) - {'self'}
        covered = set().union(*(case.arguments for case in CASES[method]))
        equal(covered, parameters, 'the parameters that cases have')
        return run_method(context, method)


for each in methods():
    if each not in ELSEWHERE:
        enter(each)


@scenario('open', 'the cases are methods of the SDK')
def no_case_too_many(_):
    equal(set(CASES) - set(methods()), set(), 'cases without a method')
    return f'{len(methods())} methods'


@scenario('open', 'a chain of transformations')
def chain(context):
    source = samples.picture(WIDTH, HEIGHT)
    filelink = context.stored(source, 'a.png')
    transformation = filelink.crop(dim=[10, 20, 60, 40]).flip().rotate(deg=90)
    check(transformation.url.endswith(f'/crop=dim:[10,20,60,40]/flip/rotate=deg:90/{filelink.handle}'), 'the URL')
    result = transformation.get_content()
    seen = pixels(lambda rows: turned([row[10:70] for row in rows[20:60]][::-1]))(source, result)
    same_content(context.service.fetch(transformation.url).body, result, 'the result without the SDK')
    return f'crop, flip, rotate: {seen}'


@scenario('open', 'a value that a task does not take')
def invalid(context):
    filelink = context.stored(samples.picture(), 'a.png')
    refused('invalid attr value', filelink.resize(width='wide').get_content)
    refused('invalid attr value', filelink.rotate(deg=1000).get_content)
    refused('invalid attr value', filelink.crop(dim=[1, 2]).get_content)
    return '400, invalid attr value'
