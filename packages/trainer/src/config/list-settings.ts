import { isMapping } from './assignment.ts';
import { alternatives, isSection, type SchemaNode } from './schema-node.ts';

/** One value that a user may give. */
export interface Setting {
  /** the names of its sections, then its own */
  readonly path: readonly string[];
  readonly node: SchemaNode;
  /** undefined where there is none */
  readonly default: unknown;
  readonly mandatory: boolean;
}

/** Every setting of a schema, in its order; those of all alternatives where a section has several. */
export function listSettings(root: SchemaNode, path: readonly string[] = []): readonly Setting[] {
  const settings = new Map<string, Setting>();
  const base = isMapping(root.default) ? root.default : {};
  for (const { properties = {}, required = [] } of alternatives(root)) {
    for (const [key, child] of Object.entries(properties)) {
      const node = Object.hasOwn(base, key) ? { ...child, default: base[key] } : child;
      const inner = isSection(node)
        ? listSettings(node, [...path, key])
        : [{ path: [...path, key], node, default: node.default, mandatory: required.includes(key) && node.default === undefined }];
      for (const setting of inner) if (!settings.has(setting.path.join('.'))) settings.set(setting.path.join('.'), setting);
    }
  }
  return [...settings.values()];
}
