'use strict';

// Files that are there: metadata, download, retrieve, removal.

const assert = require('node:assert/strict');
const crypto = require('node:crypto');

const { bytes, jpeg, png } = require('../samples');
const { client } = require('../sdk');
const service = require('../service');

const CONTENT = bytes(4000, 60);
const HASHES = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'];
const MISSING = 'aaaaaaaaaaaaaaaaaaaa';

/** A stored file's handle. */
async function stored(content = CONTENT, name = 'a.bin', options = {}) {
  return (await client().upload({ file: content, name }, {}, options)).handle;
}

/** The metadata that one option brings. */
async function field(handle, option) {
  return client().metadata(handle, { [option]: true });
}

function rejectsWith(promise, status) {
  return assert.rejects(promise, ({ response }) => response.status === status);
}

/** Each option with what it must bring for a picture. */
const FIELDS = {
  size: (value) => assert.equal(value, png().length),
  mimetype: (value) => assert.equal(value, 'image/png'),
  filename: (value) => assert.equal(value, 'p.png'),
  width: (value) => assert.equal(value, 40),
  height: (value) => assert.equal(value, 20),
  uploaded: (value) => assert.ok(Math.abs(value - Date.now()) < 3_600_000, `${value} is milliseconds of today`),
  writeable: (value) => assert.equal(value, true),
  location: (value) => assert.equal(value, 'S3'),
  path: (value) => assert.match(value, /^\w{20}_p\.png$/),
  container: (value) => assert.ok(value),
  ...Object.fromEntries(
    HASHES.map((hash) => [hash, (value) => assert.equal(value, crypto.createHash(hash).update(png()).digest('hex'))]),
  ),
};

const fields = Object.entries(FIELDS).map(([name, check]) => [
  `metadata: ${name}`,
  async () => {
    const { handle, ...rest } = await field(await stored(png(), 'p.png'), name);
    assert.match(handle, /^[\w-]{20}$/);
    assert.deepEqual(Object.keys(rest), [name]);
    check(rest[name]);
    return 'the right value, and nothing else';
  },
]);

const scenarios = {
  async metadata() {
    const metadata = await client().metadata(await stored(png(), 'p.png'));
    const names = ['mimetype', 'size', 'filename', 'uploaded', 'writeable', 'location', 'path', 'container'];
    names.forEach((name) => assert.ok(metadata[name] !== undefined, name));
    assert.deepEqual([metadata.filename, metadata.size, metadata.mimetype], ['p.png', png().length, 'image/png']);
    return 'the default fields';
  },

  ...Object.fromEntries(fields),

  async 'metadata: cloud'() {
    const { cloud } = await field(await stored(), 'cloud');
    assert.ok(cloud === null || typeof cloud === 'string', `${cloud}`);
    return 'answered';
  },

  async 'metadata: sourceUrl'() {
    const { source_url: source } = await field(await stored(), 'sourceUrl');
    assert.ok(source === null || typeof source === 'string', `${source}`);
    return 'answered under its name on the wire';
  },

  async 'metadata: exif'() {
    const { exif } = await field(await stored(jpeg(), 'turned.jpg'), 'exif');
    assert.match(JSON.stringify(exif), /Orientation.*6|6.*Orientation|right/i);
    return 'has the orientation';
  },

  async 'metadata: an unknown field'() {
    assert.throws(() => client().metadata(MISSING, { colour: true }), /Invalid metadata params/);
    return 'refused by the SDK';
  },

  async 'metadata of what is missing'() {
    await rejectsWith(client().metadata(MISSING), 404);
    return '404';
  },

  async download() {
    const { data, headers, status } = await client().download(await stored());
    assert.equal(status, 200);
    assert.equal(service.sha256(data), service.sha256(CONTENT));
    assert.equal(headers['content-type'], 'application/octet-stream');
    return 'sha256 equal';
  },

  async 'download of text'() {
    const text = 'smörgåsbord';
    const { data } = await client().download(await stored(Buffer.from(text), 'a.txt'));
    // The SDK makes text of every byte for itself.
    assert.equal(data, Buffer.from(text).toString('latin1'));
    return 'the SDK reads text as Latin-1';
  },

  async 'download of JSON'() {
    const { data } = await client().download(await stored(Buffer.from('{"a":[1]}'), 'a.json'));
    assert.deepEqual(data, { a: [1] });
    return 'parsed by the SDK';
  },

  async 'download of what is missing'() {
    await rejectsWith(client().download(MISSING), 404);
    return '404';
  },

  async retrieve() {
    const data = await client().retrieve(await stored());
    assert.equal(service.sha256(data), service.sha256(CONTENT));
    return 'sha256 equal';
  },

  async 'retrieve with head'() {
    const headers = await client().retrieve(await stored(), { head: true });
    assert.equal(Number(headers['content-length']), CONTENT.length);
    assert.equal(headers['content-type'], 'application/octet-stream');
    return 'headers without a body';
  },

  async 'retrieve with metadata'() {
    const metadata = await client().retrieve(await stored(), { metadata: true });
    assert.deepEqual([metadata.size, metadata.filename], [CONTENT.length, 'a.bin']);
    return 'the default fields';
  },

  async 'retrieve with dl, cache and extension'() {
    const handle = await stored();
    const data = await client().retrieve(handle, { dl: true, cache: true, extension: 'bin' });
    assert.equal(service.sha256(data), service.sha256(CONTENT));
    const { 'content-disposition': disposition } = await client().retrieve(handle, { dl: true, head: true });
    assert.match(disposition, /^attachment/);
    return 'sha256 equal, as an attachment';
  },

  async 'retrieve of what is missing'() {
    await rejectsWith(client().retrieve(MISSING), 404);
    return '404';
  },

  async 'remove without security'() {
    assert.throws(() => client().remove(MISSING), /policy and signature are required/);
    assert.throws(() => client().removeMetadata(MISSING), /policy and signature are required/);
    assert.equal((await service.requests()).length, 0);
    return 'refused by the SDK, nothing sent';
  },
};

module.exports = Object.entries(scenarios).map(([name, run]) => ({ group: 'open', name, run }));
