import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { environment } from '../environment.ts';
import { jsonLinesObserver } from '../observers/json-lines-observer.ts';
import { readRunFiles } from './run-files.ts';
import { writeReport } from './write-report.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 's3-report-'));
});

function leave(path: string, content: unknown): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), typeof content === 'string' ? content : JSON.stringify(content));
}
const bars = (title: string) => ({ kind: 'bars', title, y: { label: 'y' }, bars: [{ name: 'a', value: 1 }] });

function leaveWholeRun(): void {
  leave('metrics.json', {
    recipe: 'toy',
    version: '1.2.3',
    engine: 'wasm',
    seconds: 80,
    steps: 200,
    tests: { easy: { eer: 0.0731, trials: 1200 }, hard: { eer: 0.2, trials: 300 } },
    checkpoints: { easy: 'step_100', hard: 'train/step_200' },
  });
  const log = jsonLinesObserver(join(dir, 'train/log.jsonl'));
  for (const step of [50, 100, 150, 200])
    log.logged!({ split: 'train', step, epoch: 0, log: { learningRate: 0.001, loss: 100 / step, accuracy: step / 400 } });
  log.logged!({ split: 'valid', step: 200, epoch: 0, log: { loss: 0.9 } });
  log.logged!({ split: 'test', testSet: 'easy', step: 200, epoch: 0, log: { cost: 3 } });
  leave('train/layer-weights.json', { weights: [0.25, 0.75] });
  leave('configs/2025_01_01_00_00_00.yaml', 'seed: old\n');
  leave('configs/2025_03_01_10_11_12.yaml', 'root: "</pre><script>alert(1)</script>"\nseed: new\n');
  leave(
    'environment.json',
    environment({ name: 'wasm', library: 'tfjs-backend-wasm 4.22.0', reason: 'asked for' }, { seed: 7, command: 's3 run toy' }),
  );
  for (const testSet of ['easy', 'hard']) {
    for (const step of [100, 200]) {
      leave(`evaluate/${testSet}/step_${step}/figures.json`, [bars(`${testSet} at ${step}`)]);
      leave(`evaluate/${testSet}/step_${step}/result.yaml`, `eer: ${testSet === 'easy' ? 0.1 : 0.2}\n`);
    }
  }
}

test('a whole run becomes one page that loads nothing', async () => {
  leaveWholeRun();
  const path = await writeReport(dir);
  expect(path).toBe(join(dir, 'report.html'));
  const html = readFileSync(path, 'utf8');
  expect([...html.matchAll(/<h2>(.*?)<\/h2>/g)].map((match) => match[1])).toEqual([
    'Results',
    'Training',
    'Layer weights',
    'Figures',
    'Configuration',
    'Environment',
  ]);
  expect(html).toContain('<h1>toy</h1>');
  expect(html).toContain(
    '<span>recipe toy 1.2.3</span><span>200 steps</span><span>1 min 20 s</span><span>engine wasm</span><span>begun 2025-03-01 at 10:11</span>',
  );
  expect(html).toContain('7.31 %');
  // curves in the order in which people look, tests not among them; then layers, checkpoints, and the figures that count
  expect([...html.matchAll(/<svg [^>]*><title>(.*?)<\/title>/g)].map((match) => match[1])).toEqual([
    'Loss',
    'Accuracy, %',
    'Learning rate',
    'Weight of each layer',
    'EER by checkpoint, %',
    'easy at 100',
    'hard at 200',
  ]);
  expect(html).toContain('data-name="training" data-values="50 2;100 1;150 0.66667;200 0.5"');
  expect(html).toContain('seed: new');
  expect(html).not.toContain('seed: old');
  expect(html).toContain('<th scope="row">engine library</th><td>tfjs-backend-wasm 4.22.0</td>');
  expect(html).toMatch(/<th scope="row">memory<\/th><td>[\d.]+ GiB<\/td>/);
  expect(html).not.toMatch(/(src|href)=|@import|url\(/);
  expect(html).not.toMatch(/NaN|undefined/);
  expect(readdirSync(dir).filter((name) => name.includes('report'))).toEqual(['report.html']);
});

test("whatever stands in the files is text, and only the page's own script may run", async () => {
  leaveWholeRun();
  const hostile = '</title><script>alert(1)</script>"\'&';
  leave('metrics.json', { recipe: hostile, engine: hostile, tests: { [hostile]: { [hostile]: 1 } }, checkpoints: { [hostile]: hostile } });
  leave('environment.json', { [hostile]: hostile });
  leave('train/layer-weights.json', { names: [hostile], weights: [1] });
  leave(`evaluate/easy/step_1/figures.json`, [bars(hostile)]);
  const html = readFileSync(await writeReport(dir, { title: hostile }), 'utf8');
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).not.toContain('<script>alert');
  expect(html).toContain('&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(html).toMatch(/default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-[\w+/=]+'/);
});

test('an empty directory gives a page that says what is missing', async () => {
  const html = readFileSync(await writeReport(dir), 'utf8');
  expect(html).toContain('There are no test results');
  expect(html).toContain('There are no training curves');
  expect(html).toContain('The evaluation left no figures.');
  expect(html).toContain('The settings are not known');
  expect(html).toContain('The machine is not known');
  expect(html).toContain('there is nothing to weigh');
});

test('broken files are named and the rest is shown', async () => {
  leaveWholeRun();
  leave('metrics.json', '{"recipe": "to');
  leave('train/layer-weights.json', { weights: 'none' });
  leave('evaluate/easy/step_200/figures.json', [bars('good'), { kind: 'pie' }]);
  const html = readFileSync(await writeReport(dir), 'utf8');
  expect(html).toContain('metrics.json is there, but cannot be read');
  expect(html).toContain('layer-weights.json is there, but cannot be read');
  expect(html).toContain('figures of an unknown form');
  expect(html).toContain('<title>good</title>');
  expect(html).toContain('<title>Loss</title>');
});

test('metrics may hold more than numbers, and less than all', async () => {
  leave('metrics.json', { recipe: 3, seconds: null, tests: { a: { eer: 0.1, list: [1], eerThreshold: null } } });
  const { metrics, problems } = await readRunFiles(dir);
  expect(metrics?.tests).toEqual({ a: { eer: 0.1, eerThreshold: Number.NaN } });
  expect([metrics?.recipe, metrics?.seconds]).toEqual([undefined, undefined]);
  expect(problems).toEqual([]);
});

test('figures are found whichever way round test set and checkpoint are nested', async () => {
  leave('metrics.json', { tests: { dev: { per: 0.1 } } });
  for (const step of [9, 10]) leave(`evaluate/train-step_${step}/dev/figures.json`, [bars(`at ${step}`)]);
  const { figures } = await readRunFiles(dir);
  expect(figures.map(({ testSet, checkpoint, figures: [figure] }) => [testSet, checkpoint, figure!.title])).toEqual([
    ['dev', 'train-step_10', 'at 10'],
  ]);
});

test('the index of the evaluation knows test sets whose folders are named otherwise', async () => {
  leave('metrics.json', { tests: { 'dev/other': { per: 0.1, wer: 0.2 } }, checkpoints: { 'dev/other': 'step_9' } });
  const judged = [9, 10].map((step) => ({ checkpoint: `step_${step}`, step, folder: `evaluate/dev-other/step_${step}` }));
  leave('evaluate/index.json', { metric: 'wer', order: 'min', tests: { 'dev/other': judged } });
  for (const { step, folder } of judged) {
    leave(`${folder}/figures.json`, [bars(`at ${step}`)]);
    leave(`${folder}/result.yaml`, `wer: 0.${step}\n`);
  }
  const { metrics, figures, results } = await readRunFiles(dir);
  expect(metrics?.metric).toBe('wer');
  expect(figures.map(({ testSet, checkpoint }) => [testSet, checkpoint])).toEqual([['dev/other', 'step_9']]);
  expect(results.map(({ testSet, step, log }) => [testSet, step, log['wer']])).toEqual([
    ['dev/other', 9, 0.9],
    ['dev/other', 10, 0.1],
  ]);
});

test('results of a test set that the last evaluation did not have are not shown', async () => {
  leave('metrics.json', { tests: { few: { wer: 0.1 } }, checkpoints: { few: 'valid_best' } });
  const folder = 'evaluate/valid_best/few';
  leave('evaluate/index.json', { metric: 'wer', order: 'min', tests: { few: [{ checkpoint: 'valid_best', step: 9, folder }] } });
  for (const testSet of ['few', 'before']) {
    leave(`evaluate/valid_best/${testSet}/figures.json`, [bars(testSet)]);
    leave(`evaluate/valid_best/${testSet}/result.yaml`, 'wer: 0.1\n');
  }
  const { figures, results } = await readRunFiles(dir);
  expect([figures, results].map((all) => all.map(({ testSet }) => testSet))).toEqual([['few'], ['few']]);
});
