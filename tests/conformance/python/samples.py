"""Files to upload: the same bytes in every run, made here."""

import random

import pictures

MIB = 1024 * 1024

STYLE = b'/* a comment that goes */\nbody {\n    color: #ff0000;\n    margin: 0px;\n}\n'
SCRIPT = (
    b'// a comment that goes\nfunction add(first, second) {\n'
    b'    console.log(first);\n    return first + second;\n}\n'
)


def content(size):
    """Bytes without a pattern, so that parts in the wrong order are found."""
    return random.Random(size).randbytes(size)


def picture(width=120, height=80, shade=0):
    """A PNG without any symmetry: whatever a task does to it is seen in its pixels."""
    rows = []
    for y in range(height):
        row = bytearray()
        for x in range(width):
            row += bytes(((2 * x + shade) % 256, 3 * y % 256, (x * y + shade) % 256))
        rows.append(row)
    return pictures.encode(width, height, rows)


def pdf(pages=2, width=612, height=792):
    """A PDF with empty pages and a table of its objects."""
    objects = [b'<< /Type /Catalog /Pages 2 0 R >>']
    kids = b' '.join(b'%d 0 R' % (3 + page) for page in range(pages))
    objects.append(b'<< /Type /Pages /Kids [%b] /Count %d >>' % (kids, pages))
    page = b'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Resources << >> >>' % (width, height)
    objects += [page] * pages
    text, offsets = b'%PDF-1.4\n', []
    for number, body in enumerate(objects, 1):
        offsets.append(len(text))
        text += b'%d 0 obj\n%b\nendobj\n' % (number, body)
    table = b''.join(b'%010d 00000 n \n' % offset for offset in offsets)
    trailer = b'trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n' % (len(objects) + 1, len(text))
    return text + b'xref\n0 %d\n0000000000 65535 f \n' % (len(objects) + 1) + table + trailer
