import { Redis } from 'ioredis';
import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';
import { redisError } from './redis-errors.ts';
import type { RedisTarget } from './redis-target.ts';

/** Sends one command and answers with its reply. Throws what the server or the network said. */
export type RedisCommand = (name: string, ...args: readonly string[]) => Promise<unknown>;

/** Milliseconds. */
const CONNECT_TIMEOUT = 5_000;
const COMMAND_TIMEOUT = 20_000;

/** A connection that is logged in. */
export interface OpenRedis {
  readonly command: RedisCommand;
  cut(): void;
}

/** Logs in and stays. Throws exactly what the server or the network said. */
export async function openRedis(target: RedisTarget, signal?: AbortSignal): Promise<OpenRedis> {
  const client = new Redis({
    host: target.host,
    port: target.port,
    ...(target.tls ? { tls: target.tls } : {}),
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT,
    commandTimeout: COMMAND_TIMEOUT,
    // One try: whoever asked tries again. And no greeting before the login, which a server with a password would refuse.
    retryStrategy: null,
    enableReadyCheck: false,
    disableClientInfo: true,
    protocol: 2,
    maxRetriesPerRequest: 0,
  });
  let broken: unknown;
  client.on('error', (error) => {
    broken ??= error;
  });
  const cut = () => client.disconnect();
  // The driver says of a refused connection that it is closed; the socket's own error says why.
  const told = (error: unknown) => (broken !== undefined && !isReply(error) ? broken : error);
  signal?.addEventListener('abort', cut, { once: true });
  try {
    await client.connect();
    await client.call('AUTH', target.user, target.password);
  } catch (error) {
    signal?.removeEventListener('abort', cut);
    cut();
    throw told(error);
  }
  const command: RedisCommand = async (name, ...args) => {
    try {
      return await client.call(name, ...args);
    } catch (error) {
      throw told(error);
    }
  };
  return { command, cut };
}

/**
 * Logs in for `work`, and out again; an abort cuts the socket, so that nothing more is sent after it. Throws exactly what
 * the server or the network said.
 */
export async function withRedis<T>(
  target: RedisTarget,
  signal: AbortSignal,
  work: (command: RedisCommand) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const { command, cut } = await openRedis(target, signal);
  try {
    return await work(command);
  } finally {
    signal.removeEventListener('abort', cut);
    cut();
  }
}

/** The same for work whose failure is told in words: throws `target-unavailable`. */
export async function withRedisSession<T>(
  target: RedisTarget,
  signal: AbortSignal,
  work: (command: RedisCommand) => Promise<T>,
): Promise<T> {
  try {
    return await withRedis(target, signal, work);
  } catch (error) {
    if (signal.aborted) throw new KeywardenError('target-unavailable', 'stopped before it was done');
    throw redisError(error);
  }
}

/** Whether it was the server that said no. */
export function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}
