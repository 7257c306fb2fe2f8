import { type Checkpointable, type Json, type State, StateError } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { adamKernel, hasAdamKernel } from './adam-kernel.ts';
import type { ResolvedOptimizer } from './optimizer-settings.ts';
import { type Updated, updateRules } from './update-rules.ts';

/** Tensors by the name of the weight they belong to. */
export type NamedGradients = ReadonlyMap<string, tf.Tensor>;

/** Changes weights by their gradients; remembers what its update rule needs. */
export interface Optimizer extends Checkpointable {
  /**
   * One update of every weight that has a gradient; the others stay, as in torch.
   *
   * @param scale factor on all gradients, such as that of clipping
   * @param momentum replaces the first beta, or the momentum, for this step
   */
  readonly step: (gradients: NamedGradients, rate: { readonly learningRate: number; readonly momentum?: number }, scale?: number) => void;
  dispose(): void;
}

interface Memory {
  step: number;
  slots: { [slot: string]: tf.Tensor };
}

/**
 * The optimizer of these settings for these weights.
 *
 * Its state holds `<weight>.<slot>` tensors and the updates seen by each weight, so
 * that it does not depend on the order of the weights.
 */
export function optimizer(weights: ReadonlyMap<string, tf.Variable>, settings: ResolvedOptimizer): Optimizer {
  const memories = new Map<string, Memory>();
  const rule = updateRules[settings.name];

  return {
    step(gradients, { learningRate, momentum }, scale = 1) {
      const current = momentum === undefined ? settings : withMomentum(settings, momentum);
      const inOnePass = hasAdamKernel(current);
      for (const [name, gradient] of gradients) {
        const weight = weights.get(name)!;
        const memory = memories.get(name) ?? { step: 0, slots: {} };
        memory.step += 1;
        const updated = tf.tidy(() => {
          const update = { weight, gradient, slots: memory.slots, step: memory.step, learningRate, settings: current };
          const result = inOnePass
            ? adamKernel(update, scale)
            : rule({ ...update, gradient: scale === 1 ? gradient : tf.mul(gradient, scale) });
          weight.assign(result.weight);
          // a slot may be the gradient itself, which belongs to the caller
          return mapSlots(result.slots, (slot) => (slot === gradient ? tf.clone(slot) : slot));
        }) as tf.NamedTensorMap;
        tf.dispose(memory.slots);
        memory.slots = updated;
        memories.set(name, memory);
      }
    },
    state() {
      const tensors: tf.NamedTensorMap = {};
      const steps: { [weight: string]: number } = {};
      for (const [name, memory] of memories) {
        steps[name] = memory.step;
        for (const [slot, tensor] of Object.entries(memory.slots)) tensors[`${name}.${slot}`] = tensor;
      }
      return { tensors, values: { name: settings.name, steps } };
    },
    loadState(state) {
      const loaded = memoriesOf(state, weights, settings);
      for (const { slots } of memories.values()) tf.dispose(slots);
      memories.clear();
      for (const [name, memory] of loaded) memories.set(name, { ...memory, slots: mapSlots(memory.slots, (slot) => tf.clone(slot)) });
    },
    dispose() {
      for (const { slots } of memories.values()) tf.dispose(slots);
      memories.clear();
    },
  };
}

function withMomentum(settings: ResolvedOptimizer, momentum: number): ResolvedOptimizer {
  return settings.betas ? { ...settings, betas: [momentum, settings.betas[1]] } : { ...settings, momentum };
}

function mapSlots(slots: Updated['slots'], change: (slot: tf.Tensor) => tf.Tensor): { [slot: string]: tf.Tensor } {
  return Object.fromEntries(Object.entries(slots).map(([name, slot]) => [name, change(slot)]));
}

function memoriesOf(state: State, weights: ReadonlyMap<string, tf.Variable>, settings: ResolvedOptimizer): Map<string, Memory> {
  const problems: string[] = [];
  if (state.values['name'] !== settings.name) problems.push(`optimizer: is of ${String(state.values['name'])}, needs ${settings.name}`);
  const steps = (state.values['steps'] ?? {}) as { readonly [weight: string]: Json };
  const memories = new Map<string, Memory>();
  for (const [name, step] of Object.entries(steps)) {
    if (!weights.has(name)) problems.push(`${name}: unknown here`);
    memories.set(name, { step: Number(step), slots: {} });
  }
  for (const [key, tensor] of Object.entries(state.tensors)) {
    const dot = key.lastIndexOf('.');
    const [name, slot] = [key.slice(0, dot), key.slice(dot + 1)];
    const weight = weights.get(name);
    const memory = memories.get(name);
    if (!weight || !memory) problems.push(`${key}: unknown here`);
    else if (tensor.shape.join() !== weight.shape.join()) problems.push(`${key}: has shape [${tensor.shape}], needs [${weight.shape}]`);
    else memory.slots[slot] = tensor;
  }
  if (problems.length > 0) throw new StateError(problems);
  return memories;
}
