import { KeywardenError } from '../../../../shared/errors/keywarden-error.ts';

/** The first word of what Redis answers, and Node's system errors, in words for a person. */
const ERROR_WORDS: Readonly<Record<string, string>> = {
  WRONGPASS: 'the server refused the user name or password',
  NOAUTH: 'the server asks for a password',
  NOPERM: "the connection's user lacks a right: it needs +acl and +client",
  LOADING: 'the server is still loading its data',
  READONLY: 'the server is a read-only replica',
  MASTERDOWN: 'the server has lost its primary',
  ECONNREFUSED: 'nothing answers at that address: is the server running?',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the host name cannot be resolved right now',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the host does not answer',
  DEPTH_ZERO_SELF_SIGNED_CERT: "the server's certificate is self-signed: give its CA in ca_cert",
  SELF_SIGNED_CERT_IN_CHAIN: "the server's CA is not known here: give it in ca_cert",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the server's CA is not known here: give it in ca_cert",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the server's CA is not known here: give it in ca_cert",
  CERT_HAS_EXPIRED: "the server's certificate has expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "the server's certificate is for another host",
};

/** What TLS says when the other side did not take our certificate, or missed it. */
const OUR_CERTIFICATE =
  /^ERR_SSL_.*ALERT_(?:CERTIFICATE_REQUIRED|UNKNOWN_CA|BAD_CERTIFICATE|HANDSHAKE_FAILURE)/;

/** The first word of the server's answer, such as `WRONGPASS`, or the system's code. */
export function redisCode(error: unknown): string | undefined {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string') return code;
  return typeof message === 'string' ? /^[A-Z]{3,}(?= )/.exec(message)?.[0] : undefined;
}

/** Turns what a server or socket threw into `target-unavailable` with a reason that is safe to show. */
export function redisError(error: unknown): KeywardenError {
  if (error instanceof KeywardenError) return error;
  return new KeywardenError('target-unavailable', reasonFor(error), { cause: error });
}

function reasonFor(error: unknown): string {
  const code = redisCode(error);
  const text = error instanceof Error ? error.message : '';
  const lacking = code === 'NOPERM' ? /run the '([\w|-]{1,60})' command/.exec(text)?.[1] : undefined;
  if (lacking !== undefined) return `the connection's user lacks a right: it needs +${lacking}`;
  if (/running without a config file/i.test(text)) {
    return 'persistence_mode=rewrite needs a server that was started with a configuration file';
  }
  const known = code === undefined ? undefined : ERROR_WORDS[code];
  if (known !== undefined) return known;
  if (code !== undefined && OUR_CERTIFICATE.test(code)) {
    return 'the server asks for a certificate that it knows: give one in tls_certificate and private_key';
  }
  const message = error instanceof Error ? error.message : '';
  // The server repeats the rule that it did not take, which came from a role and holds no secret.
  const rule = /Error in ACL SETUSER modifier '([^']{1,100})': (.{1,200})/.exec(message);
  if (rule) return `the server did not take the rule ${rule[1]}: ${rule[2]}`;
  if (/timed out/i.test(message)) return 'the server did not answer in time';
  if (/closed|abort/i.test(message)) return 'the connection was cut';
  return 'the server could not be used';
}
