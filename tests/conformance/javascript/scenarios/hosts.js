'use strict';

// Hosts: domains of customers, and the proof that nothing else was asked for. This has to be the last module.

const assert = require('node:assert/strict');

const network = require('../network');
const { inspect } = require('../results');
const origins = require('../origin');
const { bytes, png } = require('../samples');
const { API_KEY, client, loadAnew } = require('../sdk');
const service = require('../service');

const CNAME = 'example.test';
const CONTENT = bytes(7_000_000, 95);
const REAL = [
  'cdn.filestackcontent.com',
  'cloud.filestackapi.com',
  'process.filestackapi.com',
  'upload.filestackapi.com',
  'www.filestackapi.com',
];
// Where the service of the group "open" lets uploads go on.
const REGIONAL = 'upload-eu-west-1.filestackapi.com';

/** The host that the calls of an upload were sent to. */
async function hostOf(call) {
  const [{ headers }] = await service.requests('POST', `/multipart/${call}`);
  return Object.fromEntries(headers).host;
}

function assertPng(body) {
  assert.deepEqual(inspect(body), { kind: 'png', width: 20, height: 10 });
}

const scenarios = {
  async 'the regional host'() {
    const options = { intelligent: true };
    const { handle } = await client().upload({ file: CONTENT, name: 'a.bin' }, options, { region: 'eu-west-1' });
    await service.assertStored(handle, CONTENT);
    assert.equal(await hostOf('start'), 'upload.filestackapi.com');
    for (const call of ['upload', 'commit', 'complete']) {
      assert.equal(await hostOf(call), REGIONAL);
      const [{ headers }] = await service.requests('POST', `/multipart/${call}`);
      assert.equal(Object.fromEntries(headers)['filestack-upload-region'], 'eu-west-1');
    }
    return 'all calls after start go there, with the region';
  },

  async 'a CNAME'() {
    const sdk = loadAnew().init(API_KEY, { cname: CNAME, forwardErrors: false });
    const file = await sdk.upload({ file: CONTENT, name: 'a.bin' });
    assert.equal(await hostOf('start'), `upload.${CNAME}`);
    // It holds for the hosts that the SDK knows, not for one that start names.
    assert.equal(await hostOf('complete'), REGIONAL);
    const { body } = await service.download(`https://cdn.${CNAME}/${file.handle}`);
    assert.equal(service.sha256(body), service.sha256(CONTENT));
    assert.equal(service.sha256((await sdk.download(file.handle)).data), service.sha256(CONTENT));
    assert.equal((await sdk.metadata(file.handle)).size, CONTENT.length);
    const origin = await origins.serve({ '/p.png': { type: 'image/png', body: png() } });
    const { handle } = await sdk.storeURL(origin.url('/p.png'));
    await origin.close();
    const url = sdk.transform(handle, { resize: { width: 20 } });
    assert.equal(url, `https://cdn.${CNAME}/${API_KEY}/resize=width:20/${handle}`);
    assertPng((await service.download(url)).body);
    ['upload', 'cdn', 'www', 'process'].forEach((role) => assert.ok(network.reached.has(`${role}.${CNAME}`), role));
    return 'upload, download, metadata, storeURL, transform; sha256 equal';
  },

  async 'a CNAME of one client'() {
    const sdk = loadAnew();
    sdk.init(API_KEY).setCname(CNAME);
    await sdk.init(API_KEY).upload({ file: CONTENT, name: 'a.bin' });
    assert.equal(await hostOf('start'), `upload.${CNAME}`);
    return 'the SDK uses it for all clients of the process';
  },

  async 'Filelink with a CNAME and a custom domain'() {
    const { handle } = await client().upload({ file: png(), name: 'p.png' });
    const { Filelink } = loadAnew();
    const link = new Filelink(handle, API_KEY).resize({ width: 20 });
    assertPng((await service.download(link.setCustomDomain(`https://media.${CNAME}`).toString())).body);
    assert.ok(network.reached.has(`media.${CNAME}`));
    assertPng(
      (await service.download(new Filelink(handle, API_KEY).setCname(CNAME).resize({ width: 20 }).toString())).body,
    );
    return 'served';
  },
};

/** What every group ends with. */
function nowhereElse() {
  assert.deepEqual(network.refused, [], 'other hosts were asked for');
  const own = [...network.reached].filter((host) => !host.endsWith(`.${CNAME}`));
  assert.ok(own.length > 0 && own.every((host) => [...REAL, REGIONAL].includes(host)), `${own}`);
  return 'only hosts of the service';
}

/** A connection elsewhere must be noticed, or the check above means nothing. */
async function notices() {
  await assert.rejects(service.get('https://sentry.example.org/'), /refuses a connection/);
  assert.deepEqual(network.refused.splice(0), ['sentry.example.org:443']);
  return 'refused and noticed';
}

module.exports = [
  ...Object.entries(scenarios).map(([name, run]) => ({ group: 'open', name, run })),
  { group: 'open', name: 'a connection to another host', run: notices },
  ...['open', 'secured', 'webhook', 'regular'].map((group) => ({
    group,
    name: `no other host in group ${group}`,
    run: async () => nowhereElse(),
  })),
];
