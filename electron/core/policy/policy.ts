import type { Capability } from '../../../shared/model/operation.ts';

/** A parsed policy. `raw` is what was written, and what reading it gives back, byte for byte. */
export interface Policy {
  readonly name: string;
  readonly raw: string;
  readonly paths: readonly PathRule[];
}

/** What one `path` block says. */
export interface PathRule {
  /** Without a leading slash; a last `*` is a prefix match, a segment `+` any one segment. */
  readonly pattern: string;
  /** `['deny']` alone where anything denied. */
  readonly capabilities: readonly Capability[];
  /** Lower-case parameter name to the values that are let through; no values means any. */
  readonly allowedParameters?: ParameterValues;
  /** The same, for what is refused. The name `*` refuses all. */
  readonly deniedParameters?: ParameterValues;
  /** Lower-case names that must be there. */
  readonly requiredParameters?: readonly string[];
  /** Seconds. */
  readonly minWrappingTtl?: number;
  /** Seconds. */
  readonly maxWrappingTtl?: number;
  /**
   * Seconds that a credential may live which its target does not end by itself; 0 refuses it. Ours, not Vault's:
   * such a credential outlives a laptop that sleeps.
   */
  readonly needsKeywardenMaxTtl?: number;
}

export type ParameterValues = ReadonlyMap<string, readonly ParameterValue[]>;

/** Plain JSON: what a policy can name as a parameter's value. */
export type ParameterValue =
  | string
  | number
  | boolean
  | null
  | readonly ParameterValue[]
  | { readonly [name: string]: ParameterValue };
