'use client';
// A page of the login in a frame, shown anew without a flash: the next one loads behind the one that is looked at. It is there to
// be looked at: nothing in it can be pressed, focused or run, and it goes into no history.
import { useEffect, useRef, useState } from 'react';

type Scheme = 'light' | 'dark';

/** @param version asks for the same address again when it changes */
export function PreviewFrame({
  title,
  address,
  version,
  scheme,
  device,
}: {
  title: string;
  address: string;
  version: string;
  scheme: Scheme;
  device: 'desktop' | 'phone';
}) {
  const frames = [useRef<HTMLIFrameElement>(null), useRef<HTMLIFrameElement>(null)] as const;
  const [front, setFront] = useState(0);
  const loading = useRef<number | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each look loads once, in the frame that is not looked at
  useEffect(() => {
    const behind = 1 - front;
    loading.current = behind;
    frames[behind]?.current?.contentWindow?.location.replace(address);
  }, [address, scheme, version]);

  const onLoad = (index: number) => {
    const page = frames[index]?.current?.contentDocument;
    if (loading.current !== index || !page || page.URL === 'about:blank') return;
    showScheme(page, scheme);
    loading.current = null;
    setFront(index);
  };

  return (
    <div className="preview" data-device={device} role="img" aria-label={title}>
      {frames.map((frame, index) => (
        <iframe
          // biome-ignore lint/suspicious/noArrayIndexKey: two places, always the same
          key={index}
          ref={frame}
          title={title}
          sandbox="allow-same-origin"
          inert
          tabIndex={-1}
          data-device={device}
          data-front={index === front || undefined}
          onLoad={() => onLoad(index)}
        />
      ))}
    </div>
  );
}

/** The login goes by the scheme of the system; here it goes by the one that was chosen, whatever the system has. */
function showScheme(page: Document, scheme: Scheme): void {
  page.documentElement.style.colorScheme = scheme;
  for (const sheet of page.styleSheets) turn(sheet.cssRules);

  function turn(rules: CSSRuleList): void {
    for (const rule of rules) {
      // Rules of another window are of other classes.
      const { media, cssRules } = rule as CSSRule & { media?: MediaList; cssRules?: CSSRuleList };
      if (media?.mediaText.includes('prefers-color-scheme: dark'))
        media.mediaText = scheme === 'dark' ? 'all' : 'not all';
      if (cssRules) turn(cssRules);
    }
  }
}
