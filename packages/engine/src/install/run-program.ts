import { spawn } from 'node:child_process';

/** How a program ended. */
export interface Ended {
  /** exit code; undefined when a signal ended it or it is not there */
  readonly code: number | undefined;
  /** one line: why it failed, or `ended well` */
  readonly outcome: string;
  readonly output: string;
  readonly errors: string;
}

/** Runs a program to its end; never throws, since what a failure means is the caller's to say. */
export function runProgram(
  program: string,
  args: readonly string[],
  { cwd, input = '', environment }: { readonly cwd?: string; readonly input?: string; readonly environment?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env: { ...childEnvironment(), ...environment }, stdio: 'pipe' });
    let [output, errors] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.stdin.on('error', () => {}); // a program may end without reading
    child.stdin.end(input);
    child.on('error', (error: NodeJS.ErrnoException) => {
      const outcome = error.code === 'ENOENT' ? `${program} was not found` : `${program} did not start: ${error.message}`;
      resolve({ code: undefined, outcome, output, errors });
    });
    child.on('close', (code, signal) => {
      const outcome = code === 0 ? 'ended well' : `${program} ended with ${signal ?? `exit code ${code}`}${lastLines(errors || output)}`;
      resolve({ code: code ?? undefined, outcome, output, errors });
    });
  });
}

function lastLines(text: string): string {
  const lines = text.trim().split('\n').slice(-4).join(' | ');
  return lines && `: ${lines.slice(-600)}`;
}

/** npm hands its own settings to what it starts; those about the place of the caller's project must not reach another npm. */
function childEnvironment(): NodeJS.ProcessEnv {
  const strangers =
    /^npm_(package|lifecycle|command|execpath|config_(global|prefix|local_prefix|workspaces?|include_workspace_root|pack_destination|dry_run|json)$)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !strangers.test(name)));
}
