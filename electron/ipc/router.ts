/**
 * The wall between the window and the main process. Every message goes one way: sender -> size -> schema -> handler ->
 * schema -> envelope. No handler is registered anywhere else. SECURITY(I1)
 */
import type { z } from 'zod';
import { asKeywardenError, KeywardenError } from '../../shared/errors/keywarden-error.ts';
import { CHANNELS, type Channel, INVOKE_PREFIX } from '../../shared/ipc/channels.ts';
import { CONTRACT, type IpcOutput } from '../../shared/ipc/contract.ts';
import type { IpcReply } from '../../shared/ipc/reply.ts';
import type { Log } from '../core/ports.ts';
import { isBearable } from './input-size.ts';
import type { SenderEvent } from './sender.ts';

/** What a handler gets, after its schema: parsed and trusted. */
export type ParsedInput<C extends Channel> = z.output<(typeof CONTRACT)[C]['input']>;

/** One handler for each channel. */
export type Handlers = {
  readonly [C in Channel]: (input: ParsedInput<C>) => Promise<IpcOutput<C>> | IpcOutput<C>;
};

/** `Pick<IpcMain, 'handle'>`, without Electron. */
export interface InvokeDoor {
  handle(channel: string, listener: (event: SenderEvent, ...args: unknown[]) => Promise<unknown>): void;
}

/** Registers every channel of the contract. */
export function installRouter(options: {
  readonly door: InvokeDoor;
  readonly isTrusted: (event: SenderEvent) => boolean;
  readonly handlers: Handlers;
  readonly log: Log;
}): void {
  for (const channel of CHANNELS) {
    options.door.handle(INVOKE_PREFIX + channel, async (event, ...args): Promise<IpcReply<unknown>> => {
      try {
        if (!options.isTrusted(event)) {
          options.log('warn', 'ipc.sender-refused', { channel });
          throw new KeywardenError('permission-denied');
        }
        return { ok: true, value: await answer(channel, args, options.handlers) };
      } catch (thrown) {
        // SECURITY(I5): a code and a safe sentence cross; causes and stacks stay here.
        const { code, message } = asKeywardenError(thrown);
        if (code === 'internal') options.log('error', 'ipc.failed', { channel, reason: nameOf(thrown) });
        return { ok: false, error: { code, message } };
      }
    });
  }
}

async function answer(channel: Channel, args: readonly unknown[], handlers: Handlers): Promise<unknown> {
  if (args.length > 1 || !isBearable(args[0])) throw new KeywardenError('body-too-large');
  const { input, output }: { input: z.ZodType; output: z.ZodType } = CONTRACT[channel];
  const parsed = input.safeParse(args[0]);
  if (!parsed.success) throw new KeywardenError('invalid-request', sentence(parsed.error));
  // One cast for the whole table: the schema that has just parsed the input is the one that types this handler.
  const handler = handlers[channel] as (given: unknown) => unknown;
  return output.parse(await handler(parsed.data));
}

/** The first finding, as `field: what is wrong`. Zod's messages name types and rules, never the value. */
function sentence(error: z.ZodError): string {
  const [issue] = error.issues;
  if (!issue) return 'The request is not valid.';
  const where = issue.path.map(String).join('.');
  return where === '' ? issue.message : `${where}: ${issue.message}`;
}

/** What kind of failure it was: a class name is safe in a log, a message may not be. */
function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.constructor.name : typeof thrown;
}
