import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openCheckpoint } from './checkpoint-folder.ts';
import { encoderTensors } from './load-weights.ts';

/**
 * Writes the encoder's weights of a folder, however they are kept there, as one safetensors file of single precision, tensor by tensor. The
 * file appears whole or not at all.
 *
 * @throws InputError for weights that cannot be read
 */
export async function writeEncoderWeights(folder: string, file: string): Promise<void> {
  const { tensors, close } = await openCheckpoint(folder);
  const aside = `${file}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true });
    const kept = [...encoderTensors(tensors)];
    let end = 0;
    const header = Object.fromEntries(
      kept.map(([name, { shape }]) => {
        const begin = end;
        end += shape.reduce((product, axis) => product * axis, 4);
        return [name, { dtype: 'F32', shape, data_offsets: [begin, end] }];
      }),
    );
    const json = Buffer.from(JSON.stringify({ __metadata__: { format: 'pt' }, ...header }));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    const written = await open(aside, 'w');
    try {
      await written.writeFile(Buffer.concat([length, json]));
      for (const [, tensor] of kept) {
        const { buffer, byteOffset, byteLength } = await tensor.read();
        await written.writeFile(new Uint8Array(buffer, byteOffset, byteLength));
      }
      await written.sync();
    } finally {
      await written.close();
    }
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  } finally {
    await close();
  }
}
