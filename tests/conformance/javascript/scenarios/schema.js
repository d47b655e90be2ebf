'use strict';

// Every parameter of the SDK's transformation schema with its values and limits: the service has to take what the SDK
// lets through. It only explains these requests (`debug`) and does not carry them out.

const assert = require('node:assert/strict');

const { client, load } = require('../sdk');
const service = require('../service');

const HANDLE = 'aaaaaaaaaaaaaaaaaaaa';
const BOX = [1, 2, 30, 40];

/** Values for the definitions that the schema refers to. */
const DEFINITIONS = {
  colorDef: ['red', 'FF0000', 'f00', 'transparent'],
  positionDef: ['top', 'center', 'faces', ['bottom', 'right']],
  facesDef: ['all', 1, 1000, [1, 2]],
  objectsDef: [[BOX], [BOX, BOX]],
  locationsDef: ['s3', 'S3', 'rackspace', 'gcs', 'azure', 'dropbox'],
  regionsDef: ['eu-west-1'],
  workflowsDef: [['11111111-2222-3333-4444-555555555555']],
  pageFormatDef: ['a2', 'a3', 'a4', 'a5', 'b4', 'b5', 'letter', 'legal', 'tabloid'],
  pageRangeDef: [[1], ['1-3'], ['2-'], ['-2']],
};

/** Parameters whose text has a form that the schema does not tell, and lists. */
const TEXTS = {
  dim: [BOX],
  file: [HANDLE],
  files: [[HANDLE], [HANDLE, HANDLE]],
  handle: [HANDLE],
  preset: ['h264', 'h264.hi', 'webm', 'webm.hi', 'ogg', 'ogg.hi', 'hls.variant', 'mp3', 'oga', 'm4a', 'aac'],
  audio_codec: ['libmp3lame', 'libvorbis', 'libfdk_aac', 'pcm_s16le', 'mp2', 'ac3', 'eac3'],
  clip_length: ['00:00:10', '1:02'],
  clip_offset: ['00:00:10', '1:02'],
  spread: [[1, 10]],
  vector: [[-10, 10]],
  watermark_url: ['https://www.example.com/mark.png'],
};

/** What a task cannot do without, beside the parameter that is tried. */
const COMPANIONS = {
  collage: { files: [HANDLE], width: 100, height: 100 },
  fallback: { handle: HANDLE },
  partial_blur: { objects: [BOX] },
  partial_pixelate: { objects: [BOX] },
  resize: { width: 100 },
  watermark: { file: HANDLE },
};

/** What the SDK refuses against its own schema. */
const REFUSED = [{ compress: { metadata: true } }, { compress: { metadata: false } }];

/** Values that a parameter may have: all that are listed, or the ends of its range. */
function valuesOf(name, rule) {
  if (rule.$ref) {
    return DEFINITIONS[rule.$ref];
  }
  if (rule.oneOf) {
    return rule.oneOf.flatMap((each) => valuesOf(name, each));
  }
  if (rule.enum) {
    return rule.enum;
  }
  if (rule.type === 'boolean') {
    return [true, false];
  }
  if (rule.type === 'integer' || rule.type === 'number') {
    return [rule.minimum ?? 1, rule.maximum ?? 100];
  }
  return TEXTS[name] || ['a text'];
}

/** The schema's parameters of a task; those of smart_crop lie beside its type instead of below it. */
function parametersOf(rule) {
  const forms = rule.oneOf || [rule];
  return forms.flatMap(({ type, properties, width, height, mode }) => {
    const own = type ? properties : { width, height, mode };
    return Object.entries(own || {});
  });
}

/** Every request that differs in one parameter. */
function requests() {
  const { properties } = load().TransformSchema;
  return Object.entries(properties)
    .filter(([task]) => task !== 'security')
    .flatMap(([task, rule]) =>
      parametersOf(rule).flatMap(([name, each]) =>
        valuesOf(name, each).map((value) => ({ [task]: { ...COMPANIONS[task], [name]: value } })),
      ),
    );
}

/** What the service has against a URL. */
async function objection(url) {
  const { status, body } = await service.get(url.replace(service.CDN, `${service.CDN}/debug`));
  return status === 200 ? [] : [`${url.slice(service.CDN.length)}: ${status} ${body}`];
}

/** The URLs of a request, or none when the SDK refuses it. */
function write(options) {
  try {
    return [false, true].map((base64) => client().transform(HANDLE, options, base64));
  } catch (error) {
    assert.match(error.message, /validation/i);
    return [];
  }
}

const scenarios = {
  async 'every parameter of the schema'() {
    const all = requests();
    const refused = all.filter((options) => write(options).length === 0);
    const objections = [];
    for (const url of all.flatMap(write)) {
      objections.push(...(await objection(url)));
    }
    assert.deepEqual(objections, []);
    const wrong = await objection(`${service.CDN}/resize=width:wide/${HANDLE}`);
    assert.match(wrong[0], /400 .*invalid attr value/);
    assert.deepEqual(refused, REFUSED);
    return `${all.length - refused.length} values, plain and base64`;
  },
};

module.exports = Object.entries(scenarios).map(([name, run]) => ({ group: 'open', name, run }));
