import { InputError } from '@s3/interface';
import { fieldName } from './rttm.ts';
import { type Located, plainName, type ScoredRegion, secondsOf, secondsText } from './speaker-segment.ts';
import { readTextLines, writeTextFile } from './text-file.ts';

const order = '<recording> <channel> <start> <end>';

/**
 * What is scored of each recording, from a UEM file (un-partitioned evaluation map): lines of recording, channel, start and end.
 *
 * Takes spaces and tabs in any number, comments (`;` or `#`), any line end. Names are brought to one Unicode form (NFC), and the ending
 * of an audio file is taken off them. Regions may overlap: what any of them covers is scored.
 *
 * @throws InputError with file and line for too few fields, times that are none, a negative start, or an end that is
 *   not behind it; for a file that cannot be read or has no region
 */
export async function readUem(path: string): Promise<(ScoredRegion & Located)[]> {
  const lines = await readTextLines(path, 'a UEM file', /^[;#]/);
  if (lines.length === 0) throw new InputError(path, 'no region', `a line for each, ${order}`, 'Check that it was written completely.');
  return lines.map(({ fields, text, line }) => {
    const where = `${path}, row ${line}`;
    const [recording, , start, end] = fields;
    const [startSeconds, endSeconds] = [secondsOf(start ?? ''), secondsOf(end ?? '')];
    if (startSeconds === undefined || endSeconds === undefined || fields.length > 4) {
      throw new InputError(where, `'${text}'`, `four fields in the order ${order}`, 'Put the fields in order; times are in seconds.');
    }
    if (startSeconds < 0 || endSeconds <= startSeconds) {
      throw new InputError(where, `a region from ${start} s to ${end} s`, 'a start of 0 s or more and an end behind it', 'Mend the times.');
    }
    return { recording: plainName(recording!).replace(/\.(wav|sph|flac)$/i, ''), startSeconds, endSeconds, where };
  });
}

/** Regions as UEM, a line each in their order, with milliseconds. */
export function formatUem(regions: readonly ScoredRegion[]): string {
  return regions
    .map(({ recording, startSeconds, endSeconds }) => {
      const times = [startSeconds, endSeconds].map((seconds) => secondsText(Math.round(seconds * 1000)));
      return `${fieldName(recording, 'recording')} 1 ${times.join(' ')}\n`;
    })
    .join('');
}

/** Writes a UEM file, whole or not at all; as `formatUem`. */
export async function writeUem(path: string, regions: readonly ScoredRegion[]): Promise<void> {
  await writeTextFile(path, formatUem(regions));
}
