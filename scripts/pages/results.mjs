// Texts, classes, speakers and sound events, as pages show them.
import assert from 'node:assert/strict';
import { train } from './checkpoints.mjs';
import { at, csv, files, recordings } from './scratch.mjs';
import { alerts, assertSame, choose, look, nodesWord, open, serve, workersWord } from './served-page.mjs';

export async function resultsChecks({ check, plain, made, served }) {
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
}
