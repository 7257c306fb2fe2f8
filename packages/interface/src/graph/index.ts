export type { GraphConvolution, GraphOperations, GraphOutputs, GraphRecurrence, GraphSequence, InGraph } from './graph-operations.ts';
export { graphMask, graphMasked, graphMean, holdLast, resized } from './graph-sequences.ts';
export {
  type ExternalFiles,
  type ExternalValues,
  maxModelBytes,
  type OnnxGraph,
  onnxGraph,
} from './onnx-graph.ts';
export type { Attribute, ElementType } from './onnx-messages.ts';
export { type OnnxValue, onnxOperations } from './onnx-operations.ts';
export type { OnnxPart, OnnxPartNode, OnnxPartTensor } from './onnx-part.ts';
export { onnxTask } from './onnx-task.ts';
export { fieldsOf, type Message, message, messageBytes, type ProtobufField } from './protobuf.ts';
export { taskGraph } from './task-graph.ts';
export { tensorGraph } from './tensor-graph.ts';
