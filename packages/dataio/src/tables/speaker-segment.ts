/** A stretch of a recording in which a speaker speaks. */
export interface SpeakerSegment {
  /** name of the recording */
  readonly recording: string;
  readonly speaker: string;
  /** seconds from the beginning of the recording, 0 or more */
  readonly startSeconds: number;
  /** seconds, greater than `startSeconds` */
  readonly endSeconds: number;
}

/** A stretch of a recording that is scored. */
export interface ScoredRegion {
  /** name of the recording */
  readonly recording: string;
  readonly startSeconds: number;
  /** seconds, greater than `startSeconds` */
  readonly endSeconds: number;
}

/** The file and line that named something, for errors. */
export interface Located {
  readonly where: string;
}

/** A name of a file, in the one form that Unicode has for what looks alike (NFC): names from different systems shall meet. */
export function plainName(text: string): string {
  return text.normalize('NFC');
}

/** The seconds that a text says; undefined unless it is a plain number. */
export function secondsOf(text: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** Seconds with milliseconds, as RTTM and UEM files have them. */
export function secondsText(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}
