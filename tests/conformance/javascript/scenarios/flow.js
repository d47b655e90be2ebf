'use strict';

// Uploads that are paused, cancelled, or meet a service that fails for a while.

const assert = require('node:assert/strict');

const { assertUploaded } = require('../checks');
const { bytes, MIB } = require('../samples');
const { client, lastUploadError } = require('../sdk');
const service = require('../service');

// Retries wait a millisecond.
const QUICK = { retry: 4, retryFactor: 1, retryMaxTime: 1 };

function input(content) {
  return { file: content, name: 'a.bin' };
}

/** Uploads while the service has these faults, and checks what arrived. */
async function uploadWith(faults, size, options = QUICK) {
  const content = bytes(size, 20);
  await service.addFaults(...faults);
  await assertUploaded(await client().upload(input(content), options), content);
  const met = (await service.requests()).filter(({ fault }) => fault);
  assert.ok(met.length > 0, 'no fault was met');
  return met.length;
}

/** Uploads while the service has these faults; the SDK must give up, with the given status in its error. */
async function failWith(faults, options, code) {
  await service.addFaults(...faults);
  await assert.rejects(client().upload(input(bytes(100)), options), ({ status }) => status === 'Failed');
  const error = lastUploadError();
  assert.equal(error.details.code, code, error.message);
  return error;
}

/** Waits until every part that was begun has arrived, and returns how many there are. */
async function untilPartsEnd() {
  for (;;) {
    const calls = await service.requests('POST', '/multipart/upload');
    const arrived = (await service.requests('PUT')).filter(({ status }) => status === 200);
    if (arrived.length > 0 && arrived.length === calls.length) {
      return arrived.length;
    }
  }
}

const scenarios = {
  async 'pause and resume an upload'() {
    const content = bytes(15 * MIB, 21);
    const token = {};
    let paused;
    const isPaused = new Promise((resolve) => (paused = resolve));
    const onProgress = ({ totalBytes }) => {
      if (totalBytes > 0 && paused) {
        token.pause();
        paused();
        paused = undefined;
      }
    };
    const options = { onProgress, progressInterval: 1, partSize: 5 * MIB, concurrency: 1 };
    const uploading = client().upload(input(content), options, {}, token);
    await isPaused;
    const begun = await untilPartsEnd();
    assert.ok(begun < 3, 'paused too late');
    // Whoever sends the next part does so within these round trips.
    for (let trip = 0; trip < 50; trip += 1) {
      await service.requests();
    }
    assert.equal((await service.requests('POST', '/multipart')).length, begun + 1, 'something was sent while paused');
    token.resume();
    await assertUploaded(await uploading, content);
    assert.equal((await service.requests('PUT')).length, 3);
    return 'nothing new is sent while paused, sha256 equal';
  },

  async 'cancel an upload'() {
    await service.addFaults('PUT /* * hang');
    const token = {};
    const uploading = client().upload(input(bytes(7 * MIB)), {}, {}, token);
    await service.untilRequested('PUT', '/', 1);
    token.cancel();
    await assert.rejects(uploading, ({ status, handle }) => status === 'Failed' && !handle);
    assert.equal((await service.requests('POST', '/multipart/complete')).length, 0);
    return 'rejected, never completed';
  },

  async 'cancel during start'() {
    await service.addFaults('POST /multipart/start * hang');
    const token = {};
    const uploading = client().upload(input(bytes(100)), {}, {}, token);
    await service.untilRequested('POST', '/multipart/start', 1);
    token.cancel();
    await assert.rejects(uploading, ({ status }) => status === 'Failed');
    assert.equal((await service.requests()).length, 1);
    return 'rejected, nothing else sent';
  },

  async 'retry after 503 of start'() {
    assert.equal(await uploadWith(['POST /multipart/start 1-2 status:503'], 100), 2);
    return 'third try stored, sha256 equal';
  },

  async 'retry after 503 of upload'() {
    assert.equal(await uploadWith(['POST /multipart/upload 1 status:503'], 7 * MIB), 1);
    return 'second try stored, sha256 equal';
  },

  async 'retry after 503 of storage'() {
    assert.equal(await uploadWith(['PUT /* 1-2 status:503'], 7 * MIB), 2);
    return 'stored, sha256 equal';
  },

  async 'retry after 503 of commit'() {
    const options = { ...QUICK, intelligent: true };
    assert.equal(await uploadWith(['POST /multipart/commit 1 status:503'], 9 * MIB, options), 1);
    return 'stored, sha256 equal';
  },

  async 'retry after 503 of complete'() {
    assert.equal(await uploadWith(['POST /multipart/complete 1-3 status:503'], 100), 3);
    return 'fourth try stored, sha256 equal';
  },

  async 'retry after a reset connection'() {
    await uploadWith(['POST /multipart/start 1 reset', 'PUT /* 1 reset', 'POST /multipart/complete 1 reset'], 100);
    return 'stored, sha256 equal';
  },

  async 'retry after no reply'() {
    await uploadWith(['POST /multipart/upload 1 hang'], 100, { ...QUICK, timeout: 2000 });
    return 'stored, sha256 equal';
  },

  async 'complete that is not ready'() {
    await uploadWith(['POST /multipart/complete 1 status:202'], 100);
    assert.equal((await service.requests('POST', '/multipart/complete')).length, 2);
    return 'asked again after 202, sha256 equal';
  },

  async 'give up after the last retry'() {
    await failWith(['POST /multipart/start * status:503'], { ...QUICK, retry: 2 }, 503);
    assert.equal((await service.requests('POST', '/multipart/start')).length, 3);
    return 'rejected after 3 tries';
  },

  async 'the callback onRetry'() {
    let calls = 0;
    await uploadWith(['POST /multipart/start 1 status:503'], 100, { ...QUICK, onRetry: () => (calls += 1) });
    assert.equal(calls, 0);
    return 'taken, but never called by the SDK';
  },

  async 'no retry after a refusal'() {
    await failWith(['POST /multipart/complete * status:400'], QUICK, 400);
    assert.equal((await service.requests('POST', '/multipart/complete')).length, 1);
    return 'rejected at once';
  },

  async 'a skewed clock'() {
    // The SDK looks for a member `code` of the XML error, S3 calls it `Code`: it does not know the skew.
    await failWith(['PUT /* 1 skew'], QUICK, 403);
    return 'rejected: the SDK does not read the code of S3 errors';
  },

  async 'storage without an ETag'() {
    const error = await failWith(['PUT /* * no-etag'], QUICK, undefined);
    assert.match(error.message, /check S3 bucket settings/);
    return 'rejected by the SDK';
  },

  async 'a wrong ETag'() {
    const error = await failWith(['PUT /* * wrong-etag'], QUICK, 400);
    assert.match(JSON.stringify(error.details.data), /invalid params: parts/);
    return 'refused by complete';
  },
};

module.exports = Object.entries(scenarios).map(([name, run]) => ({ group: 'open', name, run }));
