import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, S3Error } from '@s3/interface';
import { afterAll, describe, expect, test } from 'vitest';
import recorded from '../../fixtures/pytorch-files.json' with { type: 'json' };
import { temporaryFolder } from '../../fixtures/small-checkpoint.ts';
import { openPytorchFile } from './pytorch-file.ts';
import { type Pickled, UnpickleError, unpickle } from './unpickle.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});
type Recorded = Exclude<keyof typeof recorded, '_origin'>;
const bytesOf = (name: Recorded) => Buffer.from(recorded[name], 'base64');

async function open(bytes: Uint8Array) {
  const folder = await temporaryFolder({ 'pytorch_model.bin': bytes });
  folders.push(folder);
  return openPytorchFile(join(folder, 'pytorch_model.bin'));
}

describe('what torch.save wrote', () => {
  const values = Array.from({ length: 12 }, (_, index) => index / 8);
  test.each([
    ['plain', [3, 4], values],
    ['half', [3, 4], values],
    ['brain', [3, 4], values],
    ['double', [3, 4], values],
    ['turned', [4, 3], [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11].map((index) => index / 8)],
    ['view', [2, 2], [6, 7, 10, 11].map((index) => index / 8)],
    ['parameter', [4], [0, 1, 2, 3].map((index) => index / 8)],
    ['scalar', [], [0.5]],
    ['empty', [0, 3], []],
  ])('is read: %s', async (name, shape, wanted) => {
    const { tensors, close } = await open(bytesOf('good'));
    expect(tensors.get(name)!.shape).toEqual(shape);
    expect(Array.from(await tensors.get(name)!.read())).toEqual(wanted);
    await close();
  });

  test('is read from the state of a module, with its versions', async () => {
    const { tensors, close } = await open(bytesOf('stateDict'));
    expect([...tensors.keys()]).toEqual(['weight', 'bias']);
    expect(Array.from(await tensors.get('weight')!.read())).toEqual([0.25, 0.25]);
    await close();
  });

  test('is read as it was written before PyTorch 1.6', async () => {
    const { tensors, close } = await open(bytesOf('legacy'));
    expect(tensors.get('weight')!.shape).toEqual([3, 4]);
    expect(Array.from(await tensors.get('weight')!.read())).toEqual(values);
    await close();
  });

  test('is refused where it is no weight, or no number', async () => {
    const { tensors, close } = await open(bytesOf('good'));
    await expect(tensors.get('counter')!.read()).rejects.toThrow('torch.LongStorage');
    await close();
    const broken = await open(bytesOf('nan'));
    await expect(broken.tensors.get('weight')!.read()).rejects.toThrow("NaN in tensor 'weight', value 5");
    await broken.close();
  });
});

describe('refused, and nothing run', () => {
  test.each([
    ['a call', 'call', /it names (posix|nt|os)\.system/],
    ['an evaluation', 'evaluate', /it names (builtins|__builtin__)\.eval/],
    ['a module rather than its state', 'module', 'it names torch.nn.modules.linear.Linear'],
    ['a list of tensors', 'list', 'something else than a dictionary'],
    ['a bare pickle', 'pickle', /it names (posix|nt|os)\.system/],
  ] as const)('%s', async (_, name, message) => {
    const answer = open(bytesOf(name));
    await expect(answer).rejects.toThrow(message);
    await expect(answer).rejects.toThrow(InputError);
    expect(existsSync('S3_WAS_HERE')).toBe(false);
  });

  test.each(['good', 'legacy'] as const)('a file that was cut short, or of which a bit was turned: %s', async (name) => {
    const good = bytesOf(name);
    for (let length = 0; length < good.length; length += 97) await expect(open(good.subarray(0, length))).rejects.toThrow(InputError);
    for (let bit = 0; bit < good.length * 8; bit += 211) {
      const bytes = Buffer.from(good);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      try {
        const { tensors, close } = await open(bytes);
        try {
          for (const { read } of tensors.values()) await read();
        } finally {
          await close();
        }
      } catch (error) {
        expect(S3Error.isInstance(error), `bit ${bit}: ${error}`).toBe(true);
      }
    }
  });

  const program = (...parts: (string | number | readonly number[])[]) =>
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from([part].flat()))));
  test.each<[string, Uint8Array, string]>([
    ['nothing', program(), 'cut short'],
    ['no end', program('N'), 'cut short'],
    ['an empty stack', program('.'), 'stack is empty'],
    ['an unfinished list', program('(.'), 'stack is empty'],
    ['a text longer than itself', program('X', [255, 255, 255, 255], 'a.'), 'cut short'],
    ['an even longer text', program(0x8d, [255, 255, 255, 255, 255, 255, 255, 255], 'a.'), 'cut short'],
    ['a name', program('cos\nsystem\n.'), 'it names os.system'],
    ['a name from the stack', program('X', [2, 0, 0, 0], 'os', 'X', [6, 0, 0, 0], 'system', 0x93, '.'), 'it names os.system'],
    ['a name that is none', program('K', 1, 'K', 2, 0x93, '.'), 'no name'],
    ['a call of a number', program('K', 1, ')R.'), 'calls what is no function'],
    ['an instance', program('(ios\nsystem\n.'), 'the instruction 0x69'],
    ['an object', program(')', 0x81, '.'), 'the instruction 0x81'],
    ['an extension', program(0x82, 1, '.'), 'the instruction 0x82'],
    ['what was never stored', program('h', 7, '.'), 'has not stored'],
    ['items of a number', program('K', 1, 'NNs.'), 'no dictionary'],
    ['attributes of a tensor', program('K', 1, '}b.'), 'no dictionary'],
    ['an element of a number', program('K', 1, 'Na.'), 'no list'],
    ['marks that are not there', program('t.'), 'no mark'],
  ])('a program of %s', (_, bytes, message) => {
    expect(() => unpickle(bytes, { allowed: new Set() })).toThrow(message);
    expect(() => unpickle(bytes, { allowed: new Set() })).toThrow(UnpickleError);
  });

  test('but calls that are allowed come back as data', () => {
    const call = program('cmodule\nmake\n(K', 1, ']tR.');
    expect(unpickle(call, { allowed: new Set(['module make']) })).toEqual({ call: 'module make', arguments: [1, []] });
    const dictionary = program('ccollections\nOrderedDict\n)R(X', [1, 0, 0, 0], 'aJ', [255, 255, 255, 255], 'u.');
    expect(unpickle(dictionary, { allowed: new Set() })).toEqual(new Map<Pickled, Pickled>([['a', -1]]));
  });

  test('and objects are described where they may be, and not made', () => {
    const rules = { allowed: new Set<string>(), describesObjects: true };
    const namespace = program('cargparse\nNamespace\n)', 0x81, '}X', [1, 0, 0, 0], 'aK', 1, 'sb.');
    const described = { object: 'argparse Namespace', arguments: [], state: new Map([['a', 1]]) };
    expect(unpickle(namespace, rules)).toEqual(described);
    const call = program('cos\nsystem\nX', [2, 0, 0, 0], 'ls', 0x85, 'R.');
    expect(unpickle(call, rules)).toEqual({ object: 'os system', arguments: ['ls'], state: null });
  });
});
