import { isObject, type Pickled } from './unpickle.ts';

/** Settings as a file has them: numbers, texts, lists and dictionaries. */
export type PlainValue = null | boolean | number | string | readonly PlainValue[] | { readonly [name: string]: PlainValue };

/** far more than any settings have; values may share parts, and then be endless, or as good as that */
const most = 100_000;
const deepest = 50;

/** The plain data of what was unpickled: dictionaries, Namespaces and OmegaConf's by their names; anything else in them is left out, and so is what no settings have room for. */
export function plainValue(value: Pickled | undefined): PlainValue | undefined {
  let left = most;
  return plain(value, 0);

  function plain(part: Pickled | undefined, depth: number): PlainValue | undefined {
    left -= 1;
    if (part === null || typeof part === 'boolean' || typeof part === 'number' || typeof part === 'string') return part;
    if (part === undefined || depth > deepest || left < 0 || part instanceof Uint8Array) return undefined;
    if (Array.isArray(part)) return part.slice(0, left).map((entry) => plain(entry, depth + 1) ?? null);
    if (isObject(part)) return plain(contentOf(part.state), depth + 1);
    if (!(part instanceof Map)) return undefined;
    const entries: [string, PlainValue][] = [];
    for (const [name, entry] of part) {
      if (left < 0) break;
      const known = typeof name === 'string' ? plain(entry, depth + 1) : undefined;
      if (known !== undefined) entries.push([name as string, known]);
    }
    return Object.fromEntries(entries);
  }
}

/** Of what OmegaConf keeps a setting in, the setting: beside it is the way up to all others. */
function contentOf(state: Pickled | undefined): Pickled | undefined {
  if (!(state instanceof Map) || !state.has('_metadata')) return state;
  return state.get('_content') ?? state.get('_val');
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
