/** The few DOM calls everything here is made of. Text goes in as text; nothing is ever parsed as HTML. */

/** The element with this id. Throws when the page lacks it: a typing error should not wait for a click. */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) {
    throw new Error(`The page has no #${id}`);
  }
  return element;
}

/** A copy of the one element in a `<template>`, with its named parts (`data-part`). */
export function fromTemplate(id) {
  const root = byId(id).content.firstElementChild.cloneNode(true);
  const parts = Object.fromEntries(
    [...root.querySelectorAll('[data-part]')].map((element) => [element.dataset.part, element]),
  );
  return { root, parts };
}

/** Writes only what differs: the board asks for this on every value. */
export function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** Runs `draw` once in the next frame, however often it is asked; not at all while the tab is hidden. */
export function oncePerFrame(draw) {
  let isPlanned = false;
  return () => {
    if (!isPlanned) {
      isPlanned = true;
      requestAnimationFrame(() => {
        isPlanned = false;
        draw();
      });
    }
  };
}

export function clockTime(date) {
  return date.toLocaleTimeString('en-GB');
}
