/**
 * Keeps UCX, the transport of MPICH and of many an Open MPI, from hooking into the memory of a process with threads.
 *
 * When MPI starts it patches `mmap` and `brk` in place, and tries the patches by growing and shrinking the heap by a page, without
 * malloc's lock (`strace -f -e brk` shows it, UCX 1.13). What another thread allocates in between is then cut off: a crash later, in
 * 2 of 8 starts of four processes on a busy machine, rarely elsewhere. It catches SIGSEGV as well, which V8 uses itself. What is lost
 * is its cache of registered memory, of use on InfiniBand alone.
 *
 * In the environment of the process, so on the main thread, before the library is loaded; what the user has set stays.
 */
export function calmUcx(env: NodeJS.ProcessEnv = process.env): void {
  const calm = {
    UCX_MEM_EVENTS: 'n',
    UCX_MEM_MMAP_HOOK_MODE: 'none',
    UCX_MEM_MALLOC_HOOKS: 'n',
    UCX_MEM_MALLOC_RELOC: 'n',
    UCX_ERROR_SIGNALS: '',
  };
  for (const [name, value] of Object.entries(calm)) env[name] ??= value;
}
