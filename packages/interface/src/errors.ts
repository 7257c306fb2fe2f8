import { z } from 'zod';

const marker = Symbol.for('s3.error');

/**
 * Base of every error thrown on purpose: its message alone tells a user what to do.
 *
 * Recognised across copies of this package by a marker, since `instanceof` fails when
 * two copies are installed.
 */
export abstract class S3Error extends Error {
  readonly [marker] = true;

  static isInstance(error: unknown): error is S3Error {
    return typeof error === 'object' && error !== null && marker in error;
  }
}

/** Two parts that do not fit: what one has, what the other needs, how to mend it. */
export class WiringError extends S3Error {
  override readonly name = 'WiringError';
  constructor(
    readonly part: string,
    readonly has: string,
    readonly needs: string,
  ) {
    super(`${part} ${has}, but ${needs}`);
  }
}

/** Bad input: a file, a row or a setting that is not what it has to be. */
export class InputError extends S3Error {
  override readonly name = 'InputError';
  /**
   * @param where the file (with its row), or the setting
   * @param found what is there
   * @param expected what has to be there
   * @param remedy what to do about it, a full sentence
   */
  constructor(
    readonly where: string,
    readonly found: string,
    readonly expected: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(`${where}: found ${found}; expected ${expected}. ${remedy}`, options);
  }
}

/** Settings that the schema of a component or recipe refuses; names each path. */
export class ConfigError extends S3Error {
  override readonly name = 'ConfigError';
  constructor(
    readonly component: string,
    override readonly cause: z.ZodError,
  ) {
    super(`${component}: invalid settings\n${z.prettifyError(cause)}`);
  }
}

/** A saved state that does not fit the part it is loaded into; lists every tensor concerned. */
export class StateError extends S3Error {
  override readonly name = 'StateError';
  constructor(readonly problems: readonly string[]) {
    super(`the saved state does not fit:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}
