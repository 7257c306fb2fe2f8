/** S3PRL's names of networks that it keeps in files of its own: what each file has to hold, and where it is on the hub, if there, as owner/name/file. */
export const originalNames = {
  apc: { kind: 'apc', hub: 'leo19941227/apc_series/apc_360hr.ckpt' },
  apc_360hr: { kind: 'apc', hub: 'leo19941227/apc_series/apc_360hr.ckpt' },
  apc_960hr: { kind: 'apc', hub: 'leo19941227/apc_series/apc_960hr.ckpt' },
  apc_local: { kind: 'apc' },
  vq_apc: { kind: 'apc', hub: 'leo19941227/apc_series/vq_apc_360hr.ckpt' },
  vq_apc_360hr: { kind: 'apc', hub: 'leo19941227/apc_series/vq_apc_360hr.ckpt' },
  vq_apc_960hr: { kind: 'apc', hub: 'leo19941227/apc_series/vq_apc_960hr.ckpt' },
} as const satisfies { readonly [name: string]: { readonly kind: string; readonly hub?: string } };

export type OriginalName = keyof typeof originalNames;
