/** How the program ends when its output finds no taker: whoever reads it may stop early, as `s3 list | head -3` does. */
export function outputTrouble({ code, message }: NodeJS.ErrnoException): { readonly exitCode: number; readonly text: string } {
  if (code === 'EPIPE') return { exitCode: 0, text: '' };
  const found = code === 'ENOSPC' ? 'a full disk (ENOSPC)' : message;
  return {
    exitCode: 1,
    text: `standard output: found ${found}; expected a place to write to. Make room, or send the output somewhere else.\n`,
  };
}
