// A web server that knows nothing of pages.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

/** Any web server, which knows nothing of the page; files named with seconds take as long to send. */
export async function simpleServer(folder, seconds = {}) {
  const types = { html: 'text/html', js: 'text/javascript', css: 'text/css', wasm: 'application/wasm' };
  const server = createServer(({ url }, response) => {
    const path = new URL(url, 'http://page').pathname.slice(1) || 'index.html';
    try {
      const text = readFileSync(join(folder, path));
      response.writeHead(200, {
        'Content-Type': types[path.split('.').at(-1)] ?? 'application/octet-stream',
        'Content-Length': text.length,
      });
      if (!(path in seconds)) response.end(text);
      else void sendSlowly(response, text, seconds[path]);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return { address: `http://127.0.0.1:${server.address().port}/`, close };
}

async function sendSlowly(response, text, seconds) {
  const pieces = 10 * seconds;
  for (let piece = 0; piece < pieces; piece++) {
    response.write(text.subarray((piece * text.length) / pieces, ((piece + 1) * text.length) / pieces));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  response.end();
}
