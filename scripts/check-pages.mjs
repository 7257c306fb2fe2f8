// Uses `s3 serve` as people do: trains small checkpoints, opens their pages in Chromium, gives them files and a microphone,
// and compares what they say with `s3 predict`. Screenshots go to S3_SCREENSHOTS, else to a temporary folder.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readAudio, wavBytes } from '@s3/dataio';
import { someRecordings } from '../recipes/quickstart-data/src/index.js';
import { seriousViolations, startBrowser } from './browser.mjs';
import { pluginProject } from './plugin-project.mjs';
import { smallEncoder } from './small-encoder.mjs';
import { root } from './workspace.mjs';

const scratch = mkdtempSync(join(tmpdir(), 's3-pages-'));
const shots = process.env.S3_SCREENSHOTS ?? join(scratch, 'screenshots');
mkdirSync(shots, { recursive: true });
const s3 = join(root, 'recipes/cli/bin/s3.js');
const at = (name) => join(scratch, name);

/** Runs s3 and gives what it wrote. */
function run(...words) {
  return runIn(scratch, ...words);
}

function runIn(cwd, ...words) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [s3, ...words], { cwd, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`s3 ${words.join(' ')}\n${stderr}${stdout}`);
  return stdout;
}

const recordings = someRecordings(3, 6);
const csv = (name, columns, rows) => {
  writeFileSync(at(name), `${[columns, ...rows].map((row) => row.join(',')).join('\n')}\n`);
  return at(name);
};
const table = (name, column, textIn) =>
  csv(
    name,
    ['id', 'wav_path', column],
    recordings.map((row) => [row.id, row.wav_path, textIn(row)]),
  );

/** Two people in turns, in a file, and who speaks when in it. */
async function conversation(name, rows) {
  const pieces = [];
  const turns = [];
  let samples = 0;
  for (const row of rows) {
    const waveform = (await readAudio(row.wav_path, { sampleRate: 16_000 })).subarray(0, 32_000);
    turns.push([name, row.spk, (samples / 16_000).toFixed(2), ((samples + waveform.length) / 16_000).toFixed(2)]);
    pieces.push(waveform);
    samples += waveform.length;
  }
  const whole = new Float32Array(samples);
  let place = 0;
  for (const piece of pieces) {
    whole.set(piece, place);
    place += piece.length;
  }
  writeFileSync(at(`${name}.wav`), wavBytes(whole, 16_000));
  return turns;
}

let trainings = 0;
/** A checkpoint after some steps: enough to say something, and to know three voices, not more. */
function train(recipe, total, ...settings) {
  const target = at(`${recipe}-${++trainings}`);
  const steps = ['--training.totalSteps', total, '--training.saveStep', total, '--training.logStep', '6', '--workers', '0'];
  run('run', recipe, '--targetDir', target, '--engine', 'wasm', '--upstream.name', 'fbank', ...steps, ...settings);
  return join(target, `train/step_${total}`);
}

async function checkpoints() {
  const [first, second] = ['voice_a', 'voice_b'].map((_, index) =>
    recordings.filter(({ spk }) => spk === [...new Set(recordings.map((row) => row.spk))][index]),
  );
  const turns = await conversation('conversation', [first[0], second[0], first[1], second[1]]);
  for (const set of ['train', 'dev', 'test']) {
    mkdirSync(at(`kaldi/${set}`), { recursive: true });
    const write = (file, lines) => writeFileSync(at(`kaldi/${set}/${file}`), `${lines.join('\n')}\n`);
    write('wav.scp', [`conversation ${at('conversation.wav')}`]);
    write(
      'segments',
      turns.map(([recording, , start, end], index) => `turn-${index} ${recording} ${start} ${end}`),
    );
    write(
      'utt2spk',
      turns.map(([, speaker], index) => `turn-${index} ${speaker}`),
    );
    write('reco2dur', [`conversation ${turns.at(-1)[3]}`]);
  }
  const trials = recordings.flatMap((one, index) =>
    recordings.slice(index + 1).map((other) => [one.id, other.id, one.wav_path, other.wav_path, one.spk === other.spk ? 1 : 0]),
  );
  const small = [
    '--downstream.hiddenSize',
    '32',
    '--downstream.tdnnSize',
    '32',
    '--downstream.aggregationSize',
    '64',
    '--downstream.outputSize',
    '32',
  ];
  const encoder = ['--upstream.name', 'hf_custom', '--upstream.path', smallEncoder(scratch), '--trainData.maxSeconds', '1'];
  const labels = table('labels.csv', 'label', ({ spk }) => spk);
  const texts = table('texts.csv', 'transcription', ({ spk }) => spk.toUpperCase());
  return {
    asv: train(
      'superb-asv',
      '60',
      ...small,
      ...['--corpus.train', table('speakers.csv', 'spk', ({ spk }) => spk)],
      ...['--corpus.tests', csv('trials.csv', ['id1', 'id2', 'wav_path1', 'wav_path2', 'label'], trials)],
      ...[
        '--downstream.batchNorm',
        'true',
        '--trainData.minSeconds',
        '0.5',
        '--trainData.maxSeconds',
        '1',
        '--trainBatches.batchSize',
        '8',
      ],
      ...['--optimizer.learningRate', '1e-3', '--training.gradientAccumulate', '1'],
    ),
    pretrained: train('superb-sid', '12', '--corpus.train', labels, '--corpus.valid', labels, '--corpus.tests', labels, ...encoder),
    ks: train(
      'superb-ks',
      '12',
      '--corpus.train',
      labels,
      '--corpus.valid',
      labels,
      '--corpus.tests',
      labels,
      '--optimizer.learningRate',
      '1e-2',
    ),
    asr: train(
      'superb-asr',
      '12',
      ...['--corpus.train', texts, '--corpus.tests', texts, '--downstream.projectionSize', '16', '--downstream.hiddenSizes', '[8]'],
      ...[
        '--downstream.dropout',
        '[0]',
        '--downstream.downsampling',
        '[2]',
        '--training.evalStep',
        'null',
        '--optimizer.learningRate',
        '1e-2',
      ],
    ),
    sd: train(
      'superb-sd',
      '12',
      ...[
        '--corpus.root',
        at('kaldi'),
        '--downstream.hiddenSize',
        '16',
        '--optimizer.learningRate',
        '3e-2',
        '--training.gradientAccumulate',
        '1',
      ],
      ...['--trainData.chunkFrames', '300', '--training.evalStep', '12'],
    ),
  };
}

/** `s3 serve` as a program of its own; ends it when it is told to. */
async function serve(...words) {
  return serveIn(scratch, ...words);
}

async function serveIn(cwd, ...words) {
  const program = spawn(process.execPath, [s3, 'serve', ...words], { cwd });
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
    program.once('exit', (code) => reject(new Error(`s3 serve ended with ${code}: ${said}`)));
  });
  const close = () => {
    const ended = new Promise((resolve) => program.once('exit', (code) => resolve(code)));
    program.kill('SIGINT');
    return ended;
  };
  return { address, close };
}

/** A page that has loaded, and what went wrong in it: nothing may leave it, be refused by its policy or be thrown. */
async function open(browser, address, { engine = 'wasm', context = {}, cores = undefined } = {}) {
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
const workersWord = (page, engine, path, options = {}) =>
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
function assertSame(found, expected, where) {
  if (typeof expected === 'number') assert.ok(Math.abs(found - expected) <= 1e-4, `${where}: ${found} in the page, ${expected} in Node`);
  else if (typeof expected !== 'object' || expected === null) assert.equal(found, expected, where);
  else {
    assert.deepEqual(Object.keys(found), Object.keys(expected), where);
    for (const key of Object.keys(expected)) assertSame(found[key], expected[key], `${where}.${key}`);
  }
}

const nodesWord = (checkpoint, path, { cwd = scratch, options = [] } = {}) =>
  JSON.parse(runIn(cwd, 'predict', checkpoint, path, '--engine', 'wasm', '--format', 'json', ...options)).prediction;

/** At phone and desktop width, light and dark; and what axe finds. */
async function look(page, name) {
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

const alerts = (page) => page.locator('[role=alert]:not([hidden])').allInnerTexts();
const choose = (page, place, path) => page.locator('input[type=file]').nth(place).setInputFiles(path);
const texts = (path) => ({ path, text: readFileSync(path) });
let checks = 0;
/** With words behind the command, only the checks that have one of them in their name. */
async function check(name, work) {
  if (process.argv.length > 2 && !process.argv.slice(2).some((word) => name.includes(word))) return;
  const began = Date.now();
  await work();
  checks += 1;
  console.log(`  ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}

const files = recordings.map(({ wav_path }) => wav_path);
const closing = [];
try {
  // these train what they need themselves
  const alone = ['recipes of another package', 'ONNX file', 'language model', 'other weights', 'sound events'];
  const asked = process.argv.slice(2);
  const made = asked.length > 0 && asked.every((word) => alone.includes(word)) ? {} : await checkpoints();
  const plain = await startBrowser();
  closing.push(() => plain.close());
  const served = {};
  for (const [name, checkpoint] of Object.entries(made)) {
    served[name] = await serve(checkpoint);
    closing.push(() => served[name].close());
  }

  for (const [name, checkpoint] of Object.entries(made)) {
    await check(`${name}: the page says what Node says`, async () => {
      const path = name === 'sd' ? at('conversation.wav') : files[0];
      const { page, troubles, close } = await open(plain, served[name].address);
      assertSame(await workersWord(page, 'wasm', path), nodesWord(checkpoint, path), name);
      assert.deepEqual(troubles, []);
      await close();
    });
  }

  await check('verification: two files, a score, keyboard alone', async () => {
    const { page, troubles, close } = await open(plain, served.asv.address);
    await choose(page, 0, files[0]);
    await choose(page, 1, files[1]);
    await page.waitForSelector('.score');
    const score = Number(await page.locator('.score').getAttribute('data-score'));
    const [one, other] = [files[0], files[1]].map((path) => nodesWord(made.asv, path));
    const dot = (a, b) => a.reduce((sum, value, index) => sum + value * b[index], 0);
    assertSame(score, dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other)), 'score');
    assert.match(await page.locator('.verdict').first().textContent(), /Probably/);
    await page.locator('summary', { hasText: 'Threshold' }).first().click();
    assert.match(await page.locator('main').textContent(), /Both errors are equal there/);
    await look(page, 'verification');
    await page.keyboard.press('Tab');
    for (let presses = 0; presses < 30; presses++) {
      if ((await page.evaluate(() => document.activeElement?.textContent)) === 'Record') break;
      await page.keyboard.press('Tab');
    }
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Record');
    assert.deepEqual(troubles, []);
    // no microphone here, or not allowed: said in words, and the score is still there
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=alert]:not([hidden])');
    assert.match((await alerts(page)).join(), /microphone/i);
    assert.equal(Number(await page.locator('.score').getAttribute('data-score')), score);
    await close();
  });

  await check('bad recordings are refused in words, and the one before stays', async () => {
    writeFileSync(at('broken.flac'), readFileSync(files[0]).subarray(0, 3000));
    writeFileSync(at('empty.wav'), '');
    writeFileSync(at('notes.txt'), 'Dear diary, this is no recording.');
    // an hour of silence, 8-bit samples at 8 kHz
    const hour = wavBytes(new Float32Array(0), 8000);
    const view = new DataView(hour.buffer);
    const bytes = 3600 * 8000;
    for (const [place, value, set] of [
      [4, 36 + bytes, 'setUint32'],
      [28, 8000, 'setUint32'],
      [32, 1, 'setUint16'],
      [34, 8, 'setUint16'],
      [40, bytes, 'setUint32'],
    ])
      view[set](place, value, true);
    writeSync(openSync(at('hour.wav'), 'w'), hour);
    truncateSync(at('hour.wav'), 44 + bytes);
    const { page, troubles, close } = await open(plain, served.asv.address);
    await choose(page, 0, files[0]);
    await page.waitForFunction(() => document.querySelector('.recording .about')?.textContent.includes('flac'));
    for (const [file, words] of [
      ['broken.flac', /broken|cut short/],
      ['empty.wav', /empty/],
      ['notes.txt', /text that begins with "Dear diary/],
      ['hour.wav', /60 minutes.*at most 5 minutes/],
    ]) {
      await choose(page, 0, at(file));
      await page.waitForFunction(
        (name) => document.querySelector('.recording [role=alert]:not([hidden])')?.textContent.includes(name),
        file.split('.')[0],
      );
      assert.match((await alerts(page)).join(), words);
    }
    await choose(page, 1, files[1]);
    await page.waitForSelector('.score');
    assert.deepEqual(troubles, []);
    await close();
  });

  await check(
    'every format is read; M4A by the browser, which is said; what it cannot decode, and what is too long, in words',
    async () => {
      const voice = readFileSync(join(root, 'scripts/fixtures/voice.m4a'));
      writeFileSync(at('voice.m4a'), voice);
      writeFileSync(at('torn.m4a'), voice.subarray(0, 4000));
      // hours that are only in the header: what is refused by it is never decoded
      const hours = Buffer.from(voice);
      hours.writeUInt32BE(10 * 3600 * 16_000, hours.indexOf('mdhd') + 20);
      writeFileSync(at('hours.m4a'), hours);
      const flac = Buffer.from(readFileSync(files[0]));
      flac.writeUInt32BE(2 ** 32 - 1, 22);
      writeFileSync(at('hours.flac'), flac);
      const same = recordings.find(({ wav_path }) => wav_path.includes('allison-en-all-circuits-busy-now')).wav_path;
      const { page, troubles, close } = await open(plain, served.asv.address);
      await choose(page, 0, at('voice.m4a'));
      const about = page.locator('.recording .about').first();
      await page.waitForFunction(() => /m4a as this browser decodes it/.test(document.querySelector('.recording .about')?.textContent));
      assert.match(await about.textContent(), /16,000 Hz/);
      // the same sound, but for what the coder left out
      await choose(page, 1, same);
      await page.waitForSelector('.score');
      for (const [file, words] of [
        ['voice.mp3', /mp3$/],
        ['voice.ogg', /vorbis$/],
        ['voice.opus', /opus$/],
        ['voice.webm', /webm as this browser decodes it$/],
        ['voice.m4a', /m4a as this browser decodes it$/],
      ]) {
        await choose(page, 0, join(root, 'scripts/fixtures', file));
        await page.waitForFunction((name) => document.querySelector('.recording .about')?.textContent.startsWith(name), file);
        assert.match(await about.textContent(), words);
      }
      // what was chosen last is compared last
      await page.waitForTimeout(500);
      const score = Number(await page.locator('.score').getAttribute('data-score'));
      assert.ok(score > 0.99, `${score} of a recording and its M4A copy`);
      for (const [file, words] of [
        ['torn.m4a', /torn\.m4a: found no sound that this browser .* format m4a/],
        ['hours.m4a', /hours\.m4a: found a recording of 10 h 0 min/],
        ['hours.flac', /hours\.flac: found a recording of \d+ h/],
      ]) {
        await choose(page, 0, at(file));
        await page.waitForFunction(
          (name) => document.querySelector('.recording [role=alert]:not([hidden])')?.textContent.includes(name),
          file,
        );
        assert.match((await alerts(page)).join(), words);
      }
      assert.equal(Number(await page.locator('.score').getAttribute('data-score')), score);
      assert.deepEqual(troubles, []);
      await close();
    },
  );

  await check('transcription, classification and a timeline', async () => {
    for (const [name, path] of [
      ['asr', files[0]],
      ['ks', files[0]],
      ['sd', at('conversation.wav')],
    ]) {
      const { page, troubles, close } = await open(plain, served[name].address);
      if (name === 'ks') await page.getByText(/^3 labels: allison, /).waitFor();
      await choose(page, 0, path);
      await page.waitForSelector('.result[data-done]', { timeout: 60_000 });
      const [verdict] = await page.locator('.result .verdict').allTextContents();
      assert.equal(await page.locator('.unseen[role=status]').textContent(), verdict ?? 'The result is there.');
      await look(page, { asr: 'transcription', ks: 'classification', sd: 'diarization' }[name]);
      assert.deepEqual(troubles, []);
      await close();
    }
  });

  await check('diarization with a speaker model: what Node says; refused where it is of no use', async () => {
    const chunks = ['--task.recordings.chunkSeconds', '3', '--task.recordings.overlapSeconds', '1'];
    const { address, close: stop } = await serve(made.sd, '--speakerModel', made.asv, ...chunks);
    const { page, troubles, close } = await open(plain, address);
    const path = at('conversation.wav');
    const options = [...chunks, '--speakerModel', made.asv];
    for (const speakers of [1, 3])
      assertSame(
        await workersWord(page, 'wasm', path, { speakers }),
        nodesWord(made.sd, path, { options: [...options, '--speakers', speakers] }),
        'speakers',
      );
    await choose(page, 0, path);
    await page.waitForSelector('.result[data-done="1"]', { timeout: 60_000 });
    await page.getByLabel('Speakers in the recording').fill('1');
    await page.keyboard.press('Tab');
    await page.waitForSelector('.result[data-done="2"]', { timeout: 60_000 });
    assert.match(await page.locator('.verdict').textContent(), /^1 speaker$/);
    await page.getByLabel('Speakers in the recording').fill('0');
    await page.keyboard.press('Tab');
    await page.getByText('found no whole number from 1 to 100').waitFor();
    await look(page, 'diarization-speakers');
    assert.deepEqual(troubles, []);
    await close();
    await stop();
    for (const [first, second, words] of [
      [made.ks, made.asv, /--speakerModel: found a checkpoint of the task utterance-classification/],
      [made.sd, made.ks, /expected one of speaker verification/],
    ]) {
      const { address, close: stop } = await serve(first, '--speakerModel', second);
      const { page, close } = await open(plain, address);
      assert.match((await alerts(page)).join(), words);
      await close();
      await stop();
    }
  });

  await check('three people are enrolled, and one is recognised live', async () => {
    const people = [...new Set(recordings.map(({ spk }) => spk))].map((spk) => recordings.filter((row) => row.spk === spk));
    const voice = await Promise.all(people[1].slice(1, 5).map(({ wav_path }) => readAudio(wav_path, { sampleRate: 16_000 })));
    writeFileSync(at('microphone.wav'), wavBytes(Float32Array.from(voice.flatMap((waveform) => [...waveform])), 16_000));
    const browser = await startBrowser({ microphone: at('microphone.wav') });
    try {
      const { page, troubles, close } = await open(browser, served.asv.address, { context: { permissions: ['microphone'] } });
      for (const [index, [row]] of people.entries()) await choose(page, 2 + index, row.wav_path);
      await page.waitForFunction(() => document.querySelectorAll('[data-voices="1"]').length === 3);
      await page.getByRole('button', { name: 'Listen' }).click();
      // the likeliest one, in whichever words the threshold puts it
      await page.waitForFunction(
        () => {
          const scores = [...document.querySelectorAll('.bars meter')].map(({ value }) => value);
          return scores.length === 3 && scores[1] === Math.max(...scores);
        },
        undefined,
        { timeout: 30_000 },
      );
      await look(page, 'recognition');
      await page.getByRole('button', { name: 'Stop listening' }).click();
      // kept for another time: saved, forgotten, loaded in a page that is opened anew
      const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save the voices' }).click()]);
      await saved.saveAs(at('voices.json'));
      await page.getByRole('button', { name: 'Forget everybody' }).click();
      assert.deepEqual(await page.locator('[data-voices]').evaluateAll((cards) => cards.map((card) => card.dataset.voices)), [
        '0',
        '0',
        '0',
      ]);
      assert.ok(await page.getByRole('button', { name: 'Save the voices' }).isDisabled());
      const later = await open(browser, served.asv.address);
      const voices = later.page.locator('.keeping input[type=file]');
      await voices.setInputFiles(at('voices.json'));
      await later.page.getByText('voices of 3 people were loaded').waitFor();
      await choose(later.page, 5, people[1][1].wav_path);
      await later.page.waitForFunction(() => document.querySelectorAll('.bars meter').length === 3);
      const scores = await later.page.locator('.bars meter').evaluateAll((meters) => meters.map(({ value }) => value));
      assert.equal(Math.max(...scores), scores[1]);
      // the same file once more adds nobody, and nothing
      await voices.setInputFiles(at('voices.json'));
      await later.page.getByText('voices of 3 people were loaded').waitFor();
      assert.equal(await later.page.locator('[data-voices="1"]').count(), 3);
      // voices that another model heard
      const other = JSON.parse(readFileSync(at('voices.json'), 'utf8'));
      other.model = { ...other.model, weights: 'f00d', name: 'other/step_9' };
      writeFileSync(at('other.json'), JSON.stringify(other));
      await voices.setInputFiles(at('other.json'));
      await later.page.getByText('found voices as the model other/step_9 hears them').waitFor();
      assert.equal(await later.page.locator('[data-voices="1"]').count(), 3);
      await look(later.page, 'kept-voices');
      // one of them is forgotten alone, with the keyboard: in the page, in what it answers and in what it saves
      await later.page.getByLabel('Name of person 2').fill('Béla');
      await later.page.getByRole('button', { name: 'Forget Béla' }).focus();
      await later.page.keyboard.press('Enter');
      await later.page.getByText('This page has forgotten the voice of Béla').waitFor();
      assert.equal(await later.page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Forget Person 3');
      assert.equal(await later.page.locator('[data-voices="1"]').count(), 2);
      assert.equal(await later.page.locator('.bars meter').count(), 0);
      const [without] = await Promise.all([
        later.page.waitForEvent('download'),
        later.page.getByRole('button', { name: 'Save the voices' }).click(),
      ]);
      await without.saveAs(at('without.json'));
      assert.deepEqual(
        JSON.parse(readFileSync(at('without.json'), 'utf8')).people,
        JSON.parse(readFileSync(at('voices.json'), 'utf8')).people.filter((_, place) => place !== 1),
      );
      await choose(later.page, 4, people[1][1].wav_path);
      await later.page.waitForFunction(() => document.querySelectorAll('.bars meter').length === 2);
      await later.page.getByRole('button', { name: 'Forget Person 1' }).click();
      await later.page.getByText('This page has forgotten the voice of Person 1. A file that was saved before still has it').waitFor();
      await later.page.getByRole('button', { name: 'Forget Person 3' }).click();
      // nobody is left to compare with, which is said, and somebody can be enrolled
      await choose(later.page, 3, people[1][1].wav_path);
      await later.page.getByText('Nobody is enrolled').waitFor();
      assert.deepEqual(later.troubles, []);
      await later.close();
      // and a recording of one's own
      await page
        .getByRole('button', { name: /^Record/ })
        .first()
        .click();
      await page.waitForTimeout(1500);
      await page
        .getByRole('button', { name: /^Stop:/ })
        .first()
        .click();
      await page.waitForFunction(() => /take 1|silent|no sound/.test(document.querySelector('.recording').textContent));
      assert.deepEqual(troubles, []);
      await close();
    } finally {
      await browser.close();
    }
  });

  await check('voices are refused where the upstream has other weights, by name and not by its place', async () => {
    const encoder = smallEncoder(scratch);
    const [first, second] = [0, 6].map((place) => recordings[place]);
    const speakers = csv(
      'two-speakers.csv',
      ['id', 'wav_path', 'spk'],
      [first, second].map((row) => [row.id, row.wav_path, row.spk]),
    );
    const trial = [first.id, second.id, first.wav_path, second.wav_path, 0];
    const trials = csv(
      'trial.csv',
      ['id1', 'id2', 'wav_path1', 'wav_path2', 'label'],
      [trial, [first.id, first.id, first.wav_path, first.wav_path, 1]],
    );
    const sizes = ['hiddenSize', 'tdnnSize', 'aggregationSize', 'outputSize'].flatMap((name) => [`--downstream.${name}`, '8']);
    const batches = ['--training.gradientAccumulate', '1', '--trainData.minSeconds', '0.5', '--trainData.maxSeconds', '1'];
    const corpus = ['--corpus.train', speakers, '--corpus.tests', trials];
    const checkpoint = train(
      'superb-asv',
      '1',
      ...sizes,
      ...batches,
      ...corpus,
      '--upstream.name',
      'hf_custom',
      '--upstream.path',
      encoder,
    );
    const copy = at('encoder-copy');
    cpSync(encoder, copy, { recursive: true });
    const other = at('encoder-other');
    cpSync(encoder, other, { recursive: true });
    const weights = readFileSync(join(other, 'model.safetensors'));
    weights.writeFloatLE(weights.readFloatLE(weights.length - 4) + 0.25, weights.length - 4);
    writeFileSync(join(other, 'model.safetensors'), weights);
    const on = async (settings, use) => {
      const { address, close: stop } = await serve(checkpoint, ...settings);
      const { page, troubles, close } = await open(plain, address);
      await use(page);
      assert.deepEqual(troubles, []);
      await close();
      await stop();
    };
    await on([], async (page) => {
      await choose(page, 2, first.wav_path);
      await page.waitForSelector('[data-voices="1"]');
      const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save the voices' }).click()]);
      await saved.saveAs(at('heard.json'));
    });
    // in another place and with other words about how it scores it is the same one
    await on(['--upstream.path', copy, '--task.scoring', 'euclidean'], async (page) => {
      await page.locator('.keeping input[type=file]').setInputFiles(at('heard.json'));
      await page.getByText('voice of one person was loaded').waitFor();
    });
    await on(['--upstream.path', other], async (page) => {
      await page.locator('.keeping input[type=file]').setInputFiles(at('heard.json'));
      await page.getByText(/heard\.json: found voices as .* hears them through an upstream of other weights/).waitFor();
      assert.equal(await page.locator('[data-voices="1"]').count(), 0);
    });
  });

  await check('offline: once it has loaded, a page does without its server', async () => {
    const served = await serve(made.asv);
    const browser = await startBrowser({ microphone: files[0].replace(/flac$/, 'wav') });
    const { page, troubles, close } = await open(browser, served.address, { context: { permissions: ['microphone'] } });
    await page.waitForLoadState('networkidle');
    await served.close();
    await page.context().setOffline(true);
    const voices = [files[0], ...['mp3', 'ogg', 'opus', 'm4a', 'webm'].map((ending) => join(root, 'scripts/fixtures', `voice.${ending}`))];
    writeFileSync(at('tone.aiff'), aiff(Float32Array.from({ length: 16_000 }, (_, place) => Math.sin(place / 5))));
    for (const path of [...voices, at('tone.aiff')]) {
      await choose(page, 0, path);
      await page.waitForFunction((name) => document.querySelector('.recording .about')?.textContent.startsWith(name), basename(path));
    }
    await choose(page, 1, files[1]);
    await page.waitForSelector('.score');
    await page
      .getByRole('button', { name: /^Record/ })
      .nth(1)
      .click();
    await page.getByRole('button', { name: 'Stop: Second recording' }).click();
    await page.waitForFunction(() => /take 1|silent|no sound/.test(document.querySelectorAll('.recording')[1].textContent));
    assert.deepEqual(await page.locator('.recording').first().locator('[role=alert]:not([hidden])').allInnerTexts(), []);
    assert.deepEqual(troubles, []);
    await close();
    await browser.close();
  });

  await check('wasm on several threads where the page may have them: the same numbers', async () => {
    for (const name of ['asv', 'pretrained']) {
      const { page, troubles, close } = await open(plain, served[name].address, { cores: 6 });
      assert.match(await page.locator('[data-engine]').textContent(), /on 3 threads/);
      assertSame(await workersWord(page, 'wasm', files[0]), nodesWord(made[name], files[0]), `${name} on threads`);
      assert.deepEqual(troubles, []);
      await close();
    }
  });

  await check('WebGPU: the same numbers; where there is none, words', async () => {
    const { page, close } = await open(plain, served.asv.address, { engine: 'webgpu' });
    assert.match((await alerts(page)).join(), /without WebGPU|no GPU/);
    await close();
    const browser = await startBrowser({ webgpu: true });
    try {
      const { page, troubles, close } = await open(browser, served.asv.address, { engine: 'webgpu' });
      assert.equal(await page.locator('[data-engine]').getAttribute('data-engine'), 'webgpu');
      assertSame(await workersWord(page, 'webgpu', files[0]), nodesWord(made.asv, files[0]), 'webgpu');
      assert.deepEqual(troubles, []);
      await close();
    } finally {
      await browser.close();
    }
  });

  await check('the page as a folder, whole and torn', async () => {
    run('serve', made.asv, '--build', at('page'));
    for (const [name, spoil, words] of [
      ['whole', () => {}, undefined],
      [
        'torn',
        (folder) => truncateSync(join(folder, 'checkpoint/model.safetensors'), 1000),
        /model\.safetensors: found another content than was written/,
      ],
      ['missing', (folder) => rmSync(join(folder, 'checkpoint/task.safetensors')), /task\.safetensors: found nothing/],
    ]) {
      cpSync(at('page'), at(name), { recursive: true });
      spoil(at(name));
      const { address, close: stop } = await simpleServer(at(name));
      const { page, close } = await open(plain, address, { cores: 6 });
      if (words) assert.match((await alerts(page)).join(), words);
      else {
        assert.equal(await page.locator('main').getAttribute('data-ready'), 'true');
        assert.match(await page.locator('[data-engine]').textContent(), /on one thread, since the page is not cross-origin isolated/);
      }
      await close();
      await stop();
    }
  });

  await check('recipes of another package: the same numbers, and what needs Node is named', async () => {
    const project = await pluginProject(mkdtempSync(at('plugin-')));
    const numbers = csv(
      'numbers.csv',
      ['id', 'wav_path', 'target'],
      recordings.map((row, index) => [row.id, row.wav_path, index % 5]),
    );
    const steps = [
      '--engine',
      'wasm',
      '--upstream.name',
      'fbank',
      '--training.totalSteps',
      '3',
      '--training.saveStep',
      '3',
      '--workers',
      '0',
    ];
    for (const recipe of ['whale-ratings', 'whale-node'])
      runIn(project, 'run', recipe, '--targetDir', recipe, '--corpus.train', numbers, ...steps);
    const checkpoint = 'whale-ratings/train/step_3';
    const expected = nodesWord(checkpoint, files[0], { cwd: project });
    const { address, close: stop } = await serveIn(project, checkpoint);
    const { page, troubles, close } = await open(plain, address);
    assertSame(await workersWord(page, 'wasm', files[0]), expected, 'whale-ratings');
    await choose(page, 0, files[0]);
    await page.waitForSelector('.verdict[data-value]');
    assertSame(Number(await page.locator('.verdict').getAttribute('data-value')), expected, 'the number shown');
    await look(page, 'other-package');
    assert.deepEqual(troubles, []);
    await close();
    await stop();
    // segments are drawn, whatever the task is called
    runIn(project, 'run', 'whale-calls', '--targetDir', 'whale-calls', '--corpus.train', numbers, ...steps);
    const calls = await serveIn(project, 'whale-calls/train/step_3');
    const heard = await open(plain, calls.address);
    assert.equal(await heard.page.locator('h1').textContent(), 'Whale calls');
    await choose(heard.page, 0, files[0]);
    await heard.page.waitForSelector('.timeline');
    assert.deepEqual(await heard.page.locator('.timeline .row:not(.axis) .name').allTextContents(), ['minke', 'humpback']);
    assert.equal(await heard.page.locator('.timeline .span').count(), 3);
    await heard.page.locator('summary', { hasText: '3 segments' }).click();
    assert.deepEqual(await heard.page.locator('thead th').allTextContents(), ['Label', 'From', 'To', 'rating']);
    assert.deepEqual((await heard.page.locator('tbody tr').first().locator('td').allTextContents()).slice(0, 3), [
      'minke',
      '0.00 s',
      '0.50 s',
    ]);
    const [json] = await Promise.all([
      heard.page.waitForEvent('download'),
      heard.page.getByRole('button', { name: 'Save as JSON' }).click(),
    ]);
    await json.saveAs(at('calls.json'));
    assertSame(
      JSON.parse(readFileSync(at('calls.json'), 'utf8')),
      nodesWord('whale-calls/train/step_3', files[0], { cwd: project }),
      'whale-calls',
    );
    await look(heard.page, 'segments-of-another-task');
    // and among others under their names
    await choose(heard.page, 0, files[1]);
    await heard.page.waitForSelector('.result[data-done="2"]');
    assert.deepEqual(await heard.page.locator('.result h3').allTextContents(), ['calls', 'kinds', 'depth', 'embedding']);
    assert.equal(await heard.page.locator('.timeline .span').count(), 3);
    assert.deepEqual(await heard.page.locator('.bars li').allTextContents(), ['humpback1.5', 'minke0.75']);
    assert.deepEqual(await heard.page.locator('.verdict').allTextContents(), ['humpback 1.5', '12.5']);
    assert.deepEqual(JSON.parse(await heard.page.locator('.result pre').textContent()), [1, 2]);
    await look(heard.page, 'results-of-another-task');
    assert.deepEqual(heard.troubles, []);
    await heard.close();
    await calls.close();
    assert.throws(
      () => runIn(project, 'serve', 'whale-node/train/step_3', '--build', 'page'),
      /'node:fs', which Node alone has, imported by .*node-recipe\.js.*as "task" beside "module"/s,
    );

    // what `s3 create recipe` makes: speaker verification with another model
    const speakers = csv(
      'all-speakers.csv',
      ['id', 'wav_path', 'spk'],
      recordings.map((row) => [row.id, row.wav_path, row.spk]),
    );
    const trials = csv(
      'few-trials.csv',
      ['id1', 'id2', 'wav_path1', 'wav_path2', 'label'],
      [1, 6].map((other) => [
        recordings[0].id,
        recordings[other].id,
        recordings[0].wav_path,
        recordings[other].wav_path,
        other === 1 ? 1 : 0,
      ]),
    );
    const small = [
      '--downstream.channels',
      '8',
      '--training.gradientAccumulate',
      '1',
      '--trainData.minSeconds',
      '0.5',
      '--trainData.maxSeconds',
      '1',
    ];
    const voices = ['--targetDir', 'voices', '--corpus.train', speakers, '--corpus.tests', trials, ...small];
    runIn(project, 'run', 'whale-voices', ...voices, ...steps);
    runIn(project, 'serve', 'voices/train/step_3', '--build', 'voices-page');
    const folder = await simpleServer(join(project, 'voices-page'));
    const other = await open(plain, folder.address);
    assert.equal(await other.page.locator('h1').textContent(), 'Speaker verification');
    assertSame(
      await workersWord(other.page, 'wasm', files[0]),
      nodesWord('voices/train/step_3', files[0], { cwd: project }),
      'whale-voices',
    );
    assert.deepEqual(other.troubles, []);
    await other.close();
    await folder.close();
  });

  await check('sound events are drawn, and are those of Node', async () => {
    const columns = ['record_id', 'wav_path', 'label', 'start_sec', 'end_sec'];
    const events = csv(
      'events.csv',
      columns,
      recordings.map(({ id, wav_path, spk }) => [id, wav_path, spk, 0.2, 1.2]),
    );
    const corpus = ['--corpus.train', events, '--corpus.valid', events, '--corpus.tests', events];
    const checkpoint = train('hear-event', '18', ...corpus, '--training.evalStep', '18', '--upstream.name', 'fbank_no_cmvn');
    const { address, close: stop } = await serve(checkpoint, '--task.thresholds', '[0.3]');
    const { page, troubles, close } = await open(plain, address);
    const expected = nodesWord(checkpoint, files[0], { options: ['--task.thresholds', '[0.3]'] });
    assert.ok(expected.length > 0, 'something is heard');
    assertSame(await workersWord(page, 'wasm', files[0]), expected, 'events');
    await choose(page, 0, files[0]);
    await page.waitForSelector('.timeline');
    assert.equal(await page.locator('.timeline .span').count(), expected.length);
    await page.getByRole('button', { name: 'Save as TSV' }).waitFor();
    await look(page, 'events');
    assert.deepEqual(troubles, []);
    await close();
    await stop();
  });

  await check('an upstream in an ONNX file says the same in the page', async () => {
    run('upstream', 'export', smallEncoder(scratch), at('encoder.onnx'));
    const labels = table('onnx-labels.csv', 'label', ({ spk }) => spk);
    const encoder = ['--upstream.name', 'onnx', '--upstream.path', at('encoder.onnx'), '--upstream.onnx.mask', 'mask'];
    const corpus = ['--corpus.train', labels, '--corpus.valid', labels, '--corpus.tests', labels, '--trainData.maxSeconds', '1'];
    const checkpoint = train('superb-sid', '3', ...corpus, ...encoder);
    const { address, close: stop } = await serve(checkpoint);
    const { page, troubles, close } = await open(plain, address);
    assertSame(await workersWord(page, 'wasm', files[0]), nodesWord(checkpoint, files[0]), 'onnx');
    assert.deepEqual(troubles, []);
    await close();
    await stop();
    writeFileSync(at('torn.onnx'), readFileSync(at('encoder.onnx')).subarray(0, 600));
    const torn = await serve(checkpoint, '--upstream.path', at('torn.onnx'));
    const refused = await open(plain, torn.address);
    assert.match((await alerts(refused.page)).join(), /onnxruntime refuses/);
    await refused.close();
    await torn.close();
  });

  await check('a language model and a lexicon give the same texts in the page', async () => {
    const words = [...new Set(recordings.map(({ spk }) => spk.toUpperCase()))];
    const arpa = [
      '\\data\\',
      `ngram 1=${words.length + 3}`,
      `ngram 2=${words.length}`,
      '\\1-grams:',
      '-1 <unk>',
      '-99 <s> -0.3',
      '-1 </s>',
      ...words.map((word, index) => `-0.${index + 4} ${word} -0.2`),
      '\\2-grams:',
      ...words.map((word, index) => `-${index + 1}.1 <s> ${word}`),
      '\\end\\',
    ];
    writeFileSync(at('words.arpa.gz'), gzipSync(`${arpa.join('\n')}\n`));
    writeFileSync(at('words.txt'), `${words.join('\n')}\n`);
    const texts = table('decoded.csv', 'transcription', ({ spk }) => spk.toUpperCase());
    const corpus = ['--corpus.train', texts, '--corpus.tests', texts, '--training.evalStep', 'null', '--optimizer.learningRate', '1e-2'];
    const small = [
      '--downstream.projectionSize',
      '16',
      '--downstream.hiddenSizes',
      '[8]',
      '--downstream.dropout',
      '[0]',
      '--downstream.downsampling',
      '[2]',
    ];
    const decoder = [
      '--task.decoder.type',
      'beam',
      '--task.decoder.lm',
      'words.arpa.gz',
      '--task.decoder.lexicon',
      'words.txt',
      '--task.decoder.nbest',
      '3',
    ];
    const checkpoint = train('superb-asr', '6', ...corpus, ...small, ...decoder);
    const { address, close: stop } = await serve(checkpoint);
    const { page, troubles, close } = await open(plain, address);
    const expected = nodesWord(checkpoint, files[0]);
    assert.equal(expected.length, 3, 'three texts, all of the lexicon');
    for (const { text } of expected) for (const word of text.split(' ')) assert.ok(word === '' || words.includes(word), text);
    assertSame(await workersWord(page, 'wasm', files[0]), expected, 'texts');
    await choose(page, 0, files[0]);
    await page.waitForSelector('.result[data-done]', { timeout: 60_000 });
    await look(page, 'language-model');
    assert.deepEqual(troubles, []);
    await close();
    await stop();
    // a large one over a slow line: how much has come, how fast, and how long it takes
    const many = Array.from({ length: 60_000 }, (_, index) => `-5.5 UNSAID${index}`);
    const large = [...arpa.slice(0, 7), ...many, ...arpa.slice(7)].map((line) =>
      line.startsWith('ngram 1=') ? `ngram 1=${words.length + 3 + many.length}` : line,
    );
    writeFileSync(at('large.arpa'), `${large.join('\n')}\n`);
    run('serve', checkpoint, '--task.decoder.lm', 'large.arpa', '--build', at('large'));
    const slow = await simpleServer(at('large'), { 'decoder/lm': 4 });
    const waiting = await (await plain.newContext({ viewport: { width: 390, height: 844 } })).newPage();
    await waiting.goto(`${slow.address}?engine=wasm`);
    await waiting.getByText('Fetching the language model').waitFor();
    await waiting.getByText(/^\d+\.\d of 1\.\d MB, [\d.]+ (MB|KB)\/s, [\d.]+ s left$/).waitFor({ timeout: 10_000 });
    assert.deepEqual(await seriousViolations(waiting), []);
    await waiting.screenshot({ path: join(shots, 'fetching-phone-light.png') });
    assert.ok((await waiting.locator('progress').evaluate(({ position }) => position)) > 0);
    await waiting.waitForSelector('main[data-ready]', { timeout: 60_000 });
    await waiting.context().close();
    await slow.close();
    writeFileSync(at('torn.arpa'), arpa.slice(0, 6).join('\n'));
    const torn = await serve(checkpoint, '--task.decoder.lm', 'torn.arpa');
    const refused = await open(plain, torn.address);
    assert.match((await alerts(refused.page)).join(), /decoder\/lm, line 6: found the end of the file/);
    await refused.close();
    await torn.close();
    assert.throws(
      () => run('serve', checkpoint, '--task.decoder.lm', 'none.arpa', '--build', at('none')),
      /task.decoder.lm: found 'none.arpa', which is not there/,
    );
  });

  await check('the page passes on the licences of what it has in it, and keeps copyleft in files of its own', async () => {
    const { page, close } = await open(plain, served.asv.address);
    const link = page.getByRole('link', { name: 'Licences' });
    const said = await page.evaluate((address) => fetch(address).then((response) => response.text()), await link.getAttribute('href'));
    for (const words of [
      /codec-parser [\d.]+: LGPL/,
      /mpg123, compiled into/,
      /GNU LESSER GENERAL PUBLIC LICENSE/,
      /Version 3, 29 June 2007/,
      /zod [\d.]+: MIT/,
    ])
      assert.match(said, words);
    await close();
    // both keep names of theirs
    const site = join(root, 'recipes/pages/dist/site');
    const withCopyleft = readdirSync(site).filter(
      (file) => file.endsWith('.js') && /codec-parser|CodecParser|mpeg_/.test(readFileSync(join(site, file), 'latin1')),
    );
    assert.deepEqual(withCopyleft.sort(), ['decode-flac.js', 'decode-mp3.js', 'decode-opus.js', 'decode-vorbis.js']);
  });

  await check('Ctrl-C ends s3 serve', async () => {
    const { close } = await serve(made.asv);
    assert.equal(await close(), 0);
  });
  console.log(`check-pages: ${checks} checks in Chromium${process.env.S3_SCREENSHOTS ? `, screenshots in ${shots}` : ''}`);
} finally {
  await Promise.all(closing.map((close) => close()));
  rmSync(scratch, { recursive: true, force: true });
}

/** A file in the one format that no fixture has: AIFF, of 16 bits and one channel at 16 kHz. */
function aiff(samples) {
  const bytes = Buffer.alloc(54 + 2 * samples.length);
  bytes.write('FORM');
  bytes.writeUInt32BE(bytes.length - 8, 4);
  bytes.write('AIFFCOMM', 8);
  bytes.writeUInt32BE(18, 16);
  bytes.writeUInt16BE(1, 20);
  bytes.writeUInt32BE(samples.length, 22);
  bytes.writeUInt16BE(16, 26);
  // an extended number: 2 to the power of 13, times 1.953125
  bytes.writeUInt16BE(16_383 + 13, 28);
  bytes.writeUInt32BE(16_000 * 2 ** 18, 30);
  bytes.write('SSND', 38);
  bytes.writeUInt32BE(8 + 2 * samples.length, 42);
  samples.forEach((sample, place) => void bytes.writeInt16BE(Math.round(sample * 20_000), 54 + 2 * place));
  return bytes;
}

/** Any web server, which knows nothing of the page; files named with seconds take as long to send. */
async function simpleServer(folder, seconds = {}) {
  const types = { html: 'text/html', js: 'text/javascript', css: 'text/css', wasm: 'application/wasm' };
  const server = createServer(({ url }, response) => {
    const path = new URL(url, 'http://page').pathname.slice(1) || 'index.html';
    try {
      const { text } = texts(join(folder, path));
      response.writeHead(200, {
        'Content-Type': types[path.split('.').at(-1)] ?? 'application/octet-stream',
        'Content-Length': text.length,
      });
      if (!(path in seconds)) response.end(text);
      else void sendSlowly(response, text, seconds[path]);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return { address: `http://127.0.0.1:${server.address().port}/`, close };
}

async function sendSlowly(response, text, seconds) {
  const pieces = 10 * seconds;
  for (let piece = 0; piece < pieces; piece++) {
    response.write(text.subarray((piece * text.length) / pieces, ((piece + 1) * text.length) / pieces));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  response.end();
}
