import { InputError } from '@s3/interface';
import { z } from 'zod';
import type { Opened, Voices } from './protocol.ts';

const contents = z.object({
  format: z.literal('s3-voices'),
  version: z.literal(1),
  /** the model that heard the voices, by its content: its numbers mean nothing to another one */
  model: z.object({ name: z.string(), weights: z.string(), upstream: z.string().nullable(), settings: z.string() }),
  people: z.array(z.object({ name: z.string().max(60), voices: z.array(z.array(z.number()).min(1)).min(1) })).min(1),
});

type Hearing = Pick<Opened, 'heard' | 'page'>;

/** People's voices, as the model of a checkpoint hears them, as the text of a file. */
export function voicesText({ heard, page }: Hearing, people: readonly Voices[]): string {
  const file: z.input<typeof contents> = {
    format: 's3-voices',
    version: 1,
    model: { name: page.name, ...heard },
    people: people.map(({ name, voices }) => ({ name, voices: voices.map((voice) => Array.from(voice)) })),
  };
  return `${JSON.stringify(file)}\n`;
}

/**
 * The voices in such a text.
 *
 * @param where name of the file, for messages
 * @throws InputError for what is no such file, and for voices that another model heard
 */
export function voicesIn(hearing: Hearing, text: string, where: string): Voices[] {
  const parsed = contents.safeParse(parsedJson(text));
  if (!parsed.success)
    throw new InputError(
      where,
      'no voices that this page saved',
      'a file of the button "Save the voices"',
      'Choose another file, or enrol people anew.',
    );
  const { model, people } = parsed.data;
  refuseOther(hearing, model, where);
  return people.map(({ name, voices }) => ({ name, voices: voices.map((voice) => Float32Array.from(voice)) }));
}

function refuseOther({ heard, page }: Hearing, { name, ...other }: z.output<typeof contents>['model'], where: string): void {
  const remedy = 'Open that one, or enrol people anew: one model cannot compare the voices of another.';
  const refusal = (found: string, expected: string) => new InputError(where, found, expected, remedy);
  if (other.weights !== heard.weights)
    throw refusal(
      `voices as the model ${name} hears them (weights ${short(other.weights)})`,
      `those of the model of this page, ${page.name} (weights ${short(heard.weights)})`,
    );
  if (other.upstream !== heard.upstream)
    throw refusal(
      `voices as ${name} hears them through an upstream of other weights (${short(other.upstream)})`,
      `those that it hears through the upstream of this page (${short(heard.upstream)})`,
    );
  if (other.settings !== heard.settings)
    throw refusal(`voices as ${name} hears them with other settings of its parts`, 'those that it hears with the settings of this page');
}

/** Enough of a hash to tell two apart. */
const short = (hash: string | null) => hash?.slice(0, 12) ?? 'without weights';

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
