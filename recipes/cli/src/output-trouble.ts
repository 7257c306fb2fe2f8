/**
 * How the program ends when its output finds no taker: whoever reads it may stop early, as `s3 list | head -3` does. It ends as a program
 * that SIGPIPE ends, so that a run that is cut short so does not count as finished.
 */
export function outputTrouble({ code, message }: NodeJS.ErrnoException): { readonly exitCode: number; readonly text: string } {
  if (code === 'EPIPE') return { exitCode: 128 + 13, text: '' };
  const found = code === 'ENOSPC' ? 'a full disk (ENOSPC)' : message;
  return {
    exitCode: 1,
    text: `standard output: found ${found}; expected a place to write to. Make room, or send the output somewhere else.\n`,
  };
}
