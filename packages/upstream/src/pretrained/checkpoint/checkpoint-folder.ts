import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InputError } from '@s3/interface';
import { z } from 'zod';
import { sampleRate } from '../../frame-grid.ts';
import { originalNetworks } from '../../networks/s3prl/original-networks.ts';
import { exists, isFile } from '../hub/hub-cache.ts';
import { openOriginal } from '../s3prl/original-checkpoint.ts';
import { type OriginalName, originalNames } from '../s3prl/original-names.ts';
import { openPytorchFile } from '../tensor-files/pytorch-file.ts';
import { openSafetensors } from '../tensor-files/safetensors.ts';
import type { OpenTensors, StoredTensor } from '../tensor-files/stored-tensor.ts';
import { type CheckpointSettings, type NamedText, parseCheckpointSettings, parseJson } from './checkpoint-settings.ts';

const partIndex = z.object({ weight_map: z.record(z.string(), z.string()) });

const configFile = 'config.json';
const preprocessorFile = 'preprocessor_config.json';

/** A way to keep weights: in one file, or in parts that an index lists. */
export interface WeightLayout {
  readonly file: string;
  readonly index: string;
  readonly ending: string;
  readonly open: (path: string) => Promise<OpenTensors>;
}

/** The layouts that are understood, the preferred one first. */
export const weightLayouts: readonly WeightLayout[] = [
  { file: 'model.safetensors', index: 'model.safetensors.index.json', ending: '.safetensors', open: openSafetensors },
  { file: 'pytorch_model.bin', index: 'pytorch_model.bin.index.json', ending: '.bin', open: openPytorchFile },
];

/**
 * Reads `config.json` and, where there is one, `preprocessor_config.json` of a folder; or the settings in a file of S3PRL's own.
 *
 * Without the latter waveforms are normalized, as S3PRL falls back to the settings of HuBERT base.
 *
 * @param name the upstream's name, which a file of S3PRL's own has to fit
 * @throws InputError naming the file and each setting that does not fit
 */
export async function readCheckpointSettings(place: string, name?: string): Promise<CheckpointSettings> {
  const settings = (await isFile(place)) ? await readOriginalSettings(place, name) : await readFolderSettings(place);
  refuseOtherKind(place, name, settings.network.model_type);
  return settings;
}

async function readOriginalSettings(path: string, name: string | undefined): Promise<CheckpointSettings> {
  const { network, close } = await openOriginal(path, name);
  await close();
  return { network, sampleRate, normalizes: false };
}

/** @throws InputError for a checkpoint of another network than the name of S3PRL's own says */
function refuseOtherKind(place: string, name: string | undefined, kind: string): void {
  const wanted: string | undefined =
    name !== undefined && Object.hasOwn(originalNames, name) ? originalNames[name as OriginalName] : undefined;
  const isAnything = name === undefined || name === 'hf_custom';
  // what transformers has a layout for may also be as fairseq or S3PRL keeps it
  const isOnHub = wanted === undefined && (kind === 'fairseq' || kind === 'distiller' || !Object.hasOwn(originalNetworks, kind));
  if (isAnything || wanted === kind || isOnHub) return;
  throw new InputError(
    place,
    `a checkpoint of ${kind}`,
    `one that the upstream ${name} can be`,
    'Give another upstream.path, or leave upstream.name out: the checkpoint says itself what it is.',
  );
}

async function readFolderSettings(folder: string): Promise<CheckpointSettings> {
  const path = join(folder, preprocessorFile);
  return parseCheckpointSettings(await readText(join(folder, configFile)), (await exists(path)) ? await readText(path) : undefined);
}

/**
 * Opens the weights of a folder, `model.safetensors` or `pytorch_model.bin`, whole or in the parts that an index lists; or of a file of S3PRL's own.
 *
 * @throws InputError when there are none, or a part is missing, damaged or without a tensor that the index sees in it
 */
export async function openCheckpoint(folder: string): Promise<OpenTensors> {
  if (await isFile(folder)) return openOriginal(folder, undefined);
  for (const layout of weightLayouts) {
    if (await exists(join(folder, layout.file))) return layout.open(join(folder, layout.file));
    if (await exists(join(folder, layout.index))) return openParts(folder, layout);
  }
  throw new InputError(
    folder,
    'no weights',
    weightLayouts.map(({ file, index }) => `${file} or ${index}`).join(', '),
    'In Python, `model.save_pretrained(FOLDER)` writes them.',
  );
}

async function openParts(folder: string, { index, open, ...layout }: WeightLayout): Promise<OpenTensors> {
  const parts = await readParts(folder, { index, open, ...layout });
  const files = new Map<string, OpenTensors>();
  const close = async () => void (await Promise.all([...files.values()].map((file) => file.close())));
  try {
    for (const file of new Set(Object.values(parts))) {
      const path = join(folder, file);
      if (!(await exists(path)))
        throw new InputError(path, 'no file', `a part that ${index} lists`, 'Fetch the missing part; parts cannot be left out.');
      files.set(file, await open(path));
    }
    const tensors = new Map<string, StoredTensor>();
    for (const [name, file] of Object.entries(parts)) {
      const tensor = files.get(file)!.tensors.get(name);
      if (!tensor)
        throw new InputError(
          join(folder, file),
          `no tensor '${name}'`,
          `it there, as ${index} says`,
          'Index and parts belong to different checkpoints; fetch them again.',
        );
      tensors.set(name, tensor);
    }
    return { tensors, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The part of each tensor, by name. */
async function readParts(folder: string, { index, ending }: WeightLayout): Promise<{ readonly [tensor: string]: string }> {
  const path = join(folder, index);
  const { weight_map: parts } = parseJson(await readText(path), partIndex);
  for (const file of Object.values(parts)) {
    if (basename(file) !== file || !file.endsWith(ending)) {
      throw new InputError(
        path,
        `the part '${file}'`,
        `names of ${ending} files of this folder`,
        'The index is damaged; use another copy.',
      );
    }
  }
  return parts;
}

/** The files that an index lists. */
export async function readPartNames(folder: string, layout: WeightLayout): Promise<string[]> {
  return [...new Set(Object.values(await readParts(folder, layout)))];
}

/** Whether settings and all weights are there; says nothing about what is in them. */
export async function hasWeights(folder: string): Promise<boolean> {
  if (!(await exists(join(folder, configFile)))) return false;
  for (const layout of weightLayouts) {
    if (await exists(join(folder, layout.file))) return true;
    if (!(await exists(join(folder, layout.index)))) continue;
    const parts = await readPartNames(folder, layout);
    if ((await Promise.all(parts.map((file) => exists(join(folder, file))))).every(Boolean)) return true;
  }
  return false;
}

async function readText(path: string): Promise<NamedText> {
  const wrong = (found: string, expected: string, remedy: string) => new InputError(path, found, expected, remedy);
  try {
    return { path, text: await readFile(path, 'utf8') };
  } catch (error) {
    throw wrong(
      `no readable file (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`,
      'a checkpoint in Hugging Face layout',
      `Name a folder that holds ${configFile} and ${weightLayouts[0]!.file}.`,
    );
  }
}
