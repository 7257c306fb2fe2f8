// Bundles the page from the sources of all packages, as browsers see them (export condition `browser`), into dist/site.
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { decoderOptions, inlinedDecoders, onnxPrograms, siteOptions } from './dist/site-options.js';
import { licenceTexts } from './licence-texts.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const app = join(here, 'src/app');
const site = join(here, 'dist/site');

await rm(site, { recursive: true, force: true });
const common = {
  outdir: site,
  // a name that browsers have and Node has not is an error when the page is built: nothing stands in for Node's modules
  conditions: ['@s3/source', 'browser'],
  logLevel: 'warning',
  metafile: true,
};
const program = await build({ ...siteOptions(app), ...common });
const dataio = createRequire(import.meta.resolve('@s3/dataio/package.json'));
const decoders = await build({ ...decoderOptions((name) => dataio.resolve(name)), ...common });
const onnx = dirname(createRequire(import.meta.url).resolve('onnxruntime-web/wasm'));
const inputs = [...[program, decoders].flatMap(({ metafile }) => Object.keys(metafile.inputs)), onnx];
const apart = Object.fromEntries(Object.entries(inlinedDecoders).map(([name, files]) => [name, files.map((file) => `${file}.js`)]));
const inlined = Object.values(inlinedDecoders).flatMap((files) => files.map((file) => `@audio/${file}`));
await writeFile(join(site, 'licences.txt'), licenceTexts(inputs, { inlined, apart }));

for (const file of ['index.html', 'style.css', 'icon.svg']) await cp(join(app, file), join(site, file));
await cp(join(app, 'teach/index.html'), join(site, 'teach.html'));
await cp(join(app, 'teach/teach.css'), join(site, 'teach.css'));
// the engine's binaries lie beside the code that starts it, in a package that only @s3/engine knows
const engine = createRequire(import.meta.resolve('@s3/engine/package.json'));
const wasm = dirname(engine.resolve('@tensorflow/tfjs-backend-wasm'));
const threaded = 'tfjs-backend-wasm-threaded-simd';
await mkdir(join(site, 'wasm'));
for (const file of ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm', `${threaded}.wasm`])
  await cp(join(wasm, file), join(site, 'wasm', file));
// what its threads run; the package has the latter as text, whose line ends stand within quotes
await cp(join(wasm, '../wasm-out', `${threaded}.js`), join(site, 'wasm', `${threaded}.js`));
const { wasmWorkerContents } = engine(`@tensorflow/tfjs-backend-wasm/wasm-out/${threaded}.worker.js`);
await writeFile(join(site, 'wasm', `${threaded}.worker.js`), wasmWorkerContents.replaceAll('\n', '\\n'));

for (const [address, file] of Object.entries(onnxPrograms)) await cp(join(onnx, file), join(site, address));
