import type { TextStream } from '../observers/terminal-observer.ts';

/** Whether to write in colours, as NO_COLOR and FORCE_COLOR have it. */
export function showsColor({ isTTY = false }: TextStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  return FORCE_COLOR ? FORCE_COLOR !== '0' : isTTY && TERM !== 'dumb';
}
