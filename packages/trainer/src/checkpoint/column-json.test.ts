import { describe, expect, it } from 'vitest';
import { columnsFromJson, columnsToJson } from './column-json.ts';

describe('columnsToJson', () => {
  it('keeps every number exactly, and text, rows and nested values', () => {
    const columns = {
      loss: [0.1 + 0.2, Number.NaN, Number.NEGATIVE_INFINITY, 5e-324],
      ids: ['a', '{"#number":1}'],
      rows: [Float32Array.of(1.5, Number.NaN)],
      nested: [{ words: ['x'], ok: true, none: null }],
    };
    expect(columnsFromJson(JSON.parse(JSON.stringify(columnsToJson(columns))))).toEqual(columns);
  });

  it('says when something cannot be kept', () => {
    expect(columnsToJson({ when: [new Date(0)] })).toBeUndefined();
    expect(columnsToJson({ odd: [{ '#number': 'NaN' }] })).toBeUndefined();
    expect(columnsToJson({ missing: [undefined] })).toBeUndefined();
  });
});
