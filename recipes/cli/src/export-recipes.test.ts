import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { superbXvector } from '@s3/downstream';
import { exportTask } from '@s3/export';
import { type AnyRecipe, type AnyTask, parseConfig } from '@s3/interface';
import { onnxGraph } from '@s3/interface/graph';
import { InferenceSession } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { recipes } from './recipes.ts';

const categories = (...labels: string[]) => ({ labels, counts: labels.map(() => 1) });
const characters = { tokenizer: { type: 'character', vocabulary: [...' abcdefgh'] } };
const xvector = { hiddenSize: 8, tdnnSize: 8, aggregationSize: 12, outputSize: 6 };
const rnn = { projectionSize: 8, hiddenSizes: [6, 6] };

const groups = {
  groups: [
    { name: 'action', labels: ['off', 'on'] },
    { name: 'place', labels: ['bath', 'hall', 'porch'] },
  ],
};
const events = { labels: ['bark', 'rain'], metric: 'f1Onset200ms', usual: { medianFilterMs: [250], minDurationMs: [125] } };
const scenes = { labels: ['bark', 'rain'], evaluation: ['top1_acc'] };
const ecapa = { channels: 8, aggregationSize: 12, embeddingSize: 6 };
const cases = [
  ...['fbank', 'fbank_no_cmvn', 'mfcc', 'mel', 'linear', 'spectrogram'].map(
    (name) => ['superb-asv', { upstream: { name }, downstream: xvector }, { speakers: ['a', 'b'] }, ['embeddings']] as const,
  ),
  [
    'superb-asv',
    { upstream: { name: 'mel', batching: 'independent', normalize: true }, downstream: xvector },
    { speakers: ['a', 'b'] },
    ['embeddings'],
  ],
  ['espnet-spk', { downstream: ecapa }, { speakers: ['a', 'b'] }, ['embeddings']],
  ['superb-ic', {}, groups, ['probabilities_action', 'probabilities_place']],
  ['superb-sid', { downstream: { hiddenSizes: [8] } }, categories('a', 'b', 'c'), ['probabilities']],
  ['superb-ks', {}, categories('no', 'yes'), ['probabilities']],
  [
    'superb-er',
    { downstream: { model: 'cnn-self-attention', cnn: { projectorSize: 8, hiddenSize: 6 } } },
    categories('x', 'y'),
    ['probabilities'],
  ],
  ['hear-event', { downstream: { hiddenSize: 6 } }, events, ['probabilities', 'frame_lengths']],
  ['hear-scene', { downstream: { hiddenSize: 6 } }, { ...scenes, predictionType: 'multiclass' }, ['probabilities']],
  [
    'hear-scene',
    { downstream: { hiddenSize: 6, norm: 'layer', pooling: 'ASP', normAfterActivation: true } },
    { ...scenes, predictionType: 'multilabel' },
    ['probabilities'],
  ],
  ['superb-sd', { downstream: { hiddenSize: 6 } }, {}, ['speaker_activity', 'frame_lengths']],
  ['superb-ss', { model: { fftSize: 320 }, downstream: { hiddenSize: 4, rnnLayers: 2 } }, {}, ['masks', 'frame_lengths']],
  [
    'superb-se',
    { model: { fftSize: 320 }, downstream: { hiddenSize: 4, rnnLayers: 1 }, task: { activation: 'sigmoid' } },
    {},
    ['masks', 'frame_lengths'],
  ],
  ['superb-pr', { downstream: { hiddenSizes: [] } }, characters, ['log_probabilities', 'frame_lengths']],
  ['superb-sf', { downstream: { ...rnn, module: 'GRU' } }, characters, ['log_probabilities', 'frame_lengths']],
  [
    'superb-asr',
    { downstream: { ...rnn, downsampling: [2, 1], layerNorm: [true], projection: [true, false] } },
    characters,
    ['log_probabilities', 'frame_lengths'],
  ],
] as const;

test.each(cases)('%s is one graph, with %o', async (name, settings, encoders, outputs) => {
  const entry = recipes.find((recipe) => recipe.name === name)!;
  const recipe = (await ('load' in entry ? entry.load() : entry)) as AnyRecipe;
  const config = parseConfig(name, recipe.config, { upstream: { name: 'fbank' }, ...settings });
  const task: AnyTask = await recipe.buildTask({
    config: config as never,
    encoders: encoders as never,
    context: { seed: 1, cacheDir: '' },
  });
  const { model, checks } = await exportTask(task, { metadata: { recipe: name } });
  expect(checks).toHaveLength(4);
  for (const { difference } of checks) expect(difference).toBeLessThan(1e-5);
  const session = await InferenceSession.create(model);
  expect(session.inputNames).toEqual(['waveforms', 'lengths']);
  expect(session.outputNames).toEqual(outputs);
  await session.release();
  task.dispose();
  task.model.dispose();
});

test('an upstream that is an ONNX file becomes part of the graph', async () => {
  const graph = onnxGraph('sums of 160 samples');
  const audio = graph.node('Unsqueeze', [graph.input('waveforms', 'float32', ['batch', 'samples']), graph.integers([1])]);
  const weights = graph.floats(
    [8, 1, 160],
    Float32Array.from({ length: 1280 }, (_, index) => Math.sin(index * (1 + (index % 7)))),
  );
  const sums = graph.node('Transpose', [graph.node('Conv', [audio, weights], { strides: [160] })], { perm: [0, 2, 1] });
  graph.output('sums', sums, 'float32', ['batch', 'frames', 8]);
  const folder = await mkdtemp(join(tmpdir(), 's3-export-'));
  const path = join(folder, 'sums.onnx');
  await writeFile(path, await graph.finish());

  const { default: recipe } = await import('@s3/superb-asr');
  const upstream = { name: 'onnx', path, onnx: { downsampleRate: 160, windowSamples: 160 } };
  const config = parseConfig('superb-asr', recipe.config, { upstream, downstream: rnn });
  const encoders = { tokenizer: characters.tokenizer };
  const task: AnyTask = await recipe.buildTask({
    config: config as never,
    encoders: encoders as never,
    context: { seed: 1, cacheDir: '' },
  });
  // the file is read when the graph is written
  const { model, checks } = await exportTask(task);
  for (const { difference } of checks) expect(difference).toBeLessThan(1e-5);
  await rm(folder, { recursive: true });
  const session = await InferenceSession.create(model);
  expect(session.inputNames).toEqual(['waveforms', 'lengths']);
  await session.release();
  task.model.dispose();
});

test('a part that cannot be exported is named, with what it lacks', async () => {
  const { default: asv } = await import('@s3/superb-asv');
  const foreign = asv.with({
    downstream: Object.assign(
      (...wiring: Parameters<typeof superbXvector>) => ({ ...superbXvector(...wiring), graph: undefined as never }),
      {
        componentName: 'foreign',
        config: superbXvector.config,
      },
    ),
  });
  const config = parseConfig('asv', foreign.config, { upstream: { name: 'fbank' }, downstream: xvector });
  const task = await foreign.buildTask({
    config: config as never,
    encoders: { speakers: ['a', 'b'] } as never,
    context: { seed: 1, cacheDir: '' },
  });
  await expect(exportTask(task)).rejects.toThrow(/the downstream cannot be exported, but .* give what it builds a `graph`/);
});
