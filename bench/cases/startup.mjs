import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const program = fileURLToPath(new URL('../../recipes/cli/bin/s3.js', import.meta.url));

/** From the shell to the list of commands. */
export default async function prepare() {
  return {
    work: '`s3 --help`, a new process each time',
    target: null,
    async run() {
      const begin = performance.now();
      // node does not tell the CPU time of the processes it started; the shell does
      const { stdout } = await promisify(execFile)('sh', ['-c', '"$0" "$1" --help > /dev/null && times', process.execPath, program]);
      const wall = (performance.now() - begin) / 1000;
      const times = stdout
        .trim()
        .split('\n')[1]
        .matchAll(/(\d+)m([\d.]+)s/g);
      const cpu = [...times].reduce((sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds), 0);
      return { cpu, wall };
    },
  };
}
