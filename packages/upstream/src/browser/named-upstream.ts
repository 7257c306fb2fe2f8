import { defineComponent, InputError, type Upstream } from '@s3/interface';
import { baselines, isBaseline } from '../baseline-by-name.ts';
import { normalizedLayers } from '../normalized-layers.ts';
import { onnxName } from '../pretrained/hub-names.ts';
import { refusePath, upstreamSettings } from '../upstream-settings.ts';
import { fetchedUpstream } from './fetched-upstream.ts';

interface BrowserWiring {
  /** as in Node; nothing is kept in a browser */
  readonly cacheDir: string;
  /** told how many bytes of pretrained weights have arrived */
  readonly onFetched?: (bytes: number) => void;
}

/**
 * An upstream by the name that S3PRL gives it, in a browser.
 *
 * A pretrained one runs on TensorFlow.js; its `path` is the address of a folder with `config.json` and `model.safetensors`. Hidden states are not
 * kept: `cache` is passed over.
 *
 * @throws InputError, StateError for a checkpoint that does not arrive, is damaged or does not fit
 */
export const namedUpstream = defineComponent({
  name: 'namedUpstream',
  config: upstreamSettings,
  async build({ onFetched }: BrowserWiring, { name = 'hf_custom', path, normalize, ...settings }): Promise<Upstream> {
    refusePath(name, path);
    if (name === onnxName || (!isBaseline(name) && path === undefined)) {
      const expected = 'an upstream without weights, or one in Hugging Face layout whose folder is served beside the page';
      throw new InputError('setting upstream.name', `'${name}'`, expected, 'Use `s3 predict` instead.');
    }
    const upstream = isBaseline(name)
      ? baselines[name]({ batching: settings.batching })
      : await fetchedUpstream(path!, settings, onFetched);
    return normalize ? normalizedLayers(upstream) : upstream;
  },
});
