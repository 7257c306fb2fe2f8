import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CommandLineOptions } from '@s3/trainer/command-line';
import type { Command } from 'commander';
import { port } from './serve-command.ts';

interface TeachOptions {
  readonly port: number;
  readonly build?: string;
}

/** Adds `s3 teach`: a page that learns classes from a few recordings, served to this computer or written as a folder. */
export function addTeachCommand(command: Command, { stdout }: Pick<CommandLineOptions, 'stdout'>): void {
  command
    .command('teach')
    .helpGroup('Of your own:')
    .summary('train classes of your own in a page, with a microphone')
    .argument(
      '[upstream]',
      'frozen upstream to teach on: one of s3 upstream list, a folder, an id on the hub; log mel energies unless given',
    )
    .argument('[settings...]', 'its settings, such as --upstream.normalize')
    .usage('[upstream] [--upstream.setting value ...] [--port n | --build folder]')
    .allowUnknownOption()
    .description('train in a page: name classes, record or drop about ten examples of each, and download what was learned')
    .option('--port <number>', 'port of this computer; a free one unless given', port, 0)
    .option('--build <folder>', 'write the page as a folder for any web server (https, for the microphone), instead of serving it')
    .addHelpText('after', '\nExamples:\n  s3 teach\n  s3 teach hubert_base\n  s3 teach --build page')
    .action(async (_first: string | undefined, _rest, { port: wanted, build }: TeachOptions, self: Command) => {
      const { servePage, teachContent, writePage } = await import('@s3/pages');
      const content = await teachContent({ upstream: await chosenUpstream(self.args, build === undefined) });
      if (build !== undefined) {
        await writePage(content, build);
        stdout.write(`${build}: a page of ${content.size} files, for any web server\n`);
        return;
      }
      const { address, close } = await servePage(content, { port: wanted });
      stdout.write(`${address}\nCtrl-C ends it.\n`);
      await new Promise<void>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
      });
      await close();
    });
}

/** @param isHere whether what is learned is used on this computer, wherever it is opened from */
async function chosenUpstream(args: readonly string[], isHere: boolean): Promise<{ readonly [setting: string]: unknown }> {
  const [{ resolveSettings }, { default: ownClasses }, { upstreamWords }, { z }] = await Promise.all([
    import('@s3/trainer'),
    import('@s3/own-classes/task'),
    import('./upstream/upstream-words.ts'),
    import('zod'),
  ]);
  const [first, ...rest] = args;
  const given = first !== undefined && !first.startsWith('--') ? [...upstreamWords(first), ...rest] : args;
  const has = (setting: string) => given.some((word) => word === `--${setting}` || word.startsWith(`--${setting}=`));
  // who gives a path alone does not mean log mel energies, which have none
  const words = has('upstream.path') && !has('upstream.name') ? ['--upstream.name', 'hf_custom', ...given] : given;
  const schema = z.strictObject({ upstream: ownClasses.config.shape['upstream'] as never });
  const explained =
    'A page that teaches takes settings of its upstream, --upstream.NAME VALUE; s3 upstream list has the names of upstreams.';
  const { config } = await resolveSettings(schema, { words }, explained);
  const upstream = config['upstream'] as { readonly path?: string };
  const isFolder = isHere && upstream.path !== undefined && existsSync(upstream.path);
  return isFolder ? { ...upstream, path: resolve(upstream.path) } : upstream;
}
