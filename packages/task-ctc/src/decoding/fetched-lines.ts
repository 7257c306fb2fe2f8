import { InputError } from '@s3/interface';

/**
 * Lines of a text file by its address, in groups as they arrive; one compressed with gzip is expanded, whatever its name.
 *
 * @param path relative ones start from the page
 * @throws InputError for a file that does not arrive, or is cut short
 */
export async function* fetchedLines(path: string): AsyncGenerator<readonly string[]> {
  const { location } = globalThis as unknown as { readonly location: { readonly href: string } };
  const wrong = (found: string, cause?: unknown) =>
    new InputError(path, found, 'a text file, plain or compressed with gzip', 'Check that it is still served, or serve the page again.', {
      cause,
    });
  const response = await fetch(new URL(path, location.href)).catch((cause: unknown) => {
    throw wrong('nothing that arrives', cause);
  });
  if (!response.ok) throw wrong(`the answer ${response.status}`);
  try {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of piecesOf(await expanded(response.body!))) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop()!;
      yield lines.map(withoutReturn);
    }
    rest += decoder.decode();
    if (rest !== '') yield [withoutReturn(rest)];
  } catch (cause) {
    throw wrong('a file that is cut short, or does not arrive whole', cause);
  }
}

/** A file that begins as gzip does, expanded. */
async function expanded(file: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const pieces = piecesOf(file);
  const begun: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  while (length < 2) {
    const { done, value } = await pieces.next();
    if (done) break;
    begun.push(value);
    length += value.length;
  }
  const head = begun.flatMap((piece) => [...piece.subarray(0, 2)]);
  const whole = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const first = begun.shift();
      if (first) return controller.enqueue(first);
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
  return head[0] === 0x1f && head[1] === 0x8b ? whole.pipeThrough(new DecompressionStream('gzip')) : whole;
}

/** Not every browser iterates over streams. */
async function* piecesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<Uint8Array<ArrayBuffer>, undefined> {
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return undefined;
    yield value;
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
