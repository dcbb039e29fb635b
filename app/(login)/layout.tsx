// The pages of a login share a stylesheet; everything else about them is each page's own.
import type { ReactNode } from 'react';
import '../globals.css';

export default function LoginLayout({ children }: { children: ReactNode }) {
  return children;
}
