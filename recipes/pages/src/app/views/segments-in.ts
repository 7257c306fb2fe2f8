/** A stretch of a recording that has a label: a speaker, an event, a word. */
export interface Segment {
  /** empty where it has none */
  readonly label: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** what else is said of it, such as a score */
  readonly more: { readonly [name: string]: string | number | boolean };
}

/** a unit that is named is believed; without one, times are seconds where the recording is as long */
const times = [
  { start: 'startSeconds', end: 'endSeconds', isNamed: true },
  { start: 'start_seconds', end: 'end_seconds', isNamed: true },
  { start: 'start', end: 'end', isNamed: false },
] as const;

const labels = ['label', 'speaker', 'event', 'class', 'category', 'name', 'word', 'phone', 'text', 'token'];
/** what every segment of a recording says of it is no label */
const leftOut = new Set(['recording', 'id']);
/** a segment may end with the last frame, which reaches beyond the last sample */
const slackSeconds = 1;

/**
 * The segments that a prediction consists of, whichever task made it, by their shape: each has a start and an end in seconds; undefined for anything else.
 *
 * @param seconds of the recording
 */
export function segmentsIn(prediction: unknown, seconds: number): readonly Segment[] | undefined {
  if (!Array.isArray(prediction) || prediction.length === 0) return undefined;
  const all = prediction as readonly unknown[];
  if (!all.every((one) => typeof one === 'object' && one !== null && !Array.isArray(one))) return undefined;
  const records = all as readonly { readonly [name: string]: unknown }[];
  const named = times.find(({ start, end }) => records.every((one) => isTime(one[start]) && isTime(one[end])));
  if (!named) return undefined;
  const { start, end, isNamed } = named;
  if (!isNamed && records.some((one) => (one[end] as number) > seconds + slackSeconds)) return undefined;
  if (records.some((one) => (one[end] as number) < (one[start] as number))) return undefined;
  const labelName = nameOfLabel(records, [start, end]);
  return records.map((one) => ({
    label: labelName === undefined ? '' : String(one[labelName]),
    startSeconds: one[start] as number,
    endSeconds: one[end] as number,
    more: Object.fromEntries(
      Object.entries(one).filter(
        (entry): entry is [string, string | number | boolean] =>
          ![start, end, labelName].includes(entry[0]) &&
          !leftOut.has(entry[0]) &&
          ['string', 'number', 'boolean'].includes(typeof entry[1]),
      ),
    ),
  }));
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;

/** The usual name that all have a text or number of; else the first that all have a text of. */
function nameOfLabel(records: readonly { readonly [name: string]: unknown }[], others: readonly string[]): string | undefined {
  const isOfAll = (name: string, types: readonly string[]) => records.every((one) => types.includes(typeof one[name]));
  return (
    labels.find((name) => isOfAll(name, ['string', 'number'])) ??
    Object.keys(records[0]!).find((name) => !others.includes(name) && !leftOut.has(name) && isOfAll(name, ['string']))
  );
}
