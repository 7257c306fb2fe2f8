import { withFile } from '@s3/quickstart-data/testing';
import { resolveConfig } from '@s3/trainer';
import { expect, test } from 'vitest';
import fixture from './fixtures/s3prl-defaults.json' with { type: 'json' };
import { recipes } from './recipes.ts';

/** What decides the best, which S3PRL's configurations name and ours leave to the problem. */
const decides: { readonly [problem: string]: object } = {
  SuperbASV: {},
  SuperbSID: { validMetric: 'accuracy', validOrder: 'max' },
  SuperbER: { validMetric: 'accuracy', validOrder: 'max' },
  SuperbIC: { validMetric: 'accuracy', validOrder: 'max' },
  SuperbKS: { validMetric: 'balancedAccuracy', validOrder: 'max' },
  SuperbSF: { validMetric: 'slotTypeF1', validOrder: 'max' },
  SuperbASR: { validMetric: 'wer', validOrder: 'min' },
  SuperbPR: { validMetric: 'per', validOrder: 'min' },
  SuperbSD: { validMetric: 'der', validOrder: 'min' },
};

test.each(Object.entries(fixture.defaults))("the recipe's defaults are those of %s", async (problem, defaults) => {
  const recipe = await recipes.find(({ name }) => name === problem.replace(/^Superb/, 'superb-').toLowerCase())!.load();
  // what S3PRL calls mandatory
  const fold = problem === 'SuperbER' ? ['--corpus.testFold', '0'] : [];
  const words = ['--targetDir', 'exp', '--upstream.name', 'fbank', '--corpus.root', '/data', ...fold];
  const text = JSON.stringify(defaults);
  const { config: theirs } = await withFile('s3prl.yaml', text, (file) => resolveConfig(recipe, { files: [file], words }));
  const { config: ours } = await resolveConfig(recipe, { words });
  const withTheirs = { ...ours, training: { ...(ours['training'] as object), ...decides[problem] } };
  expect(eachLayer(theirs)).toEqual(eachLayer(withTheirs));
});

/** S3PRL names a value for each layer of its recurrent encoder, where ours may stand for all. */
function eachLayer(config: object): object {
  const { downstream, ...rest } = config as { readonly downstream: { readonly [setting: string]: unknown } };
  const one = (value: unknown) => (Array.isArray(value) && new Set(value).size === 1 ? [value[0]] : value);
  const perLayer = ['dropout', 'layerNorm', 'projection', 'downsampling'];
  return {
    ...rest,
    downstream: Object.fromEntries(Object.entries(downstream).map(([name, value]) => [name, perLayer.includes(name) ? one(value) : value])),
  };
}
