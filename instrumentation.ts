// Next calls this once, before the first request: it starts Latchkey in this process.
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { startLatchkey } = await import('./lib/runtime/start');
  const { createLoginPages } = await import('./app/(login)/login/[interaction]/front-door');
  await startLatchkey(createLoginPages);
}
