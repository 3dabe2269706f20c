/** Whether somebody can see an element: it is in the window, and the window is in front. */
const inWindow = new WeakSet();

export function isSeen(element) {
  return inWindow.has(element) && document.visibilityState === 'visible';
}

/** Calls back whenever the element may have come into view. */
export function onSeen(element, callback) {
  const observer = new IntersectionObserver((entries) => {
    const isIn = entries.at(-1).isIntersecting;
    inWindow[isIn ? 'add' : 'delete'](element);
    if (isIn) {
      callback();
    }
  });
  observer.observe(element);
  document.addEventListener('visibilitychange', callback);
}
