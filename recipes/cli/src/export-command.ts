import { basename, dirname, join } from 'node:path';
import { type AnyTask, type EngineName, InputError, type Json } from '@s3/interface';
import type { CommandLineOptions } from '@s3/trainer/command-line';
import type { Command } from 'commander';
import { checkpointOverrides } from './checkpoint/checkpoint-overrides.ts';
import { checkpointRecipe, recipeOption, recipesWith } from './checkpoint/checkpoint-recipe.ts';
import { packageVersion } from './package-version.ts';

type Program = Pick<CommandLineOptions, 'recipes' | 'selectEngine' | 'stdout' | 'stderr'>;

/** Adds `s3 export`: the task of a checkpoint, from waveforms to what it predicts, as one ONNX graph. */
export function addExportCommand(command: Command, { recipes, selectEngine, stdout, stderr }: Program): void {
  command
    .command('export')
    .helpGroup('Trained checkpoints:')
    .summary('write a whole trained model as one ONNX graph')
    .argument('<checkpoint>', 'folder of a checkpoint, such as exp/asv/train/step_600, or a zip of it')
    .argument('<file>', 'the ONNX file to write')
    .argument('[settings...]', 'settings that differ from those of the checkpoint, such as --upstream.path ./hubert')
    .usage('<checkpoint> <file> [--section.setting value ...] [options]')
    .allowUnknownOption()
    .description(
      'write a whole trained model as one ONNX graph, from waveforms to embeddings, probabilities or activity; compared with ours first',
    )
    .option('--engine <name>', 'what the graph is compared with: auto, native, webgpu, wasm or cpu', 'auto')
    .addOption(recipeOption())
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  s3 export exp/asv/train/step_600 asv.onnx')
    .action(
      async (
        checkpoint: string,
        path: string,
        settings: readonly string[],
        { engine, json, recipe: module }: { readonly engine: EngineName; readonly json?: boolean; readonly recipe?: string },
      ) => {
        if (path.startsWith('--'))
          throw new InputError('file', 'none', 'the ONNX file to write', 'Give it after the checkpoint, such as model.onnx.');
        const recipe = await checkpointRecipe(await recipesWith(recipes, module), checkpoint);
        await selectEngine(engine);
        const [{ formatTable, loadTask, readCheckpoint, replaceFile, terminalObserver }, { exportTask }] = await Promise.all([
          import('@s3/trainer'),
          import('@s3/export'),
        ]);
        const { overrides } = await checkpointOverrides(recipe, checkpoint, settings);
        const { config, encoders } = await readCheckpoint(checkpoint);
        const upstream = (config['upstream'] ?? {}) as object;
        // a pretrained upstream would run on onnxruntime itself, which is what it is compared with
        const onTensors = 'engine' in upstream ? { 'upstream.engine': 'tensorflow' } : {};
        // and a cache would give what half precision has left
        const uncached = 'cache' in upstream ? { 'upstream.cache': undefined } : {};
        const task: AnyTask = await loadTask(recipe, checkpoint, {
          overrides: { ...overrides, ...onTensors, ...uncached },
          onMessage: (text) => terminalObserver({ stream: stderr }).message?.('warning', text),
        });
        const { model, weights, checks } = await exportTask(task, {
          // used only by a model of more than 2 GB
          weightsFile: `${basename(path)}.data`,
          metadata: {
            recipe: recipe.name,
            s3_version: packageVersion('@s3/interface'),
            config: { ...config, ...overrides } as Json,
            encoders,
          },
        });
        const beside = weights.map(({ path: name, data }) => ({ path: join(dirname(path), name), data }));
        for (const file of beside) await replaceFile(file.path, file.data);
        await replaceFile(path, model);
        const bytes = [model, ...weights.map(({ data }) => data)].reduce((sum, { length }) => sum + length, 0);
        const largest = Math.max(...checks.map(({ difference }) => difference));
        if (json) {
          stdout.write(
            `${JSON.stringify({ path, weights: beside.map((file) => file.path), bytes, largestDifference: largest, checks }, null, 2)}\n`,
          );
          return;
        }
        const rows = checks.map(({ seconds, difference, output }) => [
          seconds.map((value) => value.toFixed(2)).join(', '),
          output,
          difference.toExponential(1),
        ]);
        stdout.write(`${formatTable(['utterances, seconds', 'output', { title: 'largest difference', align: 'right' }], rows)}\n`);
        stdout.write(
          `wrote ${[path, ...beside.map((file) => file.path)].join(' and ')}, ${(bytes / 1e6).toFixed(1)} MB; onnxruntime gives our numbers to ${largest.toExponential(1)}\n`,
        );
      },
    );
}
