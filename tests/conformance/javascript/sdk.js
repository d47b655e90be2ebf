'use strict';

// The installed SDK, as its users load it, and clients of it.

const path = require('node:path');

const FOLDER = path.join(process.env.CONFORMANCE_JS || 'target/conformance/javascript', 'node_modules', 'filestack-js');
const API_KEY = process.env.FILESTACK_LOCAL_APIKEY;
const SECRET = process.env.FILESTACK_LOCAL_SECRET;
const FUTURE = 4000000000;

/** The package; not loaded before it is needed, because the list of scenarios is there without it. */
function load() {
  return require(path.resolve(FOLDER));
}

/** A second copy of the package, with settings of its own: the SDK keeps the hosts of a CNAME for the whole process. */
function loadAnew() {
  const known = Object.entries(require.cache).filter(([file]) => file.startsWith(path.resolve(FOLDER)));
  known.forEach(([file]) => delete require.cache[file]);
  try {
    return load();
  } finally {
    Object.keys(require.cache)
      .filter((file) => file.startsWith(path.resolve(FOLDER)))
      .forEach((file) => delete require.cache[file]);
    known.forEach(([file, module]) => (require.cache[file] = module));
  }
}

// A failed upload rejects with the file; why it failed is only told to listeners.
let uploadError;

/** A client with the accepted API key. */
function client(options = {}) {
  const made = load().init(API_KEY, { forwardErrors: false, ...options });
  return made.on('upload.error', (error) => (uploadError = error));
}

/** Why the last upload that failed has failed. */
function lastUploadError() {
  return uploadError;
}

/** Policy and signature made by the SDK; without `call`, all is allowed but `exif`. */
function security(policy = {}, secret = SECRET) {
  return load().getSecurity({ expiry: FUTURE, ...policy }, secret);
}

module.exports = { API_KEY, client, lastUploadError, load, loadAnew, security };
