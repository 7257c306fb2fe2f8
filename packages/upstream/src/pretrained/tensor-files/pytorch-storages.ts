import { InputError } from '@s3/interface';
import type { Pickled } from './unpickle.ts';

/** far more than the names and shapes of any model take */
export const maxPickleBytes = 100_000_000;

/** A saved value, and the numbers that its tensors are views of, by their keys. */
export interface PytorchStorages {
  readonly content: Pickled;
  /** nothing for a key that is not there */
  readonly bytesOf: (key: string) => number | undefined;
  /** @throws InputError where the file is cut short */
  readonly read: (key: string, start: number, length: number) => Promise<Uint8Array<ArrayBuffer>>;
  readonly close: () => Promise<void>;
}

/** Bytes of a number, by the type of its storage. */
export const numberBytes: { readonly [storage: string]: number } = {
  'torch DoubleStorage': 8,
  'torch LongStorage': 8,
  'torch FloatStorage': 4,
  'torch IntStorage': 4,
  'torch HalfStorage': 2,
  'torch BFloat16Storage': 2,
  'torch ShortStorage': 2,
  'torch CharStorage': 1,
  'torch ByteStorage': 1,
  'torch BoolStorage': 1,
};

export const brokenPytorch = (path: string, found: string, options?: ErrorOptions): InputError =>
  new InputError(
    path,
    found,
    'a dictionary of tensors as torch.save writes it',
    'Use another copy, or save the weights as safetensors.',
    options,
  );

/** For a pickle that is damaged, or more than plain data. */
export const noPlainData = (path: string, cause: Error): InputError =>
  brokenPytorch(path, `a program that is not plain data, of which nothing was run: ${cause.message}`, { cause });
