import { InputError } from '@s3/interface';
import { closestMatch } from 'leven';

/** The error for a name that is not among those known. */
export function unknownName(kind: string, name: string, known: readonly string[], remedy: string): InputError {
  const nearest = closestMatch(name, [...known], { maxDistance: Math.max(2, Math.floor(name.length / 3)) });
  const hint = nearest === undefined ? '' : `Did you mean ${nearest}? `;
  return new InputError(kind, `'${name}'`, `one of ${known.join(', ')}`, `${hint}${remedy}`);
}
