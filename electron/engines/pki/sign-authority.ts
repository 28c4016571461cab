import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { ReadTurn } from '../../core/turn.ts';
import { readUrls } from './config-routes.ts';
import { readHostName } from './host-name.ts';
import { type GivenNames, type GivenSubject, givenNames, subjectOf } from './request-fields.ts';
import { CA_USAGES } from './usages.ts';
import type { Der } from './x509/der.ts';
import { distinguishedName } from './x509/distinguished-name.ts';
import {
  type AltNames,
  altNames,
  caConstraints,
  permittedDomains,
  urlExtensions,
  usageExtensions,
} from './x509/extensions.ts';

/** What whoever makes an authority says about it. */
export interface AskedAuthority extends GivenNames, GivenSubject {
  readonly common_name: string;
  readonly serial_number: string;
  readonly exclude_cn_from_sans: boolean;
  readonly permitted_dns_domains: readonly string[];
}

/** Its name. Throws `invalid-request` where it has none. */
export function authoritySubject(input: AskedAuthority): Der {
  if (input.common_name === '')
    throw new KeywardenError('invalid-request', 'the common_name field is required');
  if (input.common_name.length > 64) throw new KeywardenError('invalid-request', 'common_name is too long');
  return distinguishedName(
    subjectOf({ commonName: input.common_name, serialNumber: input.serial_number }, input),
  );
}

/** Its alternative names: nobody's role bounds them, so they need only be well formed. Throws `invalid-request`. */
export function authorityNames(input: AskedAuthority): AltNames {
  const { dns, ...rest } = givenNames(input);
  const named = dns.map((name) => {
    const host = readHostName(name, false);
    if (!host) throw new KeywardenError('invalid-request', `${name} is not a valid host name`);
    return host.text;
  });
  const common = input.common_name.includes('.') ? readHostName(input.common_name, true) : undefined;
  const also = common && !input.exclude_cn_from_sans ? [common.text] : [];
  return { ...rest, dns: [...new Set([...also, ...named])] };
}

/** What makes a certificate one of an authority that `issuerId` signs. `pathLength` below 0: any number of others may follow. */
export function authorityExtensions(
  turn: ReadTurn,
  input: AskedAuthority,
  names: AltNames,
  pathLength: number,
  issuerId: string,
): readonly Der[] {
  const domains = input.permitted_dns_domains.map((domain) => {
    const host = readHostName(domain.replace(/^\./, ''), false);
    if (!host || host.isWildcard) {
      throw new KeywardenError(
        'invalid-request',
        `${domain} is not a valid domain for permitted_dns_domains`,
      );
    }
    return host.text;
  });
  return [
    caConstraints(pathLength),
    ...usageExtensions(CA_USAGES),
    ...altNames(names, false),
    ...permittedDomains(domains),
    ...urlExtensions(readUrls(turn, issuerId)),
  ];
}
