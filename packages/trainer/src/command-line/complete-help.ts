import type { Command } from 'commander';

/**
 * Completes the help of a command and of all below it: what has to be given stands in the usage line, and what is said of
 * missing words says where they are explained.
 */
export function completeHelp(command: Command, names: readonly string[] = [command.name()]): void {
  const full = names.join(' ');
  command.showHelpAfterError(`(${full} --help explains it)`);
  const mandatory = command.options.filter((option) => option.mandatory).map(({ flags }) => flags);
  if (mandatory.length > 0 && !command.usage().includes(mandatory[0]!.split(' ')[0]!)) {
    const words = command.registeredArguments.map((argument) => {
      const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
      return argument.required ? `<${name}>` : `[${name}]`;
    });
    command.usage([...words, ...mandatory, '[options]'].join(' '));
  }
  for (const below of command.commands) completeHelp(below, [...names, below.name()]);
}
