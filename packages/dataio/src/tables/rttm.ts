import { InputError } from '@s3/interface';
import { nearestNames } from './nearest-names.ts';
import { type Located, plainName, type SpeakerSegment, secondsOf, secondsText } from './speaker-segment.ts';
import { readTextLines, type TextLine, writeTextFile } from './text-file.ts';

/** Lines that NIST's format has beside SPEAKER; they say nothing of who speaks when, and are skipped. */
const otherTypes = [
  'SPKR-INFO',
  'SEGMENT',
  'NOSCORE',
  'NO_RT_METADATA',
  'LEXEME',
  'NON-LEX',
  'NON-SPEECH',
  'FILLER',
  'EDIT',
  'IP',
  'SU',
  'CB',
  'A/P',
];

const order = 'SPEAKER <recording> <channel> <start> <duration> <NA> <NA> <speaker> <NA> <NA>';

/**
 * Segments of an RTTM file: its SPEAKER lines, in their order.
 *
 * Takes spaces and tabs in any number, comments (`;;` or `#`), any line end. Names are brought to one Unicode form (NFC). Lines of
 * NIST's other types are skipped. All channels of a recording are taken together.
 *
 * @throws InputError with file and line for too few fields, fields out of order, a negative start, a duration of 0 or
 *   less, a speaker `<NA>`, or a type that RTTM does not have; for a file that cannot be read
 */
export async function readRttm(path: string): Promise<(SpeakerSegment & Located)[]> {
  const lines = await readTextLines(path, 'an RTTM file', /^(;|#)/);
  return lines.flatMap((line) => {
    const type = line.fields[0]!.toUpperCase();
    if (type === 'SPEAKER') return [segmentOf(line, `${path}, row ${line.line}`)];
    if (otherTypes.includes(type)) return [];
    const near = nearestNames(type, ['SPEAKER', ...otherTypes], 1).map((name) => ` Is ${name} meant?`);
    throw new InputError(
      `${path}, row ${line.line}`,
      `a line of the type '${line.fields[0]}'`,
      `a type of RTTM, such as ${order}`,
      `Mend the line or take it out.${near.join('')}`,
    );
  });
}

function segmentOf({ fields, text }: TextLine, where: string): SpeakerSegment & Located {
  const refuse = (found: string, expected: string, remedy: string): never => {
    throw new InputError(where, found, expected, remedy);
  };
  if (fields.length < 8) refuse(`${fields.length} fields in '${text}'`, order, 'Add what is missing, <NA> for what is not known.');
  const [, recording, channel, start, duration, , , speaker] = fields as readonly string[];
  const [startSeconds, seconds] = [secondsOf(start!), secondsOf(duration!)];
  if (startSeconds === undefined || seconds === undefined || !/^(\d+|[A-Za-z]|<NA>)$/i.test(channel!)) {
    const wrong =
      startSeconds === undefined
        ? `the start '${start}'`
        : seconds === undefined
          ? `the duration '${duration}'`
          : `the channel '${channel}'`;
    return refuse(
      `${wrong} in '${text}'`,
      `fields in the order ${order}`,
      'Put the fields in order; times are seconds with a decimal point.',
    );
  }
  if (/^<NA>$/i.test(speaker!))
    refuse(`no speaker in '${text}'`, `a name in the eighth field: ${order}`, 'Put the fields in order, or name the speaker.');
  if (startSeconds < 0) refuse(`a start of ${start} s`, '0 s or more', 'Mend the start.');
  if (seconds <= 0) refuse(`a duration of ${duration} s`, 'more than 0 s', 'Mend the duration (it is no end time), or take the line out.');
  // both times are written with few decimals: their sum must not gain some
  const endSeconds = Number((startSeconds + seconds).toFixed(9));
  return { recording: plainName(recording!), speaker: plainName(speaker!), startSeconds, endSeconds, where };
}

/**
 * Segments as RTTM, a line each in their order, with milliseconds; start and end are rounded, so that what touches still touches.
 *
 * Segments of less than half a millisecond have no duration left and are left out.
 *
 * @throws InputError for a name with a space, or none at all, since fields are told by spaces
 */
export function formatRttm(segments: readonly SpeakerSegment[]): string {
  return segments
    .map(({ recording, speaker, startSeconds, endSeconds }) => {
      const start = Math.round(startSeconds * 1000);
      const duration = Math.round(endSeconds * 1000) - start;
      const [file, name] = [fieldName(recording, 'recording'), fieldName(speaker, 'speaker')];
      return duration <= 0 ? '' : `SPEAKER ${file} 1 ${secondsText(start)} ${secondsText(duration)} <NA> <NA> ${name} <NA> <NA>\n`;
    })
    .join('');
}

/** Writes an RTTM file, whole or not at all; as `formatRttm`. */
export async function writeRttm(path: string, segments: readonly SpeakerSegment[]): Promise<void> {
  await writeTextFile(path, formatRttm(segments));
}

/**
 * @param where the file and row that the name is from, where it is from one
 * @throws InputError for a name that files of fields between spaces cannot hold
 */
export function fieldName(name: string, what: string, where?: string): string {
  if (/^\S+$/u.test(name)) return plainName(name);
  throw new InputError(
    where ?? `the name of a ${what}`,
    where === undefined ? `'${name}'` : `'${name}' as the name of a ${what}`,
    'a name without spaces',
    'Rename it; RTTM, UEM and Kaldi files tell fields by spaces.',
  );
}
