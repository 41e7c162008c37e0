/** An event's colour, made legible: the same hue in a version for each theme. */

type Triple = [number, number, number];

/** `#rgb` or `#rrggbb` as linear sRGB in 0..1. Null where it is neither. */
export function parse(hex: string): Triple | null {
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(hex.trim())?.[1];
  if (!digits) return null;
  const full = digits.length === 3 ? [...digits].map((d) => d + d).join('') : digits;
  return [0, 2, 4].map((at) => {
    const part = parseInt(full.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as Triple;
}

/** Relative luminance of linear sRGB (WCAG 2.2). */
export function luminance([r, g, b]: Triple): number {
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast of two luminances (WCAG 2.2), 1..21. */
export function contrast(a: number, b: number): number {
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

// Björn Ottosson, "A perceptual color space for image processing" (2020): Oklab.
function toOklch([r, g, b]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    Math.hypot(a, bb),
    (Math.atan2(bb, a) * 180) / Math.PI
  ];
}

/** OKLCH (hue in degrees) as linear sRGB; parts outside 0..1 are out of gamut. */
export function fromOklch([L, c, h]: Triple): Triple {
  const a = c * Math.cos((h * Math.PI) / 180);
  const b = c * Math.sin((h * Math.PI) / 180);
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s
  ];
}

const inGamut = (rgb: Triple) => rgb.every((part) => part >= -1e-4 && part <= 1 + 1e-4);

/** The nearest colour of this lightness and hue that a screen can show: less chroma. */
function shown(L: number, chroma: number, hue: number): Triple {
  for (let c = chroma; c > 0; c -= 0.004) if (inGamut(fromOklch([L, c, hue]))) return [L, c, hue];
  return [L, 0, hue];
}

const LIGHT_PAPER = luminance(fromOklch([0.968, 0.005, 220]));
const DARK_PAPER = luminance(fromOklch([0.26, 0.015, 240]));
/** More than the 4.5 of WCAG AA, so that it also holds on a tint of itself. */
const WANTED = 5.6;

/** The colour moved in lightness until it is legible on the papers of both themes, as CSS colours. */
export function accents(hex: string): { light: string; dark: string } | null {
  const rgb = parse(hex);
  if (!rgb) return null;
  const [L, c, h] = toOklch(rgb);
  const search = (start: number, step: number, paper: number) => {
    let lightness = start;
    let found = shown(lightness, c, h);
    while (contrast(luminance(fromOklch(found)), paper) < WANTED && lightness > 0.05 && lightness < 0.98) {
      lightness += step;
      found = shown(lightness, c, h);
    }
    return found;
  };
  const css = ([l, chroma, hue]: Triple) => `oklch(${l.toFixed(3)} ${chroma.toFixed(3)} ${hue.toFixed(1)})`;
  return {
    light: css(search(Math.min(L, 0.55), -0.01, LIGHT_PAPER)),
    dark: css(search(Math.max(L, 0.72), 0.01, DARK_PAPER))
  };
}

/** Gives the whole page an event's colour; null gives it back its own. */
export function dress(hex: string | null): void {
  const found = hex ? accents(hex) : null;
  const style = document.documentElement.style;
  for (const theme of ['light', 'dark'] as const) {
    if (found) style.setProperty(`--accent-${theme}`, found[theme]);
    else style.removeProperty(`--accent-${theme}`);
  }
}
