// The documentation as people meet it: builds it, follows every link, and looks at it in a browser at the width of a
// phone and of a desk: nothing overflows, axe finds nothing serious, the search finds things.
//   node scripts/check-site.mjs [--built]     S3_SCREENSHOTS is a folder for pictures of what it saw
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, posix } from 'node:path';
import { seriousViolations, startBrowser } from './browser.mjs';
import { root } from './workspace.mjs';

const dist = join(root, 'site/dist');
const problems = [];
const screenshots = process.env.S3_SCREENSHOTS && join(process.env.S3_SCREENSHOTS, 'site');

if (!process.argv.includes('--built')) {
  const { status } = spawnSync(process.execPath, ['site/build.mjs'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
const pages = htmlFiles('');
const links = checkLinks();
const seen = await lookAtPages();

if (problems.length > 0) {
  console.error(problems.map((problem) => `  ${problem}`).join('\n'));
  console.error(`check-site: ${problems.length} problem${problems.length === 1 ? '' : 's'}`);
  process.exit(1);
}
console.log(`check-site: ${pages.length} pages, ${links} links, ${seen} looked at in a browser`);

function htmlFiles(folder) {
  return readdirSync(join(dist, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) return htmlFiles(path);
    return path.endsWith('.html') ? [path] : [];
  });
}

/** Every link within the site leads to a page and, where it names one, to a place on it. */
function checkLinks() {
  const texts = new Map(pages.map((page) => [page, readFileSync(join(dist, page), 'utf8')]));
  const idsOf = new Map(
    [...texts].map(([page, text]) => [page, new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => unescaped(id)))]),
  );
  let count = 0;
  for (const [page, text] of texts) {
    if (page === '404.html') continue;
    for (const [, link] of text.matchAll(/<a [^>]*?href="([^"]+)"/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      count++;
      const [path, anchor] = unescaped(link).split('#');
      const linked = path === '' ? page : posix.join(path.startsWith('/') ? '' : posix.dirname(page), path).replace(/^\//, '');
      const file = [linked, `${linked}.html`, posix.join(linked, 'index.html')].find((each) => texts.has(each));
      if (!file) {
        if (!existsSync(join(dist, linked)) || statSync(join(dist, linked)).isDirectory()) problems.push(`${page}: ${link} leads nowhere`);
      } else if (anchor && !idsOf.get(file).has(decodeURIComponent(anchor))) problems.push(`${page}: ${link} leads to no place on ${file}`);
    }
  }
  return count;
}

function unescaped(text) {
  return text
    .replace(/&amp;/g, '&')
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"');
}

/** One page of each kind; all of them would be minutes. */
async function lookAtPages() {
  const kinds = [
    'index',
    'introduction',
    'concepts',
    'parity',
    'from-s3prl',
    'adding-a-task',
    'recipes/superb-asv',
    'settings/superb-asv',
    'settings/components',
    'commands',
    'whats-new',
    'api/dataio',
    'source/packages/interface/src/communicator.ts',
  ];
  const server = await serve();
  const origin = `http://localhost:${server.address().port}`;
  const browser = await startBrowser();
  if (screenshots) mkdirSync(screenshots, { recursive: true });
  let count = 0;
  try {
    for (const [device, viewport] of Object.entries({ phone: { width: 375, height: 740 }, desk: { width: 1280, height: 900 } })) {
      const context = await browser.newContext({ viewport });
      context.setDefaultTimeout(60_000);
      const page = await context.newPage();
      page.on('pageerror', (error) => problems.push(`${page.url()}: ${error.message}`));
      page.on('response', (response) => {
        if (response.status() >= 400) problems.push(`${page.url()}: ${response.url()} gives ${response.status()}`);
      });
      page.on('request', (request) => {
        if (!request.url().startsWith(origin) && !request.url().startsWith('data:'))
          problems.push(`${page.url()}: asks ${request.url()} of another machine`);
      });
      for (const kind of kinds) {
        await page.goto(`${origin}/${kind}.html`, { waitUntil: 'networkidle' });
        count++;
        const { scrollWidth, clientWidth, widest } = await page.evaluate(() => {
          const { scrollWidth, clientWidth } = document.documentElement;
          const beyond = [...document.querySelectorAll('main *')].find((element) => {
            const scrolls = (each) => each && (/auto|scroll|hidden/.test(getComputedStyle(each).overflowX) || scrolls(each.parentElement));
            return element.getBoundingClientRect().right > clientWidth + 1 && !scrolls(element);
          });
          return { scrollWidth, clientWidth, widest: beyond?.outerHTML.slice(0, 120) };
        });
        if (scrollWidth > clientWidth || widest) problems.push(`${kind} on a ${device}: wider than the window: ${widest ?? scrollWidth}`);
        // of a long page axe takes seconds, and finds at one width what it finds at the other
        if (device === 'phone' || ['index', 'introduction'].includes(kind))
          for (const violation of await seriousViolations(page)) problems.push(`${kind} on a ${device}: ${violation}`);
        if (screenshots) await page.screenshot({ path: join(screenshots, `${device}-${kind.replaceAll('/', '-')}.png`) });
      }
      await search(page, device);
      await context.close();
    }
    const dark = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: 'dark' });
    const page = await dark.newPage();
    for (const kind of ['index', 'adding-a-task']) {
      await page.goto(`${origin}/${kind}.html`, { waitUntil: 'networkidle' });
      for (const violation of await seriousViolations(page)) problems.push(`${kind} in the dark: ${violation}`);
      if (screenshots) await page.screenshot({ path: join(screenshots, `dark-${kind}.png`) });
    }
  } finally {
    await browser.close();
    server.close();
  }
  return count;

  async function search(page, device) {
    const wanted = {
      minDcf: /api\/task-asv|glossary|settings|recipes/,
      'training.totalSteps': /settings/,
      'weighted sum': /featurizer|concepts|glossary/,
      equalErrorRate: /api\/task-asv/,
    };
    for (const [words, expected] of Object.entries(wanted)) {
      await page.goto(`${origin}/introduction.html`, { waitUntil: 'networkidle' });
      const input = page.locator('#localsearch-input');
      // the keys are heard once the page's program runs
      for (let attempt = 0; attempt < 30 && !(await input.isVisible()); attempt++) {
        await page.keyboard.press('Control+k');
        await input.waitFor({ timeout: 2000 }).catch(() => {});
      }
      await input.fill(words);
      const results = page.locator('.VPLocalSearchBox a.result');
      // results come while one types, so those of a few letters are there first
      const deadline = Date.now() + 20_000;
      let found = [];
      while (!found.some((href) => expected.test(href)) && Date.now() < deadline) {
        await page.waitForTimeout(100);
        found = (await results.evaluateAll((all) => all.map(({ href }) => href))).slice(0, 5);
      }
      if (!found.some((href) => expected.test(href)))
        problems.push(`search on a ${device}: '${words}' gives ${found.join(', ') || 'nothing'}`);
    }
    if (screenshots) await page.screenshot({ path: join(screenshots, `${device}-search.png`) });
    for (const violation of await seriousViolations(page)) problems.push(`search on a ${device}: ${violation}`);
  }
}

function serve() {
  const types = {
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.css': 'text/css',
    '.json': 'application/json',
    '.svg': 'image/svg+xml',
    '.woff2': 'font/woff2',
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const path = join(dist, decodeURIComponent(pathname));
    const file = [path, `${path}.html`, join(path, 'index.html')].find((each) => existsSync(each) && statSync(each).isFile());
    response.writeHead(file ? 200 : 404, { 'content-type': types[extname(file ?? '')] ?? 'application/octet-stream' });
    response.end(file ? readFileSync(file) : '');
  });
  return new Promise((resolve) => server.listen(0, () => resolve(server)));
}
