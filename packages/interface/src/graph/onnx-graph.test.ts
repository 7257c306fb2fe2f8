import { expect, test } from 'vitest';
import { type ExternalValues, onnxGraph } from './onnx-graph.ts';
import { fieldsOf } from './protobuf.ts';

test('says that weights are too many for one file before any of them is read', async () => {
  const graph = onnxGraph('large');
  const weights = graph.floats([2 ** 19, 1024], new Promise(() => {}));
  graph.output('weights', weights, 'float32', [2 ** 19, 1024]);
  await expect(graph.finish()).rejects.toThrow(/the graph large: found 2.1 GB of weights; expected less than the 2 GB/);
});

test('leaves out of a loop what nobody asks of it, and reads what is around it', async () => {
  const files: ExternalValues[] = [];
  const graph = onnxGraph('loop', { name: 'loop.data', files, mostBytes: 100 });
  const x = graph.input('x', 'float32', ['rows', 50]);
  const [read, unread] = [graph.floats([50], new Float32Array(50)), graph.floats([50], new Promise(() => {}))];
  const count = graph.node('Squeeze', [graph.node('Shape', [x], { start: 0, end: 1 })]);
  const [sums] = graph.turns(count, (turn) => {
    const row = graph.node('Gather', [x, turn], { axis: 0 });
    return [
      { name: graph.node('Add', [row, read]), type: 'float32' },
      { name: graph.node('Add', [row, unread]), type: 'float32' },
    ];
  });
  graph.output('sums', sums!, 'float32', ['rows', 50]);
  const model = await graph.finish();
  expect(files.map(({ path, data }) => [path, data.length])).toEqual([['loop.data', 200]]);
  const [inner] = [...fieldsOf(model)].filter(({ field }) => field === 7);
  const operators = [...fieldsOf(inner!.value as Uint8Array)]
    .filter(({ field }) => field === 1)
    .map(({ value }) => [...fieldsOf(value as Uint8Array)].find(({ field }) => field === 4)!.value)
    .map((name) => new TextDecoder().decode(name as Uint8Array));
  expect(operators).toEqual(['Shape', 'Squeeze', 'Loop', 'Identity']);
});

test('refuses bytes that are no protobuf message', () => {
  expect(() => [...fieldsOf(Uint8Array.of(0x12, 0x07, 0x74))]).toThrow(RangeError);
  expect([...fieldsOf(Uint8Array.of(0x08, 0x96, 0x01))]).toMatchObject([{ field: 1, value: 150n }]);
});
