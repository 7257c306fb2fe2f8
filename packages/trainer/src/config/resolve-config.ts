import type { AnyRecipe } from '@s3/interface';
import { closestMatch } from 'leven';
import type { z } from 'zod';
import { assignmentsOf } from './assignment.ts';
import { type Composition, composeSettings, placeText } from './compose-settings.ts';
import { readArgumentSettings } from './read-argument-settings.ts';
import { readYamlSettings } from './read-yaml-settings.ts';
import { fullSchema } from './run-settings.ts';
import { alternatives, nodeAt, type SchemaNode, typeText } from './schema-node.ts';
import { SettingsError } from './settings-error.ts';

/** Where the settings of a run come from, beside the recipe's defaults. */
export interface ConfigSources {
  /** settings that were read already, such as those of a checkpoint in a zip; under all files */
  readonly saved?: {
    readonly settings: { readonly [section: string]: unknown };
    /** what they come from, for messages */
    readonly from: string;
  };
  /** YAML files, later ones over earlier ones */
  readonly files?: readonly string[];
  /** words of a command line, such as `--training.totalSteps`, `100`; over all files */
  readonly words?: readonly string[];
}

/** Settings that a run can start with. */
export interface ResolvedConfig {
  /** every setting of the recipe and of the run, parsed by `fullSchema(recipe)` */
  readonly config: { readonly [section: string]: unknown };
  /** what the user should know, such as S3PRL's settings that were passed over */
  readonly warnings: readonly string[];
}

/**
 * The settings of a run: the recipe's defaults, then YAML files, then the command line.
 *
 * Unlike S3PRL, where any value is evaluated as Python, values are YAML and stay data; and
 * unknown settings are refused here rather than by whatever meets them later.
 *
 * @throws SettingsError naming every setting that is missing, unknown or of another type, and where it was given
 * @throws InputError for a file or a command line that cannot be read
 */
export async function resolveConfig(recipe: AnyRecipe, sources: ConfigSources): Promise<ResolvedConfig> {
  return resolveSettings(fullSchema(recipe), sources, explainedBy(recipe));
}

/**
 * Settings of anything else, such as a single part, by the same rules as those of a run.
 *
 * @param remedy what to do about what is wrong with them, a full sentence
 */
export async function resolveSettings(schema: z.ZodObject, sources: ConfigSources, remedy: string): Promise<ResolvedConfig> {
  const { missing, ...composition } = await composeFrom(schema, sources);
  const parsed = schema.safeParse(composition.values);
  const problems = [
    ...composition.problems,
    ...missing.map((path) => missingText(composition.root, path)),
    ...(parsed.success ? [] : issueTexts(parsed.error, composition)),
  ];
  if (problems.length > 0 || !parsed.success) throw new SettingsError(problems, remedy);
  return { config: parsed.data, warnings: composition.warnings };
}

/**
 * The settings as far as they are given, to look at: `???` where a mandatory one is missing.
 *
 * @throws SettingsError naming every setting that is unknown or of another type
 */
export async function previewConfig(recipe: AnyRecipe, sources: ConfigSources): Promise<Composition> {
  const composition = await composeFrom(fullSchema(recipe), sources);
  const parsed = fullSchema(recipe).safeParse(composition.values);
  // a rule that spans settings may ask for one that nobody has given yet
  const issues = parsed.success
    ? []
    : parsed.error.issues.filter(({ code, path }) => code !== 'custom' || foundAt(composition.values, path) !== undefined);
  const problems = [...composition.problems, ...issueTexts({ issues }, composition)];
  if (problems.length > 0) throw new SettingsError(problems, explainedBy(recipe));
  return composition;
}

async function composeFrom(schema: z.ZodObject, { saved, files = [], words = [] }: ConfigSources): Promise<Composition> {
  const layers = await Promise.all(files.map(readYamlSettings));
  const read = saved ? assignmentsOf([], saved.settings, () => saved.from) : [];
  return composeSettings(schema, [...read, ...layers.flat(), ...readArgumentSettings(words)]);
}

const explainedBy = ({ name }: AnyRecipe) => `Every setting is explained by: s3 run ${name} --help`;

function missingText(root: SchemaNode, path: readonly string[]): string {
  const node = nodeAt(root, path) ?? {};
  const description = node.description ? ` (${node.description})` : '';
  return `${path.join('.')}: found no value; expected ${typeText(node)}${description}. Give it as --${path.join('.')} VALUE, or in a YAML file.`;
}

function issueTexts(error: Pick<z.ZodError, 'issues'>, { values, root, open, originOf }: Omit<Composition, 'missing'>): string[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    // the ??? of a missing value is no text of another type
    if (open.some((other) => path.every((key, index) => other[index] === key))) return [];
    const place = placeText(path, originOf(path));
    const { node, found } = placeOf(root, values, path);
    const isType = ['invalid_type', 'invalid_value', 'invalid_union', 'too_small', 'too_big'].includes(issue.code);
    const expected = isType && node ? typeText(node) : '';
    // a bound on the length of a list or text is in no type's name
    const isUnnamed = (issue.code === 'too_small' || issue.code === 'too_big') && ['array', 'string'].includes(issue.origin);
    const isEmpty = issue.code === 'too_small' && found === '';
    if (isEmpty) return [`${place}: found an empty text; expected ${typeText(node!)} that is not empty.`];
    if (expected === '' || isUnnamed)
      return [`${place || 'settings'}: ${issue.message.replace(/\.$/, '')}${found === undefined ? '' : ` (found ${valueText(found)})`}.`];
    const nearest =
      typeof found === 'string'
        ? closestMatch(found, namesOf(node!), { maxDistance: Math.max(1, Math.floor(found.length / 3)) })
        : undefined;
    const hint = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
    return [`${place}: found ${found === undefined ? 'no value' : valueText(found)}; expected ${expected}.${hint}`];
  });
}

function placeOf(
  root: SchemaNode,
  values: unknown,
  path: readonly string[],
): { readonly node: SchemaNode | undefined; readonly found: unknown } {
  return { node: nodeAt(root, path), found: foundAt(values, path) };
}

function foundAt(values: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? (inner as { [key: PropertyKey]: unknown })[key] : undefined),
    values,
  );
}

function namesOf(node: SchemaNode): string[] {
  return alternatives(node).flatMap(({ enum: names = [] }) => names.filter((name) => typeof name === 'string'));
}

/** as YAML would have it, cut where it is long */
function valueText(value: unknown): string {
  const text = typeof value === 'string' ? `'${value}'` : typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
