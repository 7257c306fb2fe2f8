import { InputError, randomStream, type TaskGraph, type Waveforms } from '@s3/interface';
import type { ExternalValues } from '@s3/interface/graph';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from 'onnxruntime-node';
import type { OnnxRuntime } from './onnx-runtime.ts';

/** A batch on which a graph was compared with our own forward pass. */
export interface ExportCheck {
  /** (batch,) seconds of each utterance */
  readonly seconds: readonly number[];
  /** largest difference of any number of any output, in shares of the output's largest value */
  readonly difference: number;
  /** the output where it is */
  readonly output: string;
}

/** How far what is exported may be from our own numbers, in shares of an output's largest value. */
const largestDifference = 1e-4;
/** an output whose values are all under this is compared as if its largest were this */
const smallestScale = 1e-3;

/**
 * Runs an exported task and our own forward pass on the same waveforms: several lengths by themselves, and a padded batch.
 *
 * @throws InputError where a number differs by more than 1e-4, or the graph fails
 */
export async function verifyGraph(
  model: Uint8Array,
  { evaluate }: Pick<TaskGraph, 'evaluate'>,
  {
    sampleRate,
    minSamples = 1,
    weights = [],
  }: {
    readonly sampleRate: number;
    readonly minSamples?: number | undefined;
    /** files beside the model */
    readonly weights?: readonly ExternalValues[];
  },
  { InferenceSession, Tensor: OnnxTensor }: OnnxRuntime,
): Promise<readonly ExportCheck[]> {
  const shortest = Math.max(minSamples, Math.round(0.02 * sampleRate));
  const samples = (seconds: number) => Math.max(shortest, Math.round(seconds * sampleRate));
  const batches = [[samples(0)], [samples(0.613)], [samples(2.2)], [samples(1.7), samples(0), samples(0.9)]];
  const session = await InferenceSession.create(model, weights.length > 0 ? { externalData: weights } : {}).catch((error: Error) => {
    throw new InputError(
      'the exported graph',
      `one that onnxruntime refuses (${error.message.split('\n')[0]})`,
      'a graph that runs',
      'Nothing was written. Where the upstream is an ONNX file, convert that to a newer set of operators first (in Python: onnx.version_converter).',
      { cause: error },
    );
  });
  try {
    const checks: ExportCheck[] = [];
    for (const lengths of batches) {
      const waveforms = voices(lengths, sampleRate);
      const values = (await waveforms.values.data()) as Float32Array;
      const given = {
        waveforms: new OnnxTensor('float32', values.slice(), waveforms.values.shape),
        lengths: new OnnxTensor('int64', BigInt64Array.from(lengths, BigInt), [lengths.length]),
      };
      const wanted = await evaluate(waveforms);
      waveforms.values.dispose();
      try {
        checks.push({ seconds: lengths.map((length) => length / sampleRate), ...(await compared(await session.run(given), wanted)) });
      } finally {
        tf.dispose(Object.values(wanted));
      }
    }
    const worst = checks.reduce((most, check) => (check.difference > most.difference ? check : most));
    if (!(worst.difference <= largestDifference)) {
      throw new InputError(
        `the exported graph, output ${worst.output}`,
        `numbers that differ by ${worst.difference.toExponential(1)} from ours, for ${worst.seconds.map((value) => `${value.toFixed(2)} s`).join(', ')}`,
        `at most ${largestDifference}`,
        'Nothing was written. The `graph` of a part does something else than its `forward`: its conformance suite compares the two.',
      );
    }
    return checks;
  } finally {
    await session.release();
  }
}

async function compared(
  given: { readonly [output: string]: Tensor },
  wanted: { readonly [output: string]: tf.Tensor },
): Promise<{ readonly difference: number; readonly output: string }> {
  const frames = wanted['frame_lengths'] && Array.from(await wanted['frame_lengths'].data());
  let [difference, output] = [0, Object.keys(wanted)[0]!];
  for (const [name, tensor] of Object.entries(wanted)) {
    const found = given[name]!;
    const numbers = (found.type === 'int64' ? Float32Array.from(found.data as BigInt64Array, Number) : found.data) as Float32Array;
    const own = await tensor.data();
    // behind the end of a sequence may be anything, and its length may differ
    const rows = frames && tensor.rank === 3 ? validRows(frames, found.dims, tensor.shape) : [{ own: 0, found: 0, count: own.length }];
    let [far, largest] = [numbers.length < own.length && tensor.rank !== 3 ? Number.POSITIVE_INFINITY : 0, smallestScale];
    for (const row of rows) {
      for (let index = 0; index < row.count; index++) {
        const [ours, theirs] = [own[row.own + index]!, numbers[row.found + index]!];
        far = Math.max(far, Number.isNaN(ours - theirs) ? Number.POSITIVE_INFINITY : Math.abs(ours - theirs));
        largest = Math.max(largest, Math.abs(ours));
      }
    }
    if (far / largest > difference) [difference, output] = [far / largest, name];
  }
  return { difference, output };
}

function validRows(frames: readonly number[], found: readonly number[], own: readonly number[]) {
  const features = own[2]!;
  return frames.map((count, row) => ({
    own: row * own[1]! * features,
    found: row * found[1]! * features,
    count: count * features,
  }));
}

/** Buzzes of changing pitch with noise over them, loud and quiet in turn, as speech is; the same every time. */
function voices(lengths: readonly number[], sampleRate: number): Waveforms {
  const longest = Math.max(...lengths);
  const values = new Float32Array(lengths.length * longest);
  lengths.forEach((length, row) => {
    const random = randomStream('export', length, row);
    let phase = 0;
    for (let sample = 0; sample < length; sample++) {
      const seconds = sample / sampleRate;
      phase += (110 + 40 * row + 30 * Math.sin(5 * seconds)) / sampleRate;
      const loudness = 0.02 + Math.max(0, Math.sin(2 * Math.PI * 2.3 * seconds + row));
      const buzz = [1, 2, 3, 5, 8, 13].reduce((sum, harmonic) => sum + Math.sin(2 * Math.PI * harmonic * phase) / harmonic, 0);
      values[row * longest + sample] = loudness * (0.1 * buzz + 0.01 * random.normal());
    }
  });
  return { values: tf.tensor2d(values, [lengths.length, longest]), lengths };
}
