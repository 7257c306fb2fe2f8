import { type CollectionTag, parseDocument, type ScalarTag } from 'yaml';
import { accepts, alternatives, missingValue, type SchemaNode } from './schema-node.ts';

/** Python's spelling of null, as in configurations made for S3PRL; True and False are YAML's as well. */
const pythonNone: ScalarTag = { tag: 'tag:yaml.org,2002:null', default: true, test: /^None$/, resolve: () => null };
/** Digit groups, as Python and YAML 1.1 take them: 200_000. */
const groupedInteger: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?[0-9]{1,3}(?:_[0-9]{3})+$/,
  resolve: (text) => Number(text.replaceAll('_', '')),
};

/** How YAML is read, in files and on the command line: YAML 1.2, never evaluated. */
export const yamlOptions = {
  version: '1.2' as const,
  merge: true,
  customTags: (tags: (ScalarTag | CollectionTag | string)[]) => [pythonNone, groupedInteger, ...tags] as never,
  logLevel: 'silent' as const,
};

const wholeReference = /^\$\{[^{}]*\}$/;

/**
 * A value as typed on the command line.
 *
 * What it means depends on the setting: text stays text (`1e3` is a fine folder), a
 * list may be written with commas (`a.csv,b.csv`), everything else is a YAML value.
 */
export function settingValue(text: string, node: SchemaNode = {}): unknown {
  const typed = text.trim();
  if (typed === missingValue || wholeReference.test(typed)) return typed;
  if (accepts(node, 'array') && !typed.startsWith('[') && !isNullText(typed)) {
    if (!accepts(node, 'string') || typed.includes(',')) return listValue(typed, node);
  }
  if (isText(node)) {
    if (isNullText(typed) && accepts(node, 'null')) return null;
    const unquoted = /^(["']).*\1$/s.test(typed) ? yamlValue(typed) : undefined;
    return typeof unquoted === 'string' ? unquoted : text;
  }
  const value = yamlValue(typed);
  return value === undefined ? text : value;
}

/** The YAML value that a text is; undefined where it is none. */
export function yamlValue(text: string): unknown {
  const document = parseDocument(text, yamlOptions);
  return document.errors.length > 0 ? undefined : document.toJS();
}

function listValue(text: string, node: SchemaNode): unknown {
  const list = alternatives(node).find(({ type }) => type === 'array');
  const items = typeof list?.items === 'object' ? list.items : list?.prefixItems?.[0];
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts.map((part) => settingValue(part, items));
}

/** takes text, and nothing else that a YAML value could be mistaken for */
function isText(node: SchemaNode): boolean {
  return accepts(node, 'string') && !accepts(node, 'number') && !accepts(node, 'boolean') && !accepts(node, 'object');
}

const isNullText = (text: string) => ['null', 'None', '~'].includes(text);
