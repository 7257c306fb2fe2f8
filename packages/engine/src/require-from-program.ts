import { createRequire } from 'node:module';

/**
 * Where an optional package lies: beside this package, else beside the program, since package managers that keep strict
 * folders hide one from the other.
 *
 * @throws Error as `require.resolve` does
 */
export function resolveFromProgram(name: string): string {
  const { resolve } = createRequire(import.meta.url);
  try {
    return resolve(name);
  } catch (error) {
    const program = process.argv[1];
    if (!program || !isMissing(error, name)) throw error;
    return createRequire(program).resolve(name);
  }
}

/** Loads an optional package that is CommonJS. */
export const requireFromProgram = (name: string): unknown => createRequire(import.meta.url)(resolveFromProgram(name));

/** The package itself is not there, rather than something that it needs. */
export function isMissing(error: unknown, name: string): boolean {
  return (error as { code?: string }).code === 'MODULE_NOT_FOUND' && (error as Error).message.includes(`'${name}'`);
}
