import { migrate } from './maintenance';

void migrate();
