/** Named values, possibly of further mappings. */
export type Mapping = { readonly [key: string]: unknown };

/** One value given to one setting. */
export interface Assignment {
  /** the names of its sections, then its own */
  readonly path: readonly string[];
  readonly value: unknown;
  /** as typed on the command line, where what it means depends on the setting's type */
  readonly text?: string;
  /** whether nothing was typed behind its name */
  readonly isBare?: boolean;
  /** where it was given: `exp/asv.yaml:12`, `command line` */
  readonly origin: string;
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The values in a mapping, one assignment for each; lists and empty mappings are values.
 *
 * @param originOf where the value of this path was given
 */
export function assignmentsOf(
  path: readonly string[],
  value: unknown,
  originOf: (path: readonly string[]) => string,
): readonly Assignment[] {
  if (!isMapping(value) || Object.keys(value).length === 0) return [{ path, value, origin: originOf(path) }];
  return Object.entries(value).flatMap(([key, inner]) => assignmentsOf([...path, key], inner, originOf));
}

/** The last value of each setting, and where it came from. */
export interface Assigned {
  readonly assign: (assignment: Assignment) => void;
  readonly values: () => Mapping;
  /** of a setting, or of a section that was given as a whole */
  readonly originOf: (path: readonly string[]) => string | undefined;
}

/** Later assignments win; a mapping merges into what is there, anything else replaces it. */
export function assigned(): Assigned {
  const entries = new Map<string, Assignment>();
  const keyOf = (path: readonly string[]) => path.join('\u0000');
  return {
    assign(assignment) {
      const key = keyOf(assignment.path);
      const isBelow = (inner: string, outer: string) => inner.startsWith(`${outer}\u0000`);
      const isEmpty = isMapping(assignment.value);
      if (isEmpty && [...entries.keys()].some((other) => isBelow(other, key))) return;
      for (const other of [...entries.keys()]) if (other === key || isBelow(other, key) || isBelow(key, other)) entries.delete(other);
      entries.set(key, assignment);
    },
    values() {
      const tree: { [key: string]: unknown } = {};
      for (const { path, value } of entries.values()) {
        let section = tree;
        for (const key of path.slice(0, -1)) {
          section[key] ??= {};
          section = section[key] as { [key: string]: unknown };
        }
        section[path.at(-1)!] = value;
      }
      return tree;
    },
    originOf(path) {
      for (let length = path.length; length > 0; length--) {
        const entry = entries.get(keyOf(path.slice(0, length)));
        if (entry) return entry.origin;
      }
      return undefined;
    },
  };
}
