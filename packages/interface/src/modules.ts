import { type NamedTensorMap, Variable } from '@tensorflow/tfjs-core';
import { StateError, WiringError } from './errors.ts';
import type { Module } from './model.ts';
import { describeValue } from './plain-values.ts';
import type { Json } from './state.ts';

/**
 * One module out of named weights and named parts.
 *
 * The names are the names in checkpoints, a part's as prefix: `featurizer.weights`,
 * `downstream.projector.weight`. Choose those of the original's `state_dict`.
 * A variable made with `trainable = false` (a running mean) is saved but not trained.
 *
 * @throws WiringError for what is neither a weight nor a module
 */
export function moduleOf(parts: { readonly [name: string]: Variable | Module }): Module {
  const named = Object.entries(parts);
  for (const [name, part] of named) {
    if ('trainable' in Object(part)) continue;
    const remedy = 'a part is a module or a weight; make a weight with `tf.variable`, and name what is in a list one by one';
    throw new WiringError('moduleOf', `is given '${name}' as ${describeValue(part)}`, remedy);
  }
  return {
    trainable: named.flatMap(([, part]) => (isVariable(part) ? (part.trainable ? [part] : []) : part.trainable)),
    dispose: () => named.forEach(([, part]) => void part.dispose()),
    state() {
      const tensors: NamedTensorMap = {};
      const values: { [name: string]: Json } = {};
      for (const [name, part] of named) {
        if (isVariable(part)) {
          tensors[name] = part;
          continue;
        }
        const state = part.state();
        for (const [key, tensor] of Object.entries(state.tensors)) tensors[`${name}.${key}`] = tensor;
        if (Object.keys(state.values).length > 0) values[name] = state.values;
      }
      return { tensors, values };
    },
    loadState({ tensors, values }) {
      const problems: string[] = [];
      const own = this.state().tensors;
      for (const [key, tensor] of Object.entries(own)) {
        const given = tensors[key];
        if (!given) problems.push(`${key}: missing`);
        else if (given.shape.join() !== tensor.shape.join()) problems.push(`${key}: has shape [${given.shape}], needs [${tensor.shape}]`);
      }
      for (const key of Object.keys(tensors)) if (!(key in own)) problems.push(`${key}: unknown here`);
      if (problems.length > 0) throw new StateError(problems);

      for (const [name, part] of named) {
        if (isVariable(part)) part.assign(tensors[name]!);
        else {
          const prefix = `${name}.`;
          const inner = Object.entries(tensors).flatMap(([key, tensor]) =>
            key.startsWith(prefix) ? [[key.slice(prefix.length), tensor]] : [],
          );
          part.loadState({ tensors: Object.fromEntries(inner), values: (values[name] ?? {}) as { [key: string]: Json } });
        }
      }
    },
  };
}

// not instanceof: another copy of tfjs-core may have made it
const isVariable = (part: Variable | Module): part is Variable => 'dataId' in part || part instanceof Variable;
