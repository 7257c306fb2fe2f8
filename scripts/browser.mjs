// Starts a chromium that is on this machine, for checks that look at pages as people see them. playwright-core drives it
// and brings none of its own.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const elsewhere = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** What to do where there is no browser. */
export const howToInstall =
  'no chromium was found: `apt install chromium`, or install Google Chrome, or set S3_CHROMIUM to the program of one that is elsewhere';

/** The program: S3_CHROMIUM, or the first that is found in PATH or where it is usually installed. */
export function chromiumPath() {
  if (process.env.S3_CHROMIUM) return process.env.S3_CHROMIUM;
  const inPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  return [...inPath, ...elsewhere].find((path) => existsSync(path));
}

/**
 * Starts it without a window; the caller closes it.
 *
 * `webgpu` adds a GPU in software, SwiftShader; `microphone` answers questions for the microphone with yes and plays that
 * WAV file into it, once.
 */
export async function startBrowser({ webgpu = false, microphone, args = [] } = {}) {
  const executablePath = chromiumPath();
  if (!executablePath) throw new Error(howToInstall);
  return chromium.launch({
    executablePath,
    args: [
      // its sandbox refuses to run as root, as in a container; the pages are our own
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...(webgpu ? ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'] : []),
      ...(microphone
        ? ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${microphone}%noloop`]
        : []),
      ...args,
    ],
  });
}

/** Accessibility: what axe finds serious or critical on a page, a line each. */
export async function seriousViolations(page) {
  const { AxeBuilder } = await import('@axe-core/playwright');
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id} (${help}): ${target.join(' ')}`));
}
