import { createHash } from 'node:crypto';
import { escapeHtml } from './escape-html.ts';
import { reportScript, reportStyle } from './report-style.ts';

/** A page of this content below its heading, which loads nothing. */
export function htmlPage(heading: string, content: readonly string[]): string {
  const script = createHash('sha256').update(reportScript).digest('base64');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${script}'; img-src data:`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeHtml(heading)}</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
<h1>${escapeHtml(heading)}</h1>
${content.join('\n')}
<div id="value" aria-hidden="true"></div>
</main>
<script>${reportScript}</script>
</body>
</html>
`;
}
