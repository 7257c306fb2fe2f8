import { InputError } from '@s3/interface';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { checkpointFiles, openCheckpointFiles } from './checkpoint-files.ts';
import { findCheckpointFolder } from './find-checkpoint-folder.ts';
import { unzipFiles, zipFiles } from './zip.ts';

const text = (content: string) => new TextEncoder().encode(content);

describe('zips', () => {
  it('give back what was packed, the same bytes each time', () => {
    const files = new Map([
      ['config.yaml', text('a: 1\n'.repeat(100))],
      ['train/step_1/model.safetensors', new Uint8Array([1, 2, 3])],
    ]);
    const bytes = zipFiles(files);
    expect(bytes).toEqual(zipFiles(files));
    expect(bytes.length).toBeLessThan(500);
    expect(unzipFiles(bytes, 'a.zip')).toEqual(files);
  });

  it('refuse what is no zip, what is cut short, and names that lead elsewhere', () => {
    expect(() => unzipFiles(text('RIFF'), 'a.zip')).toThrow(InputError);
    expect(() => unzipFiles(text('RIFF'), 'a.zip')).toThrow(/a\.zip: found what is no whole zip/);
    const bytes = zipFiles(new Map([['a', text('a'.repeat(1000))]]));
    expect(() => unzipFiles(bytes.subarray(0, 40), 'a.zip')).toThrow(/no whole zip/);
    for (const name of ['../a', 'a/../../b', '/etc/passwd', 'C:/a', 'a\\b']) {
      expect(() => unzipFiles(zipSync({ [name]: text('x') }), 'a.zip'), name).toThrow(/within its own folder/);
    }
  });

  it('refuse to grow beyond what is allowed, before they do', () => {
    const bomb = zipSync({ a: new Uint8Array(4 << 20) });
    expect(bomb.length).toBeLessThan(10_000);
    expect(() => unzipFiles(bomb, 'a.zip', 1 << 20)).toThrow('a.zip: found 4 MiB when unpacked; expected at most 1 MiB');
    // one that claims less than it holds gets no more room than it claimed
    const central = bomb.length - 22 - 46 - 1;
    const lying = bomb.slice();
    new DataView(lying.buffer).setUint32(central + 24, 16, true);
    const unpacked = (() => {
      try {
        return unzipFiles(lying, 'a.zip', 1 << 20).get('a')!.length;
      } catch {
        return 0;
      }
    })();
    expect(unpacked).toBeLessThanOrEqual(16);
    expect(() => unzipFiles(zipSync(Object.fromEntries(Array.from({ length: 10_001 }, (_, id) => [`${id}`, text('')]))), 'a.zip')).toThrow(
      /10001 files/,
    );
  });
});

describe('findCheckpointFolder', () => {
  const found = (...names: string[]) => findCheckpointFolder(new Map(names.map((name) => [name, text('')])), 'a.zip');

  it('takes the only one, else the best on the validation set, else the newest', () => {
    expect(found('state.json', 'config.yaml')).toBe('');
    expect(found('mine/state.json')).toBe('mine');
    expect(found('mine/train/step_20/state.json', 'mine/train/step_100/state.json')).toBe('mine/train/step_100');
    expect(found('train/step_20/state.json', 'train/valid_best/state.json')).toBe('train/valid_best');
    expect(() => found('wav/a.flac')).toThrow('a.zip: found no state.json');
  });
});

describe('openCheckpointFiles', () => {
  const part = { state: () => ({ tensors: {}, values: {} }), loadState: () => {} };
  const state = {
    recipe: 'toy',
    version: '0',
    engine: { name: 'cpu', library: '' },
    step: 1,
    epoch: 0,
    batchInEpoch: 1,
    seed: 0,
    skippedSteps: 0,
    evaluatedStep: 0,
    best: null,
    scheduled: true,
    seconds: 0,
    corpus: { rows: 1, sha256: '' },
  };
  const content = { model: part, task: part, optimizer: part, schedule: part, state, config: { a: 1 }, encoders: {}, sinceLog: {} };

  it('names the file that is missing or damaged', async () => {
    const files = await checkpointFiles(content);
    expect(openCheckpointFiles(files, 'a.zip').config).toEqual({ a: 1 });
    expect(() => openCheckpointFiles(new Map(), 'a.zip')).toThrow('a.zip/state.json: found nothing');
    expect(() => openCheckpointFiles(new Map([...files, ['config.yaml', text('a: 2\n')]]), 'a.zip')).toThrow(
      'a.zip/config.yaml: found another content',
    );
    const less = new Map([...files].filter(([name]) => name !== 'task.safetensors'));
    expect(() => openCheckpointFiles(less, 'a.zip')).toThrow('a.zip/task.safetensors: found nothing');
  });
});
