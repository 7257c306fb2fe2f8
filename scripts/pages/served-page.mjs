// A served page in a browser: opening it, giving it files, asking it and Node the same, looking at it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { seriousViolations } from '../browser.mjs';
import { runIn, s3, scratch, shots } from './scratch.mjs';

export const serve = (...words) => start({}, 'serve', ...words);

/** A command that serves a page, as a program of its own; ends it when it is told to. */
export async function start({ cwd = scratch, env = process.env }, ...words) {
  const program = spawn(process.execPath, [s3, ...words], { cwd, env });
  let said = '';
  const address = await new Promise((resolve, reject) => {
    program.stdout.on('data', (text) => {
      said += text;
      const [found] = /http:\S+/.exec(said) ?? [];
      if (found) resolve(found);
    });
    program.stderr.on('data', (text) => {
      said += text;
    });
    program.once('exit', (code) => reject(new Error(`s3 ${words[0]} ended with ${code}: ${said}`)));
  });
  const close = () => {
    const ended = new Promise((resolve) => program.once('exit', (code) => resolve(code)));
    program.kill('SIGINT');
    return ended;
  };
  return { address, close };
}

/** A page that has loaded, and what went wrong in it: nothing may leave it, be refused by its policy or be thrown. */
export async function open(browser, address, { engine = 'wasm', context = {}, cores = undefined } = {}) {
  const made = await browser.newContext(context);
  const page = await made.newPage();
  // a page takes a thread for every two processors that the browser tells of
  if (cores) {
    await page.route('**/worker.js', async (route) => {
      const response = await route.fetch();
      const told = `Object.defineProperty(WorkerNavigator.prototype, 'hardwareConcurrency', { get: () => ${cores} });`;
      await route.fulfill({ response, body: `${told}\n${await response.text()}` });
    });
  }
  const troubles = [];
  const origin = new URL(address).origin;
  page.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url()) && new URL(request.url()).origin !== origin) troubles.push(`asked for ${request.url()}`);
  });
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(message.text());
  });
  await page.goto(`${address}?engine=${engine}`);
  await page.waitForSelector('main[data-ready], [role=alert]', { timeout: 60_000 });
  return { page, troubles, close: () => made.close() };
}

/** What the page's own worker says of a file, asked as the page asks it. */
export const workersWord = (page, engine, path, options = {}) =>
  page.evaluate(
    ({ engine, name, bytes, options }) =>
      new Promise((resolve, reject) => {
        const worker = new Worker('./worker.js', { type: 'module' });
        const file = new File([Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0))], name);
        worker.addEventListener('message', ({ data }) => {
          if (data.error) reject(new Error(data.error.message));
          if (data.id === 0 && data.result) worker.postMessage({ id: 1, call: 'predict', args: [{ file }, options] });
          if (data.id === 1 && data.result) {
            const { prediction } = data.result;
            worker.terminate();
            resolve(ArrayBuffer.isView(prediction) ? Array.from(prediction) : prediction);
          }
        });
        worker.postMessage({ id: 0, call: 'open', args: [{ engine }] });
      }),
    { engine, name: basename(path), bytes: readFileSync(path).toString('base64'), options },
  );

/** The same, each number within 1e-4. */
export function assertSame(found, expected, where) {
  if (typeof expected === 'number') assert.ok(Math.abs(found - expected) <= 1e-4, `${where}: ${found} in the page, ${expected} in Node`);
  else if (typeof expected !== 'object' || expected === null) assert.equal(found, expected, where);
  else {
    assert.deepEqual(Object.keys(found), Object.keys(expected), where);
    for (const key of Object.keys(expected)) assertSame(found[key], expected[key], `${where}.${key}`);
  }
}

export const nodesWord = (checkpoint, path, { cwd = scratch, options = [] } = {}) =>
  JSON.parse(runIn(cwd, 'predict', checkpoint, path, '--engine', 'wasm', '--format', 'json', ...options)).prediction;

/** At phone and desktop width, light and dark; and what axe finds. */
export async function look(page, name) {
  for (const [width, height, size] of [
    [390, 844, 'phone'],
    [1280, 900, 'desktop'],
  ]) {
    for (const colorScheme of ['light', 'dark']) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(shots, `${name}-${size}-${colorScheme}.png`), fullPage: true });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `${name} at ${size} width is ${wide} pixels too wide`);
      if (size === 'phone') assert.deepEqual(await seriousViolations(page), [], `${name}, ${colorScheme}`);
    }
  }
  // the narrowest that has to do, which is also a desktop at four times its size
  await page.setViewportSize({ width: 320, height: 640 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${name} at 320 pixels is ${wide} too wide`);
  await page.setViewportSize({ width: 1280, height: 900 });
}

export const alerts = (page) => page.locator('[role=alert]:not([hidden])').allInnerTexts();
export const choose = (page, place, path) => page.locator('input[type=file]').nth(place).setInputFiles(path);
