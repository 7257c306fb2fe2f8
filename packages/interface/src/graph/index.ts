export type { GraphConvolution, GraphOperations, GraphOutputs, GraphRecurrence, GraphSequence, InGraph } from './graph-operations.ts';
export { graphMask, graphMasked, graphMean, holdLast, resized } from './graph-sequences.ts';
export { type Attribute, type ElementType, type ExternalValues, type OnnxGraph, onnxGraph } from './onnx-graph.ts';
export { type OnnxValue, onnxOperations } from './onnx-operations.ts';
export { onnxTask } from './onnx-task.ts';
export { taskGraph } from './task-graph.ts';
export { tensorGraph } from './tensor-graph.ts';
