// Code or data to read and to copy. Scrolls by itself, so that the page does not.
import { CopyButton } from './copy-button';

export function CodeBlock({
  code,
  label,
}: {
  code: string;
  /** What it is, for people who listen. */
  label: string;
}) {
  return (
    <div className="relative rounded-control border border-line bg-page">
      <section
        aria-label={label}
        // Scrolled by keyboard as well.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
        tabIndex={0}
        className="overflow-x-auto rounded-control p-3 pe-14"
      >
        <pre className="font-mono text-table whitespace-pre">
          <code>{code}</code>
        </pre>
      </section>
      <div className="absolute inset-bs-1 inset-e-1 rounded-control bg-page">
        <CopyButton value={code} />
      </div>
    </div>
  );
}
