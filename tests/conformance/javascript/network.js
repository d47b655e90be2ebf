'use strict';

// Where connections of this process go. The SDK is told nothing: it opens https://upload.filestackapi.com and its
// other real hosts at port 443, and below it the connection is made to the local service. TLS is left alone, so
// certificates are checked against the real names. Every other host is refused before anything is sent, a resolver
// is not asked for it either, and the attempt is remembered.

const net = require('node:net');

const service = new URL(process.env.FILESTACK_LOCAL_URL || 'https://127.0.0.1:1');
const HTTPS = 443;
// The service's own domains, and the one that a customer with a CNAME has.
const DOMAINS = ['filestackapi.com', 'filestackcontent.com', 'example.test'];

const reached = new Set();
const refused = [];

/** Whether a connection that the SDK asks for belongs to the service. */
function isOfService(host, port) {
  return Number(port) === HTTPS && DOMAINS.some((domain) => host === domain || host.endsWith(`.${domain}`));
}

/** From now on every connection is led to the service or refused. Those with the option `direct` are the harness's. */
function redirect() {
  const connect = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function connectToService(...args) {
    // What net.connect hands over is a list whose first item has the options.
    const list = Array.isArray(args[0]) ? args[0] : args;
    const options = list[0];
    const { host, port, direct } = Object(options);
    if (direct) {
      return connect.apply(this, args);
    }
    if (typeof host !== 'string' || !isOfService(host, port)) {
      const target = `${host}:${port}`;
      refused.push(target);
      process.nextTick(() => this.destroy(new Error(`the harness refuses a connection to ${target}`)));
      return this;
    }
    reached.add(host);
    list[0] = { ...options, host: service.hostname, port: Number(service.port) };
    return connect.apply(this, args);
  };
}

module.exports = { redirect, reached, refused, service };
