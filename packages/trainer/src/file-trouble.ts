import { InputError, S3Error } from '@s3/interface';

const fileTroubles: { readonly [code: string]: string } = {
  ENOSPC: 'no room left',
  EDQUOT: 'no room left for this user',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'a file system that cannot be written',
  EMFILE: 'too many open files',
  EIO: 'a disk that fails',
};

/** Troubles of the file system that a user can mend, as such; anything else as it is. */
export function withFileTrouble(error: unknown): unknown {
  const { code, path } = error as NodeJS.ErrnoException;
  if (S3Error.isInstance(error) || code === undefined || !(code in fileTroubles)) return error;
  return new InputError(
    path ?? 'a file',
    `${fileTroubles[code]} (${code})`,
    'a file that can be read and written',
    'Mend that and run the same command again; what was saved is kept.',
    { cause: error },
  );
}
