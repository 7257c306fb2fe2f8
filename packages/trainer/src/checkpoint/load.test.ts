import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, StateError } from '@s3/interface';
import type * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { toyRecipe } from '../fixtures/toy-recipe.ts';
import { temporaryFolder, toyRun } from '../fixtures/toy-run.ts';
import { loadModel, loadModelAndTask, loadTask } from './load.ts';
import { readSafetensors } from './safetensors.ts';

const folder = temporaryFolder();
await toyRun(folder, { model: { size: 4 } });
// another machine: nothing but the checkpoint
const checkpoint = join(temporaryFolder(), 'copied');
cpSync(join(folder, 'train/step_6'), checkpoint, { recursive: true });

async function expectSaved(part: string, tensors: tf.NamedTensorMap): Promise<void> {
  const saved = await readSafetensors(join(checkpoint, `${part}.safetensors`));
  expect(Object.keys(tensors)).toEqual(Object.keys(saved));
  for (const [name, tensor] of Object.entries(tensors)) expect(tensor.dataSync()).toEqual(saved[name]!.dataSync());
}

describe('loading', () => {
  it('rebuilds model and task from a checkpoint alone', async () => {
    const { model, task } = await loadModelAndTask(toyRecipe, checkpoint);
    expect(model.state().tensors['layer.weight']!.shape).toEqual([4, 6]);
    await expectSaved('model', model.state().tensors);
    await expectSaved('task', task.state().tensors);
    await expectSaved('model', (await loadModel(toyRecipe, checkpoint)).state().tensors);
    await expectSaved('task', (await loadTask(toyRecipe, checkpoint)).state().tensors);
  });

  it('takes overrides, nested or dotted', async () => {
    for (const overrides of [{ 'model.size': 3 }, { model: { size: 3 } }]) {
      await expect(loadModel(toyRecipe, checkpoint, { overrides })).rejects.toThrow(StateError);
      await expect(loadModel(toyRecipe, checkpoint, { overrides })).rejects.toThrow(
        /model\.safetensors[\s\S]*layer\.weight: has shape \[4,6\], needs \[3,6\]/,
      );
    }
    await loadTask(toyRecipe, checkpoint, { taskOverrides: { badBatches: [1] } });
    await expect(loadTask(toyRecipe, checkpoint, { taskOverrides: { margin: 1 } })).rejects.toThrow(/margin/);
  });

  it('refuses what is no checkpoint, damaged, or of another recipe', async () => {
    await expect(loadModel(toyRecipe, join(folder, 'train'))).rejects.toThrow(
      /train.state\.json: found nothing; expected the state of a checkpoint/,
    );
    await expect(loadModel(toyRecipe.with({}, { name: 'other' }), checkpoint)).rejects.toThrow(
      /a checkpoint of recipe toy; expected one of other/,
    );
    const damaged = temporaryFolder();
    cpSync(checkpoint, damaged, { recursive: true });
    const config = join(damaged, 'config.yaml');
    writeFileSync(config, readFileSync(config, 'utf8').replace('size: 4', 'size: 5'));
    await expect(loadModel(toyRecipe, damaged)).rejects.toThrow(/config\.yaml: found another content than was written/);
    await expect(loadModel(toyRecipe, damaged)).rejects.toThrow(InputError);
  });
});
