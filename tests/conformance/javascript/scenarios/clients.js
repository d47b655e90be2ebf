'use strict';

// The client itself: what it offers, its events, prefetch, and what works in browsers only.

const assert = require('node:assert/strict');

const origins = require('../origin');
const { bytes } = require('../samples');
const { client, load, security } = require('../sdk');
const service = require('../service');

const CONTENT = bytes(100, 90);

/** Every public method of the client and where it is used. */
const METHODS = {
  utils: 'clients',
  prefetch: 'clients',
  setSecurity: 'security',
  setCname: 'hosts',
  logout: 'clients',
  metadata: 'files',
  picker: 'browser only',
  preview: 'browser only',
  remove: 'security',
  removeMetadata: 'security',
  storeURL: 'urls',
  retrieve: 'files',
  download: 'files',
  transform: 'grammar, tasks',
  upload: 'uploads, stores, flow',
  multiupload: 'uploads',
};

/** Members of Filelink that are no tasks; those are compared with the transformations of the client. */
const FILELINK = [
  'setBase64',
  'setUseValidator',
  'setCname',
  'setCustomDomain',
  'setSource',
  'getValidationSchema',
  'getTransformations',
  'toString',
  'addTask',
  'getTasks',
  'reset',
];
const FILELINK_PRIVATE = [
  'isSourceExternal',
  'validateTasks',
  'getCdnHost',
  'generateTransformString',
  'optionToString',
  'escapeValue',
  'arrayToString',
];
const TASK_NAMES = { URLScreenshot: 'urlscreenshot', PDFInfo: 'pdfinfo', PDFConvert: 'pdfconvert' };

function membersOf(type) {
  return Object.getOwnPropertyNames(type.prototype).filter((name) => name !== 'constructor');
}

const open = {
  async 'every method of the client'() {
    assert.deepEqual(membersOf(load().Client).sort(), Object.keys(METHODS).sort());
    return `${Object.keys(METHODS).length} have scenarios`;
  },

  async 'every method of Filelink'() {
    const { Filelink, TransformSchema } = load();
    const others = [...FILELINK, ...FILELINK_PRIVATE];
    const methods = membersOf(Filelink).filter((name) => !others.includes(name));
    const snake = (name) => TASK_NAMES[name] || name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    // The schema has the task metadata, for which Filelink has no method.
    const tasks = Object.keys(TransformSchema.properties).filter((name) => name !== 'metadata');
    assert.deepEqual(methods.map(snake).sort(), tasks.sort());
    return `${methods.length} tasks and ${FILELINK.length} others`;
  },

  async 'the version'() {
    assert.equal(load().version, '4.3.8');
    await client().upload({ file: CONTENT, name: 'a.bin' });
    const [{ headers }] = await service.requests('POST', '/multipart/start');
    assert.equal(Object.fromEntries(headers)['filestack-source'], 'JS-4.3.8');
    return 'filestack-js 4.3.8, sent along';
  },

  async 'headers of the SDK'() {
    await client().upload({ file: CONTENT, name: 'a.bin' });
    const named = ({ headers }) => headers.map(([name]) => name).filter((name) => name.startsWith('filestack-'));
    const calls = await service.requests('POST');
    const traced = ['filestack-source', 'filestack-trace-id', 'filestack-trace-span'];
    assert.ok(calls.every((call) => traced.every((name) => named(call).includes(name))));
    const [put] = await service.requests('PUT');
    assert.deepEqual([named(put), put.status], [[], 200]);
    return 'on calls, not on storage';
  },

  async 'events of the client'() {
    const sdk = client();
    const events = [];
    sdk.on('upload.start', () => events.push('start'));
    sdk.on('upload.error', ({ message }) => events.push(message));
    await sdk.upload({ file: CONTENT, name: 'a.bin' });
    await service.addFaults('POST /multipart/start * status:400');
    await assert.rejects(sdk.upload({ file: CONTENT, name: 'a.bin' }));
    assert.deepEqual(events, ['start', 'FS-Cannot upload file. Start request failed']);
    return 'start and error';
  },

  async prefetch() {
    const sdk = client();
    const answer = await sdk.prefetch({ permissions: ['intelligent_ingestion', 'whitelabel', 'transforms_ui'] });
    assert.equal(answer.blocked, false);
    assert.equal(typeof answer.settings.inapp_browser, 'boolean');
    for (const name of ['whitelabel', 'transforms_ui']) {
      assert.equal(typeof answer.permissions[name], 'boolean', name);
    }
    assert.equal(answer.permissions.intelligent_ingestion, true);
    assert.equal(sdk.session.prefetch, answer);
    return 'not blocked, settings and permissions answered';
  },

  async 'prefetch with picker options'() {
    const onDone = () => {};
    const pickerOptions = { maxFiles: 3, accept: ['image/*'], onFileUploadFinished: onDone };
    const events = [load().PrefetchEvents.PICKER];
    const answer = await client().prefetch({ pickerOptions, settings: ['inapp_browser'], events });
    assert.equal(answer.pickerOptions.maxFiles, 3);
    assert.deepEqual(answer.pickerOptions.accept, ['image/*']);
    assert.equal(answer.pickerOptions.onFileUploadFinished, onDone);
    return 'options come back';
  },

  async logout() {
    assert.deepEqual(await client().logout(), {});
    assert.equal(typeof (await client().logout('googledrive')), 'object');
    return 'from all cloud drives and from one';
  },

  async picker() {
    await assert.rejects(client().picker().open(), /only on browser/);
    return 'browser only';
  },

  async preview() {
    assert.throws(() => client().preview('aaaaaaaaaaaaaaaaaaaa'), /window is not defined/);
    assert.throws(() => client().preview('aaaaaaaaaaaaaaaaaaaa', { id: 'here' }), /document is not defined/);
    return 'browser only';
  },

  async 'requests of the SDK'() {
    const { FsRequest, FsRequestError } = load();
    const { handle } = await client().upload({ file: CONTENT, name: 'a.bin' });
    const url = `${service.CDN}/${handle}`;
    assert.equal(service.sha256((await FsRequest.get(url)).data), service.sha256(CONTENT));
    assert.equal((await FsRequest.head(url)).headers['content-length'], String(CONTENT.length));
    await assert.rejects(FsRequest.get(`${service.CDN}/aaaaaaaaaaaaaaaaaaaa`), FsRequestError);
    return 'get and head, 404 rejects';
  },

  async utils() {
    assert.equal(
      client().utils.md5(Buffer.from('filestack')),
      Buffer.from('4d9248e9ad027c6f03a90897e329ca92', 'hex').toString('base64'),
    );
    assert.equal(await load().getMimetype(Buffer.from('%PDF-1.4'), 'a.pdf'), 'application/pdf');
    return 'known values';
  },

  async 'a client without an API key'() {
    assert.throws(() => load().init(''), /apikey is required/);
    return 'refused by the SDK';
  },
};

const secured = {
  async 'prefetch with a policy'() {
    assert.equal((await client({ security: security() }).prefetch({})).blocked, false);
    return 'not blocked';
  },
};

const webhook = {
  async 'webhook signatures'() {
    const secret = process.env.CONFORMANCE_WEBHOOK_SECRET;
    const origin = await origins.serve({}, Number(process.env.CONFORMANCE_WEBHOOK_PORT));
    const sdk = client({ security: security() });
    const { handle } = await sdk.upload({ file: CONTENT, name: 'a.bin' }, { tags: { a: 'b' } });
    await sdk.remove(handle);
    for (const action of ['fp.upload', 'fp.delete']) {
      const sent = await origin.wait(({ body }) => JSON.parse(body).action === action);
      const signed = { signature: sent.headers['fs-signature'], timestamp: sent.headers['fs-timestamp'] };
      const { validateWebhookSignature } = load();
      assert.ok(validateWebhookSignature(secret, sent.body.toString(), signed));
      assert.ok(!validateWebhookSignature('another secret', sent.body.toString(), signed));
      assert.ok(JSON.parse(sent.body).text.url.endsWith(handle));
    }
    await origin.close();
    return 'fp.upload and fp.delete, valid';
  },
};

module.exports = Object.entries({ open, secured, webhook }).flatMap(([group, scenarios]) =>
  Object.entries(scenarios).map(([name, run]) => ({ group, name, run })),
);
