/** S3PRL's names of networks that it keeps in files of its own, and what each file has to hold. */
export const originalNames = {
  apc: 'apc',
  apc_360hr: 'apc',
  apc_960hr: 'apc',
  apc_local: 'apc',
  vq_apc: 'apc',
  vq_apc_360hr: 'apc',
  vq_apc_960hr: 'apc',
} as const;

export type OriginalName = keyof typeof originalNames;
