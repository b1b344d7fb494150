// Input methods: what somebody types in Japanese, Chinese or Korean is composed from many keys.

const PROCESSED = 229; // the keyCode of a key that an input method has taken

/**
 * Whether a key event belongs to an input method, which picks, confirms or drops what it composes
 * with Enter, Escape, Tab and the arrows: then it is nobody else's. Safari says that composing has
 * ended before it sends the key that ended it, and only the old keyCode still tells. Pure.
 */
export const belongsToInputMethod = ({ isComposing, keyCode }) => (
  Boolean(isComposing) || keyCode === PROCESSED);
