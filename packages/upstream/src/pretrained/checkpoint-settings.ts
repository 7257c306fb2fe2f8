import { InputError } from '@s3/interface';
import { z } from 'zod';
import { type NetworkConfig, networkConfig } from '../networks/network-config.ts';

const preprocessorConfig = z.object({ do_normalize: z.boolean().default(true), sampling_rate: z.number().positive().default(16_000) });

/** families that begin with a spectrogram */
const ofSpectrograms: ReadonlySet<string> = new Set(['whisper', 'wav2vec2-bert']);

/** What a checkpoint's folder says besides its weights. */
export interface CheckpointSettings {
  readonly network: NetworkConfig;
  /** Hz expected of the waveforms */
  readonly sampleRate: number;
  /** waveforms are normalized to mean 0 and variance 1 each; those of Whisper and w2v-BERT are not, whatever the preprocessor says or leaves out */
  readonly normalizes: boolean;
}

/**
 * The settings of a checkpoint from the texts of `config.json` and, where there is one, `preprocessor_config.json`.
 *
 * Without the latter waveforms are normalized, as S3PRL falls back to the settings of HuBERT base.
 *
 * @throws InputError naming the file and each setting that does not fit
 */
export function parseCheckpointSettings(config: NamedText, preprocessor?: NamedText): CheckpointSettings {
  const network = parseJson(config, networkConfig);
  const { do_normalize, sampling_rate } = preprocessor ? parseJson(preprocessor, preprocessorConfig) : preprocessorConfig.parse({});
  return { network, sampleRate: sampling_rate, normalizes: do_normalize && !ofSpectrograms.has(network.model_type) };
}

/** Content of a file, and what messages call it. */
export interface NamedText {
  readonly path: string;
  readonly text: string;
}

/** @throws InputError for text that is no JSON or does not fit the schema */
export function parseJson<Schema extends z.ZodType>({ path, text }: NamedText, schema: Schema): z.output<Schema> {
  const wrong = (found: string, expected: string, remedy: string) => new InputError(path, found, expected, remedy);
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
    'Use a checkpoint of wav2vec 2.0 (conformer or not), w2v-BERT 2.0, HuBERT, UniSpeech, UniSpeech-SAT, WavLM, data2vec audio or Whisper.',
  );
}
