/** A model that others wrote, to become part of one of ours. */
export interface OnnxPart {
  /** what stands before each name of the model here, so that none is taken */
  readonly prefix: string;
  /** in the order of the model, names prefixed */
  readonly nodes: readonly OnnxPartNode[];
  /** weights by their prefixed names */
  readonly tensors: ReadonlyMap<string, OnnxPartTensor>;
  /** version of each set of operators, by its domain; '' is ONNX's own */
  readonly operatorSets: ReadonlyMap<string, number>;
  /** of the file format */
  readonly formatVersion: number;
  /** bytes of each `FunctionProto` */
  readonly functions: readonly Uint8Array[];
}

/** A node of such a model. */
export interface OnnxPartNode {
  /** all values that it reads, in the graphs inside of it too */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** a `NodeProto` */
  readonly bytes: Uint8Array;
}

/** A weight of such a model. */
export interface OnnxPartTensor {
  /** a `TensorProto` without `raw_data` */
  readonly head: Uint8Array;
  /** its `raw_data`, where it has that */
  readonly data?: Uint8Array;
}
