import type { GraphOperations } from '@s3/interface/graph';
import type * as tf from '@tensorflow/tfjs-core';
import type { StepOperations } from '../networks/operations/step-operations.ts';
import type { Weight } from '../networks/weight-names.ts';

/** `StepOperations` in the operations of a graph, in evaluation. */
export function stepGraphOperations<T>(
  graph: GraphOperations<T>,
  valuesOf: <Value extends tf.Tensor>(weight: Weight) => Value,
): StepOperations<T> {
  return {
    addSteps: (x, weight) => graph.add(x, graph.constant(valuesOf(weight))),
    pairSteps(x) {
      const even = graph.multiply(graph.divide(graph.steps(x), 2), 2);
      const [first, second] = [graph.slice(x, 1, 0, even, 2), graph.slice(x, 1, 1, even, 2)];
      return graph.concat([first, second], -1);
    },
    everySecond: (x) => graph.slice(x, 1, 0, undefined, 2),
    secondSteps: (mask) => graph.slice(mask, 1, 1, undefined, 2),
    recurrence(x, mask, { kind, backwards = false, ...named }) {
      const counts = mask === undefined ? wholeLengths(x) : graph.round(graph.sum(mask, 1, false));
      const direction = {
        inputWeight: valuesOf<tf.Tensor2D>(named.inputWeight),
        hiddenWeight: valuesOf<tf.Tensor2D>(named.hiddenWeight),
        inputBias: valuesOf<tf.Tensor1D>(named.inputBias),
        hiddenBias: valuesOf<tf.Tensor1D>(named.hiddenBias),
      };
      const turned = (y: T) => (backwards ? reversed(y, counts) : y);
      return turned(graph.recurrence(turned(x), counts, kind, [direction]));
    },
    inPieces(x, mask, longest) {
      if (longest === Number.POSITIVE_INFINITY) return { pieces: x, mask, whole: (y) => y };
      const steps = graph.steps(x);
      const fewest = graph.divide(graph.add(steps, longest - 1), longest);
      const length = roundedUp(steps, fewest);
      const count = roundedUp(steps, length);
      // (count, length), those behind the end stand for the last
      const firsts = graph.multiply(graph.range(count), length);
      const places = graph.add(graph.expandDims(firsts, 1), graph.expandDims(graph.range(length), 0));
      const near = graph.minimum(places, graph.subtract(steps, 1));
      const isThere = graph.less(places, steps);
      const shown = graph.multiply(graph.gather(mask ?? wholeMask(x), near, 1), graph.expandDims(isThere, 0));
      const rowsOf = (parts: T) => graph.transpose(graph.reshape(graph.transpose(parts, [2, 3, 0, 1]), [0, 0, -1]), [2, 0, 1]);
      return {
        pieces: rowsOf(graph.gather(x, near, 1)),
        mask: graph.squeeze(rowsOf(graph.expandDims(shown, -1)), -1),
        whole(y) {
          // each row's pieces lie one behind the other: count * length steps, of which the first are its own
          const rows = graph.multiply(graph.range(graph.steps(x, 0)), graph.multiply(count, length));
          const chosen = graph.add(graph.expandDims(rows, 1), graph.expandDims(graph.range(steps), 0));
          return graph.gather(joinedRows(y), chosen, 0);
        },
      };
    },
    maskSteps: (x, mask) => graph.multiply(x, graph.expandDims(mask, -1)),
  };

  /** Whole numbers' quotient, rounded up. */
  function roundedUp(x: T, by: T): T {
    return graph.divide(graph.add(x, graph.subtract(by, 1)), by);
  }

  /** (rows, steps, features) to (rows * steps, features) */
  function joinedRows(x: T): T {
    return graph.transpose(graph.reshape(graph.transpose(x, [2, 0, 1]), [0, -1]), [1, 0]);
  }

  /** 1 for every step, (batch, steps) */
  function wholeMask(x: T): T {
    return graph.add(graph.multiply(graph.sum(x, -1, false), 0), 1);
  }

  /** (batch,) of as many as there are steps */
  function wholeLengths(x: T): T {
    return graph.add(graph.multiply(graph.range(graph.steps(x, 0)), 0), graph.steps(x));
  }

  /** Each row's steps from its last to its first; those behind its end stay. */
  function reversed(x: T, lengths: T): T {
    const places = graph.expandDims(graph.range(graph.steps(x)), 0);
    const mirrored = graph.subtract(graph.expandDims(graph.subtract(lengths, 1), 1), places);
    const isBehind = graph.round(graph.less(mirrored, 0));
    // a place behind the end would be before the first: it is moved back to itself
    return graph.gatherSteps(x, graph.add(mirrored, graph.multiply(isBehind, graph.subtract(places, mirrored))));
  }
}
