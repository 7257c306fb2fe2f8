// Trains in the page, as people do: `s3 teach` in a real browser, with files, microphone and keyboard alone, and what was learned used in Node.
// Screenshots go to S3_SCREENSHOTS, else to a temporary folder.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { readAudio, wavBytes } from '@s3/dataio';
import { unzipFiles } from '@s3/trainer/memory';
import { seriousViolations, startBrowser } from './browser.mjs';
import { keepInParts, smallEncoder } from './small-encoder.mjs';
import { root } from './workspace.mjs';

const scratch = mkdtempSync(join(tmpdir(), 's3-teach-'));
const screenshots = process.env.S3_SCREENSHOTS ?? join(scratch, 'screenshots');
mkdirSync(screenshots, { recursive: true });
const s3 = join(root, 'recipes/cli/bin/s3.js');
const voices = join(root, 'recipes/quickstart-data/voices');
const names = ['allison', 'armelle', 'carlo'];
const recordings = (name) =>
  readdirSync(join(voices, name))
    .sort()
    .map((file) => join(voices, name, file));
/** words of the checks that are wanted; all unless given */
const only = process.argv[2] ?? '';
let failures = 0;

const { address, close: closeServed } = await serve();

const browser = await startBrowser();
let listener;
try {
  await check('says in words what it cannot use, and loses nothing', badInput);
  const learned = await check('learns voices with the keyboard alone, well over chance', learnByKeyboard);
  if (learned) {
    await check('gives Node the same probabilities, within 1e-4', () => sameInNode(learned));
    await check('is tested and goes on in Node', () => onInNode(learned));
    await check('opens the file again and goes on', () => reopen(learned));
  }
  await check('asks before a training is left', leaving);
  await check('teaches on a pretrained upstream, and Node goes on from it', onPretrained);
  listener = await startBrowser({ microphone: await spokenWav() });
  await check('records with the microphone, and recognises live', () => microphone(listener));
  await listener.close();
  listener = await startBrowser({ webgpu: true });
  await check('trains on WebGPU', () => onWebgpu(listener));
} finally {
  await browser.close();
  await listener?.close();
  closeServed();
  rmSync(scratch, { recursive: true, force: true });
}
console.log(failures === 0 ? 'check-teach: the page learns, and Node goes on' : `check-teach: ${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;

/** `s3 teach` as a program of its own. */
async function serve(...words) {
  const served = spawn(process.execPath, [s3, 'teach', ...words], {
    cwd: scratch,
    env: { ...process.env, XDG_CACHE_HOME: join(scratch, 'cache') },
  });
  const address = await new Promise((done, fail) => {
    let text = '';
    served.stdout.on('data', (piece) => {
      text += piece;
      const found = /http:\S+/.exec(text);
      if (found) done(found[0]);
    });
    served.stderr.on('data', (piece) => process.stderr.write(piece));
    served.once('exit', (code) => fail(new Error(`s3 teach ended with ${code}`)));
  });
  return { address, close: () => served.kill() };
}

async function check(what, perform) {
  if (!what.includes(only)) return undefined;
  try {
    const result = await perform();
    console.log(`ok: ${what}`);
    return result ?? true;
  } catch (error) {
    failures++;
    console.log(`FAILED: ${what}\n  ${error.stack}`);
    return undefined;
  }
}

function expect(condition, what) {
  if (!condition) throw new Error(what);
}

/** A page that has started; errors of its program, and what its policy refused, are failures. */
async function open(from = browser, engine = 'wasm', at = address) {
  const context = await from.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true });
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(`${at}?engine=${engine}`);
  await page.waitForSelector('main[data-ready=true]', { timeout: 60_000 });
  return { page, context, errors };
}

async function fill(page, each = 8) {
  await page.getByRole('button', { name: 'Add a class' }).click();
  for (const [place, name] of names.entries()) {
    const card = page.locator('.class').nth(place);
    await card.getByLabel('Name of the class').fill(name);
    await card.locator('input[type=file]').setInputFiles(recordings(name).slice(0, each));
    await card.getByText(`${each} recordings`).waitFor({ timeout: 60_000 });
  }
}

async function badInput() {
  const { page, context, errors } = await open();
  const card = page.locator('.class').first();
  await card.getByLabel('Name of the class').fill('yes');
  const broken = { name: 'broken.wav', mimeType: 'audio/wav', buffer: Buffer.from('RIFF but no more than that') };
  const silent = { name: 'silent.wav', mimeType: 'audio/wav', buffer: Buffer.from(wavBytes(new Float32Array(16_000), 16_000)) };
  const [good] = recordings('carlo');
  await card.locator('input[type=file]').setInputFiles([broken, silent]);
  await card.getByText(/silent\.wav|silent: /).waitFor();
  const said = await card.locator('.problem').textContent();
  expect(/broken/.test(said) && /is silent/.test(said), `about two bad files: ${said}`);
  await card.locator('input[type=file]').setInputFiles(good);
  await card.getByText('1 recording,').waitFor();
  expect(await card.locator('.problem').isHidden(), 'a good file leaves the words about bad ones');

  await card.getByRole('button', { name: 'Record yes' }).click();
  await card.getByText(/microphone/i).waitFor();
  await page.getByRole('button', { name: 'Remove class class without a name' }).click();
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByText('There is only one class').first().waitFor();
  await page.getByText('"yes" has one recording. Add at least 2 more').first().waitFor();
  const zip = { name: 'other.zip', mimeType: 'application/zip', buffer: Buffer.from('no zip') };
  await page.locator('header input[type=file]').setInputFiles(zip);
  const dialog = page.getByText('other.zip: found what is no whole zip');
  page.on('dialog', (asked) => asked.accept());
  await page.locator('header input[type=file]').setInputFiles(zip);
  await dialog.waitFor();
  expect((await card.locator('.takes li').count()) === 1, 'the recording is still there');
  await page.screenshot({ path: join(screenshots, 'teach-bad-input.png'), fullPage: true });
  expect((await seriousViolations(page)).length === 0, (await seriousViolations(page)).join('\n'));
  expect(errors.length === 0, errors.join('\n'));
  await context.close();
}

async function learnByKeyboard() {
  const { page, context, errors } = await open();
  const focused = () =>
    page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '');
  const tabTo = async (name) => {
    for (let tabs = 0; tabs < 200; tabs++) {
      if ((await focused()) === name) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`the keyboard does not reach "${name}"`);
  };
  await tabTo('Add a class');
  await page.keyboard.press('Enter'); // the name of the new class has the focus
  await page.keyboard.type(names[2]);
  for (const [place, name] of names.slice(0, 2).entries()) {
    const field = page.locator('.class').nth(place).getByLabel('Name of the class');
    await tabToElement(page, field);
    await page.keyboard.type(name);
  }
  for (const name of names) {
    await tabTo(`Add files to ${name}`);
    await (await chooserByKeyboard(page)).setFiles(recordings(name).slice(0, 8));
    await page.getByRole('region', { name, exact: true }).getByText('8 recordings').waitFor({ timeout: 60_000 });
  }
  await tabToElement(page, page.getByLabel('Steps'));
  await page.keyboard.type('120');
  await tabTo('Train');
  await page.keyboard.press('Enter');
  const verdict = page.locator('.verdict[data-accuracy]');
  await verdict.waitFor({ timeout: 180_000 });
  const accuracy = Number(await verdict.getAttribute('data-accuracy'));
  expect(accuracy >= 0.66, `${accuracy} of the recordings kept out are recognised; guessing gives 0.33`);
  for (const series of ['loss', 'trained', 'held-out']) {
    const points = await page.locator(`.chart .${series}`).getAttribute('points');
    expect(points.split(' ').length > 5, `a curve of ${series}: ${points}`);
  }

  const tried = recordings('carlo')[9];
  await page.locator('section[aria-labelledby=try] input[type=file]').setInputFiles(tried);
  const answer = page.locator('.verdict[data-label]');
  await answer.waitFor();
  const said = { label: await answer.getAttribute('data-label'), probability: Number(await answer.getAttribute('data-probability')) };
  expect(said.label === 'carlo', `a voice of carlo is taken for ${said.label}`);

  await tabTo('Download');
  const downloading = page.waitForEvent('download');
  await page.keyboard.press('Enter');
  const zip = join(scratch, 'own-classes.zip');
  await (await downloading).saveAs(zip);
  await page.screenshot({ path: join(screenshots, 'teach-desktop.png'), fullPage: true });
  expect((await seriousViolations(page)).length === 0, (await seriousViolations(page)).join('\n'));
  await page.setViewportSize({ width: 390, height: 844 });
  await page.screenshot({ path: join(screenshots, 'teach-phone.png'), fullPage: true });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide <= 0, `the page is ${wide} pixels wider than a phone`);
  expect(errors.length === 0, errors.join('\n'));
  await context.close();
  return { zip, tried, said };
}

/** Presses the button that has the focus; the first key after files were set by a driver does not always arrive. */
async function chooserByKeyboard(page) {
  for (const key of ['Enter', 'Space', 'Enter']) {
    const chooser = page.waitForEvent('filechooser', { timeout: 5000 }).catch(() => undefined);
    await page.keyboard.press(key);
    const opened = await chooser;
    if (opened) return opened;
  }
  throw new Error('the keyboard opens no file chooser');
}

async function tabToElement(page, locator) {
  for (let tabs = 0; tabs < 200; tabs++) {
    if (await locator.evaluate((element) => element === document.activeElement)) return page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.press('Tab');
  }
  throw new Error(`the keyboard does not reach ${locator}`);
}

function node(...args) {
  return nodeIn(scratch, ...args);
}

function nodeIn(cwd, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [s3, ...args], { cwd, encoding: 'utf8' });
  expect(status === 0, `s3 ${args.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}

function sameInNode({ zip, tried, said }) {
  for (const engine of ['wasm', 'cpu']) {
    const { prediction } = JSON.parse(node('predict', zip, tried, '--engine', engine));
    expect(prediction.label === said.label, `${engine}: ${prediction.label}, not ${said.label}`);
    const difference = Math.abs(prediction.probability - said.probability);
    expect(difference < 1e-4, `${engine}: ${prediction.probability}, not ${said.probability}`);
  }
}

function unpack(zip, folder) {
  for (const [name, bytes] of unzipFiles(new Uint8Array(readFileSync(zip)), zip)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
}

function onInNode({ zip }) {
  unpack(zip, scratch);
  const { tests } = JSON.parse(node('test', 'own-classes/train/step_120', '--json'));
  expect(tests['held-out'].utterances === 6, JSON.stringify(tests));
  const words = ['--config', 'own-classes/config.yaml', '--start', '2', '--training.totalSteps', '130', '--engine', 'wasm', '--json'];
  const { steps } = JSON.parse(node('run', 'own-classes', ...words));
  expect(steps === 130, `${steps} steps`);
}

async function reopen({ zip, tried, said }) {
  const { page, context, errors } = await open();
  await page.locator('header input[type=file]').setInputFiles(zip);
  await page.locator('.verdict[data-step="120"]').waitFor({ timeout: 60_000 });
  expect((await page.locator('.class').count()) === 3, 'three classes');
  await page.locator('section[aria-labelledby=try] input[type=file]').setInputFiles(tried);
  const answer = page.locator('.verdict[data-label]');
  await answer.waitFor();
  const probability = Number(await answer.getAttribute('data-probability'));
  expect(Math.abs(probability - said.probability) < 1e-6, `${probability}, not ${said.probability}`);
  await page.getByLabel('Steps').fill('20');
  await page.getByRole('button', { name: 'Train further' }).click();
  await page.locator('.verdict[data-step="140"]').waitFor({ timeout: 60_000 });
  expect(errors.length === 0, errors.join('\n'));
  await context.close();
}

async function leaving() {
  const { page, context } = await open();
  await fill(page, 4);
  await page.getByLabel('Steps').fill('5000');
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByText(/^Step [1-9]/).waitFor({ timeout: 60_000 });
  const asked = page.waitForEvent('dialog');
  const closing = page.close({ runBeforeUnload: true });
  const dialog = await asked;
  expect(dialog.type() === 'beforeunload', dialog.type());
  await dialog.dismiss();
  await closing;
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.locator('.verdict[data-accuracy]').waitFor({ timeout: 60_000 });
  await page.getByText(/Stopped after \d+ steps/).waitFor();
  await context.close();
}

async function onPretrained() {
  const folder = smallEncoder(scratch);
  keepInParts(folder);
  const { address: own, close } = await serve(relative(scratch, folder));
  const { page, context, errors } = await open(browser, 'wasm', own);
  await page.getByText(`builds on ${folder}`).waitFor();
  await fill(page, 5);
  await page.getByLabel('Steps').fill('40');
  const heard = page.getByText(/what the recordings sound like: [1-9]\d* of 15/).waitFor({ timeout: 120_000 });
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await heard;
  await page.locator('.verdict[data-step="40"]').waitFor({ timeout: 180_000 });
  const points = (await page.locator('.chart .trained').getAttribute('points')).split(' ').map((point) => Number(point.split(',')[1]));
  expect(points.at(-1) < points[0], 'the accuracy on what is trained on rises');
  const tried = recordings(names[2])[9];
  await page.locator('section[aria-labelledby=try] input[type=file]').setInputFiles(tried);
  const answer = page.locator('.verdict[data-label]');
  await answer.waitFor();
  const said = { label: await answer.getAttribute('data-label'), probability: Number(await answer.getAttribute('data-probability')) };
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  const zip = join(scratch, 'pretrained.zip');
  await (await downloading).saveAs(zip);
  sameInNode({ zip, tried, said });
  mkdirSync(join(scratch, 'unpacked'));
  unpack(zip, join(scratch, 'unpacked'));
  const words = ['--config', 'own-classes/config.yaml', '--start', '2', '--training.totalSteps', '45', '--engine', 'wasm', '--json'];
  const { steps } = JSON.parse(nodeIn(join(scratch, 'unpacked'), 'run', 'own-classes', ...words));
  expect(steps === 45, `${steps} steps`);

  await page.locator('header input[type=file]').setInputFiles(zip);
  await page.waitForFunction(() => document.querySelectorAll('.class').length === 3);
  await page.getByRole('button', { name: 'Train further' }).waitFor();
  expect(errors.length === 0, errors.join('\n'));
  await context.close();
  close();

  const elsewhere = await open();
  await elsewhere.page.locator('header input[type=file]').setInputFiles(zip);
  await elsewhere.page.getByText(/what was learned on the upstream .*Open it in the page of `npx s3 teach/).waitFor();
  await elsewhere.context.close();
}

async function microphone(from) {
  const { page, context, errors } = await open(from);
  const card = page.locator('.class').first();
  await card.getByLabel('Name of the class').fill('spoken');
  await card.getByRole('button', { name: 'Record spoken' }).click();
  await card.getByText('Recording …').waitFor();
  await page.waitForTimeout(2000);
  await card.getByRole('button', { name: 'Stop recording spoken' }).click();
  await card.getByText('1 recording,').waitFor();
  await page.getByRole('button', { name: 'Remove recording 1, take 1' }).click();
  await card.getByText('No recordings yet').waitFor();
  await fill(page, 6);
  await page.getByLabel('Steps').fill('40');
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.locator('.verdict[data-accuracy]').waitFor({ timeout: 120_000 });
  await page.getByRole('button', { name: 'Listen live' }).click();
  await page.locator('.verdict[data-label]').waitFor({ timeout: 60_000 });
  await page.screenshot({ path: join(screenshots, 'teach-live.png'), fullPage: true });
  await page.getByRole('button', { name: 'Stop listening' }).click();
  expect(errors.length === 0, errors.join('\n'));
  await context.close();
}

async function onWebgpu(from) {
  const { page, context, errors } = await open(from, 'webgpu');
  expect((await page.locator('[data-engine]').getAttribute('data-engine')) === 'webgpu', 'it computes on WebGPU');
  await fill(page, 5);
  await page.getByLabel('Steps').fill('40');
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  const verdict = page.locator('.verdict[data-accuracy]');
  await verdict.waitFor({ timeout: 240_000 });
  const points = (await page.locator('.chart .trained').getAttribute('points')).split(' ').map((point) => Number(point.split(',')[1]));
  expect(points.at(-1) < points[0], 'the accuracy on what is trained on rises');
  expect(errors.length === 0, errors.join('\n'));
  await context.close();
}

/** Speech of several sentences, as a microphone hears it. */
async function spokenWav() {
  const pieces = await Promise.all(
    recordings('armelle')
      .slice(0, 12)
      .map((path) => readAudio(path, { sampleRate: 48_000 })),
  );
  const samples = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const piece of pieces) {
    samples.set(piece, place);
    place += piece.length;
  }
  const path = join(scratch, 'spoken.wav');
  writeFileSync(path, wavBytes(samples, 48_000));
  return path;
}
