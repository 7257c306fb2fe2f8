import { fieldsOf, type Message, message, messageBytes } from '@s3/interface/graph';

/** The oldest set of ONNX's operators that can be made newer; 20 is what graphs of ours are written in. */
export const oldestOperatorSet = 11;

/** operators that a newer set understands otherwise, and the first such set; what has only learned more types is none of them */
const reductions = ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'SumSquare'].map((name) => `Reduce${name}`);
const axesAsInput = new Map([
  ...reductions.map((name) => [name, 18] as const),
  ...['ReduceSum', 'Squeeze', 'Unsqueeze'].map((name) => [name, 13] as const),
]);
const overLast = ['Softmax', 'LogSoftmax', 'Hardmax'];
/** of image and signal processing, whose newer forms mean something else */
const unlike = new Map([
  ['RoiAlign', 16],
  ['DFT', 20],
  ['GridSample', 20],
]);

interface OldNode {
  readonly operator: string;
  readonly domain: string;
  readonly inputs: string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Uint8Array>;
}

/**
 * A node as operator set 20 and later ones have it: itself, or those that do the same.
 *
 * @param constant adds whole numbers to the model; gives their name
 * @param refused makes the error for what cannot be made newer
 */
export function renewedNodes(
  bytes: Uint8Array,
  version: number,
  constant: (values: readonly number[], shape?: readonly number[]) => string,
  refused: (found: string) => Error,
): readonly Uint8Array[] {
  const node = version < 20 ? oldNode(bytes) : undefined;
  if (!node || !['', 'ai.onnx'].includes(node.domain)) return [bytes];
  const { operator, inputs, outputs, attributes } = node;
  const written = (given: readonly string[], left: readonly string[], added: readonly Message[] = []) => [
    messageBytes(newNode(operator, given, outputs, attributes, left, added)),
  ];
  if (version < (unlike.get(operator) ?? 0)) throw refused(`the operator ${operator} as set ${version} has it`);
  if (version < (axesAsInput.get(operator) ?? 0)) {
    const axes = attributes.get('axes');
    return axes ? written([inputs[0]!, constant(wholeNumbers(axes))], ['axes']) : [bytes];
  }
  if (operator === 'Split' && version < 18) {
    const sizes = attributes.get('split');
    if (sizes) return written([inputs[0]!, constant(wholeNumbers(sizes))], ['split']);
    return inputs.length > 1 ? [bytes] : written(inputs, [], [wholeNumber('num_outputs', outputs.length)]);
  }
  if (operator === 'Dropout' && version < 12) {
    if (outputs.length > 1) throw refused(`the operator Dropout with a mask as set ${version} has it`);
    return [messageBytes(newNode('Identity', inputs, outputs))];
  }
  if (operator === 'BatchNormalization' && version < 14 && outputs.length > 1) throw refused('a BatchNormalization that is trained');
  if (overLast.includes(operator) && version < 13) {
    const [x, y] = [inputs[0]!, outputs[0]!];
    const axis = attributes.has('axis') ? wholeNumbers(attributes.get('axis')!)[0]! : 1;
    if (axis === -1) return [bytes];
    // over all axes from that one on, as one
    const [flat, made, shape] = ['flat', 'made', 'shape'].map((name) => `${y} ${name}`) as [string, string, string];
    return [
      newNode('Flatten', [x], [flat], new Map(), [], [wholeNumber('axis', axis)]),
      newNode(operator, [flat], [made], new Map(), [], [wholeNumber('axis', -1)]),
      newNode('Shape', [x], [shape]),
      newNode('Reshape', [made, shape], [y]),
    ].map(messageBytes);
  }
  return [bytes];
}

function oldNode(bytes: Uint8Array): OldNode {
  const texts = new Map<number, string[]>([1, 2, 4, 7].map((field) => [field, []]));
  const attributes = new Map<string, Uint8Array>();
  for (const { field, value } of fieldsOf(bytes)) {
    if (field === 5) attributes.set(nameOf(value as Uint8Array), value as Uint8Array);
    else texts.get(field)?.push(new TextDecoder().decode(value as Uint8Array));
  }
  const [inputs, outputs, [operator = ''], [domain = '']] = [1, 2, 4, 7].map((field) => texts.get(field)!) as [
    string[],
    string[],
    string[],
    string[],
  ];
  return { inputs, outputs, operator, domain, attributes };
}

function newNode(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: ReadonlyMap<string, Uint8Array> = new Map(),
  left: readonly string[] = [],
  added: readonly Message[] = [],
): Message {
  const node = message();
  for (const input of inputs) node.bytes(1, input);
  for (const output of outputs) node.bytes(2, output);
  node.bytes(3, `${operator} ${outputs[0]}`).bytes(4, operator);
  for (const [name, attribute] of attributes) if (!left.includes(name)) node.bytes(5, attribute);
  for (const attribute of added) node.bytes(5, attribute);
  return node;
}

const wholeNumber = (name: string, value: number) => message().bytes(1, name).integer(3, value).integer(20, 2);

function nameOf(attribute: Uint8Array): string {
  for (const { field, value } of fieldsOf(attribute)) if (field === 1) return new TextDecoder().decode(value as Uint8Array);
  return '';
}

/** One number, or a list, which is written number by number or packed. */
function wholeNumbers(attribute: Uint8Array): number[] {
  return [...fieldsOf(attribute)].flatMap(({ field, value }) => {
    if (field !== 3 && field !== 8) return [];
    return typeof value === 'bigint' ? [Number(value)] : packed(value);
  });
}

function packed(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  let [value, shift] = [0n, 0n];
  for (const byte of bytes) {
    value |= BigInt(byte & 127) << shift;
    shift += 7n;
    if (byte < 128) {
      numbers.push(Number(BigInt.asIntN(64, value)));
      [value, shift] = [0n, 0n];
    }
  }
  return numbers;
}
