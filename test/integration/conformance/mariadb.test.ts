import { serverSuite } from '../../support/server-suite.ts';
import { keepPromises } from './keep-promises.ts';
import { mariadbTarget } from './targets/mariadb.ts';

serverSuite('mariadbd', 'conformance', () => keepPromises(mariadbTarget));
