'use strict';

// storeURL: what a URL leads to is stored by the service.

const assert = require('node:assert/strict');

const origins = require('../origin');
const { inspect } = require('../results');
const { bytes, png } = require('../samples');
const { client } = require('../sdk');
const service = require('../service');

const CONTENT = bytes(3000, 50);
const WORKFLOW = '11111111-2222-3333-4444-555555555555';

/** Lets `body` work with a web server that has a binary file and a picture. */
async function withOrigin(body) {
  const origin = await origins.serve({
    '/a%20file.bin': { type: 'application/octet-stream', body: CONTENT },
    '/query?a=1&b=2': { type: 'text/plain', body: CONTENT },
    '/picture.png': { type: 'image/png', body: png() },
  });
  try {
    return await body(origin);
  } finally {
    await origin.close();
  }
}

/** Stores the binary file with storeURL and checks what it became. */
function store(...options) {
  return withOrigin(async (origin) => {
    const stored = await client().storeURL(origin.url('/a%20file.bin'), ...options);
    assert.match(stored.handle, /^[\w-]{20}$/);
    assert.equal(stored.url, `${service.CDN}/${stored.handle}`);
    assert.deepEqual([stored.size, stored.mimetype], [CONTENT.length, stored.type]);
    await service.assertStored(stored.handle, CONTENT);
    return { ...stored, seen: origin.seen };
  });
}

const scenarios = {
  async storeURL() {
    const stored = await store();
    assert.deepEqual([stored.filename, stored.type], ['a file.bin', 'application/octet-stream']);
    assert.equal(stored.seen.length, 1);
    return 'fetched once, sha256 equal';
  },

  async 'storeURL of a URL with a query'() {
    return withOrigin(async (origin) => {
      const stored = await client().storeURL(origin.url('/query?a=1&b=2'));
      await service.assertStored(stored.handle, CONTENT);
      assert.equal(stored.type, 'text/plain');
      return 'query kept, sha256 equal';
    });
  },

  async 'storeURL with store options'() {
    const options = { filename: 'b.bin', location: 'gcs', path: 'x/', container: 'c', region: 'r', access: 'public' };
    const stored = await store(options);
    assert.deepEqual([stored.filename, stored.container], ['b.bin', 'c']);
    assert.match(stored.key, /^x\/\w{20}_b\.bin$/);
    const { location } = await client().metadata(stored.handle, { location: true });
    assert.equal(location, 'gcs');
    return 'name, location, folder and container kept';
  },

  async 'storeURL with base64decode'() {
    return withOrigin(async () => {
      const text = CONTENT.toString('base64');
      const origin = await origins.serve({ '/text': { type: 'text/plain', body: text } });
      const stored = await client().storeURL(origin.url('/text'), { base64decode: true });
      await origin.close();
      await service.assertStored(stored.handle, CONTENT);
      return 'decoded, sha256 equal';
    });
  },

  async 'storeURL with headers'() {
    const { seen } = await store(undefined, undefined, undefined, undefined, { 'X-Own': 'value' });
    assert.equal(seen[0].headers['x-own'], 'value');
    return 'sent along, sha256 equal';
  },

  async 'storeURL with tags'() {
    const stored = await store({}, undefined, undefined, { a: 'b' });
    assert.deepEqual(stored.uploadTags, { a: 'b' });
    return 'told by the reply';
  },

  async 'storeURL with workflows'() {
    const stored = await store({}, undefined, undefined, undefined, undefined, [WORKFLOW]);
    assert.ok(stored.workflows[WORKFLOW].jobid);
    return 'a job is started';
  },

  async 'storeURL of a URL of the service'() {
    return withOrigin(async (origin) => {
      const { handle } = await client().storeURL(origin.url('/picture.png'));
      const stored = await client().storeURL(client().transform(handle, { resize: { width: 10 } }));
      const { kind, width, height } = inspect((await service.download(stored.url)).body);
      assert.deepEqual([kind, width, height], ['png', 10, 5]);
      return 'the transformed picture is stored';
    });
  },

  async 'storeURL of what is missing'() {
    return withOrigin(async (origin) => {
      await assert.rejects(client().storeURL(origin.url('/missing')));
      const [{ status }] = await service.requests('POST', '/process');
      assert.ok(status >= 400 && status < 500, `status ${status}`);
      return 'refused with 4xx';
    });
  },

  async 'storeURL that is cancelled'() {
    await service.addFaults('POST /process * hang');
    const token = {};
    const storing = client().storeURL('http://127.0.0.1:1/a', {}, token);
    await service.untilRequested('POST', '/process', 1);
    token.cancel('no longer wanted');
    await assert.rejects(storing, /no longer wanted/);
    return 'rejected';
  },

  async 'storeURL after 503'() {
    await service.addFaults('POST /process 1 status:503');
    await assert.rejects(store(), ({ response }) => response.status === 503);
    return 'rejected: the SDK does not try again';
  },
};

module.exports = Object.entries(scenarios).map(([name, run]) => ({ group: 'open', name, run }));
