// How people look at a page: each scheme once, at a desk and on a phone.
import type { Viewer } from '@/tests/harness/browser';

export const everyView: [string, Viewer][] = [
  ['light, desktop', {}],
  ['dark, phone', { colorScheme: 'dark', screen: 'phone' }],
];
