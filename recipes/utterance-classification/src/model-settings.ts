import { z } from 'zod';

/** The section `model` of recipes that label utterances. */
export const modelSettings = z
  .strictObject({ upstreamTrainable: z.boolean().default(false).describe('train the upstream too') })
  .prefault({});
