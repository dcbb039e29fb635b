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
    <div className="flex items-start rounded-control border border-line bg-page">
      <section
        aria-label={label}
        // Scrolled by keyboard as well.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
        tabIndex={0}
        className="min-w-0 flex-1 overflow-x-auto rounded-control p-3"
      >
        <pre className="font-mono text-table whitespace-pre">
          <code>{code}</code>
        </pre>
      </section>
      <div className="m-1">
        <CopyButton value={code} />
      </div>
    </div>
  );
}
