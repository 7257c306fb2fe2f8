import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '@s3/interface';
import { fieldsOf, message, messageBytes, type OnnxPart, type OnnxPartNode, type OnnxPartTensor } from '@s3/interface/graph';
import { oldestOperatorSet, renewedNodes } from './operator-sets.ts';

/** numbers of the fields, from onnx.proto */
const ofModel = { formatVersion: 1, graph: 7, operatorSet: 8, functions: 25 } as const;
const ofGraph = { node: 1, initializer: 5, input: 11, output: 12, valueInfo: 13, sparse: 15 } as const;
const ofNode = { input: 1, output: 2, name: 3, attribute: 5 } as const;
const ofAttribute = { graph: 6, graphs: 11 } as const;
const ofTensor = { name: 8, raw: 9, external: 13, location: 14 } as const;

const text = (bytes: bigint | Uint8Array) => new TextDecoder().decode(bytes as Uint8Array);

/**
 * Reads an ONNX file so that it can become part of another graph: each name with a prefix, weights apart, what lies in files beside it read,
 * and operators whose meaning has changed as the newer ones have it.
 *
 * @throws InputError for a file that is no ONNX model, or whose operators cannot be made newer
 */
export function onnxPart(path: string, prefix: string): OnnxPart {
  try {
    return part(path, prefix);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InputError(path, error.message, 'an ONNX model', 'Check that the file is whole.', { cause: error });
  }
}

function part(path: string, prefix: string): OnnxPart {
  const operatorSets = new Map<string, number>();
  const functions: Uint8Array[] = [];
  const tensors = new Map<string, OnnxPartTensor>();
  const nodes: OnnxPartNode[] = [];
  let graph: Uint8Array | undefined;
  let formatVersion = 0;
  for (const { field, value } of fieldsOf(readFileSync(path))) {
    if (field === ofModel.formatVersion) formatVersion = Number(value);
    if (field === ofModel.graph) graph = value as Uint8Array;
    if (field === ofModel.functions) functions.push(value as Uint8Array);
    if (field === ofModel.operatorSet) {
      const entries = new Map([...fieldsOf(value as Uint8Array)].map((entry) => [entry.field, entry.value]));
      const domain = entries.has(1) ? text(entries.get(1)!) : '';
      operatorSets.set(domain === 'ai.onnx' ? '' : domain, Number(entries.get(2) ?? 1));
    }
  }
  if (!graph) throw new RangeError('no graph');
  const version = operatorSets.get('') ?? oldestOperatorSet;
  if (version < oldestOperatorSet) {
    throw new InputError(
      path,
      `operators of set ${version}`,
      `set ${oldestOperatorSet} or newer, to be part of an exported graph`,
      `Convert it once, in Python: onnx.version_converter.convert_version(onnx.load('${path}'), 17).`,
    );
  }
  /** files beside the model */
  const opened = new Map<string, Uint8Array>();
  let constants = 0;
  /** adds what an older operator had as an attribute */
  const constant = (values: readonly number[], shape: readonly number[] = [values.length]): string => {
    const name = `added ${constants++}`;
    const head = message();
    for (const axis of shape) head.integer(1, axis);
    head.integer(2, 7).bytes(ofTensor.name, `${prefix}${name}`);
    tensors.set(`${prefix}${name}`, { head: messageBytes(head), data: new Uint8Array(BigInt64Array.from(values, BigInt).buffer) });
    return name;
  };
  for (const { field, value } of fieldsOf(graph)) {
    if (field === ofGraph.node) for (const node of renewed(value as Uint8Array)) nodes.push(node);
    if (field === ofGraph.initializer) {
      const { name, ...tensor } = storedTensor(value as Uint8Array);
      tensors.set(name, tensor);
    }
    if (field === ofGraph.sparse) throw notTaken(path, 'sparse weights');
  }
  return { prefix, nodes, tensors, operatorSets: operatorSets.set('', version), formatVersion, functions };

  function renewed(bytes: Uint8Array): OnnxPartNode[] {
    return renewedNodes(bytes, version, constant, (found) => notTaken(path, found)).map(prefixedNode);
  }

  function prefixedNode(bytes: Uint8Array): OnnxPartNode {
    const [inputs, outputs, inner]: [string[], string[], string[]] = [[], [], []];
    const node = message();
    for (const { field, value, bytes: whole } of fieldsOf(bytes)) {
      if (field === ofNode.input || field === ofNode.output) {
        // an optional one that is left out has no name
        const name = (value as Uint8Array).length === 0 ? '' : `${prefix}${text(value)}`;
        if (name !== '') (field === ofNode.input ? inputs : outputs).push(name);
        node.bytes(field, name);
      } else if (field === ofNode.name) node.bytes(field, `${prefix}${text(value)}`);
      else if (field === ofNode.attribute) node.bytes(field, prefixedAttribute(value as Uint8Array, inner));
      else node.raw(whole);
    }
    return { inputs: [...inputs, ...inner], outputs, bytes: messageBytes(node) };
  }

  /** @param read takes the names that graphs inside of it read */
  function prefixedAttribute(bytes: Uint8Array, read: string[]) {
    const attribute = message();
    for (const { field, value, bytes: whole } of fieldsOf(bytes)) {
      if (field === ofAttribute.graph || field === ofAttribute.graphs) attribute.bytes(field, prefixedGraph(value as Uint8Array, read));
      else attribute.raw(whole);
    }
    return attribute;
  }

  /** A graph inside of a node: it reads names of the graph around it, too. */
  function prefixedGraph(bytes: Uint8Array, read: string[]) {
    const inner = message();
    for (const { field, value, bytes: whole } of fieldsOf(bytes)) {
      if (field === ofGraph.node) {
        for (const node of renewed(value as Uint8Array)) {
          read.push(...node.inputs);
          inner.bytes(field, node.bytes);
        }
      } else if (field === ofGraph.initializer) {
        const { head, data } = storedTensor(value as Uint8Array);
        const tensor = message([head]);
        inner.bytes(field, data ? tensor.bytes(ofTensor.raw, data) : tensor);
      } else if (field === ofGraph.input || field === ofGraph.output) inner.bytes(field, prefixedValue(value as Uint8Array));
      else if (field === ofGraph.sparse) throw notTaken(path, 'sparse weights');
      // shapes of values in between are a help that may be missing
      else if (field !== ofGraph.valueInfo) inner.raw(whole);
    }
    return inner;
  }

  function prefixedValue(bytes: Uint8Array) {
    const info = message();
    for (const { field, value, bytes: whole } of fieldsOf(bytes)) {
      if (field === 1) info.bytes(1, `${prefix}${text(value)}`);
      else info.raw(whole);
    }
    return info;
  }

  function storedTensor(bytes: Uint8Array): OnnxPartTensor & { readonly name: string } {
    const head = message();
    const place = new Map<string, string>();
    let name = '';
    let data: Uint8Array | undefined;
    for (const { field, value, bytes: whole } of fieldsOf(bytes)) {
      if (field === ofTensor.name) {
        name = `${prefix}${text(value)}`;
        head.bytes(field, name);
      } else if (field === ofTensor.raw) data = value as Uint8Array;
      else if (field === ofTensor.external) {
        const [key, entry] = [...fieldsOf(value as Uint8Array)].map((each) => text(each.value));
        place.set(key!, entry ?? '');
      } else if (field !== ofTensor.location) head.raw(whole);
    }
    if (place.has('location')) data = fileBeside(place);
    return { name, head: messageBytes(head), ...(data && { data }) };
  }

  function fileBeside(place: ReadonlyMap<string, string>): Uint8Array {
    const file = join(dirname(path), place.get('location')!);
    const offset = Number(place.get('offset') ?? 0);
    let bytes = opened.get(file);
    if (!bytes) {
      try {
        bytes = readFileSync(file);
      } catch (error) {
        throw new InputError(
          file,
          `no file that can be read (${(error as Error).message})`,
          `the weights of ${path}`,
          'Put it beside the model.',
          {
            cause: error,
          },
        );
      }
      opened.set(file, bytes);
    }
    return bytes.subarray(offset, place.has('length') ? offset + Number(place.get('length')) : undefined);
  }
}

function notTaken(path: string, found: string): InputError {
  return new InputError(
    path,
    found,
    'what can be part of an exported graph',
    'Convert the model to a newer set of operators first, in Python: onnx.version_converter; or join the two in the program that runs them.',
  );
}
