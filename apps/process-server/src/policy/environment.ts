import { matchesSome } from './glob.ts';

/** What a login gives. The rest of the service's own may be secrets, such as the token of another service. */
const OF_A_LOGIN = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'MAIL',
  'TERM',
  'LANG',
  'LANGUAGE',
  'LC_*',
  'TZ',
  'TMPDIR',
  'XDG_RUNTIME_DIR',
];

/** Of the service's variables, those that programs get; `more` are the names of further ones. */
export function passedOn(own: NodeJS.ProcessEnv, more: readonly string[] = []): Record<string, string> {
  const names = [...OF_A_LOGIN, ...more];
  const passed = Object.entries(own).filter((entry): entry is [string, string] => matchesSome(names, entry[0]));
  return Object.fromEntries(passed);
}

/** What makes a program load, run or read something else than it was asked to. */
const STEERING = [
  // The system's loader and library.
  'LD_*',
  'DYLD_*',
  'GCONV_PATH',
  'GETCONF_DIR',
  'GLIBC_TUNABLES',
  'HOSTALIASES',
  'LOCALDOMAIN',
  'LOCPATH',
  'NLSPATH',
  'RESOLV_HOST_CONF',
  'RES_OPTIONS',
  'OPENSSL_CONF',
  'OPENSSL_MODULES',
  'TERMINFO',
  // Shells.
  'PATH',
  'SHELL',
  'SHLVL',
  'ENV',
  'BASH_ENV',
  'BASH_FUNC_*',
  'BASHOPTS',
  'BASH_LOADABLES_PATH',
  'SHELLOPTS',
  'IFS',
  'CDPATH',
  'FPATH',
  'GLOBIGNORE',
  'PROMPT_COMMAND',
  'PS4',
  'ZDOTDIR',
  'INPUTRC',
  // Languages.
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_REPL_EXTERNAL_MODULE',
  'npm_config_*',
  'NPM_CONFIG_*',
  'PYTHON*',
  'PERL5*',
  'PERLLIB',
  'RUBYOPT',
  'RUBYLIB',
  'GEM_*',
  'BUNDLE_*',
  'LUA_*',
  'PHPRC',
  'PHP_INI_SCAN_DIR',
  'CLASSPATH',
  'JAVA_TOOL_OPTIONS',
  'JDK_JAVA_OPTIONS',
  '_JAVA_OPTIONS',
  'DOTNET_STARTUP_HOOKS',
  'CORECLR_*',
  'AWKPATH',
  'AWKLIBPATH',
  'GOFLAGS',
  'CARGO_*',
  'RUSTC_WRAPPER',
  'MAVEN_OPTS',
  'GRADLE_OPTS',
  // Tools that run other programs.
  'GIT_*',
  'SSH_ASKPASS',
  'CVS_RSH',
  'RSYNC_RSH',
  'SVN_SSH',
  'MAKEFLAGS',
  'MAKEFILES',
  'GNUMAKEFLAGS',
  'TAR_OPTIONS',
  'LESSOPEN',
  'LESSCLOSE',
  'PAGER',
  'MANPAGER',
  'EDITOR',
  'VISUAL',
  'BROWSER',
  'VIMINIT',
  'EXINIT',
  // Where tools find what they are to do.
  'XDG_CONFIG_HOME',
  'CURL_HOME',
  'WGETRC',
  // Ours.
  'SEXTANT_*',
];

/** True for a variable that callers may not set, unless the policy file names it. */
export function isSteering(variable: string): boolean {
  return matchesSome(STEERING, variable);
}
