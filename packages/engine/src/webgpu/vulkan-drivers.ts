import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Files by which the Vulkan loader finds drivers on Linux, in the order it looks; what the variables name goes before the folders. */
export function vulkanDrivers(variables: NodeJS.ProcessEnv = process.env): string[] {
  const named = variables['VK_DRIVER_FILES'] ?? variables['VK_ICD_FILENAMES'];
  if (named) return named.split(delimiter).flatMap(manifests);
  const list = (value: string | undefined, usual: string) => (value || usual).split(delimiter);
  const folders = [
    ...list(variables['XDG_CONFIG_HOME'], join(homedir(), '.config')),
    ...list(variables['XDG_CONFIG_DIRS'], '/etc/xdg'),
    '/etc',
    ...list(variables['XDG_DATA_HOME'], join(homedir(), '.local/share')),
    ...list(variables['XDG_DATA_DIRS'], '/usr/local/share:/usr/share'),
    '/run/opengl-driver/share', // NixOS
  ];
  const added = (variables['VK_ADD_DRIVER_FILES'] ?? '').split(delimiter).filter(Boolean);
  return [...added, ...folders.map((folder) => join(folder, 'vulkan/icd.d'))].flatMap(manifests);
}

/** A file, or those of a folder. */
function manifests(place: string): string[] {
  if (!existsSync(place)) return [];
  if (place.endsWith('.json')) return [place];
  return readdirSync(place)
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(place, name));
}
