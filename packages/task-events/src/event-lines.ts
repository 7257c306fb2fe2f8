import type { SoundEvent } from './sound-event.ts';

/**
 * Events as the lists that sed_eval and the tools of DCASE read: recording, beginning, end and label with tabs between, a line each;
 * times in seconds, with the digits of `events.csv`. Tabs and line ends in names, which would begin another field, become spaces.
 */
export function eventLines(events: readonly SoundEvent[]): string {
  const name = (text: string) => text.replace(/[\t\r\n]/g, ' ');
  return events
    .map(({ recording, label, startSeconds, endSeconds }) =>
      [name(recording), secondsText(startSeconds), secondsText(endSeconds), name(label)].join('\t'),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** Seconds in up to 9 digits. */
export const secondsText = (seconds: number): string => String(Number(seconds.toPrecision(9)));
