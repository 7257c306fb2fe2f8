import { InputError } from '@s3/interface';
import * as tf from '@tensorflow/tfjs-core';

/** log odds = features . weights + bias */
export interface LogisticModel {
  readonly weights: Float64Array;
  readonly bias: number;
}

/**
 * Logistic regression with an L2 penalty on weights and bias, as scikit-learn's `LogisticRegression(solver='liblinear')` defines it:
 * least of |(weights, bias)|^2 / 2 + strength * sum of log(1 + exp(-label * log odds)), labels 1 and -1.
 *
 * Newton's method. The curvature is made on the device in single precision and only steers;
 * the gradient, by which the end is known, is in double precision.
 *
 * @param features (rows, columns), row-major
 * @param strength how much the data counts against the penalty; scikit-learn's `C`
 * @throws InputError when rows of one label are missing or a feature is not finite
 */
export function logisticRegression(features: Float32Array, labels: readonly boolean[], { strength = 1 } = {}): LogisticModel {
  const rows = labels.length;
  const columns = features.length / rows;
  refuseBadRows(features, labels);
  // a last column of ones for the bias, and columns of like size, so that single precision is enough for the curvature
  const size = columns + 1;
  const x = new Float64Array(rows * size);
  const scales = new Float64Array(size);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < size; column++) {
      const value = column < columns ? features[row * columns + column]! : 1;
      x[row * size + column] = value;
      scales[column]! += value ** 2;
    }
  }
  for (let column = 0; column < size; column++) {
    const scale = Math.sqrt(scales[column]! / rows) || 1;
    scales[column] = scale;
    for (let row = 0; row < rows; row++) x[row * size + column]! /= scale;
  }

  /** weights are those of the scaled columns: the penalty is on weight / scale */
  const at = (weights: Float64Array) => {
    let loss = 0;
    const gradient = new Float64Array(size);
    const curvature = new Float32Array(rows);
    for (let row = 0; row < rows; row++) {
      let odds = 0;
      for (let column = 0; column < size; column++) odds += x[row * size + column]! * weights[column]!;
      const agreement = labels[row] ? odds : -odds;
      loss += strength * (agreement > 0 ? Math.log1p(Math.exp(-agreement)) : Math.log1p(Math.exp(agreement)) - agreement);
      const likely = 1 / (1 + Math.exp(-odds));
      const error = strength * (likely - (labels[row] ? 1 : 0));
      curvature[row] = strength * likely * (1 - likely);
      for (let column = 0; column < size; column++) gradient[column]! += error * x[row * size + column]!;
    }
    for (let column = 0; column < size; column++) {
      loss += (weights[column]! / scales[column]!) ** 2 / 2;
      gradient[column]! += weights[column]! / scales[column]! ** 2;
    }
    return { loss, gradient, curvature };
  };

  let weights = new Float64Array(size);
  let here = at(weights);
  const begin = Math.hypot(...here.gradient);
  const matrix = tf.tensor2d(Float32Array.from(x), [rows, size]);
  try {
    for (let round = 0; round < 200 && Math.hypot(...here.gradient) > 1e-10 * begin; round++) {
      const hessian = tf.tidy(() => {
        const weighted = tf.mul(matrix, tf.tensor2d(here.curvature, [rows, 1]));
        return tf.matMul(matrix, weighted, true, false).dataSync();
      });
      const direction = solve(
        Float64Array.from(hessian, (value, entry) => value + (entry % (size + 1) === 0 ? 1 / scales[entry / (size + 1)]! ** 2 : 0)),
        here.gradient,
      );
      const slope = direction.reduce((sum, value, column) => sum - value * here.gradient[column]!, 0);
      let share = 1;
      let next = here;
      let moved = weights;
      // shorter until the loss falls as it should; a step that no longer lowers it has arrived
      for (; share > 1e-9; share /= 2) {
        moved = weights.map((value, column) => value - share * direction[column]!);
        next = at(moved);
        if (next.loss <= here.loss + 1e-4 * share * slope) break;
      }
      if (!(next.loss < here.loss)) break;
      [weights, here] = [moved, next];
    }
  } finally {
    matrix.dispose();
  }
  const plain = weights.map((value, column) => value / scales[column]!);
  return { weights: plain.slice(0, columns), bias: plain[columns]! };
}

function refuseBadRows(features: Float32Array, labels: readonly boolean[]): void {
  const positive = labels.filter(Boolean).length;
  if (positive === 0 || positive === labels.length) {
    const found = labels.length === 0 ? 'none' : `${labels.length}, all of ${positive === 0 ? 'two speakers' : 'one speaker'}`;
    throw new InputError('calibration trials', found, 'trials of one speaker and trials of two', 'Add trials of the missing kind.');
  }
  const bad = features.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const columns = features.length / labels.length;
    throw new InputError(
      `calibration trial ${Math.floor(bad / columns)}`,
      `${features[bad]} as its measure ${bad % columns}`,
      'finite numbers',
      'Check the embeddings and durations of its utterances.',
    );
  }
}

/** Solves a symmetric positive definite system by Cholesky's factors; (size, size) row-major, overwritten. */
function solve(matrix: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  for (let column = 0; column < size; column++) {
    for (let row = column; row < size; row++) {
      let sum = matrix[row * size + column]!;
      for (let k = 0; k < column; k++) sum -= matrix[row * size + k]! * matrix[column * size + k]!;
      // rounding can take what is nearly singular below zero
      matrix[row * size + column] = row === column ? Math.sqrt(Math.max(sum, 1e-9)) : sum / matrix[column * size + column]!;
    }
  }
  const solution = Float64Array.from(right);
  for (let row = 0; row < size; row++) {
    for (let k = 0; k < row; k++) solution[row]! -= matrix[row * size + k]! * solution[k]!;
    solution[row]! /= matrix[row * size + row]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let k = row + 1; k < size; k++) solution[row]! -= matrix[k * size + row]! * solution[k]!;
    solution[row]! /= matrix[row * size + row]!;
  }
  return solution;
}
