import type { CommandLineOptions } from '@s3/trainer/command-line';
import { addCreateCommand } from './create-command.ts';
import { addDataCommand } from './data-command.ts';
import { addDumpCommand } from './dump/dump-command.ts';
import { addEmbedCommand } from './embed/embed-command.ts';
import { addEngineCommand } from './engine-command.ts';
import { addExportCommand } from './export-command.ts';
import { addHearCommand } from './hear/hear-command.ts';
import { addPredictCommand } from './predict-command.ts';
import { addScoreCommand } from './score/score-command.ts';
import { addServeCommand } from './serve-command.ts';
import { addSuperbCommand } from './superb/superb-command.ts';
import { addTeachCommand } from './teach-command.ts';
import { addUpstreamCommand } from './upstream/upstream-command.ts';

/** Adds what the `s3` command has beside the trainer's own commands: what `addCommands` of a command line does. */
export function addCommands(command: Parameters<NonNullable<CommandLineOptions['addCommands']>>[0], program: CommandLineOptions): void {
  addDataCommand(command, program);
  addCreateCommand(command, program);
  addDumpCommand(command, program);
  addEmbedCommand(command, program);
  addEngineCommand(command);
  addExportCommand(command, program);
  addHearCommand(command, program);
  addPredictCommand(command, program);
  addScoreCommand(command, program);
  addServeCommand(command, program);
  addSuperbCommand(command, program);
  addTeachCommand(command, program);
  addUpstreamCommand(command, program);
}
