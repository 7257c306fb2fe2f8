const shownAtMost = 20;

/** The first of many. */
export function shown(texts: readonly string[]): string {
  const more = texts.length - shownAtMost;
  return `${texts
    .slice(0, shownAtMost)
    .map((text) => `'${text}'`)
    .join(' ')}${more > 0 ? ` and ${more} more` : ''}`;
}
