import { z } from 'zod';

/** What a page is told of its checkpoint, `page.json` beside it: what is not in the checkpoint's own files. */
export const pageSettings = z.strictObject({
  /** what the checkpoint is called: its folder's name, with those of its run */
  name: z.string(),
  /** settings that replace those of the checkpoint, by section */
  overrides: z.record(z.string(), z.unknown()).default({}),
  /** a second checkpoint, of speaker verification, that knows a speaker of the first one's recordings again; null where there is none */
  speakerModel: z
    .strictObject({
      name: z.string(),
      overrides: z.record(z.string(), z.unknown()).default({}),
    })
    .nullable()
    .default(null),
  /** how a verification checkpoint did on its test sets */
  tests: z
    .array(
      z.strictObject({
        name: z.string(),
        eer: z.number(),
        /** score at which both errors are equal */
        eerThreshold: z.number(),
      }),
    )
    .default([]),
});

export type PageSettings = z.output<typeof pageSettings>;

/** What the page that teaches is told, in the same file. */
export const teachSettings = z.strictObject({
  /** settings of the frozen upstream, as what is learned names it */
  upstream: z.record(z.string(), z.unknown()),
  /** where its files lie in the page; absent for one that has none */
  path: z.string().optional(),
});

export type TeachSettings = z.output<typeof teachSettings>;
