import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '@s3/interface';
import { bundledRecipe, type PageRecipe } from './bundle-recipe.ts';
import { titled } from './bundled-packages.ts';
import { checkpointContent } from './checkpoint-content.ts';
import { decoderFiles } from './decoder-files.ts';
import type { PageSettings, TeachSettings } from './page-settings.ts';
import { savedSections } from './saved-sections.ts';
import { inlinedDecoders, onnxPrograms } from './site-options.ts';
import { testsOfRun } from './tests-of-run.ts';
import { type UpstreamFiles, type UpstreamSection, upstreamFiles } from './upstream-files.ts';

/** A file of a page: one on disk, or what it holds. */
export type PageFile = { readonly file: string } | { readonly text: string } | { readonly bytes: Uint8Array };

/** The files of a page by their address in it, such as `wasm/tfjs-backend-wasm.wasm`. */
export type PageContent = ReadonlyMap<string, PageFile>;

export interface PageOptions {
  /** settings that replace those of the checkpoint, by section */
  readonly overrides?: { readonly [section: string]: unknown };
  /** the checkpoint's recipe, where it is of another package: it is bundled with the page */
  readonly recipe?: PageRecipe | undefined;
  /** folder or zip of a speaker verification checkpoint, which knows a speaker of a diarized recording again */
  readonly speakerModel?: string | undefined;
}

const site = fileURLToPath(new URL('../dist/site', import.meta.url));
/** what a page does without */
const left = /^optimizer\.safetensors$|^since-log\.json$/;

/**
 * Everything that a page of a checkpoint consists of: the program, the engine's binaries, the checkpoint, and what the page is told of it.
 *
 * The checkpoint is not checked here but in the page, as it loads.
 *
 * @param checkpoint its folder; or a zip of it, or of a run
 * @throws InputError for a folder that is no checkpoint, and for a recipe of another package that does not load in a browser
 */
export async function pageContent(checkpoint: string, { overrides = {}, recipe, speakerModel }: PageOptions = {}): Promise<PageContent> {
  const content = await siteContent(recipe);
  const { isOnnx, ...first } = await addCheckpoint(content, checkpoint, '', overrides);
  const speaker = speakerModel === undefined ? undefined : await addCheckpoint(content, speakerModel, 'speaker-', {});
  if (!isOnnx && !speaker?.isOnnx) leaveOutOnnx(content);
  const settings: PageSettings = {
    ...first,
    speakerModel: speaker ? { name: speaker.name, overrides: speaker.overrides } : null,
    tests: await testsOfRun(resolve(checkpoint)),
  };
  return content.set('page.json', { text: `${JSON.stringify(settings)}\n` });
}

/**
 * Adds the files of a checkpoint, and of the upstream that it names, to those of a page.
 *
 * @param prefix of the folders that they come into, `checkpoint` and `upstream`
 */
async function addCheckpoint(
  content: Content,
  checkpoint: string,
  prefix: string,
  overrides: { readonly [section: string]: unknown },
): Promise<Pick<PageSettings, 'name' | 'overrides'> & Pick<UpstreamFiles, 'isOnnx'>> {
  const { name, files, config } = await checkpointContent(checkpoint);
  for (const [file, found] of files) if (!left.test(file)) content.set(`${prefix}checkpoint/${file}`, found);
  const saved = savedSections(config, overrides);
  const { path, isOnnx } = await addUpstream(content, saved.upstream, prefix);
  const decoder = await decoderFiles(saved.decoder);
  for (const [address, file] of decoder.files) content.set(address, { file });
  return {
    isOnnx,
    name,
    overrides: {
      ...overrides,
      ...(path !== undefined && { upstream: { ...section(overrides, 'upstream'), path } }),
      ...(decoder.files.size > 0 && {
        task: { ...section(overrides, 'task'), decoder: { ...section(section(overrides, 'task') ?? {}, 'decoder'), ...decoder.settings } },
      }),
    },
  };
}

const section = (settings: { readonly [name: string]: unknown }, name: string) => settings[name] as { readonly [name: string]: unknown };

export interface TeachOptions {
  /** settings of the frozen upstream that is taught on, as what is learned will name it; fbank without a mean taken off unless given */
  readonly upstream?: UpstreamSection;
}

/**
 * Everything that the page that teaches consists of: it needs no checkpoint.
 *
 * It is the same program; `teach.html` is the page that is opened first.
 *
 * @throws InputError for an upstream that is not found, or whose weights cannot be read
 */
export async function teachContent({
  upstream = { name: 'fbank_no_cmvn', batching: 'independent' },
}: TeachOptions = {}): Promise<PageContent> {
  const content = await siteContent();
  const { path, isOnnx } = await addUpstream(content, upstream);
  if (!isOnnx) leaveOutOnnx(content);
  const settings: TeachSettings = { upstream, ...(path !== undefined && { path }) };
  return content.set('index.html', content.get('teach.html')!).set('page.json', { text: `${JSON.stringify(settings)}\n` });
}

type Content = Map<string, PageFile>;

/** Adds the files of the upstream; gives its addresses with the prefix. */
async function addUpstream(content: Content, upstream: UpstreamSection, prefix = ''): Promise<UpstreamFiles> {
  const { files, path, isOnnx } = await upstreamFiles(upstream);
  for (const [address, file] of files) content.set(`${prefix}${address}`, { file });
  return { files, isOnnx, ...(path !== undefined && { path: `${prefix}${path}` }) };
}

/** Where it is not needed: onnxruntime is larger than all the rest. */
function leaveOutOnnx(content: Content): void {
  for (const address of Object.keys(onnxPrograms)) content.delete(address);
}

/** The bundled program. */
async function siteContent(recipe?: PageRecipe): Promise<Content> {
  const content: Content = new Map();
  for (const file of await filesBelow(site)) content.set(relative(site, file).split(sep).join('/'), { file });
  if (!recipe) return content;
  const decoders = new Set(Object.values(inlinedDecoders).flatMap((names) => names.map((name) => `${name}.js`)));
  for (const address of [...content.keys()]) if (/^[^/]+\.js$/.test(address) && !decoders.has(address)) content.delete(address);
  const { files, packages } = await bundledRecipe(recipe);
  for (const [address, text] of files) content.set(address, text);
  const licences = await readFile(join(site, 'licences.txt'), 'utf8');
  const added = packages.filter(({ name, version }) => !licences.includes(`\n${name} ${version}\n`));
  const sections = added.map(({ name, version, licence, text }) =>
    titled(`${name} ${version}: ${licence}`, text ?? `It brings no text of it.`),
  );
  return content.set('licences.txt', { text: [licences.trimEnd(), ...sections, ''].join('\n') });
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new InputError(folder, 'nothing', 'the bundled page', 'Install @s3/pages again; in the repository, `npm run build` makes it.', {
      cause,
    });
  });
  const below = await Promise.all(
    entries.map((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)])),
  );
  return below.flat();
}
