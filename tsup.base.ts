import { defineConfig, type Options } from 'tsup';

/** One build for every package: ESM, dependencies left outside. Types are a build of their own (`tsup --dts-only`), since nothing that runs needs them. */
export function buildPackage(entry: Record<string, string> = { index: 'src/index.ts' }, more: Options = {}) {
  return defineConfig({
    entry,
    format: ['esm'],
    target: 'node20',
    platform: 'neutral',
    external: [/^node:/],
    tsconfig: '../../tsconfig.build.json',
    sourcemap: true,
    // packages bring their sources as files, to which the maps point
    esbuildOptions(options) {
      options.sourcesContent = false;
    },
    clean: ['!**/*.d.ts'],
    treeshake: true,
    ...more,
  });
}
