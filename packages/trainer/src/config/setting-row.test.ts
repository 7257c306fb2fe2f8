import { expect, test } from 'vitest';
import { z } from 'zod';
import { settingRows } from './setting-row.ts';

test('settings in words, each with its unit', () => {
  const schema = z.strictObject({
    folder: z.string().describe('where seconds are kept'),
    data: z
      .strictObject({
        maxSeconds: z.number().positive().nullable().default(null).describe('longest'),
        gainDecibels: z.number().default(-3).describe('gain'),
        sampleRate: z.int().default(16_000).describe('of the waveforms'),
        dropout: z.number().min(0).max(1).default(0.1).describe('share zeroed'),
        window: z.int().default(5).describe('farthest that one is moved, in frames'),
        hiddenSizes: z.array(z.int()).default([4, 2]).describe('features after each layer'),
        factor: z.number().optional().describe('of one drop'),
      })
      .prefault({}),
  });
  const rows = settingRows(schema);
  expect(rows.map(({ name, unit }) => [name, unit])).toEqual([
    ['folder', ''],
    ['data.maxSeconds', 's'],
    ['data.gainDecibels', 'dB'],
    ['data.sampleRate', 'Hz'],
    ['data.dropout', '0..1'],
    ['data.window', 'frames'],
    ['data.hiddenSizes', 'features'],
    ['data.factor', ''],
  ]);
  expect(rows[0]).toEqual({
    name: 'folder',
    section: '',
    type: 'text',
    default: undefined,
    mandatory: true,
    unit: '',
    description: 'where seconds are kept',
  });
  expect(rows[1]).toMatchObject({ section: 'data', default: 'null', mandatory: false, type: 'number, above 0; or null' });
  expect(rows[6]!.default).toBe('[4, 2]');
});
