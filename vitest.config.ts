import { defineConfig } from 'vitest/config';

const upstream = 'packages/upstream/src/**/*.test.ts';
const exclude = ['**/node_modules/**', '**/dist/**', '**/template/**'];

export default defineConfig({
  resolve: { conditions: ['@s3/source'] },
  ssr: { resolve: { conditions: ['@s3/source'], externalConditions: ['@s3/source'] } },
  test: {
    // tfjs-core ships its gradients as ES modules that Node does not recognise as such.
    server: { deps: { inline: [/@tensorflow\/tfjs-core\/dist\/(?!tf-core)/] } },
    globalSetup: ['./vitest.temporary-folder.ts'],
    setupFiles: ['./vitest.setup.ts'],
    // onnxruntime, which some tests load by themselves, would tell its makers
    env: { ORT_DISABLE_TELEMETRY: '1' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two heavy numerical files at a time; more only makes them wait for each other.
    pool: 'forks',
    poolOptions: { forks: { maxForks: 2 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'all others',
          include: ['packages/*/src/**/*.test.ts', 'recipes/*/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: [...exclude, upstream],
        },
      },
      {
        extends: true,
        test: {
          name: 'upstream',
          include: [upstream],
          exclude,
          // Networks of convolutions, which plain JavaScript takes twice as long for; and as long again goes into loading engines for every file.
          env: { S3_ENGINE: process.env['S3_ENGINE'] ?? 'wasm' },
          poolOptions: { forks: { singleFork: true, isolate: false } },
        },
      },
    ],
  },
});
