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
    .description('train in a page: name classes, record or drop about ten examples of each, and download what was learned')
    .option('--port <number>', 'port of this computer; a free one unless given', port, 0)
    .option('--build <folder>', 'write the page as a folder for any web server (https, for the microphone), instead of serving it')
    .action(async ({ port: wanted, build }: TeachOptions) => {
      const { servePage, teachContent, writePage } = await import('@s3/pages');
      const content = await teachContent();
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
