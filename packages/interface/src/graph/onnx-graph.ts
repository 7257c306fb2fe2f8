import { InputError } from '../errors.ts';
import {
  type Attributes,
  attributeMessage,
  attributeTypes,
  type ElementType,
  externally,
  nodeMessage,
  tensorHead,
  valueInfo,
} from './onnx-messages.ts';
import type { OnnxPart } from './onnx-part.ts';
import { type Message, message, messageBytes } from './protobuf.ts';

/** of ONNX's standard operators; 20 is the first with GELU */
const operatorSet = 20;
/** of the file format, the one that came with that operator set */
const formatVersion = 9;

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
  /**
   * What a loop gives, one turn below the other.
   *
   * @param count turns, ()
   * @param describe one turn, of the number that it has, (); each of its outputs has the same shape in every turn
   */
  readonly turns: (count: string, describe: (turn: string) => readonly { readonly name: string; readonly type: ElementType }[]) => string[];
  /**
   * A model that others wrote, once.
   *
   * @param inputs values by the names that the model has for them
   * @param outputs names that the model has for them
   */
  readonly part: (part: OnnxPart, inputs: { readonly [name: string]: string }, outputs: readonly string[]) => string[];
  readonly output: (name: string, value: string, type: ElementType, shape: readonly (number | string)[]) => void;
  /**
   * The model as the bytes of an `.onnx` file.
   *
   * @param metadata what readers of the file find as its metadata_props
   * @throws InputError for more than one file can hold, before any value is read
   */
  readonly finish: (metadata?: { readonly [key: string]: string }) => Promise<Uint8Array<ArrayBuffer>>;
}

/** Values that are not in the model's file, under the name that it has for their place. */
export interface ExternalValues {
  readonly path: string;
  readonly data: Uint8Array;
}

/** Files beside the model for what it cannot hold; they are filled when it is finished. */
export interface ExternalFiles {
  /** of the first; further ones have a number behind it */
  readonly name: string;
  readonly files: ExternalValues[];
  /** what is put into one file, the model or one beside it, at most; as much as fits unless given */
  readonly mostBytes?: number | undefined;
}

/** What a model's file can hold: a message of 2 GB, less some room. */
export const maxModelBytes = 2 ** 31 - 2 ** 26;

/** what a tensor of the file is worth keeping apart */
const smallBytes = 64;

interface Node {
  readonly outputs: readonly string[];
  /** what it reads, to give those of its outputs that are needed */
  readonly inputs: (needed: ReadonlySet<string>) => Iterable<string>;
  readonly message: (needed: ReadonlySet<string>) => Message | Uint8Array;
}

interface StoredTensor {
  /** everything but the values */
  readonly head: Message | Uint8Array;
  /** 0 where the head has the values */
  readonly bytes: number;
  readonly values?: () => Uint8Array | Promise<Uint8Array>;
}

/**
 * Starts an ONNX model. The format: onnx.proto of https://github.com/onnx/onnx.
 *
 * @param external where given as a list, larger constants are put there, each by itself, and only named in the model; as files, only if
 *   the model would be larger than one can be
 */
export function onnxGraph(name: string, external?: ExternalValues[] | ExternalFiles): OnnxGraph {
  const graph = message();
  const constants = new Map<string, string>();
  // of the graph, or of the turn of a loop that is being described
  let nodeList: Node[] = [];
  const tensors = new Map<string, StoredTensor>();
  const outputs: string[] = [];
  const operatorSets = new Map([['', operatorSet]]);
  const functions: Uint8Array[] = [];
  let format = formatVersion;
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
      const bytes = 4 * shape.reduce((product, axis) => product * axis, 1);
      tensors.set(value, { head: tensorHead(value, 'float32', shape), bytes, values: async () => bytesOf(await values) });
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
    turns(count, describe) {
      const outer = nodeList;
      nodeList = [];
      const [turn, goesOn] = [next(), next()];
      const results = describe(turn);
      const still = next();
      addNode('Identity', [goesOn], [still], {});
      const body = nodeList;
      nodeList = outer;
      const names = results.map(next);
      const wanted = (needed: ReadonlySet<string>) => results.filter((_, index) => needed.has(names[index]!));
      const nodesFor = (needed: ReadonlySet<string>) => usedNodes(body, [still, ...wanted(needed).map((result) => result.name)]);
      nodeList.push({
        outputs: names,
        inputs(needed) {
          const { nodes, read } = nodesFor(needed);
          const own = new Set([turn, goesOn, ...nodes.flatMap((node) => node.outputs)]);
          return [count, ...[...read].filter((value) => !own.has(value))];
        },
        message(needed) {
          const { nodes, read } = nodesFor(needed);
          const inner = message();
          for (const node of nodes) inner.bytes(1, node.message(read));
          inner.bytes(2, `one turn of ${names[0]}`);
          inner
            .bytes(11, valueInfo(turn, 'int64', []))
            .bytes(11, valueInfo(goesOn, 'bool', []))
            .bytes(12, valueInfo(still, 'bool', []));
          for (const { name: result, type } of wanted(needed)) inner.bytes(12, valueInfo(result, type));
          const shown = names.filter((value) => needed.has(value));
          // no condition: as many turns as are counted
          return nodeMessage('Loop', [count, ''], shown).bytes(
            5,
            message().bytes(1, 'body').bytes(6, inner).integer(20, attributeTypes.graph),
          );
        },
      });
      return names;
    },
    part(part, inputs, wanted) {
      for (const [input, value] of Object.entries(inputs)) addNode('Identity', [value], [`${part.prefix}${input}`], {});
      for (const node of part.nodes) nodeList.push({ outputs: node.outputs, inputs: () => node.inputs, message: () => node.bytes });
      for (const [value, { head, data }] of part.tensors)
        tensors.set(value, { head, bytes: data?.length ?? 0, ...(data && { values: () => data }) });
      for (const [domain, version] of part.operatorSets) operatorSets.set(domain, Math.max(version, operatorSets.get(domain) ?? 0));
      functions.push(...part.functions);
      format = Math.max(format, part.formatVersion);
      return wanted.map((output) => `${part.prefix}${output}`);
    },
    output(output, value, type, shape) {
      addNode('Identity', [value], [output], {});
      outputs.push(output);
      graph.bytes(12, valueInfo(output, type, shape));
    },
    async finish(metadata = {}) {
      const { nodes: used, read } = usedNodes(nodeList, outputs);
      const stored = [...tensors].filter(([value]) => read.has(value));
      const total = stored.reduce((sum, [, { bytes }]) => sum + bytes, 0);
      const files = external && !Array.isArray(external) ? external : undefined;
      const mostBytes = files?.mostBytes ?? maxModelBytes;
      if (!external && total > mostBytes) throw tooLarge(name, total);
      for (const node of used) graph.bytes(1, node.message(read));
      if (files && total > mostBytes) await writeApart(stored, files, mostBytes);
      else for (const [value, tensor] of stored) graph.bytes(5, await tensorMessage(value, tensor));
      const model = message().integer(1, format).bytes(2, 's3');
      for (const [domain, version] of operatorSets) model.bytes(8, message().bytes(1, domain).integer(2, version));
      model.bytes(7, graph.bytes(2, name));
      for (const [key, value] of Object.entries(metadata)) model.bytes(14, message().bytes(1, key).bytes(2, value));
      for (const bytes of functions) model.bytes(25, bytes);
      return messageBytes(model);
    },
  };

  function addNode(operator: string, inputs: readonly string[], given: readonly string[], attributes: Attributes) {
    const node = nodeMessage(operator, inputs, given);
    for (const [key, value] of Object.entries(attributes)) node.bytes(5, attributeMessage(key, value));
    nodeList.push({ outputs: given, inputs: () => inputs, message: () => node });
  }

  function constant(value: string, type: ElementType, shape: readonly number[], bytes: Uint8Array): string {
    tensors.set(value, { head: tensorHead(value, type, shape), bytes: bytes.length, values: () => bytes });
    return value;
  }

  async function tensorMessage(value: string, { head, bytes, values }: StoredTensor): Promise<Message> {
    const tensor = continued(head);
    if (!values) return tensor;
    const data = await values();
    if (Array.isArray(external) && bytes > smallBytes) {
      external.push({ path: value, data });
      return tensor.bytes(13, message().bytes(1, 'location').bytes(2, value)).integer(14, externally);
    }
    return tensor.bytes(9, data);
  }

  /** Fills as many files as are needed, each as large as one can be. */
  async function writeApart(stored: readonly [string, StoredTensor][], { name: first, files }: ExternalFiles, mostBytes: number) {
    const sizes: number[] = [];
    const places = stored.map(([, { bytes, values }]) => {
      if (!values || bytes <= smallBytes) return undefined;
      if (sizes.length === 0 || sizes.at(-1)! + bytes > mostBytes) sizes.push(0);
      const offset = sizes.at(-1)!;
      sizes[sizes.length - 1] = offset + bytes;
      return { file: sizes.length - 1, offset };
    });
    const made = sizes.map((size, index) => ({ path: index === 0 ? first : `${first}.${index}`, data: new Uint8Array(size) }));
    files.push(...made);
    for (const [index, [value, tensor]] of stored.entries()) {
      const place = places[index];
      if (!place) graph.bytes(5, await tensorMessage(value, tensor));
      else {
        const file = made[place.file]!;
        file.data.set(await tensor.values!(), place.offset);
        const entry = (key: string, text: string | number) => message().bytes(1, key).bytes(2, String(text));
        graph.bytes(
          5,
          continued(tensor.head)
            .bytes(13, entry('location', file.path))
            .bytes(13, entry('offset', place.offset))
            .bytes(13, entry('length', tensor.bytes))
            .integer(14, externally),
        );
      }
    }
  }
}

/** The nodes that outputs depend on, in their order, and all that they read: what nothing reads is left out, such as layers that nobody looks at. */
function usedNodes(nodes: readonly Node[], outputs: readonly string[]) {
  const read = new Set(outputs);
  const used = nodes.toReversed().filter((node) => {
    const isUsed = node.outputs.some((value) => read.has(value));
    if (isUsed) for (const value of node.inputs(read)) read.add(value);
    return isUsed;
  });
  return { nodes: used.reverse(), read };
}

function tooLarge(name: string, bytes: number): InputError {
  return new InputError(
    `the graph ${name}`,
    `${(bytes / 1e9).toFixed(1)} GB of weights`,
    'less than the 2 GB that one ONNX file can hold',
    'Name a file for the weights beside it.',
  );
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Float64Array | BigInt64Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** A message that begins with what is there. */
function continued(head: Message | Uint8Array): Message {
  return message(head instanceof Uint8Array ? [head] : head.parts);
}
