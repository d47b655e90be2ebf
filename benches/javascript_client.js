'use strict';

// Uploads one file or those of a folder with the official SDK, as it is: `node javascript_client.js URL PATH AT_ONCE`.
// Prints the uploads per second.

const fs = require('node:fs');
const path = require('node:path');

const [url, given, atOnce] = process.argv.slice(2);
// The modules below look at it when they are loaded.
process.env.FILESTACK_LOCAL_URL = url;

const network = require('../tests/conformance/javascript/network');
const sdk = require('../tests/conformance/javascript/sdk');

network.redirect();
const client = sdk.load().init('ABenchApiKey0000000z');
const isFolder = fs.statSync(given).isDirectory();
const files = isFolder ? fs.readdirSync(given).map((name) => path.join(given, name)) : [given];
const { length } = files;

async function uploadFiles() {
  for (let file = files.pop(); file !== undefined; file = files.pop()) {
    await client.upload(file);
  }
}

async function main() {
  const start = process.hrtime.bigint();
  await Promise.all(Array.from({ length: Number(atOnce) }, uploadFiles));
  console.log((length / (Number(process.hrtime.bigint() - start) / 1e9)).toFixed(1));
}

// A failed upload is a rejection that nobody handles, which ends the process with a failure.
main();
