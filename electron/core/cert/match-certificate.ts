import { X509Certificate } from 'node:crypto';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { CertRole } from './cert-rows.ts';

/** A client's certificate, taken apart. */
export interface ClientCertificate {
  readonly certificate: X509Certificate;
  readonly commonName: string;
  readonly organizationalUnits: readonly string[];
  readonly dnsSans: readonly string[];
  readonly emailSans: readonly string[];
  readonly uriSans: readonly string[];
}

/** id-kp-clientAuth and anyExtendedKeyUsage (RFC 5280, section 4.2.1.12). */
const FOR_CLIENTS = ['1.3.6.1.5.5.7.3.2', '2.5.29.37.0'];

/** Takes a certificate (DER) apart; undefined for what is none. */
export function readClientCertificate(der: Uint8Array): ClientCertificate | undefined {
  try {
    const certificate = new X509Certificate(der);
    const subject = certificate.subject.split('\n');
    const named = (key: string) =>
      subject.filter((line) => line.startsWith(`${key}=`)).map((line) => line.slice(key.length + 1));
    const sans = readSans(certificate.subjectAltName ?? '');
    const of = (kind: string) => sans.filter(([type]) => type === kind).map(([, value]) => value);
    return {
      certificate,
      commonName: named('CN')[0] ?? '',
      organizationalUnits: named('OU'),
      dnsSans: of('DNS'),
      emailSans: of('email'),
      uriSans: of('URI'),
    };
  } catch {
    return undefined;
  }
}

/** A role's certificate (PEM). Throws `invalid-request`. */
export function readTrusted(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new KeywardenError('invalid-request', 'failed to parse certificate');
  }
}

/** Whether the role lets this certificate in: it is trusted, good at this instant, and named as the role wants it. */
export function isMatch(client: ClientCertificate, role: CertRole, now: number): boolean {
  return isTrusted(client.certificate, readTrusted(role.certificate), now) && isNamed(client, role);
}

/** The very certificate, or one that the authority has signed itself. Whoever shows it has proven to TLS that the key is theirs. */
function isTrusted(client: X509Certificate, trusted: X509Certificate, now: number): boolean {
  if (!isGoodAt(client, now) || !isGoodAt(trusted, now)) return false;
  if (client.raw.equals(trusted.raw)) return !client.ca;
  if (!trusted.ca || client.ca) return false;
  const usage: readonly string[] | undefined = client.keyUsage;
  if (usage && usage.length > 0 && !usage.some((oid) => FOR_CLIENTS.includes(oid))) return false;
  return client.checkIssued(trusted) && client.verify(trusted.publicKey);
}

function isGoodAt({ validFrom, validTo }: X509Certificate, now: number): boolean {
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo);
}

/** Every kind of name that the role speaks of must be met by one of the certificate's. */
function isNamed(client: ClientCertificate, role: CertRole): boolean {
  const { commonName, dnsSans, emailSans, uriSans, organizationalUnits } = client;
  return (
    isAmong([commonName, ...dnsSans, ...emailSans], role.allowedNames) &&
    isAmong([commonName], role.allowedCommonNames) &&
    isAmong(dnsSans, role.allowedDnsSans) &&
    isAmong(emailSans, role.allowedEmailSans) &&
    isAmong(uriSans, role.allowedUriSans) &&
    isAmong(organizationalUnits, role.allowedOrganizationalUnits)
  );
}

function isAmong(names: readonly string[], globs: readonly string[]): boolean {
  return globs.length === 0 || names.some((name) => name !== '' && globs.some((glob) => matches(glob, name)));
}

/** `*` at either end stands for any text, as in Vault. */
function matches(glob: string, name: string): boolean {
  const head = glob.startsWith('*');
  const tail = glob.endsWith('*') && glob.length > 1;
  const core = glob.slice(head ? 1 : 0, tail ? -1 : undefined);
  if (head && tail) return name.includes(core);
  if (head) return name.endsWith(core);
  return tail ? name.startsWith(core) : name === glob;
}

/** `DNS:a, URI:"b, c"`: a value with a comma or a quote stands as JSON text, so that nobody can smuggle in a second name. */
function readSans(text: string): readonly (readonly [string, string])[] {
  const found: (readonly [string, string])[] = [];
  for (const [, kind = '', quoted, plain = ''] of text.matchAll(
    /([A-Za-z ]+):(?:("(?:[^"\\]|\\.)*")|([^,]*))(?:, |$)/g,
  )) {
    found.push([kind.trim(), quoted === undefined ? plain : String(JSON.parse(quoted))]);
  }
  return found;
}
