export { type PageContent, type PageOptions, pageContent, teachContent } from './page-content.ts';
export { type PageSettings, pageSettings } from './page-settings.ts';
export { type ServedPage, servePage } from './serve-page.ts';
export { writePage } from './write-page.ts';
