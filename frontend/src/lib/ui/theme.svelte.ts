const STORED = 'matchmaker.theme';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

let chosen = $state<Theme>('system');

export const theme = {
  get chosen() {
    return chosen;
  }
};

function show(wanted: Theme): void {
  chosen = wanted;
  if (wanted === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = wanted;
}

/** Shows the page light, dark or as the system is, from now on in this browser. */
export function choose(wanted: Theme): void {
  show(wanted);
  try {
    localStorage.setItem(STORED, wanted);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
}

/** Shows what was chosen here before. */
export function restore(): void {
  try {
    const stored = THEMES.find((one) => one === localStorage.getItem(STORED));
    if (stored) show(stored);
  } catch {
    // As above.
  }
}
