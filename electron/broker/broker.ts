import type { Clock, Log } from '../core/ports.ts';
import type { Core } from '../core/request.ts';
import type { Rates } from './rate-limits.ts';
import type { SealStatusInfo } from './seal-status.ts';
import type { Unsealing } from './unsealing.ts';

/** What the listener shows over TLS: PEM texts, the certificate with its chain. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

/** What a broker is started with. */
export interface BrokerOptions {
  /** Undefined while sealed: asked anew for each request. */
  readonly core: () => Core | undefined;
  readonly status: () => SealStatusInfo;
  /** Makes and opens the vault through `sys/init` and `sys/unseal`; without it they do neither. */
  readonly unsealing?: Unsealing | undefined;
  /** Where to listen for TCP. A taken port means the next free one. */
  readonly listen?: { readonly host: string; readonly port: number } | undefined;
  /** TCP is served over TLS alone, and clients may show certificates of their own. */
  readonly tls?: TlsIdentity | undefined;
  /** A local socket, 0600 in a folder of the user's own, or a named pipe on Windows. */
  readonly socketPath?: string | undefined;
  /** Host names besides the loopback's under which the broker may be asked. SECURITY(B1) */
  readonly allowedHosts?: readonly string[] | undefined;
  /** How often somebody may ask; generous unless told. SECURITY(B3) */
  readonly rates?: Rates | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** A broker that serves. */
export interface Broker {
  /** `http://127.0.0.1:8200`, or `https://…`: what is really listened on; undefined without TCP. */
  readonly address: string | undefined;
  /** Undefined when none was asked for, or when somebody else listens there already. */
  readonly socketPath: string | undefined;
  /** Takes no more requests, lets those that are being answered finish for five seconds, then ends them. */
  close(): Promise<void>;
}
