// The page that learns: taught with files, microphone and keyboard alone, and what was learned used in Node.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readAudio, wavBytes } from '@s3/dataio';
import { unzipFiles } from '@s3/trainer/memory';
import { seriousViolations, startBrowser } from '../browser.mjs';
import { keepInParts, smallEncoder } from '../small-encoder.mjs';
import { root } from '../workspace.mjs';
import { at, run, runIn, scratch, shots } from './scratch.mjs';
import { open as openPage, start } from './served-page.mjs';

const voices = join(root, 'recipes/quickstart-data/voices');
const names = ['allison', 'armelle', 'carlo'];
const recordings = (name) =>
  readdirSync(join(voices, name))
    .sort()
    .map((file) => join(voices, name, file));

export async function teachChecks({ check, plain }) {
  const teach = (...words) => start({ env: { ...process.env, XDG_CACHE_HOME: at('teach-cache') } }, 'teach', ...words);
  const { address, close } = await teach();
  const open = (browser = plain, engine = 'wasm', of = address) =>
    openPage(browser, of, { engine, context: { viewport: { width: 1280, height: 900 } } });
  const withBrowser = async (options, work) => {
    const browser = await startBrowser(options);
    try {
      await work(() => open(browser, options.webgpu ? 'webgpu' : 'wasm'));
    } finally {
      await browser.close();
    }
  };
  try {
    await check('teach: says in words what it cannot use, and loses nothing', () => badInput(open));
    await check('teach: learns voices with the keyboard alone, well over chance, and Node goes on', async () => {
      const learned = await learnByKeyboard(open);
      sameInNode(learned);
      onInNode(learned);
      await reopen(open, learned);
    });
    await check('teach: asks before a training is left', () => leaving(open));
    await check('teach: learns on a pretrained upstream, and Node goes on from it', () => onPretrained(open, teach));
    await check('teach: records with the microphone, and recognises live', async () =>
      withBrowser({ microphone: await spokenWav() }, microphone),
    );
    await check('teach: trains on WebGPU', () => withBrowser({ webgpu: true }, onWebgpu));
  } finally {
    await close();
  }
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

async function badInput(open) {
  const { page, troubles, close } = await open();
  const card = page.locator('.class').first();
  await card.getByLabel('Name of the class').fill('yes');
  const broken = { name: 'broken.wav', mimeType: 'audio/wav', buffer: Buffer.from('RIFF but no more than that') };
  const silent = { name: 'silent.wav', mimeType: 'audio/wav', buffer: Buffer.from(wavBytes(new Float32Array(16_000), 16_000)) };
  const [good] = recordings('carlo');
  await card.locator('input[type=file]').setInputFiles([broken, silent]);
  await card.getByText(/silent\.wav|silent: /).waitFor();
  const said = await card.locator('.problem').textContent();
  assert.ok(/broken/.test(said) && /is silent/.test(said), `about two bad files: ${said}`);
  await card.locator('input[type=file]').setInputFiles(good);
  await card.getByText('1 recording,').waitFor();
  assert.ok(await card.locator('.problem').isHidden(), 'a good file leaves the words about bad ones');

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
  assert.ok((await card.locator('.takes li').count()) === 1, 'the recording is still there');
  await page.screenshot({ path: join(shots, 'teach-bad-input.png'), fullPage: true });
  assert.deepEqual(await seriousViolations(page), []);
  assert.deepEqual(troubles, []);
  await close();
}

async function learnByKeyboard(open) {
  const { page, troubles, close } = await open();
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
  assert.ok(accuracy >= 0.66, `${accuracy} of the recordings kept out are recognised; guessing gives 0.33`);
  for (const series of ['loss', 'trained', 'held-out']) {
    const points = await page.locator(`.chart .${series}`).getAttribute('points');
    assert.ok(points.split(' ').length > 5, `a curve of ${series}: ${points}`);
  }

  const tried = recordings('carlo')[9];
  await page.locator('section[aria-labelledby=try] input[type=file]').setInputFiles(tried);
  const answer = page.locator('.verdict[data-label]');
  await answer.waitFor();
  const said = { label: await answer.getAttribute('data-label'), probability: Number(await answer.getAttribute('data-probability')) };
  assert.ok(said.label === 'carlo', `a voice of carlo is taken for ${said.label}`);

  await tabTo('Download');
  const downloading = page.waitForEvent('download');
  await page.keyboard.press('Enter');
  const zip = at('own-classes.zip');
  await (await downloading).saveAs(zip);
  await page.screenshot({ path: join(shots, 'teach-desktop.png'), fullPage: true });
  assert.deepEqual(await seriousViolations(page), []);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.screenshot({ path: join(shots, 'teach-phone.png'), fullPage: true });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `the page is ${wide} pixels wider than a phone`);
  assert.deepEqual(troubles, []);
  await close();
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

function unpack(zip, folder) {
  for (const [name, bytes] of unzipFiles(new Uint8Array(readFileSync(zip)), zip)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
}

function sameInNode({ zip, tried, said }) {
  for (const engine of ['wasm', 'cpu']) {
    const { prediction } = JSON.parse(run('predict', zip, tried, '--engine', engine));
    assert.ok(prediction.label === said.label, `${engine}: ${prediction.label}, not ${said.label}`);
    const difference = Math.abs(prediction.probability - said.probability);
    assert.ok(difference < 1e-4, `${engine}: ${prediction.probability}, not ${said.probability}`);
  }
}

function onInNode({ zip }) {
  // to the folder own-classes, which is trained further
  const { tests } = JSON.parse(run('test', zip, '--json'));
  assert.ok(tests['held-out'].utterances === 6, JSON.stringify(tests));
  const words = ['--config', 'own-classes/config.yaml', '--start', '2', '--training.totalSteps', '130', '--engine', 'wasm', '--json'];
  const { steps } = JSON.parse(run('run', 'own-classes', ...words));
  assert.ok(steps === 130, `${steps} steps`);
}

async function reopen(open, { zip, tried, said }) {
  const { page, troubles, close } = await open();
  await page.locator('header input[type=file]').setInputFiles(zip);
  await page.locator('.verdict[data-step="120"]').waitFor({ timeout: 60_000 });
  assert.ok((await page.locator('.class').count()) === 3, 'three classes');
  await page.locator('section[aria-labelledby=try] input[type=file]').setInputFiles(tried);
  const answer = page.locator('.verdict[data-label]');
  await answer.waitFor();
  const probability = Number(await answer.getAttribute('data-probability'));
  assert.ok(Math.abs(probability - said.probability) < 1e-6, `${probability}, not ${said.probability}`);
  await page.getByLabel('Steps').fill('20');
  await page.getByRole('button', { name: 'Train further' }).click();
  await page.locator('.verdict[data-step="140"]').waitFor({ timeout: 60_000 });
  assert.deepEqual(troubles, []);
  await close();
}

async function leaving(open) {
  const { page, close } = await open();
  await fill(page, 4);
  await page.getByLabel('Steps').fill('5000');
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByText(/^Step [1-9]/).waitFor({ timeout: 60_000 });
  const asked = page.waitForEvent('dialog');
  const closing = page.close({ runBeforeUnload: true });
  const dialog = await asked;
  assert.ok(dialog.type() === 'beforeunload', dialog.type());
  await dialog.dismiss();
  await closing;
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.locator('.verdict[data-accuracy]').waitFor({ timeout: 60_000 });
  await page.getByText(/Stopped after \d+ steps/).waitFor();
  await close();
}

async function onPretrained(open, teach) {
  const folder = smallEncoder(scratch);
  keepInParts(folder);
  const { address: own, close: end } = await teach(relative(scratch, folder));
  const { page, troubles, close } = await open(undefined, 'wasm', own);
  await page.getByText(`builds on ${folder}`).waitFor();
  await fill(page, 5);
  await page.getByLabel('Steps').fill('40');
  const heard = page.getByText(/what the recordings sound like: [1-9]\d* of 15/).waitFor({ timeout: 120_000 });
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await heard;
  await page.locator('.verdict[data-step="40"]').waitFor({ timeout: 180_000 });
  const points = (await page.locator('.chart .trained').getAttribute('points')).split(' ').map((point) => Number(point.split(',')[1]));
  assert.ok(points.at(-1) < points[0], 'the accuracy on what is trained on rises');
  const tried = recordings(names[2])[9];
  await page.locator('section[aria-labelledby=try] input[type=file]').setInputFiles(tried);
  const answer = page.locator('.verdict[data-label]');
  await answer.waitFor();
  const said = { label: await answer.getAttribute('data-label'), probability: Number(await answer.getAttribute('data-probability')) };
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  const zip = at('pretrained.zip');
  await (await downloading).saveAs(zip);
  sameInNode({ zip, tried, said });
  mkdirSync(at('unpacked'));
  unpack(zip, at('unpacked'));
  const words = ['--config', 'own-classes/config.yaml', '--start', '2', '--training.totalSteps', '45', '--engine', 'wasm', '--json'];
  const { steps } = JSON.parse(runIn(at('unpacked'), 'run', 'own-classes', ...words));
  assert.ok(steps === 45, `${steps} steps`);

  await page.locator('header input[type=file]').setInputFiles(zip);
  await page.waitForFunction(() => document.querySelectorAll('.class').length === 3);
  await page.getByRole('button', { name: 'Train further' }).waitFor();
  assert.deepEqual(troubles, []);
  await close();
  await end();

  const elsewhere = await open();
  await elsewhere.page.locator('header input[type=file]').setInputFiles(zip);
  await elsewhere.page.getByText(/what was learned on the upstream .*Open it in the page of `npx s3 teach/).waitFor();
  await elsewhere.close();
}

async function microphone(open) {
  const { page, troubles, close } = await open();
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
  await page.screenshot({ path: join(shots, 'teach-live.png'), fullPage: true });
  await page.getByRole('button', { name: 'Stop listening' }).click();
  assert.deepEqual(troubles, []);
  await close();
}

async function onWebgpu(open) {
  const { page, troubles, close } = await open();
  assert.ok((await page.locator('[data-engine]').getAttribute('data-engine')) === 'webgpu', 'it computes on WebGPU');
  await fill(page, 5);
  await page.getByLabel('Steps').fill('40');
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  const verdict = page.locator('.verdict[data-accuracy]');
  await verdict.waitFor({ timeout: 240_000 });
  const points = (await page.locator('.chart .trained').getAttribute('points')).split(' ').map((point) => Number(point.split(',')[1]));
  assert.ok(points.at(-1) < points[0], 'the accuracy on what is trained on rises');
  assert.deepEqual(troubles, []);
  await close();
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
  const path = at('spoken.wav');
  writeFileSync(path, wavBytes(samples, 48_000));
  return path;
}
