import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { defineComponent, InputError, type Json, type Upstream } from '@s3/interface';
import { layerNorm } from '@s3/interface/tensors';
import { closestMatch } from 'leven';
import { z } from 'zod';
import { batching } from './baseline-upstream.ts';
import { cachedUpstream } from './cache/cached-upstream.ts';
import { fbank } from './fbank.ts';
import { linear } from './linear.ts';
import { mel } from './mel.ts';
import { mfcc } from './mfcc.ts';
import { readCheckpointSettings } from './pretrained/checkpoint-folder.ts';
import { findCheckpoint } from './pretrained/find-checkpoint.ts';
import { customNames, hubNames, onnxName } from './pretrained/hub-names.ts';
import { onnxSettings, onnxUpstream } from './pretrained/onnx-upstream.ts';
import { pretrainedUpstream } from './pretrained/pretrained-upstream.ts';
import { spectrogram } from './spectrogram.ts';

type Settings = { readonly batching: z.output<typeof batching> };

const baselines = {
  fbank: (settings: Settings) => fbank(undefined, settings),
  fbank_no_cmvn: (settings: Settings) => fbank(undefined, { ...settings, cmvn: false }),
  mfcc: (settings: Settings) => mfcc(undefined, settings),
  mel: (settings: Settings) => mel(undefined, settings),
  linear: (settings: Settings) => linear(undefined, settings),
  spectrogram: (settings: Settings) => spectrogram(undefined, settings),
};

type BaselineName = keyof typeof baselines;
type PretrainedName = keyof typeof hubNames;

export type UpstreamName = BaselineName | PretrainedName | (typeof customNames)[number] | typeof onnxName;

/** Every name that `namedUpstream` knows; S3PRL's names for the same. */
export const upstreamNames = [...Object.keys({ ...baselines, ...hubNames }), ...customNames, onnxName] as string[] as [
  UpstreamName,
  ...UpstreamName[],
];

const settings = z.object({
  name: z
    .enum(upstreamNames, { error: ({ input }) => unknownName(input) })
    .optional()
    .describe('which upstream; may be left out where path names a checkpoint'),
  path: z
    .string()
    .min(1)
    .optional()
    .describe(
      "checkpoint of a pretrained upstream: a folder in Hugging Face layout, or a model's id on the hub, by default that of the name; of 'onnx' a file",
    ),
  offline: z.boolean().default(false).describe('use nothing but what is on this machine; so does HF_HUB_OFFLINE=1'),
  normalize: z.boolean().default(false).describe('normalize each frame of each hidden state to mean 0 and variance 1 over its features'),
  batching,
  engine: z
    .enum(['auto', 'onnxruntime', 'tensorflow'])
    .default('auto')
    .describe("what a frozen pretrained upstream runs on; 'auto': onnxruntime-node where it is installed"),
  threads: z
    .int()
    .nonnegative()
    .default(0)
    .describe('threads of a frozen upstream on onnxruntime, which sleep while they have nothing to do; 0: one for each core'),
  freezeLayers: z
    .int()
    .nonnegative()
    .default(0)
    .describe(
      'where the upstream is trained: transformer layers, from the lowest, that are left as they are, with all that comes before them',
    ),
  chunkSeconds: z
    .number()
    .positive()
    .optional()
    .describe(
      'seconds that go through a frozen pretrained upstream at once: longer utterances are run in overlapping pieces, every utterance by itself; by default whole, and refused where the memory is too small',
    ),
  chunkOverlapSeconds: z.number().min(0.1).default(2).describe('seconds before and after each piece that its frames may see'),
  onnx: onnxSettings.optional().describe("inputs, outputs and rates of the model, where the name is 'onnx'"),
  layerDrop: z.number().min(0).max(1).default(0).describe('probability that a pretrained layer is left out of a training step'),
  cache: z
    .string()
    .min(1)
    .optional()
    .describe(
      'folder that keeps the hidden states of the frozen upstream, so that each utterance (or crop) is computed once; runs may share it. Every utterance is then computed by itself',
    ),
  cachePrecision: z.enum(['float16', 'float32']).default('float16').describe('how the hidden states are kept'),
  cacheGigabytes: z.number().positive().default(100).describe('what the folder may hold, in GB; what was used least recently makes room'),
  trainFeatureEncoder: z.boolean().default(false).describe('where the upstream is trained: also the convolutions before its transformer'),
});

const config = settings.refine(({ name, path }) => name !== undefined || path !== undefined, {
  path: ['name'],
  error: () => unknownName(undefined),
});

/**
 * An upstream by the name that S3PRL gives it.
 *
 * A promise, since pretrained ones are read from a folder in Hugging Face layout, or from the
 * cache that all programs with Hugging Face models share; `cacheDir` is not needed for either.
 *
 * @throws InputError, StateError for a checkpoint that cannot be found or fetched, is damaged or does not fit
 */
export const namedUpstream = defineComponent({
  name: 'namedUpstream',
  config,
  build(_: { readonly cacheDir: string }, { name = 'hf_custom', path, offline, normalize, ...settings }, { onMessage }): Promise<Upstream> {
    const { cache: folder, cachePrecision: precision, cacheGigabytes } = settings;
    const build = async () => {
      const { upstream: plain, source } = await sourced(name, path, offline, settings);
      const upstream = normalize ? normalizedLayers(plain) : plain;
      if (folder === undefined) return upstream;
      return cachedUpstream(upstream, { folder, precision, maxBytes: cacheGigabytes * 1e9, identity: { source, normalize }, onMessage });
    };
    if (isBaseline(name) && path !== undefined) {
      throw new InputError(
        'upstream.path',
        `'${path}'`,
        `no path, since ${name} has no weights`,
        'Leave the path out or choose another upstream.',
      );
    }
    return build();
  },
});

type OwnSettings = Omit<z.output<typeof config>, 'name' | 'path' | 'offline' | 'normalize'>;

/** The upstream, and what its numbers depend on beside its weights: of a checkpoint what it is counts, not where it lies. */
async function sourced(
  name: UpstreamName,
  path: string | undefined,
  offline: boolean,
  { onnx, ...settings }: OwnSettings,
): Promise<{ readonly upstream: Upstream; readonly source: Json }> {
  if (isBaseline(name)) return { upstream: baselines[name]({ batching: settings.batching }), source: name };
  const place = sourceOf(name, path);
  if (name === onnxName) {
    const given = onnx ?? onnxSettings.parse({});
    const upstream = await onnxUpstream(place, given, settings);
    return { upstream, source: { onnx: given, file: settings.cache === undefined ? null : await fileHash(place) } };
  }
  const { chunkSeconds, chunkOverlapSeconds } = settings;
  const checkpoint = await findCheckpoint(place, { offline });
  return {
    upstream: await pretrainedUpstream(checkpoint, settings),
    source: { ...(await readCheckpointSettings(checkpoint)), ...(chunkSeconds && { chunkSeconds, chunkOverlapSeconds }) },
  };
}

async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

const isBaseline = (name: UpstreamName): name is BaselineName => Object.hasOwn(baselines, name);

/** The checkpoint of a name, unless a path says otherwise. */
function sourceOf(name: Exclude<UpstreamName, BaselineName>, path: string | undefined): string {
  if (path !== undefined) return path;
  if (Object.hasOwn(hubNames, name)) return hubNames[name as PretrainedName];
  throw new InputError(
    'upstream.path',
    'nothing',
    name === onnxName ? 'an ONNX file' : `a folder or a model's id, since the upstream is ${name}`,
    `Give it, such as --upstream.path ${name === onnxName ? 'encoder.onnx' : 'facebook/hubert-base-ls960'}.`,
  );
}

function unknownName(name: unknown): string {
  const known = `the known upstreams are ${upstreamNames.join(', ')}`;
  if (typeof name !== 'string')
    return `an upstream is missing: give upstream.name, or upstream.path with a folder or a model's id on the hub; ${known}`;
  const nearest = closestMatch(name.toLowerCase(), upstreamNames, { maxDistance: 3 });
  return `no upstream is called '${name}'; ${known}${nearest ? `. Did you mean '${nearest}'?` : ''}`;
}

/** The upstream with each frame of each hidden state layer-normalized, without weights (S3PRL's `normalize`). */
function normalizedLayers(upstream: Upstream): Upstream {
  const { forward, graph } = upstream;
  return {
    ...upstream,
    async extract(waveforms, wanted) {
      const layers = await upstream.extract(waveforms, wanted);
      return layers.map(({ values, lengths }) => {
        if (values.size === 0) return { values, lengths };
        const normalized = layerNorm(values);
        values.dispose();
        return { values: normalized, lengths };
      });
    },
    ...(forward && {
      forward: (waveforms, mode) => forward(waveforms, mode).map(({ values, lengths }) => ({ values: layerNorm(values), lengths })),
    }),
    ...(graph && {
      graph: (operations, waveforms) =>
        graph(operations, waveforms).map(({ values, lengths }) => ({ values: operations.layerNorm(values, { epsilon: 1e-5 }), lengths })),
    }),
  };
}
