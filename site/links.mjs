// Links that work in the repository, on the site. A link that leads nowhere in the repository is refused.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import GithubSlugger, { slug } from 'github-slugger';
import { root } from '../scripts/workspace.mjs';

const linkPattern = /(!?\[(?:[^\]\\]|\\.|`[^`]*`)*\]\()([^)\s]+)(\))/g;

/** The text with every code block and span blanked, each character by a space, so that places stay. */
function withoutCode(text) {
  const blank = (match) => match.replace(/[^\n]/g, ' ');
  return text.replace(/^(```|~~~)[^\n]*\n[\s\S]*?^\1[^\n]*$/gm, blank).replace(/(`+)(?!`)[^\n]*?[^`]\1(?!`)/g, blank);
}

/** Anchors of a page's headings, as code hosts make them. */
function anchorsOf(text) {
  const slugger = new GithubSlugger();
  const headings = text.replace(/^(```|~~~)[^\n]*\n[\s\S]*?^\1[^\n]*$/gm, '').matchAll(/^#{1,6} +(.+?) *#*$/gm);
  return new Set([...headings].map(([, heading]) => slugger.slug(heading.replace(/`|\[([^\]]*)\]\([^)]*\)/g, '$1'))));
}

/** The section of a page that a heading of this anchor begins, heading included, up to the next one of its level. */
export function sectionOf(file, text, anchor) {
  const parts = text.split(/^(?=## )/m);
  const found = parts.find((part) => slug(/^## (.*)$/m.exec(part)?.[1] ?? '') === anchor);
  if (!found) throw new Error(`${file} has no section ${anchor}`);
  return found.trimEnd();
}

/**
 * A page's Markdown with its links turned to the site's.
 *
 * @param pages file of the repository to address on the site
 * @param onSource is told of each linked file that is no page; gives its address
 * @param problems is given a sentence for each link that leads nowhere
 */
export function siteLinks(file, text, { pages, onSource, problems }) {
  const places = [...withoutCode(text).matchAll(linkPattern)];
  let result = '';
  let last = 0;
  for (const place of places) {
    const from = place.index + place[1].length;
    result += text.slice(last, from) + target(place[2]);
    last = from + place[2].length;
  }
  return result + text.slice(last);

  function target(link) {
    if (/^[a-z]+:/.test(link)) return link;
    const [path, anchor] = link.split('#');
    let linked = path === '' ? file : posix.join(posix.dirname(file), path);
    if (!existsSync(join(root, linked))) {
      problems.push(`${file}: the link ${link} leads to no file`);
      return link;
    }
    if (statSync(join(root, linked)).isDirectory()) linked = posix.join(linked, 'README.md');
    if (anchor !== undefined && linked.endsWith('.md') && !anchorsOf(readFileSync(join(root, linked), 'utf8')).has(anchor))
      problems.push(`${file}: the link ${link} leads to no heading`);
    const to = pages.get(linked) ?? onSource(linked);
    if (to === undefined) {
      problems.push(`${file}: the link ${link} leads to a file that is no page of the site`);
      return link;
    }
    return `/${to.replace(/(^|\/)index$/, '$1')}${anchor === undefined ? '' : `#${anchor}`}`;
  }
}
