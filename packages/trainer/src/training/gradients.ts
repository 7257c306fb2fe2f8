import { WiringError } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';
import type { NamedGradients } from '../optimizers/optimizer.ts';

/**
 * Gradients of a loss by the weights that it depends on; they belong to the caller.
 *
 * @param loss runs on the tape; tensors that outlive it have to be kept by `tf.keep`
 * @throws WiringError when the loss is no scalar or depends on no weight
 */
export function gradientsOf(loss: () => tf.Tensor, weights: ReadonlyMap<string, tf.Variable>): NamedGradients {
  const names = new Map([...weights].map(([name, weight]) => [weight.name, name]));
  let isConnected = false;
  try {
    const { value, grads } = tf.variableGrads(() => {
      const result = loss();
      if (result.rank !== 0)
        throw new WiringError('task', `gives a loss of shape [${result.shape}]`, 'training needs one number, the mean over the batch');
      isConnected = true;
      // the caller may keep the loss itself as a field
      return tf.clone(result) as tf.Scalar;
    }, [...weights.values()]);
    value.dispose();
    return new Map(Object.entries(grads).flatMap(([name, gradient]) => (gradient ? [[names.get(name)!, gradient] as const] : [])));
  } catch (error) {
    // tfjs's own message for this is about variables of tf.variable
    if (isConnected && error instanceof Error && /Cannot find a connection/.test(error.message)) {
      throw new WiringError(
        'task',
        'gives a loss that depends on no weight',
        'training needs a loss computed from the model by differentiable operations',
      );
    }
    throw error;
  }
}

/** Sum of two sets of gradients, which it disposes; a weight may lack in either. */
export function addGradients(sum: NamedGradients, more: NamedGradients): NamedGradients {
  const result = new Map(sum);
  for (const [name, gradient] of more) {
    const before = result.get(name);
    result.set(name, before ? tf.add(before, gradient) : gradient);
    if (before) tf.dispose([before, gradient]);
  }
  return result;
}

/** The gradients times a factor; those given are disposed. */
export function scaleGradients(gradients: NamedGradients, factor: number): NamedGradients {
  return new Map(
    [...gradients].map(([name, gradient]) => {
      const scaled = tf.mul(gradient, factor);
      gradient.dispose();
      return [name, scaled];
    }),
  );
}

/** Norm of all gradients together, as one vector. */
export async function globalNorm(gradients: NamedGradients): Promise<number> {
  const norm = tf.tidy(() => tf.sqrt(tf.mul(tf.addN([...gradients.values()].map(halfOfSquares)), 2)));
  const [value] = await norm.data();
  norm.dispose();
  return value!;
}

/** Half the sum of squares; in one pass on engines that have it. */
function halfOfSquares(x: tf.Tensor): tf.Scalar {
  if (x.dtype === 'float32' && tf.getKernel('S3HalfOfSquares', tf.getBackend())) return tf.engine().runKernel('S3HalfOfSquares', { x });
  return tf.mul(tf.sum(tf.square(x)), 0.5);
}

/** Factor that brings the norm down to its limit, as torch's `clip_grad_norm_` has it. */
export function clippingScale(norm: number, limit: number | null): number {
  return limit === null ? 1 : Math.min(1, limit / (norm + 1e-6));
}
