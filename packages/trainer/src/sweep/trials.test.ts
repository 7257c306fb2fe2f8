import { expect, it } from 'vitest';
import { trialsOf } from './trials.ts';

const names = (...over: string[]) => trialsOf(over).map(({ name }) => name);

it('combines every value of each setting with every one of the others', () => {
  expect(trialsOf(['optimizer.learningRate=1e-2, 1e-3', 'training.seed=1,2'])).toEqual([
    { name: 'learningRate=1e-2,seed=1', settings: { 'optimizer.learningRate': '1e-2', 'training.seed': '1' } },
    { name: 'learningRate=1e-2,seed=2', settings: { 'optimizer.learningRate': '1e-2', 'training.seed': '2' } },
    { name: 'learningRate=1e-3,seed=1', settings: { 'optimizer.learningRate': '1e-3', 'training.seed': '1' } },
    { name: 'learningRate=1e-3,seed=2', settings: { 'optimizer.learningRate': '1e-3', 'training.seed': '2' } },
  ]);
});

it('tells settings of the same name apart by their sections', () => {
  expect(names('upstream.name=fbank', 'optimizer.name=SGD,Adam')).toEqual([
    'upstream.name=fbank,optimizer.name=SGD',
    'upstream.name=fbank,optimizer.name=Adam',
  ]);
});

it('names folders so that a file system takes them, and no two alike', () => {
  const paths = names('upstream.path=/models/a b,/models/a-b');
  expect(paths[0]).toMatch(/^path=-models-a-b-[0-9a-f]{8}$/);
  expect(new Set(paths).size).toBe(2);
  expect(names(`upstream.path=${'x'.repeat(300)}`)[0]!.length).toBeLessThan(120);
});

it.each([
  [[], /--over: found no setting to try values of; expected section\.setting=VALUE/],
  [['learningRate=1'], /found 'learningRate=1'; expected section\.setting=VALUE/],
  [['optimizer.learningRate'], /expected section\.setting=VALUE/],
  [['optimizer.learningRate=1,,2'], /expected section\.setting=VALUE/],
  [['optimizer.learningRate=1,2,1'], /found optimizer\.learningRate=1 twice/],
  [['training.seed=1', 'training.seed=2'], /found training\.seed twice.*one --over/],
])('refuses %j', (over, message) => {
  expect(() => trialsOf(over)).toThrow(message);
});
