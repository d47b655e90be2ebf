'use strict';

// Uploads one file with the official SDK, as it is: `node javascript_client.js URL FILE`.

const [url, path] = process.argv.slice(2);
// The modules below look at it when they are loaded.
process.env.FILESTACK_LOCAL_URL = url;

const network = require('../tests/conformance/javascript/network');
const sdk = require('../tests/conformance/javascript/sdk');

network.redirect();
// A failed upload is a rejection that nobody handles, which ends the process with a failure.
sdk.load().init('ABenchApiKey0000000z').upload(path);
