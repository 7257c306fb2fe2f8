import { type Message, message, messageBytes } from './protobuf.ts';

/** of ONNX's standard operators; 20 is the first with GELU */
const operatorSet = 20;
/** of the file format, the one that came with that operator set */
const formatVersion = 9;

const elementTypes = { float32: 1, int32: 6, int64: 7, float64: 11 } as const;
export type ElementType = keyof typeof elementTypes;
/** a tensor's data_location */
const externally = 1;
const attributeTypes = { float: 1, integer: 2, text: 3, integers: 7 } as const;

/** Whole numbers are `int64`; a number that has to be a float is written as `{ float: value }`. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

interface Attributes {
  readonly [name: string]: Attribute;
}

/** An ONNX model under construction: values are known by their names. */
export interface OnnxGraph {
  /** an input, each axis a size or the name of one that may vary */
  readonly input: (name: string, type: ElementType, shape: readonly (number | string)[]) => string;
  /** values that come later are awaited by `finish` */
  readonly floats: (shape: readonly number[], values: Float32Array | Promise<Float32Array>) => string;
  readonly doubles: (shape: readonly number[], values: Float64Array) => string;
  /** int64 */
  readonly integers: (values: ArrayLike<number>, shape?: readonly number[]) => string;
  readonly node: (operator: string, inputs: readonly string[], attributes?: Attributes) => string;
  readonly nodes: (operator: string, inputs: readonly string[], outputs: number, attributes?: Attributes) => string[];
  readonly output: (name: string, value: string, type: ElementType, shape: readonly (number | string)[]) => void;
  /**
   * The model as the bytes of an `.onnx` file.
   *
   * @param metadata what readers of the file find as its metadata_props
   */
  readonly finish: (metadata?: { readonly [key: string]: string }) => Promise<Uint8Array<ArrayBuffer>>;
}

/** Values that are not in the model's file, under the name that it has for their place. */
export interface ExternalValues {
  readonly path: string;
  readonly data: Uint8Array;
}

/** what a tensor of the file is worth keeping apart */
const smallBytes = 64;

/**
 * Starts an ONNX model. The format: onnx.proto of https://github.com/onnx/onnx.
 *
 * @param external where given, larger constants are put there and only named in the model, which can hold 2 GB
 */
export function onnxGraph(name: string, external?: ExternalValues[]): OnnxGraph {
  const graph = message();
  const constants = new Map<string, string>();
  const nodeList: { readonly inputs: readonly string[]; readonly outputs: readonly string[]; readonly message: Message }[] = [];
  const tensors = new Map<string, () => Message | Promise<Message>>();
  const outputs: string[] = [];
  let count = 0;
  const next = () => `v${count++}`;
  const nodes: OnnxGraph['nodes'] = (operator, inputs, outputs, attributes = {}) => {
    const names = Array.from({ length: outputs }, next);
    addNode(operator, inputs, names, attributes);
    return names;
  };
  return {
    input(input, type, shape) {
      graph.bytes(11, valueInfo(input, type, shape));
      return input;
    },
    floats(shape, values) {
      const value = next();
      if (values instanceof Float32Array) return constant(value, 'float32', shape, bytesOf(values));
      tensors.set(value, async () => tensorMessage(value, 'float32', shape, bytesOf(await values)));
      return value;
    },
    doubles: (shape, values) => constant(next(), 'float64', shape, bytesOf(values)),
    integers(values, shape = [values.length]) {
      const key = `${shape.join()}:${Array.from(values).join()}`;
      const known = constants.get(key);
      if (known) return known;
      const added = constant(next(), 'int64', shape, bytesOf(BigInt64Array.from(Array.from(values), BigInt)));
      constants.set(key, added);
      return added;
    },
    nodes,
    node: (operator, inputs, attributes) => nodes(operator, inputs, 1, attributes)[0]!,
    output(output, value, type, shape) {
      addNode('Identity', [value], [output], {});
      outputs.push(output);
      graph.bytes(12, valueInfo(output, type, shape));
    },
    async finish(metadata = {}) {
      // what nothing reads is left out, such as the layers that a featurizer does not look at
      const needed = new Set(outputs);
      const used = nodeList.toReversed().filter((node) => {
        const isUsed = node.outputs.some((value) => needed.has(value));
        if (isUsed) for (const value of node.inputs) needed.add(value);
        return isUsed;
      });
      for (const node of used.reverse()) graph.bytes(1, node.message);
      for (const [value, tensor] of tensors) if (needed.has(value)) graph.bytes(5, await tensor());
      const model = message()
        .integer(1, formatVersion)
        .bytes(2, 's3')
        .bytes(8, message().bytes(1, '').integer(2, operatorSet))
        .bytes(7, graph.bytes(2, name));
      for (const [key, value] of Object.entries(metadata)) model.bytes(14, message().bytes(1, key).bytes(2, value));
      return messageBytes(model);
    },
  };

  function addNode(operator: string, inputs: readonly string[], outputs: readonly string[], attributes: Attributes) {
    const node = message();
    for (const input of inputs) node.bytes(1, input);
    for (const output of outputs) node.bytes(2, output);
    node.bytes(3, `${operator} ${outputs[0]}`).bytes(4, operator);
    for (const [key, value] of Object.entries(attributes)) node.bytes(5, attributeMessage(key, value));
    nodeList.push({ inputs, outputs, message: node });
  }

  function constant(value: string, type: ElementType, shape: readonly number[], bytes: Uint8Array): string {
    tensors.set(value, () => tensorMessage(value, type, shape, bytes));
    return value;
  }

  function tensorMessage(value: string, type: ElementType, shape: readonly number[], bytes: Uint8Array): Message {
    const tensor = message();
    for (const axis of shape) tensor.integer(1, axis);
    tensor.integer(2, elementTypes[type]).bytes(8, value);
    if (external && bytes.length > smallBytes) {
      external.push({ path: value, data: bytes });
      tensor.bytes(13, message().bytes(1, 'location').bytes(2, value)).integer(14, externally);
    } else tensor.bytes(9, bytes);
    return tensor;
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Float64Array | BigInt64Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

function attributeMessage(name: string, value: Attribute): Message {
  const attribute = message().bytes(1, name);
  if (typeof value === 'number') return attribute.integer(3, value).integer(20, attributeTypes.integer);
  if (typeof value === 'string') return attribute.bytes(4, value).integer(20, attributeTypes.text);
  if ('float' in value) return attribute.float(2, value.float).integer(20, attributeTypes.float);
  for (const entry of value) attribute.integer(8, entry);
  return attribute.integer(20, attributeTypes.integers);
}

function valueInfo(name: string, type: ElementType, shape: readonly (number | string)[]): Message {
  const axes = message();
  for (const axis of shape) {
    axes.bytes(1, typeof axis === 'number' ? message().integer(1, axis) : message().bytes(2, axis));
  }
  const tensor = message().integer(1, elementTypes[type]).bytes(2, axes);
  return message().bytes(1, name).bytes(2, message().bytes(1, tensor));
}
