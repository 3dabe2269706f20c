/** Web storage that never throws: it may be switched off, full, or hold what somebody else wrote there. */

/** @param {() => Storage} open asked every time: merely naming `localStorage` throws where it is blocked */
function storageOf(open) {
  return {
    read(key) {
      try {
        return JSON.parse(open().getItem(key)) ?? undefined;
      } catch {
        return undefined;
      }
    },
    /** False when it was not kept. */
    write(key, value) {
      try {
        open().setItem(key, JSON.stringify(value));
        return true;
      } catch {
        return false;
      }
    },
    removeAll(prefix) {
      try {
        const keys = Object.keys(open()).filter((key) => key.startsWith(prefix));
        keys.forEach((key) => open().removeItem(key));
      } catch {
        // Nothing is kept, so nothing is left.
      }
    },
  };
}

/** Shared by the tabs of this browser, and there when they are opened again. */
export const lasting = storageOf(() => localStorage);

/** Of this tab, until it is closed. */
export const passing = storageOf(() => sessionStorage);
