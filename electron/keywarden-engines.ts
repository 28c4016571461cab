import type { Engine } from './core/engine.ts';
import { stateSchema } from './core/state-schema.ts';
import { databaseEngine } from './engines/database/database-engine.ts';
import { httpEngine } from './engines/http/http-engine.ts';
import { kvEngine } from './engines/kv/kv-engine.ts';
import { kv1Engine } from './engines/kv/kv1-engine.ts';
import { pkiEngine } from './engines/pki/pki-engine.ts';
import { rabbitmqEngine } from './engines/rabbitmq/rabbitmq-engine.ts';
import { sshEngine } from './engines/ssh/ssh-engine.ts';
import { totpEngine } from './engines/totp/totp-engine.ts';
import { transitEngine } from './engines/transit/transit-engine.ts';

/** Every kind of mount that there is. */
export const ENGINES: readonly Engine[] = [
  kvEngine,
  kv1Engine,
  databaseEngine,
  rabbitmqEngine,
  httpEngine,
  pkiEngine,
  sshEngine,
  transitEngine,
  totpEngine,
];
/** What the state of a vault is made of. */
export const SCHEMA = stateSchema(ENGINES);
