// Runs before the first paint, so that neither colours nor words change before the reader's eyes.
{
  const root = document.documentElement;
  const kept = (name) => {
    try {
      const sid = localStorage.getItem(`dialpad:latest:${location.pathname}`);
      return JSON.parse(localStorage.getItem(`dialpad:${sid}:${name}`));
    } catch {
      return null;
    }
  };
  const theme = kept('theme');
  if (theme) root.dataset.theme = theme;
  const speaksEnglish = /^en\b/.test(kept('language') ?? navigator.language);
  if (!speaksEnglish || kept('leg')) root.dataset.translating = '';
}
