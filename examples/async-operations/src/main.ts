import { start } from 'filemill';
import { asyncOperations } from './index';

void start([asyncOperations]);
