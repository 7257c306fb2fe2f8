// Uses `s3 serve` and `s3 teach` as people do: trains small checkpoints, opens their pages in Chromium, gives them files and a microphone,
// and compares what they say with `s3 predict`. Screenshots go to S3_SCREENSHOTS, else to a temporary folder.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { startBrowser } from './browser.mjs';
import { checkpoints } from './pages/checkpoints.mjs';
import { enginesChecks } from './pages/engines.mjs';
import { ownRecipesChecks } from './pages/own-recipes.mjs';
import { pageFilesChecks } from './pages/page-files.mjs';
import { recognitionChecks } from './pages/recognition.mjs';
import { recordingsChecks } from './pages/recordings.mjs';
import { resultsChecks } from './pages/results.mjs';
import { at, files, scratch, shots } from './pages/scratch.mjs';
import { assertSame, nodesWord, open, serve, workersWord } from './pages/served-page.mjs';
import { teachChecks } from './pages/teach.mjs';
import { upstreamsAndDecodersChecks } from './pages/upstreams-and-decoders.mjs';
import { verificationChecks } from './pages/verification.mjs';

let checks = 0;
/** With words behind the command, only the checks that have one of them in their name. */
async function check(name, work) {
  if (process.argv.length > 2 && !process.argv.slice(2).some((word) => name.includes(word))) return;
  const began = Date.now();
  await work();
  checks += 1;
  console.log(`  ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}

const closing = [];
try {
  // these train what they need themselves
  const alone = ['recipes of another package', 'ONNX file', 'language model', 'other weights', 'sound events', 'teach'];
  const asked = process.argv.slice(2);
  const made = asked.length > 0 && asked.every((word) => alone.includes(word)) ? {} : await checkpoints();
  const plain = await startBrowser();
  closing.push(() => plain.close());
  const served = {};
  for (const [name, checkpoint] of Object.entries(made)) {
    served[name] = await serve(checkpoint);
    closing.push(() => served[name].close());
  }

  for (const [name, checkpoint] of Object.entries(made)) {
    await check(`${name}: the page says what Node says`, async () => {
      const path = name === 'sd' ? at('conversation.wav') : files[0];
      const { page, troubles, close } = await open(plain, served[name].address);
      assertSame(await workersWord(page, 'wasm', path), nodesWord(checkpoint, path), name);
      assert.deepEqual(troubles, []);
      await close();
    });
  }

  const given = { check, plain, made, served };
  await verificationChecks(given);
  await recordingsChecks(given);
  await resultsChecks(given);
  await recognitionChecks(given);
  await enginesChecks(given);
  await ownRecipesChecks(given);
  await upstreamsAndDecodersChecks(given);
  await pageFilesChecks(given);
  await teachChecks(given);
  console.log(`check-pages: ${checks} checks in Chromium${process.env.S3_SCREENSHOTS ? `, screenshots in ${shots}` : ''}`);
} finally {
  await Promise.all(closing.map((close) => close()));
  rmSync(scratch, { recursive: true, force: true });
}
