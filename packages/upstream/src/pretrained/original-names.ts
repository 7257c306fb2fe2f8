/** S3PRL's names of networks that it keeps in files of its own, and what each file has to hold. */
export const originalNames = {
  apc: 'apc',
  apc_360hr: 'apc',
  apc_960hr: 'apc',
  apc_local: 'apc',
  vq_apc: 'apc',
  vq_apc_360hr: 'apc',
  vq_apc_960hr: 'apc',
  npc: 'npc',
  npc_360hr: 'npc',
  npc_960hr: 'npc',
  npc_local: 'npc',
  mockingjay: 'mockingjay',
  mockingjay_origin: 'mockingjay',
  mockingjay_local: 'mockingjay',
  mockingjay_100hr: 'mockingjay',
  mockingjay_960hr: 'mockingjay',
  tera: 'mockingjay',
  tera_100hr: 'mockingjay',
  tera_960hr: 'mockingjay',
  tera_local: 'mockingjay',
  audio_albert: 'mockingjay',
  audio_albert_960hr: 'mockingjay',
  audio_albert_local: 'mockingjay',
} as const;

export type OriginalName = keyof typeof originalNames;
