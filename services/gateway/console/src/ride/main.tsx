import '@fontsource-variable/inter/wght.css';
import '@/styles/tokens.css';
import '@/styles/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RideApp } from './RideApp';

const root = document.getElementById('root');
if (!root) throw new Error('ride.html has no element #root');
createRoot(root).render(
  <StrictMode>
    <RideApp />
  </StrictMode>,
);
