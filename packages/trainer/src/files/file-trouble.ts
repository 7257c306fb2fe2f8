import { InputError, S3Error } from '@s3/interface';

const fileTroubles: { readonly [code: string]: string } = {
  ENOSPC: 'no room left',
  EDQUOT: 'no room left for this user',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'a file system that cannot be written',
  EMFILE: 'too many open files',
  EIO: 'a disk that fails',
  EEXIST: 'a file where a folder has to be',
  EISDIR: 'a folder',
  ENOTDIR: 'a file where a folder has to be',
  ENAMETOOLONG: 'a name that is too long',
};

/** What an error code of the file system means, where a folder or file was to be made; undefined for one that a user cannot mend. */
export function troubleText(code: string | undefined): string | undefined {
  // so Node says of a disk that is read-only
  return code === 'ENOENT' ? 'a folder that cannot be made' : fileTroubles[code ?? ''];
}

/**
 * Troubles of the file system that a user can mend, as such; anything else as it is.
 *
 * @param place what is named where the system does not say which file it was
 */
export function withFileTrouble(error: unknown, place = 'a file'): unknown {
  // of a file that was written aside, where it was to go
  const { code, syscall, path, dest } = (error ?? {}) as NodeJS.ErrnoException & { readonly dest?: string };
  const found = code === 'ENOENT' && syscall !== 'mkdir' ? undefined : troubleText(code);
  if (S3Error.isInstance(error) || found === undefined) return error;
  return new InputError(
    dest ?? path ?? place,
    `${found} (${code})`,
    'a path that can be read and written',
    'Mend that and run the same command again; what was saved is kept.',
    { cause: error },
  );
}
