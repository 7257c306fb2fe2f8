// Two recordings and a score.
import assert from 'node:assert/strict';
import { files } from './scratch.mjs';
import { alerts, assertSame, choose, look, nodesWord, open } from './served-page.mjs';

export async function verificationChecks({ check, plain, made, served }) {
  await check('verification: two files, a score, keyboard alone', async () => {
    const { page, troubles, close } = await open(plain, served.asv.address);
    await choose(page, 0, files[0]);
    await choose(page, 1, files[1]);
    await page.waitForSelector('.score');
    const score = Number(await page.locator('.score').getAttribute('data-score'));
    const [one, other] = [files[0], files[1]].map((path) => nodesWord(made.asv, path));
    const dot = (a, b) => a.reduce((sum, value, index) => sum + value * b[index], 0);
    assertSame(score, dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other)), 'score');
    assert.match(await page.locator('.verdict').first().textContent(), /Probably/);
    await page.locator('summary', { hasText: 'Threshold' }).first().click();
    assert.match(await page.locator('main').textContent(), /Both errors are equal there/);
    await look(page, 'verification');
    await page.keyboard.press('Tab');
    for (let presses = 0; presses < 30; presses++) {
      if ((await page.evaluate(() => document.activeElement?.textContent)) === 'Record') break;
      await page.keyboard.press('Tab');
    }
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Record');
    assert.deepEqual(troubles, []);
    // no microphone here, or not allowed: said in words, and the score is still there
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=alert]:not([hidden])');
    assert.match((await alerts(page)).join(), /microphone/i);
    assert.equal(Number(await page.locator('.score').getAttribute('data-score')), score);
    await close();
  });
}
