import { sweep } from './maintenance';

void sweep();
