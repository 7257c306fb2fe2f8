import { basename, join } from 'node:path';
import type { BuildOptions, PluginBuild } from 'esbuild';

/**
 * How the page's program is bundled.
 *
 * @param app folder of its sources
 */
export function siteOptions(app: string) {
  return {
    entryPoints: ['main', 'worker', 'microphone-processor', 'teach/teach', 'teach/teach-worker'].map((name) => ({
      in: join(app, `${name}.ts`),
      out: basename(name),
    })),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    sourcemap: false,
    legalComments: 'linked',
    // has decoders under the GPL, which a page must not pass on: the formats that only it reads are refused there
    external: ['audio-decode'],
    plugins: [{ name: 'libraries', setup: placeLibraries }],
  } satisfies BuildOptions;
}

/** The program of onnxruntime-web in a page, and its WebAssembly: addresses, and the files of the package. */
export const onnxPrograms: { readonly [address: string]: string } = {
  'onnx/onnxruntime.js': 'ort.wasm.bundle.min.mjs',
  'onnx/ort-wasm-simd-threaded.wasm': 'ort-wasm-simd-threaded.wasm',
};

function placeLibraries(bundler: PluginBuild): void {
  // fetched by its address where an upstream needs it, so that nobody who serves a page has to have it installed
  bundler.onResolve({ filter: /^onnxruntime-web\/wasm$/ }, () => ({ path: './onnx/onnxruntime.js', external: true }));
  // libraries that look for Node themselves and do without it; our own packages may not
  bundler.onResolve({ filter: /^(fs|module)$/ }, ({ path, importer }) =>
    importer.includes('sentencepiece-js') ? { path, namespace: 'absent' } : undefined,
  );
  bundler.onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'export {};' }));
}
