import { z } from 'zod';

/** The section `model` of recipes of speech to text. */
export const modelSettings = z
  .strictObject({ upstreamTrainable: z.boolean().default(false).describe('train the upstream too') })
  .prefault({});
