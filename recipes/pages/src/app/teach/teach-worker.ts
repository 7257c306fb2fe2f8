/** Computes beside the page that teaches: keeps recordings, trains on them, says what others are, packs and opens files. */
import { fetchDecoders } from '@s3/dataio';
import { selectEngine } from '@s3/engine';
import { type AnyTask, type EngineInfo, type EngineName, InputError } from '@s3/interface';
import { judgeClasses, type Lesson, lessonFiles, onUpstream, openLesson, type Recording, type Taught, teach } from '@s3/own-classes/teach';
import { type Checkpoint, findCheckpointFolder, openCheckpointFiles, taskOfCheckpoint, unzipFiles, zipFiles } from '@s3/trainer/memory';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { teachSettings } from '../../page-settings.ts';
import { answerCalls } from '../calls/answer-calls.ts';
import { handOver } from '../calls/message.ts';
import { fetchBytes } from '../fetch-checkpoint.ts';
import { fileWords } from '../file-words.ts';
import { observeFetches } from '../observed-fetch.ts';
import { inspectRecording, readableRecording } from '../recordings/readable-recording.ts';
import { keptRecordings, waveformOf } from './kept-recordings.ts';
import { nameOf, type PageUpstreams, pageUpstreams, refuseTooMuch, type UpstreamSettings } from './page-upstream.ts';
import type { HeldOut, TaughtClass, TeachCalls, TeachEvent, Trained } from './protocol.ts';

// zod would make functions of text, which a strict Content-Security-Policy refuses
z.config({ jitless: true });

const sampleRate = 16_000;
const packName = 'own-classes';
const mostPackedBytes = 2 ** 29;

const kept = keptRecordings(sampleRate);
let upstreams: PageUpstreams;
let engine: EngineInfo | undefined;
/** what was learned last */
let learned: { readonly lesson: Lesson; readonly taught: Pick<Taught, 'step' | 'files'>; readonly task: AnyTask } | undefined;

answerCalls<TeachCalls, TeachEvent>(globalThis, {
  async start(name, { tell }) {
    const site = new URL('.', location.href);
    engine = await selectEngine(name as EngineName, new URL('wasm/', site).href);
    const page = teachSettings.parse(JSON.parse(new TextDecoder().decode(await fetchBytes(new URL('page.json', site)))));
    upstreams = pageUpstreams(page, sampleRate);
    const { end } = observeFetches(({ address, done, total }) =>
      tell({ kind: 'fetched', what: fileWords(address.href.slice(site.href.length)), done, total }),
    );
    // fetched while classes are named and recorded; what goes wrong is said when it is needed
    void upstreams
      .upstreamOf(upstreams.settings, 'this page')
      .catch(() => {})
      .finally(() => {
        end();
        tell({ kind: 'fetched', what: undefined });
      });
    // the page then needs its server no longer; what does not arrive is asked for again by the file that needs it
    void fetchDecoders().catch(() => {});
    return { engine: engine.name, library: `${engine.library}: ${engine.reason}`, upstream: nameOf(upstreams.settings) };
  },
  inspect: async (input) => inspectRecording(await readableRecording(input)),
  keep: (input) => kept.keep(input),
  forget: async (ids) => kept.forget(ids),
  samples: async (id) => ({ samples: kept.get(id).waveform, sampleRate }),
  judge: async (classes) =>
    judgeClasses(
      classes.map(({ label }) => label),
      recordingsOf(classes).map(({ recording }) => recording),
    ),

  async train(classes, { steps, more }, { tell, signal }) {
    const all = recordingsOf(classes);
    const recordings = all.map(({ recording }) => recording);
    const from = more && learned && isSame(learned.lesson.recordings, recordings) ? openLearned() : undefined;
    const began = performance.now();
    const upstreamSettings = from ? upstreamIn(from) : upstreams.settings;
    const upstream = await upstreams.upstreamOf(upstreamSettings, 'this page');
    refuseTooMuch(upstream, recordings);
    const totalSteps = (from?.state.step ?? 0) + steps;
    const taught = await teach({
      recordings,
      upstream,
      upstreamSettings,
      engine: engine!,
      name: packName,
      totalSteps,
      evalStep: Math.max(1, Math.round(steps / 30)),
      from,
      signal,
      onHeard: (done, total) => tell({ kind: 'heard', done, total }),
      observer: {
        progress: ({ label, done, total, latest }) => {
          if (label === 'train' && latest) tell({ kind: 'step', step: done, total, loss: latest['loss']! });
        },
        logged: ({ split, step, log }) => {
          if (split !== 'test') tell({ kind: 'logged', split, step, loss: log['loss']!, accuracy: log['accuracy']! });
        },
      },
    });
    await learn({ recordings, heldOut: taught.heldOut, sampleRate }, taught, packName);
    const ids = all.map(({ id }) => id);
    return summary(ids, taught.step < totalSteps, (performance.now() - began) / 1000);
  },

  async predict(input) {
    if (!learned) throw new InputError('the classes', 'nothing learned yet', 'a finished training', 'Train first.');
    const { name, waveform } = await waveformOf(input, sampleRate);
    return probabilities(learned.task, name, waveform);
  },

  async pack({ withRecordings }) {
    const { lesson, taught } = learned!;
    const files = lessonFiles(packName, lesson, taught);
    const packed = withRecordings ? files : new Map([...files].filter(([file]) => file.includes('/train/')));
    const bytes = zipFiles(packed) as Uint8Array<ArrayBuffer>;
    return handOver({ name: `${packName}.zip`, bytes, step: taught.step }, [bytes.buffer]);
  },

  async reopen(file) {
    const files = unzipFiles(new Uint8Array(await file.arrayBuffer()), file.name, mostPackedBytes);
    const lesson = openLesson(files, file.name);
    const folder = findCheckpointFolder(files, file.name);
    const saved = openCheckpointFiles(files, file.name, folder);
    if (!lesson) {
      const remedy = 'Choose one that was saved with its recordings; `npx s3 predict` takes this one.';
      throw new InputError(file.name, 'a file without recordings', 'one that this page saved, with recordings', remedy);
    }
    const own = new Map(
      [...files].flatMap(([name, bytes]) => (name.startsWith(`${folder}/`) ? [[name.slice(folder.length + 1), bytes]] : [])),
    );
    await learn(lesson, { step: saved.state.step, files: own }, file.name);
    kept.clear();
    const recordings = lesson.recordings.map(({ name, waveform }) => kept.add(name.replace(/^\d+ /, ''), waveform));
    const labels = [...new Set(lesson.recordings.map(({ label }) => label))];
    const ids = recordings.map(({ id }) => id);
    return {
      classes: labels.map((label) => ({ label, recordings: recordings.filter((_, place) => lesson.recordings[place]!.label === label) })),
      trained: await summary(ids, false, saved.state.seconds),
    };
  },
});

function recordingsOf(classes: readonly TaughtClass[]): readonly { readonly id: number; readonly recording: Recording }[] {
  const recordingOf = (id: number, label: string): Recording => {
    const { name, waveform } = kept.get(id);
    // two files may have the same name
    return { name: `${String(id).padStart(3, '0')} ${name}`, label, waveform };
  };
  return classes.flatMap(({ label, ids }) => ids.map((id) => ({ id, recording: recordingOf(id, label) })));
}

const isSame = (one: readonly Recording[], other: readonly Recording[]) =>
  one.length === other.length &&
  one.every(({ label, waveform }, place) => label === other[place]!.label && waveform === other[place]!.waveform);

const openLearned = (): Checkpoint => openCheckpointFiles(learned!.taught.files, packName);

const upstreamIn = ({ config }: Checkpoint) => config['upstream'] as UpstreamSettings;

/** Loads what was learned as Node loads it, on an upstream that this page has; the task before it is let go. */
async function learn(lesson: Lesson, taught: Pick<Taught, 'step' | 'files'>, where: string): Promise<void> {
  const saved = openCheckpointFiles(taught.files, where);
  const upstream = await upstreams.upstreamOf(upstreamIn(saved), where);
  const task: AnyTask = await taskOfCheckpoint(onUpstream(upstream), saved, { cacheDir: '' });
  await saved.load('model', task.model);
  await saved.load('task', task);
  learned?.task.model.dispose();
  learned?.task.dispose();
  learned = { lesson, taught, task };
}

async function summary(ids: readonly number[], wasStopped: boolean, seconds: number): Promise<Trained> {
  const { lesson, taught, task } = learned!;
  const heldOut: HeldOut[] = [];
  for (const [place, { label, name, waveform }] of lesson.recordings.entries()) {
    if (!lesson.heldOut[place]) continue;
    const [first] = await probabilities(task, name, waveform);
    heldOut.push({ id: ids[place]!, label, prediction: first!.label });
  }
  const right = heldOut.filter(({ label, prediction }) => label === prediction).length;
  return { step: taught.step, wasStopped, accuracy: right / heldOut.length, heldOut, seconds };
}

async function probabilities(task: AnyTask, name: string, waveform: Float32Array) {
  const { minSamples = 1 } = task.model;
  if (waveform.length < minSamples) {
    const found = `${(waveform.length / sampleRate).toFixed(2)} s`;
    throw new InputError(name, found, `at least ${(minSamples / sampleRate).toFixed(2)} s`, 'Record it again, for longer.');
  }
  const values = tf.tensor2d(waveform, [1, waveform.length]);
  try {
    const [said] = (await task.predict({ values, lengths: [waveform.length] })) as readonly {
      readonly probabilities: { readonly [label: string]: number };
    }[];
    return Object.entries(said!.probabilities)
      .map(([label, probability]) => ({ label, probability }))
      .sort((one, other) => other.probability - one.probability);
  } finally {
    values.dispose();
  }
}
