import { stringify } from 'yaml';
import { isMapping, type Mapping } from './assignment.ts';
import { childNode, isSection, type SchemaNode, typeText } from './schema-node.ts';

/**
 * Settings as YAML, what each one means as a comment above it; it can be given back with --config.
 *
 * Settings that may be left out and have no default stand there as comments.
 *
 * @param title comment at its top
 */
export function settingsYaml(root: SchemaNode, values: Mapping, title: string): string {
  return `${comment(title, '')}\n\n${sectionLines(root, values, '').join('\n')}\n`;
}

function sectionLines(node: SchemaNode, values: Mapping, indent: string): string[] {
  const lines: string[] = [];
  for (const [key, value] of withUnset(node, values)) {
    const child = childNode(node, key) ?? {};
    if (isMapping(value) && isSection(child)) {
      const description = child.description === undefined ? [] : [comment(child.description, indent)];
      lines.push(...(indent === '' ? [''] : []), ...description, `${indent}${keyText(key)}:`, ...sectionLines(child, value, `${indent}  `));
    } else {
      const description = child.description === undefined ? typeText(child) : `${child.description} (${typeText(child)})`;
      lines.push(
        comment(description, indent),
        value === undefined ? `${indent}# ${keyText(key)}:` : `${indent}${keyText(key)}: ${valueText(value)}`,
      );
    }
  }
  return lines;
}

/** the given values, then what the schema has beside them */
function withUnset(node: SchemaNode, values: Mapping): readonly (readonly [string, unknown])[] {
  const unset = Object.keys(node.properties ?? {}).filter((key) => !Object.hasOwn(values, key));
  return [...Object.entries(values), ...unset.map((key) => [key, undefined] as const)];
}

const keyText = (key: string) => stringify(key).trimEnd();

function valueText(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trimEnd();
}

function comment(text: string, indent: string): string {
  return text
    .split('\n')
    .map((line) => `${indent}# ${line}`.trimEnd())
    .join('\n');
}
