import { type Checkpointable, type Json, type State, StateError } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import { adamKernel, hasAdamKernel } from './adam-kernel.ts';
import { joinedUpdate, type Part, together } from './joined-updates.ts';
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
      const parts = [...gradients].map(([name, gradient]) => {
        const memory = memories.get(name) ?? { step: 0, slots: {} };
        memory.step += 1;
        memories.set(name, memory);
        return { weight: weights.get(name)!, gradient, memory, slots: memory.slots, step: memory.step };
      });
      const inOnePass = hasAdamKernel(current);
      const update = (part: Part): Updated => {
        const given = { ...part, learningRate, settings: current };
        return inOnePass
          ? adamKernel(given, scale)
          : rule({ ...given, gradient: scale === 1 ? part.gradient : tf.mul(part.gradient, scale) });
      };
      for (const group of inOnePass ? parts.map((part) => [part]) : together(parts)) {
        const slots = tf.tidy(() =>
          joinedUpdate(group, update).map((updated, index) => {
            const { weight, gradient } = group[index]!;
            weight.assign(updated.weight);
            // a slot may be the gradient itself, which belongs to the caller
            return mapSlots(updated.slots, (slot) => (slot === gradient ? tf.clone(slot) : slot));
          }),
        );
        group.forEach(({ memory }, index) => {
          tf.dispose(memory.slots);
          memory.slots = slots[index]!;
        });
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
