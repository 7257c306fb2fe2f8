import type { z } from 'zod';
import { type Assignment, assigned, assignmentsOf, isMapping, type Mapping } from './assignment.ts';
import { completeSettings } from './complete-settings.ts';
import { listSettings, type Setting } from './list-settings.ts';
import { nearestSetting } from './nearest-setting.ts';
import { resolveReferences } from './resolve-references.ts';
import { asksForNothing, isEmptySection, isS3prlName, s3prlRule, useScheduler } from './s3prl/s3prl-settings.ts';
import { accepts, childNode, isSection, missingValue, nodeAt, type SchemaNode, schemaNode, typeText } from './schema-node.ts';
import { settingValue, yamlValue } from './setting-value.ts';

/** Every setting of a run, before the schema has judged the values. */
export interface Composition {
  /** defaults and everything given, references resolved; `???` where a mandatory value is missing */
  readonly values: Mapping;
  readonly root: SchemaNode;
  /** mandatory settings without a value */
  readonly missing: readonly (readonly string[])[];
  /** settings whose value hangs on a missing one, or on a reference that leads nowhere; the schema cannot judge them */
  readonly open: readonly (readonly string[])[];
  /** unknown settings, S3PRL's without a counterpart, references that lead nowhere */
  readonly problems: readonly string[];
  /** S3PRL's settings that were passed over */
  readonly warnings: readonly string[];
  /** where a setting was given; undefined for a default */
  readonly originOf: (path: readonly string[]) => string | undefined;
}

/**
 * Puts settings together: the schema's defaults, then the assignments, later ones over earlier ones.
 *
 * S3PRL's names are taken where the schema has none of that name.
 */
export function composeSettings(schema: z.ZodObject, given: readonly Assignment[]): Composition {
  const root = schemaNode(schema);
  const settings = listSettings(root);
  const values = assigned();
  const problems: string[] = [];
  const translation = translateS3prl(root, settings, given);
  problems.push(...translation.problems);

  for (const assignment of translation.assignments) {
    const { path, origin, text } = assignment;
    const node = pathNode(root, path);
    if (!node) {
      problems.push(unknownText(path, origin, settings));
      continue;
    }
    if (assignment.isBare && !accepts(node, 'boolean')) {
      problems.push(`${placeText(path, origin)}: found no value behind it; expected ${typeText(node)}.`);
      continue;
    }
    const value = text === undefined ? assignment.value : settingValue(text, node);
    // a section with nothing but comments in it
    if (value === null && isSection(node) && !accepts(node, 'null')) continue;
    // a section or table given as a whole merges key by key, and each key has to be known
    for (const inner of assignmentsOf(path, value, () => origin)) {
      if (pathNode(root, inner.path)) values.assign(inner);
      else problems.push(unknownText(inner.path, origin, settings));
    }
  }

  const complete = completeSettings(root, values.values());
  const unresolved: (readonly string[])[] = [];
  const resolved = resolveReferences(complete, ({ path, found, target }) => {
    unresolved.push(path);
    const nearest = nearestSetting(target, settings);
    problems.push(
      `${placeText(path, values.originOf(path))}: found ${found}; expected the full name of another setting, such as \${training.totalSteps}.${nearest && nearest !== target.join('.') ? ` Did you mean \${${nearest}}?` : ''}`,
    );
  });
  return {
    values: resolved,
    root,
    missing: missingIn(complete),
    open: [...missingIn(resolved), ...unresolved],
    problems,
    warnings: translation.warnings,
    originOf: values.originOf,
  };
}

/** `training.totalSteps (exp/asv.yaml:12)` */
export function placeText(path: readonly string[], origin: string | undefined): string {
  return `${path.join('.')}${origin === undefined ? '' : ` (${origin})`}`;
}

function pathNode(root: SchemaNode, path: readonly string[]): SchemaNode | undefined {
  if (path.includes('__proto__')) return undefined;
  // an item of a list is no setting
  for (let length = 1; length < path.length; length++) {
    const outer = nodeAt(root, path.slice(0, length));
    if (!outer || !accepts(outer, 'object')) return undefined;
  }
  return nodeAt(root, path);
}

function unknownText(path: readonly string[], origin: string, settings: readonly Setting[]): string {
  const nearest = nearestSetting(path, settings);
  const known = settings.filter(({ path: { length } }) => length > 1).map(({ path: [section] }) => section!);
  const isKnownSection = path.length > 1 && known.includes(path[0]!);
  // the innermost section that there is, and what is in it
  const sections = path.slice(0, -1).map((_, index) => path.slice(0, path.length - 1 - index).join('.'));
  const inside = (section: string) =>
    settings.flatMap((setting) => (setting.path.join('.').startsWith(`${section}.`) ? [setting.path[section.split('.').length]!] : []));
  const section = sections.find((name) => inside(name).length > 0);
  const names = isKnownSection
    ? `${section} has ${[...new Set(inside(section!))].join(', ')}`
    : `sections are ${[...new Set(known)].join(', ')}`;
  return `${placeText(path, origin)}: found an unknown setting; ${nearest ? `did you mean ${nearest}?` : `expected a known one: ${names}.`}`;
}

function missingIn(values: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (values === missingValue) return [path];
  return isMapping(values) ? Object.entries(values).flatMap(([key, value]) => missingIn(value, [...path, key])) : [];
}

interface Translation {
  readonly assignments: readonly Assignment[];
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** S3PRL's settings under our names, in their order; the schedule only where train.use_scheduler asks for it. */
function translateS3prl(root: SchemaNode, settings: readonly Setting[], given: readonly Assignment[]): Translation {
  const isS3prl = ({ path: [section] }: Assignment) => !childNode(root, section!) && isS3prlName(section!);
  // on the command line a section may come as a whole: --build_optimizer '{name: Adam}'
  const separate = given.flatMap((assignment) => {
    const { path, text, origin } = assignment;
    const value = text === undefined || !isS3prl(assignment) ? undefined : yamlValue(text);
    return isMapping(value) ? assignmentsOf(path, value, () => origin) : [assignment];
  });
  const givenValue = ({ text, value }: Assignment) => {
    const typed = text === undefined ? value : yamlValue(text);
    return typed === undefined ? text : typed;
  };
  const named = (name: string) => separate.filter(({ path }) => path.join('.') === name).at(-1);
  const switchedOn = named(useScheduler);
  const scheduled = switchedOn !== undefined && givenValue(switchedOn) === true;

  const assignments: Assignment[] = [];
  const implied = new Map<string, Assignment>();
  const problems: string[] = [];
  const passedOver = new Map<string, string>();
  for (const assignment of separate) {
    const { path, origin } = assignment;
    const name = path.join('.');
    if (!isS3prl(assignment)) {
      assignments.push(assignment);
      continue;
    }
    const value = givenValue(assignment);
    // ??? there says that S3PRL needs a value; whether we do is for our schema to say
    if (value === missingValue || name === useScheduler || isEmptySection(path, value)) continue;
    const { rule, to } = s3prlRule(path, (known) => pathNode(root, known) !== undefined) ?? {};
    if (rule?.scheduler && !scheduled) {
      passedOver.set('build_scheduler', 'train.use_scheduler is not true');
      continue;
    }
    for (const [setting, meant] of Object.entries(rule?.implied ?? {})) {
      const place = setting.split('.');
      if (pathNode(root, place)) implied.set(setting, { path: place, value: meant, origin: `${origin}, S3PRL's ${name}` });
    }
    const node = to && pathNode(root, to);
    if (to && node) {
      const translated = { path: to, origin: `${origin}, S3PRL's ${name}` };
      const usual = settings.find((setting) => setting.path.join('.') === to.join('.'))?.default;
      if (rule?.value) assignments.push({ ...translated, value: rule.value(referencesTranslated(value), usual) });
      else if (assignment.text === undefined) assignments.push({ ...translated, value: referencesTranslated(value) });
      else assignments.push({ ...translated, value: undefined, text: referencesTranslated(assignment.text) as string });
    } else if (rule?.harmless === 'any' && rule.note && !asksForNothing(value, rule)) {
      passedOver.set(name, rule.note);
    } else if (!rule || !asksForNothing(value, rule)) {
      const nearest = to && nearestSetting(to, settings);
      const hint = rule?.note ? ` (${rule.note})` : nearest ? `; did you mean ${nearest}?` : '';
      problems.push(
        `${placeText(path, origin)}: found ${JSON.stringify(value)}, a setting of S3PRL without a counterpart in this recipe${hint}${hint.endsWith('?') ? '' : '.'}`,
      );
    }
  }
  const list = [...passedOver].map(([name, note]) => `${name} (${note})`);
  return {
    assignments: [...implied.values(), ...assignments],
    problems,
    warnings: list.length > 0 ? [`settings of S3PRL passed over: ${list.join('; ')}`] : [],
  };
}

/** `${train.total_steps}` as `${training.totalSteps}` */
function referencesTranslated(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(referencesTranslated);
  if (typeof value !== 'string') return value;
  return value.replace(/\$\{([^{}]*)\}/g, (match, target: string) => {
    const path = target.trim().split('.');
    const to = isS3prlName(path[0]!) ? s3prlRule(path)?.to : undefined;
    return to ? `\${${to.join('.')}}` : match;
  });
}
