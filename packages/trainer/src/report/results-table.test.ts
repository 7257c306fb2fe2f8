import { expect, test } from 'vitest';
import { resultRows, resultsTable } from './results-table.ts';

test('what explains a metric comes with it', () => {
  expect(resultRows(['eer', 'eerThreshold', 'minDcf', 'minDcfPrior', 'minDcfThreshold', 'per', 'perplexity', 'trials'])).toEqual([
    { metric: 'eer', notes: ['Threshold'] },
    { metric: 'minDcf', notes: ['Prior', 'Threshold'] },
    { metric: 'per', notes: [] },
    { metric: 'perplexity', notes: [] },
    { metric: 'trials', notes: [] },
  ]);
});

test('values with units, priors, chance levels and checkpoints, one column for each test set', () => {
  const html = resultsTable({
    metric: 'minDcf',
    tests: { easy: { eer: 0.0731, eerThreshold: 0.41, minDcf: 0.5, minDcfPrior: 0.01, trials: 12400 }, hard: { eer: 0.2 } },
    checkpoints: { easy: 'step_200', hard: 'step_100' },
    chance: { minDcf: 1 },
  })!;
  const rows = [...html.matchAll(/<tr[^>]*>(.*?)<\/tr>/g)].map((row) =>
    [...row[1]!.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map((cell) => cell[1]),
  );
  expect(rows).toEqual([
    ['', 'easy', 'hard'],
    ['EER<small>chance level 50 %</small>', '7.31 %<small>threshold 0.41</small>', '20.00 %'],
    ['minDCF<small>chance level 1</small>', '0.5000<small>prior 0.01</small>', ''],
    ['trials', '12,400', ''],
    ['checkpoint', 'step_200', 'step_100'],
  ]);
  expect(html).toContain('<tr class="main"><th scope="row">minDCF');
  expect(resultsTable({})).toBeUndefined();
});
