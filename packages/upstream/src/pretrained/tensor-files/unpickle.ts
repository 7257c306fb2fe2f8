/** A value of another module that a pickle names, such as a storage type. */
export interface PickledGlobal {
  readonly global: string;
}
/** What a pickle gets from outside itself, by an id of its own making. */
export interface PersistentId {
  readonly persistentId: Pickled;
}
/** A call of one of the allowed functions, not made. */
export interface PickledCall {
  readonly call: string;
  readonly arguments: readonly Pickled[];
}
/** An object of another class, as far as the pickle describes it; it is not made. */
export interface PickledObject {
  /** its class, or the function that would make it, as 'module name' */
  readonly object: string;
  readonly arguments: readonly Pickled[];
  /** its attributes, mostly */
  state: Pickled;
}
export type Pickled =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | Pickled[]
  | Map<Pickled, Pickled>
  | PickledGlobal
  | PersistentId
  | PickledCall
  | PickledObject;

/** What a pickle may hold beside plain data. */
export interface UnpickleRules {
  /** functions and types that may be named, as 'module name' */
  readonly allowed: ReadonlySet<string>;
  /** objects of any other class are described; otherwise they are refused */
  readonly describesObjects?: boolean;
}

/** Found something in a pickle that is not plain data. */
export class UnpickleError extends Error {
  override readonly name = 'UnpickleError';
}

/** Ends before its program does. */
export class CutShortError extends UnpickleError {}

const mark = Symbol('mark');
type Entry = Pickled | typeof mark;

const emptyDictionaries = new Set(['collections OrderedDict', 'builtins dict', '__builtin__ dict']);

/** The value of one pickle that fills all bytes; see `unpickleNext`. */
export function unpickle(bytes: Uint8Array, rules: UnpickleRules): Pickled {
  return unpickleNext(bytes, 0, rules).value;
}

/**
 * Reads a pickle of plain data: numbers, texts, lists, tuples and dictionaries.
 *
 * A pickle is a program for a machine with a stack, which can call any function. This one
 * calls none: the allowed ones, and objects where they may be described, are handed back as data, and everything else is refused.
 *
 * @param start where it begins
 * @returns its value, where it ends, and all that it wants from outside itself
 * @throws UnpickleError for anything else, and for a program that is damaged
 */
export function unpickleNext(
  bytes: Uint8Array,
  start: number,
  { allowed, describesObjects = false }: UnpickleRules,
): { readonly value: Pickled; readonly end: number; readonly persistentIds: readonly Pickled[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: Entry[] = [];
  const memo = new Map<number, Pickled>();
  const persistentIds: Pickled[] = [];
  let at = start;

  const take = (length: number): number => {
    if (length < 0 || at + length > bytes.length) throw new CutShortError('it is cut short');
    at += length;
    return at - length;
  };
  const byte = () => bytes[take(1)]!;
  const word = () => view.getUint16(take(2), true);
  const double = () => view.getUint32(take(4), true);
  const text = (length: number) => new TextDecoder().decode(bytes.subarray(take(length), at));
  const binary = (length: number) => bytes.slice(take(length), at);
  const line = () => {
    const end = bytes.indexOf(10, at);
    if (end < 0) throw new CutShortError('it is cut short');
    const value = text(end - at);
    take(1);
    return value;
  };
  const size = () => {
    const length = view.getBigUint64(take(8), true);
    if (length > BigInt(bytes.length)) throw new CutShortError('it is cut short');
    return Number(length);
  };
  const pop = (): Pickled => {
    const value = stack.pop();
    if (value === undefined || value === mark) throw new UnpickleError('its stack is empty');
    return value;
  };
  const popToMark = (): Pickled[] => {
    const start = stack.lastIndexOf(mark);
    if (start < 0) throw new UnpickleError('it has no mark');
    return stack.splice(start).slice(1) as Pickled[];
  };
  const recall = (index: number): Pickled => {
    if (!memo.has(index)) throw new UnpickleError('it recalls what it has not stored');
    return memo.get(index)!;
  };
  const store = (index: number) => {
    const value = pop();
    memo.set(index, value);
    stack.push(value);
  };
  const named = (module: string, name: string): PickledGlobal => {
    const global = `${module} ${name}`;
    if (!describesObjects && !allowed.has(global) && !emptyDictionaries.has(global)) throw new UnpickleError(`it names ${module}.${name}`);
    return { global };
  };
  const list = (value: Pickled): Pickled[] => {
    if (!Array.isArray(value)) throw new UnpickleError('it appends to what is no list');
    return value;
  };
  const setItems = (items: readonly Pickled[]) => {
    const target = pop();
    // those of a dictionary of another class are passed over
    if (isObject(target)) return void stack.push(target);
    if (!(target instanceof Map) || items.length % 2 !== 0) throw new UnpickleError('it sets items of what is no dictionary');
    for (let index = 0; index < items.length; index += 2) target.set(items[index]!, items[index + 1]!);
    stack.push(target);
  };
  const called = (callee: Pickled, given: Pickled): Pickled => {
    if (callee === null || typeof callee !== 'object' || !('global' in callee)) throw new UnpickleError('it calls what is no function');
    const { global } = callee;
    if (allowed.has(global)) return { call: global, arguments: list(given) };
    if (emptyDictionaries.has(global) && list(given).length === 0) return new Map();
    if (!describesObjects) throw new UnpickleError('it makes a dictionary out of something');
    return { object: global, arguments: list(given), state: null };
  };
  const append = (values: readonly Pickled[]) => {
    const target = pop();
    if (!isObject(target)) for (const value of values) list(target).push(value);
    stack.push(target);
  };
  const made = (given: Pickled) => {
    if (!describesObjects) throw unneeded(0x81);
    stack.push(called(pop(), given));
  };
  const longInteger = (length: number): number => {
    const start = take(length);
    let value = 0n;
    for (let index = 0; index < length; index++) value |= BigInt(bytes[start + index]!) << BigInt(8 * index);
    return Number(BigInt.asIntN(8 * length, value));
  };

  const operations: { readonly [code: number]: () => void } = {
    128: () => void byte(), // PROTO
    149: () => void take(8), // FRAME
    40: () => void stack.push(mark), // MARK
    48: () => void pop(), // POP
    49: () => void popToMark(), // POP_MARK
    78: () => void stack.push(null), // NONE
    136: () => void stack.push(true), // NEWTRUE
    137: () => void stack.push(false), // NEWFALSE
    74: () => void stack.push(view.getInt32(take(4), true)), // BININT
    75: () => void stack.push(byte()), // BININT1
    77: () => void stack.push(word()), // BININT2
    138: () => void stack.push(longInteger(byte())), // LONG1
    139: () => void stack.push(longInteger(double())), // LONG4
    71: () => void stack.push(view.getFloat64(take(8), false)), // BINFLOAT
    88: () => void stack.push(text(double())), // BINUNICODE
    140: () => void stack.push(text(byte())), // SHORT_BINUNICODE
    141: () => void stack.push(text(size())), // BINUNICODE8
    85: () => void stack.push(text(byte())), // SHORT_BINSTRING
    84: () => void stack.push(text(double())), // BINSTRING
    67: () => void stack.push(binary(byte())), // SHORT_BINBYTES
    66: () => void stack.push(binary(double())), // BINBYTES
    93: () => void stack.push([]), // EMPTY_LIST
    41: () => void stack.push([]), // EMPTY_TUPLE
    125: () => void stack.push(new Map()), // EMPTY_DICT
    116: () => void stack.push(popToMark()), // TUPLE
    133: () => void stack.push([pop()]), // TUPLE1
    134: () => void stack.push([pop(), pop()].reverse()), // TUPLE2
    135: () => void stack.push([pop(), pop(), pop()].reverse()), // TUPLE3
    97: () => append([pop()]), // APPEND
    101: () => append(popToMark()), // APPENDS
    115: () => setItems([pop(), pop()].reverse()), // SETITEM
    117: () => setItems(popToMark()), // SETITEMS
    113: () => store(byte()), // BINPUT
    114: () => store(double()), // LONG_BINPUT
    148: () => store(memo.size), // MEMOIZE
    104: () => void stack.push(recall(byte())), // BINGET
    106: () => void stack.push(recall(double())), // LONG_BINGET
    99: () => void stack.push(named(line(), line())), // GLOBAL
    147: () => {
      const name = pop(); // STACK_GLOBAL
      const module = pop();
      if (typeof module !== 'string' || typeof name !== 'string') throw new UnpickleError('it names what is no name');
      stack.push(named(module, name));
    },
    81: () => {
      const persistentId = pop(); // BINPERSID
      persistentIds.push(persistentId);
      stack.push({ persistentId });
    },
    82: () => {
      const given = pop(); // REDUCE
      stack.push(called(pop(), given));
    },
    129: () => made(pop()), // NEWOBJ
    98: () => {
      const state = pop(); // BUILD: the attributes of a dictionary, such as a state_dict's versions, are passed over
      const target = stack.at(-1);
      if (target !== undefined && target !== mark && isObject(target)) {
        target.state = state;
        return;
      }
      if (describesObjects && target instanceof Map) return;
      if (!(state instanceof Map) || !(stack.at(-1) instanceof Map))
        throw new UnpickleError('it gives attributes to what is no dictionary');
    },
  };

  for (;;) {
    const code = byte();
    if (code === 0x2e) return { value: pop(), end: at, persistentIds }; // STOP
    const operation = operations[code];
    if (!operation) throw unneeded(code);
    operation();
  }
}

const unneeded = (code: number) => new UnpickleError(`it has the instruction 0x${code.toString(16)}, which plain data do not need`);

/** Whether a value stands for an object of another class. */
export const isObject = (value: Pickled): value is PickledObject => typeof value === 'object' && value !== null && 'object' in value;
