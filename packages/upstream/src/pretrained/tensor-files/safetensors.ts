import { open } from 'node:fs/promises';
import { InputError } from '@s3/interface';
import { readBytes } from './read-bytes.ts';
import { type OpenTensors, storedTensors } from './stored-tensor.ts';

/**
 * Opens a safetensors file and reads its header; tensors are read one by one, when asked for.
 *
 * @throws InputError naming the file and what is wrong in it
 */
export async function openSafetensors(path: string): Promise<OpenTensors> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const tensors = await storedTensors(path, size, (position, length) =>
      readBytes(
        file,
        position,
        length,
        (end) => new InputError(path, `its end at byte ${end}`, `${position + length} bytes`, 'The file was cut short; fetch it again.'),
      ),
    );
    return { tensors, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}
