#!/usr/bin/env node
// Times a checkpoint in a page on one thread of WebAssembly and on several, in turns, in Chromium; and compares what they say.
//   node bench/page-threads.mjs CHECKPOINT --threads 2 --seconds 10 --rounds 5
import { parseArgs } from 'node:util';
import { startBrowser } from '../scripts/browser.mjs';
import { machine } from './machine.mjs';

const { positionals, values: options } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '5' },
  },
});
const [threads, seconds, rounds] = [options.threads, options.seconds, options.rounds].map(Number);
const [checkpoint] = positionals;
if (!checkpoint || ![threads, seconds, rounds].every((value) => value > 0)) {
  console.error('Usage: node bench/page-threads.mjs CHECKPOINT [--threads 2] [--seconds 10] [--rounds 5]');
  process.exit(2);
}

const { pageContent, servePage } = await import('../recipes/pages/dist/index.js').catch((error) => {
  console.error(`Build the packages first, with npm run setup (${error.message}).`);
  process.exit(1);
});
const host = machine();
console.log(`${host.processor}, ${host.cores} cores; ${seconds} s of sound, ${rounds} rounds`);
if (host.loadBefore > 0.25 * host.cores) console.log(`The machine is busy (load ${host.loadBefore}): several threads cannot help.`);

const served = await servePage(await pageContent(checkpoint));
const browser = await startBrowser();
try {
  const page = await browser.newPage();
  // the engine takes a thread for every two processors that the browser tells of
  await page.route('**/worker.js', async (route) => {
    const response = await route.fetch();
    const told = `Object.defineProperty(WorkerNavigator.prototype, 'hardwareConcurrency', { get: () => ${2 * threads} });`;
    await route.fulfill({ response, body: `${told}\n${await response.text()}` });
  });
  await page.goto(`${served.address}?engine=wasm`);
  await page.waitForSelector('main[data-ready]', { timeout: 300_000 });
  const results = await page.evaluate(timesInPage, { counts: [1, threads], seconds, rounds });
  const [one, several] = results.map(({ library, times, numbers }) => ({ library, best: Math.min(...times), numbers }));
  const apart = Math.max(...one.numbers.map((value, index) => Math.abs(value - several.numbers[index])));
  for (const { library, best } of [one, several]) console.log(`${best.toFixed(3)} s  ${library}`);
  console.log(
    `${(one.best / several.best).toFixed(2)} times as fast at best of ${rounds}; numbers at most ${apart.toExponential(1)} apart`,
  );
} finally {
  await browser.close();
  await served.close();
}

/** Runs in the page: a worker of its own for each count of threads, asked in turns. */
async function timesInPage({ counts, seconds, rounds }) {
  const samples = Float32Array.from(
    { length: 16_000 * seconds },
    (_, index) => 0.3 * Math.sin(index * index * 3e-6) + 0.1 * Math.sin(index * 0.37),
  );
  const started = counts.map((threads) => {
    const worker = new Worker('./worker.js', { type: 'module' });
    let id = 0;
    const ask = (call, ...args) =>
      new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => {
          if ('error' in data) reject(new Error(data.error.message));
          else if ('result' in data) resolve(data.result);
        };
        worker.postMessage({ id: id++, call, args });
      });
    return { threads, ask, times: [] };
  });
  const numbersIn = (value) =>
    typeof value === 'number' ? [value] : typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
  for (const each of started) each.library = (await each.ask('open', { engine: 'wasm', threads: each.threads })).engine.library;
  for (let round = 0; round <= rounds; round++) {
    for (const each of started) {
      const { prediction, computeSeconds } = await each.ask('predict', { name: 'tones', samples, sampleRate: 16_000 }, {});
      each.numbers = numbersIn(prediction);
      // the first compiles
      if (round > 0) each.times.push(computeSeconds);
    }
  }
  return started.map(({ library, times, numbers }) => ({ library, times, numbers }));
}
