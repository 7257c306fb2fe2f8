// The page as a folder, its licences, and the command that serves it.
import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../workspace.mjs';
import { at, run } from './scratch.mjs';
import { alerts, open, serve } from './served-page.mjs';
import { simpleServer } from './simple-server.mjs';

export async function pageFilesChecks({ check, plain, made, served }) {
  await check('the page as a folder, whole and torn', async () => {
    run('serve', made.asv, '--build', at('page'));
    for (const [name, spoil, words] of [
      ['whole', () => {}, undefined],
      [
        'torn',
        (folder) => truncateSync(join(folder, 'checkpoint/model.safetensors'), 1000),
        /model\.safetensors: found another content than was written/,
      ],
      ['missing', (folder) => rmSync(join(folder, 'checkpoint/task.safetensors')), /task\.safetensors: found nothing/],
    ]) {
      cpSync(at('page'), at(name), { recursive: true });
      spoil(at(name));
      const { address, close: stop } = await simpleServer(at(name));
      const { page, close } = await open(plain, address, { cores: 6 });
      if (words) assert.match((await alerts(page)).join(), words);
      else {
        assert.equal(await page.locator('main').getAttribute('data-ready'), 'true');
        assert.match(await page.locator('[data-engine]').textContent(), /on one thread, since the page is not cross-origin isolated/);
      }
      await close();
      await stop();
    }
  });

  await check('the page passes on the licences of what it has in it, and keeps copyleft in files of its own', async () => {
    const { page, close } = await open(plain, served.asv.address);
    const link = page.getByRole('link', { name: 'Licences' });
    const said = await page.evaluate((address) => fetch(address).then((response) => response.text()), await link.getAttribute('href'));
    for (const words of [
      /codec-parser [\d.]+: LGPL/,
      /mpg123, compiled into/,
      /GNU LESSER GENERAL PUBLIC LICENSE/,
      /Version 3, 29 June 2007/,
      /zod [\d.]+: MIT/,
    ])
      assert.match(said, words);
    await close();
    // both keep names of theirs
    const site = join(root, 'recipes/pages/dist/site');
    const withCopyleft = readdirSync(site).filter(
      (file) => file.endsWith('.js') && /codec-parser|CodecParser|mpeg_/.test(readFileSync(join(site, file), 'latin1')),
    );
    assert.deepEqual(withCopyleft.sort(), ['decode-flac.js', 'decode-mp3.js', 'decode-opus.js', 'decode-vorbis.js']);
  });

  await check('Ctrl-C ends s3 serve', async () => {
    const { close } = await serve(made.asv);
    assert.equal(await close(), 0);
  });
}
