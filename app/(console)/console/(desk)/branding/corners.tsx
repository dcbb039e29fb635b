// The corners and lines of the card, its buttons and its fields: what the form has of a theme's borders, and whole looks of them.
import { CornerFields } from '@/components/console/corner-fields';
import { BORDER_STYLES, OUR_THEME, type ThemeBorders } from '@/lib/login/theme';
import { borderField } from '@/lib/web/console/brand-draft';
import { t } from '@/lib/web/console/words';

type Shape = Readonly<Partial<Record<keyof ThemeBorders, string | number | boolean>>>;

/** Fields begin with what is said, those that are ours empty. */
export function Corners({ borders }: { borders: Shape }) {
  const value = (name: keyof ThemeBorders) => {
    const said = borders[name];
    return said === undefined || said === OUR_THEME.borders[name] ? '' : String(said);
  };
  const size = (name: keyof ThemeBorders, label: string) => ({
    name: borderField(name),
    label,
    value: value(name),
    placeholder: String(OUR_THEME.borders[name]),
  });
  const ends = (name: keyof ThemeBorders) => ({
    name: borderField(name),
    label: t('branding.fields.ends'),
    value: value(name) || String(OUR_THEME.borders[name]),
    options: BORDER_STYLES.map((style) => ({ value: style, label: t(`branding.fields.${style}`) })),
  });
  const [radius, weight] = [t('branding.fields.radius'), t('branding.fields.weight')];
  return (
    <CornerFields
      legend={t('branding.fields.corners')}
      hint={t('branding.fields.cornersHint')}
      presets={(Object.keys(PRESETS) as (keyof typeof PRESETS)[]).map((name) => ({
        label: t(`branding.corners.${name}`),
        values: Object.fromEntries(
          Object.entries(PRESETS[name]).map(([field, said]) => [
            borderField(field as keyof ThemeBorders),
            String(said),
          ]),
        ),
      }))}
      rows={[
        {
          legend: t('branding.fields.buttons'),
          fields: [
            ends('buttons_style'),
            size('button_border_radius', radius),
            size('button_border_weight', weight),
          ],
        },
        {
          legend: t('branding.fields.inputs'),
          fields: [
            ends('inputs_style'),
            size('input_border_radius', radius),
            size('input_border_weight', weight),
          ],
        },
        {
          legend: t('branding.fields.card'),
          fields: [
            {
              name: borderField('show_widget_shadow'),
              label: t('branding.fields.shadow'),
              value: value('show_widget_shadow') || 'true',
              options: [
                { value: 'true', label: t('branding.fields.yes') },
                { value: 'false', label: t('branding.fields.no') },
              ],
            },
            size('widget_corner_radius', radius),
            size('widget_border_weight', weight),
          ],
        },
      ]}
    />
  );
}

const corners = (
  style: ThemeBorders['buttons_style'],
  [buttons, inputs, card]: readonly [number | '', number | '', number | ''],
) => ({
  buttons_style: style,
  inputs_style: style,
  button_border_radius: buttons,
  input_border_radius: inputs,
  widget_corner_radius: card,
});

/** Radii only: lines stay as they are. */
const PRESETS = {
  ours: corners('rounded', ['', '', '']),
  sharp: corners('sharp', ['', '', 0]),
  soft: corners('rounded', [4, 4, 8]),
  round: corners('rounded', [10, 10, 28]),
  pill: corners('pill', ['', '', 32]),
};
