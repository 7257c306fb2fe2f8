import { S3Error } from '@s3/interface';

/** Settings that a run cannot start with: unknown ones, missing ones, values of another type. */
export class SettingsError extends S3Error {
  override readonly name = 'SettingsError';
  /**
   * @param problems one sentence or two each: which setting, where it was given, what was found, what is expected
   * @param remedy what to do about them, a full sentence
   */
  constructor(
    readonly problems: readonly string[],
    readonly remedy: string,
  ) {
    super(
      problems.length === 1
        ? `${problems[0]} ${remedy}`
        : `${problems.length} settings need a change:\n${problems.map((problem) => `  - ${problem}`).join('\n')}\n${remedy}`,
    );
  }
}
