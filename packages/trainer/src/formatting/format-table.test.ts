import { expect, test } from 'vitest';
import { formatTable } from './format-table.ts';

test('numbers go right, text goes left, wide characters keep it straight', () => {
  const table = formatTable(
    ['test set', 'EER', 'trials'],
    [
      ['voices', '7.31 %', 12400],
      ['日本語', '14.20 %', 9],
    ],
  );
  expect(table).toBe(
    ['test set      EER  trials', '────────  ───────  ──────', 'voices     7.31 %   12400', '日本語    14.20 %       9'].join('\n'),
  );
});

test('a column says its side, missing cells stay empty, colour is asked for', () => {
  expect(formatTable([{ title: 'id', align: 'right' }, 'note'], [['ab'], ['c', 'x']])).toBe('id  note\n──  ────\nab\n c  x');
  expect(formatTable(['a'], [], { color: true })).toContain('\u001b[1ma');
});
