import leven from 'leven';

/** The known names most like a name, best first; none when all are far from it. */
export function nearestNames(name: string, known: readonly string[], count = 3): string[] {
  const wanted = name.trim().toLowerCase();
  const reach = Math.max(2, Math.ceil(wanted.length / 2));
  return known
    .map((candidate) => ({ candidate, distance: leven(wanted, candidate.trim().toLowerCase(), { maxDistance: reach + 1 }) }))
    .filter(({ distance }) => distance <= reach)
    .sort((one, other) => one.distance - other.distance)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}
