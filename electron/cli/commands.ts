import type { Command } from './command.ts';
import { deleteCommand } from './commands/delete.ts';
import { listCommand } from './commands/list.ts';
import { loginCommand } from './commands/login.ts';
import { readCommand } from './commands/read.ts';
import { sealCommand } from './commands/seal.ts';
import { statusCommand } from './commands/status.ts';
import { unsealCommand } from './commands/unseal.ts';
import { writeCommand } from './commands/write.ts';
import { backupCommand } from './offline/backup-command.ts';
import { initCommand } from './offline/init-command.ts';
import { rekeyCommand } from './offline/rekey-command.ts';
import { restoreCommand } from './offline/restore-command.ts';
import { serveCommand } from './offline/serve-command.ts';
import { sharesCommand } from './offline/shares-command.ts';
import { verifyCommand } from './offline/verify-command.ts';
import { waysCommand } from './offline/ways-command.ts';
import { runCommand } from './run/run-command.ts';

/** Every command, in the order in which help shows them. */
export const COMMANDS: readonly Command[] = [
  initCommand,
  serveCommand,
  loginCommand,
  statusCommand,
  sealCommand,
  unsealCommand,
  readCommand,
  writeCommand,
  listCommand,
  deleteCommand,
  runCommand,
  backupCommand,
  restoreCommand,
  verifyCommand,
  rekeyCommand,
  sharesCommand,
  waysCommand,
];
