'use strict';

// Checks of uploads that several groups of scenarios share.

const assert = require('node:assert/strict');

const service = require('./service');

/** What the SDK says about an upload is true, and the bytes are there. */
async function assertUploaded(file, content, expected = {}) {
  assert.match(file.handle, /^[\w-]{20}$/);
  assert.equal(file.url, `${service.CDN}/${file.handle}`);
  assert.equal(file.status, 'Stored');
  assert.equal(file.size, content.length);
  for (const [name, value] of Object.entries(expected)) {
    assert.equal(file[name], value, name);
  }
  const reply = await service.assertStored(file.handle, content);
  assert.equal(reply.headers['content-type'], file.mimetype);
  assert.equal(Number(reply.headers['content-length']), content.length);
  return reply;
}

async function countOf(method, prefix) {
  return (await service.requests(method, prefix)).length;
}

/** The requests of an upload: how many calls for a part, PUTs and commits there were. */
async function assertTraffic(parts, commits = 0) {
  const counts = { upload: parts, put: parts, commit: commits, complete: 1 };
  assert.deepEqual(counts, {
    upload: await countOf('POST', '/multipart/upload'),
    put: await countOf('PUT', '/'),
    commit: await countOf('POST', '/multipart/commit'),
    complete: await countOf('POST', '/multipart/complete'),
  });
}

module.exports = { assertTraffic, assertUploaded, countOf };
