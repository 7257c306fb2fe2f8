const tuple = /^\(\s*(\d{1,6})\s*,\s*(\d{1,6})\s*(?:,\s*(\d{1,6})\s*)?,?\s*\)$/;

/**
 * The tuples of whole numbers in a list as Python writes it, such as `[(512, 10, 5)] + [(512, 4, 2)] * 3`; nothing for any other text. Nothing is evaluated.
 */
export function pythonTuples(text: string): readonly (readonly number[])[] | undefined {
  const found: number[][] = [];
  for (const part of text.split('+')) {
    const [, inside, times = '1'] = /^\s*\[(.*)\]\s*(?:\*\s*(\d{1,3})\s*)?$/s.exec(part) ?? [];
    if (inside === undefined) return undefined;
    const tuples: number[][] = [];
    for (const piece of inside.match(/\([^()]*\)|[^\s,]+/g) ?? []) {
      const numbers = tuple.exec(piece);
      if (!numbers) return undefined;
      tuples.push(
        numbers
          .slice(1)
          .filter((value) => value !== undefined)
          .map(Number),
      );
    }
    for (let round = 0; round < Number(times); round++) found.push(...tuples);
  }
  return found;
}
