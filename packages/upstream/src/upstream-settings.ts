import { InputError } from '@s3/interface';
import { closestMatch } from 'leven';
import { z } from 'zod';
import { type BaselineName, baselines } from './features/baseline-by-name.ts';
import { batching } from './features/baseline-upstream.ts';
import { customNames, hubNames, onnxName } from './pretrained/hub/hub-names.ts';
import { onnxSettings } from './pretrained/onnx/onnx-settings.ts';
import { type OriginalName, originalNames } from './pretrained/s3prl/original-names.ts';

type PretrainedName = keyof typeof hubNames;

/** A name that `namedUpstream` knows. */
export type UpstreamName = BaselineName | PretrainedName | OriginalName | (typeof customNames)[number] | typeof onnxName;

/** Every name that `namedUpstream` knows; S3PRL's names for the same. */
export const upstreamNames = [...Object.keys({ ...baselines, ...hubNames, ...originalNames }), ...customNames, onnxName] as string[] as [
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
      "checkpoint of a pretrained upstream: a folder in Hugging Face layout, a checkpoint file of S3PRL's own, or a model's id on the hub (or owner/name/file there), by default that of the name; of 'onnx' a file",
    ),
  offline: z.boolean().default(false).describe('use nothing but what is on this machine; so does HF_HUB_OFFLINE=1'),
  normalize: z.boolean().default(false).describe('normalize each frame of each hidden state to mean 0 and variance 1 over its features'),
  randomize: z
    .boolean()
    .default(false)
    .describe('draw the weights of a pretrained upstream anew, by the seed of the run: what its architecture gives without its training'),
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
    .describe('where the upstream is trained: layers, from the lowest, that are left as they are, with all that comes before them'),
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

/** Settings of `namedUpstream`. */
export const upstreamSettings = settings.refine(({ name, path }) => name !== undefined || path !== undefined, {
  path: ['name'],
  error: () => unknownName(undefined),
});

export type UpstreamSettings = z.output<typeof upstreamSettings>;

/**
 * The checkpoint of a name, unless a path says otherwise.
 *
 * @throws InputError for a name that has none of its own
 */
export function checkpointOf(name: Exclude<UpstreamName, BaselineName>, path: string | undefined): string {
  if (path !== undefined) return path;
  if (Object.hasOwn(hubNames, name)) return hubNames[name as PretrainedName];
  const isOriginal = Object.hasOwn(originalNames, name);
  throw new InputError(
    'upstream.path',
    'nothing',
    name === onnxName ? 'an ONNX file' : `${isOriginal ? 'a checkpoint file' : "a folder or a model's id"}, since the upstream is ${name}`,
    `Give it, such as --upstream.path ${name === onnxName ? 'encoder.onnx' : isOriginal ? 'states.ckpt' : 'facebook/hubert-base-ls960'}.`,
  );
}

function unknownName(name: unknown): string {
  const known = `the known upstreams are ${upstreamNames.join(', ')}`;
  if (typeof name !== 'string')
    return `an upstream is missing: give upstream.name, or upstream.path with a folder or a model's id on the hub; ${known}`;
  const nearest = closestMatch(name.toLowerCase(), upstreamNames, { maxDistance: 3 });
  return `no upstream is called '${name}'; ${known}${nearest ? `. Did you mean '${nearest}'?` : ''}`;
}

/** @throws InputError for weights that are to be drawn where there are none, or none that are known */
export function refuseRandomize(name: UpstreamName, randomize: boolean): void {
  if (!randomize || !(Object.hasOwn(baselines, name) || name === onnxName)) return;
  const weights = name === onnxName ? 'an ONNX file may hold anything' : `${name} has no weights`;
  throw new InputError(
    'upstream.randomize',
    'true',
    `a pretrained upstream, since ${weights}`,
    'Leave it out, or choose another upstream.',
  );
}

/** @throws InputError for a path beside the name of an upstream without weights */
export function refusePath(name: UpstreamName, path: string | undefined): void {
  if (!Object.hasOwn(baselines, name) || path === undefined) return;
  throw new InputError(
    'upstream.path',
    `'${path}'`,
    `no path, since ${name} has no weights`,
    'Leave the path out or choose another upstream.',
  );
}

/** What says how the network of a pretrained upstream is run or trained. */
const ofNetworks = ['freezeLayers', 'layerDrop', 'trainFeatureEncoder', 'chunkSeconds', 'onnx'] as const;

/** @throws InputError for a setting of pretrained upstreams beside the name of one without weights, where it would mean nothing */
export function refuseUnread(name: UpstreamName, given: Pick<UpstreamSettings, (typeof ofNetworks)[number]>): void {
  if (!Object.hasOwn(baselines, name)) return;
  const unread = ofNetworks.find((setting) => given[setting] !== undefined && given[setting] !== settings.shape[setting].parse(undefined));
  if (unread === undefined) return;
  const expected = `nothing, since ${name} has no network that reads it`;
  throw new InputError(`upstream.${unread}`, JSON.stringify(given[unread]), expected, 'Leave it out or choose another upstream.');
}
