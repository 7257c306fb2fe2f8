import { isMapping, type Mapping } from './assignment.ts';
import { missingValue } from './schema-node.ts';

const reference = /\\?\$\{([^{}]*)\}/g;
const settingPath = /^[A-Za-z_][\w-]*(\.[\w-]+)*$/;

/** A `${...}` that cannot be followed. */
export interface ReferenceProblem {
  /** the setting that has it */
  readonly path: readonly string[];
  /** what is wrong with its value, ready to follow "found" */
  readonly found: string;
  /** the setting it was to lead to */
  readonly target: readonly string[];
}

class DeadEnd extends Error {
  constructor(
    readonly found: string,
    readonly target: readonly string[],
  ) {
    super(found);
  }
}

/**
 * The values with every `${section.setting}` replaced by that setting's value.
 *
 * A value that is one reference and nothing else takes over the type, a section too;
 * inside a longer text the value is written out. `\${` stands for itself. A reference to
 * a missing value is missing as well.
 *
 * @param onProblem is told of each reference that cannot be followed; the value is then left as it is
 */
export function resolveReferences(values: Mapping, onProblem: (problem: ReferenceProblem) => void): Mapping {
  const at = (path: readonly string[]): unknown =>
    path.reduce<unknown>((inner, key) => (isMapping(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined), values);

  const follow = (target: string, visited: readonly string[]): unknown => {
    const keys = target.trim().split('.');
    if (!settingPath.test(target.trim())) {
      throw new DeadEnd(`a reference that is not understood, '\${${target}}'`, keys);
    }
    const found = at(keys);
    if (found === undefined) throw new DeadEnd(`a reference to ${keys.join('.')}, which has no value`, keys);
    const place = keys.join('.');
    const isWithin = (inner: string, outer: string) => inner === outer || inner.startsWith(`${outer}.`);
    if (visited.some((other) => isWithin(other, place))) {
      throw new DeadEnd(`references in a circle: ${[...visited, place].join(' -> ')}`, keys);
    }
    return resolve(found, keys, [...visited, place]);
  };

  const resolve = (value: unknown, path: readonly string[], visited: readonly string[]): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => resolve(item, [...path, String(index)], visited));
    if (isMapping(value)) {
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, resolve(inner, [...path, key], [...visited, [...path, key].join('.')])]),
      );
    }
    if (typeof value !== 'string') return value;
    const whole = /^\$\{([^{}]*)\}$/.exec(value);
    if (whole) return follow(whole[1]!, visited);
    let missing = false;
    const text = value.replace(reference, (match, target: string) => {
      if (match.startsWith('\\')) return match.slice(1);
      const found = follow(target, visited);
      missing ||= found === missingValue;
      return typeof found === 'string' ? found : JSON.stringify(found);
    });
    return missing ? missingValue : text;
  };

  const guarded = (value: unknown, path: readonly string[]): unknown => {
    if (isMapping(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, guarded(inner, [...path, key])]));
    try {
      return resolve(value, path, [path.join('.')]);
    } catch (error) {
      if (!(error instanceof DeadEnd)) throw error;
      onProblem({ path, found: error.found, target: error.target });
      return value;
    }
  };
  return guarded(values, []) as Mapping;
}
