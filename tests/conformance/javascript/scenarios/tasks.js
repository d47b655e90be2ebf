'use strict';

// Every task of the SDK's transformation schema: the URL that the SDK writes for it, in its plain and its base64 form,
// is fetched and what comes is looked at.

const assert = require('node:assert/strict');

const origins = require('../origin');
const { inspect, pixels } = require('../results');
const { bytes, jpeg, pdf, png } = require('../samples');
const { API_KEY, client, load, security } = require('../sdk');
const service = require('../service');

/** Tasks that the service does not do: they answer 501. One that it learns has to leave this list. */
const NOT_SERVED = [
  'blur_faces',
  'crop_faces',
  'detect_faces',
  'enhance',
  'minify_css',
  'minify_js',
  'pdfconvert',
  'pixelate_faces',
  'redeye',
  'smart_crop',
  'upscale',
];

const WIDTH = 40;
const HEIGHT = 20;
const PICTURE = png(WIDTH, HEIGHT);
const LARGE_PICTURE = png(WIDTH, HEIGHT, 0);
const STYLE = Buffer.from('/* comment */\nbody {\n  color: #ff0000;\n  margin: 0px;\n}\n');
const SCRIPT = Buffer.from('// comment\nfunction twice(number) {\n  return number * 2;\n}\nconsole.log(twice(4));\n');

async function upload(content, name, security) {
  return (await client().upload({ file: content, name }, {}, {}, undefined, security)).handle;
}

const picture = () => upload(PICTURE, 'picture.png');
const photo = () => upload(jpeg(), 'turned.jpg');
const document = () => upload(pdf(3), 'three.pdf');

/** Expects a PNG of this size, with pixels that `look` looks at. */
function isPng(width = WIDTH, height = HEIGHT, look = () => {}) {
  return ({ body, headers }) => {
    assert.deepEqual(inspect(body), { kind: 'png', width, height });
    assert.equal(headers['content-type'], 'image/png');
    look(pixels(body));
    return `PNG of ${width} x ${height}`;
  };
}

/** Expects a PNG with other pixels than the source has, of the same size unless told otherwise. */
function isChanged(width, height, look = () => {}) {
  return ({ body }) => {
    const [result, source] = [pixels(body), pixels(PICTURE)];
    if (width) {
      assert.deepEqual([result.width, result.height], [width, height]);
    }
    const isSame = (x, y) =>
      String(result.at(x, y)) === String([...source.at(x, y), 255].slice(0, result.at(x, y).length));
    const places = Array.from({ length: WIDTH * HEIGHT }, (_, index) => [index % WIDTH, Math.floor(index / WIDTH)]);
    const isSameSize = result.width === WIDTH && result.height === HEIGHT;
    assert.ok(!isSameSize || !places.every(([x, y]) => isSame(x, y)), 'nothing has changed');
    look(result);
    return width ? `PNG of ${width} x ${height}, changed` : 'PNG, changed';
  };
}

/** Expects a picture of that kind and size. */
function isKind(kind, width, height, look = () => {}) {
  return ({ body }) => {
    const result = inspect(body);
    assert.deepEqual([result.kind, result.width, result.height], [kind, width, height]);
    look(body, result);
    return `${kind.toUpperCase()} of ${width} x ${height}`;
  };
}

/** Expects JSON. */
function isJson(look, detail) {
  return ({ body, headers }) => {
    assert.match(headers['content-type'], /^application\/json/);
    look(JSON.parse(body.toString()));
    return detail;
  };
}

function isGray([red, green, blue]) {
  return red === green && green === blue;
}

function near(actual, expected, slack = 6) {
  expected.forEach((value, index) =>
    assert.ok(Math.abs(actual[index] - value) <= slack, `${actual} is not ${expected}`),
  );
}

/** Expects a JPEG made of the photo, which is to be shown upright: either it says so itself, or it was turned. */
function isUpright(look = () => {}) {
  return ({ body }) => {
    const result = inspect(body);
    assert.deepEqual(
      [result.kind, result.width, result.height],
      ['jpg', ...(body.includes('Exif') ? [32, 16] : [16, 32])],
    );
    look(body, result);
    return 'JPG, upright';
  };
}

function hasNoExif(body) {
  assert.ok(!body.includes('Exif'), 'there is EXIF in it');
}

// Colours of the picture at its bottom and at its top, left and right.
const RED = [180, 0, 0];
const BLUE = [0, 0, 180];
const LIGHT_RED = [240, 60, 60];

/** Task to `{ options, source, headers, check, method }`; `method` is its name at Filelink unless in camel case. */
const TASKS = {
  flip: { options: true, check: isPng(WIDTH, HEIGHT, ({ at }) => near(at(2, HEIGHT - 1), LIGHT_RED)) },
  flop: { options: true, check: isPng(WIDTH, HEIGHT, ({ at }) => near(at(2, HEIGHT - 1), BLUE)) },
  auto_image: {
    options: true,
    headers: { Accept: 'image/webp,*/*' },
    check: ({ body }) => {
      assert.equal(inspect(body).kind, 'webp');
      return 'WebP for who accepts it';
    },
  },
  no_metadata: { options: true, source: photo, check: isUpright(hasNoExif) },
  compress: {
    options: true,
    source: () => upload(LARGE_PICTURE, 'large.png'),
    check: (reply) => {
      assert.ok(reply.body.length < LARGE_PICTURE.length, 'it is not smaller');
      return isPng(WIDTH, HEIGHT, ({ at }) => near(at(2, 15), RED, 0))(reply);
    },
  },
  enhance: { options: { preset: 'vivid' }, check: isChanged(WIDTH, HEIGHT) },
  redeye: { options: true, check: isPng() },
  monochrome: { options: true, check: isPng(WIDTH, HEIGHT, ({ at }) => assert.ok(isGray(at(2, 15)))) },
  negative: { options: true, check: isPng(WIDTH, HEIGHT, ({ at }) => near(at(2, 15), [75, 255, 255])) },
  imagesize: {
    options: true,
    check: isJson((size) => assert.deepEqual(size, { width: WIDTH, height: HEIGHT }), 'width and height'),
  },
  smart_crop: { options: { width: 10, height: 10 }, check: isPng(10, 10) },
  animate: {
    options: { delay: 100, loop: 3, width: 20, height: 10, fit: 'scale' },
    source: async () => [await picture(), await photo()],
    check: isKind('gif', 20, 10, (body) => assert.ok(body.includes('NETSCAPE2.0'), 'it does not loop')),
  },
  metadata: {
    options: {},
    method: null,
    check: isJson(({ size, mimetype }) => assert.deepEqual([size, mimetype], [PICTURE.length, 'image/png']), 'JSON'),
  },
  resize: { options: { width: 10, height: 10, fit: 'crop', align: 'left' }, check: isPng(10, 10) },
  crop: { options: { dim: [2, 10, 8, 6] }, check: isPng(8, 6, ({ at }) => near(at(0, 0), RED)) },
  rotate: { options: { deg: 90 }, check: isPng(HEIGHT, WIDTH, ({ at }) => near(at(0, 2), RED)) },
  detect_faces: { options: { minsize: 0.3, color: 'red' }, check: isPng() },
  crop_faces: { options: { mode: 'thumb', faces: 1 }, check: ({ body }) => inspect(body).kind },
  pixelate_faces: { options: { faces: 'all' }, check: isPng() },
  blur_faces: { options: { faces: 'all' }, check: isPng() },
  rounded_corners: {
    options: { radius: 8, background: 'green' },
    check: isChanged(WIDTH, HEIGHT, ({ at }) => near(at(0, 0), [0, 128, 0])),
  },
  vignette: { options: { amount: 80 }, check: isChanged(WIDTH, HEIGHT) },
  polaroid: { options: { rotate: 10 }, check: isChanged() },
  torn_edges: { options: { spread: [1, 5] }, check: isChanged() },
  shadow: { options: { blur: 3, opacity: 50, vector: [2, 2] }, check: isChanged() },
  circle: {
    options: { background: 'white' },
    check: isChanged(HEIGHT, HEIGHT, ({ at }) => near(at(0, 0), [255, 255, 255])),
  },
  border: {
    options: { width: 3, color: 'yellow' },
    check: isChanged(WIDTH + 6, HEIGHT + 6, ({ at }) => near(at(0, 0), [255, 255, 0])),
  },
  sharpen: { options: { amount: 5 }, check: isChanged(WIDTH, HEIGHT) },
  blur: { options: { amount: 5 }, check: isChanged(WIDTH, HEIGHT) },
  blackwhite: {
    options: { threshold: 20 },
    check: isPng(WIDTH, HEIGHT, ({ at }) => assert.ok([0, 255].includes(at(2, 15)[0]))),
  },
  sepia: {
    options: { tone: 100 },
    check: isChanged(WIDTH, HEIGHT, ({ at }) => assert.ok(at(38, 15)[0] >= at(38, 15)[2])),
  },
  pixelate: { options: { amount: 15 }, check: isChanged(WIDTH, HEIGHT) },
  oil_paint: { options: { amount: 5 }, check: isChanged(WIDTH, HEIGHT) },
  modulate: {
    options: { brightness: 50, hue: 0, saturation: 100 },
    check: isChanged(WIDTH, HEIGHT, ({ at }) => assert.ok(at(2, 15)[0] < RED[0])),
  },
  ascii: {
    options: { size: 20, colored: true },
    check: ({ headers }) => {
      assert.match(headers['content-type'], /^text\//);
      return 'text';
    },
  },
  collage: {
    options: async () => ({ files: [await photo()], width: 100, height: 80, margin: 4, color: 'black' }),
    check: isPng(100, 80),
  },
  urlscreenshot: {
    options: { width: 200, height: 100, mode: 'window' },
    method: 'URLScreenshot',
    source: () => 'https://www.example.com/page',
    check: isPng(200, 100),
  },
  upscale: { options: { noise: 'low', style: 'photo' }, check: isPng(WIDTH * 2, HEIGHT * 2) },
  output: { options: { format: 'jpg', quality: 90 }, check: isKind('jpg', WIDTH, HEIGHT) },
  pjpg: {
    options: { quality: 80, metadata: false },
    check: isKind('jpg', WIDTH, HEIGHT, (_, { isProgressive }) => assert.ok(isProgressive, 'not progressive')),
  },
  quality: {
    options: { value: 30 },
    source: photo,
    check: isUpright((body) => assert.notEqual(service.sha256(body), service.sha256(jpeg()), 'nothing has changed')),
  },
  cache: {
    options: { expiry: 600 },
    check: ({ body, headers }) => {
      assert.match(headers['cache-control'], /max-age=600/);
      assert.equal(service.sha256(body), service.sha256(PICTURE));
      return 'max-age is sent, sha256 equal';
    },
  },
  watermark: {
    options: async () => ({ file: await photo(), size: 30, position: ['top', 'left'] }),
    check: isChanged(WIDTH, HEIGHT),
  },
  partial_blur: { options: { objects: [[10, 0, 20, 10]], amount: 5 }, check: isPartlyChanged },
  partial_pixelate: { options: { objects: [[10, 0, 20, 10]], amount: 7, type: 'rect' }, check: isPartlyChanged },
  pdfinfo: {
    options: true,
    method: 'PDFInfo',
    source: document,
    check: isJson((info) => assert.ok(JSON.stringify(info).includes('3')), 'JSON with the page count'),
  },
  pdfconvert: {
    options: { pageorientation: 'landscape', pageformat: 'a4', pages: [1, '2-3'] },
    method: 'PDFConvert',
    source: document,
    check: ({ body }) => {
      assert.equal(inspect(body).kind, 'pdf');
      return 'PDF';
    },
  },
  zip: {
    options: true,
    source: async () => [await picture(), await photo()],
    check: ({ body }) => {
      assert.equal(inspect(body).kind, 'zip');
      assert.ok(body.includes('picture.png') && body.includes('turned.jpg'));
      return 'ZIP with both files';
    },
  },
  minify_css: { options: { level: 1, gzip: false }, source: () => upload(STYLE, 'a.css'), check: isSmaller(STYLE) },
  minify_js: { options: { gzip: false, mangle: true }, source: () => upload(SCRIPT, 'a.js'), check: isSmaller(SCRIPT) },
};

function isPartlyChanged(reply) {
  isChanged(WIDTH, HEIGHT)(reply);
  const [source, result] = [pixels(PICTURE), pixels(reply.body)];
  for (const [x, y] of [
    [1, 1],
    [38, 18],
    [20, 15],
  ]) {
    near(result.at(x, y), source.at(x, y), 0);
  }
  return 'PNG, changed in the box only';
}

function isSmaller(source) {
  return ({ body }) => {
    assert.ok(body.length > 0 && body.length < source.length && !body.includes('comment'));
    return 'smaller, without the comment';
  };
}

function methodOf(name) {
  return name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
}

/** The URL by every way that the SDK has to write it; the plain ones must be the same. */
function write(task, source, options) {
  const { method = methodOf(task) } = TASKS[task];
  const plain = client().transform(source, { [task]: options });
  if (method) {
    const { Filelink } = load();
    assert.equal(new Filelink(source, API_KEY)[method](options).toString(), plain, `Filelink.${method}`);
  }
  return { plain, base64: client().transform(source, { [task]: options }, true) };
}

async function isNotServed(task, url) {
  const { status, body } = await service.get(url);
  assert.equal(status, 501, `it answers ${status}: if it is served now, NOT_SERVED has to lose it`);
  assert.ok(body.includes(task), `the answer does not name the task: ${body}`);
}

async function runTask(task) {
  const { options: given, source: make = picture, headers, check } = TASKS[task];
  const source = await make();
  const options = typeof given === 'function' ? await given() : given;
  const { plain, base64 } = write(task, source, options);
  if (NOT_SERVED.includes(task)) {
    await isNotServed(task, plain);
    await isNotServed(task, base64);
    return 'not served (501)';
  }
  const reply = await service.download(plain, headers);
  const detail = await check(reply);
  const { body } = await service.download(base64, headers);
  assert.equal(service.sha256(body), service.sha256(reply.body), 'the base64 form brings something else');
  return detail;
}

/** Tasks with a life of their own. */
const special = {
  async 'task: store'() {
    const url = client().transform(await picture(), {
      resize: { width: 20 },
      store: { filename: 'small.png', path: 'x/' },
    });
    const stored = await service.downloadJson(url);
    assert.deepEqual([stored.filename, stored.type], ['small.png', 'image/png']);
    assert.equal(stored.url.split('/').slice(0, 3).join('/'), service.CDN);
    isPng(20, 10)(await service.download(stored.url));
    return 'the result is stored and served';
  },

  async 'task: fallback'() {
    const handle = await picture();
    const origin = await origins.serve({ '/there': { type: 'text/plain', body: 'there' } });
    const url = client().transform(origin.url('/missing'), { fallback: { handle, cache: 60 } });
    const reply = await service.download(url);
    await origin.close();
    assert.equal(service.sha256(reply.body), service.sha256(PICTURE));
    return 'the other file comes, sha256 equal';
  },

  async 'task: video_convert'() {
    const content = bytes(5000, 70);
    const handle = await upload(content, 'film.mp4');
    const options = {
      preset: 'webm',
      width: 320,
      height: 240,
      upscale: false,
      aspect_mode: 'pad',
      clip_length: '00:00:05',
    };
    const url = client().transform(handle, { video_convert: options });
    const states = [];
    let job;
    do {
      job = await service.downloadJson(url);
      states.push(job.status);
    } while (['started', 'pending'].includes(job.status));
    assert.equal(states[0], 'started');
    assert.equal(job.status, 'completed');
    assert.match(job.uuid, /^[0-9a-f]{32}$/);
    const { headers } = await service.download(job.data.url);
    assert.equal(headers['content-type'], 'video/webm');
    return 'a job that is polled to its end';
  },

  async 'every task of the schema'() {
    const { TransformSchema } = load();
    const secured = ['sfw', 'tags', 'security'];
    const covered = [...Object.keys(TASKS), 'store', 'fallback', 'video_convert', ...secured].sort();
    assert.deepEqual(covered, Object.keys(TransformSchema.properties).sort());
    return `${covered.length} tasks have scenarios`;
  },
};

/** Intelligence needs a policy, on every application. */
const intelligence = {
  async 'task: tags'() {
    return describe('tags', ({ tags }) => assert.ok(Object.keys(tags.auto).length > 0 && tags.user === null));
  },

  async 'task: detect_faces with export'() {
    return describe('detect_faces', (faces) => assert.ok(Array.isArray(faces)), { export: true });
  },

  async 'task: sfw'() {
    return describe('sfw', ({ sfw }) => assert.equal(typeof sfw, 'boolean'));
  },
};

async function describe(task, look, options = true) {
  const signed = security();
  const handle = await upload(PICTURE, 'picture.png', signed);
  const refused = await service.get(client().transform(handle, { [task]: options }));
  assert.equal(refused.status, 403);
  for (const base64 of [false, true]) {
    look(await service.downloadJson(client({ security: signed }).transform(handle, { [task]: options }, base64)));
  }
  return '403 without a policy, JSON with one';
}

module.exports = [
  ...Object.keys(TASKS).map((task) => ({ group: 'open', name: `task: ${task}`, run: () => runTask(task) })),
  ...Object.entries(special).map(([name, run]) => ({ group: 'open', name, run })),
  ...Object.entries(intelligence).map(([name, run]) => ({ group: 'secured', name, run })),
];
