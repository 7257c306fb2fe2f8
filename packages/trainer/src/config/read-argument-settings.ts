import { InputError } from '@s3/interface';
import type { Assignment } from './assignment.ts';

/**
 * The settings on a command line: `--training.totalSteps 100`, `--training.totalSteps=100`, or `--featurizer.normalize` alone for true.
 *
 * @param words what is left when the command's own options are taken away
 * @throws InputError for a word that belongs to no setting
 */
export function readArgumentSettings(words: readonly string[]): readonly Assignment[] {
  const assignments: Assignment[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    const [, name, inline] = /^--([^=\s]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) {
      const before = words[index - 1];
      throw new InputError(
        'command line',
        `'${word}'${before === undefined ? '' : ` after '${before}'`}`,
        'settings as --section.name VALUE',
        'Put quotes around a value with spaces, and two dashes before a name.',
      );
    }
    const next = words[index + 1];
    let text = inline;
    if (text === undefined && next !== undefined && !next.startsWith('--')) {
      text = next;
      index++;
    }
    assignments.push({
      path: name.split('.'),
      value: undefined,
      text: text ?? 'true',
      ...(text === undefined && { isBare: true }),
      origin: 'command line',
    });
  }
  return assignments;
}
