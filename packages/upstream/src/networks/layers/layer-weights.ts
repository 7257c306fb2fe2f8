import type { Affine, Normalization } from '../operations/operations.ts';
import type { WeightNames } from '../weight-names.ts';

/** Names the weights of an affine map from so many inputs to so many outputs. */
export function affineWeights(names: WeightNames, inputs: number, outputs: number): Required<Affine> {
  return { weight: names.weight('weight', outputs, inputs), bias: names.weight('bias', outputs) };
}

/** Names the weights of a normalization of so many features. */
export function normWeights(names: WeightNames, features: number, epsilon: number): Required<Normalization> {
  return { weight: names.weight('weight', features), bias: names.weight('bias', features), epsilon };
}
