import type { RequestOptions } from 'node:http';
import { connect } from 'node:tls';

/**
 * Connects over TLS to the one broker whose certificate has this fingerprint (SHA-256, lower-case hex), whoever signed it.
 * The request, and the token in it, is sent only once that is certain.
 */
export function pinnedConnection(
  where: { readonly host: string; readonly port: number },
  fingerprint: string,
): NonNullable<RequestOptions['createConnection']> {
  return (_options, connected) => {
    const socket = connect({ ...where, rejectUnauthorized: false });
    const failed = (error: Error) => connected(error, socket);
    socket.once('error', failed);
    socket.once('secureConnect', () => {
      socket.off('error', failed);
      const shown = socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase();
      if (shown === fingerprint) return connected(null, socket);
      socket.destroy();
      connected(new Error('the certificate is another one than the pinned'), socket);
    });
    return undefined;
  };
}
