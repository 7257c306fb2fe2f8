#!/usr/bin/env node
// Compiles packages/*/assembly/NAME.as (AssemblyScript) to packages/*/src/assembly/NAME.ts, the module's bytes as text.
// Options of its own stand in a source's first line, behind `// asc`. With --check says which of them are not what their source compiles to.
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const packages = fileURLToPath(new URL('../packages', import.meta.url));
const check = process.argv.includes('--check');
const stale = [];
for (const name of await readdir(packages)) {
  const folder = `${packages}/${name}/assembly`;
  if (!existsSync(folder)) continue;
  for (const file of await readdir(folder)) {
    const target = `${packages}/${name}/src/assembly/${file.replace(/\.as$/, '.ts')}`;
    const text = moduleText(file, await compile(await readFile(`${folder}/${file}`, 'utf8')));
    const isThere = existsSync(target) && (await readFile(target, 'utf8')) === text;
    if (isThere) continue;
    if (check) stale.push(target);
    else {
      await mkdir(`${packages}/${name}/src/assembly`, { recursive: true });
      await writeFile(target, text);
      console.log(`wrote ${target}`);
    }
  }
}
if (stale.length > 0) {
  console.error(`not what their source compiles to: ${stale.join(', ')}. Run node scripts/compile-assembly.mjs.`);
  process.exit(1);
}

async function compile(source) {
  let bytes;
  const own = /^\/\/ asc (.*)/.exec(source)?.[1].split(' ') ?? [];
  const options = ['--runtime', 'stub', '--optimizeLevel', '3', '--enable', 'simd', '--noAssert', '--outFile', 'module.wasm', ...own];
  const { error, stderr } = await asc.main(['module.ts', ...options], {
    readFile: (path) => (path === 'module.ts' ? source : null),
    writeFile(_, contents) {
      bytes = contents;
    },
    listFiles: () => [],
  });
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  return bytes;
}

function moduleText(file, bytes) {
  const text = Buffer.from(bytes).toString('base64');
  return `/** The WebAssembly module that \`assembly/${file}\` compiles to; written by scripts/compile-assembly.mjs. */
export const wasmBase64 =
  '${text}';
`;
}
