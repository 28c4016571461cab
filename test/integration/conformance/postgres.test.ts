import { keepPromises } from './keep-promises.ts';
import { postgresTarget } from './targets/postgres.ts';

keepPromises(postgresTarget);
