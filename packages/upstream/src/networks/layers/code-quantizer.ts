import type { Operations } from '../operations/operations.ts';
import type { WeightNames } from '../weight-names.ts';
import { affineWeights, normWeights } from './layer-weights.ts';

interface QuantizerSettings {
  /** features of a frame, the same before and after */
  readonly size: number;
  /** codes that each group of features chooses from */
  readonly codes: number;
  readonly groups: number;
  /** whether all groups choose from the same codes */
  readonly isShared: boolean;
}

/**
 * Each group of features becomes the code of the largest of its logits; in training chosen by chance (Gumbel softmax), the gradient
 * being that of the shares.
 *
 * Baevski et al., "vq-wav2vec", 2020; Jang et al., "Categorical Reparameterization with Gumbel-Softmax", 2017.
 */
export function gumbelQuantizer(
  names: WeightNames,
  {
    size,
    codes,
    groups,
    isShared,
    depth,
    temperature,
    activation,
  }: QuantizerSettings & {
    readonly depth: number;
    readonly temperature: number;
    readonly activation: <T>(operations: Operations<T>, x: T) => T;
  },
) {
  const table = names.weight('vars', 1, (isShared ? 1 : groups) * codes, size / groups);
  const own = names.within('weight_proj');
  const wide = 2 * size;
  const inner = Array.from({ length: depth - 1 }, (_, layer) => affineWeights(own.within(`${layer}.0`), layer === 0 ? size : wide, wide));
  const last = affineWeights(depth > 1 ? own.within(`${depth - 1}`) : own, depth > 1 ? wide : size, groups * codes);
  return {
    untrained: undefined,
    forward: <T>(operations: Operations<T>, x: T): T =>
      operations.scoped(() => {
        const hidden = inner.reduce((y, weights) => activation(operations, operations.affine(y, weights)), x);
        return operations.chosenCodes(operations.affine(hidden, last), table, { groups, count: codes, temperature });
      }),
  };
}

/**
 * Each group of features becomes the nearest of its codes, and the gradient passes as if it were not changed; no gradient reaches the codes.
 *
 * Baevski et al., "vq-wav2vec", 2020.
 */
export function kmeansQuantizer(names: WeightNames, { size, codes, groups, isShared }: QuantizerSettings) {
  const table = names.weight('embedding', codes, isShared ? 1 : groups, size / groups);
  const projection = { weight: names.weight('projection.0.weight', size, size / groups, 1), groups };
  const norm = { ...normWeights(names.within('projection.1'), size, 1e-5), groups };
  return {
    untrained: new RegExp(`^${names.prefix.replaceAll('.', '\\.')}embedding$`),
    forward: <T>(operations: Operations<T>, x: T): T =>
      operations.scoped(() => operations.nearestCodes(operations.groupNorm(operations.convolution(x, projection), norm), table, groups)),
  };
}
