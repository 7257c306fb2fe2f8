/** A stretch of a recording in which something sounds. */
export interface SoundEvent {
  /** name of the recording */
  readonly recording: string;
  readonly label: string;
  /** seconds from the beginning of the recording, 0 or more */
  readonly startSeconds: number;
  /** seconds, `startSeconds` or more */
  readonly endSeconds: number;
}

/** Events by recording, by label, or by whatever is asked for. */
export function groupEvents(events: readonly SoundEvent[], keyOf: (event: SoundEvent) => string): Map<string, SoundEvent[]> {
  const groups = new Map<string, SoundEvent[]>();
  for (const event of events) {
    const group = groups.get(keyOf(event));
    if (group) group.push(event);
    else groups.set(keyOf(event), [event]);
  }
  return groups;
}
