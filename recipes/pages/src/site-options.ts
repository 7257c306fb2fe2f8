import { basename, join } from 'node:path';
import type { BuildOptions, PluginBuild } from 'esbuild';

/** By what they have in them that is under the LGPL: each stays a file of its own, which can be replaced. */
export const inlinedDecoders: { readonly [library: string]: readonly string[] } = {
  'codec-parser': ['decode-flac', 'decode-opus', 'decode-vorbis'],
  mpg123: ['decode-mp3'],
};

const usual = { bundle: true, format: 'esm', platform: 'browser', target: 'es2022', sourcemap: false } satisfies BuildOptions;

/**
 * How the decoders are bundled that the program loads from files of their own.
 *
 * @param resolve the file of a package
 */
export function decoderOptions(resolve: (name: string) => string) {
  return {
    ...usual,
    entryPoints: Object.values(inlinedDecoders).flatMap((names) => names.map((name) => ({ in: resolve(`@audio/${name}`), out: name }))),
    legalComments: 'inline',
  } satisfies BuildOptions;
}

/**
 * How the page's program is bundled.
 *
 * @param app folder of its sources
 */
export function siteOptions(app: string) {
  return {
    entryPoints: ['main', 'worker', 'recordings/microphone-processor', 'teach/teach', 'teach/teach-worker'].map((name) => ({
      in: join(app, `${name}.ts`),
      out: basename(name),
    })),
    ...usual,
    splitting: true,
    minify: true,
    // licences.txt has them all
    legalComments: 'none',
    // has decoders under the GPL, which a page must not pass on: the formats that only it reads are refused there
    external: ['audio-decode'],
    plugins: [
      { name: 'libraries', setup: placeLibraries },
      { name: 'decoders', setup: leaveDecodersApart },
    ],
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

/** They lie beside the program. */
function leaveDecodersApart(bundler: PluginBuild): void {
  const apart = new Set(Object.values(inlinedDecoders).flat());
  bundler.onResolve({ filter: /^@audio\// }, ({ path }) => {
    const name = path.slice('@audio/'.length);
    return apart.has(name) ? { path: `./${name}.js`, external: true } : undefined;
  });
}
