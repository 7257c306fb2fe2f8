import { mkdtempSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readAudio } from '@s3/dataio';
import { randomStream } from '@s3/interface';
import { someRecordings } from '@s3/quickstart-data';
import { loadTask, runRecipe, testCheckpoint } from '@s3/trainer';
import { findCheckpointFolder, openCheckpointFiles, unzipFiles, zipFiles } from '@s3/trainer/memory';
import { namedUpstream, rememberedUpstream } from '@s3/upstream';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import recipe from '../recipe.ts';
import { judgeClasses } from './judge-classes.ts';
import { judgeRecording, levelOf } from './judge-recording.ts';
import { lessonFiles, openLesson } from './lesson-files.ts';
import { asStored, type Recording } from './recording.ts';
import { teach } from './teach.ts';

const engine = { name: 'cpu', library: 'plain', reason: 'a test' } as const;
const upstreamSettings = { name: 'fbank_no_cmvn', batching: 'independent' } as const;
const folder = mkdtempSync(join(tmpdir(), 's3-own-classes-'));

let recordings: readonly Recording[];
beforeAll(async () => {
  recordings = await Promise.all(
    someRecordings(3, 6).map(async ({ spk, wav_path }, index) => ({
      name: `recording ${index}`,
      label: `${spk}, "a voice"`,
      waveform: asStored(await readAudio(wav_path, { sampleRate: 16_000, endSeconds: 0.6 })),
    })),
  );
});
const upstream = async () => rememberedUpstream(await namedUpstream({ cacheDir: '' }, upstreamSettings));

describe('teach', () => {
  it('learns real voices from a few recordings, and leaves no tensors behind', async () => {
    const given = await upstream();
    const before = tf.memory().numTensors;
    const accuracies: number[] = [];
    const rates: number[] = [];
    const options = { recordings, upstream: given, upstreamSettings, engine, totalSteps: 40, evalStep: 10 };
    const { step, heldOut } = await teach({
      ...options,
      onJudged: (_, { log }) => void accuracies.push(log['accuracy']!),
      observer: { logged: ({ split, log }) => void (split === 'train' && rates.push(log['learningRate']!)) },
    });
    expect(tf.memory().numTensors).toBe(before);
    expect(step).toBe(40);
    expect(heldOut.filter(Boolean)).toHaveLength(3);
    expect(accuracies).toHaveLength(4);
    expect(accuracies.at(-1)).toBeGreaterThan(0.6);
    // steps become small, whatever their number
    expect(rates).toHaveLength(4);
    expect(rates.at(-1)! / rates[0]!).toBeCloseTo(0.99 ** 30, 5);
  });

  it('gives a zip that Node predicts from, tests and goes on from, and that it opens again itself', async () => {
    const options = { recordings, upstream: await upstream(), upstreamSettings, engine };
    const part = await teach({ ...options, totalSteps: 20 });
    const lesson = { recordings, heldOut: part.heldOut, sampleRate: 16_000 };
    const files = unzipFiles(zipFiles(lessonFiles('voices', lesson, part)), 'voices.zip');
    expect(openLesson(files, 'voices.zip')).toEqual(lesson);

    for (const [name, bytes] of files) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), bytes);
    }
    const runDir = join(folder, 'voices');
    const checkpoint = join(runDir, 'train', 'step_20');
    const task = await loadTask(recipe, checkpoint);
    const { waveform } = recordings[0]!;
    const [said] = await task.predict({ values: tf.tensor2d(waveform, [1, waveform.length]), lengths: [waveform.length] });
    expect(Object.keys(said!.probabilities)).toHaveLength(3);

    const { config } = openCheckpointFiles(files, 'voices.zip', findCheckpointFolder(files, 'voices.zip'));
    const settings = { ...(config as { training: object }), workers: 0 };
    const tested = await testCheckpoint(recipe, { checkpoint, config: settings }, { engine, observers: [] });
    expect(tested.tests['held-out']!['utterances']).toBe(3);

    const from = openCheckpointFiles(files, 'voices.zip', findCheckpointFolder(files, 'voices.zip'));
    const inPage = await teach({ ...options, totalSteps: 30, from });
    const longer = { ...settings, targetDir: runDir, start: 2, training: { ...settings.training, totalSteps: 30 } };
    const run = await runRecipe(recipe, longer, { engine, observers: [] });
    expect(run.steps).toBe(30);
    const onDisk = await loadTask(recipe, join(runDir, 'train', 'step_30'));
    const weights = onDisk.model.state().tensors;
    const again = await teach({ ...options, totalSteps: 30 });
    for (const { files: others } of [inPage, again]) {
      await openCheckpointFiles(others, 'memory').load('model', {
        state: onDisk.model.state,
        loadState: ({ tensors }) => {
          for (const [name, tensor] of Object.entries(tensors)) {
            const [one, other] = [tensor.dataSync(), weights[name]!.dataSync()];
            one.forEach((value, index) => void expect(value).toBeCloseTo(other[index]!, 5));
          }
        },
      });
    }
  });

  it('has an upstream that remembers hear every recording once, before the first step', async () => {
    const plain = await namedUpstream({ cacheDir: '' }, upstreamSettings);
    let calls = 0;
    const extract: typeof plain.extract = (...given) => {
      calls += 1;
      return plain.extract(...given);
    };
    const counted = { ...plain, extract };
    const heard: number[] = [];
    const before = tf.memory().numTensors;
    const options = { recordings, upstream: rememberedUpstream(counted), upstreamSettings, engine, totalSteps: 2 };
    const stopping = new AbortController();
    const onHeard = (done: number) => void (heard.push(done) === 4 && stopping.abort());
    await expect(teach({ ...options, onHeard, signal: stopping.signal })).rejects.toThrow(/stop after 3 of 18 recordings.*Train again/);
    expect([heard, calls]).toEqual([[0, 1, 2, 3], 3]);
    const callsBefore: number[] = [];
    const observer = { progress: () => void callsBefore.push(calls) };
    const { files } = await teach({ ...options, onHeard: (done) => void heard.push(done), observer });
    expect([heard.at(-1), callsBefore[0], calls]).toEqual([18, 18, 18]);
    const { files: without } = await teach(options);
    expect(files.get('model.safetensors')).toEqual(without.get('model.safetensors'));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says what stands against training', async () => {
    const one = recordings.filter(({ label }) => label === recordings[0]!.label);
    const options = { upstream: await upstream(), upstreamSettings, engine };
    await expect(teach({ ...options, recordings: one })).rejects.toThrow(/only one class.*add a second class/);
    const few = recordings.filter(({ label }, index) => label === one[0]!.label || index % 6 < 2);
    await expect(teach({ ...options, recordings: few })).rejects.toThrow(/has 2 recordings\. Add at least 1 more/);
  });
});

describe('judgeClasses', () => {
  const of = (label: string, count: number, start = 0) =>
    Array.from({ length: count }, (_, index): Recording => {
      const random = randomStream(label, start + index);
      return { name: `${index}`, label, waveform: Float32Array.from({ length: 400 }, random.uniform) };
    });

  it('has nothing against ten recordings of each of two classes', () => {
    expect(judgeClasses(['a', 'b'], [...of('a', 10), ...of('b', 10)])).toEqual({ refused: [], warned: [] });
  });

  it('names classes with none, few and many recordings, and copies', () => {
    const { refused, warned } = judgeClasses(['a', 'b', 'c'], [...of('a', 30), ...of('b', 5)]);
    expect(refused).toEqual(['"c" has no recordings. Add at least 3 more; 10 are a good start.']);
    expect(warned[0]).toMatch('"b" has 5 recordings.');
    expect(judgeClasses(['a', 'b'], [...of('a', 40), ...of('b', 10)]).warned).toEqual([
      'Some classes have 40 recordings and others 10. All count alike, but the small ones are learned less well.',
    ]);
    const [first] = of('a', 1);
    const copied = judgeClasses(['a', 'b'], [...of('a', 10), ...of('b', 10), { ...first!, name: 'copy', label: 'b' }]);
    expect(copied.refused).toEqual([
      '0 and copy ("a" and "b") are the same recording. Remove one: what was trained on cannot be tested on.',
    ]);
    expect(judgeClasses([], []).refused[0]).toMatch(/There is no class/);
  });
});

describe('judgeRecording', () => {
  const judged = (seconds: number, sample: (index: number) => number) =>
    judgeRecording(
      levelOf(
        Float32Array.from({ length: seconds * 16_000 }, (_, index) => sample(index)),
        16_000,
      ),
    );
  const tone = (size: number) => (index: number) => size * Math.sin(index / 5);

  it('takes speech as it usually is, and says in words what is wrong with the rest', () => {
    expect(judged(1, tone(0.2))).toBeUndefined();
    expect(judged(1, () => 0)).toMatchObject({ isRefused: true, text: expect.stringContaining('is silent') });
    expect(judged(0.1, tone(0.2))).toMatchObject({ isRefused: true, text: expect.stringContaining('0.10 s long') });
    expect(judged(31, tone(0.2))).toMatchObject({ isRefused: true, text: expect.stringContaining('31 s long') });
    expect(judged(1, (index) => Math.max(-1, Math.min(1, tone(2)(index))))).toMatchObject({
      isRefused: false,
      text: expect.stringContaining('too loud'),
    });
    expect(judged(1, tone(0.004))).toMatchObject({ isRefused: false, text: expect.stringContaining('very quiet') });
  });
});
