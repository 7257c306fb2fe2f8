import { createRequire } from 'node:module';
import { commandLine } from '@s3/trainer/command-line';
import { addEngineCommand } from './engine-command.ts';
import { recipes } from './recipes.ts';

const versionOf = (name: string): string =>
  (createRequire(import.meta.url)(`${name}/package.json`) as { readonly version: string }).version;
const packages = ['@s3/cli', '@s3/interface', '@s3/engine', ...recipes.map(({ name }) => `@s3/${name}`)];

process.exitCode = await commandLine({
  argv: process.argv.slice(2),
  stdout: process.stdout,
  stderr: process.stderr,
  recipes,
  addCommands: addEngineCommand,
  selectEngine: async (name) => (await import('@s3/engine')).selectEngine(name),
  version: versionOf('@s3/cli'),
  packages: Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
});
