// How people look at a page: both schemes, at a desk and on a phone.
import type { Viewer } from '@/tests/harness/browser';

export const everyView: [string, Viewer][] = [
  ['light, desktop', {}],
  ['dark, desktop', { colorScheme: 'dark' }],
  ['dark, phone', { colorScheme: 'dark', screen: 'phone' }],
];
