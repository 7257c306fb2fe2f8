// Asks the registry for known faults in what people install with the published packages, as they would install it today:
// a fault there is a failure. What is used for development alone is counted and no failure, since nobody else runs it.
// Where the registry cannot be asked (offline, or a mirror without audits) it says so and fails only with S3_REQUIRE_AUDIT=1.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { neededBy, publishedPackages } from './installed-packages.mjs';
import { root } from './workspace.mjs';

const folder = mkdtempSync(join(tmpdir(), 's3-audit-'));
try {
  const installed = audited(
    rangesOf(({ dependencies, optionalDependencies, peerDependencies }) => ({
      ...peerDependencies,
      ...optionalDependencies,
      ...dependencies,
    })),
  );
  if (typeof installed === 'string') {
    console.log(`check-audit: not run, since ${installed}`);
    process.exitCode = process.env.S3_REQUIRE_AUDIT ? 1 : 0;
  } else {
    for (const line of installed) console.error(`  ${line}`);
    const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const development = audited(Object.fromEntries(Object.entries(devDependencies).filter(([name]) => !name.startsWith('@s3/'))));
    const aside = typeof development === 'string' ? `not looked at, since ${development}` : `${development.length} known faults`;
    console.log(`check-audit: ${installed.length} known faults in what people install; in what is used for development alone ${aside}`);
    process.exitCode = installed.length === 0 ? 0 : 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Versions that the published packages ask for, by name; what two of them ask for differently stands under an alias. */
function rangesOf(read) {
  const ranges = {};
  for (const { manifest } of publishedPackages) {
    const asked = read(manifest);
    for (const name of neededBy(manifest).filter((name) => !name.startsWith('@s3/'))) {
      const range = asked[name];
      if (ranges[name] === undefined || ranges[name] === range) ranges[name] = range;
      else ranges[`${name.replace(/[@/]/g, '')}-of-${manifest.name.slice(4)}`] = `npm:${name}@${range}`;
    }
  }
  return ranges;
}

/** @returns a line for each fault, or why there is no answer */
function audited(dependencies) {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'audit', private: true, dependencies }));
  rmSync(join(folder, 'package-lock.json'), { force: true });
  const npm = (...words) =>
    spawnSync('npm', words, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26, shell: process.platform === 'win32' });
  const locked = npm('install', '--package-lock-only', '--no-audit', '--no-fund', '--ignore-scripts', '--fetch-retries=0');
  if (locked.status !== 0) return `npm finds no versions (${firstError(locked.stderr)})`;
  const { stdout, stderr } = npm('audit', '--omit=dev', '--json', '--fetch-retries=0');
  let report;
  try {
    report = JSON.parse(stdout);
  } catch {
    return `npm audit gives no report (${firstError(stderr)})`;
  }
  if (!report.vulnerabilities) return `the registry answers no audits (${report.message ?? report.error?.summary ?? firstError(stderr)})`;
  return Object.values(report.vulnerabilities).map(({ name, severity, range, via }) => {
    const titles = via.map((cause) => (typeof cause === 'string' ? `by ${cause}` : `${cause.title}, ${cause.url}`));
    return `${name} ${range}: ${severity}; ${titles.join('; ')}`;
  });
}

function firstError(text) {
  const line = text.split('\n').find((candidate) => /error|warn audit/.test(candidate));
  return line?.replace(/^npm (error|warn) */, '') ?? 'no reason given';
}
