'use strict';

// Files to upload: bytes that look random but are the same every time, and small pictures and documents.

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const zlib = require('node:zlib');

const MIB = 1024 * 1024;

/** So many bytes, no two alike parts; another seed, other bytes. */
function bytes(size, seed = 1) {
  const cipher = crypto.createCipheriv('aes-256-ctr', Buffer.alloc(32, seed), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(size));
}

/** Writes a file into the scratch folder. */
function write(name, content) {
  const file = path.join(process.env.CONFORMANCE_SCRATCH || require('node:os').tmpdir(), name);
  fs.writeFileSync(file, content);
  return file;
}

/** A PNG whose left half is red, right half blue, and top rows lighter and speckled; `level` as zlib has it. */
function png(width = 40, height = 20, level = 6) {
  const rows = [];
  for (let y = 0; y < height; y += 1) {
    rows.push(Buffer.from([0]));
    for (let x = 0; x < width; x += 1) {
      rows.push(Buffer.from(halves(x, y, width, height)));
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const chunks = [
    chunk('IHDR', head),
    chunk('IDAT', zlib.deflateSync(Buffer.concat(rows), { level })),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...chunks]);
}

function halves(x, y, width, height) {
  const light = y < height / 4 ? 60 + ((x * 7 + y * 13) % 10 === 0 ? 30 : 0) : 0;
  return x < width / 2 ? [180 + light, light, light] : [light, light, 180 + light];
}

function chunk(type, data) {
  const typed = Buffer.concat([Buffer.from(type), data]);
  const framed = Buffer.alloc(typed.length + 8);
  framed.writeUInt32BE(data.length, 0);
  typed.copy(framed, 4);
  framed.writeUInt32BE(crc32(typed), typed.length + 4);
  return framed;
}

function crc32(data) {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
  }
  return ~crc >>> 0;
}

/** A JPEG of 32 x 16, red and blue, with EXIF: made by "Conformance" and to be turned by 90 degrees. */
function jpeg() {
  return fs.readFileSync(path.join(__dirname, 'files', 'turned.jpg'));
}

/** A PDF with so many empty pages of 200 x 100 points. */
function pdf(pages = 2) {
  const kids = Array.from({ length: pages }, (_, index) => `${index + 3} 0 R`).join(' ');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages} /MediaBox [0 0 200 100] >>`,
    ...Array.from({ length: pages }, () => '<< /Type /Page /Parent 2 0 R /Resources << >> >>'),
  ];
  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const start = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`;
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(text);
}

module.exports = { MIB, bytes, jpeg, pdf, png, write };
