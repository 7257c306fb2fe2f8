// Recipes of other packages.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pluginProject } from '../plugin-project.mjs';
import { at, csv, files, recordings, runIn, wordsOf } from './scratch.mjs';
import { assertSame, choose, look, nodesWord, open, start, workersWord } from './served-page.mjs';
import { simpleServer } from './simple-server.mjs';

export async function ownRecipesChecks({ check, plain }) {
  await check('recipes of another package: the same numbers, and what needs Node is named', async () => {
    const project = await pluginProject(mkdtempSync(at('plugin-')));
    const numbers = csv(
      'numbers.csv',
      ['id', 'wav_path', 'target'],
      recordings.map((row, index) => [row.id, row.wav_path, index % 5]),
    );
    const steps = wordsOf('--engine wasm --upstream.name fbank --training.totalSteps 3 --training.saveStep 3 --workers 0');
    for (const recipe of ['whale-ratings', 'whale-node'])
      runIn(project, 'run', recipe, '--targetDir', recipe, '--corpus.train', numbers, ...steps);
    const checkpoint = 'whale-ratings/train/step_3';
    const expected = nodesWord(checkpoint, files[0], { cwd: project });
    const { address, close: stop } = await start({ cwd: project }, 'serve', checkpoint);
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
    const calls = await start({ cwd: project }, 'serve', 'whale-calls/train/step_3');
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
    const small = wordsOf('--downstream.channels 8 --training.gradientAccumulate 1 --trainData.minSeconds 0.5 --trainData.maxSeconds 1');
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
}
