'use strict';

// What replies are: their kind and size by their bytes, and the pixels of a PNG.

const assert = require('node:assert/strict');
const zlib = require('node:zlib');

/** `{ kind, width, height }` of a picture, or only `{ kind }` of something else that is known. */
function inspect(body) {
  if (body.subarray(1, 4).toString() === 'PNG') {
    return { kind: 'png', width: body.readUInt32BE(16), height: body.readUInt32BE(20) };
  }
  if (body.subarray(0, 2).toString('hex') === 'ffd8') {
    return { kind: 'jpg', ...jpegSize(body) };
  }
  if (body.subarray(0, 3).toString() === 'GIF') {
    return { kind: 'gif', width: body.readUInt16LE(6), height: body.readUInt16LE(8) };
  }
  if (body.subarray(8, 12).toString() === 'WEBP') {
    return { kind: 'webp' };
  }
  const starts = { pdf: '%PDF', zip: 'PK\x03\x04', svg: '<svg', gzip: '\x1f\x8b' };
  const known = Object.keys(starts).find((kind) => body.subarray(0, 4).toString('latin1').startsWith(starts[kind]));
  return { kind: known || 'unknown' };
}

function jpegSize(body) {
  for (let at = 2; at < body.length; at += 2 + body.readUInt16BE(at + 2)) {
    const marker = body[at + 1];
    if (marker >= 0xc0 && marker <= 0xc2) {
      return { width: body.readUInt16BE(at + 7), height: body.readUInt16BE(at + 5), isProgressive: marker === 0xc2 };
    }
  }
  return {};
}

/** The pixels of a PNG with 8 bits a channel: `at(x, y)` gives red, green and blue, and the alpha if there is one. */
function pixels(body) {
  const { kind, width, height } = inspect(body);
  assert.equal(kind, 'png', 'pixels are looked at in PNGs');
  const [depth, color, , , interlaced] = body.subarray(24, 29);
  const channels = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[color];
  assert.deepEqual([depth, interlaced], [8, 0], 'a PNG of 8 bits, not interlaced');
  const parts = chunks(body);
  const raw = zlib.inflateSync(Buffer.concat(parts.filter(({ type }) => type === 'IDAT').map(({ data }) => data)));
  const lines = unfilter(raw, width * channels, height, channels);
  const palette = (parts.find(({ type }) => type === 'PLTE') || {}).data;
  const at = (x, y) => {
    const pixel = [...lines[y].subarray(x * channels, (x + 1) * channels)];
    if (color === 3) {
      return [...palette.subarray(pixel[0] * 3, pixel[0] * 3 + 3)];
    }
    return channels < 3 ? [pixel[0], pixel[0], ...pixel] : pixel;
  };
  return { width, height, at };
}

function chunks(body) {
  const found = [];
  for (let at = 8; at < body.length;) {
    const length = body.readUInt32BE(at);
    found.push({ type: body.subarray(at + 4, at + 8).toString(), data: body.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return found;
}

function unfilter(raw, stride, height, step) {
  const lines = [];
  let above = Buffer.alloc(stride);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)];
    const line = Buffer.from(raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)));
    for (let x = 0; x < stride; x += 1) {
      const left = x >= step ? line[x - step] : 0;
      const corner = x >= step ? above[x - step] : 0;
      const guesses = [0, left, above[x], (left + above[x]) >> 1, paeth(left, above[x], corner)];
      line[x] += guesses[filter];
    }
    lines.push(line);
    above = line;
  }
  return lines;
}

function paeth(left, above, corner) {
  const guess = left + above - corner;
  const [a, b, c] = [left, above, corner].map((value) => Math.abs(guess - value));
  if (a <= b && a <= c) {
    return left;
  }
  return b <= c ? above : corner;
}

module.exports = { inspect, pixels };
