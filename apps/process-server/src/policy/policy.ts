import { ProtocolError } from '@sextant/protocol/errors';
import { passedOn } from './environment.ts';
import { matchesSome } from './glob.ts';
import type { PolicyFile, Rule } from './rules.ts';

/** Who may run what, as the policy file has it. */
export class Policy {
  readonly #rules: readonly Rule[] | undefined;
  readonly #variables: readonly string[];

  constructor({ rules, environment }: PolicyFile) {
    this.#rules = rules?.map((rule, at) => ({ ...rule, at }));
    this.#variables = environment;
  }

  /** What programs get of the service's own variables. */
  get environment(): Record<string, string> {
    return passedOn(process.env, this.#variables);
  }

  /**
   * The rules for somebody, of which one must allow what is to be run; undefined where all is allowed.
   * @throws ProtocolError `forbidden` where there is none.
   */
  rulesFor(user: string): readonly Rule[] | undefined {
    const rules = this.#rules?.filter(({ users }) => matchesSome(users, user));
    if (rules?.length !== 0) return rules;
    throw new ProtocolError(
      'forbidden',
      `No rule of this service's policy is for ${JSON.stringify(user)}. Ask who runs this service to add one to its policy file ("rules").`,
      { policy: 'rules' },
    );
  }
}
