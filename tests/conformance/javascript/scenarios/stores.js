'use strict';

// Where and under which name an upload is stored: every option of the SDK's store schema, tags and workflows.

const assert = require('node:assert/strict');

const { assertUploaded } = require('../checks');
const { bytes, png } = require('../samples');
const { client } = require('../sdk');
const service = require('../service');

const CONTENT = bytes(2000, 40);
const WORKFLOW = '11111111-2222-3333-4444-555555555555';
const PLACE = { location: true, path: true, container: true, filename: true };

/** Uploads with store options and upload options, and checks the bytes. */
async function upload(store, options = {}, name = 'a.bin') {
  const file = await client().upload({ file: CONTENT, name }, options, store);
  await assertUploaded(file, CONTENT);
  return file;
}

function place(file) {
  return client().metadata(file.handle, PLACE);
}

const scenarios = {
  async 'store in a folder'() {
    const file = await upload({ path: 'some/folder/' });
    assert.match(file.key, /^some\/folder\/\w{20}_a\.bin$/);
    assert.equal((await place(file)).path, file.key);
    return 'key has the folder and a random name';
  },

  async 'store at an exact path'() {
    const file = await upload({ path: 'some/other name.bin' });
    assert.equal(file.key, 'some/other name.bin');
    return 'the key is the path';
  },

  async 'store in a container'() {
    const file = await upload({ container: 'my-bucket' });
    assert.equal(file.container, 'my-bucket');
    assert.equal((await place(file)).container, 'my-bucket');
    return 'told by the reply and the metadata';
  },

  async 'store in every location'() {
    const wanted = { s3: 'S3', S3: 'S3', gcs: 'gcs', azure: 'azure', rackspace: 'rackspace', dropbox: 'dropbox' };
    for (const [location, told] of Object.entries(wanted)) {
      assert.equal((await place(await upload({ location }))).location, told);
    }
    return '6 spellings of 5 locations';
  },

  async 'store in a region with an access'() {
    await upload({ region: 'eu-west-1', access: 'public' });
    const [{ headers }] = await service.requests('POST', '/multipart/upload');
    assert.equal(Object.fromEntries(headers)['filestack-upload-region'], 'eu-west-1');
    await upload({ access: 'private' });
    return 'the region comes back from start, sha256 equal';
  },

  async 'store with base64decode'() {
    await upload({ base64decode: false });
    const encoded = Buffer.from(CONTENT.toString('base64'));
    const file = await client().upload({ file: encoded, name: 'a.bin' }, {}, { base64decode: true });
    // The SDK does not ask the service for the size.
    assert.equal(file.size, encoded.length);
    await service.assertStored(file.handle, CONTENT);
    return 'decoded when it is true, sha256 equal';
  },

  async 'store under a filename'() {
    const file = await upload({ filename: 'other.txt' });
    assert.deepEqual([file.filename, (await place(file)).filename], ['other.txt', 'other.txt']);
    assert.match(file.key, /^\w{20}_other\.txt$/);
    return 'told by the reply, the key and the metadata';
  },

  async 'store under a filename from a callback'() {
    const file = await upload({ filename: ({ name, size }) => `${size}-${name}` });
    assert.equal((await place(file)).filename, '2000-a.bin');
    return 'told by the metadata';
  },

  async 'store with a sanitizer'() {
    assert.equal((await upload({}, {}, 'a{b}|c#d.bin')).filename, 'a-b--c-d.bin');
    const sanitizer = { exclude: ['b'], replacement: '_' };
    assert.equal((await place(await upload({ sanitizer }, {}, 'abc.bin'))).filename, 'a_c.bin');
    // The SDK forgets a sanitizer that is off and cleans all the same.
    assert.equal((await upload({ sanitizer: false }, {}, 'a#b [1].bin')).filename, 'a-b -1-.bin');
    return 'default and own characters; off is ignored by the SDK';
  },

  async 'store without a storage key'() {
    assert.equal((await upload({ disableStorageKey: true })).key, '/a.bin');
    assert.equal((await upload({ disableStorageKey: true, path: 'x' })).key, 'x/a.bin');
    return 'the key is the path and the name';
  },

  async 'store with a mimetype'() {
    const file = await upload({ mimetype: 'application/x-own' });
    assert.equal((await client().metadata(file.handle, { mimetype: true })).mimetype, 'application/x-own');
    return 'served and told with it';
  },

  async 'store with an alternative text'() {
    await upload({ altText: 'what can be seen' });
    return 'accepted, sha256 equal';
  },

  async 'upload tags'() {
    const tags = { city: 'Kraków', number: '1' };
    const file = await upload({}, { tags });
    assert.deepEqual(file.uploadTags, tags);
    return 'told by the reply';
  },

  async 'upload starts a workflow'() {
    const file = await upload({ workflows: [WORKFLOW] });
    assert.deepEqual(Object.keys(file.workflows), [WORKFLOW]);
    assert.ok(file.workflows[WORKFLOW].jobid);
    return 'a job is started';
  },

  async 'upload starts a workflow given as an object'() {
    const file = await upload({ workflows: [{ id: WORKFLOW }] });
    assert.ok(file.workflows[WORKFLOW].jobid);
    return 'a job is started';
  },

  async 'upload with two workflows'() {
    const workflows = [WORKFLOW, '99999999-8888-7777-6666-555555555555'];
    assert.throws(() => client().upload(png(), {}, { workflows }), /Invalid store upload params/);
    return 'refused by the SDK, whose schema has room for one';
  },

  async 'store options that the SDK refuses'() {
    const wrong = [{ location: 'ftp' }, { access: 'all' }, { workflows: [] }, { unknown: 1 }, { path: 3 }];
    for (const store of wrong) {
      assert.throws(() => client().upload(png(), {}, store), /Invalid store upload params/, JSON.stringify(store));
    }
    assert.equal((await service.requests()).length, 0);
    return 'refused by the SDK, nothing sent';
  },

  async 'upload options that the SDK refuses'() {
    for (const options of [{ partSize: 1 }, { concurrency: 0 }, { retry: 21 }, { timeout: 0 }, { intelligent: 'x' }]) {
      assert.throws(() => client().upload(png(), options), /Invalid upload params/, JSON.stringify(options));
    }
    assert.equal((await service.requests()).length, 0);
    return 'refused by the SDK, nothing sent';
  },
};

module.exports = Object.entries(scenarios).map(([name, run]) => ({ group: 'open', name, run }));
