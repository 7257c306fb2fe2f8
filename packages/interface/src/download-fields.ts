import type { Tensor } from '@tensorflow/tfjs-core';
import { WiringError } from './errors.ts';
import type { Frames } from './sequences.ts';
import type { Fields, HostFields, Sequence } from './task.ts';

/**
 * What a step gave, off the device: a scalar as a number, (batch,) as numbers, (batch,
 * features) as rows, frames as one sequence per utterance without padding. Other entries
 * pass as they are. Tensors stay the caller's.
 *
 * @throws WiringError for a tensor of more axes, whose padding nobody knows
 */
export async function downloadFields<F extends Fields>(fields: F): Promise<HostFields<F>> {
  const entries = Object.entries(fields).map(async ([name, field]) => [name, await download(name, field)] as const);
  return Object.fromEntries(await Promise.all(entries)) as HostFields<F>;
}

async function download(name: string, field: Fields[string]): Promise<unknown> {
  if ('lengths' in field) return sequences(field);
  // not instanceof: another copy of tfjs-core may have made it
  return 'dataId' in field ? numbers(name, field) : field;
}

async function sequences({ values, lengths }: Frames): Promise<Sequence[]> {
  const [, frames, features] = values.shape;
  const all = await values.data();
  return lengths.map((length, row) => {
    const start = row * frames * features;
    return { values: Float32Array.from(all.subarray(start, start + length * features)), frames: length, features };
  });
}

async function numbers(name: string, tensor: Tensor): Promise<number | number[] | Float32Array[]> {
  const values = await tensor.data();
  if (tensor.rank === 0) return values[0]!;
  if (tensor.rank === 1) return Array.from(values);
  if (tensor.rank === 2) {
    const [rows, columns] = tensor.shape as [number, number];
    return Array.from({ length: rows }, (_, row) => Float32Array.from(values.subarray(row * columns, (row + 1) * columns)));
  }
  throw new WiringError(
    'task',
    `gives the field '${name}' as a tensor of shape [${tensor.shape}]`,
    'a field has at most two axes, or is a sequence with its lengths',
  );
}
