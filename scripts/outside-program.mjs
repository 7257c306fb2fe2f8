import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A program of somebody who has @s3/task-asv and @s3/interface, and a model of their own; prints `2 4 embeddings`. */
export const outsideProgram = `
import { defineComponent, inference, moduleOf, randomStream, type Embeddings, type WaveformModel, type Waveforms } from '@s3/interface';
import { linear } from '@s3/interface/layers';
import { speakerVerification } from '@s3/task-asv';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { z } from 'zod';

/** A model of one's own: mean energy in 8 bands of the sample index, then a linear layer. */
const ownModel = defineComponent({
  name: 'own-model',
  config: z.object({ outputSize: z.int().default(4).describe('features of an embedding') }),
  build(_: { readonly bands: number }, { outputSize }, { seed }): WaveformModel<Embeddings> {
    const projection = linear(_.bands, outputSize, randomStream(seed, 'own-model'));
    const prepare = async (waveforms: Waveforms) => ({ waveforms });
    return {
      ...moduleOf({ projection }),
      outputSize,
      sampleRate: 16000,
      downsampleRate: 1,
      prepare,
      forward: (input) => {
        if (!('waveforms' in input)) throw new Error('waveforms are what it takes');
        const { values } = input.waveforms;
        return projection.forward(tf.mean(tf.square(tf.reshape(values, [values.shape[0], _.bands, -1])), -1)) as Embeddings;
      },
    };
  },
});

const labels = ['ada', 'grace'];
const speakers = { size: 2, labels, encode: (label: string) => labels.indexOf(label), decode: (id: number) => labels[id]! };
const task = speakerVerification({ model: ownModel({ bands: 8 }), speakers });
const waveforms = { values: tf.randomNormal([2, 800], 0, 1, 'float32', 1) as tf.Tensor2D, lengths: [800, 800] };
const embeddings = await task.predict(waveforms);
const loader = { length: 1, async *epoch() { yield { waveforms, utterances: ['a', 'b'] }; } };
const run = task.test.over(loader, [{ enroll: 'a', test: 'b', sameSpeaker: true }, { enroll: 'a', test: 'a', sameSpeaker: false }]);
for await (const batch of run.batches.epoch(0)) {
  const fields = run.step(batch as never, (await run.prepare(batch as never)) as never, inference);
  console.log(embeddings.length, embeddings[0]!.length, Object.keys(fields).join());
}
`;

/**
 * A page of somebody who takes what the packages offer to browsers: it reads recordings, learns two classes from them and encodes a text. In Node the
 * same program takes what they offer to Node. Prints one line, JSON.
 *
 * `model.ts` beside it has a SentencePiece model in base64.
 */
export const outsidePage = `
import { audioBytes, loadTokenizer, openRecording, wavBytes } from '@s3/dataio';
import { selectEngine } from '@s3/engine';
import { teach } from '@s3/own-classes/teach';
import { greedyDecoding } from '@s3/task-ctc';
import { namedUpstream } from '@s3/upstream';
import { sentencepiece } from './model.js';

const tone = (hertz: number) => Float32Array.from({ length: 8000 }, (_, n) => 0.3 * Math.sin((2 * Math.PI * hertz * n) / 16_000) * Math.sin(n / 900));

async function main() {
  const engine = await selectEngine('wasm');
  const recordings = await Promise.all(
    [220, 233, 247, 262, 277, 294, 880, 932, 988, 1047, 1109, 1175].map(async (hertz, place) => {
      const recording = await openRecording(audioBytes(hertz + '.wav', wavBytes(tone(hertz), 16_000)));
      return { name: String(hertz), label: place < 6 ? 'low' : 'high', waveform: await recording.read(0, 8000) };
    }),
  );
  const upstreamSettings = { name: 'fbank_no_cmvn', batching: 'independent' } as const;
  const upstream = await namedUpstream({ cacheDir: '' }, upstreamSettings);
  let accuracy = 0;
  const { files } = await teach({
    recordings,
    upstream,
    upstreamSettings,
    engine,
    totalSteps: 20,
    onJudged: (_, { log }) => {
      accuracy = log['accuracy']!;
    },
  });
  const model = files.get('model.safetensors')!;
  const tokenizer = await loadTokenizer({ type: 'subword', sentencepiece });
  const weights = Array.from(new Float32Array(model.slice(-80).buffer));
  console.log(JSON.stringify({ engine: engine.name, accuracy, weights, ids: tokenizer.encode('HELLO WORLD'), decodes: typeof greedyDecoding }));
}
void main();
`;

/** The page around it. */
export const outsidePageHtml =
  '<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>a page</title><script type="module" src="/main.ts"></script></html>';

/** Bytes of all files in a folder. */
export function folderBytes(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0);
}
