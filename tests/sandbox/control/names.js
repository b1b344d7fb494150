/** Names for many made-up Workers: accents, particles and hyphens, as in a real directory. */

const FIRST = [
  'Adèle', 'Ahmet', 'Ana', 'Bjørn', 'Chloé', 'Dmitri', 'Elif', 'Émile', 'Fatima', 'Grace',
  'Hélène', 'Igor', 'Jana', 'José', 'Kemal', 'Łukasz', 'Mária', 'Noor', 'Ólafur', 'Priya',
  'Quentin', 'Renée', 'Søren', 'Thérèse', 'Uğur', 'Vera', 'Wei', 'Xavier', 'Yui', 'Zoë',
];
const LAST = [
  'Ångström', 'Bauer', 'Çelik', "D'Angelo", 'de la Cruz', 'Eriksson', 'Fischer', 'García', 'Høgh',
  'Ivanov', 'Jørgensen', 'Kowalski', 'Lefèvre', 'Müller', 'Nguyen', 'Öztürk', "O'Neill", 'Peña',
  'Quist', 'Rossi', 'Šimić', 'Tanaka', 'Ünal', 'van den Berg', 'Weiß', 'Yılmaz', 'Zimmermann',
  'Smith-Jones',
];

export function fullName(index) {
  return `${FIRST[index % FIRST.length]} ${LAST[Math.floor(index / FIRST.length) % LAST.length]}`;
}
