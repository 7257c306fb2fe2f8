import type * as tf from '@tensorflow/tfjs-core';

/** An attribute of a TensorFlow op, its type one of the binding's constants. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** What tfjs-node's backend offers beside tfjs-core's interface: every op of TensorFlow's C library by name. */
export interface NativeBackend extends tf.KernelBackend {
  readonly binding: {
    readonly TF_ATTR_TYPE: number;
    readonly TF_ATTR_BOOL: number;
    readonly TF_ATTR_INT: number;
    readonly TF_ATTR_STRING: number;
    readonly TF_ATTR_FLOAT: number;
    readonly TF_FLOAT: number;
    readonly TF_INT32: number;
    readonly TF_INT64: number;
    readonly createTensor: (shape: readonly number[], type: number, values: Int32Array) => number;
    readonly deleteTensor: (id: number) => void;
    readonly executeOp: (name: string, attributes: readonly OpAttribute[], inputs: readonly number[], outputs: number) => readonly object[];
  };
  readonly isUsingGpuDevice: boolean;
  readonly getInputTensorIds: (inputs: readonly tf.TensorInfo[]) => number[];
  readonly createOutputTensor: (output: object) => tf.Tensor;
  readonly executeSingleOutput: (name: string, attributes: readonly OpAttribute[], inputs: readonly tf.TensorInfo[]) => tf.Tensor;
}

export const isFloatMatrix = ({ dtype, shape }: tf.TensorInfo): boolean => dtype === 'float32' && shape.length === 2;

/** The attribute that says an op works on floats. */
export const floats = ({ binding }: NativeBackend): OpAttribute => ({ name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT });
