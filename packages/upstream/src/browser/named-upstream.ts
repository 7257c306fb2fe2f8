import { defineComponent, InputError, type Upstream } from '@s3/interface';
import { baselines, isBaseline } from '../baseline-by-name.ts';
import { normalizedLayers } from '../normalized-layers.ts';
import { refusePath, upstreamSettings } from '../upstream-settings.ts';

/**
 * An upstream by the name that S3PRL gives it, in a browser. Hidden states are not kept: `cache` is passed over.
 *
 * @throws InputError for an upstream that is pretrained
 */
export const namedUpstream = defineComponent({
  name: 'namedUpstream',
  config: upstreamSettings,
  async build(_: { readonly cacheDir: string }, { name = 'hf_custom', path, normalize, batching }): Promise<Upstream> {
    refusePath(name, path);
    if (!isBaseline(name)) {
      throw new InputError('setting upstream.name', name, 'an upstream without weights', 'Use `s3 predict`.');
    }
    const upstream = baselines[name]({ batching });
    return normalize ? normalizedLayers(upstream) : upstream;
  },
});
