import type { GraphOperations, GraphSequence } from './graph-operations.ts';

/** 1 on the valid leading steps of each row, else 0, (batch, steps); with as many steps as `like` has on its second axis. */
export function graphMask<T>(graph: GraphOperations<T>, lengths: T, like: T): T {
  return graph.less(graph.expandDims(graph.range(graph.steps(like)), 0), graph.expandDims(lengths, 1));
}

/** The sequence (batch, steps, features) with zeros behind the end of each row. */
export function graphMasked<T>(graph: GraphOperations<T>, { values, lengths }: GraphSequence<T>): T {
  return graph.multiply(values, graph.expandDims(graphMask(graph, lengths, values), -1));
}

/** Mean over the valid steps, (batch, features). */
export function graphMean<T>(graph: GraphOperations<T>, sequence: GraphSequence<T>): T {
  const sums = graph.sum(graphMasked(graph, sequence), 1, false);
  return graph.divide(sums, graph.expandDims(graph.toFloat(sequence.lengths), 1));
}

/** The sequence with every step behind the end of a row as the row's last. */
export function holdLast<T>(graph: GraphOperations<T>, { values, lengths }: GraphSequence<T>): T {
  return atSteps(graph, values, lengths, graph.range(graph.steps(values)));
}

/** The sequence cut to so many steps, (1,), or lengthened by the last step of each row. */
export function resized<T>(graph: GraphOperations<T>, { values, lengths }: GraphSequence<T>, count: T): T {
  return atSteps(graph, values, lengths, graph.range(count));
}

/** @param steps which, (chosen,); each row's last stands for those behind it */
function atSteps<T>(graph: GraphOperations<T>, values: T, lengths: T, steps: T): T {
  const last = graph.subtract(graph.expandDims(lengths, 1), 1);
  return graph.gatherSteps(values, graph.maximum(graph.minimum(graph.expandDims(steps, 0), last), 0));
}
