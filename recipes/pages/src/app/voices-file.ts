import { InputError } from '@s3/interface';
import { z } from 'zod';
import type { Opened, Voices } from './protocol.ts';

const contents = z.object({
  format: z.literal('s3-voices'),
  version: z.literal(1),
  /** the model that heard the voices: its numbers mean nothing to another one */
  checkpoint: z.object({ id: z.string(), name: z.string() }),
  people: z.array(z.object({ name: z.string().max(60), voices: z.array(z.array(z.number()).min(1)).min(1) })).min(1),
});

type Heard = Pick<Opened, 'id' | 'page'>;

/** People's voices, as the model of a checkpoint hears them, as the text of a file. */
export function voicesText({ id, page }: Heard, people: readonly Voices[]): string {
  const file: z.input<typeof contents> = {
    format: 's3-voices',
    version: 1,
    checkpoint: { id, name: page.name },
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
export function voicesIn({ id, page }: Heard, text: string, where: string): Voices[] {
  const parsed = contents.safeParse(parsedJson(text));
  if (!parsed.success)
    throw new InputError(
      where,
      'no voices that this page saved',
      'a file of the button "Save the voices"',
      'Choose another file, or enrol people anew.',
    );
  const { checkpoint, people } = parsed.data;
  if (checkpoint.id !== id) {
    throw new InputError(
      where,
      `voices as the model ${checkpoint.name} hears them`,
      `those of the model of this page, ${page.name}`,
      'Open that one, or enrol people anew: one model cannot compare the voices of another.',
    );
  }
  return people.map(({ name, voices }) => ({ name, voices: voices.map((voice) => Float32Array.from(voice)) }));
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
