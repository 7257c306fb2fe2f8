import { S3Error } from '@s3/interface';
import { createColors } from 'picocolors';
import { withFileTrouble } from '../files/file-trouble.ts';

/** What a user is told of an error: of one thrown on purpose, or by the file system, its message; of any other that it is ours. */
export function errorText(thrown: unknown, color: boolean): string {
  const error = withFileTrouble(thrown);
  const { red, dim } = createColors(color);
  if (S3Error.isInstance(error)) return red((error as S3Error).message);
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error && error.stack ? `\n${dim(error.stack)}` : '';
  return `${red(`${message}\nThis is a bug in S3, not a mistake of yours: please report it with the lines below.`)}${stack}`;
}
