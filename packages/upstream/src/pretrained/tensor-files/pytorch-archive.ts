import * as yauzl from 'yauzl';
import { brokenPytorch, maxPickleBytes, noPlainData, type PytorchStorages } from './pytorch-storages.ts';
import { UnpickleError, type UnpickleRules, unpickle } from './unpickle.ts';

/**
 * Opens what `torch.save` writes since PyTorch 1.6: an archive of a pickle and of the numbers.
 *
 * @throws InputError naming the file and what is wrong in it
 */
export async function openPytorchArchive(path: string, rules: UnpickleRules): Promise<PytorchStorages> {
  const { archive, entries } = await openArchive(path);
  try {
    const program = [...entries.keys()].find((name) => name === 'data.pkl' || name.endsWith('/data.pkl'));
    if (program === undefined) throw brokenPytorch(path, 'an archive without data.pkl');
    const folder = program.slice(0, -'data.pkl'.length);
    const { uncompressedSize } = entries.get(program)!;
    if (uncompressedSize > maxPickleBytes) throw brokenPytorch(path, `${uncompressedSize} bytes of names and shapes`);
    const order = entries.get(`${folder}byteorder`);
    if (order && new TextDecoder().decode(await readPart(path, archive, order, 0, order.uncompressedSize)) !== 'little')
      throw brokenPytorch(path, 'numbers of another byte order');
    const bytes = await readPart(path, archive, entries.get(program)!, 0, uncompressedSize);
    const entryOf = (key: string) => entries.get(`${folder}data/${key}`);
    return {
      content: unpickle(bytes, rules),
      bytesOf: (key) => entryOf(key)?.uncompressedSize,
      read: (key, start, length) => readPart(path, archive, entryOf(key)!, start, length),
      close: async () => archive.close(),
    };
  } catch (error) {
    archive.close();
    throw error instanceof UnpickleError ? noPlainData(path, error) : error;
  }
}

/** Opens a zip archive and lists what is in it. */
function openArchive(path: string): Promise<{ readonly archive: yauzl.ZipFile; readonly entries: ReadonlyMap<string, yauzl.Entry> }> {
  return new Promise((resolve, reject) => {
    yauzl.open(path, { autoClose: false, lazyEntries: true }, (error, archive) => {
      if (error) return reject(brokenPytorch(path, `no readable archive (${error.message})`, { cause: error }));
      const entries = new Map<string, yauzl.Entry>();
      archive.on('entry', (entry: yauzl.Entry) => {
        entries.set(entry.fileName, entry);
        archive.readEntry();
      });
      archive.on('end', () => resolve({ archive, entries }));
      archive.on('error', (cause: Error) => {
        archive.close();
        reject(brokenPytorch(path, `a damaged archive (${cause.message})`, { cause }));
      });
      archive.readEntry();
    });
  });
}

/** Bytes of an entry in a buffer of their own, so that they can be seen as numbers. */
function readPart(
  path: string,
  archive: yauzl.ZipFile,
  entry: yauzl.Entry,
  start: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    // torch.save compresses nothing; what is compressed could grow to any size
    if (entry.compressionMethod !== 0 || entry.uncompressedSize !== entry.compressedSize)
      return reject(brokenPytorch(path, `'${entry.fileName}' compressed`));
    if (length === 0) return resolve(new Uint8Array(0));
    archive.openReadStream(entry, { start, end: start + length } as yauzl.ZipFileOptions, (error, stream) => {
      if (error) return reject(brokenPytorch(path, `'${entry.fileName}' damaged (${error.message})`, { cause: error }));
      const bytes = new Uint8Array(length);
      let done = 0;
      stream.on('data', (chunk: Buffer) => {
        bytes.set(chunk.subarray(0, length - done), done);
        done += chunk.length;
      });
      stream.on('error', (cause: Error) => reject(brokenPytorch(path, `'${entry.fileName}' damaged (${cause.message})`, { cause })));
      stream.on('end', () => (done === length ? resolve(bytes) : reject(brokenPytorch(path, `'${entry.fileName}' cut short`))));
    });
  });
}
