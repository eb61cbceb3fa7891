// Checks the current page for faults that axe does not look for, and returns a list of descriptions.
() => {
  const faults = [];
  const say = (rule, element) => faults.push(`${rule}: ${(element?.outerHTML ?? '').slice(0, 120)}`);
  const all = selector => [...document.querySelectorAll(selector)];

  if (all('header').length < 1 || all('nav').length < 1 || all('footer').length < 1) say('a landmark is missing');
  for (const nav of all('nav')) if (!nav.getAttribute('aria-label')) say('a navigation without a name', nav);
  if (all('h1').length !== 1) say(`${all('h1').length} main headings`);
  for (const image of all('img')) if (image.complete && image.naturalWidth === 0) say('an image that does not load', image);
  const ids = new Set();
  for (const element of all('[id]')) ids.has(element.id) ? say('an id twice', element) : ids.add(element.id);
  for (const table of all('table')) if (!table.caption || !table.querySelector('th[scope]')) say('a table without caption or headings', table);
  for (const box of all('main li, fieldset')) {
    const right = box.getBoundingClientRect().right + 1;
    for (const part of box.querySelectorAll('*')) if (!part.closest('.quiet') && part.getBoundingClientRect().right > right) say('sticks out of its box', part);
  }
  for (const text of all('.what p')) if (text.getBoundingClientRect().width < 40) say('too narrow to read', text);
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) say('the page is wider than the screen');
  return faults;
}
