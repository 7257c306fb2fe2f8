import { type FrameSpec, InputError, moduleOf, randomStream, type Upstream } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { frameCount, shortestSamples, zeroPadded } from '../../frame-grid.ts';
import { readUtterances } from '../../read-utterances.ts';
import { unreadLayer } from '../../unread-layer.ts';
import type { OnnxSettings } from './onnx-settings.ts';

interface State {
  readonly frames: number;
  readonly values: Float32Array;
}

/** What runs a model: a session of onnxruntime, in Node or in a browser. */
export interface OnnxModel {
  readonly session: InferenceSession;
  readonly Tensor: typeof Tensor;
  /** the model's file, for messages */
  readonly path: string;
}

/**
 * An ONNX model that makes layers of a waveform as an upstream, wherever it runs; what `onnxUpstream` says of it. The session is its own.
 *
 * @throws InputError for inputs or outputs that the model does not have, or that are of another type or shape; a frame rate that is not what was said
 */
export async function onnxModelUpstream({ session, Tensor, path }: OnnxModel, settings: OnnxSettings): Promise<Upstream> {
  const { sampleRate, downsampleRate, windowSamples } = settings;
  try {
    const outputs = checkedNames(session, path, settings);
    const isFlat = rankOf(session, settings.input) === 1;
    const needed = Math.max(shortestSamples, windowSamples);

    const run = async (utterance: Float32Array, wanted: readonly string[]): Promise<State[]> => {
      const samples = zeroPadded(settings.normalizeWaveform ? normalized(utterance) : utterance.slice(), needed);
      const used = Math.max(utterance.length, needed);
      const frames = Math.floor((used - windowSamples) / downsampleRate) + 1;
      const results = await session
        .run(
          {
            [settings.input]: new Tensor('float32', samples, isFlat ? [used] : [1, used]),
            ...(settings.mask !== null && { [settings.mask]: new Tensor('float32', new Float32Array(frames).fill(1), [1, frames]) }),
          },
          [...wanted],
        )
        .catch((error: Error) => {
          throw new InputError(
            path,
            `a model that fails on ${(used / sampleRate).toFixed(2)} s of audio (${firstLine(error)})`,
            'hidden states',
            'Check upstream.onnx against the model: its inputs, and windowSamples where it has a mask.',
            { cause: error },
          );
        });
      return wanted.map((name) => {
        const { data, dims, type } = results[name]!;
        if (type !== 'float32' || dims.length !== 3 || dims[0] !== 1 || dims[1] === 0) {
          throw new InputError(
            `${path}, output '${name}'`,
            `${type} of shape [${dims}] for one utterance`,
            'float32 of shape [1, frames, features]',
            'Name the right outputs with upstream.onnx.outputs.',
          );
        }
        return { frames: dims[1]!, values: data as Float32Array };
      });
    };

    const layers = await probed();
    return {
      ...moduleOf({}),
      dispose: () => void session.release(),
      sampleRate,
      layers,
      async extract(waveforms, wanted = layers.map((_, layer) => layer)) {
        const utterances = await readUtterances(waveforms);
        const lengths = utterances.map(({ length }) => frameCount(length, downsampleRate));
        const frames = Math.max(...lengths);
        const values = wanted.map((layer) => new Float32Array(lengths.length * frames * layers[layer]!.size));
        for (const [row, utterance] of utterances.entries()) {
          const states = await run(
            utterance,
            wanted.map((layer) => outputs[layer]!),
          );
          for (const [index, state] of states.entries()) {
            const { size } = layers[wanted[index]!]!;
            place(state, size, values[index]!.subarray(row * frames * size, (row * frames + lengths[row]!) * size));
          }
        }
        return layers.map((spec, layer) => {
          const read = values[wanted.indexOf(layer)];
          return read ? { values: tf.tensor3d(read, [lengths.length, frames, spec.size]), lengths } : unreadLayer(lengths.length, spec);
        });
      },
    };

    /** What the model makes of a second of noise. */
    async function probed(): Promise<FrameSpec[]> {
      const random = randomStream('onnx-upstream');
      const noise = Float32Array.from({ length: Math.max(sampleRate, needed) }, () => 0.1 * random.normal());
      const states = await run(noise, outputs);
      const wanted = frameCount(noise.length, downsampleRate);
      return states.map(({ frames, values }, index) => {
        // a window at either end, and rounding
        if (Math.abs(frames - wanted) > 2 * Math.ceil(windowSamples / downsampleRate) + 1) {
          throw new InputError(
            `${path}, output '${outputs[index]}'`,
            `${frames} frames for ${(noise.length / sampleRate).toFixed(2)} s`,
            `about ${wanted}, one every ${downsampleRate} samples`,
            `Set upstream.onnx.downsampleRate (${Math.round(noise.length / frames)} would fit) and upstream.onnx.sampleRate as the model has them.`,
          );
        }
        return { size: values.length / frames, downsampleRate };
      });
    }
  } catch (error) {
    await session.release();
    throw error;
  }
}

/** @returns the names of the outputs */
function checkedNames(session: InferenceSession, path: string, { input, mask, outputs }: OnnxSettings): readonly string[] {
  const refuse = (setting: string, found: string, expected: string, remedy = '') => {
    const list = `The model has the inputs ${session.inputNames.join(', ')} and the outputs ${session.outputNames.join(', ')}.`;
    return new InputError(`upstream.onnx.${setting}`, found, expected, `${remedy}${list} (${path})`);
  };
  const given = { input, ...(mask !== null && { mask }) };
  for (const [setting, name] of Object.entries(given)) {
    const metadata = session.inputMetadata.find((entry) => entry.name === name);
    if (!metadata) throw refuse(setting, `'${name}', which is no input`, 'an input of the model');
    if (metadata.isTensor && metadata.type !== 'float32') throw refuse(setting, `'${name}' of ${metadata.type}`, 'an input of float32');
    const rank = metadata.isTensor ? metadata.shape.length : 0;
    if (setting === 'input' && rank > 2) throw refuse(setting, `'${name}' with ${rank} axes`, '(batch, samples) or (samples)');
  }
  const hungry = session.inputNames.filter((name) => name !== input && name !== mask);
  if (hungry.length > 0) {
    const remedy = mask === null ? `If ${hungry[0]} is 1 for each frame of the utterance, set upstream.onnx.mask to ${hungry[0]}. ` : '';
    throw refuse('input', `a model that also wants ${hungry.join(', ')}`, 'one of waveforms and, at most, a mask', remedy);
  }
  const missing = outputs?.find((name) => !session.outputNames.includes(name));
  if (missing !== undefined) throw refuse('outputs', `'${missing}', which is no output`, 'outputs of the model');
  return outputs ?? session.outputNames;
}

function rankOf(session: InferenceSession, input: string): number {
  const metadata = session.inputMetadata.find(({ name }) => name === input);
  return metadata?.isTensor ? metadata.shape.length : 0;
}

function normalized(utterance: Float32Array): Float32Array {
  const mean = utterance.reduce((sum, sample) => sum + sample, 0) / utterance.length;
  const variance = utterance.reduce((sum, sample) => sum + (sample - mean) ** 2, 0) / utterance.length;
  const scale = 1 / Math.sqrt(variance + 1e-7);
  return utterance.map((sample) => (sample - mean) * scale);
}

/** Fills the row: cut, or the last frame repeated. */
function place({ values }: State, size: number, row: Float32Array): void {
  row.set(values.subarray(0, row.length));
  for (let position = values.length; position < row.length; position += size) row.copyWithin(position, position - size, position);
}

export const firstLine = (error: Error) => error.message.split('\n')[0]!;
