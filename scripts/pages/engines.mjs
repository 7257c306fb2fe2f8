// The engines of a page.
import assert from 'node:assert/strict';
import { startBrowser } from '../browser.mjs';
import { files } from './scratch.mjs';
import { alerts, assertSame, nodesWord, open, workersWord } from './served-page.mjs';

export async function enginesChecks({ check, plain, made, served }) {
  await check('wasm on several threads where the page may have them: the same numbers', async () => {
    for (const name of ['asv', 'pretrained']) {
      const { page, troubles, close } = await open(plain, served[name].address, { cores: 6 });
      assert.match(await page.locator('[data-engine]').textContent(), /on 3 threads/);
      assertSame(await workersWord(page, 'wasm', files[0]), nodesWord(made[name], files[0]), `${name} on threads`);
      assert.deepEqual(troubles, []);
      await close();
    }
  });

  await check('WebGPU: the same numbers; where there is none, words', async () => {
    const { page, close } = await open(plain, served.asv.address, { engine: 'webgpu' });
    assert.match((await alerts(page)).join(), /without WebGPU|no GPU/);
    await close();
    const browser = await startBrowser({ webgpu: true });
    try {
      const { page, troubles, close } = await open(browser, served.asv.address, { engine: 'webgpu' });
      assert.equal(await page.locator('[data-engine]').getAttribute('data-engine'), 'webgpu');
      assertSame(await workersWord(page, 'webgpu', files[0]), nodesWord(made.asv, files[0]), 'webgpu');
      assert.deepEqual(troubles, []);
      await close();
    } finally {
      await browser.close();
    }
  });
}
