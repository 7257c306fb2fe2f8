/** Whether a value beats the best one so far: strictly, and anything beats NaN. */
export function isBetter(value: number, best: number, order: 'min' | 'max'): boolean {
  if (Number.isNaN(best)) return !Number.isNaN(value);
  return order === 'min' ? value < best : value > best;
}
