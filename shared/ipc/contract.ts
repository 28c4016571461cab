/**
 * The whole boundary between the window and the main process, as one table. Each part of it lies in methods/, beside the
 * shapes that it is about; the compiler sees to it that the parts together are exactly the channels.
 */
import type { z } from 'zod';
import type { Channel } from './channels.ts';
import type { Method } from './method.ts';
import { ALARMS_METHODS } from './methods/alarms-methods.ts';
import { APP_METHODS } from './methods/app-methods.ts';
import { APPS_METHODS } from './methods/apps-methods.ts';
import { DATABASES_METHODS } from './methods/databases-methods.ts';
import { KEYCARDS_METHODS } from './methods/keycards-methods.ts';
import { LOGINS_METHODS } from './methods/logins-methods.ts';
import { REVOCATIONS_METHODS } from './methods/revocations-methods.ts';
import { ROTATIONS_METHODS } from './methods/rotations-methods.ts';
import { SECRETS_METHODS } from './methods/secrets-methods.ts';
import { VAULT_METHODS } from './methods/vault-methods.ts';

/** What each channel takes and gives. */
export const CONTRACT = {
  ...APP_METHODS,
  ...VAULT_METHODS,
  ...SECRETS_METHODS,
  ...DATABASES_METHODS,
  ...KEYCARDS_METHODS,
  ...REVOCATIONS_METHODS,
  ...ROTATIONS_METHODS,
  ...ALARMS_METHODS,
  ...APPS_METHODS,
  ...LOGINS_METHODS,
} as const satisfies Record<Channel, Method<z.ZodType, z.ZodType>>;

/** What a channel takes. */
export type IpcInput<C extends Channel> = z.input<(typeof CONTRACT)[C]['input']>;
/** What a channel gives. */
export type IpcOutput<C extends Channel> = z.output<(typeof CONTRACT)[C]['output']>;
