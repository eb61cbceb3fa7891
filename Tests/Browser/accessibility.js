// Checks the current page for accessibility problems and returns a list of descriptions.
() => {
  const faults = [];
  const say = (rule, element) => faults.push(`${rule}: ${(element?.outerHTML ?? '').slice(0, 120)}`);
  const all = selector => [...document.querySelectorAll(selector)];

  if (!document.documentElement.lang) say('no language');
  if (!document.title.trim()) say('no title');
  if (all('main').length !== 1) say('not one main');
  if (all('header').length < 1 || all('nav').length < 1 || all('footer').length < 1) say('a landmark is missing');
  for (const nav of all('nav')) if (!nav.getAttribute('aria-label')) say('a navigation without a name', nav);
  if (all('h1').length !== 1) say(`${all('h1').length} main headings`);
  let level = 0;
  for (const heading of all('h1, h2, h3, h4, h5, h6')) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) say('a level of headings is left out', heading);
    if (!heading.textContent.trim()) say('an empty heading', heading);
    level = next;
  }
  for (const image of all('img')) {
    if (!image.hasAttribute('alt')) say('an image without alt', image);
    if (image.complete && image.naturalWidth === 0) say('an image that does not load', image);
  }
  for (const input of all('input:not([type=hidden]), select, textarea'))
    if (!input.labels?.length || ![...input.labels].some(label => label.textContent.trim())) say('a field without a label', input);
  for (const element of all('[aria-describedby], [aria-labelledby]'))
    for (const id of `${element.getAttribute('aria-describedby') ?? ''} ${element.getAttribute('aria-labelledby') ?? ''}`.trim().split(/\s+/))
      if (!document.getElementById(id)) say(`refers to ${id}, which is not there`, element);
  const ids = new Set();
  for (const element of all('[id]')) ids.has(element.id) ? say('an id twice', element) : ids.add(element.id);
  for (const table of all('table')) if (!table.caption || !table.querySelector('th[scope]')) say('a table without caption or headings', table);
  for (const element of all('a[href], button')) {
    const name = element.textContent.trim() || element.getAttribute('aria-label') || element.querySelector('img')?.alt;
    if (!name) say('a link or button without a name', element);
  }
  // A link within a sentence may be as low as its line (WCAG 2.2, 2.5.8). A link that covers a card counts with the card's size.
  const inText = element => [...element.parentElement.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
  const covers = element => getComputedStyle(element, '::after').position === 'absolute';
  for (const target of all('a[href], button, input:not([type=hidden]), select')) {
    const box = target.getBoundingClientRect();
    if (target.closest('.quiet, .skip') || target.tagName === 'A' && (inText(target) || covers(target))) continue;
    if (box.width < 24 || box.height < 24) say(`too small to touch, ${box.width} x ${box.height}`, target);
  }
  for (const box of all('main li, fieldset')) {
    const right = box.getBoundingClientRect().right + 1;
    for (const part of box.querySelectorAll('*')) if (!part.closest('.quiet') && part.getBoundingClientRect().right > right) say('sticks out of its box', part);
  }
  for (const text of all('.what p')) if (text.getBoundingClientRect().width < 40) say('too narrow to read', text);
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) say('the page is wider than the screen');

  // Contrast, WCAG 2.2: 4.5 to 1, or 3 to 1 for large text.
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = colour => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return canvas.getImageData(0, 0, 1, 1).data; };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (let at = element; at; at = at.parentElement) { const paint = rgba(getComputedStyle(at).backgroundColor); if (paint[3] === 255) return paint; }
    return rgba(matchMedia('(prefers-color-scheme: dark)').matches ? 'black' : 'white');
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || !element.checkVisibility() || element.closest('.quiet, option')) continue;
    const style = getComputedStyle(element);
    const [bright, dark] = [light(rgba(style.color)), light(behind(element))].sort((one, other) => other - one);
    const size = parseFloat(style.fontSize), isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const contrast = (bright + 0.05) / (dark + 0.05);
    if (contrast < (isLarge ? 3 : 4.5)) say(`contrast ${contrast.toFixed(2)}`, element);
  }
  return faults;
}
