import { type AnyTask, WiringError } from '@s3/interface';
import type * as tf from '@tensorflow/tfjs-core';

/**
 * What training changes, by its name in checkpoints: `model.` or `task.` and the name in that part's state.
 *
 * @throws WiringError when nothing can be trained, or a trainable weight is not part of the state (it would be lost)
 */
export function namedWeights(task: AnyTask): ReadonlyMap<string, tf.Variable> {
  const weights = new Map<string, tf.Variable>();
  for (const [prefix, part] of [['model', task.model] as const, ['task', task] as const]) {
    const names = new Map(Object.entries(part.state().tensors).map(([name, tensor]) => [tensor, name]));
    for (const weight of part.trainable) {
      const name = names.get(weight);
      if (name === undefined) {
        throw new WiringError(
          `${prefix} of ${task.name}`,
          `trains a weight of shape [${weight.shape}] that its state lacks`,
          'checkpoints hold the state only; make the weight part of it',
        );
      }
      weights.set(`${prefix}.${name}`, weight);
    }
  }
  if (weights.size === 0)
    throw new WiringError(`task ${task.name}`, 'has no weights to train', 'training needs some; let a part be trained');
  return weights;
}
