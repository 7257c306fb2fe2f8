import { rm } from 'node:fs/promises';
import { onnxTask } from '@s3/interface/graph';
import { waveformsOf } from '@s3/interface/testing';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { caseNames, checkpointFiles, temporaryFolder } from '../fixtures/small-checkpoint.ts';
import { type PretrainedSettings, pretrainedUpstream } from './pretrained-upstream.ts';

const settings: PretrainedSettings = { batching: 's3prl', layerDrop: 0, trainFeatureEncoder: true, engine: 'tensorflow' };

describe.each(caseNames.flatMap((name) => (['s3prl', 'independent'] as const).map((batching) => [name, batching] as const)))(
  '%s, %s',
  (name, batching) => {
    test('from waveforms on is a graph that onnxruntime runs to our numbers: alone, padded, too short for a frame', async () => {
      const folder = await temporaryFolder(checkpointFiles(name));
      const upstream = await pretrainedUpstream(folder, { ...settings, batching });
      await rm(folder, { recursive: true });
      // the last two layers alone: what nothing reads is left out
      const chosen = upstream.layers.map((_, layer) => layer).slice(-2);
      const model = await onnxTask(
        name,
        {
          describe(operations, waveforms) {
            const layers = upstream.graph!(operations, waveforms);
            const outputs = chosen.map((layer) => [`layer_${layer}`, { value: layers[layer]!.values, axes: ['batch', 'frames', 8] }]);
            return { ...Object.fromEntries(outputs), frame_lengths: { value: layers[0]!.lengths, axes: ['batch'] } };
          },
        },
        {},
      );
      const session = await InferenceSession.create(model);
      for (const lengths of [[2000], [250], [3001, 100, 1600]]) {
        const waveforms = waveformsOf(lengths);
        const wanted = await upstream.extract(waveforms);
        // what lies behind an end must not be heard
        const values = (waveforms.values.dataSync() as Float32Array).slice();
        const samples = waveforms.values.shape[1];
        lengths.forEach((length, row) => void values.fill(0.5, row * samples + length, (row + 1) * samples));
        const found = await session.run({
          waveforms: new Tensor('float32', values, waveforms.values.shape),
          lengths: new Tensor('int64', BigInt64Array.from(lengths, BigInt), [lengths.length]),
        });
        expect(Array.from(found['frame_lengths']!.data as BigInt64Array, Number)).toEqual(wanted[0]!.lengths);
        for (const layer of chosen) {
          const { data, dims } = found[`layer_${layer}`]!;
          expect(dims).toEqual(wanted[layer]!.values.shape);
          const own = Array.from(wanted[layer]!.values.dataSync());
          const worst = own.reduce((most, value, index) => Math.max(most, Math.abs(value - (data as Float32Array)[index]!)), 0);
          // where nearly all is padding, group norm makes the rounding of single precision larger
          expect(worst, `${lengths} samples, layer ${layer}`).toBeLessThan(lengths.length > 1 ? 5e-4 : 5e-5);
        }
      }
      await session.release();
      upstream.dispose();
    });
  },
);
