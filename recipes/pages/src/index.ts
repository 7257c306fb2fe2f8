export type { PageRecipe } from './bundle-recipe.ts';
export { type PageContent, type PageOptions, pageContent, type TeachOptions, teachContent } from './page-content.ts';
export { pageRecipes } from './page-recipes.ts';
export type { PageSettings, TeachSettings } from './page-settings.ts';
export { type ServedPage, servePage } from './serve-page.ts';
export { writePage } from './write-page.ts';
