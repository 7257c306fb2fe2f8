/**
 * The file of each utterance, relative to the folder of the dump, without ending.
 *
 * A slash in an id makes a folder; what some file system refuses is written as `%` and a number. Ids that differ by case only,
 * as in VoxCeleb, get different names, since there are file systems that take them for one.
 */
export function dumpFileNames(ids: readonly string[]): string[] {
  const taken = new Set<string>();
  return ids.map((id) => {
    const name = id.split('/').map(safePart).join('/');
    let free = name;
    for (let number = 2; taken.has(free.toLowerCase()); number++) free = `${name}~${number}`;
    taken.add(free.toLowerCase());
    return free;
  });
}

function safePart(part: string): string {
  const escaped = part.replace(/[^\p{L}\p{N}._\- ]/gu, (character) => encodeOne(character));
  // empty, only dots, a dot or space at the end, or a device of Windows
  if (/^\.*$/.test(escaped) || /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(escaped)) return `%${escaped}`;
  return escaped.replace(/[. ]$/, (character) => encodeOne(character));
}

function encodeOne(character: string): string {
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}
