import { InputError } from '@s3/interface';
import { closestMatch } from 'leven';

/** The error for a name that is not among those known; dashes, underscores and capitals do not count, so that S3PRL's `SuperbASV` finds `superb-asv`. */
export function unknownName(kind: string, name: string, known: readonly string[], remedy: string): InputError {
  const plain = (text: string) => text.replace(/[-_]/g, '').toLowerCase();
  const match = closestMatch(plain(name), known.map(plain), { maxDistance: Math.max(2, Math.floor(name.length / 3)) });
  const nearest = known.find((one) => plain(one) === match);
  const hint = nearest === undefined ? '' : `Did you mean ${nearest}? `;
  return new InputError(kind, `'${name}'`, `one of ${known.join(', ')}`, `${hint}${remedy}`);
}
