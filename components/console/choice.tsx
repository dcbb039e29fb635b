// A choice that changes what is seen and is not sent: what stands above a preview.
import type { Option } from './field';

/** @param onChoose is told the value of the option that is chosen */
export function Choice({
  label,
  options,
  value,
  onChoose,
}: {
  label: string;
  options: readonly Option[];
  value: string;
  onChoose: (value: string) => void;
}) {
  return (
    <label className="grid min-w-0 flex-1 basis-28 gap-1">
      <span className="text-table text-muted">{label}</span>
      <select className="control" value={value} onChange={(event) => onChoose(event.target.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  );
}
