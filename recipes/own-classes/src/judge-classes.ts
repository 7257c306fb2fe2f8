import type { Recording } from './recording.ts';

/** What stands against training, and what is only worth knowing; whole sentences. */
export interface ClassesTrouble {
  readonly refused: readonly string[];
  readonly warned: readonly string[];
}

/** One is tested on, and two are the least to learn from. */
const leastRecordings = 3;
/** From here on figures mean something. */
const usualRecordings = 10;

/**
 * Looks at classes before they are trained.
 *
 * @param labels every class, also those without recordings
 */
export function judgeClasses(labels: readonly string[], recordings: readonly Recording[]): ClassesTrouble {
  const counts = new Map(labels.map((label) => [label, recordings.filter((recording) => recording.label === label).length]));
  const refused: string[] = [];
  const warned: string[] = [];
  if (labels.length < 2) {
    const found = labels.length === 0 ? 'There is no class' : 'There is only one class';
    refused.push(`${found}. Learning means telling things apart: add a second class, such as "something else".`);
  }
  for (const [label, count] of counts) {
    if (count < leastRecordings) {
      const more = leastRecordings - count;
      refused.push(`"${label}" has ${counted(count)}. Add at least ${more} more; ${usualRecordings} are a good start.`);
    } else if (count < usualRecordings) {
      warned.push(`"${label}" has ${counted(count)}. It can be learned from them; ${usualRecordings} make it more reliable.`);
    }
  }
  const [least, most] = [Math.min(...counts.values()), Math.max(...counts.values())];
  if (least >= leastRecordings && most > 3 * least) {
    warned.push(`Some classes have ${most} recordings and others ${least}. All count alike, but the small ones are learned less well.`);
  }
  for (const [one, other] of copies(recordings)) {
    const where = one.label === other.label ? `"${one.label}"` : `"${one.label}" and "${other.label}"`;
    refused.push(`${one.name} and ${other.name} (${where}) are the same recording. Remove one: what was trained on cannot be tested on.`);
  }
  return { refused, warned };
}

const counted = (count: number) => (count === 0 ? 'no recordings' : count === 1 ? 'one recording' : `${count} recordings`);

function copies(recordings: readonly Recording[]): readonly (readonly [Recording, Recording])[] {
  const byStart = new Map<string, Recording[]>();
  const found: (readonly [Recording, Recording])[] = [];
  for (const recording of recordings) {
    const { waveform } = recording;
    const middle = waveform.length >> 1;
    const key = [waveform.length, ...waveform.subarray(middle, middle + 8)].join();
    const alike = byStart.get(key) ?? [];
    const same = alike.find((other) => other.waveform.every((sample, index) => sample === waveform[index]));
    if (same) found.push([same, recording]);
    else byStart.set(key, [...alike, recording]);
  }
  return found;
}
