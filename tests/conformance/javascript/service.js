'use strict';

// Plain HTTPS requests beside the SDK: downloads that check what it stored, and the control of the service.

const crypto = require('node:crypto');
const https = require('node:https');
const assert = require('node:assert/strict');

const network = require('./network');

const CDN = 'https://cdn.filestackcontent.com';

const agent = new https.Agent({ keepAlive: true });

/** Sends one request; the reply has status, headers and the body's bytes. */
function request(method, url, { headers, body, direct } = {}) {
  return new Promise((resolve, reject) => {
    const sent = https.request(new URL(url), { method, headers, direct, agent }, (reply) => {
      const chunks = [];
      reply.on('data', (chunk) => chunks.push(chunk));
      reply.on('error', reject);
      reply.on('end', () => resolve({ status: reply.statusCode, headers: reply.headers, body: Buffer.concat(chunks) }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Follows a URL, as a browser would: what a URL must not hold is encoded on the way. */
function get(url, headers) {
  return request('GET', url, { headers });
}

/** The reply of a URL that must be served. */
async function download(url, headers) {
  const reply = await get(url, headers);
  assert.equal(reply.status, 200, `GET ${url}: ${reply.status} ${reply.body.subarray(0, 200)}`);
  return reply;
}

/** The JSON that a URL leads to. */
async function downloadJson(url) {
  return JSON.parse((await download(url)).body.toString());
}

/** Checks that a handle is served with exactly these bytes, and returns the reply; `security` signs where needed. */
async function assertStored(handle, bytes, security) {
  const query = security ? `?${new URLSearchParams(security)}` : '';
  const reply = await download(`${CDN}/${handle}${query}`);
  assert.equal(sha256(reply.body), sha256(bytes), 'the stored bytes differ');
  return reply;
}

function sha256(bytes) {
  return crypto.createHash('sha256').update(bytes).digest('hex');
}

async function control(method, path, body) {
  const reply = await request(method, new URL(path, network.service), { body, direct: true });
  assert.ok(reply.status < 300, `${method} ${path}: ${reply.status} ${reply.body}`);
  return reply.body.toString();
}

// Faults that the service was started with, known as soon as a scenario adds some.
let initialFaults;

/** Makes the service misbehave until the scenario ends. */
async function addFaults(...rules) {
  initialFaults ??= JSON.parse(await control('GET', '/local/faults')).map(({ rule }) => rule);
  await control('POST', '/local/faults', JSON.stringify(rules));
}

/** No faults of another scenario, and nothing requested yet. */
async function reset() {
  if (initialFaults) {
    await control('DELETE', '/local/faults');
    await control('POST', '/local/faults', JSON.stringify(initialFaults));
    initialFaults = undefined;
  }
  await control('DELETE', '/local/requests');
}

/** What was requested since the scenario began: objects with method, path, status, fault and others. */
async function requests(method, prefix) {
  const lines = (await control('GET', '/local/requests')).split('\n').filter(Boolean);
  const all = lines.map((line) => JSON.parse(line));
  return all.filter((entry) => (!method || entry.method === method) && (!prefix || entry.path.startsWith(prefix)));
}

/** Waits until as many requests were seen; a scenario's own time limit ends it. */
async function untilRequested(method, prefix, count) {
  while ((await requests(method, prefix)).length < count);
}

module.exports = {
  CDN,
  addFaults,
  assertStored,
  download,
  downloadJson,
  get,
  request,
  requests,
  reset,
  sha256,
  untilRequested,
};
