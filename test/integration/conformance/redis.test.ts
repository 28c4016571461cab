import { serverSuite } from '../../support/server-suite.ts';
import { keepPromises } from './keep-promises.ts';
import { redisTarget } from './targets/redis.ts';

serverSuite('redis-server', 'conformance', () => keepPromises(redisTarget));
