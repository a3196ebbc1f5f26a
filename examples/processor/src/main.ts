import { start } from 'filemill';
import { subtitles } from './index';

void start([subtitles]);
