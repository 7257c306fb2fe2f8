import { isMapping, type Mapping } from './assignment.ts';
import { isSection, missingValue, type SchemaNode, sectionFor } from './schema-node.ts';

/**
 * The given values with the schema's defaults under them, `???` where a mandatory one is missing.
 *
 * Sections merge key by key; everything else, lists too, is taken as given.
 */
export function completeSettings(node: SchemaNode, given: Mapping): Mapping {
  const base = isMapping(node.default) ? node.default : {};
  const { properties = {}, required = [] } = sectionFor(node, { ...base, ...given });
  const complete: { [key: string]: unknown } = {};
  for (const [key, child] of Object.entries(properties)) {
    const value = given[key];
    const withDefault = Object.hasOwn(base, key) ? { ...child, default: base[key] } : child;
    if (value !== undefined) complete[key] = isSection(child) && isMapping(value) ? completeSettings(withDefault, value) : value;
    else if (withDefault.default === undefined) {
      if (required.includes(key)) complete[key] = isSection(child) ? completeSettings(child, {}) : missingValue;
    } else {
      complete[key] = isSection(child) && isMapping(withDefault.default) ? completeSettings(withDefault, {}) : withDefault.default;
    }
  }
  for (const [key, value] of Object.entries(given)) if (!Object.hasOwn(properties, key)) complete[key] = value;
  return complete;
}
