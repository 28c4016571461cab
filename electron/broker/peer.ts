import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { CoreRequest } from '../core/request.ts';

/** Who is at the other end of a connection, as far as the connection itself tells. */
export type Peer = Pick<CoreRequest, 'remoteAddress' | 'clientCertificate'>;

/** A connection keeps its peer: looked up once, not with each request. */
const known = new WeakMap<Socket, Peer>();

/** The address of a client over TCP, and the certificate that it has proven to hold the key of. */
export function peerOf(socket: Socket): Peer {
  const met = known.get(socket);
  if (met !== undefined) return met;
  const { remoteAddress } = socket;
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  const peer: Peer = {
    // A socket that listens for both families shows IPv4 in the clothes of IPv6.
    ...(remoteAddress !== undefined && { remoteAddress: remoteAddress.replace(/^::ffff:(?=\d+\.)/i, '') }),
    ...(certificate !== undefined && { clientCertificate: new Uint8Array(certificate.raw) }),
  };
  known.set(socket, peer);
  return peer;
}
