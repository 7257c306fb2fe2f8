import { describe, expect, it } from 'vitest';
import { calmUcx } from './ucx.ts';

describe('calmUcx', () => {
  it('switches the hooks off and leaves what the user has set', () => {
    const env: NodeJS.ProcessEnv = { UCX_MEM_EVENTS: 'y' };
    calmUcx(env);
    expect(env).toEqual({
      UCX_MEM_EVENTS: 'y',
      UCX_MEM_MMAP_HOOK_MODE: 'none',
      UCX_MEM_MALLOC_HOOKS: 'n',
      UCX_MEM_MALLOC_RELOC: 'n',
      UCX_ERROR_SIGNALS: '',
    });
  });
});
