// Stands for the package `server-only` in tests, where there is no client to keep out. vitest.config.ts maps it.
export {};
