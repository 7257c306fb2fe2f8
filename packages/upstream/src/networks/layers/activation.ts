import type { Operations } from '../operations/operations.ts';

/** By the names that checkpoints have for them; swish and silu are the same. */
export type ActivationName = 'gelu' | 'relu' | 'swish' | 'silu';

/** What a network makes of each value between two layers. */
export function activated<T>(operations: Operations<T>, x: T, name: ActivationName): T {
  if (name === 'gelu') return operations.gelu(x);
  return name === 'relu' ? operations.relu(x) : operations.multiply(x, operations.sigmoid(x));
}
