import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queries } from './api/client';
import { App } from './shell/app';
import { refuseStrayFiles } from './shell/stray-files';
import 'uplot/dist/uPlot.min.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/shell.css';
import './styles/uploads.css';
import './styles/jobs.css';
import './styles/accounts.css';
import './styles/webhooks.css';
import './styles/reports.css';
import './styles/insight.css'; // not with its page: a style sheet that did not arrive is not asked for again

refuseStrayFiles();
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
