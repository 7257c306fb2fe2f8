import { type Message, message } from './protobuf.ts';

const elementTypes = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 } as const;
/** Name of a type of values in an ONNX file. */
export type ElementType = keyof typeof elementTypes;
/** a tensor's data_location, of one whose values are in another file */
export const externally = 1;
export const attributeTypes = { float: 1, integer: 2, text: 3, graph: 5, integers: 7 } as const;

/** Whole numbers are `int64`; a number that has to be a float is written as `{ float: value }`. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

export interface Attributes {
  readonly [name: string]: Attribute;
}

/** An operator with its inputs and outputs. */
export function nodeMessage(operator: string, inputs: readonly string[], outputs: readonly string[]): Message {
  const node = message();
  for (const input of inputs) node.bytes(1, input);
  for (const output of outputs) node.bytes(2, output);
  return node.bytes(3, `${operator} ${outputs[0]}`).bytes(4, operator);
}

/** A tensor without its values. */
export function tensorHead(value: string, type: ElementType, shape: readonly number[]): Message {
  const tensor = message();
  for (const axis of shape) tensor.integer(1, axis);
  return tensor.integer(2, elementTypes[type]).bytes(8, value);
}

/** A setting of an operator. */
export function attributeMessage(name: string, value: Attribute): Message {
  const attribute = message().bytes(1, name);
  if (typeof value === 'number') return attribute.integer(3, value).integer(20, attributeTypes.integer);
  if (typeof value === 'string') return attribute.bytes(4, value).integer(20, attributeTypes.text);
  if ('float' in value) return attribute.float(2, value.float).integer(20, attributeTypes.float);
  for (const entry of value) attribute.integer(8, entry);
  return attribute.integer(20, attributeTypes.integers);
}

/** What is known of an input or an output. @param shape unknown unless given */
export function valueInfo(name: string, type: ElementType, shape?: readonly (number | string)[]): Message {
  const tensor = message().integer(1, elementTypes[type]);
  if (shape) {
    const axes = message();
    for (const axis of shape) axes.bytes(1, typeof axis === 'number' ? message().integer(1, axis) : message().bytes(2, axis));
    tensor.bytes(2, axes);
  }
  return message().bytes(1, name).bytes(2, message().bytes(1, tensor));
}
