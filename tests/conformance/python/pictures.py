"""Reads pictures as far as the scenarios need it: the pixels of PNGs, kind and size of the others."""

import collections
import struct
import zlib

Kind = collections.namedtuple('Kind', 'name width height')

PNG = b'\x89PNG\r\n\x1a\n'
# Bytes of a pixel by the colour type of a PNG with eight bits for a sample.
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def kind(content):
    """Format and size by the header; None for an unknown format."""
    if content.startswith(PNG):
        return Kind('PNG', *struct.unpack('>II', content[16:24]))
    if content.startswith(b'\xff\xd8\xff'):
        return Kind('JPEG', *_jpeg_size(content))
    if content[:6] in (b'GIF87a', b'GIF89a'):
        return Kind('GIF', *struct.unpack('<HH', content[6:10]))
    if content[:4] == b'RIFF' and content[8:12] == b'WEBP':
        return Kind('WebP', *_webp_size(content))
    return None


def _jpeg_size(content):
    at = 2
    while at + 9 <= len(content):
        marker, length = content[at + 1], int.from_bytes(content[at + 2:at + 4], 'big')
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack('>HH', content[at + 5:at + 9])
            return width, height
        at += 2 + length
    raise ValueError('a JPEG without a frame')


def _webp_size(content):
    form = content[12:16]
    if form == b'VP8 ':
        width, height = struct.unpack('<HH', content[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if form == b'VP8L':
        bits = int.from_bytes(content[21:25], 'little')
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return int.from_bytes(content[24:27], 'little') + 1, int.from_bytes(content[27:30], 'little') + 1


def encode(width, height, rows):
    """A PNG of rows of RGB bytes."""
    def chunk(name, data):
        return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))

    header = struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b''.join(b'\0' + bytes(row) for row in rows))
    return PNG + chunk(b'IHDR', header) + chunk(b'IDAT', body) + chunk(b'IEND', b'')


def pixels(content):
    """The rows of a PNG with eight bits for a sample, each a list of (red, green, blue, alpha)."""
    found = collections.defaultdict(bytes)
    at = len(PNG)
    while at < len(content):
        length, name = struct.unpack('>I4s', content[at:at + 8])
        found[name] += content[at + 8:at + 8 + length]
        at += 12 + length
    width, height, depth, color, _, _, interlaced = struct.unpack('>IIBBBBB', found[b'IHDR'])
    if depth != 8 or interlaced:
        raise ValueError(f'a PNG with {depth} bits for a sample, or interlaced')
    step = SAMPLES[color]
    data = zlib.decompress(found[b'IDAT'])
    rows, above = [], bytes(width * step)
    for y in range(height):
        start = y * (width * step + 1)
        above = _unfiltered(data[start], bytearray(data[start + 1:start + 1 + width * step]), above, step)
        rows.append([_rgba(above[at:at + step], color, found[b'PLTE']) for at in range(0, width * step, step)])
    return rows


def _rgba(sample, color, palette):
    alpha = sample[-1] if color in (4, 6) else 255
    if color == 3:
        return (*palette[3 * sample[0]:3 * sample[0] + 3], alpha)
    return (*sample[:1] * 3, alpha) if color in (0, 4) else (*sample[:3], alpha)


def _unfiltered(method, row, above, step):
    for at in range(len(row)):
        left = row[at - step] if at >= step else 0
        corner = above[at - step] if at >= step else 0
        row[at] = (row[at] + _prediction(method, left, above[at], corner)) & 0xFF
    return bytes(row)


def _prediction(method, left, up, corner):
    if method == 3:
        return (left + up) // 2
    if method == 4:
        return min((left, up, corner), key=lambda near: abs(left + up - corner - near))
    return (0, left, up)[method]
