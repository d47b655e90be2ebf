"""What the result of a task must be: functions of the bytes of source and result that say what they have seen."""

import gzip
import io
import json
import zipfile

import pictures
from harness import check, equal, same_content


def picture(width, height, name=None):
    """A picture of this size, and of this format when one is named."""
    def holds(_, result):
        kind = _kind(result)
        equal((kind.width, kind.height), (width, height), 'the size')
        equal(kind.name, name or kind.name, 'the format')
        return f'{kind.name} {kind.width}x{kind.height}'
    return holds


def changed(width=None, height=None):
    """A picture with other pixels, as large as the source when no size is given."""
    def holds(source, result):
        was, kind = _kind(source), _kind(result)
        equal((kind.width, kind.height), (width or was.width, height or was.height), 'the size')
        check(kind.name != 'PNG' or pictures.pixels(result) != pictures.pixels(source), 'no pixel has changed')
        return f'{kind.name} {kind.width}x{kind.height}, other pixels'
    return holds


def framed(source, result):
    """A picture that is at least as large as the source, and another one."""
    was, kind = _kind(source), _kind(result)
    check(kind.width >= was.width and kind.height >= was.height, f'smaller than the source: {kind}')
    check(kind.name != 'PNG' or pictures.pixels(result) != pictures.pixels(source), 'no pixel has changed')
    return 'at least the size of the source, other pixels'


def cut(width, height, color):
    """A picture whose corners have gone, so that this color is seen there, and whose middle is that of the source."""
    def holds(source, result):
        before, after = pictures.pixels(source), pictures.pixels(result)
        equal((len(after[0]), len(after)), (width, height), 'the size')
        equal({after[y][x] for y in (0, -1) for x in (0, -1)}, {color}, 'the corners')
        equal(after[height // 2][width // 2], before[len(before) // 2][len(before[0]) // 2], 'the middle')
        return f'PNG {width}x{height}, other corners, the same middle'
    return holds


def pixels(make):
    """Exactly the pixels that `make` gives for the rows of the source."""
    def holds(source, result):
        check(pictures.pixels(result) == make(pictures.pixels(source)), 'other pixels than expected')
        return 'each pixel as computed here'
    return holds


def only_inside(left, top, width, height):
    """Pixels that have changed inside of a box and nowhere else."""
    def holds(source, result):
        before, after = pictures.pixels(source), pictures.pixels(result)
        equal((len(after), len(after[0])), (len(before), len(before[0])), 'the size')
        places = {(x, y) for y, row in enumerate(before) for x, pixel in enumerate(row) if after[y][x] != pixel}
        check(places, 'no pixel has changed')
        outside = [(x, y) for x, y in places if not (left <= x < left + width and top <= y < top + height)]
        check(not outside, f'{len(outside)} pixels outside of the box have changed')
        return 'other pixels inside of the box only'
    return holds


def shades(most):
    """A picture of grey pixels, of at most so many shades."""
    def holds(source, result):
        found = {pixel for row in pictures.pixels(result) for pixel in row}
        check(all(red == green == blue for red, green, blue, _ in found), 'a pixel is not grey')
        check(1 < len(found) <= most, f'{len(found)} shades')
        return changed()(source, result)
    return holds


def same(source, result):
    """The source itself."""
    same_content(result, source, 'the result')
    return 'the bytes of the source'


def any_picture(_, result):
    _kind(result)
    return 'a picture'


def one_of(*expectations):
    """What either holds: for tasks whose answer depends on what is found in the picture."""
    def holds(source, result):
        for expectation in expectations[:-1]:
            try:
                return expectation(source, result)
            except Exception:
                pass
        return expectations[-1](source, result)
    return holds


def json_with(*members):
    def holds(_, result):
        reply = json.loads(result)
        for member in members:
            check(member in reply, f'{member} is not in {str(reply)[:200]}')
        return f'JSON with {", ".join(members)}'
    return holds


def docinfo(pages, width, height):
    def holds(_, result):
        equal(json.loads(result), {'dimensions': {'width': width, 'height': height}, 'numpages': pages}, 'the reply')
        return f'{pages} pages of {width}x{height}'
    return holds


def page_urls(count):
    """As many URLs of pages, at the host of files."""
    def holds(_, result):
        reply = json.loads(result)
        equal(len(reply), count, 'the number of pages')
        check(all(url.startswith('https://cdn.filestackcontent.com/') for url in reply), f'the URLs are {reply}')
        return f'{count} URLs'
    return holds


def json_object(_, result):
    reply = json.loads(result)
    check(isinstance(reply, dict) and reply, f'no object: {result[:200]!r}')
    return 'a JSON object'


def json_list(_, result):
    check(isinstance(json.loads(result), list), f'no list: {result[:200]!r}')
    return 'a JSON list'


def pdf(_, result):
    check(result.startswith(b'%PDF-'), f'no PDF: {result[:40]!r}')
    return 'a PDF'


def frames(count, width, height):
    """An animated GIF with so many pictures."""
    def holds(source, result):
        seen = picture(width, height, 'GIF')(source, result)
        equal(_gif_frames(result), count, 'the number of pictures')
        return f'{seen}, {count} pictures'
    return holds


def text_with(*words):
    def holds(_, result):
        for word in words:
            check(word in result, f'{word!r} is not in {result[:200]!r}')
        return 'text'
    return holds


def minified(*words):
    """Less text, without the comment but with these words; it may have come gzipped."""
    def holds(source, result):
        text = gzip.decompress(result) if result.startswith(b'\x1f\x8b') else result
        check(len(text) < len(source), 'not smaller')
        check(b'comment' not in text, 'the comment is still there')
        for word in words:
            check(word in text, f'{word!r} is not in {text[:200]!r}')
        return 'smaller, without comments'
    return holds


def archive(source, result):
    with zipfile.ZipFile(io.BytesIO(result)) as opened:
        contents = [opened.read(name) for name in opened.namelist()]
    check(len(contents) == 1, f'{len(contents)} members')
    same_content(contents[0], source, 'the member')
    return 'a ZIP with the source'


def _kind(content):
    kind = pictures.kind(content)
    check(kind is not None, f'no picture: {content[:40]!r}')
    return kind


def _gif_frames(content):
    """Walks through the blocks of a GIF."""
    def skip_blocks(at):
        while content[at]:
            at += content[at] + 1
        return at + 1

    def table(flags):
        return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0

    count, at = 0, 13 + table(content[10])
    while content[at] != 0x3B:
        if content[at] == 0x21:
            at = skip_blocks(at + 2)
        else:
            count += 1
            at = skip_blocks(at + 11 + table(content[at + 9]))
    return count
