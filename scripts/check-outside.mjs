// Uses the task as a stranger would: @s3/task-asv and @s3/interface as packed tarballs in an empty folder,
// with a model of one's own, in JavaScript and through TypeScript's two ways of resolving packages.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './workspace.mjs';

const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 's3-outside-'));

const program = `
import { defineComponent, inference, moduleOf, randomStream, type Embeddings, type WaveformModel, type Waveforms } from '@s3/interface';
import { linear } from '@s3/interface/layers';
import { speakerVerification } from '@s3/task-asv';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { z } from 'zod';

/** A model of one's own: mean energy in 8 bands of the sample index, then a linear layer. */
const ownModel = defineComponent({
  name: 'own-model',
  config: z.object({ outputSize: z.int().default(4).describe('features of an embedding') }),
  build(_: { readonly bands: number }, { outputSize }, { seed }): WaveformModel<Embeddings> {
    const projection = linear(_.bands, outputSize, randomStream(seed, 'own-model'));
    const prepare = async (waveforms: Waveforms) => ({ waveforms });
    return {
      ...moduleOf({ projection }),
      outputSize,
      sampleRate: 16000,
      downsampleRate: 1,
      prepare,
      forward: (input) => {
        if (!('waveforms' in input)) throw new Error('waveforms are what it takes');
        const { values } = input.waveforms;
        return projection.forward(tf.mean(tf.square(tf.reshape(values, [values.shape[0], _.bands, -1])), -1)) as Embeddings;
      },
    };
  },
});

const labels = ['ada', 'grace'];
const speakers = { size: 2, labels, encode: (label: string) => labels.indexOf(label), decode: (id: number) => labels[id]! };
const task = speakerVerification({ model: ownModel({ bands: 8 }), speakers });
const waveforms = { values: tf.randomNormal([2, 800], 0, 1, 'float32', 1) as tf.Tensor2D, lengths: [800, 800] };
const embeddings = await task.predict(waveforms);
const loader = { length: 1, async *epoch() { yield { waveforms, utterances: ['a', 'b'] }; } };
const run = task.test.over(loader, [{ enroll: 'a', test: 'b', sameSpeaker: true }, { enroll: 'a', test: 'a', sameSpeaker: false }]);
for await (const batch of run.batches.epoch(0)) {
  const fields = run.step(batch as never, (await run.prepare(batch as never)) as never, inference);
  console.log(embeddings.length, embeddings[0]!.length, Object.keys(fields).join());
}
`;

try {
  const tarballs = ['interface', 'task-asv'].map((name) => {
    const before = new Set(readdirSync(folder));
    run('npx', ['-y', packageManager, 'pack', '--pack-destination', folder], join(root, 'packages', name));
    return join(
      folder,
      readdirSync(folder).find((file) => !before.has(file)),
    );
  });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'outside', private: true, type: 'module' }));
  const versions = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies;
  const others = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu', 'zod', 'typescript', '@types/node'].map(
    (name) => `${name}@${versions[name]}`,
  );
  run('npm', ['install', '--no-audit', '--no-fund', ...tarballs, ...others], folder);
  writeFileSync(join(folder, 'main.ts'), program);
  const options = ['--strict', '--target', 'es2022', '--skipLibCheck', 'main.ts'];
  const tsc = join(folder, 'node_modules', 'typescript', 'bin', 'tsc');
  run(process.execPath, [tsc, '--module', 'preserve', '--moduleResolution', 'bundler', '--noEmit', ...options], folder);
  run(process.execPath, [tsc, '--module', 'node16', '--moduleResolution', 'node16', ...options], folder);
  const printed = run(process.execPath, ['main.js'], folder);
  if (!printed.includes('2 4 embeddings')) throw new Error(`main.js printed\n${printed}`);
  console.log('check-outside: the packed task runs with a model of its own');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32' && command !== process.execPath,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${error?.message ?? ''}${stdout}${stderr}`);
  return stdout;
}
