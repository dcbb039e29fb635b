// Values a form carries without showing them: the interaction it answers, a same-origin proof.

/** Input names and values. */
export type HiddenValues = Readonly<Record<string, string>>;

/** What a form is sent to: a server action, so that it works as a plain HTML form too. */
export type FormAction = (form: FormData) => void | Promise<void>;

export function HiddenInputs({ values }: { values: HiddenValues }) {
  return Object.entries(values).map(([name, value]) => (
    <input key={name} type="hidden" name={name} value={value} />
  ));
}
