import { type FileHandle, open } from 'node:fs/promises';
import { InputError } from '@s3/interface';
import { type OpenTensors, storedTensors } from './stored-tensor.ts';

export { type OpenTensors, refuseNonNumbers, type StoredTensor } from './stored-tensor.ts';

/**
 * Opens a safetensors file and reads its header; tensors are read one by one, when asked for.
 *
 * @throws InputError naming the file and what is wrong in it
 */
export async function openSafetensors(path: string): Promise<OpenTensors> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const tensors = await storedTensors(path, size, (position, length) => readBytes(path, file, position, length));
    return { tensors, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Bytes in a buffer of their own, so that they can be seen as numbers. */
async function readBytes(path: string, file: FileHandle, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) {
      throw new InputError(
        path,
        `its end at byte ${position + done}`,
        `${position + length} bytes`,
        'The file was cut short; fetch it again.',
      );
    }
    done += bytesRead;
  }
  return bytes;
}
