'use strict';

// An application without Intelligent Ingestion and with one known API key.

const assert = require('node:assert/strict');

const { assertTraffic, assertUploaded } = require('../checks');
const { bytes, MIB } = require('../samples');
const { client, load } = require('../sdk');
const service = require('../service');

const UNKNOWN_KEY = 'AnUnknownKeyOfNobody0z';

const scenarios = {
  async 'intelligent ingestion that is not granted'() {
    const content = bytes(9 * MIB, 30);
    await assertUploaded(await client().upload({ file: content, name: 'a.bin' }, { intelligent: true }), content);
    await assertTraffic(2, 0);
    return 'regular parts of 8 MiB, sha256 equal';
  },

  async 'fallback that is not granted'() {
    const content = bytes(9 * MIB, 31);
    await service.addFaults('PUT /* 1 status:503');
    const options = { intelligent: 'fallback', retryMaxTime: 1 };
    await assertUploaded(await client().upload({ file: content, name: 'a.bin' }, options), content);
    assert.equal((await service.requests('POST', '/multipart/commit')).length, 0);
    return 'regular parts, sha256 equal';
  },

  async 'prefetch of what is not granted'() {
    const { permissions } = await client().prefetch({ permissions: ['intelligent_ingestion'] });
    assert.deepEqual(permissions, { intelligent_ingestion: false });
    return 'told';
  },

  async 'an unknown API key'() {
    const sdk = load().init(UNKNOWN_KEY, { forwardErrors: false });
    await assert.rejects(sdk.upload({ file: bytes(10), name: 'a.bin' }), ({ status }) => status === 'Failed');
    const [start] = await service.requests('POST', '/multipart/start');
    assert.equal(start.status, 404);
    await assert.rejects(sdk.storeURL('http://127.0.0.1:1/a'), ({ response }) => response.status === 404);
    await assert.rejects(sdk.prefetch({}), ({ response }) => response.status === 404);
    return 'upload, storeURL and prefetch get 404';
  },
};

module.exports = Object.entries(scenarios).map(([name, run]) => ({ group: 'regular', name, run }));
