import { type Invocation, optionText } from '../command.ts';
import { findBroker } from './broker-address.ts';
import { type BrokerClient, brokerClient } from './broker-client.ts';
import { revealToken } from './token.ts';

/** The broker that a command line means, and the token to ask it with, if there is one: the broker says what needs one. */
export async function openBroker(invocation: Invocation): Promise<BrokerClient> {
  const { surroundings } = invocation;
  const address = await findBroker(optionText(invocation, 'address'), surroundings);
  return brokerClient(
    address,
    await revealToken(optionText(invocation, 'token-file'), address, surroundings),
  );
}
