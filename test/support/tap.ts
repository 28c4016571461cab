import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * A stretch of wire in front of a server, on a loopback port of its own. It can be told to freeze at the nth thing that is
 * sent to the server, so that whoever sends can be killed at every step of what they do.
 */
export interface Tap {
  readonly port: number;
  /**
   * From now on counts what is sent to the server, and freezes at the nth: with `before` that one does not arrive any more,
   * with `after` it arrives and its answer does not. Resolves when it froze.
   */
  freezeAt(count: number, when: 'before' | 'after'): Promise<void>;
  /** Where it froze, ends the connections on both sides, as the system does for a process that died. Then all flows again. */
  thaw(): Promise<void>;
  /** From now on another server answers here; what is open is cut. */
  leadTo(serverPort: number): void;
  close(): Promise<void>;
}

/** Opens one in front of a port of the loopback. */
export async function openTap(serverPort: number): Promise<Tap> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let target = serverPort;
  let left = Number.POSITIVE_INFINITY;
  let frozenWhen: 'before' | 'after' = 'before';
  let isFrozen = false;
  let froze = () => {};

  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    const pair = [near, far] as const;
    pairs.add(pair);
    near.on('data', (chunk) => {
      if (isFrozen) return;
      left -= 1;
      if (left > 0) {
        far.write(chunk);
        return;
      }
      isFrozen = true;
      if (frozenWhen === 'after') far.write(chunk, () => froze());
      else froze();
    });
    far.on('data', (chunk) => {
      if (!isFrozen) near.write(chunk);
    });
    const over = () => {
      if (isFrozen) return;
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) {
      socket.on('error', over);
      socket.on('close', over);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    freezeAt(count, when) {
      left = count;
      frozenWhen = when;
      return new Promise((resolve) => {
        froze = resolve;
      });
    },
    async thaw() {
      left = Number.POSITIVE_INFINITY;
      if (!isFrozen) return;
      const ended = [...pairs].map(([near, far]) => {
        near.destroy();
        return far.closed ? undefined : once(far.destroy(), 'close');
      });
      pairs.clear();
      await Promise.all(ended);
      isFrozen = false;
    },
    leadTo(port) {
      target = port;
      for (const socket of [...pairs].flat()) socket.destroy();
    },
    async close() {
      for (const socket of [...pairs].flat()) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
