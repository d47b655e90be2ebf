'use strict';

// A small web server: the place from which the service fetches URLs, or to which it sends webhooks.

const http = require('node:http');

/** Serves `files`, an object of path to `{ type, body }`; the paths and headers of what was asked for are kept. */
async function serve(files = {}, port = 0) {
  const seen = [];
  const waiting = [];
  const server = http.createServer((request, reply) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const entry = {
        method: request.method,
        path: request.url,
        headers: request.headers,
        body: Buffer.concat(chunks),
      };
      seen.push(entry);
      waiting.splice(0).forEach((wake) => wake());
      const file = files[request.url];
      const missing = Object.keys(files).length > 0 && !file;
      reply.writeHead(missing ? 404 : 200, file ? { 'Content-Type': file.type } : {});
      reply.end(file ? file.body : '');
    });
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    seen,
    url: (path) => `http://127.0.0.1:${server.address().port}${path}`,
    /** The first request that fits, now or later. */
    async wait(fits) {
      while (!seen.some(fits)) {
        await new Promise((resolve) => waiting.push(resolve));
      }
      return seen.find(fits);
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

module.exports = { serve };
