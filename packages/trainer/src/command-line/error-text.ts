import { S3Error } from '@s3/interface';
import { createColors } from 'picocolors';
import { withFileTrouble } from '../files/file-trouble.ts';
import { foreignFrame } from './foreign-frame.ts';

/** What a user is told of an error: of one thrown on purpose, or by the file system, its message; of any other whose it is, ours or theirs. */
export function errorText(thrown: unknown, color: boolean): string {
  const error = withFileTrouble(thrown);
  const { red, dim } = createColors(color);
  if (S3Error.isInstance(error)) return red((error as S3Error).message);
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error && error.stack ? `\n${dim(error.stack)}` : '';
  return `${red(`${message}\n${blame(error)}`)}${stack}`;
}

function blame(error: unknown): string {
  const frame = error instanceof Error && error.stack ? foreignFrame(error.stack) : undefined;
  if (!frame) return 'This is a bug in S3, not a mistake of yours: please report it with the lines below.';
  if (!frame.isBelow) return `This comes from ${frame.where}, which is no part of S3: mend it there.`;
  return `It was called from ${frame.where}: look there first. If that is right, this is a bug in S3: please report it with the lines below.`;
}
