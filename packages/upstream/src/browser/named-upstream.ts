import { defineComponent, InputError, type Upstream } from '@s3/interface';
import { baselines, isBaseline } from '../features/baseline-by-name.ts';
import { normalizedLayers } from '../normalized-layers.ts';
import { onnxName } from '../pretrained/hub/hub-names.ts';
import { onnxSettings } from '../pretrained/onnx/onnx-settings.ts';
import { refusePath, refuseRandomize, upstreamSettings } from '../upstream-settings.ts';
import { fetchedOnnxUpstream } from './fetched-onnx-upstream.ts';
import { fetchedUpstream } from './fetched-upstream.ts';

interface BrowserWiring {
  /** as in Node; nothing is kept in a browser */
  readonly cacheDir: string;
}

/**
 * An upstream by the name that S3PRL gives it, in a browser.
 *
 * A pretrained one runs on TensorFlow.js; its `path` is the address of a folder with `config.json` and `model.safetensors`. An ONNX file runs on
 * onnxruntime-web; its `path` is its address. Hidden states are not kept: `cache` is passed over.
 *
 * @throws InputError, StateError for a checkpoint that does not arrive, is damaged or does not fit
 */
export const namedUpstream = defineComponent({
  name: 'namedUpstream',
  config: upstreamSettings,
  async build(_: BrowserWiring, { name = 'hf_custom', path, normalize, randomize, ...settings }, { seed }): Promise<Upstream> {
    refusePath(name, path);
    refuseRandomize(name, randomize);
    if (!isBaseline(name) && path === undefined) {
      const expected = 'an upstream without weights, or one whose files are served beside the page';
      throw new InputError('setting upstream.name', `'${name}' without a path`, expected, 'Serve the checkpoint with `s3 serve`.');
    }
    const build = async (): Promise<Upstream> => {
      if (isBaseline(name)) return baselines[name]({ batching: settings.batching });
      if (name === onnxName) return fetchedOnnxUpstream(path!, settings.onnx ?? onnxSettings.parse({}));
      return fetchedUpstream(path!, { ...settings, ...(randomize && { randomSeed: seed }) });
    };
    const upstream = await build();
    return normalize ? normalizedLayers(upstream) : upstream;
  },
});
