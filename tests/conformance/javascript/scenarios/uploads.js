'use strict';

// Uploads of every kind of input, whole, in parts and in chunks.

const assert = require('node:assert/strict');

const { assertTraffic, assertUploaded, countOf } = require('../checks');
const { bytes, MIB, png, write } = require('../samples');
const { client } = require('../sdk');
const service = require('../service');

const scenarios = {
  async 'upload a path'() {
    const content = bytes(5000);
    const file = await client().upload(write('a file.bin', content));
    await assertUploaded(file, content, { filename: 'a file.bin', mimetype: 'application/octet-stream' });
    return 'stored and fetched, sha256 equal';
  },

  async 'upload a buffer'() {
    const content = png();
    const file = await client().upload(content);
    await assertUploaded(file, content, { filename: 'undefined', mimetype: 'image/png' });
    return 'stored and fetched, sha256 equal';
  },

  async 'upload a buffer with a name'() {
    const content = bytes(100);
    const file = await client().upload({ file: content, name: 'named.dat' });
    await assertUploaded(file, content, { filename: 'named.dat' });
    return 'stored and fetched, sha256 equal';
  },

  async 'upload base64 text'() {
    const content = bytes(300);
    const file = await client().upload({ file: content.toString('base64'), name: 'text.bin' });
    await assertUploaded(file, content, { filename: 'text.bin' });
    return 'stored and fetched, sha256 equal';
  },

  async 'upload a data URL'() {
    const url = `data:image/png;base64,${png(3, 3).toString('base64')}`;
    const file = await client().upload(url);
    // The SDK takes the head of the URL for base64 too.
    await assertUploaded(file, Buffer.from(url, 'base64'));
    return 'the SDK sends other bytes than the URL has; those are stored';
  },

  async 'upload a name that is not ASCII'() {
    const content = Buffer.from('smörgåsbord');
    const file = await client().upload({ file: content, name: 'smörgås 日本.txt' });
    await assertUploaded(file, content, { filename: 'smörgås 日本.txt', mimetype: 'text/plain' });
    const { filename } = await client().metadata(file.handle, { filename: true });
    assert.equal(filename, 'smörgås 日本.txt');
    return 'name kept, sha256 equal';
  },

  async 'upload a single byte'() {
    const content = Buffer.from([7]);
    await assertUploaded(await client().upload(content), content);
    return 'stored and fetched, sha256 equal';
  },

  async 'upload an empty file'() {
    await assert.rejects(client().upload(write('empty.bin', '')), ({ status }) => status === 'Failed');
    assert.equal(await countOf('POST', '/multipart'), 0);
    return 'refused by the SDK, nothing sent';
  },

  async 'upload exactly one part'() {
    const content = bytes(6 * MIB);
    await assertUploaded(await client().upload({ file: content, name: 'six.bin' }), content);
    await assertTraffic(1);
    return 'one part, sha256 equal';
  },

  async 'upload in parts'() {
    const content = bytes(14 * MIB);
    await assertUploaded(await client().upload(write('fourteen.bin', content)), content);
    await assertTraffic(3);
    return '14 MiB in 3 parts, sha256 equal';
  },

  async 'upload with a part size and one connection'() {
    const content = bytes(11 * MIB, 2);
    const file = await client().upload({ file: content, name: 'a.bin' }, { partSize: 5 * MIB, concurrency: 1 });
    await assertUploaded(file, content);
    await assertTraffic(3);
    return '11 MiB in 3 parts, sha256 equal';
  },

  async 'upload without an integrity check'() {
    const content = bytes(7 * MIB, 3);
    const file = await client().upload({ file: content, name: 'a.bin' }, { disableIntegrityCheck: true });
    await assertUploaded(file, content);
    const puts = await service.requests('PUT');
    assert.ok(puts.length === 2 && puts.every(({ headers }) => headers.every(([name]) => name !== 'content-md5')));
    return 'no Content-MD5, sha256 equal';
  },

  async 'upload with intelligent ingestion'() {
    const content = bytes(14 * MIB, 4);
    const file = await client().upload({ file: content, name: 'a.bin' }, { intelligent: true });
    await assertUploaded(file, content);
    await assertTraffic(2, 2);
    return '14 MiB in 2 committed parts, sha256 equal';
  },

  async 'upload with intelligent ingestion and a chunk size'() {
    const content = bytes(3 * MIB, 5);
    const options = { intelligent: true, intelligentChunkSize: MIB };
    await assertUploaded(await client().upload({ file: content, name: 'a.bin' }, options), content);
    await assertTraffic(1, 1);
    return 'the SDK sends whole parts all the same, sha256 equal';
  },

  async 'upload with intelligent ingestion over a failing connection'() {
    const content = bytes(9 * MIB, 6);
    await service.addFaults('PUT /* 1 reset', 'PUT /* 2 status:503');
    const file = await client().upload({ file: content, name: 'a.bin' }, { intelligent: true });
    await assertUploaded(file, content);
    assert.equal(await countOf('POST', '/multipart/commit'), 2);
    assert.equal(await countOf('PUT', '/'), 4);
    return 'chunks sent again, sha256 equal';
  },

  async 'upload with fallback that is not needed'() {
    const content = bytes(9 * MIB, 7);
    const file = await client().upload({ file: content, name: 'a.bin' }, { intelligent: 'fallback' });
    await assertUploaded(file, content);
    await assertTraffic(2, 0);
    return 'regular parts, sha256 equal';
  },

  async 'upload that falls back'() {
    const content = bytes(20 * MIB, 8);
    await service.addFaults('PUT /* 2 status:500');
    const options = { intelligent: 'fallback', concurrency: 1 };
    await assertUploaded(await client().upload({ file: content, name: 'a.bin' }, options), content);
    assert.equal(await countOf('POST', '/multipart/commit'), 2);
    return 'one part with an ETag, two committed, sha256 equal';
  },

  async multiupload() {
    const contents = [bytes(1000, 9), png(), bytes(7 * MIB, 10)];
    const inputs = [write('one.bin', contents[0]), { file: contents[1], name: 'two.png' }, contents[2]];
    const files = await client().multiupload(inputs);
    assert.deepEqual(
      files.map(({ filename }) => filename),
      ['one.bin', 'two.png', 'undefined'],
    );
    for (const [index, file] of files.entries()) {
      await assertUploaded(file, contents[index]);
    }
    return '3 files, sha256 equal';
  },

  async 'multiupload with a file that fails'() {
    const content = bytes(1000, 11);
    const files = await client().multiupload([{ file: content, name: 'a.bin' }, write('empty.bin', '')]);
    await assertUploaded(files[0], content);
    assert.equal(files[1].status, 'Failed');
    return 'the other one is stored';
  },

  async 'progress of an upload'() {
    const content = bytes(14 * MIB, 12);
    const events = [];
    const onProgress = ({ totalBytes, totalPercent, files }) => events.push({ totalBytes, totalPercent, files });
    await client().upload({ file: content, name: 'a.bin' }, { onProgress, progressInterval: 1 });
    assert.ok(events.length > 2, `${events.length} events`);
    for (const name of ['totalBytes', 'totalPercent']) {
      const values = events.map((event) => event[name]);
      assert.deepEqual(
        values,
        values.toSorted((a, b) => a - b),
        `${name} never goes back`,
      );
    }
    const last = events.at(-1);
    assert.ok(last.totalBytes <= content.length && last.totalPercent <= 100);
    return 'never goes back, ends within the size';
  },

  async 'progress of a multiupload'() {
    const events = [];
    const options = { onProgress: (event) => events.push(event), progressInterval: 1 };
    const inputs = [1, 2].map((seed) => ({ file: bytes(6 * MIB, seed), name: `${seed}.bin` }));
    await client().multiupload(inputs, options);
    const values = events.map(({ totalBytes }) => totalBytes);
    assert.deepEqual(
      values,
      values.toSorted((a, b) => a - b),
    );
    assert.equal(Object.keys(events.at(-1).files).length, 2);
    return 'never goes back, tells of both files';
  },
};

module.exports = Object.entries(scenarios).map(([name, run]) => ({ group: 'open', name, run }));
