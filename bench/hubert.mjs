import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dispose, tensor2d } from '@tensorflow/tfjs-core';
import { namedUpstream } from '../packages/upstream/dist/index.js';
import { share, uniformFloats } from './inputs.mjs';

const [size, inner, features] = [768, 3072, 512];
const samples = 160_000;

/** Every weight of HuBERT base, or of its first layers, by its name on the hub. */
function weightShapes(layers) {
  const shapes = {};
  const affine = (name, outputs, inputs) => Object.assign(shapes, { [`${name}.weight`]: [outputs, inputs], [`${name}.bias`]: [outputs] });
  const norm = (name, length) => Object.assign(shapes, { [`${name}.weight`]: [length], [`${name}.bias`]: [length] });
  for (const [layer, taps] of [10, 3, 3, 3, 3, 2, 2].entries())
    shapes[`feature_extractor.conv_layers.${layer}.conv.weight`] = [features, layer === 0 ? 1 : features, taps];
  norm('feature_extractor.conv_layers.0.layer_norm', features);
  norm('feature_projection.layer_norm', features);
  affine('feature_projection.projection', size, features);
  shapes['encoder.pos_conv_embed.conv.bias'] = [size];
  shapes['encoder.pos_conv_embed.conv.parametrizations.weight.original0'] = [1, 1, 128];
  shapes['encoder.pos_conv_embed.conv.parametrizations.weight.original1'] = [size, size / 16, 128];
  norm('encoder.layer_norm', size);
  for (let layer = 0; layer < layers; layer++) {
    const own = `encoder.layers.${layer}`;
    for (const name of ['q_proj', 'k_proj', 'v_proj', 'out_proj']) affine(`${own}.attention.${name}`, size, size);
    norm(`${own}.layer_norm`, size);
    affine(`${own}.feed_forward.intermediate_dense`, inner, size);
    affine(`${own}.feed_forward.output_dense`, size, inner);
    norm(`${own}.final_layer_norm`, size);
  }
  return shapes;
}

/** A checkpoint of HuBERT base with random weights, and waveforms for it; the peer reads both from the folder. */
export async function hubertInputs(folder, { layers = 12, batches = [1, 4] } = {}) {
  const shapes = weightShapes(layers);
  const header = {};
  let end = 0;
  for (const [name, shape] of Object.entries(shapes)) {
    const bytes = 4 * shape.reduce((product, axis) => product * axis, 1);
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + bytes] };
    end += bytes;
  }
  const json = Buffer.from(JSON.stringify({ __metadata__: { format: 'pt' }, ...header }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const file = await open(join(folder, 'model.safetensors'), 'w');
  await file.writeFile(Buffer.concat([length, json]));
  for (const [name, shape] of Object.entries(shapes)) {
    const count = shape.reduce((product, axis) => product * axis, 1);
    const fan = shape.slice(1).reduce((product, axis) => product * axis, 1);
    const values = uniformFloats(count, shape.length === 1 ? 0.1 : Math.sqrt(3 / fan), name);
    if (/norm\.weight$|original0$/.test(name)) for (let index = 0; index < count; index++) values[index] += 1;
    await file.writeFile(new Uint8Array(values.buffer));
  }
  await file.close();
  const config = {
    architectures: ['HubertModel'],
    model_type: 'hubert',
    num_hidden_layers: layers,
    layerdrop: 0,
    apply_spec_augment: false,
  };
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(join(folder, 'preprocessor_config.json'), JSON.stringify({ do_normalize: false, sampling_rate: 16_000 }));
  const values = uniformFloats(Math.max(...batches) * samples, 1, 'waveforms');
  await share(folder, 'waveforms.f32', values);

  const upstream = await namedUpstream({ cacheDir: folder }, { name: 'hf_hubert_custom', path: folder, offline: true });
  const waveforms = batches.map((batch) => ({
    values: tensor2d(values.subarray(0, batch * samples), [batch, samples]),
    lengths: Array(batch).fill(samples),
  }));
  return {
    upstream,
    waveforms,
    dispose() {
      dispose(waveforms.map((batch) => batch.values));
      upstream.dispose();
    },
  };
}

export const work = 'HuBERT base with random weights, 1 x 10 s and 4 x 10 s';
