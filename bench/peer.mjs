import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/**
 * The peer's half of a case, in a Python process that waits for its turns.
 *
 * `device` is where PyTorch computes, such as `cpu` or `cuda`.
 * Without Python or its packages there is no `run`, and `absent` says why.
 */
export async function startPeer({ python, device, name, folder }) {
  if (!existsSync(python)) return { name: null, absent: `no ${python}` };
  const child = spawn(python, [fileURLToPath(new URL('peer.py', import.meta.url)), name, folder, device], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (text) => {
    complaints = (complaints + text).slice(-4000);
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await answers.next();
    if (done) throw new Error(`the peer of ${name} ended: ${complaints}`);
    return JSON.parse(value);
  };
  const ready = await answer();
  if (ready.absent) return { name: null, absent: ready.absent };
  return {
    name: ready.peer,
    run() {
      child.stdin.write('run\n');
      return answer();
    },
    async end() {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}
