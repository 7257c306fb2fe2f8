import { fileURLToPath } from 'node:url';
import { runProgram } from './run-program.ts';

/** What a child answers, or why it did not. */
export type ChildAnswer<T> = T | { readonly failure: string };

/**
 * Has something done in a process of its own, since a library that does not fit may end it, and an engine once loaded
 * cannot be given back.
 */
export async function askEngineChild<T>(job: 'check' | 'probe', ...args: readonly string[]): Promise<ChildAnswer<T>> {
  const { code, outcome, output } = await runProgram(process.execPath, [childFile(), job, ...args]);
  const answer = output.split('\n').find((line) => line.startsWith(answerMark));
  if (code !== 0 || !answer) return { failure: outcome };
  return JSON.parse(answer.slice(answerMark.length)) as ChildAnswer<T>;
}

/** Before the line that holds the answer; a library may print lines of its own. */
export const answerMark = 's3-engine: ';

/** Run from its TypeScript source, this package has the child in its last build. */
function childFile(): string {
  const isSource = import.meta.url.endsWith('.ts');
  return fileURLToPath(new URL(isSource ? '../../dist/engine-child.js' : './engine-child.js', import.meta.url));
}
