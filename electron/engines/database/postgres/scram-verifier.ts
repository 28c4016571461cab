import { createHash, createHmac, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';

/** PostgreSQL's own default, and RFC 7677's minimum. */
const ITERATIONS = 4096;
const derive = promisify(pbkdf2);

/**
 * Computes what PostgreSQL stores instead of a password (RFC 5802 section 3, RFC 7677), so that no password travels in a
 * statement or lands in a server's log. The password must be ASCII: SASLprep changes nothing then.
 *
 * @param salt 16 random bytes
 */
export async function scramVerifier(
  password: string,
  salt: Uint8Array,
  iterations: number = ITERATIONS,
): Promise<string> {
  const salted = await derive(password, salt, iterations, 32, 'sha256');
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64');
  const serverKey = hmac('Server Key').toString('base64');
  salted.fill(0);
  return `SCRAM-SHA-256$${iterations}:${Buffer.from(salt).toString('base64')}$${storedKey}:${serverKey}`;
}
