/** A failure that the user is told in words that were made for them. */
export class ToldError extends Error {
  /** @param kind name of the error that it was in the worker, such as `InputError` */
  constructor(
    message: string,
    readonly kind = 'ToldError',
  ) {
    super(message);
  }
}

/** What is told to the user of an error. */
export function wordsFor(error: unknown): string {
  if (error instanceof ToldError) return error.message;
  const message = error instanceof Error ? error.message : String(error);
  return `Something went wrong in this page, not by your doing: ${message}. What you chose or recorded is still here; try again, or load the page anew.`;
}
