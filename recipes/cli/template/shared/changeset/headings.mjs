// After `changeset version`, which names the parts of CHANGELOG.md by the steps of a version: names that users understand.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const headings = { Major: 'What breaks', Minor: 'New', Patch: 'Mended, and smaller things' };
if (existsSync('CHANGELOG.md')) {
  const text = readFileSync('CHANGELOG.md', 'utf8');
  writeFileSync('CHANGELOG.md', text.replace(/^### (Major|Minor|Patch) Changes$/gm, (_, step) => `### ${headings[step]}`));
}
