import '@fontsource-variable/inter/wght.css';
import '@/styles/tokens.css';
import '@/styles/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ThemeProvider } from '@/app/theme';
import { LanguageProvider } from '@/i18n/language';
import { DriverApp } from './DriverApp';
import { Driver } from './driver';
import { codeOfLink } from './SignIn';
import { DriverContext } from './use_driver';

const root = document.getElementById('root');
if (!root) throw new Error('driver.html has no element #root');

const driver = await Driver.open();
createRoot(root).render(
  <StrictMode>
    <LanguageProvider>
      <ThemeProvider>
        <DriverContext value={driver}>
          <DriverApp />
        </DriverContext>
      </ThemeProvider>
    </LanguageProvider>
  </StrictMode>,
);
// Who comes with a link wants to be whom it is for, whoever is signed in.
if (codeOfLink()) driver.expectCode();
else void driver.ask();

// Of a page that is being worked on, nothing is kept.
if (import.meta.env.PROD) void navigator.serviceWorker?.register('/driver-worker.js', { scope: '/driver' });
