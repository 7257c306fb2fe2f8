import fc from 'fast-check';
import { expect, test } from 'vitest';
import { categoryEncoder } from './category-encoder.ts';
import { classIds } from './class-ids.ts';

test('numbers the sorted unique labels', () => {
  const encoder = categoryEncoder(['id10', 'id9', 'id10', '007', '7']);
  expect(encoder.labels).toEqual(['007', '7', 'id10', 'id9']);
  expect(encoder.size).toBe(4);
  expect(encoder.labels.map(encoder.encode)).toEqual([0, 1, 2, 3]);
});

test('is the same built again from its saved labels', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), (labels) => {
      const encoder = categoryEncoder(labels);
      const restored = categoryEncoder(JSON.parse(JSON.stringify(encoder.labels)));
      expect(restored.labels).toEqual(encoder.labels);
      for (const label of labels) expect(restored.decode(encoder.encode(label))).toBe(label);
    }),
  );
});

test('names the nearest known labels for one that is not known', () => {
  const encoder = categoryEncoder(['george', 'lucas', 'nicolas']);
  expect(() => encoder.encode('nicholas')).toThrow(
    /'nicholas', which is not known; expected one of the 3 labels of training, such as 'nicolas'/,
  );
  expect(() => encoder.decode(3)).toThrow(/found 3; expected 0 to 2/);
  expect(() => categoryEncoder([])).toThrow(/no labels/);
});

test('class ids of a batch', async () => {
  const ids = classIds(categoryEncoder(['b', 'a']), ['b', 'a', 'b']);
  expect([ids.dtype, ids.shape, [...(await ids.data())]]).toEqual(['int32', [3], [1, 0, 1]]);
  ids.dispose();
});
