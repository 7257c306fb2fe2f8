import { type Fields, type Frames, type Sequence, WiringError } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';

/**
 * What a step gave, off the device: a scalar as a number, (batch,) as numbers, (batch,
 * features) as rows, frames as one sequence per utterance without padding. Other entries
 * pass as they are. Tensors stay the caller's.
 *
 * @throws WiringError for a tensor of more axes, whose padding nobody knows
 */
export async function downloadFields(fields: Fields): Promise<{ readonly [field: string]: unknown }> {
  const entries = Object.entries(fields).map(async ([name, field]) => [name, await download(name, field)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function download(name: string, field: Fields[string]): Promise<unknown> {
  if (field instanceof tf.Tensor) {
    const values = await field.data();
    if (field.rank === 0) return values[0]!;
    if (field.rank === 1) return Array.from(values);
    if (field.rank === 2) return rows(Float32Array.from(values), field.shape[0]!);
    throw new WiringError(
      'task',
      `gives the field '${name}' as a tensor of shape [${field.shape}]`,
      'a field has at most two axes, or is a sequence with its lengths',
    );
  }
  return isFrames(field) ? sequences(field) : field;
}

function isFrames(field: Exclude<Fields[string], tf.Tensor>): field is Frames {
  return 'values' in field && (field as Frames).values instanceof tf.Tensor;
}

async function sequences({ values, lengths }: Frames): Promise<Sequence[]> {
  const [, frames, features] = values.shape;
  const all = Float32Array.from(await values.data());
  return lengths.map((length, row) => {
    const start = row * frames * features;
    return { values: all.slice(start, start + length * features), frames: length, features };
  });
}

function rows(values: Float32Array, count: number): Float32Array[] {
  const width = values.length / count;
  return Array.from({ length: count }, (_, row) => values.slice(row * width, (row + 1) * width));
}
