import { formatTable } from '../formatting/format-table.ts';
import type { CommandContext } from './command-context.ts';

/** Prints the recipes. */
export function listCommand({ recipes, stdout, color }: CommandContext, { json }: { readonly json: boolean }): void {
  const rows = recipes.map(({ name, summary }) => ({ name, summary }));
  stdout.write(
    json
      ? `${JSON.stringify(rows, null, 2)}\n`
      : `${formatTable(
          ['recipe', 'what it is'],
          rows.map(({ name, summary }) => [name, summary]),
          { color },
        )}\n`,
  );
}
