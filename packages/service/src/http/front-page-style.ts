/** The style of the front page. Its hash is in the page's Content-Security-Policy, so it stands in the page as it is. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fbfaf7; --card: #fff; --ink: #1c2430; --soft: #556070; --line: #dcdfe4;
  --accent: #0b5c8a; --tint: #e8f1f6; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #12161c; --card: #1a2029; --ink: #e4e8ee; --soft: #a0abba; --line: #2f3844; --accent: #7cc4ee; --tint: #1c3040; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
.bar { height: .35rem; background: var(--accent); }
header, main, footer { max-width: 50rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; }
h1 { margin: 0; font-size: 2rem; line-height: 1.2; letter-spacing: -.02em; }
h2 { margin: 2.75rem 0 .75rem; font-size: 1.2rem; }
h3 { margin: 0; font: 600 1rem/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
p { margin: .4rem 0; }
.soft { color: var(--soft); }
a { color: var(--accent); text-underline-offset: .2em; }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
code, pre { font: .875rem/1.5 ui-monospace, monospace; }
pre { margin: .5rem 0; padding: .7rem .9rem; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--tint); border-radius: .4rem; }
ul { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 0 1.25rem; margin: 1rem 0 0;
  padding: 0; list-style: none; }
.names { grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)); margin-bottom: 1rem; }
li a { display: inline-block; padding: .3rem 0; }
article { margin: .75rem 0; padding: 1rem 1.1rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
.head { display: flex; flex-wrap: wrap; gap: .25rem .6rem; align-items: baseline; }
.tag { padding: 0 .5rem; border: 1px solid var(--line); border-radius: 1rem; color: var(--soft); font-size: .8rem; white-space: nowrap; }
dl { display: grid; grid-template-columns: 4.5rem minmax(0, 1fr); gap: .1rem .75rem; margin: .6rem 0 0; }
dt { padding-top: .7rem; color: var(--soft); font-size: .875rem; }
dd { margin: 0; }
dd pre { margin: .25rem 0; }
footer { padding-top: 1.5rem; padding-bottom: 3rem; }
@media (max-width: 34rem) {
  header { padding-top: 1.5rem; }
  dl { grid-template-columns: minmax(0, 1fr); }
  dt { padding-top: .4rem; }
}
`;
