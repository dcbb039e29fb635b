// What is pressed. One primary button a page; quiet ones beside it; danger for what cannot be taken back. Links and buttons look
// alike because people press both.
import { cva, type VariantProps } from 'class-variance-authority';
import Link from 'next/link';
import type { ButtonHTMLAttributes, ReactNode } from 'react';

export const buttonClass = cva(
  'button relative inline-flex items-center justify-center gap-2 rounded-control font-medium whitespace-nowrap aria-disabled:opacity-60 disabled:opacity-60 [&>svg]:size-4 [&>svg]:shrink-0',
  {
    variants: {
      look: {
        primary: 'bg-accent text-on-accent hover:opacity-90',
        quiet: 'border border-edge bg-card hover:bg-hover',
        bare: 'hover:bg-hover',
        danger: 'bg-bad text-card hover:opacity-90',
      },
      size: {
        normal: 'min-h-9 px-3.5 py-1.5 pointer-coarse:min-h-11',
        small: 'min-h-8 px-2.5 py-1 text-table pointer-coarse:min-h-11',
        icon: 'size-9 pointer-coarse:size-11',
      },
    },
    defaultVariants: { look: 'quiet', size: 'normal' },
  },
);

type Look = VariantProps<typeof buttonClass>;

export function Button({
  look,
  size,
  type = 'button',
  ...rest
}: Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className'> & Look) {
  return <button type={type} className={buttonClass({ look, size })} {...rest} />;
}

/** To another page of the console. */
export function ButtonLink({ look, size, href, children }: Look & { href: string; children: ReactNode }) {
  return (
    <Link href={href} prefetch={false} className={buttonClass({ look, size })}>
      {children}
    </Link>
  );
}

/** A word in a sentence that leads to another page of the console. */
export function TextLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link
      href={href}
      prefetch={false}
      className="rounded-sm font-medium underline decoration-edge underline-offset-4 hover:decoration-current"
    >
      {children}
    </Link>
  );
}
