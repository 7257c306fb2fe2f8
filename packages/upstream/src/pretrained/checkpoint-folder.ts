import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InputError } from '@s3/interface';
import { z } from 'zod';
import { type NetworkConfig, networkConfig } from '../networks/network-config.ts';
import { exists } from './hub-cache.ts';
import { type OpenTensors, openSafetensors, type StoredTensor } from './safetensors.ts';

const preprocessorConfig = z.object({ do_normalize: z.boolean().default(true), sampling_rate: z.number().positive().default(16_000) });

/** What a checkpoint's folder says besides its weights. */
export interface CheckpointSettings {
  readonly network: NetworkConfig;
  /** Hz expected of the waveforms */
  readonly sampleRate: number;
  /** waveforms are normalized to mean 0 and variance 1 each */
  readonly normalizes: boolean;
}

const configFile = 'config.json';
const preprocessorFile = 'preprocessor_config.json';
const weightsFile = 'model.safetensors';
const indexFile = 'model.safetensors.index.json';

/**
 * Reads `config.json` and, where there is one, `preprocessor_config.json`.
 *
 * Without the latter waveforms are normalized, as S3PRL falls back to the settings of HuBERT base.
 *
 * @throws InputError naming the file and each setting that does not fit
 */
export async function readCheckpointSettings(folder: string): Promise<CheckpointSettings> {
  const network = await readJson(join(folder, configFile), networkConfig);
  const path = join(folder, preprocessorFile);
  const { do_normalize, sampling_rate } = (await exists(path)) ? await readJson(path, preprocessorConfig) : preprocessorConfig.parse({});
  return { network, sampleRate: sampling_rate, normalizes: do_normalize };
}

const shardIndex = z.object({ weight_map: z.record(z.string(), z.string()) });

/**
 * Opens the weights of a folder: `model.safetensors`, or the parts that `model.safetensors.index.json` lists.
 *
 * @throws InputError when there are none, or a part is missing, damaged or without a tensor that the index sees in it
 */
export async function openCheckpoint(folder: string): Promise<OpenTensors> {
  if (await exists(join(folder, weightsFile))) return openSafetensors(join(folder, weightsFile));
  const indexPath = join(folder, indexFile);
  if (!(await exists(indexPath))) {
    throw new InputError(
      folder,
      (await exists(join(folder, 'pytorch_model.bin'))) ? 'pytorch_model.bin alone' : 'no weights',
      `${weightsFile} or ${indexFile}`,
      'Save the model as safetensors: in Python, `AutoModel.from_pretrained(...).save_pretrained(FOLDER)`.',
    );
  }
  const parts = await readShards(folder);
  const files = new Map<string, OpenTensors>();
  const close = async () => void (await Promise.all([...files.values()].map((file) => file.close())));
  try {
    for (const file of new Set(Object.values(parts))) {
      const path = join(folder, file);
      if (!(await exists(path)))
        throw new InputError(path, 'no file', `a part that ${indexFile} lists`, 'Fetch the missing part; parts cannot be left out.');
      files.set(file, await openSafetensors(path));
    }
    const tensors = new Map<string, StoredTensor>();
    for (const [name, file] of Object.entries(parts)) {
      const tensor = files.get(file)!.tensors.get(name);
      if (!tensor)
        throw new InputError(
          join(folder, file),
          `no tensor '${name}'`,
          `it there, as ${indexFile} says`,
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
async function readShards(folder: string): Promise<{ readonly [tensor: string]: string }> {
  const path = join(folder, indexFile);
  const { weight_map: parts } = await readJson(path, shardIndex);
  for (const file of Object.values(parts)) {
    if (basename(file) !== file || !file.endsWith('.safetensors')) {
      throw new InputError(
        path,
        `the part '${file}'`,
        'names of safetensors files of this folder',
        'The index is damaged; use another copy.',
      );
    }
  }
  return parts;
}

/** The files that `model.safetensors.index.json` lists. */
export async function readShardNames(folder: string): Promise<string[]> {
  return [...new Set(Object.values(await readShards(folder)))];
}

/** Whether settings and all weights are there; says nothing about what is in them. */
export async function hasWeights(folder: string): Promise<boolean> {
  if (!(await exists(join(folder, configFile)))) return false;
  if (await exists(join(folder, weightsFile))) return true;
  if (!(await exists(join(folder, indexFile)))) return false;
  const parts = await readShardNames(folder);
  return (await Promise.all(parts.map((file) => exists(join(folder, file))))).every(Boolean);
}

async function readJson<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
  const wrong = (found: string, expected: string, remedy: string) => new InputError(path, found, expected, remedy);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw wrong(
      `no readable file (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`,
      'a checkpoint in Hugging Face layout',
      `Name a folder that holds ${configFile} and ${weightsFile}.`,
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw wrong('text that is no JSON', 'JSON', 'The file is damaged; use another copy.');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the whole'}: ${issue.message}`);
  throw wrong(
    problems.join('; '),
    'settings of a supported speech encoder',
    'Use a wav2vec 2.0, HuBERT, UniSpeech-SAT, WavLM or data2vec audio checkpoint without adapters.',
  );
}
