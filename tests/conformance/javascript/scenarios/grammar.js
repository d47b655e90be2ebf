'use strict';

// URLs of the SDK beyond single tasks: chains, sources of every kind, names in other cases, the base64 form.

const assert = require('node:assert/strict');

const origins = require('../origin');
const { inspect } = require('../results');
const { png, write } = require('../samples');
const { API_KEY, client, load } = require('../sdk');
const service = require('../service');

const PICTURE = png();

async function picture() {
  return (await client().upload({ file: PICTURE, name: 'picture.png' })).handle;
}

/** Fetches a URL and expects a PNG of this size. */
async function assertPng(url, width, height) {
  assert.deepEqual(inspect((await service.download(url)).body), { kind: 'png', width, height });
}

/** Fetches what `options` make of a source in both forms. */
async function assertBoth(source, options, width, height) {
  await assertPng(client().transform(source, options), width, height);
  await assertPng(client().transform(source, options, true), width, height);
}

const scenarios = {
  async 'transform without tasks'() {
    for (const base64 of [false, true]) {
      const { body } = await service.download(client().transform(await picture(), {}, base64));
      assert.equal(service.sha256(body), service.sha256(PICTURE));
    }
    return 'the file itself, sha256 equal';
  },

  async 'transform with a chain'() {
    const options = {
      resize: { width: 20 },
      rotate: { deg: 90 },
      crop: { dim: [0, 0, 10, 10] },
      flip: true,
      flop: false,
    };
    await assertBoth(await picture(), options, 10, 10);
    return 'in order, plain and base64';
  },

  async 'transform with camel case'() {
    const options = { noMetadata: false, resize: { width: 20 } };
    assert.equal(
      client()
        .transform(await picture(), { smartCrop: { width: 9 } })
        .split('/')[4],
      'smart_crop=width:9',
    );
    await assertBoth(await picture(), options, 20, 10);
    return 'names become snake case';
  },

  async 'transform of an external URL'() {
    const origin = await origins.serve({ '/a%20picture.png?a=b,c': { type: 'image/png', body: PICTURE } });
    await assertBoth(origin.url('/a%20picture.png?a=b,c'), { resize: { width: 20 } }, 20, 10);
    await origin.close();
    assert.ok(origin.seen.every(({ path }) => path === '/a%20picture.png?a=b,c'));
    return 'fetched with its query, plain and base64';
  },

  async 'transform of a URL of the CDN'() {
    await assertBoth(`${service.CDN}/${await picture()}`, { resize: { width: 20 } }, 20, 10);
    const inner = client().transform(await picture(), { crop: { dim: [0, 0, 20, 20] } });
    await assertBoth(inner, { resize: { width: 10 } }, 10, 10);
    return 'a handle and a transformation, plain and base64';
  },

  async 'transform of a storage alias'() {
    // The service has the scratch folder under this alias.
    write('a picture.png', PICTURE);
    await assertBoth('src://conformance/a picture.png', { resize: { width: 20 } }, 20, 10);
    const missing = client().transform('src://conformance/missing.png', { flip: true });
    assert.equal((await service.get(missing)).status, 404);
    return 'a file of the folder, plain and base64; 404';
  },

  async 'transform of a list of handles'() {
    const handles = [await picture(), await picture()];
    const archives = [];
    for (const base64 of [false, true]) {
      archives.push((await service.download(client().transform(handles, { zip: true }, base64))).body);
    }
    assert.ok(archives.every((body) => inspect(body).kind === 'zip'));
    assert.equal(service.sha256(archives[0]), service.sha256(archives[1]));
    return 'ZIP, plain and base64';
  },

  async 'transform of a list of URLs and handles'() {
    const origin = await origins.serve({ '/x,y/other.png': { type: 'image/png', body: PICTURE } });
    const sources = [origin.url('/x,y/other.png'), await picture()];
    for (const base64 of [false, true]) {
      const { body } = await service.download(client().transform(sources, { zip: true }, base64));
      assert.ok(body.includes('other.png') && body.includes('picture.png'));
    }
    await origin.close();
    return 'ZIP with both, plain and base64';
  },

  async 'transform of a URL without an API key'() {
    assert.throws(() => new (load().Filelink)('https://www.example.com/a.png'), /requires apikey/);
    return 'refused by the SDK';
  },

  async 'transform of what is missing'() {
    const { status } = await service.get(client().transform('aaaaaaaaaaaaaaaaaaaa', { flip: true }));
    assert.equal(status, 404);
    return '404';
  },

  async 'transform with text that needs quotes'() {
    // Only the base64 form has a place for a quote inside of a text.
    for (const [base64, path] of [
      [false, 'x,y/z ü/'],
      [true, 'x,y/z ü/'],
      [true, 'x,y/z "ü"/'],
    ]) {
      const options = { store: { filename: 'a, b.png', path, container: 'my bucket' } };
      const stored = await service.downloadJson(client().transform(await picture(), options, base64));
      assert.deepEqual([stored.filename, stored.container], ['a, b.png', 'my bucket']);
      assert.ok(stored.key.startsWith(path), stored.key);
      await service.assertStored(stored.handle, PICTURE);
    }
    return 'name, path and container kept, sha256 equal';
  },

  async 'transform options that the SDK refuses'() {
    const wrong = [{ unknown: true }, { crop: { dim: [1, 2] } }, { rotate: { deg: 400 } }, { blur: { amount: 99 } }];
    for (const options of wrong) {
      assert.throws(() => client().transform('aaaaaaaaaaaaaaaaaaaa', options), /validation/i, JSON.stringify(options));
    }
    return 'refused by the SDK, nothing sent';
  },

  async 'tasks that the service refuses'() {
    const link = (name, params) =>
      new (load().Filelink)('aaaaaaaaaaaaaaaaaaaa', API_KEY).setUseValidator(false).addTask(name, params);
    const wrong = {
      'Invalid transformation task': link('nonsense', true),
      'invalid attr value': link('resize', { width: 'x' }),
    };
    wrong['Invalid transformation attribute'] = link('resize', { widht: 1 });
    for (const [text, link] of Object.entries(wrong)) {
      for (const base64 of [false, true]) {
        const { status, body } = await service.get(link.setBase64(base64).toString());
        assert.deepEqual([status, body.includes(text)], [400, true], `${status} ${body}`);
      }
    }
    return '400 in the words of the service';
  },

  async 'Filelink with own settings'() {
    const link = new (load().Filelink)(await picture());
    await assertPng(link.resize({ width: 20 }).flip().toString(), 20, 10);
    assert.deepEqual(link.getTasks().length, 2);
    assert.deepEqual(link.getTransformations(), link.getTasks());
    await assertPng(
      link.reset().setSource(await picture()) ||
        link
          .crop({ dim: [0, 0, 5, 5] })
          .setBase64(true)
          .toString(),
      5,
      5,
    );
    return 'without an API key, reset, another source';
  },

  async 'transform with cache off'() {
    const { body } = await service.download(client().transform(await picture(), { cache: false }));
    assert.equal(service.sha256(body), service.sha256(PICTURE));
    return 'served, sha256 equal';
  },
};

module.exports = Object.entries(scenarios).map(([name, run]) => ({ group: 'open', name, run }));
