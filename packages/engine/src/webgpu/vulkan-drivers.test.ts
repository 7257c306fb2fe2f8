import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { vulkanDrivers } from './vulkan-drivers.ts';

const folder = mkdtempSync(join(tmpdir(), 's3-vulkan-'));
const drivers = join(folder, 'vulkan/icd.d');
mkdirSync(drivers, { recursive: true });
const [intel, note] = [join(drivers, 'intel.json'), join(drivers, 'note.txt')];
for (const file of [intel, note]) writeFileSync(file, '{}');

test('are found in the folders of the system', () => {
  expect(vulkanDrivers({ XDG_DATA_DIRS: `/nowhere:${folder}` })).toContain(intel);
  expect(vulkanDrivers({ XDG_DATA_DIRS: `/nowhere:${folder}` })).not.toContain(note);
});

test('are those that variables name, and no others', () => {
  expect(vulkanDrivers({ VK_ICD_FILENAMES: `${intel}:/nowhere/absent.json`, XDG_DATA_DIRS: folder })).toEqual([intel]);
  expect(vulkanDrivers({ VK_DRIVER_FILES: drivers, VK_ICD_FILENAMES: '/nowhere/absent.json' })).toEqual([intel]);
  expect(vulkanDrivers({ VK_DRIVER_FILES: '/nowhere/absent.json', XDG_DATA_DIRS: folder })).toEqual([]);
});
