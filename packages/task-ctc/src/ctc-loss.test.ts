import { InputError } from '@s3/interface';
import { hashValues } from '@s3/interface/testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ctcAlignments } from './ctc-alignments.ts';
import { ctcLoss } from './ctc-loss.ts';
import reference from './fixtures/ctc.json' with { type: 'json' };
import { greedyDecoding } from './greedy-decoding.ts';

test.each(reference.cases)('equals S3PRL: $name', ({ logits, lengths, targets, blank, zeroInfinity, reduction, loss, gradient }) => {
  const [rows, frames, classes] = logits.shape as [number, number, number];
  const values = hashValues(logits);
  const expected = gradient.map(Number);
  const expectClose = (actual: ArrayLike<number>, wanted: readonly number[]) => {
    const largest = Math.max(...wanted.filter(Number.isFinite).map(Math.abs));
    wanted.forEach((value, index) => {
      if (Number.isFinite(value)) expect(Math.abs(actual[index]! - value)).toBeLessThanOrEqual(1e-5 * largest);
      else expect(actual[index]).toBe(value);
    });
  };
  if (reduction === 'mean') {
    const run = (x: tf.Tensor) => ctcLoss({ values: x as tf.Tensor3D, lengths }, targets, { blank, zeroInfinity }).loss;
    const { value, grad } = tf.valueAndGrad(run)(tf.tensor(values, [rows, frames, classes]));
    expectClose(value.dataSync(), [loss === 'inf' ? Number.POSITIVE_INFINITY : Number(loss)]);
    expectClose(grad.dataSync(), expected);
  } else {
    const alignments = ctcAlignments({ logits: values, frames, classes, lengths, targets, blank });
    const sum = alignments.losses.reduce((total, each) => total + each, 0);
    expectClose(reduction === 'sum' ? [sum] : alignments.losses, [loss].flat().map(Number));
    expectClose(alignments.gradient(targets.map(() => 1)), expected);
  }
});

const lattice = fc
  .record({ frames: fc.integer({ min: 1, max: 5 }), classes: fc.integer({ min: 2, max: 4 }), labelCount: fc.integer({ min: 0, max: 3 }) })
  .chain(({ frames, classes, labelCount }) =>
    fc.record({
      frames: fc.constant(frames),
      classes: fc.constant(classes),
      logits: fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: frames * classes, maxLength: frames * classes }),
      labels: fc.array(fc.integer({ min: 1, max: classes - 1 }), { minLength: labelCount, maxLength: labelCount }),
    }),
  );

test('sums all paths through small lattices, one by one', () => {
  fc.assert(
    fc.property(lattice, ({ frames, classes, logits, labels }) => {
      const values = Float32Array.from(logits);
      let likelihood = 0;
      for (let code = 0; code < classes ** frames; code++) {
        const path = Array.from({ length: frames }, (_, frame) => Math.floor(code / classes ** frame) % classes);
        const spoken = greedyDecoding(path, [0]);
        if (spoken.join() === labels.join()) {
          likelihood += path.reduce(
            (product, classId, frame) => product * softmax(values.subarray(frame * classes, (frame + 1) * classes))[classId]!,
            1,
          );
        }
      }
      const batch = { frames, classes, lengths: [frames], targets: [labels], blank: 0 };
      const { losses, gradient } = ctcAlignments({ ...batch, logits: values });
      if (likelihood === 0) return void expect(losses[0]).toBe(Number.POSITIVE_INFINITY);
      expect(losses[0]).toBeCloseTo(-Math.log(likelihood), 9);
      // central differences in float32 logits
      const derivatives = gradient([1]);
      const index = (frames * classes) >> 1;
      const shifted = (by: number) => {
        const moved = Float32Array.from(values);
        moved[index]! += by;
        return { at: moved[index]!, loss: ctcAlignments({ ...batch, logits: moved }).losses[0]! };
      };
      const [low, high] = [shifted(-1e-2), shifted(1e-2)];
      expect(derivatives[index]!).toBeCloseTo((high.loss - low.loss) / (high.at - low.at), 3);
    }),
    { numRuns: 60 },
  );
});

test('takes very unlikely labels and long utterances without losing them', () => {
  const [frames, classes] = [2000, 5];
  const logits = Float32Array.from({ length: frames * classes }, (_, index) => (index % classes === 0 ? 60 : 0));
  const labels = Array.from({ length: 150 }, (_, index) => 1 + (index % 4));
  const { losses, gradient } = ctcAlignments({ logits, frames, classes, lengths: [frames], targets: [labels], blank: 0 });
  expect(losses[0]).toBeGreaterThan(7000);
  expect(losses[0]).toBeLessThan(9000);
  const derivatives = gradient([1]);
  expect(derivatives.every(Number.isFinite)).toBe(true);
  // each frame's derivatives sum to zero, and 150 labels are to be spoken somewhere
  const wanted = derivatives.reduce((sum, value, index) => sum + (index % classes === 0 ? 0 : value), 0);
  expect(wanted).toBeCloseTo(-150, 3);
});

test('keeps padding out, and utterances that cannot be aligned', () => {
  const values = tf.tensor3d(hashValues({ shape: [2, 4, 3], p: 1, scale: 2 }), [2, 4, 3]);
  const run = (x: tf.Tensor) => ctcLoss({ values: x as tf.Tensor3D, lengths: [2, 1] }, [[1], [2, 2]]).loss;
  const gradient = tf.grad(run)(values).dataSync();
  expect([...gradient.subarray(6)].every((value) => value === 0)).toBe(true);
  expect(gradient.subarray(0, 6).every((value) => value !== 0)).toBe(true);
  expect(ctcLoss({ values, lengths: [2, 1] }, [[1], [2, 2]]).losses[1]).toBe(Number.POSITIVE_INFINITY);
});

test('scales its gradient with what comes after it', () => {
  const values = tf.tensor3d(hashValues({ shape: [1, 3, 3], p: 2, scale: 1 }), [1, 3, 3]);
  const loss = (x: tf.Tensor) => ctcLoss({ values: x as tf.Tensor3D, lengths: [3] }, [[1, 2]]).loss;
  const once = tf.grad(loss)(values).dataSync();
  const twice = tf
    .grad((x) => tf.mul(loss(x), 2))(values)
    .dataSync();
  once.forEach((value, index) => void expect(twice[index]).toBeCloseTo(2 * value, 6));
});

test('refuses targets that no class stands for', () => {
  const values = tf.zeros<tf.Rank.R3>([1, 3, 3]);
  expect(() => ctcLoss({ values, lengths: [3] }, [[3]])).toThrow(InputError);
  expect(() => ctcLoss({ values, lengths: [3] }, [[0]])).toThrow(/without the blank/);
  expect(() => ctcLoss({ values, lengths: [3] }, [])).toThrow(/one for each utterance/);
});

test('reads the best path: repeats once, blank and end left out', () => {
  expect(greedyDecoding([0, 3, 3, 0, 3, 4, 1, 1, 4])).toEqual([3, 3, 4, 4]);
  expect(greedyDecoding([])).toEqual([]);
});

function softmax(logits: Float32Array): number[] {
  const values = [...logits].map(Math.exp);
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => value / sum);
}
