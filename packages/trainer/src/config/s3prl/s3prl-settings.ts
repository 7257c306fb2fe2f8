import { isMapping } from '../assignment.ts';
import { camelCase } from './camel-case.ts';
import type { S3prlRule } from './s3prl-rule.ts';
import { s3prlRules } from './s3prl-rules.ts';

/** Whether S3PRL's schedule is to be used; read beside the table, since other settings depend on it. */
export const useScheduler = 'train.use_scheduler';

const sections = new Set(s3prlRules.map(({ from }) => from.split('.')[0]!));

/** Whether a setting at the top level or a section of this name is S3PRL's. */
export function isS3prlName(name: string): boolean {
  return sections.has(name);
}

/**
 * The rule for one of S3PRL's settings, and our path where there is a counterpart.
 *
 * @param isKnown whether the recipe has a setting
 */
export function s3prlRule(
  path: readonly string[],
  isKnown: (to: readonly string[]) => boolean = () => true,
): { readonly rule: S3prlRule; readonly to?: readonly string[] } | undefined {
  const name = path.join('.');
  let first: ReturnType<typeof s3prlRule>;
  for (const rule of s3prlRules) {
    const isOpen = rule.from.endsWith('.*');
    const section = rule.from.slice(0, -1);
    if (isOpen ? !name.startsWith(section) : name !== rule.from) continue;
    if (!rule.to) return first ?? { rule };
    const rest = isOpen ? name.slice(section.length).split('.').map(camelCase).join('.') : '';
    const found = { rule, to: rule.to.replace('*', rest).split('.') };
    if (isKnown(found.to)) return found;
    first ??= found;
  }
  return first;
}

/** Whether a value of a setting without a counterpart asks for nothing but what happens anyway. */
export function asksForNothing(value: unknown, { harmless = [] }: S3prlRule): boolean {
  const isNothing = value === null || value === false || (isMapping(value) && Object.keys(value).length === 0);
  return isNothing || (harmless !== 'any' && harmless.includes(value));
}

/** Whether this is one of S3PRL's sections, given empty. */
export function isEmptySection(path: readonly string[], value: unknown): boolean {
  const section = `${path.join('.')}.`;
  return (value === null || isMapping(value)) && s3prlRules.some(({ from }) => from.startsWith(section));
}
