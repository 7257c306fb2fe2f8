import { stringify } from 'yaml';
import type { z } from 'zod';
import { listSettings } from './list-settings.ts';
import { type SchemaNode, schemaNode, typeText } from './schema-node.ts';

/** One setting in words, as help and tables show it. */
export interface SettingRow {
  /** `training.totalSteps` */
  readonly name: string;
  /** the first part of its name; empty for a setting of the run itself */
  readonly section: string;
  /** what a value has to be: `whole number, at least 1` */
  readonly type: string;
  /** as YAML; undefined where there is none */
  readonly default: string | undefined;
  readonly mandatory: boolean;
  /** of a number: `s`, `Hz`, `dB`, `frames`, `0..1`; empty where it has none */
  readonly unit: string;
  readonly description: string;
}

/** Every setting of a schema in words, in its order. */
export function settingRows(schema: z.ZodType): readonly SettingRow[] {
  return listSettings(schemaNode(schema)).map(({ path, node, mandatory, default: preset }) => ({
    name: path.join('.'),
    section: path.length > 1 ? path[0]! : '',
    type: typeText(node),
    default: preset === undefined ? undefined : flow(preset),
    mandatory,
    unit: unitOf(path.at(-1)!, node),
    description: node.description ?? '',
  }));
}

function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trimEnd();
}

const unitsInNames: readonly (readonly [RegExp, string])[] = [
  [/seconds/i, 's'],
  [/decibels/i, 'dB'],
  [/gigabytes/i, 'GB'],
  [/^sampleRate$/, 'Hz'],
  [/(probability|ratio|coverage|fraction|prior|dropout|drop)$/i, '0..1'],
  [/(samples|downsampleRate)$/i, 'samples'],
  [/frames$/i, 'frames'],
  [/steps?$/i, 'steps'],
];

/** A unit stands in a setting's name, or in its description as the text of all settings has it. */
function unitOf(name: string, node: SchemaNode): string {
  if (!/number/.test(typeText(node))) return '';
  const description = node.description ?? '';
  const named = unitsInNames.find(([pattern]) => pattern.test(name))?.[1];
  if (named) return named;
  if (/0\.\.1\b/.test(description)) return '0..1';
  const [, inside] = /, in (frames|features|samples|steps)\b/.exec(description) ?? [];
  if (inside) return inside;
  const [, counted] =
    /^(?:most |newest )?(features|frames|steps|items|batches|layers|evaluations|utterances|hypotheses|tokens|checkpoints|speakers)\b/.exec(
      description,
    ) ?? [];
  return counted ?? '';
}
