'use strict';

// The official JavaScript SDK against filestack-local.
//
//   node main.js --list    the scenarios, one "GROUP <tab> SCENARIO" a line
//   node main.js GROUP     runs those of one group, inside of `filestack-local --tls --control ... --`
//
// Every scenario appends "PASS|FAIL <tab> SCENARIO <tab> DETAIL" to $CONFORMANCE_RESULTS.

const fs = require('node:fs');
const util = require('node:util');

const network = require('./network');
const sdk = require('./sdk');
const service = require('./service');

const MODULES = [
  'uploads',
  'flow',
  'stores',
  'urls',
  'files',
  'grammar',
  'tasks',
  'schema',
  'security',
  'regular',
  'clients',
  'hosts',
];
const TIME_LIMIT = 120_000;
const MAX_DETAIL = 1500;

const scenarios = MODULES.flatMap((name) => require(`./scenarios/${name}`));

function report(verdict, name, detail) {
  const line = `${[verdict, name, detail.replace(/\s+/g, ' ').trim()].join('\t')}\n`;
  process.stdout.write(line);
  if (process.env.CONFORMANCE_RESULTS) {
    fs.appendFileSync(process.env.CONFORMANCE_RESULTS, line);
  }
}

/** What went wrong, in one line. */
function describe(reason) {
  const error = reason instanceof Error ? reason : sdk.lastUploadError() || new Error(util.inspect(reason));
  const details = error.details ? ` ${util.inspect(error.details, { depth: 2, breakLength: Infinity })}` : '';
  return (error.message + details).slice(0, MAX_DETAIL);
}

// A cancelled upload may leave a part whose connection is not made yet.
const LOST_CONNECTION = ['ECONNRESET', 'EPIPE', 'ERR_STREAM_DESTROYED', 'ERR_SOCKET_CLOSED_BEFORE_CONNECTION'];

/** The SDK has no listener for a connection that ends while it sends a body; that would end the process. */
function isLostConnection({ code }) {
  return LOST_CONNECTION.includes(code);
}

/** Runs one scenario; a hanging one fails, so that the others are still heard of. */
async function run({ name, run: body }) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end within ${TIME_LIMIT / 1000} s`)), TIME_LIMIT);
  });
  // What the SDK leaves to nobody belongs to the scenario under way.
  const stray = new Promise((_, reject) => {
    process.on('unhandledRejection', reject);
    process.on('uncaughtException', (error) => isLostConnection(error) || reject(error));
  });
  try {
    await service.reset();
    report('PASS', name, await Promise.race([body(), late, stray]));
    return true;
  } catch (error) {
    report('FAIL', name, describe(error));
    return false;
  } finally {
    clearTimeout(timer);
    process.removeAllListeners('unhandledRejection');
    process.removeAllListeners('uncaughtException');
  }
}

async function main(group) {
  network.redirect();
  let failed = 0;
  for (const scenario of scenarios.filter((each) => each.group === group)) {
    failed += (await run(scenario)) ? 0 : 1;
  }
  // What a failed scenario left open must not keep the process.
  process.exit(failed ? 1 : 0);
}

if (process.argv[2] === '--list') {
  scenarios.forEach(({ group, name }) => process.stdout.write(`${group}\t${name}\n`));
} else {
  main(process.argv[2]);
}
