import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { InputError } from '@s3/interface';
import type { PageContent, PageFile } from './page-content.ts';

/** A page that is being served. */
export interface ServedPage {
  /** where it is: `http://127.0.0.1:4711/` */
  readonly address: string;
  readonly close: () => Promise<void>;
}

const types: { readonly [ending: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
  '.yaml': 'text/plain; charset=utf-8',
};

/** What every answer says: nothing from elsewhere is loaded, nothing goes elsewhere, no text is run as a program. */
const headers = {
  'Content-Security-Policy':
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'microphone=(self), camera=(), geolocation=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  // a checkpoint of the same address may be another one tomorrow
  'Cache-Control': 'no-cache',
};

/**
 * Serves a page on this computer, to this computer alone.
 *
 * @throws InputError when the port is taken
 */
export async function servePage(
  content: PageContent,
  {
    port = 0,
  }: {
    /** 0 for one that is free */
    readonly port?: number;
  } = {},
): Promise<ServedPage> {
  const server = createServer((request, response) => {
    // a page elsewhere whose name was bent to this computer is not answered
    const host = request.headers.host ?? '';
    const isOwn = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host);
    const path = decoded(new URL(request.url ?? '/', 'http://page').pathname.slice(1)) || 'index.html';
    const found = isOwn && (request.method === 'GET' || request.method === 'HEAD') ? content.get(path) : undefined;
    void answer(response, path, found, request.method === 'HEAD').catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const found = cause.code === 'EADDRINUSE' ? `${port}, which another program uses` : `${port} (${cause.message})`;
      reject(new InputError('--port', found, 'a port that is free', 'Give another one, or none.', { cause }));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${taken}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(response: ServerResponse, path: string, found: PageFile | undefined, isHead: boolean): Promise<void> {
  const type = types[extname(path)] ?? 'application/octet-stream';
  const size =
    found && 'file' in found
      ? await stat(found.file).then(
          (stats) => stats.size,
          () => undefined,
        )
      : undefined;
  if (!found || ('file' in found && size === undefined)) {
    response.writeHead(404, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }).end('There is no such file in this page.\n');
    return;
  }
  const bytes = 'text' in found ? Buffer.from(found.text) : 'bytes' in found ? found.bytes : undefined;
  response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': bytes?.length ?? size });
  if (isHead || bytes) response.end(isHead ? undefined : bytes);
  else
    createReadStream((found as { readonly file: string }).file)
      .on('error', () => response.destroy())
      .pipe(response);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
