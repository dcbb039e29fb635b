'use client';
// A page that failed, in the frame: what to do, and the reference that is in the log.
import { Button } from '@/components/console/button';
import { Callout } from '@/components/console/callout';
import { useFrame } from '@/components/console/frame';

export default function ErrorPage({
  error,
  retry,
}: {
  error: Error & { digest?: string };
  retry: () => void;
}) {
  const { failed } = useFrame().words;
  return (
    <Callout tone="bad" title={failed.title} isNews>
      <p>{failed.lead}</p>
      {error.digest && (
        <p className="text-table">
          {failed.reference}: <code>{error.digest}</code>
        </p>
      )}
      <div className="mt-2">
        <Button size="small" onClick={retry}>
          {failed.again}
        </Button>
      </div>
    </Callout>
  );
}
