import { z } from 'zod';

/** One setting or section of a schema, as JSON Schema has it. */
export interface SchemaNode {
  /** several where they differ in nothing else, such as text or null */
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly properties?: { readonly [key: string]: SchemaNode };
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | SchemaNode;
  readonly items?: boolean | SchemaNode;
  readonly prefixItems?: readonly SchemaNode[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
}

/** Stands for a mandatory value that nobody has given yet. */
export const missingValue = '???';

/** What a schema takes as its input. */
export function schemaNode(schema: z.ZodType): SchemaNode {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as SchemaNode;
}

/** The forms that a value may have: one, or those of a union. */
export function alternatives(node: SchemaNode): readonly SchemaNode[] {
  const union = node.anyOf ?? node.oneOf;
  if (union) return union.flatMap(alternatives);
  return Array.isArray(node.type) ? node.type.map((type: string) => ({ ...node, type })) : [node];
}

/** Whether the node holds further settings, each with a name of its own. */
export function isSection(node: SchemaNode): boolean {
  return alternatives(node).some(({ properties }) => properties !== undefined);
}

export function accepts(node: SchemaNode, type: 'string' | 'number' | 'boolean' | 'array' | 'null' | 'object'): boolean {
  return alternatives(node).some(
    (alternative) => alternative.type === type || (type === 'number' && alternative.type === 'integer') || isAnything(alternative),
  );
}

/** The setting or section of this name; in a union that of any alternative. */
export function childNode(node: SchemaNode, key: string): SchemaNode | undefined {
  const own = alternatives(node).flatMap(({ properties }) => (properties && Object.hasOwn(properties, key) ? [properties[key]!] : []));
  if (own.length > 0) return own.length === 1 ? own[0] : { ...own[0], anyOf: own };
  for (const alternative of alternatives(node)) {
    const { type, additionalProperties } = alternative;
    if (isAnything(alternative)) return {};
    if (typeof additionalProperties === 'object') return additionalProperties;
    if (type === 'object' && additionalProperties === true) return {};
  }
  const [first] = alternatives(node);
  const item = /^\d+$/.test(key) ? (first?.prefixItems?.[Number(key)] ?? first?.items) : undefined;
  return typeof item === 'object' ? item : undefined;
}

export function nodeAt(node: SchemaNode, path: readonly string[]): SchemaNode | undefined {
  return path.reduce<SchemaNode | undefined>((inner, key) => inner && childNode(inner, key), node);
}

/** The alternative whose fixed values (`name: 'StepLR'`) are those given; the first one else. */
export function sectionFor(node: SchemaNode, values: { readonly [key: string]: unknown }): SchemaNode {
  const sections = alternatives(node).filter(({ properties }) => properties !== undefined);
  const fits = ({ properties = {} }: SchemaNode) =>
    Object.entries(properties).every(([key, { const: fixed }]) => fixed === undefined || fixed === values[key]);
  return sections.find(fits) ?? sections[0] ?? node;
}

/** What a value has to be, in plain words: `whole number, at least 1`. */
export function typeText(node: SchemaNode): string {
  const texts = [...new Set(alternatives(node).map(alternativeText))];
  return texts.join(texts.some((text) => text.includes(',')) ? '; or ' : ' or ');
}

function alternativeText(node: SchemaNode): string {
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum) return node.enum.length === 1 ? String(node.enum[0]) : `one of ${node.enum.join(', ')}`;
  switch (node.type) {
    case 'integer':
      return `whole number${rangeText(node)}`;
    case 'number':
      return `number${rangeText(node)}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      return 'text';
    case 'null':
      return 'null';
    case 'array':
      if (node.prefixItems) return `list of ${node.prefixItems.length}: ${node.prefixItems.map(typeText).join('; ')}`;
      return typeof node.items === 'object' && !isAnything(node.items) ? `list of: ${typeText(node.items)}` : 'list';
    case 'object':
      return node.properties ? `section with ${Object.keys(node.properties).join(', ')}` : 'mapping';
    default:
      return 'anything';
  }
}

function rangeText({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: SchemaNode): string {
  const bounds = [
    ...(minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? [`at least ${minimum}`] : []),
    ...(exclusiveMinimum !== undefined ? [`above ${exclusiveMinimum}`] : []),
    ...(maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? [`at most ${maximum}`] : []),
    ...(exclusiveMaximum !== undefined ? [`below ${exclusiveMaximum}`] : []),
  ];
  if (minimum !== undefined && maximum !== undefined && bounds.length === 2) return `, ${minimum} to ${maximum}`;
  return bounds.length > 0 ? `, ${bounds.join(' and ')}` : '';
}

function isAnything({ type, enum: values, const: fixed, anyOf, oneOf }: SchemaNode): boolean {
  return type === undefined && values === undefined && fixed === undefined && !anyOf && !oneOf;
}
