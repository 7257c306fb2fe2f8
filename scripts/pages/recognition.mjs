// People enrolled by voice, and their voices kept in a file.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAudio, wavBytes } from '@s3/dataio';
import { startBrowser } from '../browser.mjs';
import { smallEncoder } from '../small-encoder.mjs';
import { train } from './checkpoints.mjs';
import { at, csv, recordings, scratch, wordsOf } from './scratch.mjs';
import { choose, look, open, serve } from './served-page.mjs';

export async function recognitionChecks({ check, plain, served }) {
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
    const batches = wordsOf('--training.gradientAccumulate 1 --trainData.minSeconds 0.5 --trainData.maxSeconds 1');
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
}
