import type { Duplex } from 'node:stream';

/** Connections whose last request showed a living token. */
const living = new WeakSet<Duplex>();

/** Notes what core has said about the token of a request that came over this connection. */
export function noteToken(socket: Duplex, isLiving: boolean): void {
  if (isLiving) living.add(socket);
  else living.delete(socket);
}

/** Whether somebody is at the other end whom core knows. */
export function hasLivingToken(socket: Duplex): boolean {
  return living.has(socket);
}
