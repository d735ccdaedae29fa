/** The version of this build of Sextant; a test holds it to `package.json`. */
export const VERSION = '0.1.0';
