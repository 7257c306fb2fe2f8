/**
 * VitePress calls its search a button that owns a list box whose options hold links: something to press inside of something
 * to press, which screen readers cannot tell apart. It is a dialog with a list of links, so it is called that.
 */
export function plainSearchResults() {
  const mend = () => {
    const box = document.querySelector('.VPLocalSearchBox');
    if (!box) return;
    rename(box, { role: 'dialog', 'aria-label': 'Search' }, ['aria-owns', 'aria-expanded', 'aria-haspopup', 'aria-labelledby']);
    for (const input of box.querySelectorAll('#localsearch-input')) rename(input, {}, ['aria-activedescendant', 'aria-autocomplete']);
    for (const key of box.querySelectorAll('kbd[aria-label]')) rename(key, { role: 'img' }, []);
    for (const list of box.querySelectorAll('#localsearch-list')) rename(list, { role: 'list' }, ['aria-labelledby']);
    for (const item of box.querySelectorAll('#localsearch-list > li')) rename(item, { role: 'listitem' }, ['aria-selected']);
    for (const link of box.querySelectorAll('a.result')) rename(link, {}, ['aria-label']);
  };
  new MutationObserver(mend).observe(document.documentElement, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ['aria-selected', 'aria-activedescendant', 'aria-label'],
  });
}

function rename(element, given, taken) {
  for (const name of taken) if (element.hasAttribute(name)) element.removeAttribute(name);
  for (const [name, value] of Object.entries(given)) if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
