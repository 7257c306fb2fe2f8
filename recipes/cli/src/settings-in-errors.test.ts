import { fullSchema, resolveConfig } from '@s3/trainer';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { recipes } from './recipes.ts';

interface Node {
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly properties?: { readonly [name: string]: Node };
  readonly items?: Node;
  readonly enum?: readonly unknown[];
}

const forms = (node: Node): readonly Node[] => (node.anyOf ?? node.oneOf)?.flatMap(forms) ?? [node];

/** Dotted paths of the settings that are numbers, numbers or null, or lists of numbers. */
function numericSettings(node: Node, path: readonly string[] = []): string[] {
  const own = forms(node);
  const sections = own.flatMap(({ properties }) => (properties ? [properties] : []));
  if (sections.length > 0) {
    return [
      ...new Set(
        sections.flatMap((section) => Object.entries(section).flatMap(([name, inner]) => numericSettings(inner, [...path, name]))),
      ),
    ];
  }
  const types = own.flatMap(({ type, items }) =>
    (type === 'array' && items ? forms(items) : [{ type }]).flatMap((form) => form.type ?? []),
  );
  const isNumeric = types.some((type) => type === 'number' || type === 'integer') && !types.includes('string');
  return isNumeric ? [path.join('.')] : [];
}

const cases = recipes.flatMap(({ name, load }) =>
  ['nonsense', '.nan', '-.inf', '[-1e300, {}]'].map((value) => [name, value, load] as const),
);

test.each(cases)('%s names the full path of each numeric setting that is given as %s', async (_, value, load) => {
  const recipe = await load();
  const settings = numericSettings(z.toJSONSchema(fullSchema(recipe), { io: 'input', unrepresentable: 'any' }) as Node);
  expect(settings.length).toBeGreaterThan(20);
  const words = settings.flatMap((path) => [`--${path}`, value]);
  const error = await resolveConfig(recipe, { words }).then(
    () => new Error('nothing was refused'),
    (thrown: Error) => thrown,
  );
  const silent = settings.filter(
    (path) => !new RegExp(`^ *- ${path.replaceAll('.', '\\.')}(\\.\\d+)? \\(command line\\): found .+`, 'm').test(error.message),
  );
  expect(silent, error.message).toEqual([]);
});
