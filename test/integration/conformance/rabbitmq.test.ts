import { serverSuite } from '../../support/server-suite.ts';
import { keepPromises } from './keep-promises.ts';
import { rabbitmqTarget } from './targets/rabbitmq.ts';

serverSuite('rabbitmq-server', 'conformance', () => keepPromises(rabbitmqTarget));
