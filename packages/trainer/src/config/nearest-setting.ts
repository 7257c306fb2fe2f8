import leven from 'leven';
import type { Setting } from './list-settings.ts';

/**
 * The setting that was probably meant: by its whole path, or by its own name in another section.
 *
 * Dashes, underscores and capitals do not count, so that `total_steps` finds `totalSteps`.
 */
export function nearestSetting(path: readonly string[], settings: readonly Setting[]): string | undefined {
  const plain = (text: string) => text.replace(/[-_]/g, '').toLowerCase();
  const wanted = plain(path.join('.'));
  const wantedName = plain(path.at(-1) ?? '');
  let nearest: { readonly path: string; readonly distance: number } | undefined;
  for (const { path: candidate } of settings) {
    const name = plain(candidate.at(-1)!);
    const sameSection = path.length === candidate.length && plain(path.slice(0, -1).join('.')) === plain(candidate.slice(0, -1).join('.'));
    // in another section only nearly the same name is meant
    const near = (distance: number, text: string) =>
      distance <= Math.max(1, Math.floor(text.length / 3)) ? distance : Number.POSITIVE_INFINITY;
    const byName = near(leven(wantedName, name) + (sameSection ? 0 : 1), wantedName);
    const byPath = sameSection ? byName : near(leven(wanted, plain(candidate.join('.'))), wanted);
    const distance = Math.min(byPath, byName);
    if (Number.isFinite(distance) && (!nearest || distance < nearest.distance)) nearest = { path: candidate.join('.'), distance };
  }
  return nearest?.path;
}
