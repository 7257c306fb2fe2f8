import { basename, dirname, join } from 'node:path';
import type { ExternalValues } from '@s3/interface/graph';
import type { CommandLineOptions } from '@s3/trainer/command-line';
import type { Command } from 'commander';

type Program = Pick<CommandLineOptions, 'selectEngine' | 'stdout'>;

/** Adds `s3 upstream list`, `s3 upstream check NAME` and `s3 upstream export SOURCE FILE`. */
export function addUpstreamCommand(program: Command, { selectEngine, stdout }: Program): void {
  const print = (text: string) => void stdout.write(`${text}\n`);
  const upstream = program
    .command('upstream')
    .helpGroup('Encoders, data and scores:')
    .description('the speech encoders: list, check, export');

  upstream
    .command('list')
    .description('the names that upstream.name takes')
    .option('--json', 'print the result as JSON')
    .action(async ({ json }) => {
      const { hubNames, isBaseline, upstreamNames } = await import('@s3/upstream');
      const rows = upstreamNames.map((name) => ({ name, hub: (hubNames as { readonly [name: string]: string })[name] ?? null }));
      if (json) return print(JSON.stringify(rows, null, 2));
      const { formatTable } = await import('@s3/trainer');
      const table = rows.map(({ name, hub }) => [name, hub ?? (isBaseline(name) ? 'needs no weights' : 'what upstream.path names')]);
      print(formatTable(['name', 'weights on the Hugging Face hub'], table));
    });

  upstream
    .command('check')
    .argument(
      '[source]',
      'one of s3 upstream list, a folder, a checkpoint file, an ONNX file, or a module (.mjs, .ts) or installed package that exports an upstream component',
    )
    .argument('[settings...]', 'its settings, such as --upstream.path DIR or --upstream.onnx.downsampleRate 160')
    .usage('[source] [--upstream.setting value ...] [options]')
    .allowUnknownOption()
    .description('load an upstream and say what it is: layers, sizes, rate, frames, parameters, a numeric fingerprint')
    .option('--path <folder>', 'the same as --upstream.path')
    .option('--offline', 'use what is cached, ask nobody; the same as --upstream.offline')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Examples:
  s3 upstream check fbank
  s3 upstream check hubert_base --upstream.normalize
  s3 upstream check ./my-hubert
  s3 upstream check tera.ckpt
  s3 upstream check encoder.onnx --upstream.onnx.input audio --upstream.onnx.downsampleRate 160
  s3 upstream check ./block-energies.mjs --upstream.floor 1e-5
  s3 upstream check whale-upstream`,
    )
    .action(async (_source: string | undefined, _settings, { path, offline, json }, command: Command) => {
      const [first, ...rest] = command.args;
      const hasSource = first !== undefined && !first.startsWith('--');
      const words = [
        ...(hasSource ? rest : command.args),
        ...(path ? ['--upstream.path', path] : []),
        ...(offline ? ['--upstream.offline'] : []),
      ];
      await selectEngine('auto');
      const { checkUpstream, checkedText } = await import('./check-upstream.ts');
      const result = await checkUpstream(hasSource ? first : undefined, words);
      print(json ? JSON.stringify(result, null, 2) : checkedText(result));
    });

  upstream
    .command('export')
    .argument('<source>', 'a checkpoint, folder or file, a name of s3 upstream list, or an id on the hub')
    .argument('<file>', 'the ONNX file to write')
    .description(
      'write a pretrained upstream as one ONNX graph with all hidden states as outputs; weights of more than 2 GB go beside it, to FILE.data',
    )
    .option('--offline', 'use what is cached, ask nobody')
    .action(async (source: string, file: string, { offline = false }) => {
      const [{ exportOnnx, hubNames }, { replaceFile }] = await Promise.all([import('@s3/upstream'), import('@s3/trainer')]);
      // nothing is computed but a few sums of weights, and the others hold every weight a second time
      await selectEngine('cpu');
      const known: { readonly [name: string]: string } = hubNames;
      // used only by weights of more than 2 GB
      const external = { name: `${basename(file)}.data`, files: [] as ExternalValues[] };
      const model = await exportOnnx(known[source] ?? source, { offline, external, ...(known[source] !== undefined && { name: source }) });
      const beside = external.files.map(({ path, data }) => ({ path: join(dirname(file), path), data }));
      for (const { path, data } of beside) await replaceFile(path, data);
      await replaceFile(file, model);
      const bytes = [model, ...beside.map(({ data }) => data)].reduce((sum, { length }) => sum + length, 0);
      print(`wrote ${[file, ...beside.map(({ path }) => path)].join(' and ')}, ${(bytes / 1e6).toFixed(1)} MB`);
    });
}
