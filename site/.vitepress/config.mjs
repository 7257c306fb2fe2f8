import { readFileSync } from 'node:fs';
import { slug } from 'github-slugger';
import { defineConfig } from 'vitepress';

export default defineConfig({
  title: 'S3',
  description: 'Speech representation benchmarking and training for TypeScript',
  lang: 'en',
  srcDir: 'pages',
  outDir: 'dist',
  // the address below which it is served
  base: process.env.S3_SITE_BASE ?? '/',
  // the index of the search is one file of about a megabyte, loaded when somebody searches
  vite: { build: { chunkSizeWarningLimit: 4000 } },
  markdown: {
    // text in the repository has no HTML, and `<unk>` is not meant as any
    html: false,
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    anchor: { slugify: (heading) => slug(heading) },
  },
  themeConfig: {
    nav: [
      { text: 'Introduction', link: '/introduction' },
      { text: 'Recipes', link: '/recipes/' },
      { text: 'Settings', link: '/settings/' },
    ],
    sidebar: JSON.parse(readFileSync(new URL('../pages/sidebar.json', import.meta.url), 'utf8')),
    outline: { level: [2, 3] },
    search: {
      provider: 'local',
      options: {
        _render: (text, env, md) => (env.frontmatter?.search === false || /^---\nsearch: false/.test(text) ? '' : md.render(text, env)),
      },
    },
    docFooter: { prev: false, next: false },
  },
});
