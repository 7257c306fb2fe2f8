/** Whether it is a promise, of whatever make. */
export const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

/** What a value is, in the words of a message: `a promise`, `a tensor of shape [2,3]`, `undefined`, `"12 %"`. */
export function describeValue(value: unknown): string {
  if (isPromise(value)) return 'a promise';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? JSON.stringify(value) : String(value);
  // not instanceof: another copy of tfjs-core may have made it
  if ('dataId' in value && 'shape' in value) return `a tensor of shape [${value.shape}]`;
  const maker = value.constructor?.name;
  return maker === undefined || maker === 'Object' ? 'an object' : `a ${maker}`;
}
