import { basename, extname } from 'node:path';
import { type AnyTask, type EngineName, InputError } from '@s3/interface';
import type { CommandLineOptions } from '@s3/trainer/command-line';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { checkpointOverrides, refuseUnread, watchSections } from './checkpoint/checkpoint-overrides.ts';
import { checkpointRecipe, recipeOption, recipesWith } from './checkpoint/checkpoint-recipe.ts';
import { writeSounds } from './write-sounds.ts';

type Program = Pick<CommandLineOptions, 'recipes' | 'selectEngine' | 'stdout' | 'stderr'>;

interface PredictOptions {
  readonly engine: EngineName;
  readonly format: 'auto' | 'json';
  readonly speakerModel?: string;
  readonly speakers?: number;
  readonly out?: string;
  readonly recipe?: string;
}

/** Minutes from which on a recording that goes through a model in one piece is worth a warning. */
const longMinutes = 5;

/** Adds `s3 predict`: what the task of a checkpoint makes of audio files: one line of JSON each, RTTM, a list of events, or sound. */
export function addPredictCommand(command: Command, { recipes, selectEngine, stdout, stderr }: Program): void {
  command
    .command('predict')
    .helpGroup('Trained checkpoints:')
    .summary('say what a trained task makes of audio files')
    .argument('<checkpoint>', 'folder of a checkpoint, such as exp/asv/train/step_600, or a zip of it')
    .argument('<files...>', 'audio files, then settings that differ from those of the checkpoint, such as --task.decoder.nbest 5')
    .usage('<checkpoint> <files...> [--task.setting value ...] [options]')
    .allowUnknownOption()
    .description(
      "say what a checkpoint's task makes of audio files: an embedding, a text, a label, one line of JSON each; who speaks when, as RTTM; what sounds when, as lines of recording, onset, offset and label; sources of a mixture, as WAV files",
    )
    .addOption(
      new Option('--format <format>', "auto: the task's own format where it has one (rttm, tsv), else json")
        .choices(['auto', 'json'])
        .default('auto'),
    )
    .option(
      '--speakerModel <checkpoint>',
      'for who speaks when: a speaker verification checkpoint that knows a speaker again in a long recording',
    )
    .option(
      '--speakers <count>',
      'speakers of each recording, with --speakerModel; as many as the model has outputs unless given',
      positive,
    )
    .option(
      '--out <folder>',
      "for enhancement and separation: where the sounds go, NAME_s1.wav and so on, each recording's whole or not at all",
    )
    .addOption(recipeOption())
    .option('--engine <name>', 'auto, native, webgpu, wasm or cpu', 'auto')
    .addHelpText(
      'after',
      `
Examples:
  s3 predict exp/asr/train/valid_best a.wav b.flac
  s3 predict exp/asr/train/valid_best a.wav --task.decoder.type beam --task.decoder.nbest 5
  s3 predict exp/sd/train/valid_best meeting.wav > meeting.rttm
  s3 predict exp/sd/train/valid_best meeting.wav --speakerModel exp/asv/train/step_600 --speakers 4 > meeting.rttm
  s3 predict exp/ss/train/valid_best mixture.wav --out separated`,
    )
    .action(async (checkpoint: string, words: readonly string[], options: PredictOptions) => {
      const { engine, format, speakerModel, speakers, out } = options;
      const first = words.findIndex((word) => word.startsWith('--'));
      const [files, settings] = first < 0 ? [words, []] : [words.slice(0, first), words.slice(first)];
      const known = await recipesWith(recipes, options.recipe);
      const recipe = await checkpointRecipe(known, checkpoint);
      const speakerRecipe = speakerModel === undefined ? undefined : await checkpointRecipe(known, speakerModel);
      await selectEngine(engine);
      const [{ loadTask, terminalObserver }, { withRecordingSource }] = await Promise.all([import('@s3/trainer'), import('@s3/dataio')]);
      const given = await checkpointOverrides(recipe, checkpoint, settings);
      const watched = watchSections(recipe);
      const observer = terminalObserver({ stream: stderr });
      const onMessage = (text: string) => observer.message?.('warning', text);
      const task: AnyTask = await loadTask(watched.recipe, checkpoint, { overrides: given.overrides, onMessage });
      refuseUnread(given, watched.read, 'predicting');
      if (!task.predictRecording && (speakerModel !== undefined || speakers !== undefined)) {
        const where = speakerModel === undefined ? '--speakers' : '--speakerModel';
        throw new InputError(where, `a checkpoint of the task ${task.name}`, 'one that says who speaks when', `Leave ${where} out.`);
      }
      refuseMismatch(task, out);
      refuseSameNames(task.sound ? files : []);
      const speakerTask = speakerModel !== undefined && speakerRecipe && (await loadTask(speakerRecipe, speakerModel, { onMessage }));
      try {
        for (const path of files) {
          await withRecordingSource(path, task.model.sampleRate, async (recording) => {
            const label = `predict ${recording.name}`;
            const onProgress = (done: number, total: number) =>
              observer.progress?.({ label, done: Math.round(done), total: Math.round(total), unit: 's of audio' });
            if (task.sound) {
              refuseShort(path, recording, task.model.minSamples);
              const sounds = await writeSounds(task.sound, recording, out!, { onProgress, onMessage });
              stdout.write(`${JSON.stringify({ path, sounds })}\n`);
              return;
            }
            if (!task.predictRecording) {
              refuseShort(path, recording, task.model.minSamples);
              const seconds = recording.samples / recording.sampleRate;
              if (seconds > 60 * longMinutes)
                observer.message?.('warning', `${path} is ${lengthOf(seconds)} long and goes through the model in one piece`);
              stdout.write(`${JSON.stringify({ path, prediction: await predictWhole(task, recording) })}\n`);
              return;
            }
            const { prediction, text } = await task.predictRecording(recording, {
              speakers,
              ...(speakerTask && { speakerModel: speakerTask }),
              onProgress,
            });
            stdout.write(text && format === 'auto' ? text.content : `${JSON.stringify({ path, prediction: plain(prediction) })}\n`);
          });
        }
      } finally {
        await observer.close?.();
      }
    });
}

/** @throws InputError for sound with nowhere to go, or a folder for what is no sound */
function refuseMismatch({ name, sound }: AnyTask, out: string | undefined): void {
  if (sound && out === undefined) {
    const expected = `--out with a folder: the task ${name} gives sound (${sound.outputs.join(', ')})`;
    throw new InputError('--out', 'nothing', expected, 'Name one, such as --out separated.');
  }
  if (sound || out === undefined) return;
  throw new InputError('--out', `a checkpoint of the task ${name}`, 'one that gives sound', 'Leave --out out.');
}

/** @throws InputError for recordings whose sounds would have the same names */
function refuseSameNames(files: readonly string[]): void {
  const names = files.map((path) => basename(path, extname(path)));
  const second = names.findIndex((name, place) => names.indexOf(name) !== place);
  if (second < 0) return;
  const first = files[names.indexOf(names[second]!)]!;
  throw new InputError(
    files[second]!,
    `the name of ${first}`,
    'a name of its own for each recording',
    'Give them to two commands, with folders of their own.',
  );
}

/** @throws InputError for a recording that the model cannot take, by its file rather than by its frames */
function refuseShort(path: string, { samples, sampleRate }: { readonly samples: number; readonly sampleRate: number }, least = 1): void {
  if (samples >= least) return;
  const seconds = (count: number) => `${(count / sampleRate).toFixed(3)} s`;
  throw new InputError(path, `${seconds(samples)} of audio`, `at least ${seconds(least)}, the model's reach`, 'Leave it out.');
}

async function predictWhole(
  task: AnyTask,
  { samples, read }: { readonly samples: number; readonly read: (first: number, end: number) => Promise<Float32Array> },
): Promise<unknown> {
  const tf = await import('@tensorflow/tfjs-core');
  const values = tf.tensor2d(await read(0, samples), [1, samples]);
  try {
    return plain((await task.predict({ values, lengths: [samples] }))[0]);
  } finally {
    values.dispose();
  }
}

const plain = (prediction: unknown) => (ArrayBuffer.isView(prediction) ? Array.from(prediction as Float32Array) : prediction);

function lengthOf(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} minutes` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It has to be a whole number from 1 on.');
  return value;
}
