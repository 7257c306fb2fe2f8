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
export type Pickled = null | boolean | number | string | Pickled[] | Map<Pickled, Pickled> | PickledGlobal | PersistentId | PickledCall;

/** Found something in a pickle that is not plain data. */
export class UnpickleError extends Error {
  override readonly name = 'UnpickleError';
}

const mark = Symbol('mark');
type Entry = Pickled | typeof mark;

const emptyDictionaries = new Set(['collections OrderedDict', 'builtins dict', '__builtin__ dict']);

/**
 * Reads a pickle of plain data: numbers, texts, lists, tuples and dictionaries.
 *
 * A pickle is a program for a machine with a stack, which can call any function. This one
 * calls none: the allowed ones are handed back as data, and everything else is refused.
 *
 * @param allowed functions and types that may be named, as 'module name'
 * @throws UnpickleError for anything else, and for a program that is damaged
 */
export function unpickle(bytes: Uint8Array, allowed: ReadonlySet<string>): Pickled {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: Entry[] = [];
  const memo = new Map<number, Pickled>();
  let at = 0;

  const take = (length: number): number => {
    if (length < 0 || at + length > bytes.length) throw new UnpickleError('it is cut short');
    at += length;
    return at - length;
  };
  const byte = () => bytes[take(1)]!;
  const word = () => view.getUint16(take(2), true);
  const double = () => view.getUint32(take(4), true);
  const text = (length: number) => new TextDecoder().decode(bytes.subarray(take(length), at));
  const line = () => {
    const end = bytes.indexOf(10, at);
    if (end < 0) throw new UnpickleError('it is cut short');
    const value = text(end - at);
    take(1);
    return value;
  };
  const size = () => {
    const length = view.getBigUint64(take(8), true);
    if (length > BigInt(bytes.length)) throw new UnpickleError('it is cut short');
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
    if (!allowed.has(global) && !emptyDictionaries.has(global)) throw new UnpickleError(`it names ${module}.${name}`);
    return { global };
  };
  const list = (value: Pickled): Pickled[] => {
    if (!Array.isArray(value)) throw new UnpickleError('it appends to what is no list');
    return value;
  };
  const setItems = (items: readonly Pickled[]) => {
    const target = pop();
    if (!(target instanceof Map) || items.length % 2 !== 0) throw new UnpickleError('it sets items of what is no dictionary');
    for (let index = 0; index < items.length; index += 2) target.set(items[index]!, items[index + 1]!);
    stack.push(target);
  };
  const called = (callee: Pickled, given: Pickled): Pickled => {
    if (callee === null || typeof callee !== 'object' || !('global' in callee)) throw new UnpickleError('it calls what is no function');
    if (!emptyDictionaries.has(callee.global)) return { call: callee.global, arguments: list(given) };
    if (list(given).length > 0) throw new UnpickleError('it makes a dictionary out of something');
    return new Map();
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
    71: () => void stack.push(view.getFloat64(take(8), false)), // BINFLOAT
    88: () => void stack.push(text(double())), // BINUNICODE
    140: () => void stack.push(text(byte())), // SHORT_BINUNICODE
    141: () => void stack.push(text(size())), // BINUNICODE8
    85: () => void stack.push(text(byte())), // SHORT_BINSTRING
    84: () => void stack.push(text(double())), // BINSTRING
    93: () => void stack.push([]), // EMPTY_LIST
    41: () => void stack.push([]), // EMPTY_TUPLE
    125: () => void stack.push(new Map()), // EMPTY_DICT
    116: () => void stack.push(popToMark()), // TUPLE
    133: () => void stack.push([pop()]), // TUPLE1
    134: () => void stack.push([pop(), pop()].reverse()), // TUPLE2
    135: () => void stack.push([pop(), pop(), pop()].reverse()), // TUPLE3
    97: () => {
      const value = pop(); // APPEND
      const target = list(pop());
      target.push(value);
      stack.push(target);
    },
    101: () => {
      const values = popToMark(); // APPENDS
      const target = list(pop());
      for (const value of values) target.push(value);
      stack.push(target);
    },
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
    81: () => void stack.push({ persistentId: pop() }), // BINPERSID
    82: () => {
      const given = pop(); // REDUCE
      stack.push(called(pop(), given));
    },
    98: () => {
      const state = pop(); // BUILD: the attributes of a dictionary, such as a state_dict's versions, are passed over
      if (!(state instanceof Map) || !(stack.at(-1) instanceof Map))
        throw new UnpickleError('it gives attributes to what is no dictionary');
    },
  };

  for (;;) {
    const code = byte();
    if (code === 0x2e) return pop(); // STOP
    const operation = operations[code];
    if (!operation) throw new UnpickleError(`it has the instruction 0x${code.toString(16)}, which plain data do not need`);
    operation();
  }
}
