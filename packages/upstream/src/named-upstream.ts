import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { defineComponent, type Json, type Upstream } from '@s3/interface';
import { cachedUpstream } from './cache/cached-upstream.ts';
import { baselines, isBaseline } from './features/baseline-by-name.ts';
import { normalizedLayers } from './normalized-layers.ts';
import { checkpointFingerprint } from './pretrained/checkpoint/checkpoint-fingerprint.ts';
import { readCheckpointSettings } from './pretrained/checkpoint/checkpoint-folder.ts';
import { findCheckpoint } from './pretrained/hub/find-checkpoint.ts';
import { onnxName } from './pretrained/hub/hub-names.ts';
import { onnxSettings } from './pretrained/onnx/onnx-settings.ts';
import { onnxUpstream } from './pretrained/onnx/onnx-upstream.ts';
import { pretrainedUpstream } from './pretrained/pretrained-upstream.ts';
import {
  checkpointOf,
  refusePath,
  refuseRandomize,
  refuseUnread,
  type UpstreamName,
  type UpstreamSettings,
  upstreamSettings,
} from './upstream-settings.ts';

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
  config: upstreamSettings,
  build(
    _: { readonly cacheDir: string },
    { name = 'hf_custom', path, offline, normalize, randomize, ...settings },
    { seed, onMessage },
  ): Promise<Upstream> {
    const { cache: folder, cachePrecision: precision, cacheGigabytes } = settings;
    const build = async () => {
      const { upstream: plain, source } = await sourced(name, path, offline, { ...settings, ...(randomize && { randomSeed: seed }) });
      const upstream = normalize ? normalizedLayers(plain) : plain;
      if (folder === undefined) return upstream;
      return cachedUpstream(upstream, { folder, precision, maxBytes: cacheGigabytes * 1e9, identity: { source, normalize }, onMessage });
    };
    refusePath(name, path);
    refuseRandomize(name, randomize);
    refuseUnread(name, settings);
    return build();
  },
});

type OwnSettings = Omit<UpstreamSettings, 'name' | 'path' | 'offline' | 'normalize' | 'randomize'> & { readonly randomSeed?: number };

/** The upstream, and what its numbers depend on beside its weights: of a checkpoint what it is counts, not where it lies. */
async function sourced(
  name: UpstreamName,
  path: string | undefined,
  offline: boolean,
  { onnx, ...settings }: OwnSettings,
): Promise<{ readonly upstream: Upstream; readonly source: Json }> {
  if (isBaseline(name)) return { upstream: baselines[name]({ batching: settings.batching }), source: name };
  const place = checkpointOf(name, path);
  if (name === onnxName) {
    const given = onnx ?? onnxSettings.parse({});
    const upstream = await onnxUpstream(place, given, settings);
    return {
      upstream: { ...upstream, fingerprint: await checkpointFingerprint(place, given) },
      source: { onnx: given, file: settings.cache === undefined ? null : await fileHash(place) },
    };
  }
  const { chunkSeconds, chunkOverlapSeconds, randomSeed } = settings;
  const checkpoint = await findCheckpoint(place, { offline });
  const upstream = await pretrainedUpstream(checkpoint, settings, name);
  const checkpointSettings = await readCheckpointSettings(checkpoint, name);
  // random weights are those of the seed, whatever the files hold
  const fingerprint = randomSeed === undefined ? await checkpointFingerprint(checkpoint, checkpointSettings) : undefined;
  return {
    upstream: fingerprint === undefined ? upstream : { ...upstream, fingerprint },
    source: {
      ...checkpointSettings,
      ...(chunkSeconds && { chunkSeconds, chunkOverlapSeconds }),
      ...(randomSeed !== undefined && { randomSeed }),
    },
  };
}

async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
