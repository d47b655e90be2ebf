'use strict';

// An application with a secret: policies made by the SDK, what they allow and what they do not.

const assert = require('node:assert/strict');

const origins = require('../origin');
const { inspect } = require('../results');
const { bytes, jpeg, MIB, png } = require('../samples');
const { client, load, security } = require('../sdk');
const service = require('../service');

const CONTENT = bytes(3000, 80);

/** A client that signs with this policy. */
function signing(policy, secret) {
  return client({ security: security(policy, secret) });
}

/** A stored file's handle. */
async function stored(content = CONTENT, name = 'a.bin') {
  return (await signing().upload({ file: content, name })).handle;
}

/** Uploads of this client must end with a 403 of start. */
async function assertRefused(sdk, content = CONTENT) {
  await assert.rejects(sdk.upload({ file: content, name: 'a.bin' }), ({ status }) => status === 'Failed');
  const [{ path, status }] = (await service.requests('POST', '/multipart')).slice(-1);
  assert.deepEqual([path, status], ['/multipart/start', 403]);
}

function is403(promise) {
  return assert.rejects(promise, ({ response }) => response.status === 403);
}

const scenarios = {
  async 'upload with a policy'() {
    const { handle } = await signing({ call: ['pick'] }).upload({ file: CONTENT, name: 'a.bin' });
    await service.assertStored(handle, CONTENT, security({ call: ['read'] }));
    return 'stored, sha256 equal';
  },

  async 'upload with a policy in parts and intelligent'() {
    for (const intelligent of [false, true]) {
      const content = bytes(9 * MIB, 81);
      const { handle } = await signing().upload({ file: content, name: 'a.bin' }, { intelligent });
      await service.assertStored(handle, content, security());
    }
    return 'stored, sha256 equal';
  },

  async 'upload with a policy for the call'() {
    const { handle } = await client().upload({ file: CONTENT, name: 'a.bin' }, {}, {}, undefined, security());
    await service.assertStored(handle, CONTENT, security());
    const files = await client().multiupload([{ file: CONTENT, name: 'a.bin' }], {}, {}, undefined, security());
    await service.assertStored(files[0].handle, CONTENT, security());
    return 'upload and multiupload stored, sha256 equal';
  },

  async 'upload without a policy'() {
    await assertRefused(client());
    return '403 from start';
  },

  async 'upload with a wrong signature'() {
    await assertRefused(signing({}, 'another secret'));
    return '403 from start';
  },

  async 'upload with a policy that has expired'() {
    await assertRefused(signing({ expiry: 1_500_000_000 }));
    return '403 from start';
  },

  async 'upload with a policy for other calls'() {
    await assertRefused(signing({ call: ['read', 'convert'] }));
    return '403 from start';
  },

  async 'upload with limits of size'() {
    await assertRefused(signing({ maxSize: 100 }));
    await assertRefused(signing({ minSize: 10_000 }));
    const { handle } = await signing({ minSize: 100, maxSize: 10_000 }).upload({ file: CONTENT, name: 'a.bin' });
    await service.assertStored(handle, CONTENT, security());
    return '403 outside of them';
  },

  async 'upload with a path and a container of the policy'() {
    const sdk = signing({ path: 'mine/.*', container: 'bucket' });
    await assertRefused(sdk);
    const { key } = await sdk.upload({ file: CONTENT, name: 'a.bin' }, {}, { path: 'mine/', container: 'bucket' });
    assert.match(key, /^mine\//);
    return '403 outside of them';
  },

  async 'a policy with + and / in its base64 form'() {
    const awkward = security({ url: '.*~~~???>>>' });
    assert.match(awkward.policy, /\+/);
    assert.match(awkward.policy, /\//);
    const sdk = client({ security: awkward });
    const handle = await stored();
    assert.equal(service.sha256((await sdk.download(handle)).data), service.sha256(CONTENT));
    assert.equal((await sdk.metadata(handle, { size: true })).size, CONTENT.length);
    const picture = await stored(png(), 'p.png');
    for (const base64 of [false, true]) {
      const { body } = await service.download(sdk.transform(picture, { resize: { width: 20 } }, base64));
      assert.deepEqual(inspect(body), { kind: 'png', width: 20, height: 10 });
    }
    await sdk.upload({ file: CONTENT, name: 'a.bin' });
    return 'accepted in paths, queries and bodies';
  },

  async 'download with and without a policy'() {
    const handle = await stored();
    assert.equal(service.sha256((await signing({ call: ['read'] }).download(handle)).data), service.sha256(CONTENT));
    assert.equal(service.sha256((await client().download(handle, security())).data), service.sha256(CONTENT));
    await is403(client().download(handle));
    await is403(signing({ call: ['convert'] }).download(handle));
    await is403(signing({}, 'another secret').download(handle));
    return 'sha256 equal, 403 without';
  },

  async 'a policy for one handle'() {
    const [one, other] = [await stored(), await stored()];
    const sdk = signing({ handle: one });
    assert.equal((await sdk.metadata(one, { size: true })).size, CONTENT.length);
    await is403(sdk.metadata(other, { size: true }));
    return '403 for another one';
  },

  async 'metadata with and without a policy'() {
    const handle = await stored();
    assert.equal((await signing({ call: ['stat'] }).metadata(handle)).size, CONTENT.length);
    assert.equal((await client().metadata(handle, {}, security())).size, CONTENT.length);
    await is403(client().metadata(handle));
    await is403(signing({ call: ['read'] }).metadata(handle));
    return 'answered, 403 without';
  },

  async 'metadata: exif with a policy'() {
    const handle = await stored(jpeg(), 'turned.jpg');
    await is403(signing().metadata(handle, { exif: true }));
    const { exif } = await signing({ call: ['stat', 'exif'] }).metadata(handle, { exif: true });
    assert.ok(Object.keys(exif).length > 0);
    return '403 without the call exif';
  },

  async 'retrieve with and without a policy'() {
    const handle = await stored();
    assert.equal(service.sha256(await signing().retrieve(handle)), service.sha256(CONTENT));
    assert.equal(service.sha256(await client().retrieve(handle, {}, security())), service.sha256(CONTENT));
    assert.ok(await signing().retrieve(handle, { head: true }));
    await is403(client().retrieve(handle));
    return 'sha256 equal, 403 without';
  },

  async 'transform with and without a policy'() {
    const handle = await stored(png(), 'p.png');
    const options = { resize: { width: 20 } };
    for (const base64 of [false, true]) {
      const { body } = await service.download(signing({ call: 'convert' }).transform(handle, options, base64));
      assert.deepEqual(inspect(body), { kind: 'png', width: 20, height: 10 });
      assert.equal((await service.get(client().transform(handle, options, base64))).status, 403);
      const wrong = signing({}, 'another secret').transform(handle, options, base64);
      assert.equal((await service.get(wrong)).status, 403);
    }
    return 'served, 403 without; plain and base64';
  },

  async 'Filelink with a policy'() {
    const link = new (load().Filelink)(await stored(png(), 'p.png')).security(security()).resize({ width: 20 });
    assert.deepEqual(inspect((await service.download(link.toString())).body), { kind: 'png', width: 20, height: 10 });
    return 'served, the policy in front';
  },

  async 'storeURL with and without a policy'() {
    const origin = await origins.serve({ '/a.bin': { type: 'application/octet-stream', body: CONTENT } });
    const url = origin.url('/a.bin');
    const { handle } = await signing().storeURL(url);
    await service.assertStored(handle, CONTENT, security());
    await is403(client().storeURL(url));
    await is403(signing({ url: 'https://www\\.example\\.com/.*' }).storeURL(url));
    await origin.close();
    return 'stored, 403 without';
  },

  async 'storeURL with a policy for the call'() {
    const origin = await origins.serve({ '/a.bin': { type: 'application/octet-stream', body: CONTENT } });
    const sdk = client();
    await is403(sdk.storeURL(origin.url('/a.bin')));
    const { handle } = await sdk.storeURL(origin.url('/a.bin'), {}, undefined, security());
    await service.assertStored(handle, CONTENT, security());
    await sdk.storeURL(origin.url('/a.bin'));
    await origin.close();
    return 'stored; the SDK keeps the policy for later calls';
  },

  async remove() {
    const handle = await stored();
    await is403(signing({}, 'another secret').remove(handle));
    await is403(signing({ call: ['read'] }).remove(handle));
    await service.assertStored(handle, CONTENT, security());
    await signing({ call: ['remove'] }).remove(handle);
    const { status } = await service.get(`${service.CDN}/${handle}?${new URLSearchParams(security())}`);
    assert.equal(status, 404);
    return 'gone; 403 with a wrong policy';
  },

  async 'remove a second time'() {
    const handle = await stored();
    await client().remove(handle, security());
    await assert.rejects(client().remove(handle, security()), ({ response }) => response.status === 404);
    return '404';
  },

  async removeMetadata() {
    const handle = await stored();
    await signing().removeMetadata(handle);
    const [request] = await service.requests('DELETE');
    assert.match(request.path, /skip_storage=true/);
    await assert.rejects(signing().metadata(handle), ({ response }) => response.status === 404);
    return 'gone, with skip_storage';
  },

  async setSecurity() {
    const sdk = client();
    sdk.setSecurity(security());
    await sdk.upload({ file: CONTENT, name: 'a.bin' });
    assert.throws(() => sdk.setSecurity({ policy: 'x' }), /Both policy and signature/);
    return 'used from then on';
  },

  async 'policies that the SDK refuses'() {
    for (const policy of [{ call: ['fly'] }, { expiry: 'soon' }, { colour: 1 }]) {
      assert.throws(() => security(policy), /Invalid security params/, JSON.stringify(policy));
    }
    return 'refused by the SDK';
  },
};

module.exports = Object.entries(scenarios).map(([name, run]) => ({ group: 'secured', name, run }));
