// What recordings a page takes, and which it refuses; with its server gone, too.
import assert from 'node:assert/strict';
import { openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { wavBytes } from '@s3/dataio';
import { startBrowser } from '../browser.mjs';
import { root } from '../workspace.mjs';
import { at, files, recordings } from './scratch.mjs';
import { alerts, choose, open, serve } from './served-page.mjs';

export async function recordingsChecks({ check, plain, made, served }) {
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
