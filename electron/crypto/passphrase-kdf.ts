import { type Algorithm, hashRaw, type Version } from '@node-rs/argon2';
import { damaged } from './damaged.ts';

/** Argon2id parameters as a way stores them; `memory` in KiB. */
export interface KdfParameters {
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}

/** What is accepted, and what a new way aims at. */
export interface KdfRules {
  readonly least: KdfParameters;
  readonly most: KdfParameters;
  /** Milliseconds that one derivation should take on the machine that makes the vault. */
  readonly target: number;
}

/**
 * The rules of every vault outside tests. FORMAT.md section 4.
 * The lower bound refuses a downgrade; the upper one caps the cost that whoever wrote the file can choose. SECURITY(D1)
 */
export const KDF_RULES: KdfRules = {
  least: { memory: 65_536, passes: 3, lanes: 1 },
  most: { memory: 1_048_576, passes: 16, lanes: 4 },
  target: 1_000,
};

/** More memory than this would be felt on a small laptop: past it, passes grow. KiB. */
const COMFORTABLE_MEMORY = 262_144;

/** Argon2id, 32 bytes, off the event loop. Throws `vault-damaged` for parameters outside the rules, before computing. */
export async function deriveFromPassphrase(
  passphrase: Uint8Array,
  salt: Uint8Array,
  parameters: KdfParameters,
  rules: KdfRules,
): Promise<Uint8Array> {
  for (const name of ['memory', 'passes', 'lanes'] as const) {
    if (parameters[name] < rules.least[name] || parameters[name] > rules.most[name]) {
      throw damaged(`vault.kwh asks for a key derivation out of bounds (${name})`);
    }
  }
  return hashRaw(passphrase, {
    algorithm: ARGON2ID,
    version: VERSION_13,
    memoryCost: parameters.memory,
    timeCost: parameters.passes,
    parallelism: parameters.lanes,
    outputLen: 32,
    salt,
  });
}

/** Finds the parameters that take about `rules.target` here, from one measured run at the lower bound. */
export async function calibrateKdf(rules: KdfRules): Promise<KdfParameters> {
  const { least, most, target } = rules;
  const started = performance.now();
  await deriveFromPassphrase(new Uint8Array(16), new Uint8Array(16), least, rules);
  const elapsed = Math.max(1, performance.now() - started);
  // Cost grows with memory times passes. Memory first: it is what hurts special hardware.
  const budget = (target / elapsed) * least.memory * least.passes;
  let memory = least.memory;
  while (memory * 2 <= COMFORTABLE_MEMORY && memory * 2 * least.passes <= budget) memory *= 2;
  const passes = Math.floor(Math.min(most.passes, Math.max(least.passes, budget / memory)));
  return { memory, passes, lanes: least.lanes };
}

// The package declares `const enum`s, whose members do not exist where each file is compiled alone.
const ARGON2ID = 2 as Algorithm;
const VERSION_13 = 1 as Version;
