import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { S3Error } from '../errors.ts';
import type { Module } from '../model.ts';

/** Same shape, and values within a tolerance relative to the largest expected one. */
export function expectClose(actual: tf.Tensor, expected: tf.Tensor, tolerance: number): void {
  expect(actual.shape).toEqual(expected.shape);
  const [found, wanted] = [Array.from(actual.dataSync()), Array.from(expected.dataSync())];
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  const worst = found.reduce((most, value, at) => Math.max(most, Math.abs(value - wanted[at]!)), 0);
  expect(worst / largest, 'largest difference relative to the largest value').toBeLessThanOrEqual(tolerance);
}

/** What a part says of itself as a graph; undefined where it refuses, with a WiringError, to be one with its settings. */
export function graphUnlessRefused<Described>(describe: () => Described): Described | undefined {
  try {
    return describe();
  } catch (error) {
    if (S3Error.isInstance(error) && error.name === 'WiringError') return undefined;
    throw error;
  }
}

/** Copies of a state's tensors on the host. */
export function stateValues(module: Pick<Module, 'state'>): { [name: string]: number[] } {
  return Object.fromEntries(Object.entries(module.state().tensors).map(([name, tensor]) => [name, Array.from(tensor.dataSync())]));
}

/** State saved from one module and loaded into a freshly built one must make the two the same. */
export function expectStateRoundTrip(saved: Module, fresh: Module): void {
  const { tensors, values } = saved.state();
  const copies = Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tf.clone(tensor)]));
  fresh.loadState({ tensors: copies, values: JSON.parse(JSON.stringify(values)) });
  tf.dispose(copies);
  expect(stateValues(fresh)).toEqual(stateValues(saved));
  expect(fresh.state().values).toEqual(values);

  const [first] = Object.keys(tensors);
  if (first === undefined) return;
  const { [first]: _, ...rest } = tensors;
  expect(() => fresh.loadState({ tensors: rest, values }), 'a missing tensor must be refused by name').toThrow(first);
  expect(() => fresh.loadState({ tensors: { ...tensors, 'no.such.tensor': tensors[first]! }, values })).toThrow('no.such.tensor');
}

/** Every trainable weight must be moved by the loss, with finite gradients. */
export function expectGradients(module: Pick<Module, 'trainable'>, loss: () => tf.Scalar): void {
  if (module.trainable.length === 0) return;
  const { value, grads } = tf.variableGrads(loss, [...module.trainable]);
  for (const variable of module.trainable) {
    const gradient = grads[variable.name];
    expect(gradient, `gradient of ${variable.name} [${variable.shape}]`).toBeDefined();
    const values = gradient!.dataSync();
    expect(values.every(Number.isFinite), `gradient of ${variable.name} is finite`).toBe(true);
  }
  expect(
    Object.values(grads).some((gradient) => gradient.dataSync().some((entry) => entry !== 0)),
    'some gradient is not zero',
  ).toBe(true);
  tf.dispose([value, grads]);
}

/** Rounds of the same work must leave no tensor behind: one would show, more tell it from what is kept once. */
export async function expectNoLeak(work: () => void | Promise<void>): Promise<void> {
  await work();
  const before = tf.memory().numTensors;
  for (let round = 0; round < 3; round++) await work();
  expect(tf.memory().numTensors - before, 'tensors left behind by three rounds').toBe(0);
}
