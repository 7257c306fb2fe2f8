import { isObject, type Pickled } from './unpickle.ts';

/** Settings as a file has them: numbers, texts, lists and dictionaries. */
export type PlainValue = null | boolean | number | string | readonly PlainValue[] | { readonly [name: string]: PlainValue };

const deepest = 50;

/** The plain data of what was unpickled: dictionaries and Namespaces by their names; anything else in them is left out. */
export function plainValue(value: Pickled | undefined, depth = 0): PlainValue | undefined {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return value;
  if (value === undefined || depth > deepest || value instanceof Uint8Array) return undefined;
  if (Array.isArray(value)) return value.map((entry) => plainValue(entry, depth + 1) ?? null);
  if (isObject(value)) return plainValue(value.state, depth + 1);
  if (!(value instanceof Map)) return undefined;
  const entries = [...value].map(([name, entry]) => [name, plainValue(entry, depth + 1)] as const);
  return Object.fromEntries(entries.filter(([name, entry]) => typeof name === 'string' && entry !== undefined) as [string, PlainValue][]);
}

/** A dictionary within dictionaries; empty where there is none. */
export function sectionOf(value: PlainValue | undefined, ...path: readonly string[]): { readonly [name: string]: PlainValue } {
  const isDictionary = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isDictionary) return {};
  const [name, ...rest] = path;
  const dictionary = value as { readonly [name: string]: PlainValue };
  if (name === undefined) return dictionary;
  return Object.hasOwn(dictionary, name) ? sectionOf(dictionary[name], ...rest) : {};
}
