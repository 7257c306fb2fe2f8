import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives all tests, and what they start, a folder for temporary files that goes with them: what a test makes there it need not remove. */
export default function temporaryFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 's3-tests-'));
  for (const name of ['TMPDIR', 'TMP', 'TEMP']) process.env[name] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
