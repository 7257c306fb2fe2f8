import { InputError } from '@s3/interface';
import { z } from 'zod';
import { networkConfig } from '../../networks/hugging-face/network-config.ts';
import type { AnyNetworkConfig } from '../../networks/network-of.ts';
import { originalConfig, originalNetworks } from '../../networks/s3prl/original-networks.ts';

const preprocessorConfig = z.object({ do_normalize: z.boolean().default(true), sampling_rate: z.number().positive().default(16_000) });

const spectrogramStatistics = z.object({ mean: z.number().default(-4.2677393), std: z.number().positive().default(4.5689974) });

/** families that begin with a spectrogram */
const ofSpectrograms: ReadonlySet<string> = new Set(['whisper', 'wav2vec2-bert']);

/** The settings of any network, by `model_type`. */
const anyNetworkConfig = z.unknown().transform((config, { issues }): AnyNetworkConfig => {
  const type = typeof config === 'object' && config !== null && 'model_type' in config ? String(config.model_type) : '';
  const parsed = (Object.hasOwn(originalNetworks, type) ? originalConfig : networkConfig).safeParse(config);
  if (parsed.success) return parsed.data;
  issues.push(...parsed.error.issues.map((issue) => ({ ...issue, input: config }) as never));
  return z.NEVER;
});

/** What a checkpoint's folder says besides its weights. */
export interface CheckpointSettings {
  readonly network: AnyNetworkConfig;
  /** Hz expected of the waveforms */
  readonly sampleRate: number;
  /** waveforms are normalized to mean 0 and variance 1 each; where a network begins with a spectrogram they are not, whatever the preprocessor says or leaves out */
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
  const given = parseJson(config, anyNetworkConfig);
  // by what AST normalizes its spectrogram; kept beside the settings of its network
  const isAst = given.model_type === 'audio-spectrogram-transformer';
  const network = isAst && preprocessor ? { ...given, ...parseJson(preprocessor, spectrogramStatistics) } : given;
  const { do_normalize, sampling_rate } = preprocessor ? parseJson(preprocessor, preprocessorConfig) : preprocessorConfig.parse({});
  const hearsWaveforms = !ofSpectrograms.has(network.model_type) && !Object.hasOwn(originalNetworks, network.model_type);
  return { network, sampleRate: sampling_rate, normalizes: do_normalize && hearsWaveforms };
}

/** Content of a file, and what messages call it. */
export interface NamedText {
  readonly path: string;
  readonly text: string;
}

/** @throws InputError for text that is no JSON or does not fit the schema */
export function parseJson<Schema extends z.ZodType>({ path, text }: NamedText, schema: Schema): z.output<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new InputError(path, 'text that is no JSON', 'JSON', 'The file is damaged; use another copy.');
  }
  return checkedSettings(path, json, schema);
}

/** @throws InputError for settings that do not fit the schema */
export function checkedSettings<Schema extends z.ZodType>(path: string, settings: unknown, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(settings);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the whole'}: ${issue.message}`);
  throw new InputError(
    path,
    problems.join('; '),
    'settings of a supported speech encoder',
    'Use a checkpoint of wav2vec 2.0 (conformer or not), w2v-BERT 2.0, HuBERT, UniSpeech, UniSpeech-SAT, WavLM, data2vec audio or Whisper, or one of the networks that S3PRL keeps in files of its own.',
  );
}
