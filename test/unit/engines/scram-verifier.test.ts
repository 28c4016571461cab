import { expect, it } from 'vitest';
import { scramVerifier } from '../../../electron/engines/database/postgres/scram-verifier.ts';

it('computes the keys of the exchange in RFC 7677', async () => {
  // RFC 7677 section 3: user `user`, password `pencil`. The server signature there is
  // 6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=, made with the ServerKey below.
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
  expect(await scramVerifier('pencil', salt)).toBe(
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  );
});

it('the server key signs as the RFC shows', async () => {
  const { createHmac } = await import('node:crypto');
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
  const serverKey = (await scramVerifier('pencil', salt)).split(':').at(-1) ?? '';
  const message = [
    'n=user,r=rOprNGfwEbeRWgbNEkqO',
    'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
  ].join(',');
  const signature = createHmac('sha256', Buffer.from(serverKey, 'base64')).update(message).digest('base64');
  expect(signature).toBe('6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
});
